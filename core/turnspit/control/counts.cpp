#include <turnspit/control/counts.h>

namespace turnspit {

ServiceCounts countOf(const QList<ServiceInfo>& services)
{
    ServiceCounts counts;
    for (const ServiceInfo& service : services) {
        ++counts.services;
        counts.running += service.state == ServiceState::Running ? 1 : 0;
        counts.waiting += service.state == ServiceState::Waiting ? 1 : 0;
        counts.failed += service.state == ServiceState::Failed || service.state == ServiceState::Invalid ? 1 : 0;
    }
    return counts;
}

} // namespace turnspit

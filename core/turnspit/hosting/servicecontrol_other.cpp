// Where there is no service control manager.
#include <turnspit/hosting/servicecontrol.h>

namespace turnspit {

std::unique_ptr<ServiceControl> ServiceControl::ofThisProcess()
{
    return nullptr;
}

} // namespace turnspit

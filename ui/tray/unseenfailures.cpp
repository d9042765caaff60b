#include <ui/tray/unseenfailures.h>

#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <algorithm>
#include <tuple>

namespace turnspit {

UnseenFailures::UnseenFailures(const HostMirror& mirror, QObject* parent) : QObject(parent), m_mirror(mirror)
{
    connect(&mirror, &HostMirror::servicesChanged, this, &UnseenFailures::refresh);
    refresh();
}

bool UnseenFailures::isFailure(const ServiceInfo& service)
{
    if (service.state == ServiceState::Failed)
        return true;
    if (service.state != ServiceState::Waiting || !service.lastOutcome)
        return false;
    switch (*service.lastOutcome) {
    case Outcome::Failed:
    case Outcome::TimedOut:
    case Outcome::Abandoned:
    case Outcome::Unknown:
        return true;
    default:
        return false;
    }
}

void UnseenFailures::see(const QString& name)
{
    const ServiceInfo* const service = m_mirror.model().find(name);
    if (!service || !isFailure(*service))
        return;
    m_seen.insert(name, service->since);
    refresh();
}

void UnseenFailures::refresh()
{
    QList<const ServiceInfo*> found;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        if (!isFailure(service)) {
            m_seen.remove(service.name);
            continue;
        }
        const auto seen = m_seen.constFind(service.name);
        if (seen == m_seen.constEnd() || *seen != service.since)
            found += &service;
    }
    std::ranges::sort(found, [](const ServiceInfo* a, const ServiceInfo* b) {
        return std::tie(b->since, a->name) < std::tie(a->since, b->name);
    });
    QStringList names;
    for (const ServiceInfo* service : std::as_const(found))
        names += service->name;
    if (names == m_names)
        return;
    m_names = std::move(names);
    Q_EMIT changed();
}

} // namespace turnspit

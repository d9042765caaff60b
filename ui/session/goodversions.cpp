#include <ui/session/goodversions.h>

namespace turnspit {
namespace {

bool isBroken(const ServiceInfo& service)
{
    return service.state == ServiceState::Invalid || service.flags.contains(QLatin1StringView("file-broken"));
}

} // namespace

GoodVersions::GoodVersions(HostSession& session, QObject* parent) : QObject(parent), m_session(session) {}

GoodVersions::~GoodVersions() = default;

bool GoodVersions::isKept(const ServiceInfo& service)
{
    if (!isBroken(service)) {
        m_known.remove(service.name);
        return false;
    }
    const QString reason = service.reason.value_or(QString());
    const auto known = m_known.constFind(service.name);
    if (known != m_known.constEnd() && known->reason == reason)
        return known->kept;
    m_known.insert(service.name, {reason, false});
    m_tasks.spawn(ask(service.name));
    return false;
}

Task<> GoodVersions::ask(QString name)
{
    const auto good = co_await m_session.restore(name, true);
    const auto known = m_known.find(name);
    if (!good || known == m_known.end())
        co_return;
    known->kept = true;
    Q_EMIT changed();
}

} // namespace turnspit

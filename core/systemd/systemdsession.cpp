#include <systemd/systemdsession.h>

#include <systemd/systemdreporter.h>

namespace turnspit {

SystemdSession::SystemdSession(std::shared_ptr<SystemdLink> link, HostSession& session) : m_link(std::move(link)), m_session(session)
{
    QObject::connect(&session, &HostSession::snapshotReplaced, &m_context, [this](const Snapshot& snapshot) { replaced(snapshot); });
    QObject::connect(&session, &HostSession::deltaArrived, &m_context, [this](const Delta& delta) { changed(delta); });
    if (m_link->reporter)
        m_link->reporter->onReload([this] { return reload(); });
    m_tasks.spawn(follow());
}

SystemdSession::~SystemdSession()
{
    if (!m_link->reporter)
        return;
    m_link->reporter->onReload({});
    m_link->reporter->setCounts(StateCounts{}); // the services have stopped
}

/// Awaited by the reporter; what it does to the session goes with this.
Task<Result<>> SystemdSession::reload()
{
    Promise<Result<>> done;
    auto ended = done.future();
    m_tasks.spawn(performReload(std::move(done)));
    co_return co_await std::move(ended);
}

Task<> SystemdSession::performReload(Promise<Result<>> done)
{
    const auto lines = co_await m_session.reload();
    done.set(lines ? Result<>() : fail(lines.error()));
}

Task<> SystemdSession::follow()
{
    (void)co_await m_session.subscribe();
}

void SystemdSession::replaced(const Snapshot& snapshot)
{
    m_states.clear();
    for (const ServiceInfo& service : snapshot.services)
        set(service);
    tell();
}

void SystemdSession::changed(const Delta& delta)
{
    for (const QString& name : delta.removed)
        m_states.erase(name);
    for (const ServiceInfo& service : delta.changed)
        set(service);
    tell();
}

void SystemdSession::set(const ServiceInfo& service)
{
    if (service.kind != ServiceKind::BuiltIn)
        m_states[service.name] = service.state;
}

void SystemdSession::tell()
{
    if (!m_link->reporter)
        return;
    StateCounts counts;
    for (const auto& [name, state] : m_states)
        ++counts[state];
    m_link->reporter->setCounts(std::move(counts));
}

} // namespace turnspit

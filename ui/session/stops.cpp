#include <ui/session/stops.h>

#include <turnspit/async/wait.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

using namespace std::chrono_literals;

namespace turnspit {

Stops::Stops(HostSession& session, HostMirror& mirror, QObject* parent) : QObject(parent), m_session(session), m_mirror(mirror)
{
    connect(&mirror, &HostMirror::servicesChanged, this, &Stops::look);
}

Stops::~Stops() = default;

void Stops::look()
{
    QStringList stopping;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        if (service.state == ServiceState::Stopping)
            stopping += service.name;
    }
    const bool more = std::any_of(stopping.begin(), stopping.end(), [this](const QString& name) { return !m_stopping.contains(name); });
    m_stopping = std::move(stopping);
    if (m_stopping.isEmpty())
        return;
    if (!std::exchange(m_watching, true))
        m_tasks.spawn(watch());
    else if (more)
        refresh();
}

void Stops::setActive(bool active)
{
    m_active = active;
    if (active && m_watching)
        refresh();
}

void Stops::refresh()
{
    m_tasks.spawn(ask());
}

Task<> Stops::watch()
{
    while (!m_stopping.isEmpty()) {
        co_await ask();
        co_await delay(1s);
    }
    m_watching = false;
    m_mirror.model().setStops({});
    Q_EMIT changed();
}

Task<> Stops::ask()
{
    if (!m_active || m_session.connection() != HostSession::Connection::Connected)
        co_return;
    const auto stops = co_await m_session.stopping();
    if (!stops)
        co_return;
    m_mirror.model().setStops(*stops);
    Q_EMIT changed();
}

} // namespace turnspit

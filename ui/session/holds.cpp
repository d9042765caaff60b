#include <ui/session/holds.h>

#include <ui/services/servicemodel.h>

#include <algorithm>

namespace turnspit {

Holds::Holds(HostSession& session, ServiceModel& model, QObject* parent)
    : QObject(parent), m_session(session), m_model(model)
{
    connect(&session, &HostSession::snapshotReplaced, this,
            [this](const Snapshot& snapshot) { look(snapshot.services); });
    connect(&session, &HostSession::deltaArrived, this, [this](const Delta& delta) { look(delta.changed); });
}

Holds::~Holds() = default;

void Holds::look(const QList<ServiceInfo>& came)
{
    const auto isHeld = [](const ServiceInfo& service) { return service.flags.contains(QLatin1String("held")); };
    if (std::ranges::none_of(came, isHeld))
        return;
    m_again = true;
    if (!std::exchange(m_asking, true))
        m_tasks.spawn(ask());
}

Task<> Holds::ask()
{
    while (std::exchange(m_again, false)) {
        if (const auto holds = co_await m_session.holds())
            m_model.setHolds(*holds);
    }
    m_asking = false;
}

} // namespace turnspit

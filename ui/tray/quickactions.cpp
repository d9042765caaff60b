#include <ui/tray/quickactions.h>

namespace turnspit {

QuickActions::QuickActions(HostSession& session, QObject* parent) : QObject(parent), m_requests(session, Trigger::Tray)
{
    connect(&m_requests, &ServiceRequests::refused, this, &QuickActions::refused);
}

void QuickActions::ask(QuickCommand command, const QStringList& names)
{
    switch (command) {
    case QuickCommand::Start:
        return m_requests.act(Action::Start, names);
    case QuickCommand::Restart:
        return m_requests.act(Action::Restart, names);
    case QuickCommand::Stop:
        return m_requests.act(Action::Stop, names);
    case QuickCommand::Hold:
        return m_requests.act(Action::Hold, names);
    case QuickCommand::Resume:
        return m_requests.act(Action::Resume, names);
    case QuickCommand::RunNow:
        return m_requests.run(names);
    }
}

void QuickActions::hold(const QStringList& names, std::optional<WallTime> until)
{
    m_requests.act(Action::Hold, names, until);
}

} // namespace turnspit

#include <ui/tray/quickactions.h>

#include <ui/services/actiontable.h>
#include <ui/text/words.h>

namespace turnspit {

QuickActions::QuickActions(HostSession& session, QObject* parent) : QObject(parent), m_session(session) {}

void QuickActions::ask(QuickCommand command, const QStringList& names)
{
    if (names.isEmpty())
        return;
    switch (command) {
    case QuickCommand::Start:
        return m_tasks.spawn(act(Action::Start, names));
    case QuickCommand::Restart:
        return m_tasks.spawn(act(Action::Restart, names));
    case QuickCommand::Stop:
        return m_tasks.spawn(act(Action::Stop, names));
    case QuickCommand::Hold:
        return m_tasks.spawn(act(Action::Hold, names));
    case QuickCommand::Resume:
        return m_tasks.spawn(act(Action::Resume, names));
    case QuickCommand::RunNow:
        for (const QString& name : names)
            m_tasks.spawn(run(name));
        return;
    }
}

void QuickActions::again(const ServiceInfo& service)
{
    ask(permission(ServiceCommand::RunNow, service) ? QuickCommand::RunNow : QuickCommand::Start, service.name);
}

Task<> QuickActions::act(Action action, QStringList names)
{
    ActionRequest request;
    request.action = action;
    request.names = std::move(names);
    request.wait = false;
    request.trigger = Trigger::Tray;
    const auto results = co_await m_session.act(std::move(request));
    if (!results) {
        Q_EMIT refused(words::error(results.error()));
        co_return;
    }
    for (const ActionResult& result : *results) {
        if (!result.ok)
            Q_EMIT refused(
                tr("%1: %2", "service, what went wrong").arg(result.name, result.error.value_or(tr("refused"))));
    }
}

Task<> QuickActions::run(QString name)
{
    const auto begun = co_await m_session.run(name, Trigger::Tray);
    if (!begun)
        Q_EMIT refused(tr("%1: %2", "service, what went wrong").arg(name, words::error(begun.error())));
}

} // namespace turnspit

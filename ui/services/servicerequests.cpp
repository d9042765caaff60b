#include <ui/services/servicerequests.h>

#include <ui/services/actiontable.h>
#include <ui/text/words.h>

namespace turnspit {

ServiceRequests::ServiceRequests(HostSession& session, Trigger trigger, QObject* parent)
    : QObject(parent), m_session(session), m_trigger(trigger)
{
}

void ServiceRequests::act(Action action, const QStringList& names, std::optional<WallTime> until)
{
    if (!names.isEmpty())
        m_tasks.spawn(ask(action, names, until));
}

void ServiceRequests::run(const QStringList& names)
{
    for (const QString& name : names)
        m_tasks.spawn(begin(name));
}

void ServiceRequests::again(const ServiceInfo& service)
{
    if (commandForAgain(service) == ServiceCommand::RunNow)
        run({service.name});
    else
        act(Action::Start, {service.name});
}

void ServiceRequests::enableAndStart(const QStringList& names)
{
    m_tasks.spawn(enableThenStart(names));
}

void ServiceRequests::extendStop(const QString& name, Milliseconds by)
{
    m_tasks.spawn(extend(name, by));
}

Task<> ServiceRequests::ask(Action action, QStringList names, std::optional<WallTime> until)
{
    ActionRequest request;
    request.action = action;
    request.names = std::move(names);
    request.until = until;
    request.wait = false;
    request.trigger = m_trigger;
    const auto results = co_await m_session.act(std::move(request));
    if (!results) {
        Q_EMIT refused(words::error(results.error()));
        co_return;
    }
    Q_EMIT done();
    for (const ActionResult& result : *results) {
        if (!result.ok)
            refuse(result.name, result.error.value_or(tr("refused")));
    }
}

Task<> ServiceRequests::begin(QString name)
{
    const auto begun = co_await m_session.run(name, m_trigger);
    if (begun)
        Q_EMIT done();
    else
        refuse(name, words::error(begun.error()));
}

Task<> ServiceRequests::enableThenStart(QStringList names)
{
    co_await ask(Action::Enable, names);
    co_await ask(Action::Start, names);
}

Task<> ServiceRequests::extend(QString name, Milliseconds by)
{
    const auto extended = co_await m_session.extendStop(name, by);
    if (extended)
        Q_EMIT stopExtended();
    else
        refuse(name, words::error(extended.error()));
}

void ServiceRequests::refuse(const QString& name, const QString& why)
{
    Q_EMIT refused(tr("%1: %2", "service, what went wrong").arg(name, why));
}

} // namespace turnspit

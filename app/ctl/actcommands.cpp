#include "commands.h"
#include "describe.h"

#include <turnspit/control/json.h>

namespace turnspit::ctl {

namespace {

/// With --json exactly the four keys of the contract, so a note goes where errors go.
int printResults(Context& context, const QList<ActionResult>& results)
{
    QJsonArray array;
    bool allOk = true;
    for (const ActionResult& result : results) {
        const QString name = printable(result.name);
        allOk = allOk && result.ok;
        if (!result.ok) {
            const QString error = result.error.value_or(QStringLiteral("failed"));
            const bool isNamed = error.contains(u'`' + name + u'`');
            complain(context.err, (isNamed ? error : name + QStringLiteral(": ") + error).toStdString());
        }
        if (context.json) {
            QJsonObject object = toJson(result);
            object.remove(QStringLiteral("note"));
            array.append(object);
            if (result.ok && result.note)
                complain(context.err, (name + QStringLiteral(": ") + *result.note).toStdString());
        } else if (result.ok) {
            const QString state = words(toString(result.state));
            printLine(context.out, name + QStringLiteral(": ") + state +
                                       (result.note ? QStringLiteral(" (%1)").arg(*result.note) : QString()));
        }
    }
    if (context.json)
        printJson(context.out, array);
    else if (results.isEmpty())
        context.out.write("Nothing to do: no service was meant.\n");
    return allOk ? exitcode::done : exitcode::failed;
}

int printResult(Context& context, const Result<ActionResult>& result)
{
    return result ? printResults(context, {*result}) : report(context, result.error());
}

} // namespace

Task<int> runAct(Context& context, ActCommand command)
{
    const auto results = co_await context.session.act(command.request);
    co_return results ? printResults(context, *results) : report(context, results.error());
}

Task<int> runWait(Context& context, WaitCommand command)
{
    const auto service = co_await context.session.awaitState(command.name, command.state, command.timeout);
    if (!service)
        co_return report(context, service.error());
    if (context.json)
        printJson(context.out, toJson(*service));
    else
        printLine(context.out, printable(service->name) + QStringLiteral(": ") + stateCell(*service).text);
    co_return exitcode::done;
}

Task<int> runAdd(Context& context, AddCommand command)
{
    co_return printResult(context, co_await context.session.add(command.request));
}

Task<int> runEdit(Context& context, EditCommand command)
{
    co_return printResult(context, co_await context.session.update(command.request));
}

Task<int> runRemove(Context& context, RemoveCommand command)
{
    const auto result = co_await context.session.remove(command.name);
    if (!result)
        co_return report(context, result.error());
    if (context.json || !result->ok)
        co_return printResults(context, {*result});
    printLine(context.out, printable(result->name) + QStringLiteral(": removed; `turnspitctl undo` brings it back"));
    co_return exitcode::done;
}

Task<int> runUndo(Context& context)
{
    const auto undone = co_await context.session.undo();
    if (!undone)
        co_return report(context, undone.error());
    if (context.json)
        printJson(context.out, QJsonObject{{QStringLiteral("undone"), *undone}});
    else
        printLine(context.out, printable(*undone));
    co_return exitcode::done;
}

Task<int> runReload(Context& context)
{
    const auto differences = co_await context.session.reload();
    if (!differences)
        co_return report(context, differences.error());
    if (context.json) {
        printJson(context.out, QJsonArray::fromStringList(*differences));
        co_return exitcode::done;
    }
    for (const QString& line : *differences)
        printLine(context.out, printable(line));
    if (differences->isEmpty())
        context.out.write("Nothing has changed.\n");
    co_return exitcode::done;
}

Task<int> runShutdown(Context& context, ShutdownCommand command)
{
    // The end is seen by the connection, and then by the process: only when that has gone, another host can take the
    // state folder.
    QObject receiver;
    Event disconnected;
    QObject::connect(&context.session, &HostSession::connectionChanged, &receiver,
                     [&](HostSession::Connection connection) {
                         if (connection != HostSession::Connection::Connected)
                             disconnected.set();
                     });
    const auto status = co_await context.session.hostStatus();
    if (!status)
        co_return report(context, status.error());
    const auto begun = co_await context.session.shutdown();
    const bool alreadyGone = !begun && begun.error().kind == ErrorKind::Unreachable;
    if (!begun && !alreadyGone)
        co_return report(context, begun.error());
    if (command.wait) {
        if (!alreadyGone)
            co_await disconnected.wait();
        if (context.processEnd && context.session.isLocalMachine() && status->pid > 0)
            co_await context.processEnd(status->pid);
    }
    const QString text =
        command.wait ? QStringLiteral("The host has ended.") : QStringLiteral("The host is shutting down.");
    if (context.json)
        printJson(context.out,
                  QJsonObject{{QStringLiteral("host"), status->host}, {QStringLiteral("ended"), command.wait}});
    else
        printLine(context.out, text);
    co_return exitcode::done;
}

} // namespace turnspit::ctl

#include "commands.h"
#include "describe.h"

#include <turnspit/async/taskscope.h>

namespace turnspit::ctl {

namespace {

/// As a shell would have it: the command's own code, 128 + n for signal n. What has neither is in-process, or was not
/// seen to end.
int exitCodeOf(const RunInfo& run)
{
    if (run.exitCode)
        return *run.exitCode;
    if (run.signal) {
        const auto number = signalFromName(run.signal->toStdString());
        return number ? exitcode::signalBase + *number : exitcode::ourFault;
    }
    switch (run.outcome.value_or(Outcome::Unknown)) {
    case Outcome::Succeeded:
        return exitcode::done;
    case Outcome::Failed:
    case Outcome::TimedOut:
    case Outcome::Stopped:
    case Outcome::Killed:
        return exitcode::failed;
    case Outcome::Abandoned:
    case Outcome::Skipped:
    case Outcome::Missed:
    case Outcome::Unknown:
        break;
    }
    return exitcode::ourFault;
}

int reportOurFault(Context& context, const Error& error)
{
    complain(context.err, error.text());
    return exitcode::ourFault;
}

void printResult(Context& context, const QString& name, bool ok, ServiceState state,
                 const std::optional<QString>& error)
{
    printJson(context.out, QJsonArray{QJsonObject{
                               {QStringLiteral("name"), name},
                               {QStringLiteral("ok"), ok},
                               {QStringLiteral("state"), words(toString(state))},
                               {QStringLiteral("error"), error ? QJsonValue(*error) : QJsonValue()},
                           }});
}

Task<Result<ServiceState>> stateOf(Context& context, QString name)
{
    const auto snapshot = co_await context.session.snapshot();
    if (!snapshot)
        co_return fail(snapshot.error());
    const auto service = std::ranges::find(snapshot->services, name, &ServiceInfo::name);
    co_return service == snapshot->services.end() ? ServiceState::Stopped : service->state;
}

/// Bytes as they were written, each stream to its own. What came first goes out first, also where both end on one
/// terminal.
class Relay
{
public:
    Relay(OutputStream& out, OutputStream& err) : m_out(out), m_err(err) {}

    void take(const LogPage& page)
    {
        for (const LogEntryInfo& entry : page.entries) {
            OutputStream& stream = entry.stream == 'e' ? m_err : m_out;
            if (&stream != m_last)
                m_last->flush();
            m_last = &stream;
            stream.write(std::string_view(entry.text.constData(), static_cast<std::size_t>(entry.text.size())));
            if (!entry.more)
                stream.write("\n");
        }
        m_last->flush();
    }

private:
    OutputStream& m_out;
    OutputStream& m_err;
    OutputStream* m_last = &m_out;
};

Task<Result<>> relayOutput(Context& context, QString name, RunId id)
{
    Relay relay(context.out, context.err);
    LogQuery query;
    query.service = name;
    query.run = id;
    query.streams = QStringLiteral("o,e");
    for (bool alive = true; alive;) {
        const auto page = co_await context.session.followLog(query);
        if (!page)
            co_return fail(page.error());
        relay.take(*page);
        query.cursor = page->cursor;
        alive = page->live || !page->atEnd;
    }
    co_return Result<>{};
}

Task<> stopWhenInterrupted(Context& context, RunId id)
{
    co_await context.interrupts.first().wait();
    const auto stopped = co_await context.session.stopRun(id);
    // Refused: it has ended by itself meanwhile.
    if (!stopped && stopped.error().kind != ErrorKind::Refused)
        complain(context.err, stopped.error().text());
}

Task<int> runAndWait(Context& context, RunCommand command)
{
    const auto begun = co_await context.session.run(command.name, Trigger::Ctl);
    if (!begun)
        co_return reportOurFault(context, begun.error());
    if (!command.wait) {
        const auto state = co_await stateOf(context, command.name);
        if (!state)
            co_return reportOurFault(context, state.error());
        if (context.json)
            printResult(context, command.name, true, *state, {});
        else
            printLine(context.out,
                      QStringLiteral("%1: run %2 began").arg(printable(command.name)).arg(begun->id.value));
        co_return exitcode::done;
    }

    // A tick of a built-in service has no run of its own, no output, and has ended when it is answered.
    const bool isRun = static_cast<bool>(begun->id);
    TaskScope scope;
    if (isRun)
        scope.spawn(stopWhenInterrupted(context, begun->id));
    if (isRun && !context.json) {
        // The run decides the code, not its output: what cannot be shown is in the log.
        if (const auto relayed = co_await relayOutput(context, command.name, begun->id); !relayed)
            complain(context.err, relayed.error().in("cannot show the output").text());
    }
    const auto ended = isRun ? co_await context.session.awaitRun(begun->id) : begun;
    if (!ended)
        co_return reportOurFault(context, ended.error());

    const int code = exitCodeOf(*ended);
    const bool ok = ended->outcome == Outcome::Succeeded;
    RunInfo told = *ended;
    if (!isRun)
        told.exitCode.reset(); // which it has only for us to end with
    // A command that ran and failed says itself what was wrong; what could not run has nobody else to say it, nor has a tick.
    const bool didNotRun = code == exitcode::notExecutable || code == exitcode::notFound || code == exitcode::ourFault;
    if (!ok && (!isRun || ended->outcome != Outcome::Failed || didNotRun))
        complain(context.err, (printable(command.name) + QStringLiteral(": ") + printable(endText(told))).toStdString());
    if (context.json) {
        const auto state = co_await stateOf(context, command.name);
        if (!state)
            co_return reportOurFault(context, state.error());
        printResult(context, command.name, ok, *state, ok ? std::nullopt : std::optional(endText(told)));
    }
    co_return code;
}

} // namespace

Task<int> runRun(Context& context, RunCommand command)
{
    try {
        co_return co_await unless(context.interrupts.second(), exitcode::interrupted, runAndWait(context, command));
    } catch (const OperationCancelled&) {
        complain(context.err, "the connection to the host has ended");
        co_return exitcode::ourFault;
    }
}

} // namespace turnspit::ctl

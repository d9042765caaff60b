#include "commands.h"
#include "logformat.h"
#include "logsource.h"

#include <turnspit/async/taskscope.h>

#include <deque>

namespace turnspit::ctl {

namespace {

/// One service that is shown.
struct Shown
{
    Shown(Context& context, const LogsCommand& command, const QString& service, LogQuery selection)
        : name(service), source(context.session, std::move(selection), command.follow),
          printer(context.out, command.format, service, command.names.size() > 1)
    {
    }

    [[nodiscard]] bool hasEntry() const { return next < source.entries().size(); }
    [[nodiscard]] const LogEntryInfo& entry() const { return source.entries().at(next); }

    QString name;
    LogSource source;
    LogPrinter printer;
    qsizetype next = 0;
};

using AllShown = std::deque<Shown>; // a source stays where it is

LogQuery selectionOf(const LogsCommand& command, const QString& service)
{
    LogQuery selection = command.selection;
    selection.service = service;
    // Where both streams are put together, the marks say where lines that were left open end.
    if (command.format == LogFormat::Raw && selection.streams.contains(u',') && !selection.last &&
        selection.grep.isEmpty())
        selection.streams += QStringLiteral(",h");
    return selection;
}

/// 0, or the exit code of what went wrong.
Task<int> advance(Context& context, Shown& shown)
{
    shown.next = 0;
    const auto read = co_await shown.source.advance();
    if (!read)
        co_return report(context, read.error());
    if (!shown.source.note().isEmpty())
        complain(context.err, (shown.name + QStringLiteral(": ") + shown.source.note()).toStdString());
    co_return exitcode::done;
}

/// What is there, merged by time; of equal times the one that was named first.
Task<int> printBacklog(Context& context, AllShown& all)
{
    // Nothing is printed before it is known that all of them exist.
    for (Shown& shown : all) {
        if (const int code = co_await advance(context, shown))
            co_return code;
    }
    while (context.out.isOpen()) {
        Shown* first = nullptr;
        for (Shown& shown : all) {
            while (!shown.hasEntry() && !shown.source.isCaughtUp()) {
                if (const int code = co_await advance(context, shown))
                    co_return code;
            }
            if (shown.hasEntry() && (!first || shown.entry().time < first->entry().time))
                first = &shown;
        }
        if (!first)
            break;
        if (all.size() == 1) {
            for (; first->hasEntry(); ++first->next)
                first->printer.print(first->entry());
        } else {
            first->printer.print(first->entry());
            ++first->next;
        }
    }
    context.out.flush();
    co_return exitcode::done;
}

Task<> followOne(Context& context, Shown& shown, int& code)
{
    while (!shown.source.isAtEnd() && context.out.isOpen() && code == exitcode::done) {
        if (const int failed = co_await advance(context, shown)) {
            code = failed;
            co_return;
        }
        for (; shown.hasEntry(); ++shown.next)
            shown.printer.print(shown.entry());
        context.out.flush();
    }
}

/// Ends when all have ended, one has failed or the reader has gone.
Task<int> followAll(Context& context, AllShown& all)
{
    int code = exitcode::done;
    TaskScope scope;
    for (Shown& shown : all)
        scope.spawn(followOne(context, shown, code));
    co_await scope.join();
    co_return code;
}

Task<int> printLogs(Context& context, LogsCommand command)
{
    AllShown all;
    for (const QString& name : command.names)
        all.emplace_back(context, command, name, selectionOf(command, name));
    int code = co_await printBacklog(context, all);
    if (code == exitcode::done && command.follow && context.out.isOpen())
        code = co_await followAll(context, all);
    for (Shown& shown : all)
        shown.printer.finish();
    co_return code;
}

} // namespace

Task<int> runLogs(Context& context, LogsCommand command)
{
    if (!command.follow)
        co_return co_await printLogs(context, command);
    co_return co_await unless(context.interrupts.first(), exitcode::done, printLogs(context, command));
}

} // namespace turnspit::ctl

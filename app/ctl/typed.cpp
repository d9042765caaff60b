#include "commands.h"
#include "humantime.h"
#include "parser.h"

#include <QRegularExpression>

#include <functional>
#include <map>

namespace turnspit::ctl {

namespace {

QString text(const std::string& typed)
{
    return QString::fromStdString(typed);
}

QStringList namesOf(const Typed& typed)
{
    QStringList names;
    for (const std::string& name : typed.names)
        names.append(text(name));
    names.removeDuplicates();
    return names;
}

Result<std::optional<Milliseconds>> timeoutOf(const Typed& typed)
{
    if (typed.timeout.empty())
        return std::nullopt;
    const auto timeout = parseDuration(typed.timeout);
    if (!timeout)
        return fail(timeout.error().in("--timeout"));
    return *timeout;
}

Result<Command> actCommand(Action action, const Typed& typed)
{
    ActCommand command;
    command.request.action = action;
    command.request.names = namesOf(typed);
    command.request.all = typed.all;
    command.request.group = text(typed.group);
    command.request.wait = !typed.noWait;
    if (command.request.names.isEmpty() && !typed.all && typed.group.empty())
        return fail("which services? Give names, --group GROUP or --all");
    const auto timeout = timeoutOf(typed);
    if (!timeout)
        return fail(timeout.error());
    command.request.timeout = *timeout;
    return command;
}

Result<QString> streamsOf(const std::string& typed)
{
    QStringList streams = text(typed).split(u',');
    for (const QString& stream : streams) {
        if (stream != u"o" && stream != u"e" && stream != u"h")
            return fail("--stream takes o, e and h with commas between them, not \"" + typed + '"');
    }
    streams.removeDuplicates();
    return streams.join(u',');
}

Result<Command> logsCommand(const Typed& typed, WallTime now, const QTimeZone& zone)
{
    LogsCommand command;
    command.names = namesOf(typed);
    command.follow = typed.follow;
    if (typed.raw && typed.json)
        return fail("--raw and --json exclude one another");
    command.format = typed.raw ? LogFormat::Raw : typed.json ? LogFormat::Json : LogFormat::Lines;

    LogQuery& selection = command.selection;
    if (typed.run > 0) {
        if (command.names.size() > 1)
            return fail("--run is for one service: a run belongs to one");
        selection.run = RunId{typed.run};
    }
    if (typed.hasLast)
        selection.last = typed.last;
    for (auto [option, into, name] :
         {std::tuple{&typed.since, &selection.since, "--since"}, {&typed.until, &selection.until, "--until"}}) {
        if (option->empty())
            continue;
        const auto time = parseTime(*option, now, zone);
        if (!time)
            return fail(time.error().in(name));
        *into = *time;
    }
    if (typed.follow && selection.until)
        return fail("--until and -f exclude one another");
    if (!typed.grep.empty()) {
        selection.grep = text(typed.grep);
        const QRegularExpression pattern(selection.grep);
        if (!pattern.isValid())
            return fail("--grep: " + pattern.errorString().toStdString() + " at character " +
                        std::to_string(pattern.patternErrorOffset() + 1));
    }
    if (!typed.streams.empty()) {
        const auto streams = streamsOf(typed.streams);
        if (!streams)
            return fail(streams.error());
        if (typed.raw && streams->contains(u'h'))
            return fail("--raw shows the service's own bytes; the host's marks (h) are none");
        selection.streams = *streams;
    } else if (typed.raw) {
        selection.streams = QStringLiteral("o,e");
    }
    return command;
}

Result<Command> eventsCommand(const Typed& typed, WallTime now, const QTimeZone& zone)
{
    EventsCommand command;
    command.follow = typed.follow;
    if (typed.limit > 0)
        command.query.limit = typed.limit;
    if (!typed.since.empty()) {
        const auto since = parseTime(typed.since, now, zone);
        if (!since)
            return fail(since.error().in("--since"));
        command.query.since = *since;
    }
    return command;
}

Result<Command> addCommand(const Typed& typed, const std::string& currentFolder)
{
    if (!isServiceName(typed.name))
        return fail('"' + typed.name +
                    "\" is not a name for a service: 1 to 64 of A-Za-z0-9._-, beginning with a letter or digit");
    AddOptions options = typed.add;
    options.autostart = !typed.noAutostart;
    auto file = serviceFileText(options, currentFolder);
    if (!file)
        return fail(file.error());
    AddCommand command;
    command.request.name = text(typed.name);
    command.request.text = text(*file);
    command.request.start = !typed.noStart;
    return command;
}

Result<Command> editCommand(const Typed& typed)
{
    EditCommand command;
    command.request.name = text(typed.name);
    for (const std::string& edit : typed.edits) {
        const auto equals = edit.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail("an edit is KEY=VALUE, as in restart.delay=5s, not \"" + edit + '"');
        command.request.edits.append({text(edit.substr(0, equals)), text(edit.substr(equals + 1))});
    }
    return command;
}

Result<Command> waitCommand(const Typed& typed)
{
    const auto timeout = timeoutOf(typed);
    if (!timeout)
        return fail(timeout.error());
    if (typed.state != "ended" && !serviceStateFromString(typed.state)) {
        return fail("there is no state \"" + typed.state +
                    "\": stopped, starting, running, waiting, backing-off, stopping, failed, completed, disabled, "
                    "invalid, or ended");
    }
    return WaitCommand{text(typed.name), text(typed.state), *timeout};
}

Result<Command> newWorkerCommand(const Typed& typed, const std::string& currentFolder)
{
    if (const auto wrong = wrongWithWorkerName(typed.name))
        return fail(*wrong);
    return NewWorkerCommand{typed.name, currentFolder};
}

} // namespace

Result<Command> commandOf(const std::string& command, const Typed& typed, WallTime now, const QTimeZone& zone,
                          const std::string& currentFolder)
{
    static const std::map<std::string, Action> actions{
        {"start", Action::Start},   {"stop", Action::Stop},       {"restart", Action::Restart},
        {"kill", Action::Kill},     {"hold", Action::Hold},       {"resume", Action::Resume},
        {"enable", Action::Enable}, {"disable", Action::Disable},
    };
    if (const auto action = actions.find(command); action != actions.end())
        return actCommand(action->second, typed);

    const std::map<std::string, std::function<Result<Command>()>> others{
        {"list", [] { return ListCommand{}; }},
        {"status", [&] { return StatusCommand{namesOf(typed)}; }},
        {"show", [&] { return ShowCommand{text(typed.name)}; }},
        {"run", [&] { return RunCommand{text(typed.name), !typed.noWait}; }},
        {"logs", [&] { return logsCommand(typed, now, zone); }},
        {"runs", [&] { return RunsCommand{text(typed.name), typed.limit > 0 ? typed.limit : RunsCommand().limit}; }},
        {"next", [&] { return NextCommand{typed.count}; }},
        {"events", [&] { return eventsCommand(typed, now, zone); }},
        {"add", [&] { return addCommand(typed, currentFolder); }},
        {"edit", [&] { return editCommand(typed); }},
        {"remove", [&] { return RemoveCommand{text(typed.name)}; }},
        {"undo", [] { return UndoCommand{}; }},
        {"check", [&] { return CheckCommand{typed.files}; }},
        {"new", [&] { return newWorkerCommand(typed, currentFolder); }},
        {"reload", [] { return ReloadCommand{}; }},
        {"wait", [&] { return waitCommand(typed); }},
        {"hosts", [&] { return HostsCommand{}; }},
        {"shutdown", [&] { return ShutdownCommand{!typed.noWait}; }},
    };
    return others.at(command)();
}

} // namespace turnspit::ctl

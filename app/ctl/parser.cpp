#include "parser.h"

#include <charconv>

namespace turnspit::ctl {

namespace {

constexpr const char* lookGroup = "Look";
constexpr const char* actGroup = "Act";
constexpr const char* changeGroup = "Set up";
constexpr const char* hostGroup = "Host";

constexpr const char* exitCodes =
    "Exit codes: 0 done; 1 failed or refused; 2 usage; 3 no host reachable; 4 no such service; 5 timed out;\n"
    "`run` ends with the code of what it ran, and with 125 where Turnspit itself failed.";

/// Without a name, so that help shows the option's own word for the number.
CLI::Validator wholeNumber(long long least)
{
    const auto check = [least](const std::string& text) {
        long long number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool good = error == std::errc() && end == text.data() + text.size() && number >= least;
        return good ? std::string() : "takes a whole number from " + std::to_string(least) + ", not \"" + text + '"';
    };
    return CLI::Validator(check, "");
}

const CLI::Validator fromZero = wholeNumber(0);
const CLI::Validator fromOne = wholeNumber(1);

/// What stands behind -- is no option, so CLI11 does not know of it.
class Formatter : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* shown, std::string name) const override
    {
        std::string usage = CLI::Formatter::make_usage(shown, std::move(name));
        if (shown->get_name() == "add")
            usage.insert(usage.find_last_not_of('\n') + 1, " -- COMMAND...");
        return usage;
    }
};

} // namespace

Parser::Parser() : app("Looks at the services of a running Turnspit host and controls them.", "turnspitctl")
{
    app.formatter(std::make_shared<Formatter>());
    app.fallthrough(); // options for every command may come behind it
    app.require_subcommand(1);
    app.get_formatter()->column_width(32);
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app.get_formatter()->label("Subcommands", "Commands");
    app.footer(std::string("Examples:\n"
                           "  turnspitctl add web -- python3 -m http.server 8000\n"
                           "  turnspitctl add backup --cron \"0 3 * * *\" -- restic backup /home/me\n"
                           "  turnspitctl list\n"
                           "  turnspitctl logs -f web\n\n") +
               exitCodes);
    app.set_help_flag("-h,--help", "Say what there is, or how a command is used");
    app.set_version_flag("--version", TURNSPIT_VERSION, "Say which version this is");
    app.add_flag("--json", typed.json, "Print JSON (errors stay text on standard error)");
    app.add_option("--host", typed.host, "A program that shows itself (see `turnspitctl hosts`) instead of the main host")
        ->type_name("NAME");
    app.add_option("--config-dir", typed.places.configDir,
                   "Folder of turnspit.toml and services/ ($TURNSPIT_CONFIG_DIR)")
        ->type_name("DIR");
    app.add_option("--state-dir", typed.places.stateDir, "Folder of logs and history ($TURNSPIT_STATE_DIR)")
        ->type_name("DIR");
    app.add_option("--runtime-dir", typed.places.runtimeDir, "Folder of the host's socket ($TURNSPIT_RUNTIME_DIR)")
        ->type_name("DIR");
    addViews();
    addLogs();
    addActions();
    addChanges();
}

std::vector<std::string> Parser::commandNames() const
{
    std::vector<std::string> names;
    for (const CLI::App* subcommand : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(subcommand->get_name());
    return names;
}

CLI::App& Parser::command(const std::string& name, const std::string& group, const std::string& description)
{
    CLI::App& sub = *app.add_subcommand(name, description)->group(group);
    sub.footer(
        "`turnspitctl --help` lists the options for every command (--json, --config-dir, ...) and the exit codes.");
    return sub;
}

void Parser::addViews()
{
    command("list", lookGroup, "All services, one a line");

    auto& status = command("status", lookGroup, "Some services in more words");
    status.add_option("NAME", typed.names, "Services")->required()->type_name("");

    auto& show = command("show", lookGroup, "All about one service: state, definition, last runs");
    show.add_option("NAME", typed.name, "Service")->required()->type_name("");

    auto& runs = command("runs", lookGroup, "Runs, newest first");
    runs.add_option("NAME", typed.name, "Of this service only")->type_name("");
    runs.add_option("--limit", typed.limit, "At most so many (50)")->check(fromOne)->type_name("N");

    auto& next = command("next", lookGroup, "What will run when, earliest first");
    next.add_option("--count", typed.count, "At most so many (20)")->check(fromOne)->type_name("N");

    auto& events = command("events", lookGroup, "What happened to the host and its services");
    events.add_flag("-f,--follow", typed.follow, "Go on with changes as they come, until interrupted");
    events
        .add_option("--since", typed.since,
                    "Not before: 2026-11-22T08:44:24Z, \"2026-11-22 08:44\", 08:44, or 10m (ago)")
        ->type_name("TIME");
    events.add_option("--limit", typed.limit, "At most the last so many (100)")->check(fromOne)->type_name("N");
}

void Parser::addLogs()
{
    auto& logs = command("logs", lookGroup, "What services wrote: all of the live run, else of the last one");
    logs.add_option("NAME", typed.names, "Services; several are merged by time, each line after `NAME | `")
        ->required()
        ->type_name("");
    logs.add_flag("-f,--follow", typed.follow, "Go on as more is written, over ends of runs, until interrupted");
    logs.add_option("-n", typed.last, "Only the last so many entries")
        ->check(fromZero)
        ->type_name("N")
        ->each([this](const std::string&) { typed.hasLast = true; });
    logs.add_option("--run", typed.run, "Only this run (see `turnspitctl runs`)")->check(fromOne)->type_name("ID");
    logs.add_option("--since", typed.since,
                    "Not before, in all that is kept: 2026-11-22T08:44:24Z, \"2026-11-22 08:44\", 08:44, or 10m (ago)")
        ->type_name("TIME");
    logs.add_option("--until", typed.until, "Not after, in all that is kept")->type_name("TIME");
    logs.add_option("--grep", typed.grep, "Entries that this regular expression is found in, in all that is kept")
        ->type_name("RE");
    logs.add_option("--stream", typed.streams, "Of o (stdout), e (stderr) and h (the host's marks)")
        ->type_name("o,e,h");
    logs.add_flag("--raw", typed.raw, "Only the service's own bytes: no times, no marks, long lines joined");
    logs.footer("A line is the entry as it is on disk: time (UTC), stream, then ` | ` or, where the text goes on in "
                "the next entry\n"
                "of the same stream, `+| `, and what the service wrote.");
}

void Parser::addActions()
{
    const auto addAction = [this](const std::string& name, const std::string& description) -> CLI::App& {
        auto& sub = command(name, actGroup, description);
        sub.add_option("NAME", typed.names, "Services")->type_name("");
        sub.add_flag("--all", typed.all, "All services");
        sub.add_option("--group", typed.group, "The services of this group")->type_name("GROUP");
        sub.add_flag("--no-wait", typed.noWait, "Return when it has begun");
        return sub;
    };
    addAction("start", "Start what is kept or manual, arm what is scheduled");
    auto& stop = addAction("stop", "Stop and wait until nothing is left; remembered over restarts of the host");
    stop.add_option("--timeout", typed.timeout, "Kill after this time (10s, 1m30s) instead of the service's own limit")
        ->type_name("DURATION");
    addAction("restart", "Stop, then start with the present settings");
    addAction("kill", "Stop without asking; remembered like a stop");

    auto& run = command("run", actGroup, "Run a scheduled or manual service once, now");
    run.add_option("NAME", typed.name, "Service")->required()->type_name("");
    run.add_flag("--no-wait", typed.noWait, "Return when it has begun");
    run.footer("Prints what the run writes and ends with its exit code, 128 + n for signal n, 125 where Turnspit "
               "itself failed.\n"
               "Ctrl+C stops the run; a second one leaves it.");

    addAction("hold", "Let a schedule pause");
    addAction("resume", "Let a held schedule go on");

    auto& wait = command("wait", actGroup, "Wait until a service has been in a state");
    wait.add_option("NAME", typed.name, "Service")->required()->type_name("");
    wait.add_option("--state", typed.state,
                    "A state as `list` shows it, or `ended`: stopped, failed, completed or waiting")
        ->required()
        ->type_name("STATE");
    wait.add_option("--timeout", typed.timeout, "Give up after this time (exit code 5)")->type_name("DURATION");

    const auto addToggle = [&](const std::string& name, const std::string& description) {
        addAction(name, description).group(changeGroup);
    };
    addToggle("enable", "Take `disabled` out of the service's file");
    addToggle("disable", "Write `disabled` into the service's file; what runs goes on to its end");
}

void Parser::addChanges()
{
    auto& add = command("add", changeGroup, "Make a new service and start it: add NAME [options] -- COMMAND...");
    add.add_option("NAME", typed.name, "1 to 64 of A-Za-z0-9._-, beginning with a letter or digit")
        ->required()
        ->type_name("");
    add.add_option("--every", typed.add.every, "Run it at this interval: 5m, 1h30m")->type_name("DURATION");
    add.add_option("--cron", typed.add.cron, "Run it by this cron expression: \"0 3 * * *\", @daily")
        ->type_name("EXPR");
    add.add_flag("--manual", typed.add.manual, "Run it only when asked");
    add.add_option("--group", typed.add.group, "Group to show it in")->type_name("GROUP");
    add.add_option("--cwd", typed.add.cwd, "Folder to run it in (home)")->type_name("DIR");
    add.add_option("--env", typed.add.environment, "Environment variable; may be given again")
        ->allow_extra_args(false)
        ->type_name("NAME=VALUE");
    add.add_option("--restart", typed.add.restart, "never, on-failure or always")->type_name("POLICY");
    add.add_flag("--no-autostart", typed.noAutostart, "Do not start it with the host");
    add.add_flag("--no-start", typed.noStart, "Do not start it now");
    add.footer("The command runs without a shell; each word behind -- is one argument.\n"
               "Everything else: `turnspitctl edit NAME KEY=VALUE`.");

    auto& edit = command("edit", changeGroup, "Change keys of a service's file: edit NAME KEY=VALUE...");
    edit.add_option("NAME", typed.name, "Service")->required()->type_name("");
    edit.add_option("KEY=VALUE", typed.edits,
                    "Keys as in the file, dotted: restart.delay=5s; an empty value removes the key")
        ->required()
        ->type_name("");

    auto& remove =
        command("remove", changeGroup, "Stop a service and remove its file; logs and history stay for 30 days");
    remove.add_option("NAME", typed.name, "Service")->required()->type_name("");

    command("undo", changeGroup, "Take back the last remove or edit");

    auto& check = command("check", changeGroup, "Say what is wrong with service files; needs no host");
    check.add_option("FILE", typed.files, "Files (default: turnspit.toml and all of services/)")->type_name("");

    auto& make = command("new", changeGroup, "Make a project: new worker NAME; needs no host");
    make.require_subcommand(1);
    make.get_formatter()->label("SUBCOMMAND", "KIND");
    auto& worker = *make.add_subcommand("worker", "A C++ program that hosts a service of yours, with a test");
    worker.add_option("NAME", typed.name, "Of the project, its folder and its program")->required()->type_name("");
    worker.footer("It builds on the installed library (libturnspit-dev); its README.md says how.");

    command("reload", changeGroup, "Apply changes of files now and print the differences");

    command("hosts", hostGroup, "The main host, and programs built on the library that show themselves");

    auto& shutdown = command("shutdown", hostGroup, "Stop all services and end the host");
    shutdown.add_flag("--no-wait", typed.noWait, "Return when it has begun");
}

} // namespace turnspit::ctl

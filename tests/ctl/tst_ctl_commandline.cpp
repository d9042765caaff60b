#include <ctl/commandline.h>

#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;

namespace {

const WallTime now = parseRfc3339("2026-11-22T12:00:00Z").value();

ParsedCommandLine parse(const std::vector<std::string>& arguments)
{
    return parseCommandLine(arguments, now, QTimeZone::utc(), "/here");
}

template <class T>
T command(const std::vector<std::string>& arguments)
{
    const ParsedCommandLine parsed = parse(arguments);
    if (!parsed.commandLine)
        qFatal("%s", parsed.text.c_str());
    return std::get<T>(parsed.commandLine->command);
}

} // namespace

class tst_ctl_commandline : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void optionsForEveryCommandStandBeforeAndBehindIt()
    {
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{"--json", "--config-dir", "/c", "--state-dir=/s", "--runtime-dir", "/r", "list"},
              std::vector<std::string>{"list", "--runtime-dir=/r", "--json", "--state-dir", "/s", "--config-dir",
                                       "/c"}}) {
            const auto parsed = parse(arguments);
            QVERIFY2(parsed.commandLine.has_value(), parsed.text.c_str());
            QVERIFY(parsed.commandLine->json);
            QCOMPARE(parsed.commandLine->places.configDir, std::string("/c"));
            QCOMPARE(parsed.commandLine->places.stateDir, std::string("/s"));
            QCOMPARE(parsed.commandLine->places.runtimeDir, std::string("/r"));
            QVERIFY(std::holds_alternative<ListCommand>(parsed.commandLine->command));
        }
    }

    void anotherHostIsMeantByItsName()
    {
        QCOMPARE(parse({"--host", "shop", "list"}).commandLine->worker, std::string("shop"));
        QCOMPARE(parse({"stop", "mail", "--host=shop"}).commandLine->worker, std::string("shop"));
        QCOMPARE(parse({"list"}).commandLine->worker, std::string());
        QCOMPARE(parse({"--host", "turnspitd", "list"}).commandLine->worker, std::string()); // the main host, as `hosts` names it
        QCOMPARE(parse({"--host", "../x", "list"}).exitCode, 2);
        QCOMPARE(parse({"--host", "shop", "hosts"}).exitCode, 2);
        QCOMPARE(parse({"--host", "shop", "check"}).exitCode, 2);
        QVERIFY(std::holds_alternative<HostsCommand>(parse({"hosts"}).commandLine->command));
    }

    void servicesMayBeCalledLikeCommands()
    {
        QCOMPARE(command<ActCommand>({"start", "list", "stop"}).request.names,
                 (QStringList{QStringLiteral("list"), QStringLiteral("stop")}));
        QCOMPARE(command<ShowCommand>({"show", "show"}).name, QStringLiteral("show"));
        QCOMPARE(command<StatusCommand>({"status", "run", "run"}).names, QStringList{QStringLiteral("run")});
    }

    void everyActionTakesNamesGroupsAndAll_data()
    {
        QTest::addColumn<int>("action");
        QTest::newRow("start") << int(Action::Start);
        QTest::newRow("stop") << int(Action::Stop);
        QTest::newRow("restart") << int(Action::Restart);
        QTest::newRow("kill") << int(Action::Kill);
        QTest::newRow("hold") << int(Action::Hold);
        QTest::newRow("resume") << int(Action::Resume);
        QTest::newRow("enable") << int(Action::Enable);
        QTest::newRow("disable") << int(Action::Disable);
    }

    void everyActionTakesNamesGroupsAndAll()
    {
        QFETCH(int, action);
        const std::string word = QTest::currentDataTag();
        const auto named = command<ActCommand>({word, "a", "--no-wait", "b"});
        QCOMPARE(int(named.request.action), action);
        QCOMPARE(named.request.names, (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QVERIFY(!named.request.wait);
        QVERIFY(!named.request.all);
        QVERIFY(named.request.trigger == Trigger::Ctl);
        QVERIFY(command<ActCommand>({word, "--all"}).request.all);
        QVERIFY(command<ActCommand>({word, "--all"}).request.wait);
        QCOMPARE(command<ActCommand>({word, "--group", "shop"}).request.group, QStringLiteral("shop"));
    }

    void aStopMayHaveALimitOfItsOwn()
    {
        QVERIFY(command<ActCommand>({"stop", "a", "--timeout", "1m30s"}).request.timeout == Milliseconds(90'000));
        QVERIFY(!command<ActCommand>({"stop", "a"}).request.timeout);
    }

    void logsSelectsWhatWasAsked()
    {
        const auto all = command<LogsCommand>({"logs", "a", "b", "a"});
        QCOMPARE(all.names, (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QVERIFY(!all.follow && !all.selection.last && !all.selection.since && all.selection.streams.isEmpty());
        QCOMPARE(all.format, LogFormat::Lines);

        const auto some =
            command<LogsCommand>({"logs", "-fn", "10", "a", "--since", "10m", "--grep", "[ab]+", "--stream", "e,o,e"});
        QVERIFY(some.follow);
        QCOMPARE(some.selection.last.value(), 10);
        QCOMPARE(formatRfc3339(some.selection.since.value()), std::string("2026-11-22T11:50:00.000000Z"));
        QCOMPARE(some.selection.grep, QStringLiteral("[ab]+"));
        QCOMPARE(some.selection.streams, QStringLiteral("e,o"));

        const auto run = command<LogsCommand>({"logs", "a", "--run", "41", "--until", "08:00", "-n0", "--raw"});
        QVERIFY(run.selection.run == RunId{41});
        QCOMPARE(formatRfc3339(run.selection.until.value()), std::string("2026-11-22T08:00:00.000000Z"));
        QCOMPARE(run.selection.last.value(), 0);
        QCOMPARE(run.format, LogFormat::Raw);
        QCOMPARE(run.selection.streams, QStringLiteral("o,e"));
        QCOMPARE(command<LogsCommand>({"logs", "a", "--json"}).format, LogFormat::Json);
    }

    void theOtherCommandsHaveTheirDefaults()
    {
        QCOMPARE(command<RunsCommand>({"runs"}).limit, 50);
        QCOMPARE(command<RunsCommand>({"runs", "a", "--limit", "3"}).limit, 3);
        QCOMPARE(command<RunsCommand>({"runs", "a"}).name, QStringLiteral("a"));
        QCOMPARE(command<NextCommand>({"next"}).count, 20);
        QCOMPARE(command<NextCommand>({"next", "--count", "2"}).count, 2);
        QVERIFY(command<EventsCommand>({"events", "-f"}).follow);
        QCOMPARE(command<EventsCommand>({"events"}).query.limit, 100);
        QVERIFY(command<RunCommand>({"run", "a"}).wait);
        QVERIFY(!command<RunCommand>({"run", "a", "--no-wait"}).wait);
        QCOMPARE(command<RemoveCommand>({"remove", "a"}).name, QStringLiteral("a"));
        QCOMPARE(command<CheckCommand>({"check"}).files.size(), std::size_t(0));
        QCOMPARE(command<CheckCommand>({"check", "x.toml", "y.toml"}).files.size(), std::size_t(2));
        command<UndoCommand>({"undo"});
        command<ReloadCommand>({"reload"});
        QVERIFY(command<ShutdownCommand>({"shutdown"}).wait);
        const auto wait = command<WaitCommand>({"wait", "a", "--state", "ended", "--timeout", "5s"});
        QCOMPARE(wait.state, QStringLiteral("ended"));
        QVERIFY(wait.timeout == Milliseconds(5000));
    }

    void whatFollowsTheMarkIsTheCommandWhateverItLooksLike()
    {
        const auto added = command<AddCommand>(
            {"add", "web", "--env", "A=1", "--env=B=2", "--no-start", "--", "sh", "-c", "--json", "--", "a b"});
        QCOMPARE(added.request.name, QStringLiteral("web"));
        QVERIFY(!added.request.start);
        QCOMPARE(added.request.text, QStringLiteral("command = [\"sh\", \"-c\", \"--json\", \"--\", \"a b\"]\n"
                                                    "environment = { A = \"1\", B = \"2\" }\n"));
        QVERIFY(command<AddCommand>({"--state-dir", "add", "add", "add", "--", "true"}).request.start);
    }

    void editsAreKeysAndValues()
    {
        const auto edit = command<EditCommand>({"edit", "a", "restart.delay=5s", "group=", "command=a=b"});
        QCOMPARE(edit.request.edits.size(), 3);
        QCOMPARE(edit.request.edits[0].key, QStringLiteral("restart.delay"));
        QCOMPARE(edit.request.edits[0].value, QStringLiteral("5s"));
        QCOMPARE(edit.request.edits[1].value, QString());
        QCOMPARE(edit.request.edits[2].value, QStringLiteral("a=b"));
    }

    void helpAndVersionNeedNothingElse()
    {
        const auto help = parse({"--help"});
        QCOMPARE(help.exitCode, 0);
        for (const char* word :
             {"list",   "status", "show",    "start",  "stop", "kill",     "restart", "run",          "hold",
              "resume", "enable", "disable", "logs",   "runs", "next",     "events",  "add",          "edit",
              "remove", "undo",   "check",   "reload", "wait", "shutdown", "hosts",   "new",          "--json",
              "--host", "--config-dir", "Exit codes"})
            QVERIFY2(help.text.find(word) != std::string::npos, word);
        const auto stop = parse({"stop", "--help"});
        QCOMPARE(stop.exitCode, 0);
        QVERIFY(stop.text.find("--timeout") != std::string::npos);
        QVERIFY(parse({"add", "--help"}).text.find("turnspitctl add [OPTIONS] NAME -- COMMAND...") !=
                std::string::npos);
        const auto version = parse({"--version"});
        QCOMPARE(version.exitCode, 0);
        QCOMPARE(version.text, std::string("turnspitctl " TURNSPIT_VERSION "\n"));
    }

    void whatIsNotBuiltIsNotOffered()
    {
        const std::string help = parse({"--help"}).text;
        for (const char* word : {"import", "export", "doctor", "rename"}) {
            QVERIFY2(help.find(std::string("\n  ") + word + ' ') == std::string::npos, word);
            const auto parsed = parse({word, "a"});
            QCOMPARE(parsed.exitCode, 2);
            QVERIFY(parsed.text.find("there is no command") != std::string::npos);
        }
    }

    void whatCannotBeMeantIsAUsageError_data()
    {
        using Arguments = std::vector<std::string>;
        QTest::addColumn<Arguments>("arguments");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const Arguments& arguments, const char* says) {
            std::string name;
            for (const std::string& argument : arguments)
                name += argument + ' ';
            QTest::newRow(name.c_str()) << arguments << QByteArray(says);
        };
        row({}, "the command is missing");
        row({"--json"}, "the command is missing");
        row({"lsit"}, "did you mean `list`");
        row({"frobnicate"}, "there is no command `frobnicate`");
        row({"list", "--frobnicate"}, "--frobnicate");
        row({"list", "surplus"}, "surplus");
        row({"list", "--config-dir"}, "--config-dir");
        row({"status"}, "NAME");
        row({"show"}, "NAME");
        row({"new"}, "new worker NAME");
        row({"new", "service", "x"}, "new worker NAME");
        row({"new", "worker"}, "NAME is required\nSee `turnspitctl new worker --help`");
        row({"new", "worker", "9lives"}, "turnspitctl new worker --help");
        row({"show", "a", "b"}, "b");
        for (const char* action : {"start", "stop", "restart", "kill", "hold", "resume", "enable", "disable"})
            row({action}, "which services");
        row({"start", "a", "--timeout", "5s"}, "--timeout");
        row({"stop", "a", "--timeout", "5"}, "--timeout");
        row({"stop", "a", "--timeout", "soon"}, "--timeout");
        row({"run"}, "NAME");
        row({"run", "a", "b"}, "b");
        row({"logs"}, "NAME");
        row({"logs", "a", "-n", "-1"}, "-n");
        row({"logs", "a", "-n", "many"}, "-n: takes a whole number from 0, not \"many\"");
        row({"logs", "a", "--run", "x"}, "--run");
        row({"logs", "a", "--run", "0"}, "--run");
        row({"logs", "a", "b", "--run", "1"}, "--run");
        row({"logs", "a", "--since", "yesterday"}, "--since");
        row({"logs", "a", "--until", "10"}, "--until");
        row({"logs", "a", "-f", "--until", "10m"}, "--until");
        row({"logs", "a", "--grep", "("}, "--grep");
        row({"logs", "a", "--stream", "o,x"}, "--stream");
        row({"logs", "a", "--stream", "oe"}, "--stream");
        row({"logs", "a", "--raw", "--json"}, "--raw");
        row({"logs", "a", "--raw", "--stream", "h"}, "--raw");
        row({"runs", "--limit", "0"}, "--limit");
        row({"runs", "a", "b"}, "b");
        row({"next", "--count", "-3"}, "--count");
        row({"events", "--since", "x"}, "--since");
        row({"add"}, "NAME");
        row({"add", "a"}, "command is missing");
        row({"add", "a", "--"}, "command is missing");
        row({"add", "a", "true"}, "true");
        row({"add", "a b", "--", "true"}, "not a name");
        row({"add", ".a", "--", "true"}, "not a name");
        row({"add", "a", "--every", "5", "--", "true"}, "--every");
        row({"add", "a", "--every", "5m", "--manual", "--", "true"}, "exclude");
        row({"add", "a", "--env", "X", "--", "true"}, "--env");
        row({"add", "a", "--restart", "x", "--", "true"}, "--restart");
        row({"edit", "a"}, "KEY=VALUE");
        row({"edit", "a", "restart.delay"}, "KEY=VALUE");
        row({"edit", "a", "=x"}, "KEY=VALUE");
        row({"remove"}, "NAME");
        row({"undo", "a"}, "a");
        row({"wait", "a"}, "--state");
        row({"wait", "a", "--state", "alive"}, "there is no state \"alive\"");
        row({"wait", "a", "--state", "running", "--timeout", "1"}, "--timeout");
    }

    void whatCannotBeMeantIsAUsageError()
    {
        QFETCH(std::vector<std::string>, arguments);
        QFETCH(QByteArray, says);
        const auto parsed = parse(arguments);
        QVERIFY(!parsed.commandLine.has_value());
        QCOMPARE(parsed.exitCode, 2);
        QVERIFY2(parsed.text.starts_with("turnspitctl: "), parsed.text.c_str());
        QVERIFY2(parsed.text.find(says.constData()) != std::string::npos, parsed.text.c_str());
        QVERIFY2(parsed.text.find("--help`.\n") != std::string::npos, parsed.text.c_str());
    }
};

QTEST_GUILESS_MAIN(tst_ctl_commandline)
#include "tst_ctl_commandline.moc"

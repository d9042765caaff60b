#include "config/configtesting.h"

#include <turnspit/servicefile/keys.h>
#include <turnspit/servicefile/parse.h>

#include <csignal>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

Definition good(std::string_view text, const TomlTable& defaults = {})
{
    const auto parsed = parseDefinition(text, "web.toml", "web", defaults);
    if (!parsed)
        QTest::qFail(parsed.error().front().text().c_str(), __FILE__, __LINE__);
    return parsed.value_or(Definition());
}

QString firstError(const ParsedDefinition& parsed)
{
    return parsed ? QStringLiteral("(no error)") : shown(parsed.error().front().text());
}

TomlTable table(std::string_view text)
{
    return parseToml(text, "turnspit.toml").value();
}

} // namespace

class TestParse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fillsInTheDefaultsOfTheContract();
    void readsEveryKey();
    void readsCommandsOfAllForms_data();
    void readsCommandsOfAllForms();
    void readsTimes();
    void saysWhatIsWrongAndWhere_data();
    void saysWhatIsWrongAndWhere();
    void refusesAWrongTypeForEveryKey();
    void refusesWhatIsNotBuiltYetWhateverItsValue();
    void reportsAllErrorsInTheOrderOfTheFile();
    void choosesTheRestartPolicyByKind();
    void movesAnUnwrittenNeighbourAlong();
    void putsDefaultsUnderTheFile();
    void letsTheFileDecideOfItsKind();
    void namesTheFileOfTheDefaultsForTheirErrors();
    void checksDefaultsByThemselves();
};

void TestParse::fillsInTheDefaultsOfTheContract()
{
    const Definition d = good("command = [\"a\"]");
    QCOMPARE(shown(d.name), QStringLiteral("web"));
    QCOMPARE(shown(d.file), QStringLiteral("web.toml"));
    QVERIFY(d.kind() == ServiceKind::Kept);
    QVERIFY(d.autostart && !d.disabled && !d.manual && !d.shell);
    QVERIFY(d.description.empty() && d.group.empty() && d.workingDirectory.empty() && d.environment.empty() &&
            d.environmentFile.empty());
    QVERIFY(d.onHostCrash == OnHostCrash::Keep);
    QCOMPARE(d.umask, 0022);
    QVERIFY(!d.schedule);
    QVERIFY(d.restart == RestartPolicy());
    QVERIFY(d.restart.policy == RestartPolicy::OnFailure && d.restart.limit == 10 && d.restart.window == 10min);
    QVERIFY(d.stop == StopPolicy());
    QVERIFY(d.log == LogPolicy());
    QVERIFY(d.log.maxSize == 100'000'000 && d.log.segmentSize == 16'000'000 && d.log.maxAge == 24h * 30);
    QVERIFY(d.workingDirectoryPath("/home/u") == "/home/u" && d.environmentFilePath("/home/u").empty());
}

void TestParse::readsEveryKey()
{
    const Definition d = good(R"(
description = "Sends the queued mail"
group = "shop"
command = ["node", "worker.js"]
shell = false
working_directory = "~/shop"
environment = { NODE_ENV = "production", "a.b" = "" }
environment_file = ".env"
autostart = false
disabled = true
manual = false
on_host_crash = "end"
umask = "077"
[schedule]
cron = "*/5 * * * *"
timezone = "Europe/Berlin"
overlap = "queue"
missed = "all"
missed_limit = "1h"
jitter = "3s"
run_at_start = true
[restart]
policy = "on-failure"
success_exit_codes = [0, 3]
delay = "2s"
max_delay = "1m"
limit = 0
window = "5m"
reset_after = "10s"
[stop]
signal = "INT"
timeout = "0s"
command = ["stop", "it"]
[log]
capture = false
max_size = "1MB"
segment_size = "1MB"
max_age = "1w"
)");
    QVERIFY(d.description == "Sends the queued mail" && d.group == "shop");
    QVERIFY((d.command == std::vector<std::string>{"node", "worker.js"}));
    QVERIFY(d.arguments() == d.command);
    QCOMPARE(shown(d.workingDirectoryPath("/home/u")), QStringLiteral("/home/u/shop"));
    QCOMPARE(shown(d.environmentFilePath("/home/u")), QStringLiteral("/home/u/shop/.env"));
    QVERIFY((d.environment == std::map<std::string, std::string>{{"NODE_ENV", "production"}, {"a.b", ""}}));
    QVERIFY(!d.autostart && d.disabled && !d.manual && d.onHostCrash == OnHostCrash::End && d.umask == 077);
    QVERIFY(d.kind() == ServiceKind::Scheduled);
    QVERIFY(std::get<Cron>(d.schedule->rule).text() == "*/5 * * * *");
    QVERIFY(d.schedule->timezone == "Europe/Berlin" && d.schedule->overlap == OverlapPolicy::Queue &&
            d.schedule->missed == MissedPolicy::All);
    QVERIFY(d.schedule->missedLimit == 1h && d.schedule->jitter == 3s && d.schedule->runAtStart);
    QVERIFY(d.restart.policy == RestartPolicy::OnFailure && (d.restart.successExitCodes == std::set<int>{0, 3}));
    QVERIFY(d.restart.delay == 2s && d.restart.maxDelay == 1min && d.restart.limit == 0 && d.restart.window == 5min &&
            d.restart.resetAfter == 10s);
    QVERIFY(d.stop.signal == SIGINT && d.stop.timeout == 0s &&
            (d.stop.command == std::vector<std::string>{"stop", "it"}));
    QVERIFY(!d.log.capture && d.log.maxSize == 1'000'000 && d.log.segmentSize == 1'000'000 && d.log.maxAge == 24h * 7);
}

void TestParse::readsCommandsOfAllForms_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("arguments");
    const auto row = [](const char* name, const char* text, const QStringList& arguments) {
        QTest::newRow(name) << QString::fromUtf8(text) << arguments;
    };
    row("array", "command = ['a b', '']", {QStringLiteral("a b"), QString()});
    row("string", "command = 'node \"a b\" $HOME *'",
        {QStringLiteral("node"), QStringLiteral("a b"), QStringLiteral("$HOME"), QStringLiteral("*")});
    row("shell", "command = 'a | b'\nshell = true",
        {QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("a | b")});
    row("shell keeps quotes", "shell = true\ncommand = \"it's\"",
        {QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("it's")});
}

void TestParse::readsCommandsOfAllForms()
{
    QFETCH(QString, text);
    QFETCH(QStringList, arguments);
    QStringList found;
    for (const std::string& argument : good(bytes(text)).arguments())
        found << shown(argument);
    QCOMPARE(found, arguments);
}

void TestParse::readsTimes()
{
    using namespace std::chrono;
    const auto at = [](const char* value) {
        return std::get<At>(good("command = 'a'\n[schedule]\nat = " + std::string(value)).schedule->rule).when;
    };
    const auto local = local_days(2026y / December / 24) + 18h;
    QVERIFY(std::get<LocalTime>(at("2026-12-24T18:00:00")) == local);
    QVERIFY(std::get<LocalTime>(at("2026-12-24 18:00:00.9")) == local);
    QVERIFY(std::get<WallTime>(at("2026-12-24T18:00:00.5+01:00")) == sys_days(2026y / December / 24) + 17h + 500ms);
    const auto every = good("command = 'a'\n[schedule]\nevery = '1h30m'").schedule->rule;
    QVERIFY(std::get<Every>(every).interval == 90min);
}

void TestParse::saysWhatIsWrongAndWhere_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* text, const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(expected);
    };
    row("empty file", "", "web.toml:1:1: `command` is missing: write command = [\"program\", \"argument\"]");
    row("misspelt command", "# c\ncomand = 'a'\n", "web.toml:2:1: unknown key `comand`: did you mean `command`?");
    row("misspelt key", "command = 'a'\n[restart]\n polcy = 'never'\n",
        "web.toml:3:2: unknown key `restart.polcy`: did you mean `restart.policy`?");
    row("dash for underscore", "command = 'a'\nworking-directory = '/'\n",
        "web.toml:2:1: unknown key `working-directory`: did you mean `working_directory`?");
    row("key of another table", "command = 'a'\nmax_delay = '1s'\n",
        "web.toml:2:1: unknown key `max_delay`: `max_delay` belongs into [restart]");
    row("root key in a table", "command = 'a'\n[stop]\nautostart = true\n",
        "web.toml:3:1: unknown key `stop.autostart`: `autostart` belongs above the first [table]");
    row("unknown table", "command = 'a'\n[xyzzy]\n", "web.toml:2:2: unknown key `xyzzy`");
    row("unknown with odd name", "command = 'a'\n\"x y\" = 1\n", "web.toml:2:1: unknown key `\"x y\"`");
    row("behind umlauts", "command = 'a'\nenvironment = { Ä = 1 }\n",
        "web.toml:2:17: inline table: expected key or closing '}', saw 'Ä'");
    row("duplicate", "command = 'a'\ncommand = 'b'\n", "web.toml:2:11: `command` is already defined further up");
    row("no words", "command = []\n", "web.toml:1:11: `command` must name a program");
    row("empty word", "command = ['', 'x']\n", "web.toml:1:11: `command` must name a program");
    row("blank command", "command = ' '\n", "web.toml:1:11: `command` must name a program");
    row("blank command of a shell", "command = ' '\nshell = true", "web.toml:1:11: `command` must name a program");
    row("mixed command", "command = ['a',\n  1]\n",
        "web.toml:2:3: `command` must be an array of strings; this is an integer");
    row("open quote in a command", "command = \"a 'b\"\n",
        "web.toml:1:11: `command` cannot be split into words: the quote ' has no partner");
    row("array for a shell", "shell = true\ncommand = ['a']\n",
        "web.toml:2:11: `command` must be one string where `shell` is true");
    row("NUL", "command = \"a\\u0000b\"\n", "web.toml:1:11: `command` holds a NUL character");
    row("variable of wrong type", "command = 'a'\n[environment]\nPORT = 80\n",
        "web.toml:3:8: `environment.PORT` must be a string, not an integer");
    row("variable without name", "command = 'a'\nenvironment = { \"a=b\" = '' }\n",
        "web.toml:2:17: `environment`: \"a=b\" is no name for a variable");
    row("umask as number", "command = 'a'\numask = 22\n",
        "web.toml:2:9: `umask` must be a string of three or four octal digits, such as \"0022\"");
    row("umask not octal", "command = 'a'\numask = '0028'\n",
        "web.toml:2:9: `umask` must be a string of three or four octal digits, such as \"0022\"");
    row("umask too large", "command = 'a'\numask = '1000'\n",
        "web.toml:2:9: `umask` must be a string of three or four octal digits, such as \"0022\"");
    row("wrong word", "command = 'a'\non_host_crash = 'stay'\n",
        "web.toml:2:17: `on_host_crash` must be \"keep\" or \"end\", not \"stay\"");
    row("manual and schedule", "command = 'a'\nmanual = true\n[schedule]\nevery = '1s'\n",
        "web.toml:2:10: `manual` excludes [schedule]: remove one of the two");
    row("no rule", "command = 'a'\n[schedule]\njitter = '1s'\n",
        "web.toml:2:2: [schedule] needs one of `every`, `cron` and `at`");
    row("two rules", "command = 'a'\n[schedule]\ncron = '@daily'\nevery = '1s'\n",
        "web.toml:4:1: `schedule.every` and `schedule.cron` exclude each other: keep one");
    row("every 0", "command = 'a'\n[schedule]\nevery = '0s'\n",
        "web.toml:3:9: `schedule.every` must be at least 1ms, not 0s");
    row("date without time", "command = 'a'\n[schedule]\nat = 2026-12-24\n",
        "web.toml:3:6: `schedule.at` must be a date and time without quotes, such as 2026-12-24T18:00:00, not a date");
    row("time in quotes", "command = 'a'\n[schedule]\nat = '2026-12-24T18:00:00'\n",
        "web.toml:3:6: `schedule.at` must be a date and time without quotes, such as 2026-12-24T18:00:00, not a "
        "string");
    row("overlap", "command = 'a'\n[schedule]\nevery = '1s'\noverlap = 'never'\n",
        "web.toml:4:11: `schedule.overlap` must be \"skip\", \"queue\" or \"replace\", not \"never\"");
    row("parallel", "command = 'a'\n[schedule]\nevery = '1s'\noverlap = 'parallel'\n",
        "web.toml:4:11: `schedule.overlap = \"parallel\"` is not built yet");
    row("always for scheduled", "command = 'a'\n[restart]\npolicy = 'always'\n[schedule]\nevery = '1s'\n",
        "web.toml:3:10: `restart.policy` must be \"never\" or \"on-failure\" for a scheduled service");
    row("always for manual", "command = 'a'\nmanual = true\n[restart]\npolicy = 'always'\n",
        "web.toml:4:10: `restart.policy` must be \"never\" or \"on-failure\" for a manual service");
    row("exit code 256", "command = 'a'\n[restart]\nsuccess_exit_codes = [0, 256]\n",
        "web.toml:3:26: `restart.success_exit_codes` must be an array of integers from 0 to 255");
    row("limit", "command = 'a'\n[restart]\nlimit = -1\n",
        "web.toml:3:9: `restart.limit` must be from 0 to 1000000, not -1");
    row("delay above its most", "command = 'a'\n[restart]\ndelay = '2s'\nmax_delay = '1s'\n",
        "web.toml:4:13: `restart.max_delay` must be at least `restart.delay`, 2s");
    row("bare duration", "command = 'a'\n[stop]\ntimeout = 10\n",
        "web.toml:3:11: `stop.timeout` must be a string with a duration and its unit (ms, s, m, h, d or w), such as "
        "\"30s\", not an integer");
    row("unknown unit", "command = 'a'\n[stop]\ntimeout = '10min'\n",
        "web.toml:3:11: `stop.timeout`: \"10min\" is not a duration: write integers with the units ms, s, m, h, d or "
        "w, such as \"30s\" or \"1h30m\"");
    row("signal", "command = 'a'\n[stop]\nsignal = 'SIGFOO'\n",
        "web.toml:3:10: `stop.signal` must be the name of a signal, such as \"SIGTERM\", not \"SIGFOO\"");
    row("segment above the cap", "command = 'a'\n[log]\nmax_size = '1MB'\nsegment_size = '2MB'\n",
        "web.toml:4:16: `log.segment_size` must be at most `log.max_size`, 1MB");
    row("size 0", "command = 'a'\n[log]\nmax_size = '0B'\n",
        "web.toml:3:12: `log.max_size` must be at least 1B, not 0B");
    row("table for a value", "command = 'a'\n[group]\n", "web.toml:2:1: `group` must be a string, not a table");
    row("value for a table", "command = 'a'\nrestart = 'never'\n",
        "web.toml:2:11: `restart` must be a table, not a string");
}

void TestParse::saysWhatIsWrongAndWhere()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const auto parsed = parseDefinition(bytes(text), "web.toml", "web");
    QCOMPARE(firstError(parsed), expected);
    for (const Error& error : parsed.error()) {
        QVERIFY2(error.line > 0 && error.column > 0 && error.file == "web.toml", error.text().c_str());
        QVERIFY(error.kind == ErrorKind::InvalidDefinition && !error.message.contains('\n'));
    }
}

void TestParse::refusesAWrongTypeForEveryKey()
{
    const std::map<TomlType, std::string> wrong{{TomlType::String, "1.5"},  {TomlType::Integer, "'x'"},
                                                {TomlType::Boolean, "'x'"}, {TomlType::DateTime, "1"},
                                                {TomlType::Array, "1.5"},   {TomlType::Table, "1"}};
    for (const DefinitionKey& key : definitionKeys()) {
        // A command beside it, dotted keys for the table: the value stands behind `KEY = ` in line 2.
        const std::string head = key.path == "command" ? "\n" : "command = 'a'\n";
        const auto parsed = parseDefinition(head + std::string(key.path) + " = " + wrong.at(key.type) + "\n", "f", "f");
        QVERIFY2(!parsed, std::string(key.path).c_str());
        const auto hit = std::ranges::find_if(parsed.error(), [&](const Error& e) {
            return e.line == 2 && e.column == static_cast<int>(key.path.size()) + 4;
        });
        QVERIFY2(hit != parsed.error().end(), parsed.error().front().text().c_str());
        QVERIFY2(hit->message.starts_with("`" + std::string(key.path) + "` must be "), hit->message.c_str());
    }
}

void TestParse::refusesWhatIsNotBuiltYetWhateverItsValue()
{
    for (const std::string_view key : refusedKeys()) {
        for (const char* value : {"1", "'x'", "true", "[]", "{}", "{ run_time = '1h' }"}) {
            const auto parsed =
                parseDefinition("command = 'a'\n " + std::string(key) + " = " + value, "web.toml", "web");
            QCOMPARE(firstError(parsed), shown("web.toml:2:2: `" + std::string(key) + "` is not built yet"));
            QCOMPARE(parsed.error().size(), std::size_t(1));
        }
    }
    QCOMPARE(firstError(parseDefinition("command = 'a'\n[ready]\nlog = 'x'", "web.toml", "web")),
             QStringLiteral("web.toml:2:2: `ready` is not built yet"));
}

void TestParse::reportsAllErrorsInTheOrderOfTheFile()
{
    const auto parsed = parseDefinition("[stop]\ntimeout = 1\n[log]\ncapture = 1\n[restart]\nlimit = 'x'\nzzzz = 1\n",
                                        "web.toml", "web");
    QStringList places;
    for (const Error& error : parsed.error())
        places << QStringLiteral("%1:%2").arg(error.line).arg(error.column);
    // The missing command last: it is often only the consequence of another one.
    QCOMPARE(places, (QStringList{QStringLiteral("2:11"), QStringLiteral("4:11"), QStringLiteral("6:9"),
                                  QStringLiteral("7:1"), QStringLiteral("1:1")}));
}

void TestParse::choosesTheRestartPolicyByKind()
{
    QVERIFY(good("command = 'a'").restart.policy == RestartPolicy::OnFailure);
    QVERIFY(good("command = 'a'\nmanual = true").restart.policy == RestartPolicy::Never);
    QVERIFY(good("command = 'a'\nmanual = true").kind() == ServiceKind::Manual);
    QVERIFY(good("command = 'a'\n[schedule]\nevery = '1s'").restart.policy == RestartPolicy::Never);
    QVERIFY(good("command = 'a'\n[schedule]\nevery = '1s'\n[restart]\npolicy = 'on-failure'").restart.policy ==
            RestartPolicy::OnFailure);
    QVERIFY(good("command = 'a'\n[restart]\npolicy = 'always'").restart.policy == RestartPolicy::Always);
}

void TestParse::movesAnUnwrittenNeighbourAlong()
{
    QVERIFY(good("command = 'a'\n[restart]\ndelay = '5m'").restart.maxDelay == 5min);
    QVERIFY(good("command = 'a'\n[restart]\nmax_delay = '10ms'").restart.delay == 10ms);
    QVERIFY(good("command = 'a'\n[log]\nmax_size = '1MB'").log.segmentSize == 1'000'000);
}

void TestParse::putsDefaultsUnderTheFile()
{
    const TomlTable defaults = table("group = 'd'\nenvironment = { A = '1', B = '1' }\n[stop]\ntimeout = '3s'\nsignal "
                                     "= 'SIGINT'\n[log]\nsegment_size = '2MB'\n");
    const Definition d =
        good("command = 'a'\nenvironment.B = '2'\n[stop]\ntimeout = '4s'\n[log]\nmax_size = '1MB'", defaults);
    QVERIFY(d.group == "d" && d.stop.timeout == 4s && d.stop.signal == SIGINT);
    QVERIFY((d.environment == std::map<std::string, std::string>{{"A", "1"}, {"B", "2"}}));
    QVERIFY(d.log.segmentSize == 1'000'000);
    QVERIFY((good("", table("command = ['x']")).command == std::vector<std::string>{"x"}));
}

void TestParse::letsTheFileDecideOfItsKind()
{
    const TomlTable defaults =
        table("manual = true\n[schedule]\nevery = '1m'\noverlap = 'queue'\n[restart]\npolicy = 'always'\n");
    QVERIFY(good("command = 'a'", defaults).kind() == ServiceKind::Manual);
    QVERIFY(good("command = 'a'\nmanual = false", defaults).kind() == ServiceKind::Kept);
    QVERIFY(good("command = 'a'\nmanual = false", defaults).restart.policy == RestartPolicy::Always);
    const Definition scheduled = good("command = 'a'\n[schedule]\ncron = '@daily'", defaults);
    QVERIFY(scheduled.kind() == ServiceKind::Scheduled && scheduled.schedule->overlap == OverlapPolicy::Queue);
    QVERIFY(scheduled.restart.policy == RestartPolicy::Never);
    QVERIFY(std::get<Every>(good("command = 'a'\n[schedule]", defaults).schedule->rule).interval == 1min);
}

void TestParse::namesTheFileOfTheDefaultsForTheirErrors()
{
    const auto parsed =
        parseDefinition("command = 'a'\n[log]\ncapture = 1\n", "web.toml", "web", table("\n[stop]\ntimeout = 1\n"));
    QCOMPARE(parsed.error().size(), std::size_t(2));
    QVERIFY(parsed.error()[0].text().starts_with("web.toml:3:11: "));
    QVERIFY(parsed.error()[1].text().starts_with("turnspit.toml:3:11: "));
}

void TestParse::checksDefaultsByThemselves()
{
    QVERIFY(checkDefaults({}).empty());
    QVERIFY(
        checkDefaults(table("group = 'x'\nmanual = true\n[schedule]\noverlap = 'queue'\n[restart]\npolicy = 'always'"))
            .size() <= 1);
    const auto errors = checkDefaults(table("grup = 'x'\n[schedule]\njitter = 1\n"));
    QCOMPARE(errors.size(), std::size_t(2));
    QCOMPARE(shown(errors[0].text()), QStringLiteral("turnspit.toml:1:1: unknown key `grup`: did you mean `group`?"));
}

QTEST_GUILESS_MAIN(TestParse)
#include "tst_parse.moc"

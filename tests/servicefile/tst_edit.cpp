#include "config/configtesting.h"

#include <turnspit/servicefile/edit.h>
#include <turnspit/servicefile/parse.h>

using namespace turnspit;

class TestEdit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesWhatPeopleTypeByTheTypeOfTheKey_data();
    void takesWhatPeopleTypeByTheTypeOfTheKey();
    void splitsAtTheFirstEqualsSign();
    void editsInPlace_data();
    void editsInPlace();
    void refusesWhatWouldBeInvalid_data();
    void refusesWhatWouldBeInvalid();
    void letsPeopleMendABrokenFileStepByStep();
    void enablesAndDisables();
    void writesNewFiles();
    void saysWhatIsWrongWithANewService();
};

void TestEdit::takesWhatPeopleTypeByTheTypeOfTheKey_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("toml");
    const auto row = [](const char* key, const char* typed, const char* toml) {
        QTest::addRow("%s=%s", key, typed)
            << QString::fromUtf8(key) << QString::fromUtf8(typed) << QString::fromUtf8(toml);
    };
    row("restart.delay", "5s", "\"5s\"");
    row("restart.delay", "\"5s\"", "\"5s\"");
    row("restart.delay", "'5s'", "'5s'");
    row("restart.delay", "5", "\"5\"");
    row("autostart", "false", "false");
    row("autostart", " true ", "true");
    row("autostart", "yes", "\"yes\"");
    row("restart.limit", "5", "5");
    row("restart.limit", "five", "\"five\"");
    row("command", "[\"a\", \"b c\"]", "[\"a\", \"b c\"]");
    row("command", "node app.js --x=\"y z\"", "\"node app.js --x=\\\"y z\\\"\"");
    row("command", "\"node app.js\"", "\"node app.js\"");
    row("command", "true", "\"true\"");
    row("environment.PORT", "8080", "\"8080\"");
    row("environment.A.B", "2026-01-01", "\"2026-01-01\"");
    row("description", "a # b", "\"a # b\"");
    row("description", "\"\"", "\"\"");
    row("umask", "0022", "\"0022\"");
    row("group", "7", "\"7\"");
    row("environment", "{ A = \"1\" }", "{ A = \"1\" }");
    row("restart.success_exit_codes", "[0, 3]", "[0, 3]");
    row("restart.success_exit_codes", "0, 3", "[0, 3]");
    row("schedule.at", "2026-12-24T18:00:00+01:00", "2026-12-24T18:00:00+01:00");
    row("schedule.at", "2026-12-24 18:00", "2026-12-24 18:00:00");
    row("schedule.cron", "*/5 * * * *", "\"*/5 * * * *\"");
}

void TestEdit::takesWhatPeopleTypeByTheTypeOfTheKey()
{
    QFETCH(QString, key);
    QFETCH(QString, typed);
    QFETCH(QString, toml);
    const auto value = valueFromPerson(bytes(key), bytes(typed));
    QVERIFY2(value, qPrintable(errorOf(value)));
    QCOMPARE(shown(*value), toml);
}

void TestEdit::splitsAtTheFirstEqualsSign()
{
    QVERIFY(parseChange("a.b=c=d").value() == (Change{"a.b", "c=d"}));
    QVERIFY(parseChange("a=").value() == (Change{"a", ""}));
    QCOMPARE(errorOf(parseChange("a")), QStringLiteral("\"a\" is not KEY=VALUE"));
    QCOMPARE(errorOf(parseChange("=a")), QStringLiteral("\"=a\" is not KEY=VALUE"));
}

void TestEdit::editsInPlace_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("changes");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* text, const QStringList& changes, const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(text) << changes << QString::fromUtf8(expected);
    };
    row("value", "# ä\ncommand = ['a'] # c\r\n", {QStringLiteral("command=b")}, "# ä\ncommand = \"b\" # c\r\n");
    row("several", "command = 'a'\n",
        {QStringLiteral("restart.delay=5s"), QStringLiteral("restart.limit=3"), QStringLiteral("group=g")},
        "command = 'a'\ngroup = \"g\"\n\n[restart]\ndelay = \"5s\"\nlimit = 3\n");
    row("variable with dots", "command = 'a'\nenvironment = { A = '1' }\n", {QStringLiteral("environment.B.C=2")},
        "command = 'a'\nenvironment = { A = '1', \"B.C\" = \"2\" }\n");
    row("removal", "command = 'a'\ngroup = 'g' # c\n", {QStringLiteral("group=")}, "command = 'a'\n");
    row("from interval to cron", "command = 'a'\n[schedule] # s\nevery = '5m'\n",
        {QStringLiteral("schedule.every="), QStringLiteral("schedule.cron=@daily")},
        "command = 'a'\n\n[schedule]\ncron = \"@daily\"\n");
    row("from cron to interval, the header stays", "command = 'a'\n[schedule] # s\ncron = '@daily'\n",
        {QStringLiteral("schedule.every=5m"), QStringLiteral("schedule.cron=")},
        "command = 'a'\n[schedule] # s\nevery = \"5m\"\n");
    row("not scheduled any more", "command = 'a'\n[schedule]\ncron = '@daily'\n[stop]\ntimeout = '1s'\n",
        {QStringLiteral("schedule=")}, "command = 'a'\n[stop]\ntimeout = '1s'\n");
}

void TestEdit::editsInPlace()
{
    QFETCH(QString, text);
    QFETCH(QStringList, changes);
    QFETCH(QString, expected);
    std::vector<Change> parsed;
    for (const QString& change : changes)
        parsed.push_back(parseChange(bytes(change)).value());
    const auto edited = applyChanges(bytes(text), "web.toml", "web", parsed);
    QVERIFY2(edited, qPrintable(errorOf(edited)));
    QCOMPARE(shown(*edited), expected);
}

void TestEdit::refusesWhatWouldBeInvalid_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* change, const char* expected) {
        QTest::newRow(change) << QString::fromUtf8(change) << QString::fromUtf8(expected);
    };
    row("restart.delay=5", "web.toml:4:9: `restart.delay`: \"5\" is not a duration: write integers with the units ms, "
                           "s, m, h, d or w, such as \"30s\" or \"1h30m\"");
    row("autostart=yes", "web.toml:2:13: `autostart` must be true or false, not a string");
    row("restart.dely=5s", "unknown key `restart.dely`: did you mean `restart.delay`?");
    row("max_delay=5s", "unknown key `max_delay`: `max_delay` belongs into [restart]");
    row("instances=2", "`instances` is not built yet");
    row("limits.memory=1GB", "`limits.memory` is not built yet");
    row("restart=never", "`restart` is a table: set its keys one by one");
    row("command=", "web.toml:1:1: `command` is missing: write command = [\"program\", \"argument\"]");
    row("group=", "`group` is not in web.toml");
    row("a b=1", "`a b` is not a key, such as restart.policy");
}

void TestEdit::refusesWhatWouldBeInvalid()
{
    QFETCH(QString, change);
    QFETCH(QString, expected);
    QCOMPARE(errorOf(applyChanges("command = 'a'\n", "web.toml", "web", {parseChange(bytes(change)).value()})),
             expected);
}

void TestEdit::letsPeopleMendABrokenFileStepByStep()
{
    const std::string broken = "command = 'a'\nzzzzzz = 1\numask = 22\n";
    const auto better = applyChanges(broken, "f", "f", {{"umask", "0022"}});
    QVERIFY2(better, qPrintable(errorOf(better)));
    const auto good = applyChanges(*better, "f", "f", {{"zzzzzz", ""}});
    QVERIFY2(good, qPrintable(errorOf(good)));
    QCOMPARE(shown(*good), QStringLiteral("command = 'a'\numask = \"0022\"\n"));
    QVERIFY(!applyChanges(broken, "f", "f", {{"group", "g"}}));
}

void TestEdit::enablesAndDisables()
{
    const std::string text = "command = 'a' # c\n[stop]\n";
    const auto off = setDisabled(text, "f", "f", true);
    QCOMPARE(shown(off.value()), QStringLiteral("command = 'a' # c\ndisabled = true\n[stop]\n"));
    QCOMPARE(setDisabled(*off, "f", "f", true).value(), *off);
    QCOMPARE(shown(setDisabled(*off, "f", "f", false).value()),
             QStringLiteral("command = 'a' # c\ndisabled = false\n[stop]\n"));
    QCOMPARE(setDisabled(text, "f", "f", false).value(), text);
    const TomlTable defaults = parseToml("disabled = true", "t").value();
    QCOMPARE(setDisabled(text, "f", "f", true, defaults).value(), text);
    QVERIFY(!parseDefinition(setDisabled(text, "f", "f", false, defaults).value(), "f", "f", defaults)->disabled);
}

void TestEdit::writesNewFiles()
{
    QCOMPARE(shown(writeNew("web", {.command = {"node", "a \"b\".js"}}).value()),
             QStringLiteral("command = [\"node\", \"a \\\"b\\\".js\"]\n"));
    NewService all{.command = {"a | b"},
                   .shell = true,
                   .description = "ä",
                   .group = "g",
                   .workingDirectory = "~/x",
                   .environment = {{"B", "1"}, {"A.C", "2"}, {"B", "3"}},
                   .environmentFile = ".env",
                   .autostart = false};
    all.at = "2026-12-24 18:00";
    all.timezone = "Europe/Berlin";
    all.restart = "on-failure";
    const auto text = writeNew("web", all);
    QVERIFY2(text, qPrintable(errorOf(text)));
    QCOMPARE(shown(*text),
             QStringLiteral(
                 "description = \"ä\"\ngroup = \"g\"\ncommand = \"a | b\"\nshell = true\nworking_directory = \"~/x\"\n"
                 "environment = { \"A.C\" = \"2\", B = \"3\" }\nenvironment_file = \".env\"\nautostart = false\n\n"
                 "[schedule]\nat = 2026-12-24 18:00:00\ntimezone = \"Europe/Berlin\"\n\n[restart]\npolicy = "
                 "\"on-failure\"\n"));
    QVERIFY(writeNew("m", {.command = {"a"}, .manual = true})->contains("manual = true\n"));
    QVERIFY(writeNew("e", {.command = {"a"}, .every = "5m"})->contains("[schedule]\nevery = \"5m\"\n"));
}

void TestEdit::saysWhatIsWrongWithANewService()
{
    QCOMPARE(errorOf(writeNew("web", {})), QStringLiteral("`command` must name a program"));
    QCOMPARE(errorOf(writeNew("web", {.command = {"a"}, .every = "5"})),
             QStringLiteral("`schedule.every`: \"5\" is not a duration: write integers with the units ms, s, m, h, d "
                            "or w, such as \"30s\" or \"1h30m\""));
    QCOMPARE(errorOf(writeNew("web", {.command = {"a"}, .every = "5m", .manual = true})),
             QStringLiteral("`manual` excludes [schedule]: remove one of the two"));
    QVERIFY(!writeNew("web", {.command = {"a"}, .every = "5m", .cron = "@daily"}));
}

QTEST_GUILESS_MAIN(TestEdit)
#include "tst_edit.moc"

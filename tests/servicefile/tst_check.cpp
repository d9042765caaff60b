#include "config/configtesting.h"

#include <turnspit/config/textfile.h>
#include <turnspit/servicefile/check.h>

#include <QTemporaryDir>

#include <sys/stat.h>

using namespace turnspit;

class TestCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void warnsOfWhatWillNotWork_data();
    void warnsOfWhatWillNotWork();
    void reportsErrorsInsteadOfWarnings();
    void refusesAnInvalidName();
    void searchesThePathOfTheService();
    void warnsOfTimes();
    void anInspectionMakesTheEdits();
    void anInspectionNamesKeys_data();
    void anInspectionNamesKeys();
    void anInspectionLooksAtTheCommandThoughTheRestIsWrong();
    void anInspectionOfNothingKnowsTheDefaults();

private:
    QStringList check(const std::string& text) const
    {
        QStringList out;
        for (const Finding& finding : checkServiceFile(text, "f.toml", "f", m_context))
            out << shown(finding.text());
        return out;
    }

    QTemporaryDir m_folder;
    std::string m_home;
    CheckContext m_context;
};

void TestCheck::initTestCase()
{
    m_home = bytes(m_folder.path());
    QVERIFY(makeFolders(m_home + "/bin"));
    QVERIFY(makeFolders(m_home + "/other"));
    QVERIFY(writeTextFile(m_home + "/bin/tool", "#!/bin/sh\n"));
    QVERIFY(writeTextFile(m_home + "/other/special", "#!/bin/sh\n"));
    QVERIFY(writeTextFile(m_home + "/bin/plain", ""));
    QVERIFY(writeTextFile(m_home + "/good.env", "PATH=" + m_home + "/other\n"));
    QVERIFY(writeTextFile(m_home + "/bad.env", "oops\n"));
    QCOMPARE(::chmod((m_home + "/bin/tool").c_str(), 0755), 0);
    QCOMPARE(::chmod((m_home + "/other/special").c_str(), 0755), 0);
    QCOMPARE(::chmod((m_home + "/bin/plain").c_str(), 0644), 0);
    m_context.environment = {{"HOME", m_home}, {"PATH", m_home + "/bin"}};
}

void TestCheck::warnsOfWhatWillNotWork_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected"); // HOME stands for the folder; empty: no warning
    const auto row = [](const char* name, const char* text, const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(expected);
    };
    row("good", "command = 'tool x'", "");
    row("not in PATH", "\ncommand = ['node']", "f.toml:2:11: warning: `node` was not found in PATH");
    row("relative path", "command = 'bin/tool'", "");
    row("path that is not there", "command = 'bin/none'", "f.toml:1:11: warning: `HOME/bin/none` is not there");
    row("not executable", "command = 'bin/plain'", "f.toml:1:11: warning: `HOME/bin/plain` is not executable");
    row("a folder", "command = ['./bin']", "f.toml:1:11: warning: `HOME/./bin` is not executable");
    row("pipe", "command = 'tool | tool'",
        "f.toml:1:11: warning: `|` means nothing without a shell: set shell = true, or leave it out");
    row("pipe in an array", "command = ['tool', '&&', 'tool']",
        "f.toml:1:11: warning: `&&` means nothing without a shell: set shell = true, or leave it out");
    row("home in an argument", "command = 'tool ~/x'",
        "f.toml:1:11: warning: `~` means nothing without a shell: write the whole path, or set shell = true");
    row("home in the program", "command = '~/bin/tool'",
        "f.toml:1:11: warning: `~` means nothing without a shell: write the whole path of `~/bin/tool`");
    row("shell", "command = 'tool | tool > x'\nshell = true", "");
    row("background", "command = 'tool & '\nshell = true",
        "f.toml:1:11: warning: the `&` at the end puts it into the background, where it counts as ended: leave it out");
    row("and", "command = 'tool &&'\nshell = true", "");
    row("nohup", "command = 'nohup tool'\nshell = true",
        "f.toml:1:11: warning: `nohup` is not needed here and may hide the service from Turnspit: leave it out");
    row("goes to the background", "command = ['tool', '--daemon']",
        "f.toml:1:11: warning: `--daemon` may put it into the background, where Turnspit could not follow it");
    row("-d of a shell line", "command = 'exec tool -d'\nshell = true",
        "f.toml:1:11: warning: `-d` may put it into the background, where Turnspit could not follow it");
    row("-d of date", "command = ['/bin/date', '-d', 'now']", "");
    row("no time to stop", "command = 'tool'\nstop.timeout = '0s'",
        "f.toml:2:16: warning: 0s means: killed at once, without a chance to finish its work");
    row("no folder", "command = '/bin/sh'\nworking_directory = '~/none'",
        "f.toml:2:21: warning: the folder HOME/none is not there");
    row("no environment file", "command = 'tool'\nenvironment_file = 'no.env'",
        "f.toml:2:20: warning: environment_file: cannot read HOME/no.env: No such file or directory");
    row("bad environment file", "command = 'tool'\nenvironment_file = 'bad.env'",
        "f.toml:2:20: warning: HOME/bad.env:1:1: expected NAME=value");
    row("autostart of a manual one", "command = 'tool'\nmanual = true\nautostart = true",
        "f.toml:3:13: warning: `autostart` is ignored: a manual service runs only when asked");
    row("both days", "command = 'tool'\n[schedule]\ncron = '0 0 1 * 5'",
        "f.toml:3:8: warning: day of month and weekday are both set: it runs when either matches");
}

void TestCheck::warnsOfWhatWillNotWork()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    expected.replace(QStringLiteral("HOME"), shown(m_home));
    QCOMPARE(check(bytes(text)).join(QLatin1Char('\n')), expected);
}

void TestCheck::reportsErrorsInsteadOfWarnings()
{
    QCOMPARE(
        check("command = 'node'\nzzzzzz = 1\numask = 1\n"),
        (QStringList{
            QStringLiteral("f.toml:2:1: unknown key `zzzzzz`"),
            QStringLiteral("f.toml:3:9: `umask` must be a string of three or four octal digits, such as \"0022\"")}));
}

void TestCheck::refusesAnInvalidName()
{
    const auto found = checkServiceFile("command = 'tool'", "a b.toml", "a b", m_context);
    QCOMPARE(found.size(), std::size_t(1));
    QVERIFY(found.front().severity == Severity::Error);
    QVERIFY(found.front().text().starts_with("a b.toml:1:1: \"a b\" is not a service name"));
}

void TestCheck::searchesThePathOfTheService()
{
    QCOMPARE(check("command = 'special'").size(), 1);
    QVERIFY(check("command = 'special'\nenvironment.PATH = '" + m_home + "/other'").isEmpty());
    QVERIFY(check("command = 'special'\nenvironment_file = 'good.env'").isEmpty());
    QVERIFY(check("command = 'special'\nenvironment.PATH = 'other'").isEmpty());
}

void TestCheck::warnsOfTimes()
{
    CheckContext context = m_context;
    context.now = parseRfc3339("2026-11-22T08:00:00Z");
    const auto check = [&](const char* text) {
        QStringList out;
        for (const Finding& finding : checkServiceFile(text, "f.toml", "f", context))
            out << shown(finding.text());
        return out;
    };
    QCOMPARE(check("command = 'tool'\n[schedule]\nat = 2026-11-22T07:00:00Z"),
             QStringList{QStringLiteral("f.toml:3:6: warning: this time is past: it will not run")});
    QVERIFY(check("command = 'tool'\n[schedule]\nat = 2026-11-22T09:00:00Z").isEmpty());
    QCOMPARE(check("command = 'tool'\n[schedule]\ncron = '*/5 * * * * *'"),
             QStringList{QStringLiteral("f.toml:3:8: warning: it runs more often than each 10 s")});
    QVERIFY(check("command = 'tool'\n[schedule]\ncron = '*/10 * * * * *'").isEmpty());
    const QStringList dst = check("command = 'tool'\n[schedule]\ntimezone = 'Europe/Berlin'\ncron = '30 2 * * *'");
    QCOMPARE(dst.size(), 2);
    QVERIFY2(dst.contains(QStringLiteral("f.toml:4:8: warning: daylight saving skips 2027-03-28T02:30:00: it runs at "
                                         "2027-03-28T03:00:00+02:00 instead")),
             qPrintable(dst.join(QLatin1Char('\n'))));
    QVERIFY2(dst.contains(QStringLiteral("f.toml:4:8: warning: daylight saving repeats 2027-10-31T02:30:00: it runs "
                                         "once, at 2027-10-31T02:30:00+02:00")),
             qPrintable(dst.join(QLatin1Char('\n'))));
}

void TestCheck::anInspectionMakesTheEdits()
{
    const std::string text = "# mine\ncommand = ['tool', 'a b'] # the tool\ngroup = 'shop'\n";
    const auto found = inspectServiceFile(
        text, {{"restart.limit", "5"}, {"group", ""}, {"description", ""}, {"environment.A.B", "1"}}, "f.toml", "f", m_context);
    QCOMPARE(shown(found.text), QStringLiteral("# mine\ncommand = ['tool', 'a b'] # the tool\n\n[restart]\nlimit = 5\n\n[environment]\n"
                                               "\"A.B\" = \"1\"\n"));
    QVERIFY(found.findings.empty());
    QVERIFY(found.definition.has_value());
    QCOMPARE(found.definition->restart.limit, 5);
    QCOMPARE(shown(found.commandLine), QStringLiteral("tool 'a b'"));
    QCOMPARE(shown(found.executable), shown(m_home + "/bin/tool"));
    QCOMPARE(found.argumentCount, 1);
    QVERIFY(found.given == (std::vector<std::string>{"command", "environment.A.B", "restart.limit"}));

    const auto wrong = inspectServiceFile(text, {{"colour", "red"}}, "f.toml", "f", m_context);
    QCOMPARE(shown(wrong.text), shown(text));
    QCOMPARE(wrong.findings.size(), std::size_t(1));
    QCOMPARE(shown(wrong.findings.front().key), QStringLiteral("colour"));
}

void TestCheck::anInspectionNamesKeys_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("keys");
    const auto row = [](const char* name, const char* text, const char* keys) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(keys);
    };
    row("fine", "command = 'tool'", "");
    row("value", "command = 'tool'\numask = 1", "umask");
    row("in a table", "command = 'tool'\n[stop]\nsignal = 'X'\ntimeout = 'soon'", "stop.signal stop.timeout");
    row("in an inline table", "command = 'tool'\nrestart = { limit = 'x', policy = 'often' }", "restart.limit restart.policy");
    row("in an array", "command = ['tool',\n  5,\n]", "command");
    row("no rule", "command = 'tool'\n[schedule]\njitter = '5s'", "schedule");
    row("no command", "umask = 1", "umask command");
    row("a variable", "command = 'tool'\n[environment]\nA = 1", "environment.A");
    row("not TOML", "command = = 5", "");
    row("warnings", "command = 'tool | x'\nworking_directory = '/no'\nstop.timeout = '0s'", "command working_directory stop.timeout");
}

void TestCheck::anInspectionNamesKeys()
{
    QFETCH(QString, text);
    QFETCH(QString, keys);
    QStringList found;
    for (const Finding& finding : inspectServiceFile(bytes(text), {}, "f.toml", "f", m_context).findings)
        found << shown(finding.key);
    QCOMPARE(found.join(QLatin1Char(' ')), keys);
}

void TestCheck::anInspectionLooksAtTheCommandThoughTheRestIsWrong()
{
    const auto found = inspectServiceFile("command = 'tool > x'\numask = 1", {}, "f.toml", "f", m_context);
    QVERIFY(!found.definition);
    QCOMPARE(shown(found.executable), shown(m_home + "/bin/tool"));
    QCOMPARE(found.findings.size(), std::size_t(2));
    QVERIFY(found.findings.front().severity == Severity::Error);
    QVERIFY(found.findings.back().fix == (Change{"shell", "true"}));
}

void TestCheck::anInspectionOfNothingKnowsTheDefaults()
{
    const auto found = inspectServiceFile("", {}, "f.toml", "f", m_context);
    QVERIFY(found.definition.has_value());
    QVERIFY(found.definition->command.empty());
    QCOMPARE(found.findings.size(), std::size_t(1));
    QCOMPARE(shown(found.findings.front().key), QStringLiteral("command"));
}

QTEST_GUILESS_MAIN(TestCheck)
#include "tst_check.moc"

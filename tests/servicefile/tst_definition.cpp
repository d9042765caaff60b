#include "config/configtesting.h"

#include <turnspit/servicefile/keys.h>
#include <turnspit/servicefile/parse.h>

using namespace turnspit;

namespace {

Definition read(std::string_view text)
{
    return parseDefinition(text, "f.toml", "f").value();
}

QStringList changes(const Definition& before, const Definition& after)
{
    QStringList out;
    for (const Difference& difference : differences(before, after))
        out << shown(difference.text());
    return out;
}

/// The tables as a file: what toTable says must be readable, and mean the same.
std::string asFile(const TomlTable& table)
{
    std::string text;
    for (const TomlEntry& entry : table.entries())
        text += quoteTomlKey(entry.key) + " = " + formatToml(entry.value) + "\n";
    return text;
}

} // namespace

class TestDefinition : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysInWordsWhatDiffers();
    void seesNoDifferenceInFormattingAlone();
    void writesTablesThatMeanTheSame();
    void knowsWhatALiveRunDependsOn();
    void expandsHome();
};

void TestDefinition::saysInWordsWhatDiffers()
{
    const Definition before =
        read("command = ['a', 'b']\nenvironment = { A = '1', B = '2' }\n[restart]\ndelay = '1s'\n");
    const Definition after = read("command = 'a c'\nautostart = false\ngroup = 'g'\nenvironment = { A = '2', \"C.D\" = "
                                  "'' }\n[restart]\ndelay = '5s'\n[schedule]\nevery = '1m'\n");
    const QStringList found = changes(before, after);
    for (const char* expected :
         {"command: [\"a\", \"b\"] -> [\"a\", \"c\"]", "autostart: true -> false", "group: \"\" -> g",
          "environment.A: 1 -> 2", "environment.B: 2 -> (none)", "environment.\"C.D\": (none) -> \"\"",
          "restart.delay: 1s -> 5s", "restart.policy: on-failure -> never", "schedule.every: (none) -> 1m"})
        QVERIFY2(found.contains(QString::fromUtf8(expected)),
                 qPrintable(found.join(QLatin1Char('\n')) + QLatin1String("\nlacks ") + QString::fromUtf8(expected)));
    QCOMPARE(found, changes(before, after));
}

void TestDefinition::seesNoDifferenceInFormattingAlone()
{
    const Definition a = read("command = 'a b'\nrestart.delay = '60s'\n[stop]\nsignal = 'TERM'\n");
    const Definition b = read("# c\ncommand = ['a', 'b']\numask = '022'\n[restart]\ndelay = '1m'\n");
    QVERIFY(differences(a, b).empty());
    QVERIFY(a == b);
}

void TestDefinition::writesTablesThatMeanTheSame()
{
    for (const char* text :
         {"command = 'a'",
          "command = 'a | b'\nshell = true\nmanual = true\nworking_directory = '~'\nenvironment_file = 'x'\numask = "
          "'077'\non_host_crash = 'end'",
          "command = 'a'\n[schedule]\nat = 2026-12-24T18:00:00.5+01:00",
          "command = 'a'\n[schedule]\nat = 1969-12-24T18:00:01",
          "command = 'a'\n[schedule]\ncron = '@daily'\ntimezone = 'Europe/Berlin'\n[stop]\ncommand = ['x']",
          "command = 'a'\n[schedule]\nevery = '1h1ms'"}) {
        const Definition definition = read(text);
        const std::string file = asFile(toTable(definition));
        const auto again = parseDefinition(file, "f.toml", "f");
        QVERIFY2(again, file.c_str());
        QVERIFY2(*again == definition, file.c_str());
    }
    // No key is forgotten: those that are always there, and the conditional ones above.
    const TomlTable table =
        toTable(read("command = 'a'\nworking_directory = '/'\nenvironment_file = 'x'\n[schedule]\nevery = '1s'"));
    for (const DefinitionKey& key : definitionKeys()) {
        if (key.path != "schedule.cron" && key.path != "schedule.at")
            QVERIFY2(table.valueAt(key.path), std::string(key.path).c_str());
    }
}

void TestDefinition::knowsWhatALiveRunDependsOn()
{
    const Definition a = read("command = 'a'");
    QVERIFY(equalForRun(a, read("command = 'a'\ndescription = 'x'\ngroup = 'g'\nautostart = false\n[restart]\ndelay = "
                                "'5s'\n[stop]\ntimeout = '1s'\n[schedule]\nevery = '1s'")));
    for (const char* text :
         {"command = 'b'", "command = 'a'\nshell = true", "command = 'a'\nworking_directory = '/'",
          "command = 'a'\nenvironment.A = '1'", "command = 'a'\nenvironment_file = 'x'", "command = 'a'\numask = '077'",
          "command = 'a'\n[log]\ncapture = false", "command = 'a'\n[stop]\nsignal = 'INT'"})
        QVERIFY2(!equalForRun(a, read(text)), text);
}

void TestDefinition::expandsHome()
{
    QCOMPARE(shown(expandHome("~", "/h")), QStringLiteral("/h"));
    QCOMPARE(shown(expandHome("~/x", "/h")), QStringLiteral("/h/x"));
    QCOMPARE(shown(expandHome("~x", "/h")), QStringLiteral("~x"));
    QCOMPARE(shown(read("command = 'a'\nworking_directory = 'x'").workingDirectoryPath("/h")), QStringLiteral("/h/x"));
    QCOMPARE(shown(read("command = 'a'\nworking_directory = '/x'\nenvironment_file = 'y'").environmentFilePath("/h")),
             QStringLiteral("/x/y"));
    QCOMPARE(shown(read("command = 'a'\nenvironment_file = '~/y'").environmentFilePath("/h")), QStringLiteral("/h/y"));
}

QTEST_GUILESS_MAIN(TestDefinition)
#include "tst_definition.moc"

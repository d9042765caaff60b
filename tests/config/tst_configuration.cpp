#include "config/configtesting.h"

#include <turnspit/config/configuration.h>
#include <turnspit/config/tomlreader.h>

#include <QFile>
#include <QTemporaryDir>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// What somebody may read out of [sync].
struct Sync
{
    std::string url = "built-in";
    int retries = 1;
    bool eager = false;
    double factor = 0.5;
    Milliseconds every = 1min;
    std::optional<Milliseconds> limit;
    std::vector<std::string> hosts;
    std::vector<Error> errors;
};

Sync readSync(const Configuration& configuration)
{
    Sync sync;
    const auto table = configuration.section("sync");
    if (!table) {
        sync.errors.push_back(table.error());
        return sync;
    }
    TomlReader reader(*table, "sync.", sync.errors);
    reader.read("base_url", sync.url);
    reader.readInteger("retries", sync.retries, 0, 9);
    reader.read("eager", sync.eager);
    reader.readNumber("factor", sync.factor, 0, 1);
    reader.readDuration("every", sync.every, 1s);
    reader.readDuration("limit", sync.limit, 1s);
    reader.readStrings("hosts", sync.hosts);
    reader.finish();
    return sync;
}

QString firstError(const Configuration& configuration)
{
    const Sync sync = readSync(configuration);
    return sync.errors.empty() ? QStringLiteral("(no error)") : shown(sync.errors.front().text());
}

void write(const QString& path, const char* text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

class TestConfiguration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void B79_laterLayersWinWhateverTheOrderOfTheCalls()
    {
        Configuration c;
        QVERIFY(c.addArguments({{"--sync.retries", "5"}}));
        QVERIFY(c.addEnvironment("ACME_", {{"ACME_SYNC__RETRIES", "4"}, {"ACME_SYNC__EVERY", "4s"}}));
        QVERIFY(c.addText("[sync]\nretries = 2\nevery = \"2s\"\nlimit = \"2s\"\nbase_url = \"two\"\n", "two.toml"));
        QVERIFY(c.addText("[sync]\nretries = 3\nevery = \"3s\"\nlimit = \"3s\"\n", "three.toml"));
        c.addDefaults(*parseToml("[sync]\nbase_url = \"one\"\nfactor = 1.0\n", "defaults"));
        const Sync sync = readSync(c);
        QVERIFY(sync.errors.empty());
        QCOMPARE(sync.retries, 5);
        QVERIFY(sync.every == 4s);
        QVERIFY(sync.limit == 3s);
        QCOMPARE(shown(sync.url), QStringLiteral("two"));
        QCOMPARE(sync.factor, 1.0);
    }

    void everyValueKnowsWhereItWasWritten()
    {
        Configuration c;
        QVERIFY(c.addText("[sync]\nretries = 2\nbase_url = \"two\"\n", "two.toml"));
        QVERIFY(c.addEnvironment("ACME_", {{"ACME_SYNC__RETRIES", "4"}}));
        const TextOrigin url = c.root().valueAt("sync.base_url")->origin;
        QCOMPARE(shown(url.error("x").text()), QStringLiteral("two.toml:3:12: x"));
        QCOMPARE(shown(c.root().valueAt("sync.retries")->origin.error("x").text()), QStringLiteral("ACME_SYNC__RETRIES: x"));
        QCOMPARE(c.filesOnly().valueAt("sync.retries")->origin.line, 2);
    }

    void plainTextIsReadAsTheTypeThatIsAskedFor()
    {
        Configuration c;
        QVERIFY(c.addEnvironment("ACME_", {{"ACME_SYNC__EAGER", "true"},
                                           {"ACME_SYNC__FACTOR", "0.25"},
                                           {"ACME_SYNC__BASE_URL", "3"},
                                           {"ACME_SYNC__HOSTS", "[\"a\", 'b,c']"}}));
        QVERIFY(c.addArguments({{"sync.retries", "7"}, {"sync.limit", "5s"}}));
        const Sync sync = readSync(c);
        QVERIFY2(sync.errors.empty(), qPrintable(firstError(c)));
        QVERIFY(sync.eager);
        QCOMPARE(sync.factor, 0.25);
        QCOMPARE(shown(sync.url), QStringLiteral("3"));
        QCOMPARE(sync.retries, 7);
        QVERIFY(sync.limit == 5s);
        QCOMPARE(sync.hosts, (std::vector<std::string>{"a", "b,c"}));
        QVERIFY(c.addArguments({{"sync.hosts", "only"}, {"sync.factor", "1"}}));
        QCOMPARE(readSync(c).hosts, std::vector<std::string>{"only"});
        QCOMPARE(readSync(c).factor, 1.0);
    }

    void whatIsWrongIsSaidWithItsPlace_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("variable");
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* file, const char* variable, const char* argument, const char* expected) {
            QTest::newRow(name) << QString::fromUtf8(file) << QString::fromUtf8(variable) << QString::fromUtf8(argument)
                                << QString::fromUtf8(expected);
        };
        row("unknown key", "[sync]\nretrys = 1\n", "", "", "f.toml:2:1: unknown key `sync.retrys`: did you mean `sync.retries`?");
        row("unknown variable", "", "ACME_SYNC__RETRYS=1", "",
            "ACME_SYNC__RETRYS: unknown key `sync.retrys`: did you mean `sync.retries`?");
        row("unknown option", "", "", "sync.base-urls=x", "--sync.base-urls: unknown key `sync.base_urls`: did you mean `sync.base_url`?");
        row("not an integer", "", "", "sync.retries=many", "--sync.retries: `sync.retries` must be an integer, not \"many\"");
        row("empty", "", "ACME_SYNC__RETRIES=", "", "ACME_SYNC__RETRIES: `sync.retries` must be an integer, not \"\"");
        row("half an integer", "", "", "sync.retries=1.5", "--sync.retries: `sync.retries` must be an integer, not \"1.5\"");
        row("out of range", "", "ACME_SYNC__RETRIES=10", "", "ACME_SYNC__RETRIES: `sync.retries` must be from 0 to 9, not 10");
        row("not a truth", "", "ACME_SYNC__EAGER=yes", "", "ACME_SYNC__EAGER: `sync.eager` must be true or false, not \"yes\"");
        row("no number", "", "", "sync.factor=nan", "--sync.factor: `sync.factor` must be from 0 to 1, not nan");
        row("number in the file", "[sync]\nfactor = 2\n", "", "", "f.toml:2:10: `sync.factor` must be from 0 to 1, not 2");
        row("number of a wrong type", "[sync]\nfactor = \"1\"\n", "", "", "f.toml:2:10: `sync.factor` must be a number, not a string");
        row("no array", "", "", "sync.hosts=[a", "--sync.hosts: \"[a\" is not a TOML value");
        row("array of something else", "", "", "sync.hosts=[1]", "--sync.hosts: `sync.hosts` must be an array of strings; this is an integer");
        row("short duration", "", "", "sync.limit=1ms", "--sync.limit: `sync.limit` must be at least 1s, not 1ms");
        row("no table", "sync = 1\n", "", "", "f.toml:1:8: `sync` must be a table, not an integer");
        row("no table from the command line", "", "", "sync=1", "--sync: `sync` must be a table, not a string");
    }

    void whatIsWrongIsSaidWithItsPlace()
    {
        QFETCH(QString, file);
        QFETCH(QString, variable);
        QFETCH(QString, argument);
        QFETCH(QString, expected);
        const auto pair = [](const QString& text) {
            return std::pair(bytes(text.section(QLatin1Char('='), 0, 0)), bytes(text.section(QLatin1Char('='), 1)));
        };
        Configuration c;
        QVERIFY(c.addText(bytes(file), "f.toml"));
        if (!variable.isEmpty())
            QVERIFY(c.addEnvironment("ACME_", {pair(variable)}));
        if (!argument.isEmpty())
            QVERIFY(c.addArguments({pair(argument)}));
        QCOMPARE(firstError(c), expected);
    }

    void namesWithEmptyPartsAreRefused()
    {
        Configuration c;
        QCOMPARE(errorOf(c.addEnvironment("ACME_", {{"ACME_SYNC__", "1"}})),
                 QStringLiteral("`ACME_SYNC__` is no name of an option: a part of it is empty"));
        QCOMPARE(errorOf(c.addArguments({{"sync..retries", "1"}})),
                 QStringLiteral("`--sync..retries` is no name of an option: a part of it is empty"));
        QVERIFY(c.root().empty());
        QVERIFY(c.addEnvironment("ACME_", {{"ACME_HOME", "/x"}, {"OTHER_SYNC__RETRIES", "1"}})); // none of ours
        QVERIFY(c.root().empty());
    }

    void optionsAreFoundAmongTheWordsOfACommandLine()
    {
        const auto options = Configuration::optionsAmong({"run", "--verbose", "--sync.retries", "3", "-x", "--sync.base-url=a=b", "--sync.limit=",
                                                          "a.b", "--", "--sync.every", "1s"});
        QVERIFY(options);
        QCOMPARE(*options, (Configuration::Arguments{{"--sync.retries", "3"}, {"--sync.base-url", "a=b"}, {"--sync.limit", ""}}));
        QCOMPARE(errorOf(Configuration::optionsAmong({"--sync.retries"})),
                 QStringLiteral("--sync.retries: a value is missing: --sync.retries=VALUE"));
        QVERIFY(!Configuration::optionsAmong({"--sync.retries", "--sync.limit=1s"}));
        QVERIFY(!Configuration::optionsAmong({"--sync.retries", "--"}));
    }

    void filesMayBeMissingAndAreReadAnew()
    {
        QTemporaryDir folder;
        const QString there = folder.filePath(QStringLiteral("there.toml"));
        const QString later = folder.filePath(QStringLiteral("later.toml"));
        write(there, "[sync]\nretries = 2\n");
        Configuration c;
        QVERIFY(c.addFile(bytes(there), Configuration::Presence::Required));
        QVERIFY(c.addFile(bytes(later)));
        QVERIFY(c.addArguments({{"sync.limit", "9s"}}));
        QCOMPARE(c.files(), (std::vector<std::string>{bytes(there), bytes(later)}));
        QVERIFY(errorOf(c.addFile("/no/such.toml", Configuration::Presence::Required)).startsWith(QStringLiteral("cannot read /no/such.toml")));

        Configuration two;
        QVERIFY(two.addFile(bytes(there)));
        QVERIFY(two.addFile(bytes(later)));
        QVERIFY(two.addArguments({{"sync.limit", "9s"}}));
        write(later, "[sync]\nretries = 4\n");
        const auto now = two.reread();
        QVERIFY2(now, qPrintable(errorOf(now)));
        QCOMPARE(readSync(*now).retries, 4);
        QVERIFY(readSync(*now).limit == 9s);
        QCOMPARE(readSync(two).retries, 2); // a value of its own

        write(later, "[sync\n");
        QCOMPARE(errorOf(two.reread()), shown(bytes(later) + ":1:6: table header: expected ']', saw '\\n'"));
    }

    void whereSomethingStandsIsKnownWhateverLiesOverIt()
    {
        Configuration configuration;
        QVERIFY(configuration.addText("[sync]\nbase_url = \"a\"\n[sync.mail]\nport = 25\n", "acme.toml"));
        QVERIFY(configuration.addArguments({{"sync.mail.port", "26"}, {"other.key", "1"}}));
        const auto place = [&](const char* path) {
            const auto origin = configuration.originInFiles(path);
            return origin ? QString::fromStdString(origin->error("here").text()) : QStringLiteral("nowhere");
        };
        QCOMPARE(place("sync"), QStringLiteral("acme.toml:1:2: here"));
        QCOMPARE(place("sync.base_url"), QStringLiteral("acme.toml:2:1: here"));
        QCOMPARE(place("sync.mail"), QStringLiteral("acme.toml:3:7: here"));
        QCOMPARE(place("sync.mail.port"), QStringLiteral("acme.toml:4:1: here"));
        for (const char* path : {"other", "other.key", "sync.mail.port.deeper", "sync.nothing", ""})
            QCOMPARE(place(path), QStringLiteral("nowhere"));
    }
};

QTEST_GUILESS_MAIN(TestConfiguration)
#include "tst_configuration.moc"

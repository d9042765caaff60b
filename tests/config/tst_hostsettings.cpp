#include "config/configtesting.h"

#include <turnspit/config/hostsettings.h>
#include <turnspit/logging/logsink.h>

#include <QFile>
#include <QTemporaryDir>

#include <sys/stat.h>

using namespace turnspit;
using namespace std::chrono_literals;

class TestHostSettings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasTheDefaultsOfTheContract();
    void letsEachLayerWinOverTheOneBelow();
    void readsEveryOptionFromEveryLayer();
    void saysWhatIsWrongAndWhere_data();
    void saysWhatIsWrongAndWhere();
    void takesAMissingFileForAnEmptyOne();
    void doesNotTakeAnUnreadableFileForAnEmptyOne();
    void leavesVariablesThatAreNoOptionsAlone();
    void keepsTheDefaultsOfServicesWithTheirPlaces();
    void takesEveryLevelOfTheLogAlsoByCategory();
};

void TestHostSettings::hasTheDefaultsOfTheContract()
{
    const auto settings = HostSettings::parse("", "t.toml");
    QVERIFY(settings);
    QVERIFY(settings->shutdownTimeout == 30s);
    QVERIFY(!settings->startTimeout);
    QCOMPARE(settings->workerThreads, 0);
    QCOMPARE(settings->logTotalSize, std::uint64_t(2'000'000'000));
    QCOMPARE(settings->logLevel, std::string("info"));
    QVERIFY(settings->logLevels.empty());
    QVERIFY(settings->historyKeep == std::chrono::days(90));
    QVERIFY(settings->defaults.empty());
}

void TestHostSettings::letsEachLayerWinOverTheOneBelow()
{
    const std::string file = "[host]\nshutdown_timeout = \"1s\"\nworker_threads = 2\nstart_timeout = \"9s\"\n";
    const HostSettings::Environment environment{{"TURNSPIT_HOST__SHUTDOWN_TIMEOUT", "2s"},
                                                {"TURNSPIT_HOST__WORKER_THREADS", "3"}};
    const auto settings = HostSettings::parse(file, "t.toml", environment,
                                              {{"host.shutdown-timeout", "3s"}, {"--host.shutdown-timeout", "4s"}});
    QVERIFY2(settings, qPrintable(errorOf(settings)));
    QVERIFY(settings->shutdownTimeout == 4s);
    QCOMPARE(settings->workerThreads, 3);
    QVERIFY(settings->startTimeout == 9s);
}

void TestHostSettings::readsEveryOptionFromEveryLayer()
{
    const auto same = [](const Result<HostSettings>& settings) {
        return settings && settings->shutdownTimeout == 0s && settings->startTimeout == 2s &&
               settings->workerThreads == 3 && settings->logTotalSize == 4000 && settings->logLevel == "warning" && settings->historyKeep == 5h;
    };
    QVERIFY(same(HostSettings::parse("[host]\nshutdown_timeout = \"0s\"\nstart_timeout = \"2s\"\nworker_threads = "
                                     "3\n[log]\ntotal_size = \"4KB\"\n[logging]\nlevel = \"warning\"\n[history]\nkeep = \"5h\"\n",
                                     "t")));
    QVERIFY(same(HostSettings::parse("", "t",
                                     {{"TURNSPIT_HOST__SHUTDOWN_TIMEOUT", "0s"},
                                      {"TURNSPIT_HOST__START_TIMEOUT", "2s"},
                                      {"TURNSPIT_HOST__WORKER_THREADS", "3"},
                                      {"TURNSPIT_LOG__TOTAL_SIZE", "4KB"},
                                      {"TURNSPIT_LOGGING__LEVEL", "warning"},
                                      {"TURNSPIT_HISTORY__KEEP", "5h"}})));
    HostSettings::Overrides overrides{{"host.shutdown-timeout", "0s"},
                                      {"host.start-timeout", "2s"},
                                      {"host.worker-threads", "3"},
                                      {"log.total-size", "4KB"},
                                      {"logging.level", "warning"},
                                      {"history.keep", "5h"}};
    QVERIFY(same(HostSettings::parse("", "t", {}, overrides)));
    QCOMPARE(HostSettings::optionNames().size(), overrides.size());
    for (const std::string& name : HostSettings::optionNames())
        QVERIFY(std::ranges::find(overrides, name, &std::pair<std::string, std::string>::first) != overrides.end());
}

void TestHostSettings::saysWhatIsWrongAndWhere_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("variable"); // NAME=value
    QTest::addColumn<QString>("argument"); // name=value
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* file, const char* variable, const char* argument,
                        const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(file) << QString::fromUtf8(variable) << QString::fromUtf8(argument)
                            << QString::fromUtf8(expected);
    };
    row("unknown key", "[host]\n shutdown_timout = \"1s\"\n", "", "",
        "t.toml:2:2: unknown key `host.shutdown_timout`: did you mean `host.shutdown_timeout`?");
    row("unknown table", "[hots]\n", "", "", "t.toml:1:2: unknown key `hots`: did you mean `host`?");
    row("bare number", "[host]\nshutdown_timeout = 30\n", "", "",
        "t.toml:2:20: `host.shutdown_timeout` must be a string with a duration and its unit (ms, s, m, h, d or w), "
        "such as \"30s\", not an integer");
    row("no unit", "[history]\nkeep = \"90\"\n", "", "",
        "t.toml:2:8: `history.keep`: \"90\" is not a duration: write integers with the units ms, s, m, h, d or w, such "
        "as \"30s\" or \"1h30m\"");
    row("no threads", "[host]\nworker_threads = 0\n", "", "",
        "t.toml:2:18: `host.worker_threads` must be from 1 to 256, not 0");
    row("table expected", "host = 1\n", "", "", "t.toml:1:8: `host` must be a table, not an integer");
    row("no TOML", "[host\n", "", "", "t.toml:1:6: table header: expected ']', saw '\\n'");
    row("the first of two", "[log]\ntotal_size = 1\n[host]\nx = 1\n", "", "",
        "t.toml:2:14: `log.total_size` must be a string with a size and its unit (B, KB, MB, GB, KiB, MiB or GiB), "
        "such as \"16MB\", not an integer");
    row("unknown variable", "", "TURNSPIT_HOST__SHUTDOWN_TIMOUT=1s", "",
        "TURNSPIT_HOST__SHUTDOWN_TIMOUT: unknown key `host.shutdown_timout`: did you mean `host.shutdown_timeout`?");
    row("wrong variable", "", "TURNSPIT_HOST__SHUTDOWN_TIMEOUT=60", "",
        "TURNSPIT_HOST__SHUTDOWN_TIMEOUT: `host.shutdown_timeout`: \"60\" is not a duration: write integers with the "
        "units ms, s, m, h, d or w, such as \"30s\" or \"1h30m\"");
    row("variable without a number", "", "TURNSPIT_HOST__WORKER_THREADS=two", "",
        "TURNSPIT_HOST__WORKER_THREADS: `host.worker_threads` must be an integer, not \"two\"");
    row("defaults of services", "", "TURNSPIT_DEFAULTS__RESTART__DELAY=5s", "",
        "TURNSPIT_DEFAULTS__RESTART__DELAY: `defaults` can only be set in turnspit.toml");
    row("a table over an option", "", "TURNSPIT_HOST__WORKER_THREADS__X=1", "",
        "TURNSPIT_HOST__WORKER_THREADS__X: `host.worker_threads` must be an integer, not a table");
    row("unknown level", "", "", "logging.level=loud",
        "--logging.level: `logging.level` must be \"trace\", \"debug\", \"info\", \"warning\", \"error\", \"critical\" or \"off\", not \"loud\"");
    row("unknown level of a category", "[logging.levels]\nqt = \"loud\"\n", "", "",
        "t.toml:2:6: `logging.levels.qt` must be \"trace\", \"debug\", \"info\", \"warning\", \"error\", \"critical\" or \"off\", not \"loud\"");
    row("unknown argument", "", "", "host.shutdown=1s", "--host.shutdown: unknown key `host.shutdown`");
    row("near argument", "", "", "host.worker-thread=1",
        "--host.worker-thread: unknown key `host.worker_thread`: did you mean `host.worker_threads`?");
    row("wrong argument", "", "", "log.total-size=2",
        "--log.total-size: `log.total_size`: \"2\" is not a size: write an integer with one of the units B, KB, MB, "
        "GB, KiB, MiB or GiB, such as \"16MB\"");
    row("wrong in the file though covered", "[host]\nworker_threads = 0\n", "TURNSPIT_HOST__WORKER_THREADS=2", "",
        "t.toml:2:18: `host.worker_threads` must be from 1 to 256, not 0");
}

void TestHostSettings::saysWhatIsWrongAndWhere()
{
    QFETCH(QString, file);
    QFETCH(QString, variable);
    QFETCH(QString, argument);
    QFETCH(QString, expected);
    HostSettings::Environment environment;
    if (!variable.isEmpty())
        environment.emplace(bytes(variable.section(QLatin1Char('='), 0, 0)),
                            bytes(variable.section(QLatin1Char('='), 1)));
    HostSettings::Overrides overrides;
    if (!argument.isEmpty())
        overrides.emplace_back(bytes(argument.section(QLatin1Char('='), 0, 0)),
                               bytes(argument.section(QLatin1Char('='), 1)));
    const auto settings = HostSettings::parse(bytes(file), "t.toml", environment, overrides);
    QCOMPARE(errorOf(settings), expected);
    QVERIFY(settings.error().kind == ErrorKind::InvalidDefinition);
}

void TestHostSettings::takesEveryLevelOfTheLogAlsoByCategory()
{
    for (int level = 0; level <= static_cast<int>(LogLevel::Off); ++level) {
        const std::string word(toString(static_cast<LogLevel>(level)));
        const auto settings = HostSettings::parse("[logging]\nlevel = \"" + word + "\"\n[logging.levels]\n\"turnspit::Engine\" = \"" + word + "\"\n", "t.toml");
        QVERIFY2(settings, qPrintable(errorOf(settings)));
        QCOMPARE(settings->logLevel, word);
        QCOMPARE(settings->logLevels, (std::map<std::string, std::string>{{"turnspit::Engine", word}}));
    }
}

void TestHostSettings::takesAMissingFileForAnEmptyOne()
{
    QTemporaryDir folder;
    const auto settings = HostSettings::load(bytes(folder.filePath(QStringLiteral("turnspit.toml"))), {}, {});
    QVERIFY(settings && *settings == HostSettings());
}

void TestHostSettings::doesNotTakeAnUnreadableFileForAnEmptyOne()
{
    QTemporaryDir folder;
    const std::string path = bytes(folder.filePath(QStringLiteral("turnspit.toml")));
    QCOMPARE(::mkdir(path.c_str(), 0700), 0);
    QCOMPARE(errorOf(HostSettings::load(path, {}, {})), shown("cannot read " + path + ": it is a folder"));
}

void TestHostSettings::leavesVariablesThatAreNoOptionsAlone()
{
    const HostSettings::Environment environment{{"TURNSPIT_CONFIG_DIR", "/x"},  {"TURNSPIT_STATE_DIR", "/x"},
                                                {"TURNSPIT_RUNTIME_DIR", "/x"}, {"TURNSPIT_SERVICE", "x"},
                                                {"TURNSPIT_RUN", "1"},          {"TURNSPIT_BIN", "/x"},
                                                {"TURNSPIT_KEEP", "/x"},        {"HOST__X", "1"},
                                                {"MY_TURNSPIT_HOST__X", "1"}};
    QVERIFY(HostSettings::parse("", "t.toml", environment));
}

void TestHostSettings::keepsTheDefaultsOfServicesWithTheirPlaces()
{
    const auto settings =
        HostSettings::parse("[defaults]\ngroup = \"g\"\n[defaults.restart]\ndelay = \"5s\"\n", "t.toml");
    QVERIFY(settings);
    QCOMPARE(settings->defaults.valueAt("restart.delay")->origin.line, 4);
    QCOMPARE(*settings->defaults.value("group")->origin.file, std::string("t.toml"));
}

QTEST_GUILESS_MAIN(TestHostSettings)
#include "tst_hostsettings.moc"

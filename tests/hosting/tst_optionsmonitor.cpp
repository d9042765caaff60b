// Options that change while the host runs, since a file was changed.
#include "hosttest.h"

#include <turnspit/di/optionsmonitor.h>
#include <turnspit/hosting/configurationreload.h>

#include <QDir>
#include <QFile>
#include <QFileSystemWatcher>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <thread>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace acme {

struct SyncOptions
{
    int retries = 1;

    void bind(TomlReader& from) { from.readInteger("retries", retries, 0, 9); }
    bool operator==(const SyncOptions&) const = default;
};

/// Says what it is told.
class Sync : public BackgroundService
{
public:
    Sync(Journal& journal, Options<SyncOptions> atStart, OptionsMonitor<SyncOptions> options, Logger<Sync> log)
        : m_journal(journal), m_atStart(std::move(atStart)), m_options(options), m_log(std::move(log)),
          m_changes(m_options.onChange([this](const SyncOptions& now) {
              m_journal.add("told " + std::to_string(now.retries) + ", started with " + std::to_string(m_atStart->retries) + ", current "
                            + std::to_string(m_options.current()->retries));
              m_log.debug("told");
          }))
    {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_journal.add("starts with " + std::to_string(m_atStart->retries));
        co_await untilStopped(stopping);
    }

private:
    Journal& m_journal;
    Options<SyncOptions> m_atStart;
    OptionsMonitor<SyncOptions> m_options;
    Logger<Sync> m_log;
    OptionsSubscription m_changes;
};

} // namespace acme

using acme::SyncOptions;

namespace {

/// A host with a file of options, on the test's own thread; only the file system is real.
struct WatchingHost : InlineHost
{
    explicit WatchingHost(const char* text, std::vector<std::string> arguments = {})
    {
        if (text)
            write(text);
        arguments.push_back("--host.content-root=" + folder.path().toStdString());
        auto given = HostBuilder(HostBuilderSettings{.arguments = std::move(arguments)});
        given.useClock(clock).useInlineThreads().addLogSink(log);
        builder = std::move(given);
        builder.addConfigurationFile("acme.toml");
        builder.configure<SyncOptions>("sync");
        builder.services().addInstance(journal);
        builder.services().addHostedService<acme::Sync>();
    }

    /// As editors do: a new file in the place of the old one.
    void write(const char* text) const
    {
        const QString path = folder.filePath(QStringLiteral("acme.toml"));
        QFile file(path + QLatin1Char('~'));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        QFile::remove(path);
        QVERIFY(file.rename(path));
    }

    /// Waits for the file system, and lets the time pass that must be quiet.
    bool until(const std::function<bool()>& condition)
    {
        return QTest::qWaitFor([&] {
            clock.advance(1s);
            return condition();
        });
    }

    [[nodiscard]] bool said(int event) const { return log->find(event).has_value(); }

    QTemporaryDir folder;
};

} // namespace

class TestOptionsMonitor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aChangedFileIsReadAndToldOfInTheThreadOfTheListener()
    {
        WatchingHost h("[sync]\nretries = 2\n[logging]\nlevel = \"debug\"\n");
        const auto started = h.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
        h.write("[sync]\nretries = 3\n[logging]\nlevel = \"debug\"\n");
        QVERIFY(h.until([&] { return h.journal.lines().size() == 2; }));
        QCOMPARE(h.journal.lines(), (QStringList{QStringLiteral("starts with 2"), QStringLiteral("told 3, started with 2, current 3")}));
        QVERIFY(h.said(OptionsChanged));
        QCOMPARE(h.log->lines().back().service, QStringLiteral("sync")); // the work of who listens

        // One object a start: a new one has the options of now.
        const auto restarted = h.launch(h.controller("sync").restart());
        QVERIFY(restarted->ended);
        QCOMPARE(h.journal.lines().last(), QStringLiteral("starts with 3"));
        h.write("[sync]\nretries = 4\n[logging]\nlevel = \"debug\"\n");
        QVERIFY(h.until([&] { return h.journal.lines().size() >= 4; }));
        QCOMPARE(h.journal.lines().last(), QStringLiteral("told 4, started with 3, current 4")); // and the old one is told nothing
        QCOMPARE(h.journal.lines().size(), 4);
    }

    void whatChangedBeforeTheHostWasThereIsReadToo()
    {
        WatchingHost h("[sync]\nretries = 2\n");
        h.write("[sync]\nretries = 3\n");
        h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("starts with 2"));
        h.clock.advance(1s);
        QCOMPARE(h.journal.lines().last(), QStringLiteral("told 3, started with 2, current 3"));
    }

    void whoReadsWhileNewOptionsAreJudgedHasTheOldOnes()
    {
        WatchingHost h("[sync]\nretries = 2\n[logging]\nlevel = \"info\"\n");
        int other = 0;
        h.builder.validate<LoggingOptions>([&](const LoggingOptions& o) {
            if (o.level != LogLevel::Error)
                return true;
            std::thread([&] { other = OptionsMonitor<SyncOptions>(h.host->services().get<detail::OptionsSource<SyncOptions>>()).current()->retries; }).join();
            return false;
        }, "not error");
        h.build();
        h.write("[sync]\nretries = 3\n[logging]\nlevel = \"error\"\n");
        QVERIFY(!h.host->services().get<ConfigurationReload>().reload());
        QCOMPARE(other, 2);
        h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("starts with 2"));
    }

    void whoJudgesNewOptionsMayCompareThemWithTheOldOnes()
    {
        WatchingHost h("[sync]\nretries = 2\n");
        bool runs = false;
        h.builder.validate<SyncOptions>([&](const SyncOptions& o) {
            return !runs || o.retries > OptionsMonitor<SyncOptions>(h.host->services().get<detail::OptionsSource<SyncOptions>>()).current()->retries;
        }, "`retries` only grows");
        h.start();
        runs = true;
        auto& reload = h.host->services().get<ConfigurationReload>();
        h.write("[sync]\nretries = 3\n");
        QVERIFY(reload.reload());
        h.write("[sync]\nretries = 1\n");
        const auto refused = reload.reload();
        QVERIFY(!refused);
        QVERIFY(describe(refused.error()).ends_with("acme.toml:2:11: `retries` only grows"));
    }

    void aBrokenFileKeepsTheOldOptionsAndIsSaidOnce()
    {
        WatchingHost h("[sync]\nretries = 2\n");
        h.start();
        h.write("[sync]\nretries = 3\n[sync\n");
        QVERIFY(h.until([&] { return h.said(OptionsRefused); }));
        QVERIFY2(h.log->find(OptionsRefused)->text.endsWith(QStringLiteral("/acme.toml:3:6: table header: expected ']', saw '\\n'")),
                 qPrintable(h.log->find(OptionsRefused)->text));
        h.write("[sync]\nretries = 3\n[sync\n");
        h.write("[sync]\nretries = 10\n");
        QVERIFY(h.until([&] { return h.log->events().count(OptionsRefused) == 2; }));
        QVERIFY(h.log->lines().back().text.endsWith(QStringLiteral("/acme.toml:2:11: `sync.retries` must be from 0 to 9, not 10")));
        QCOMPARE(h.journal.text(), QStringLiteral("starts with 2"));
        h.write("[sync]\nretries = 4\n");
        QVERIFY(h.until([&] { return h.journal.lines().size() == 2; }));
        QCOMPARE(h.journal.lines().last(), QStringLiteral("told 4, started with 2, current 4"));
    }

    void oneWrongTypeKeepsAllAsTheyWere()
    {
        WatchingHost h("[sync]\nretries = 2\n");
        h.builder.validate<LoggingOptions>([](const LoggingOptions& o) { return o.level != LogLevel::Off; }, "not off");
        h.start();
        h.write("[sync]\nretries = 3\n[logging]\nlevel = \"off\"\n");
        QVERIFY(h.until([&] { return h.said(OptionsRefused); }));
        QVERIFY2(h.log->find(OptionsRefused)->text.endsWith(QStringLiteral("/acme.toml:3:2: not off")), qPrintable(h.log->find(OptionsRefused)->text));
        QCOMPARE(h.journal.text(), QStringLiteral("starts with 2"));
    }

    void whatLiesOverTheFileStaysThere()
    {
        WatchingHost h("[sync]\nretries = 2\n", {"--sync.retries=5"});
        h.builder.configure<SyncOptions>([](SyncOptions& o) { o.retries += 1; });
        h.start();
        h.write("[sync]\nretries = 3\n[logging]\nlevel = \"debug\"\n");
        QVERIFY(h.until([&] { return h.said(OptionsChanged); }));
        QCOMPARE(h.journal.text(), QStringLiteral("starts with 6")); // equal options are no change
    }

    void aFileThatComesLaterIsRead()
    {
        WatchingHost h(nullptr);
        h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("starts with 1"));
        h.write("[sync]\nretries = 3\n");
        QVERIFY(h.until([&] { return h.journal.lines().size() == 2; }));
        QFile::remove(h.folder.filePath(QStringLiteral("acme.toml")));
        QVERIFY(h.until([&] { return h.journal.lines().size() == 3; }));
        QCOMPARE(h.journal.lines().last(), QStringLiteral("told 1, started with 1, current 1"));
    }

    void levelsOfTheLogFollowTheFile()
    {
        WatchingHost h("[logging]\nlevel = \"warning\"\n[logging.levels]\n\"acme::Sync\" = \"debug\"\n");
        h.start();
        const Logger<acme::Sync> sync(h.host->services().get<LoggerFactory>());
        const Logger<Journal> other(h.host->services().get<LoggerFactory>());
        QVERIFY(sync.isEnabled(LogLevel::Debug));
        QVERIFY(!other.isEnabled(LogLevel::Info));
        h.write("[logging]\nlevel = \"trace\"\nlevels = { acme = \"error\" }\n");
        QVERIFY(h.until([&] { return other.isEnabled(LogLevel::Trace); }));
        QVERIFY(!sync.isEnabled(LogLevel::Warning));
    }

    void theCodesLevelsWin()
    {
        WatchingHost h("[logging]\nlevel = \"warning\"\n");
        h.builder.setLogLevel(LogLevel::Debug).setLogLevel(LogLevel::Trace, "acme");
        h.start();
        QVERIFY(Logger<Journal>(h.host->services().get<LoggerFactory>()).isEnabled(LogLevel::Debug));
        QVERIFY(Logger<acme::Sync>(h.host->services().get<LoggerFactory>()).isEnabled(LogLevel::Trace));
    }

    void reloadingCanBeTurnedOff()
    {
        WatchingHost h("[sync]\nretries = 2\n", {"--host.reload-on-change=false"});
        h.start();
        QFileSystemWatcher gate({h.folder.path()});
        QSignalSpy changes(&gate, &QFileSystemWatcher::directoryChanged);
        h.write("[sync]\nretries = 3\n");
        QVERIFY(h.until([&] { return !changes.empty(); }));
        QVERIFY(!h.said(OptionsChanged));
        QCOMPARE(h.journal.text(), QStringLiteral("starts with 2"));
    }

    void onCommandTheFilesAreReadWhoeverWatchesThem()
    {
        WatchingHost h("[sync]\nretries = 2\n", {"--host.reload-on-change=false"});
        h.start();
        auto& reload = h.host->services().get<ConfigurationReload>();
        auto changed = reload.reload();
        QVERIFY(changed && changed->empty());
        QVERIFY(!h.said(OptionsChanged));
        h.write("[sync]\nretries = 3\n[logging]\nlevel = \"trace\"\n");
        changed = reload.reload();
        QVERIFY(changed);
        QCOMPARE(changed->size(), 2U);
        QCOMPARE(changed->at(0).text(), std::string("logging.level: new"));
        QCOMPARE(changed->at(1).text(), std::string("sync.retries: changed"));
        QCOMPARE(h.log->find(OptionsChanged)->text, QStringLiteral("The options have changed: logging.level, sync.retries"));
        h.clock.settle();
        QCOMPARE(h.journal.lines().last(), QStringLiteral("told 3, started with 2, current 3"));
        QVERIFY(Logger<Journal>(h.host->services().get<LoggerFactory>()).isEnabled(LogLevel::Trace)); // the levels of the log too
        h.write("[sync]\nretries = 10\n");
        changed = reload.reload();
        QVERIFY(!changed);
        const QString wrong = QString::fromStdString(describe(changed.error()));
        QVERIFY2(wrong.endsWith(QStringLiteral("/acme.toml:2:11: `sync.retries` must be from 0 to 9, not 10")), qPrintable(wrong));
        h.clock.settle();
        QCOMPARE(h.journal.lines().size(), 2);
    }
};

QTEST_GUILESS_MAIN(TestOptionsMonitor)
#include "tst_optionsmonitor.moc"

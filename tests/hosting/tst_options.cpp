// Options of a host's services: where they come from, what is wrong with them, and when that is said.
#include "hosttest.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <array>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace acme {

struct SyncOptions
{
    std::string url = "built-in";
    int least = 1;
    int most = 5;
    Milliseconds every = 5min;

    void bind(TomlReader& from)
    {
        from.read("url", url);
        from.readInteger("least", least, 0, 100);
        from.readInteger("most", most, 0, 100);
        from.readDuration("every", every, 1s);
    }
};

struct MailOptions
{
    std::string server;
};

/// Says what it was given.
class Sync : public BackgroundService
{
public:
    Sync(Journal& journal, Options<SyncOptions> options) : m_journal(journal), m_options(std::move(options)) {}

protected:
    Task<> execute(std::stop_token) override
    {
        m_journal.add(m_options->url + "/" + std::to_string(m_options->least) + "-" + std::to_string(m_options->most));
        co_return;
    }

private:
    Journal& m_journal;
    Options<SyncOptions> m_options;
};

} // namespace acme

using acme::MailOptions;
using acme::SyncOptions;

namespace {

HostBuilderSettings settings(std::map<std::string, std::string> variables, std::vector<std::string> arguments = {})
{
    return {.environmentPrefix = "ACME_", .variables = std::move(variables), .arguments = std::move(arguments)};
}

/// An inline host with a service that has options.
struct OptionsHost : InlineHost
{
    explicit OptionsHost(HostBuilderSettings from = settings({}))
    {
        auto given = HostBuilder(std::move(from));
        given.useClock(clock).useInlineThreads().addLogSink(log).setLogLevel(LogLevel::Debug);
        builder = std::move(given);
        builder.services().addInstance(journal);
        builder.services().addHostedService<acme::Sync>();
    }
    void text(std::string_view toml) { QVERIFY(builder.configuration().addText(toml, "acme.toml")); }
};

/// The failures of one type, as they came out of the start.
QStringList failures(const std::exception_ptr& error)
{
    QStringList out;
    try {
        if (error)
            std::rethrow_exception(error);
    } catch (const OptionsError& e) {
        out << QString::fromStdString(e.subject());
        for (const auto& failure : e.failures())
            out << QString::fromStdString(failure);
    } catch (...) {
        out << QStringLiteral("another error: ") + QString::fromStdString(describe(std::current_exception()));
    }
    return out;
}

} // namespace

class TestOptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B79_B81_layersAndThenTheCode()
    {
        OptionsHost h(settings({{"ACME_SYNC__MOST", "7"}, {"ACME_SYNC__LEAST", "2"}}, {"--sync.most=8", "--verbose", "file"}));
        h.builder.configure<SyncOptions>([](SyncOptions& o) { o.least += 1; }); // first in the text, yet last to run
        h.builder.configure<SyncOptions>("sync");
        h.text("[sync]\nurl = \"https://example.org\"\nmost = 6\n");
        const auto started = h.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
        QCOMPARE(h.journal.text(), QStringLiteral("https://example.org/3-8"));
    }

    void optionsWithoutAnyLayerAreTheDefaultsOfTheType()
    {
        OptionsHost h;
        h.builder.configure<SyncOptions>("sync");
        QVERIFY(!h.start()->error);
        QCOMPARE(h.journal.text(), QStringLiteral("built-in/1-5"));
    }

    void aFunctionReadsTypesOfOthers()
    {
        OptionsHost h(settings({}, {"--mail.out.server", "smtp"}));
        h.builder.configure<MailOptions>("mail.out", [](TomlReader& from, MailOptions& mail) { from.read("server", mail.server); });
        h.builder.services().addSingleton<std::string>([](Options<MailOptions> mail) { return std::make_unique<std::string>(mail->server); });
        QVERIFY(!h.start()->error);
        QCOMPARE(h.host->services().get<std::string>(), std::string("smtp"));
    }

    void everythingThatIsWrongWithATypeIsOneErrorWithPlaces()
    {
        OptionsHost h(settings({{"ACME_SYNC__LEAST", "few"}}, {"--sync.most=1000"}));
        h.builder.configure<SyncOptions>("sync");
        h.text("[sync]\nevery = 3\nulr = \"x\"\n");
        const auto started = h.start();
        QCOMPARE(failures(started->error),
                 (QStringList{QStringLiteral("acme::SyncOptions"), QStringLiteral("ACME_SYNC__LEAST: `sync.least` must be an integer, not \"few\""),
                              QStringLiteral("--sync.most: `sync.most` must be from 0 to 100, not 1000"),
                              QStringLiteral("acme.toml:2:9: `sync.every` must be a string with a duration and its unit (ms, s, m, h, d or w), such as "
                                             "\"30s\", not an integer"),
                              QStringLiteral("acme.toml:3:1: unknown key `sync.ulr`: did you mean `sync.url`?")}));
        QCOMPARE(h.journal.text(), QString()); // nothing was made
        QCOMPARE(h.log->events(), (QList<int>{HostStarting, ServiceStartFailed}));
    }

    void B12_B83_aFailedValidationEndsTheStartBeforeAnythingIsMade()
    {
        OptionsHost h(settings({}, {"--sync.least=9"}));
        h.builder.configure<SyncOptions>("sync");
        h.builder.validate<SyncOptions>([](const SyncOptions& o) { return o.least <= o.most; }, "sync: least is more than most");
        h.builder.validate<SyncOptions>([](const SyncOptions& o) -> Result<> {
            if (!o.url.starts_with("https://"))
                return fail("sync: `url` must begin with https://");
            return {};
        });
        h.builder.validate<SyncOptions>([](const SyncOptions&) { return std::vector<std::string>{"a", "b"}; });
        h.builder.validate<SyncOptions>([](const SyncOptions&) { return true; }, "never said");
        const auto started = h.start();
        QCOMPARE(failures(started->error),
                 (QStringList{QStringLiteral("acme::SyncOptions"), QStringLiteral("--sync.least: sync: least is more than most"),
                              QStringLiteral("--sync.least: sync: `url` must begin with https://"), QStringLiteral("--sync.least: a"), QStringLiteral("--sync.least: b")}));
        QCOMPARE(h.journal.text(), QString());
    }

    // B79, B83
    void aFailedValidationNamesWhatGaveTheValues()
    {
        const auto judged = [](std::string_view text, std::map<std::string, std::string> variables, std::vector<std::string> arguments, const char* failure) {
            OptionsHost h(settings(std::move(variables), std::move(arguments)));
            h.builder.configure<SyncOptions>("sync");
            h.builder.configure<MailOptions>("sync.mail", [](TomlReader& from, MailOptions& mail) { from.read("server", mail.server); });
            if (!text.empty())
                h.text(text);
            h.builder.validate<SyncOptions>([](const SyncOptions&) { return false; }, failure);
            return failures(h.start()->error).last();
        };
        const char* const file = "\n[sync]\nleast = 1\nmost = 2\n[sync.mail]\nserver = \"s\"\n";
        QCOMPARE(judged({}, {}, {}, "wrong"), QStringLiteral("wrong"));
        QCOMPARE(judged(file, {}, {}, "wrong"), QStringLiteral("acme.toml:2:2: wrong"));
        QCOMPARE(judged(file, {{"ACME_SYNC__URL", "u"}}, {"--sync.most=3", "--sync.mail.server=t"}, "wrong"),
                 QStringLiteral("acme.toml:2:2, --sync.most, ACME_SYNC__URL: wrong"));
        QCOMPARE(judged(file, {{"ACME_SYNC__LEAST", "4"}}, {"--sync.most=3"}, "wrong"), QStringLiteral("ACME_SYNC__LEAST, --sync.most: wrong"));
        QCOMPARE(judged(file, {}, {"--sync.most=3"}, "`least` is too much"), QStringLiteral("acme.toml:3:9: `least` is too much"));
        QCOMPARE(judged(file, {}, {"--sync.most=3"}, "`sync.most` is too little"), QStringLiteral("--sync.most: `sync.most` is too little"));
        QCOMPARE(judged(file, {}, {"--sync.most=3"}, "`least` is more than `most`"),
                 QStringLiteral("acme.toml:3:9, --sync.most: `least` is more than `most`"));
        QCOMPARE(judged(file, {}, {"--sync.most=3"}, "`url` is missing"), QStringLiteral("acme.toml:2:2, --sync.most: `url` is missing"));
        QCOMPARE(judged({}, {}, {"--sync.most=3"}, "an odd ` one"), QStringLiteral("--sync.most: an odd ` one"));
    }

    void whatCannotBeReadIsNotJudgedBesides()
    {
        OptionsHost h(settings({}, {"--sync.least=x"}));
        h.builder.configure<SyncOptions>("sync");
        h.builder.validate<SyncOptions>([](const SyncOptions&) { return false; }, "judged");
        QCOMPARE(failures(h.start()->error).size(), 2);
    }

    void severalTypesThatAreWrongAreSaidTogether()
    {
        OptionsHost h;
        h.builder.validate<SyncOptions>([](const SyncOptions&) { return false; }, "one");
        h.builder.validate<MailOptions>([](const MailOptions&) { return false; }, "two");
        const auto started = h.start();
        QCOMPARE(started->what(), QStringLiteral("The options are wrong. (acme::SyncOptions: one) (acme::MailOptions: two)"));
    }

    void wrongOptionsAreRefusedWhereverTheyAreInjected()
    {
        OptionsHost h;
        h.builder.validate<SyncOptions>([](const SyncOptions&) { return false; }, "wrong");
        h.builder.services().addSingleton<std::string>([](Options<SyncOptions> o) { return std::make_unique<std::string>(o->url); });
        h.build();
        QVERIFY_THROWS_EXCEPTION(OptionsError, (void)h.host->services().get<std::string>());
    }

    void tablesThatNobodyReadsAreErrors()
    {
        OptionsHost h(settings({{"ACME_SNYC__MOST", "1"}}));
        h.builder.configure<SyncOptions>("sync");
        h.builder.configure<MailOptions>("mail.out", [](TomlReader& from, MailOptions& mail) { from.read("server", mail.server); });
        h.builder.addSection("mine");
        h.text("[mine]\nanything = 1\n[mail.out]\nserver = \"s\"\n[mail.uot]\nserver = \"s\"\n");
        QCOMPARE(failures(h.start()->error),
                 (QStringList{QStringLiteral("configuration"), QStringLiteral("ACME_SNYC__MOST: unknown key `snyc`: did you mean `sync`?"),
                              QStringLiteral("acme.toml:5:7: unknown key `mail.uot`: did you mean `mail.out`?")}));
    }

    void aSectionWithinASectionIsNoStranger()
    {
        OptionsHost h;
        h.builder.configure<SyncOptions>("sync");
        h.builder.configure<MailOptions>("sync.mail", [](TomlReader& from, MailOptions& mail) { from.read("server", mail.server); });
        h.text("[sync]\nleast = 2\n[sync.mail]\nserver = \"s\"\n");
        const auto started = h.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
    }

    void oncePutTogetherAHostHasItsReadersAndLayers()
    {
        OptionsHost h;
        h.builder.configure<SyncOptions>("sync");
        h.text("[late]\nanything = 1\n");
        h.build();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, h.builder.addSection("late"));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, h.builder.configure<MailOptions>("late", [](TomlReader&, MailOptions&) {}));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, h.builder.addConfigurationFile("late.toml"));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)h.builder.configuration());
        QCOMPARE(failures(h.start()->error), (QStringList{QStringLiteral("configuration"), QStringLiteral("acme.toml:1:2: unknown key `late`")}));
    }

    void aSectionHasOneReader()
    {
        HostBuilder builder;
        builder.configure<SyncOptions>("sync");
        QVERIFY_THROWS_EXCEPTION(std::logic_error, builder.configure<SyncOptions>("sync"));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, builder.configure<HostOptions>("host")); // HostOptions are read anyway
        QVERIFY_THROWS_EXCEPTION(std::logic_error, builder.configure<SyncOptions>(""));
    }

    void B81_hostOptionsComeFromKeysAndTheCodeWins()
    {
        OptionsHost h(settings({{"ACME_HOST__SERVICES_START_CONCURRENTLY", "true"}},
                               {"--host.shutdown-timeout=61s", "--host.start-timeout=2s", "--host.worker-threads", "7"}));
        h.text("[host]\nservices_stop_concurrently = true\non_failure = \"restart\"\nheartbeat = \"9s\"\nreap_timeout = \"3s\"\n");
        h.builder.configure<HostOptions>([](HostOptions& o) { o.workerThreads = 3; });
        const auto o = h.builder.services().options<HostOptions>();
        QVERIFY(o->shutdownTimeout == 61s);
        QVERIFY(o->startTimeout == 2s);
        QVERIFY(o->servicesStartConcurrently && o->servicesStopConcurrently);
        QVERIFY(o->onFailure == FailureBehaviour::Restart);
        QVERIFY(o->heartbeat == 9s && o->reapTimeout == 3s);
        QCOMPARE(o->workerThreads, 3);
        QVERIFY(!h.start()->error);
    }

    void whoLooksAtOptionsBeforeTheHostIsBuiltEndsNoConfiguration()
    {
        OptionsHost h;
        h.builder.configure<SyncOptions>("sync");
        QCOMPARE(h.builder.services().options<SyncOptions>()->least, 1);
        QVERIFY(h.builder.services().options<HostOptions>()->shutdownTimeout == 30s);
        h.text("[sync]\nleast = 2\n[host]\nshutdown_timeout = \"7s\"\n");
        h.builder.configure<SyncOptions>([](SyncOptions& o) { o.most = 3; });
        h.builder.services().addSingleton<std::string>([](Options<HostOptions> o) { return std::make_unique<std::string>(formatDuration(o->shutdownTimeout)); });
        QVERIFY(!h.start()->error);
        QCOMPARE(h.journal.text(), QStringLiteral("built-in/2-3"));
        QCOMPARE(h.host->services().get<std::string>(), std::string("7s"));
    }

    void B82_hostOptionsHaveDefaults()
    {
        HostBuilder builder;
        const auto o = builder.services().options<HostOptions>();
        QVERIFY(o->shutdownTimeout == 30s && !o->startTimeout && !o->servicesStartConcurrently && !o->servicesStopConcurrently);
    }

    // .NET ignores values that it cannot parse (B81); here they are errors.
    void B81_anUnreadableHostOptionEndsTheStart()
    {
        OptionsHost h(settings({{"ACME_HOST__SHUTDOWN_TIMEOUT", ""}}, {"--host.worker-threads=0"}));
        QCOMPARE(failures(h.start()->error),
                 (QStringList{QStringLiteral("turnspit::HostOptions"),
                              QStringLiteral("ACME_HOST__SHUTDOWN_TIMEOUT: `host.shutdown_timeout`: \"\" is not a duration: write integers with the units "
                                             "ms, s, m, h, d or w, such as \"30s\" or \"1h30m\""),
                              QStringLiteral("--host.worker-threads: `host.worker_threads` must be from 1 to 256, not 0")}));
    }

    void anUnreadableLayerEndsTheStart()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("acme.toml")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[sync\n");
        file.close();
        OptionsHost h(settings({}, {"--host.content-root", folder.path().toStdString()}));
        h.builder.configure<SyncOptions>("sync");
        h.builder.validate<SyncOptions>([](const SyncOptions&) { return false; }, "not judged without its file");
        h.builder.addConfigurationFile("acme.toml");
        h.builder.addConfigurationFile("missing.toml");
        h.builder.addConfigurationFile("needed.toml", Configuration::Presence::Required);
        const QStringList said = failures(h.start()->error);
        QCOMPARE(said.size(), 3);
        QVERIFY(said.at(1).endsWith(QStringLiteral("/acme.toml:1:6: table header: expected ']', saw '\\n'")));
        QVERIFY(said.at(2).contains(QStringLiteral("/needed.toml")));

        OptionsHost other(settings({}, {"--sync.least"}));
        QCOMPARE(failures(other.start()->error).last(), QStringLiteral("--sync.least: a value is missing: --sync.least=VALUE"));
    }

    void B77_theEnvironmentIsProductionUnlessSomebodySaysOtherwise()
    {
        QVERIFY(HostBuilder().environment().isProduction());
        HostBuilder builder(settings({{"ACME_HOST__ENVIRONMENT", "development"}}));
        QVERIFY(builder.environment().isDevelopment()); // whatever the case
        QVERIFY(!builder.environment().isStaging());
        HostBuilder other(settings({{"ACME_HOST__ENVIRONMENT", "development"}}, {"--host.environment=Staging"}));
        QVERIFY(other.environment().is("STAGING"));
        HostBuilder own(settings({}, {"--host.environment=Test-3"}));
        QCOMPARE(own.environment().name, std::string("Test-3"));
    }

    void B78_theContentRootIsAbsoluteAndByDefaultTheCurrentFolder()
    {
        QCOMPARE(QString::fromStdString(HostBuilder().environment().contentRoot), QDir::currentPath());
        HostBuilder builder(settings({}, {"--host.content-root=some/../where"}));
        QCOMPARE(QString::fromStdString(builder.environment().contentRoot), QDir::currentPath() + QStringLiteral("/where"));
    }

    void B80_theEnvironmentIsFixedWhenTheBuilderIsMade()
    {
        OptionsHost h;
        QVERIFY(h.builder.configuration().addArguments({{"host.environment", "Development"}}));
        QVERIFY(h.builder.environment().isProduction());
        h.build();
        QVERIFY(h.host->services().get<HostingEnvironment>().isProduction());
        // The configuration itself moved, and is seen through the host.
        QVERIFY(h.host->services().get<HostConfiguration>().current()->root().valueAt("host.environment"));
    }

    void theCommandLineOfMainIsRead()
    {
        std::array<char*, 4> words{const_cast<char*>("acme"), const_cast<char*>("--sync.least=9"), const_cast<char*>("--quiet"), nullptr};
        int count = 3;
        auto builder = Host::createBuilder(count, words.data(), settings({{"ACME_SYNC__MOST", "3"}}));
        const auto log = std::make_shared<MemorySink>();
        builder.addLogSink(log).configure<SyncOptions>("sync");
        builder.validate<SyncOptions>([](const SyncOptions& o) { return o.least <= o.most; }, "sync: least is more than most");
        QCOMPARE(builder.build()->run(), 1); // and says why
        QCOMPARE(log->lines().back().text, QStringLiteral("Hosting failed to start: acme::SyncOptions: --sync.least, ACME_SYNC__MOST: sync: least is more than most"));
    }

    void aFileCannotSayWhichFilesThereAre()
    {
        OptionsHost h;
        h.text("[host]\nenvironment = \"Development\"\n");
        QCOMPARE(failures(h.start()->error).last(),
                 QStringLiteral("acme.toml:2:15: `host.environment` comes from the environment or the command line: a file cannot say where files are"));
    }

    void B79_theFileOfTheEnvironmentLiesOverTheOther()
    {
        QTemporaryDir folder;
        for (const auto& [name, text] : {std::pair("acme.toml", "[sync]\nleast = 2\nmost = 2\n"), std::pair("acme.Staging.toml", "[sync]\nmost = 3\n")}) {
            QFile file(folder.filePath(QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        }
        OptionsHost h(settings({}, {"--host.environment=Staging", "--host.content-root", folder.path().toStdString()}));
        h.builder.addConfigurationFile("acme.toml", Configuration::Presence::Required);
        h.builder.configure<SyncOptions>("sync");
        QVERIFY(!h.start()->error);
        QCOMPARE(h.journal.text(), QStringLiteral("built-in/2-3"));
    }
};

QTEST_GUILESS_MAIN(TestOptions)
#include "tst_options.moc"

// Options of which there are several of a type: by name, from a table each, judged, and followed (IOptionsMonitor.Get of .NET).
#include "hosttest.h"

#include <turnspit/di/optionsmonitor.h>

#include <QFile>
#include <QTemporaryDir>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace acme {

struct MailOptions
{
    std::string server = "localhost";
    int port = 25;

    void bind(TomlReader& from)
    {
        from.read("server", server);
        from.readInteger("port", port, 1, 65535);
    }
    bool operator==(const MailOptions&) const = default;
};

/// There several times, each with the options of its own name.
class Mail : public BackgroundService
{
public:
    Mail(Journal& journal, ServiceKey name, OptionsMonitor<MailOptions> options)
        : m_journal(journal), m_name(std::move(name)), m_options(options.get(m_name.value))
    {}

protected:
    Task<> execute(std::stop_token) override
    {
        m_journal.add(m_name.value + " to " + m_options->server + ":" + std::to_string(m_options->port));
        co_return;
    }

private:
    Journal& m_journal;
    ServiceKey m_name;
    std::shared_ptr<const MailOptions> m_options;
};

} // namespace acme

using acme::MailOptions;

namespace {

struct Fixture : InlineHost
{
    explicit Fixture(std::vector<std::string> arguments = {})
    {
        auto given = HostBuilder(HostBuilderSettings{.arguments = std::move(arguments)});
        given.useClock(clock).useInlineThreads().addLogSink(log);
        builder = std::move(given);
        builder.services().addInstance(journal);
    }
    void text(std::string_view toml) { QVERIFY(builder.configuration().addText(toml, "acme.toml")); }
    [[nodiscard]] OptionsMonitor<MailOptions> monitor() const
    {
        return OptionsMonitor<MailOptions>(host->services().get<detail::OptionsSource<MailOptions>>());
    }
};

} // namespace

class TestNamedOptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachNameHasItsOwnTableAndItsOwnChanges()
    {
        Fixture h({"--mail.in.port=143"});
        h.text("[mail.in]\nserver = \"in.example.org\"\n[mail.out]\nserver = \"out.example.org\"\nport = 587\n");
        h.builder.configureNamed<MailOptions>("in", "mail.in");
        h.builder.configureNamed<MailOptions>("out", "mail.out", [](TomlReader& from, MailOptions& mail) { mail.bind(from); });
        h.builder.configureNamed<MailOptions>("out", [](MailOptions& mail) { mail.port += 1; });
        h.builder.configureNamed<MailOptions>("test", [](MailOptions& mail) { mail.server = "nowhere"; });
        h.builder.services().addHostedService<acme::Mail>("in");
        h.builder.services().addHostedService<acme::Mail>("out");
        const auto started = h.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
        QCOMPARE(h.journal.text(), QStringLiteral("in to in.example.org:143 out to out.example.org:588"));
        QCOMPARE(h.monitor().get("test")->server, std::string("nowhere"));
        QVERIFY(h.monitor().names() == std::vector<std::string>({"in", "out", "test"}));
        QVERIFY(*h.monitor().current() == MailOptions{}); // without a name: others, which nobody configured
    }

    void aNameThatNobodyConfiguredIsAnErrorThatSaysWhichThereAre()
    {
        Fixture h;
        h.builder.configureNamed<MailOptions>("in", "mail.in");
        h.builder.configureNamed<MailOptions>("out", "mail.out");
        h.builder.services().addHostedService<acme::Mail>("uot");
        QCOMPARE(h.start()->what(), QStringLiteral("acme::MailOptions: there are no options 'uot'; there are 'in', 'out'"));
    }

    void allNamesAreJudgedAtTheStartAndErrorsSayWhereTheyStand()
    {
        Fixture h;
        h.text("[mail.in]\nserver = \"\"\n[mail.out]\nserver = \"x\"\nport = 0\n");
        h.builder.configureNamed<MailOptions>("in", "mail.in");
        h.builder.configureNamed<MailOptions>("out", "mail.out");
        h.builder.configureNamed<MailOptions>("code", [](MailOptions& mail) { mail.server.clear(); });
        h.builder.validate<MailOptions>([](const MailOptions& mail) { return !mail.server.empty(); }, "a mail server has a name");
        h.builder.services().addHostedService<acme::Mail>("in");
        const auto started = h.start();
        QCOMPARE(started->what(), QStringLiteral("The options are wrong. (acme::MailOptions 'in': acme.toml:1:7: a mail server has a name) "
                                                 "(acme::MailOptions 'out': acme.toml:5:8: `mail.out.port` must be from 1 to 65535, not 0) "
                                                 "(acme::MailOptions 'code': a mail server has a name)"));
        QCOMPARE(h.journal.text(), QString()); // before anything is made
    }

    void whatHasNoNameIsNotJudgedWhereAllHaveOne()
    {
        Fixture h;
        h.builder.configureNamed<MailOptions>("in", [](MailOptions& mail) { mail.server = "in"; });
        h.builder.validate<MailOptions>([](const MailOptions& mail) { return mail.server != "localhost"; }, "not here");
        const auto started = h.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
        QVERIFY_THROWS_EXCEPTION(OptionsError, (void)h.monitor().current()); // who asks for it all the same is told
    }

    void aTableHasOneReader()
    {
        HostBuilder builder;
        builder.configureNamed<MailOptions>("in", "mail");
        QVERIFY_THROWS_EXCEPTION(std::logic_error, builder.configureNamed<MailOptions>("out", "mail"));
    }

    void aChangeIsToldWithItsName()
    {
        Fixture h({"--host.content-root=" + m_folder.path().toStdString()});
        write("[mail]\nport = 1\n[mail.in]\nport = 2\n[mail.out]\nport = 3\n");
        h.builder.addConfigurationFile("acme.toml");
        h.builder.configure<MailOptions>("mail");
        h.builder.configureNamed<MailOptions>("in", "mail.in");
        h.builder.configureNamed<MailOptions>("out", "mail.out");
        const auto started = h.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
        const auto all = h.monitor().onChange([&](const MailOptions& now, const std::string& name) {
            h.journal.add("'" + name + "' " + std::to_string(now.port));
        });
        const auto plain = h.monitor().onChange([&](const MailOptions& now) { h.journal.add("plain " + std::to_string(now.port)); });
        write("[mail]\nport = 1\n[mail.in]\nport = 20\n[mail.out]\nport = 3\n");
        QVERIFY(until(h, [&] { return !h.journal.lines().isEmpty(); }));
        QCOMPARE(h.journal.text(), QStringLiteral("'in' 20"));
        QCOMPARE(h.monitor().get("in")->port, 20);
        QCOMPARE(h.monitor().get("out")->port, 3);

        // One that is wrong keeps all as they were.
        write("[mail]\nport = 10\n[mail.in]\nport = 21\n[mail.out]\nport = 0\n");
        QVERIFY(until(h, [&] { return h.log->find(OptionsRefused).has_value(); }));
        QVERIFY2(h.log->find(OptionsRefused)->text.contains(QStringLiteral("acme::MailOptions 'out': ")), qPrintable(h.log->find(OptionsRefused)->text));
        QCOMPARE(h.monitor().current()->port, 1);
        QCOMPARE(h.monitor().get("in")->port, 20);

        write("[mail]\nport = 10\n[mail.in]\nport = 20\n[mail.out]\nport = 30\n");
        QVERIFY(until(h, [&] { return h.journal.lines().size() == 4; }));
        QCOMPARE(h.journal.text(), QStringLiteral("'in' 20 '' 10 plain 10 'out' 30"));
    }

private:
    void write(const char* text) const
    {
        const QString path = m_folder.filePath(QStringLiteral("acme.toml"));
        QFile file(path + QLatin1Char('~'));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        QFile::remove(path);
        QVERIFY(file.rename(path));
    }

    /// Waits for the file system, and lets the time pass that must be quiet.
    bool until(Fixture& h, const std::function<bool()>& condition)
    {
        return QTest::qWaitFor([&] {
            h.clock.advance(1s);
            return condition();
        });
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestNamedOptions)
#include "tst_namedoptions.moc"

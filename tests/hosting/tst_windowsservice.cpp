// What a service control manager hears of a host, and what it can say (B91). The manager is one of the test's own.
#include "hosttest.h"

#include <turnspit/hosting/windowsservice.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// What was reported, and the way to say stop.
struct Manager
{
    QStringList heard;
    std::function<void()> stop;
    bool answers = true;
};

class FakeControl final : public ServiceControl
{
public:
    explicit FakeControl(Manager& manager) : m_manager(manager) {}

    Result<> connect(std::function<void()> onStop) override
    {
        if (!m_manager.answers)
            return fail("nobody answers");
        m_manager.stop = std::move(onStop);
        return {};
    }
    void report(State state, std::chrono::milliseconds within, std::uint32_t exitCode) noexcept override
    {
        static constexpr const char* names[] = {"starting", "running", "stopping", "stopped"};
        m_manager.heard << QStringLiteral("%1 %2 %3").arg(QLatin1String(names[int(state)])).arg(within.count()).arg(exitCode);
    }

private:
    Manager& m_manager;
};

class Steady final : public BackgroundService
{
protected:
    Task<> execute(std::stop_token stopping) override { co_await untilStopped(stopping); }
};

class Failing final : public HostedService
{
public:
    explicit Failing(bool atStart) : m_atStart(atStart) {}
    Task<> start(std::stop_token) override
    {
        if (m_atStart)
            throw std::runtime_error("no network");
        co_return;
    }
    Task<> stop(std::stop_token) override
    {
        throw std::runtime_error("no network");
        co_return;
    }

private:
    bool m_atStart;
};

struct ServiceHost : InlineHost
{
    ServiceHost()
    {
        WindowsServiceOptions options;
        options.control = std::make_unique<FakeControl>(manager);
        isService = useWindowsService(builder, std::move(options));
        builder.configure<HostOptions>([](HostOptions& o) { o.shutdownTimeout = 20s; });
    }
    ~ServiceHost() { host.reset(); } // before what it reports to
    Manager manager;
    bool isService = false;
};

} // namespace

class TestWindowsService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B91_theManagerHearsOfTheLifeOfTheHost()
    {
        ServiceHost h;
        QVERIFY(h.isService);
        h.builder.services().addHostedService<Steady>();
        h.build();
        QCOMPARE(h.manager.heard, QStringList{QStringLiteral("starting 60000 0")});
        h.start();
        QCOMPARE(h.manager.heard.last(), QStringLiteral("running 0 0"));
        h.stop();
        QCOMPARE(h.manager.heard.last(), QStringLiteral("stopping 20000 0"));
        h.host.reset(); // and not before: singletons and the log may have something to do still
        QCOMPARE(h.manager.heard.size(), 4);
        QCOMPARE(h.manager.heard.last(), QStringLiteral("stopped 0 0"));
    }

    void B91_itsStopIsAStopOfTheApplication()
    {
        ServiceHost h;
        h.builder.services().addHostedService<Steady>();
        h.start();
        const auto ended = h.launch(h.host->waitForShutdown());
        h.manager.stop();
        h.manager.stop();
        QVERIFY(!ended->ended); // posted: the manager's thread does not wait
        h.clock.settle();
        QVERIFY(ended->ended);
        QCOMPARE(h.manager.heard.count(QStringLiteral("stopping 20000 0")), 1);
        h.host.reset();
        h.manager.stop(); // too late, and harmless
        h.clock.settle();
        QCOMPARE(h.manager.heard.last(), QStringLiteral("stopped 0 0"));
    }

    void B91_theExitCodeSaysWhatWentWrong_data()
    {
        QTest::addColumn<bool>("atStart");
        QTest::addColumn<QString>("last");
        QTest::newRow("start") << true << QStringLiteral("stopped 0 1064");
        QTest::newRow("stop") << false << QStringLiteral("stopped 0 1067");
    }
    void B91_theExitCodeSaysWhatWentWrong()
    {
        QFETCH(bool, atStart);
        QFETCH(QString, last);
        ServiceHost h;
        h.builder.services().addHostedService<Failing>("failing", [atStart] { return std::make_unique<Failing>(atStart); });
        h.start();
        h.stop();
        h.host.reset();
        QCOMPARE(h.manager.heard.last(), last);
    }

    void B91_aHostThatIsDestroyedWhileItRunsWasAborted()
    {
        ServiceHost h;
        h.builder.services().addHostedService<Steady>();
        h.start();
        h.host.reset();
        QCOMPARE(h.manager.heard.last(), QStringLiteral("stopped 0 1067"));
    }

    void aManagerThatDoesNotAnswerIsSaidAndTheHostRuns()
    {
        ServiceHost h;
        h.manager.answers = false;
        h.builder.services().addHostedService<Steady>("steady");
        QVERIFY(!h.start()->error);
        QCOMPARE(said(h.state("steady")), said(ServiceState::Running));
        QCOMPARE(h.log->lines().front().text, QStringLiteral("nobody answers; this is no service of it"));
        h.host.reset();
        QVERIFY(h.manager.heard.isEmpty());
    }

    void aSecondCallDoesNothing()
    {
        ServiceHost h;
        Manager other;
        WindowsServiceOptions options;
        options.control = std::make_unique<FakeControl>(other);
        QVERIFY(useWindowsService(h.builder, std::move(options)));
        h.start();
        QVERIFY(other.heard.isEmpty());
        QCOMPARE(h.manager.heard.size(), 2);
    }

    void B91_elsewhereItDoesNothing()
    {
        InlineHost h;
        QVERIFY(!useWindowsService(h.builder));
        QVERIFY(!h.start()->error);
        QCOMPARE(h.stop()->value->exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(TestWindowsService)
#include "tst_windowsservice.moc"

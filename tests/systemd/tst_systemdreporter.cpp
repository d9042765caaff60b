#include "fakenotifier.h"
#include "support/await.h"

#include <systemd/systemdreporter.h>
#include <turnspit/hosting/hostcore.h>

#include <QRegularExpression>

#include <csignal>
#include <semaphore>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Runs until it is stopped, and then until `mayStop` is set.
class Steady final : public BackgroundService
{
public:
    explicit Steady(Event& mayStop) : m_mayStop(mayStop) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        co_await untilStopped(stopping);
        co_await m_mayStop.wait();
    }

private:
    Event& m_mayStop;
};

class Failing final : public BackgroundService
{
protected:
    Task<> execute(std::stop_token) override
    {
        co_await yieldToLoop();
        throw std::runtime_error("no such host");
    }
};

/// What the host itself is made of.
class Door final : public HostedService
{
public:
    static constexpr bool ofHost = true;
    Task<> start(std::stop_token) override { co_return; }
    Task<> stop(std::stop_token) override { co_return; }
};

SystemdEnvironment environment(std::optional<std::chrono::microseconds> watchdog = {})
{
    SystemdEnvironment out;
    out.isService = true;
    out.watchdog = watchdog;
    return out;
}

/// An exact host under a manager that listens.
struct ServiceHost : InlineHost
{
    ServiceHost(std::optional<std::chrono::microseconds> watchdog = {}, std::function<Task<Result<>>()> reload = {})
    {
        mayStop.set();
        SystemdOptions options;
        options.environment = environment(watchdog);
        options.notifier = manager.notifier();
        options.reload = std::move(reload);
        systemd = useSystemd(builder, std::move(options));
    }
    ~ServiceHost() { mayStop.set(); }

    void addSteady(const char* name)
    {
        builder.services().addHostedService<Steady>(name, [this] { return std::make_unique<Steady>(mayStop); });
    }

    Event mayStop;
    FakeManager manager;
    Systemd systemd;
};

QStringList list(std::initializer_list<const char*> lines)
{
    QStringList out;
    for (const char* line : lines)
        out << QString::fromLatin1(line);
    return out;
}

/// Blocks its thread until let go.
class Blocker final : public BackgroundService
{
public:
    explicit Blocker(std::binary_semaphore& go) : m_go(go) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_go.acquire();
        co_await untilStopped(stopping);
    }

private:
    std::binary_semaphore& m_go;
};

} // namespace

class TestSystemdReporter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B88_readyIsSaidWhenAllHasStartedAndStoppingWhenSomebodyStops()
    {
        ServiceHost h;
        h.addSteady("web");
        h.build();
        h.clock.settle();
        QVERIFY(h.manager.heard().isEmpty());
        h.start();
        QCOMPARE(h.manager.news(), list({"READY=1 STATUS=1 service running"}));
        h.stop();
        QCOMPARE(h.manager.news(), list({"STOPPING=1 STATUS=Stopping: 1 service left", "EXTEND_TIMEOUT_USEC=10000000"}));
    }

    void T13_aStartThatFailsIsNeverReady()
    {
        class Refusing final : public HostedService
        {
        public:
            Task<> start(std::stop_token) override { throw std::runtime_error("no"); }
            Task<> stop(std::stop_token) override { co_return; }
        };
        ServiceHost h;
        h.builder.services().addHostedService<Refusing>("refusing");
        QVERIFY(h.start()->error);
        h.stop();
        QCOMPARE(h.manager.heard().filter(QStringLiteral("READY")), QStringList());
        QCOMPARE(h.manager.heard().filter(QStringLiteral("STOPPING=1")).size(), 1);
    }

    void T13_theStatusFollowsTheServicesOnceASecondAtMost()
    {
        ServiceHost h;
        h.addSteady("web");
        h.addSteady("mail");
        h.builder.services().addHostedService<Failing>("sync");
        h.start();
        QCOMPARE(h.manager.news(), list({"READY=1 STATUS=3 services running"}));
        h.clock.advance(999ms);
        QCOMPARE(h.manager.news(), QStringList());
        h.clock.advance(1ms);
        QCOMPARE(h.manager.news(), list({"STATUS=2 services running, 1 failed"}));
        h.clock.advance(10s);
        QCOMPARE(h.manager.news(), QStringList());
        h.launch(h.controller("web").stop());
        QCOMPARE(h.manager.news(), list({"STATUS=1 service running, 1 stopping, 1 failed"})); // at once: the last one is long ago
        h.clock.advance(1s);
        QCOMPARE(h.manager.news(), list({"STATUS=1 service running, 1 failed"}));
        h.launch(h.controller("mail").stop());
        h.launch(h.controller("mail").start());
        h.clock.advance(1s);
        QCOMPARE(h.manager.news(), QStringList()); // it was the same again
    }

    void T13_theWatchdogIsFedTwiceInItsTime()
    {
        ServiceHost h(20s);
        h.addSteady("web");
        h.build();
        h.clock.advance(1min);
        QVERIFY(h.manager.heard().isEmpty());
        h.start();
        QCOMPARE(h.manager.count("WATCHDOG=1"), 1);
        h.clock.advance(1min);
        QCOMPARE(h.manager.count("WATCHDOG=1"), 7);
        h.mayStop.reset();
        h.stop();
        h.clock.advance(20s);
        QCOMPARE(h.manager.count("WATCHDOG=1"), 9); // a stop has its own limit
    }

    void T13_withoutAWatchdogNoneIsFed()
    {
        ServiceHost h;
        h.start();
        h.clock.advance(1h);
        QCOMPARE(h.manager.count("WATCHDOG=1"), 0);
    }

    void T13_theWatchdogIsNotFedWhileAWorkerThreadDoesNotAnswer()
    {
        // Who said what, in one order: the host's log and the manager.
        class Both final : public LogSink
        {
        public:
            explicit Both(Journal& journal) : m_journal(journal) {}
            void write(const LogRecord& record) noexcept override
            {
                if (record.eventId == ServiceAnswersAgain)
                    m_journal.add("answers");
                else if (record.text.contains("is not fed"))
                    m_journal.add("starved");
            }

        private:
            Journal& m_journal;
        };
        class Fed final : public SystemdNotifier
        {
        public:
            explicit Fed(Journal& journal) : m_journal(journal) {}
            Delivery notify(std::string_view lines) noexcept override
            {
                if (lines == "WATCHDOG=1")
                    m_journal.add("fed");
                return Delivery::Sent;
            }

        private:
            Journal& m_journal;
        };
        Journal journal;
        std::binary_semaphore go{0};
        HostBuilder builder;
        builder.addLogSink(std::make_shared<Both>(journal));
        builder.configure<HostOptions>([](HostOptions& options) { options.heartbeat = 10ms; });
        builder.services().addHostedService<Blocker>("blocker", [&go] { return std::make_unique<Blocker>(go); });
        SystemdOptions options;
        options.environment = environment(20ms);
        options.notifier = std::make_unique<Fed>(journal);
        useSystemd(builder, std::move(options));
        const auto host = builder.build();
        Begun<int> run([](Host& h) -> Task<int> {
            co_await h.start();
            co_return 0;
        }(*host));
        QVERIFY(spinUntil([&] { return journal.lines().contains(QStringLiteral("starved")); }));
        go.release();
        QVERIFY(spinUntil([&] {
            const QStringList lines = journal.lines();
            const auto back = lines.indexOf(QStringLiteral("answers"));
            return back >= 0 && lines.indexOf(QStringLiteral("fed"), back) > back;
        }));
        const QStringList lines = journal.lines();
        const auto starved = lines.indexOf(QStringLiteral("starved"));
        QCOMPARE(lines.value(starved + 1), QStringLiteral("answers"));
        QCOMPARE(lines.first(), QStringLiteral("fed"));
        (void)await(host->stop());
    }

    void T13_aReloadIsSaidWithItsTimeAndThenReady()
    {
        Event goOn;
        Result<> answer;
        ServiceHost h({}, [&]() -> Task<Result<>> {
            co_await goOn.wait();
            co_return answer;
        });
        h.addSteady("web");
        h.start();
        h.manager.news();

        timespec before{};
        ::clock_gettime(CLOCK_MONOTONIC, &before);
        ::raise(SIGHUP);
        QVERIFY(spinUntil([&] { return h.manager.heard().last().startsWith(QStringLiteral("RELOADING=1")); }));
        static const QRegularExpression said(QStringLiteral("^RELOADING=1 MONOTONIC_USEC=(\\d+) STATUS=Reloading$"));
        const auto match = said.match(h.manager.news().join(QLatin1Char('|')));
        QVERIFY(match.hasMatch());
        const qint64 time = match.captured(1).toLongLong();
        const qint64 earliest = qint64(before.tv_sec) * 1'000'000 + before.tv_nsec / 1000;
        QVERIFY(time >= earliest && time < earliest + 60'000'000);

        goOn.set();
        h.clock.settle();
        QCOMPARE(h.manager.news(), list({"READY=1 STATUS=1 service running"}));
        answer = fail("turnspit.toml:3:1: `hots` is not known\nhost?");
        ::raise(SIGHUP);
        QVERIFY(spinUntil([&] { return h.manager.heard().filter(QStringLiteral("READY=1")).size() == 3; }));
        QCOMPARE(h.manager.news().last(),
                 QStringLiteral("READY=1 STATUS=1 service running; the reload failed: turnspit.toml:3:1: `hots` is not known host?"));
    }

    // More than systemd reads of a message, and not what it takes for a status.
    void T13_whatIsWrongWithAReloadIsSaidInAsMuchAsSystemdReads()
    {
        std::string text = "a\tb\x01\xff";
        for (int i = 0; i < 5000; ++i)
            text += "\xF0\x9F\x8D\x96";
        ServiceHost h({}, [&]() -> Task<Result<>> { co_return fail(text); });
        h.addSteady("web");
        h.start();
        ::raise(SIGHUP);
        QVERIFY(spinUntil([&] { return h.manager.heard().last().contains(QStringLiteral("failed")); }));
        const QString said = h.manager.heard().last();
        QVERIFY2(said.toUtf8().size() < 4096, qPrintable(QString::number(said.toUtf8().size())));
        QVERIFY2(said.startsWith(QStringLiteral("READY=1 STATUS=1 service running; the reload failed: a b \uFFFD\U0001F356")), qPrintable(said));
        QVERIFY2(said.endsWith(QStringLiteral("\U0001F356\u2026")), qPrintable(said));
    }

    void T13_aStopDuringAReloadSaysWhatIsLeft()
    {
        Event never;
        ServiceHost h({}, [&]() -> Task<Result<>> {
            co_await never.wait();
            co_return Result<>{};
        });
        h.addSteady("web");
        h.addSteady("mail");
        h.start();
        ::raise(SIGHUP);
        QVERIFY(spinUntil([&] { return h.manager.heard().last().startsWith(QStringLiteral("RELOADING=1")); }));
        h.mayStop.reset();
        h.launch(h.controller("mail").stop(2s));
        Begun stopping(h.host->stop());
        h.clock.settle();
        QVERIFY(h.manager.heard().contains(QStringLiteral("STOPPING=1 STATUS=Stopping: 2 services left")));
        h.clock.advance(3s);
        QVERIFY2(h.manager.heard().contains(QStringLiteral("STATUS=Stopping: 1 service left")), qPrintable(h.manager.heard().join(QLatin1Char('|'))));
        h.mayStop.set();
        h.clock.settle();
        QVERIFY(stopping.isDone());
        never.set();
        h.clock.settle();
    }

    // It is counted nowhere, as the control socket of a program is.
    void T13_whatTheHostItselfIsMadeOfIsNotCounted()
    {
        ServiceHost h;
        h.addSteady("web");
        h.builder.services().addHostedService<Door>("door");
        h.start();
        QCOMPARE(h.manager.news(), list({"READY=1 STATUS=1 service running"}));
        h.stop();
        QCOMPARE(h.manager.news().first(), QStringLiteral("STOPPING=1 STATUS=Stopping: 1 service left"));
    }

    void T13_aStopEndsAReload()
    {
        Event never;
        ServiceHost h({}, [&]() -> Task<Result<>> {
            co_await never.wait();
            co_return Result<>{};
        });
        h.start();
        ::raise(SIGHUP);
        QVERIFY(spinUntil([&] { return h.manager.heard().last().startsWith(QStringLiteral("RELOADING=1")); }));
        h.manager.news();
        h.stop();
        never.set();
        h.clock.settle();
        QCOMPARE(h.manager.news(), list({"STOPPING=1 STATUS=Stopping", "EXTEND_TIMEOUT_USEC=10000000"}));
    }

    void T13_moreTimeIsAskedForWhileTheStopGoesOn()
    {
        ServiceHost h;
        h.builder.configure<HostOptions>([](HostOptions& options) { options.shutdownTimeout = 60s; });
        h.addSteady("web");
        h.start();
        h.mayStop.reset();
        const auto stop = h.stop();
        QCOMPARE(h.manager.count("EXTEND_TIMEOUT_USEC=10000000"), 1);
        h.clock.advance(20s);
        QCOMPARE(h.manager.count("EXTEND_TIMEOUT_USEC=10000000"), 5);
        h.clock.advance(20s); // beyond the half minute that hosts have by default
        QCOMPARE(h.manager.count("EXTEND_TIMEOUT_USEC=10000000"), 9);
        h.mayStop.set();
        h.clock.settle();
        QVERIFY(stop->ended);
        h.clock.advance(1min);
        QCOMPARE(h.manager.count("EXTEND_TIMEOUT_USEC=10000000"), 9);
    }

    void T13_noMoreTimeIsAskedForThanTheHostHas()
    {
        FakeManager manager;
        FakeClock clock;
        LoggerFactory logs(clock);
        ApplicationLifetime lifetime;
        ServiceControllers::Private none;
        ServiceControllers controllers(none);
        SystemdReporter::Parts parts{lifetime, controllers, clock, Logger<SystemdReporter>(logs)};
        parts.options.shutdownTimeout = 12s;
        parts.notifier = manager.notifier();
        const SystemdReporter reporter(std::move(parts));
        lifetime.notifyStarted();
        lifetime.stopApplication();
        clock.advance(1min); // what hangs does not say that it has stopped
        QCOMPARE(manager.count("EXTEND_TIMEOUT_USEC=10000000"), 3);
    }

    void aManagerThatDoesNotReadIsToldLaterWhatMustNotBeLost()
    {
        ServiceHost h(20s);
        h.addSteady("web");
        h.manager.answer(FakeManager::Delivery::Busy);
        h.start();
        h.clock.advance(1min);
        QVERIFY(h.manager.heard().isEmpty());
        h.manager.answer(FakeManager::Delivery::Sent);
        h.clock.advance(1s);
        QCOMPARE(h.manager.news(), list({"READY=1 STATUS=1 service running"}));
        h.clock.advance(10s);
        QCOMPARE(h.manager.news(), list({"WATCHDOG=1"}));
    }

    void aManagerThatIsGoneIsSaidOnce()
    {
        ServiceHost h(20s);
        h.manager.answer(FakeManager::Delivery::Lost);
        h.start();
        h.clock.advance(1min);
        const auto lines = h.log->lines();
        QCOMPARE(std::ranges::count_if(lines, [](const auto& line) { return line.text.contains(QStringLiteral("NOTIFY_SOCKET")); }), 1);
    }

    void aSecondCallDoesNothing()
    {
        ServiceHost h;
        FakeManager other;
        SystemdOptions options;
        options.environment = environment();
        options.environment->journalOnStderr = true;
        options.notifier = other.notifier();
        const Systemd again = useSystemd(h.builder, std::move(options));
        QVERIFY(!again.isPresent() && !again.hasJournal());
        h.start();
        h.stop();
        QVERIFY(other.heard().isEmpty());
        QCOMPARE(h.manager.count("READY=1 STATUS=no service running"), 1);
    }

    void B86_nothingIsSaidElsewhere()
    {
        InlineHost h;
        FakeManager manager;
        SystemdOptions options;
        options.environment = SystemdEnvironment{};
        options.notifier = manager.notifier();
        options.reload = []() -> Task<Result<>> { co_return Result<>{}; };
        const Systemd systemd = useSystemd(h.builder, std::move(options));
        QVERIFY(!systemd.isPresent());
        QVERIFY(!systemd.hasJournal());
        struct sigaction before
        {};
        ::sigaction(SIGHUP, nullptr, &before);
        h.start();
        struct sigaction now
        {};
        ::sigaction(SIGHUP, nullptr, &now);
        QVERIFY(now.sa_sigaction == before.sa_sigaction);
        h.stop();
        QVERIFY(manager.heard().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSystemdReporter)
#include "tst_systemdreporter.moc"

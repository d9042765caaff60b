// How a program runs and ends by Host::run, also one that is still starting and does not listen (T6, T14).
#include "threadedhost.h"

#include <turnspit/logging/consolesink.h>

#include <QTimer>

#include <array>
#include <csignal>
#include <thread>

#include <unistd.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Its start hears SIGTERM so many times, and listens to nothing.
class Deaf final : public HostedService
{
public:
    explicit Deaf(int signals) : m_signals(signals) {}

    Task<> start(std::stop_token) override
    {
        for (int i = 0; i < m_signals; ++i) {
            ::raise(SIGTERM);
            co_await delay(200ms); // in between, those are two
        }
        co_await m_never.wait();
    }
    Task<> stop(std::stop_token) override { co_return; }

private:
    int m_signals;
    Event m_never;
};

} // namespace

class TestHostRun : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whereNoEventLoopCanBeTurnedRunSaysSo()
    {
        HostBuilder builder;
        builder.addLogSink(std::make_shared<MemorySink>());
        const auto host = builder.build();
        const auto whatRunSays = [&host]() -> std::string {
            try {
                return std::to_string(host->run());
            } catch (const std::logic_error& error) {
                return error.what();
            }
        };
        std::string elsewhere;
        std::thread([&] { elsewhere = whatRunSays(); }).join();
        QVERIFY2(elsewhere.find("in whose thread") != std::string::npos, elsewhere.c_str());

        std::string inside;
        QTimer::singleShot(0, qApp, [&] {
            inside = whatRunSays();
            QCoreApplication::quit();
        });
        QCoreApplication::exec();
        QVERIFY2(inside.find("turns already") != std::string::npos, inside.c_str());
    }

    // T14
    void aSignalThatComesTwiceAtOnceIsOne()
    {
        /// Is stopped by a signal that comes to it and to its process group, and takes its time.
        class Careful final : public HostedService
        {
        public:
            Task<> start(std::stop_token) override { co_return; }
            Task<> stop(std::stop_token hurry) override
            {
                if (!co_await delay(100ms, hurry))
                    throw std::runtime_error("in a hurry");
            }
        };
        HostBuilder builder;
        builder.addLogSink(std::make_shared<MemorySink>());
        builder.services().addHostedService<Careful>([] { return std::make_unique<Careful>(); });
        const auto host = builder.build();
        host->lifetime().onStarted([] {
            ::kill(::getpid(), SIGTERM);
            ::kill(::getpid(), SIGTERM);
            ::raise(SIGTERM);
        });
        QCOMPARE(host->run(), 0);
    }

    void runEndsWithTheFirstSignalAndItsServicesStopped_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGQUIT") << SIGQUIT;
    }

    // B26, B84
    void runEndsWithTheFirstSignalAndItsServicesStopped()
    {
        QFETCH(int, signal);
        ThreadedHost h;
        Wanderer::Seen seen;
        h.builder.services().addHostedService<Wanderer>("one", [&] { return std::make_unique<Wanderer>(seen); });
        h.host = h.builder.build();
        h.host->lifetime().onStarted([signal] { ::raise(signal); });
        QCOMPARE(h.host->run(), 0);
        QVERIFY(seen.destroyed != nullptr);
    }

    void whoReadsItsOutputMayGo()
    {
        struct sigaction byDefault{};
        byDefault.sa_handler = SIG_DFL;
        struct sigaction before{};
        QCOMPARE(::sigaction(SIGPIPE, &byDefault, &before), 0);
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        ::close(ends[0]);
        ThreadedHost h;
        Wanderer::Seen seen;
        h.builder.services().addHostedService<Wanderer>("one", [&] { return std::make_unique<Wanderer>(seen); });
        h.host = h.builder.build();
        h.host->lifetime().onStarted([&] {
            ConsoleSink(ConsoleSink::Colours::Never, LogLevel::Trace, ends[1]).write({});
            h.host->lifetime().stopApplication();
        });
        QCOMPARE(h.host->run(), 0);
        QVERIFY(seen.destroyed != nullptr);
        struct sigaction after{};
        QCOMPARE(::sigaction(SIGPIPE, &before, &after), 0);
        QVERIFY(after.sa_handler == SIG_DFL);
        ::close(ends[1]);
    }

    // T14
    void aSecondSignalEndsTheWaitAtOnce()
    {
        class Stubborn final : public HostedService
        {
        public:
            Task<> start(std::stop_token) override { co_return; }
            Task<> stop(std::stop_token) override
            {
                co_await delay(200ms);
                ::raise(SIGTERM); // the second one comes while the first is being followed
                co_await m_never.wait();
            }

        private:
            Event m_never;
        };
        ThreadedHost h;
        h.builder.services().addHostedService<Stubborn>("stubborn", [] { return std::make_unique<Stubborn>(); });
        h.host = h.builder.build();
        h.host->lifetime().onStarted([] { ::raise(SIGTERM); });
        QCOMPARE(h.host->run(), 6);
    }

    // T3
    void runReturnsNonZeroWithTheFirstCauseWhenAServiceStopsTheHost()
    {
        class Faulty final : public BackgroundService
        {
        protected:
            Task<> execute(std::stop_token) override
            {
                throw std::runtime_error("broken");
                co_return;
            }
        };
        ThreadedHost h;
        h.builder.services().addHostedService<Faulty>({.onFailure = FailureBehaviour::StopHost});
        h.host = h.builder.build();
        QCOMPARE(h.host->run(), 1);
        const auto lines = h.log->lines();
        QVERIFY(std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.text.contains(QStringLiteral("broken")); }));
    }

    // B18
    void aStopThatThrowsIsTheExitCodeAndNotTheReasonOfTheEnd()
    {
        class Flushes final : public HostedService
        {
        public:
            Task<> start(std::stop_token) override { co_return; }
            Task<> stop(std::stop_token) override
            {
                throw std::runtime_error("disk full");
                co_return;
            }
        };
        ThreadedHost h;
        h.builder.services().addHostedService<Flushes>("flushes", [] { return std::make_unique<Flushes>(); });
        h.host = h.builder.build();
        h.host->lifetime().onStarted([] { ::raise(SIGTERM); });
        QCOMPARE(h.host->run(), 1);
        QCOMPARE(h.log->lines().back().text, QStringLiteral("the exit code is 1 because of flushes: disk full"));
    }

    // B8, B26
    void runOfAHostThatDoesNotStartReturnsOneAndClosesTheContainer()
    {
        class Closed
        {
        public:
            explicit Closed(std::atomic<bool>& flag) : m_flag(flag) {}
            Task<> close()
            {
                m_flag = true;
                co_return;
            }

        private:
            std::atomic<bool>& m_flag;
        };
        ThreadedHost h;
        std::atomic<bool> closed = false;
        h.builder.services().addSingleton<Closed>([&] { return std::make_unique<Closed>(closed); });
        h.builder.services().addHostedService<Wanderer>("fails", [](Closed&) -> std::unique_ptr<Wanderer> { throw std::runtime_error("no"); });
        h.host = h.builder.build();
        QCOMPARE(h.host->run(), 1);
        QVERIFY(closed);
        QCOMPARE(h.log->find(ServiceStartFailed)->service, QStringLiteral("fails"));
        const auto lines = h.log->lines();
        QCOMPARE(std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.level >= LogLevel::Error; }), 2); // of it and of the host
    }

    // B24, B26
    void runEndsWellWhenItsStartIsCancelledByAStopOfTheApplication()
    {
        class Waits final : public HostedService
        {
        public:
            explicit Waits(ApplicationLifetime& lifetime) : m_lifetime(lifetime) {}
            Task<> start(std::stop_token cancelled) override
            {
                m_lifetime.stopApplication();
                co_await untilStopped(cancelled);
                throw OperationCancelled{};
            }
            Task<> stop(std::stop_token) override { co_return; }

        private:
            ApplicationLifetime& m_lifetime;
        };
        ThreadedHost h;
        h.builder.services().addHostedService<Waits>("waits");
        h.host = h.builder.build();
        QCOMPARE(h.host->run(), 0);
    }

    // B85
    void runSaysWhenTheApplicationHasStartedAndWhenItEnds_data()
    {
        QTest::addColumn<bool>("say");
        QTest::newRow("said") << true;
        QTest::newRow("not") << false;
    }

    // B85
    void runSaysWhenTheApplicationHasStartedAndWhenItEnds()
    {
        QFETCH(bool, say);
        ThreadedHost h;
        h.builder.configure<HostOptions>([say](HostOptions& o) {
            o.statusMessages = say;
            o.stopWhenIdle = true;
        });
        h.builder.setLogLevel(LogLevel::Info);
        h.host = h.builder.build();
        QCOMPARE(h.host->run(), 0);
        QStringList said;
        for (const auto& line : h.log->lines()) {
            if (line.event == 0)
                said << line.text;
        }
        QCOMPARE(said.isEmpty(), !say);
        if (say) {
            QCOMPARE(said.size(), 4);
            QCOMPARE(said.front(), QStringLiteral("Application started. Press Ctrl+C to shut down."));
            QCOMPARE(said.at(1), QStringLiteral("Hosting environment: Production"));
            QVERIFY(said.at(2).startsWith(QStringLiteral("Content root path: /")));
            QCOMPARE(said.back(), QStringLiteral("Application is shutting down..."));
        }
    }

    // T6, T14
    void runEndsThoughAStartDoesNotListen_data()
    {
        QTest::addColumn<int>("signals");
        QTest::addColumn<int>("limit");
        QTest::newRow("whenItsTimeIsOver") << 1 << 50;
        QTest::newRow("atASecondSignal") << 2 << 3'600'000;
    }

    // T6, T14
    void runEndsThoughAStartDoesNotListen()
    {
        QFETCH(int, signals);
        QFETCH(int, limit);
        const auto log = std::make_shared<MemorySink>();
        HostBuilder builder;
        builder.addLogSink(log).configure<HostOptions>([limit](HostOptions& o) {
            o.shutdownTimeout = Milliseconds(limit);
            o.reapTimeout = 100ms;
        });
        builder.services().addHostedService<Deaf>("deaf", [signals] { return std::make_unique<Deaf>(signals); });
        QCOMPARE(builder.build()->run(), 6);
        QCOMPARE(log->find(ServiceAbandoned)->service, QStringLiteral("deaf"));
    }
};

QTEST_GUILESS_MAIN(TestHostRun)
#include "tst_hostrun.moc"

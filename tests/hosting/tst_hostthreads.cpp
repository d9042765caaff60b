// The host on threads of its own, real time: gates say when, no clock is waited for.
#include "blocker.h"
#include "threadedhost.h"

#include <turnspit/async/workcontext.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/logging/logger.h>

#include <semaphore>
#include <thread>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Works without ever awaiting anything.
class Grinder final : public BackgroundService
{
public:
    struct Seen
    {
        std::binary_semaphore entered{0};
        std::atomic<bool> left = false;
    };
    explicit Grinder(std::shared_ptr<Seen> seen) : m_seen(std::move(seen)) {}
    static constexpr Affinity affinity = Affinity::Dedicated;

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_seen->entered.release();
        while (!stopping.stop_requested())
            std::this_thread::yield();
        m_seen->left = true;
        co_return;
    }

private:
    std::shared_ptr<Seen> m_seen;
};

/// Ticks now and then.
class Ticker final : public PeriodicService
{
public:
    Ticker() : PeriodicService(1h) {}

protected:
    Task<> tick(std::stop_token) override { co_return; }
};

/// What an engine does: told of changes, adds and starts services.
class Engine final : public BackgroundService
{
public:
    Engine(ServiceControllers& controllers, Logger<Engine> log) : m_controllers(controllers), m_log(std::move(log)) {}
    static constexpr Affinity affinity = Affinity::Host;

protected:
    Task<> execute(std::stop_token stopping) override
    {
        auto added = m_controllers.add(HostedRegistration::of<Wanderer>("later", {}, [] {
            static Wanderer::Seen seen;
            return std::make_unique<Wanderer>(seen);
        }));
        const auto started = co_await (*added)->start();
        m_log.info("{}", started ? "added" : "not added");
        co_await untilStopped(stopping);
    }

private:
    ServiceControllers& m_controllers;
    Logger<Engine> m_log;
};

} // namespace

class TestHostThreads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T15, T20
    void anObjectLivesInItsWorkerThreadAndStartAndStopAreAwaitedHere()
    {
        ThreadedHost h;
        Wanderer::Seen shared;
        Wanderer::Seen dedicated;
        Wanderer::Seen host;
        h.builder.services().addHostedService<Wanderer>("shared", [&] { return std::make_unique<Wanderer>(shared); });
        h.builder.services().addHostedService<Wanderer>("dedicated", [&] { return std::make_unique<Wanderer>(dedicated); },
                                                        {.affinity = Affinity::Dedicated});
        h.builder.services().addHostedService<Wanderer>("host", [&] { return std::make_unique<Wanderer>(host); }, {.affinity = Affinity::Host});
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QVERIFY(!started->ended); // nothing blocks here (T15)
        QTRY_VERIFY(started->ended);
        QVERIFY(!started->error);
        QTRY_VERIFY(shared.executed != nullptr && dedicated.executed != nullptr && host.executed != nullptr);
        const auto hostThread = h.ask([] { return QThread::currentThreadId(); });
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
        QCOMPARE(stopped->value->exitCode(), 0);
        for (auto* seen : {&shared, &dedicated, &host}) {
            QVERIFY(seen->made != QThread::currentThreadId());
            QCOMPARE(seen->made.load(), seen->executed.load());
            QCOMPARE(seen->made.load(), seen->resumed.load());
            QCOMPARE(seen->made.load(), seen->destroyed.load());
        }
        QCOMPARE(host.made.load(), hostThread);
        QVERIFY(shared.made != hostThread && dedicated.made != hostThread && shared.made.load() != dedicated.made.load());
    }

    // B28
    void aBlockingExecuteDoesNotDelayTheStart()
    {
        ThreadedHost h;
        const auto gate = std::make_shared<Blocker::Gate>();
        h.builder.services().addHostedService<Blocker>("blocker", [gate] { return std::make_unique<Blocker>(gate); },
                                                       {.affinity = Affinity::Dedicated});
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        gate->go.release();
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
        QCOMPARE(stopped->value->exitCode(), 0);
    }

    // T6
    void aBodyThatBlocksItsThreadIsAbandonedAndAStartIsRefusedWhileItRuns()
    {
        ThreadedHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.reapTimeout = 20ms; });
        const auto gate = std::make_shared<Blocker::Gate>();
        h.builder.services().addHostedService<Blocker>("blocker", [gate] { return std::make_unique<Blocker>(gate); },
                                                       {.affinity = Affinity::Dedicated});
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        gate->entered.acquire();
        auto* controller = h.ask([&] { return h.host->controllers().find("blocker"); });
        const auto stopped = h.command<ServiceStopResult>([&] { return controller->stop(10ms); });
        QVERIFY(stopped.kind == ServiceStopResult::Abandoned);
        QVERIFY(stopped.threadAlive);
        QCOMPARE(stopped.reason, std::string("did not stop within 10ms; abandoned"));
        QVERIFY(h.log->find(ServiceAbandoned)->service == QStringLiteral("blocker"));
        const auto refused = h.command<Result<>>([&] { return controller->start(); });
        QCOMPARE(said(refused.error().kind), said(ErrorKind::Refused));
        gate->go.release(); // it ends after all
        QTRY_VERIFY(h.log->find(ServiceAbandonedEnded).has_value());
        QVERIFY(h.command<Result<>>([&] { return controller->start(); }).has_value());
        gate->entered.acquire();
        gate->go.release();
        const auto all = h.launch(h.host->stop());
        QTRY_VERIFY(all->ended);
        QCOMPARE(all->value->exitCode(), 0);
    }

    // T6
    void aLoopThatNeverAwaitsEndsOnStopOnAThreadOfItsOwn()
    {
        ThreadedHost h;
        const auto seen = std::make_shared<Grinder::Seen>();
        h.builder.services().addHostedService<Grinder>("one", [seen] { return std::make_unique<Grinder>(seen); });
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        auto* controller = h.ask([&] { return h.host->controllers().find("one"); });
        for (const bool all : {false, true}) {
            seen->entered.acquire();
            seen->left = false;
            const auto before = std::chrono::steady_clock::now();
            if (all) {
                const auto stopped = h.launch(h.host->stop());
                QTRY_VERIFY(stopped->ended);
                QCOMPARE(stopped->value->exitCode(), 0);
            } else {
                const auto stopped = h.command<ServiceStopResult>([&] { return controller->stop(); });
                QVERIFY(stopped.kind == ServiceStopResult::Stopped);
                QVERIFY(h.command<Result<>>([&] { return controller->start(); }).has_value());
            }
            QVERIFY(seen->left);
            QVERIFY(std::chrono::steady_clock::now() - before < HostOptions().shutdownTimeout / 3);
        }
    }

    // B25
    void aLoopThatNeverAwaitsEndsWithAHostThatIsDestroyed()
    {
        ThreadedHost h;
        const auto seen = std::make_shared<Grinder::Seen>();
        h.builder.services().addHostedService<Grinder>("one", [seen] { return std::make_unique<Grinder>(seen); });
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        seen->entered.acquire();
        h.host.reset();
        QVERIFY(seen->left);
    }

    // T8
    void whenATickingServiceTicksNextIsKnownWithTheAnswerToStartAndToResume()
    {
        ThreadedHost h;
        h.builder.services().addHostedService<Ticker>("ticks", {.autostart = false});
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        auto* controller = h.ask([&] { return h.host->controllers().find("ticks"); });
        const auto startAndStop = [](ServiceController& ticks) -> Task<QStringList> {
            QStringList wrong;
            const auto expect = [&](bool next, const char* when) {
                if (ticks.status().nextTick.has_value() != next)
                    wrong << QString::fromUtf8(when);
            };
            for (int round = 0; round < 50; ++round) {
                (void)co_await ticks.start();
                expect(true, "started");
                (void)co_await ticks.hold();
                expect(false, "held");
                (void)co_await ticks.stop();
                expect(false, "stopped");
                (void)co_await ticks.start();
                expect(false, "started held");
                (void)co_await ticks.resume();
                expect(true, "resumed");
                (void)co_await ticks.stop();
            }
            co_return wrong;
        };
        QCOMPARE(h.command<QStringList>([&] { return startAndStop(*controller); }), QStringList());
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
    }

    // T6
    void theStopOfTheHostGoesOnPastABlockedThread()
    {
        ThreadedHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) {
            o.reapTimeout = 20ms;
            o.shutdownTimeout = 20ms;
        });
        const auto gate = std::make_shared<Blocker::Gate>();
        Wanderer::Seen seen;
        h.builder.services().addHostedService<Wanderer>("other", [&] { return std::make_unique<Wanderer>(seen); });
        h.builder.services().addHostedService<Blocker>("blocker", [gate] { return std::make_unique<Blocker>(gate); },
                                                       {.affinity = Affinity::Dedicated});
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        gate->entered.acquire();
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
        QVERIFY(stopped->value->threadsAlive());
        QCOMPARE(stopped->value->exitCode(), 6);
        QVERIFY(seen.destroyed != nullptr);
        gate->go.release(); // so that the thread can be joined
    }

    void theHeartbeatNamesWhatBlocksASharedThread()
    {
        ThreadedHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) {
            o.heartbeat = 20ms;
            o.workerThreads = 1;
        });
        const auto gate = std::make_shared<Blocker::Gate>();
        Wanderer::Seen seen;
        h.builder.services().addHostedService<Wanderer>("innocent", [&] { return std::make_unique<Wanderer>(seen); });
        h.builder.services().addHostedService<Blocker>("blocker", [gate] { return std::make_unique<Blocker>(gate); });
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        gate->entered.acquire();
        QTRY_COMPARE(h.last(ServiceBlocksThread).service, QStringLiteral("blocker")); // a busy machine may be told of before
        auto* controller = h.ask([&] { return h.host->controllers().find("blocker"); });
        QVERIFY(h.ask([&] { return controller->status().unhealthy; }));
        gate->go.release();
        QTRY_VERIFY(h.log->find(ServiceAnswersAgain).has_value());
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
    }

    // T17
    void aThreadThatNobodySeemsToBlockIsToldOfAndWhoDoesAsSoonAsItIsKnown()
    {
        ThreadedHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) {
            o.heartbeat = 20ms;
            o.workerThreads = 1;
        });
        Wanderer::Seen seen;
        h.builder.services().addHostedService<Wanderer>("sync", [&] { return std::make_unique<Wanderer>(seen); });
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended && seen.executed != nullptr);
        const auto gate = std::make_shared<Blocker::Gate>();
        seen.mailbox->post([gate] {
            gate->go.acquire();
            const WorkContext::Scope working(&WorkContext::named("sync"));
            gate->go.acquire();
        });
        QTRY_VERIFY(h.last(ServiceBlocksThread).text.startsWith(QStringLiteral("the shared thread worker-1 has not answered")));
        QVERIFY2(h.last(ServiceBlocksThread).text.endsWith(QStringLiteral("a slot, a timer or an event of Qt blocks it, or the machine is overloaded; on this thread: 'sync'")),
                 qPrintable(h.last(ServiceBlocksThread).text));
        gate->go.release();
        QTRY_COMPARE(h.last(ServiceBlocksThread).service, QStringLiteral("sync"));
        gate->go.release();
        QTRY_COMPARE(h.last(ServiceAnswersAgain).service, QStringLiteral("sync"));
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
    }

    // T6
    void timesWithoutAnEndAreNoTimes()
    {
        ThreadedHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) {
            o.reapTimeout = Milliseconds::max();
            o.heartbeat = Milliseconds::max();
            o.shutdownTimeout = Milliseconds::max();
            o.startTimeout = Milliseconds::max();
        });
        Wanderer::Seen seen;
        h.builder.services().addHostedService<Wanderer>("one", [&] { return std::make_unique<Wanderer>(seen); });
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        QVERIFY2(!started->error, qPrintable(started->what()));
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
        QCOMPARE(stopped->value->exitCode(), 0);
        h.host.reset();
        QVERIFY(seen.destroyed == seen.made.load());
    }

    void destroyingAHostThatRunsEndsItsThreads()
    {
        Wanderer::Seen seen;
        ThreadedHost h;
        h.builder.services().addHostedService<Wanderer>("one", [&] { return std::make_unique<Wanderer>(seen); });
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        h.host.reset();
        QVERIFY(seen.destroyed == seen.made.load());
    }

    void aServiceOfTheHostThreadManagesOthers()
    {
        ThreadedHost h;
        h.builder.services().addHostedService<Engine>();
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        QVERIFY2(!started->error, qPrintable(started->what()));
        const auto heard = [&] {
            const auto lines = h.log->lines();
            return std::any_of(lines.begin(), lines.end(),
                               [](const auto& line) { return line.text == QStringLiteral("added") && line.service == QStringLiteral("engine"); });
        };
        QTRY_VERIFY(heard());
        const auto stopped = h.launch(h.host->stop());
        QTRY_VERIFY(stopped->ended);
        QCOMPARE(stopped->value->exitCode(), 0);
    }

    // T15
    void theCallersEventLoopTurnsWhileTheHostStops()
    {
        class Slow final : public HostedService
        {
        public:
            explicit Slow(std::shared_ptr<Mailbox>& home, Event*& gate) : m_home(home), m_gate(gate) {}
            Task<> start(std::stop_token) override
            {
                m_home = Mailbox::current();
                m_gate = &m_event;
                co_return;
            }
            Task<> stop(std::stop_token) override { co_await m_event.wait(); }

        private:
            std::shared_ptr<Mailbox>& m_home;
            Event*& m_gate;
            Event m_event;
        };
        ThreadedHost h;
        std::shared_ptr<Mailbox> home;
        Event* gate = nullptr;
        h.builder.services().addHostedService<Slow>("slow", [&] { return std::make_unique<Slow>(home, gate); });
        h.host = h.builder.build();
        const auto started = h.launch(h.host->start());
        QTRY_VERIFY(started->ended);
        const auto stopped = h.launch(h.host->stop());
        // Only a turn of this thread's loop opens the gate.
        Mailbox::current()->post([&] { home->post([gate] { gate->set(); }); });
        QTRY_VERIFY(stopped->ended);
        QCOMPARE(stopped->value->exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(TestHostThreads)
#include "tst_hostthreads.moc"

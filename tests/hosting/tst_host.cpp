#include "hosttest.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Writes every call into the journal; a gate holds it where told.
class Recorder : public HostedService, public HostedLifecycleService
{
public:
    struct Plan
    {
        std::string name;
        std::string failIn = {};     ///< the step that throws
        Event* gate = nullptr;  ///< waited for in `waitIn`
        std::string waitIn = {};
        bool listens = true;    ///< the wait ends with the token
    };

    Recorder(Journal& journal, Plan plan) : m_journal(journal), m_plan(std::move(plan))
    {
        if (m_plan.failIn == "make")
            throw std::runtime_error(m_plan.name + " make");
        m_journal.add(m_plan.name + ".made");
    }
    ~Recorder() override { m_journal.add(m_plan.name + ".destroyed"); }

    Task<> starting(std::stop_token token) override { return step("starting", token); }
    Task<> start(std::stop_token token) override { return step("start", token); }
    Task<> started(std::stop_token token) override { return step("started", token); }
    Task<> stopping(std::stop_token token) override { return step("stopping", token); }
    Task<> stop(std::stop_token token) override { return step("stop", token); }
    Task<> stopped(std::stop_token token) override { return step("stopped", token); }

private:
    Task<> step(std::string name, std::stop_token token)
    {
        m_journal.add(m_plan.name + "." + name);
        if (m_plan.gate && m_plan.waitIn == name) {
            if (!co_await m_plan.gate->wait(m_plan.listens ? token : std::stop_token()))
                throw OperationCancelled{};
            m_journal.add(m_plan.name + "." + name + "-ended");
        }
        if (m_plan.failIn == name)
            throw std::runtime_error(m_plan.name + " " + name);
    }

    Journal& m_journal;
    Plan m_plan;
};

void addRecorder(InlineHost& h, Recorder::Plan plan, ServiceOptions options = {})
{
    const std::string name = plan.name;
    h.builder.services().addHostedService<Recorder>(
        name, [&h, plan = std::move(plan)]() { return std::make_unique<Recorder>(h.journal, plan); }, std::move(options));
}

} // namespace

class TestHost : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B1_B3_B14_B16_phasesInOrder()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b"});
        h.build();
        h.host->lifetime().onStarted([&] { h.journal.add("app-started"); });
        h.host->lifetime().onStopping([&] { h.journal.add("app-stopping"); });
        h.host->lifetime().onStopped([&] { h.journal.add("app-stopped"); });
        const auto started = h.start();
        QVERIFY(started->ended);
        QVERIFY(!started->error);
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QCOMPARE(h.journal.text(), QStringLiteral("a.made b.made a.starting b.starting a.start b.start a.started b.started app-started "
                                                  "b.stopping a.stopping app-stopping b.stop a.stop b.stopped a.stopped b.destroyed a.destroyed app-stopped"));
        QCOMPARE(stopped->value->exitCode(), 0);
    }

    void B2_B45_objectsAreMadeInOrderOnceAndDestroyedAfterStop()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .failIn = "make"});
        addRecorder(h, {.name = "c"});
        const auto started = h.start();
        QCOMPARE(started->what(), QStringLiteral("b make")); // a constructor's exception is the failure of the start
        QCOMPARE(h.journal.text(), QStringLiteral("a.made a.destroyed"));
        QCOMPARE(h.log->find(ServiceStartFailed)->service, QStringLiteral("b"));
    }

    void B3_sequentialStartWaitsForEachService()
    {
        InlineHost h;
        Event gate;
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "start"});
        addRecorder(h, {.name = "b"});
        const auto started = h.start();
        QVERIFY(!started->ended);
        QVERIFY(!h.journal.lines().contains(QStringLiteral("b.start")));
        QCOMPARE(said(h.state("a")), said(ServiceState::Starting));
        gate.set();
        h.clock.settle();
        QVERIFY(started->ended);
        QVERIFY(h.journal.text().contains(QStringLiteral("a.start-ended b.start")));
    }

    void B4_concurrentStartCallsAllInOrderAndPhasesNeverInterleave()
    {
        InlineHost h;
        Event gate;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.servicesStartConcurrently = true; });
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "starting"});
        addRecorder(h, {.name = "b"});
        const auto started = h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("a.made b.made a.starting b.starting"));
        gate.set();
        h.clock.settle();
        QVERIFY(started->ended);
        QCOMPARE(h.journal.text(),
                 QStringLiteral("a.made b.made a.starting b.starting a.starting-ended a.start b.start a.started b.started"));
    }

    void B5_stopApplicationDuringTheStartCancelsIt()
    {
        InlineHost h;
        Event gate;
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "start"});
        addRecorder(h, {.name = "b"});
        const auto started = h.start();
        h.host->lifetime().stopApplication();
        h.clock.settle();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
        QVERIFY(!h.journal.lines().contains(QStringLiteral("b.start")));
    }

    void B5_theCallersTokenCancelsTheStart()
    {
        InlineHost h;
        Event gate;
        std::stop_source caller;
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "start"});
        const auto started = h.start(caller.get_token());
        caller.request_stop();
        h.clock.settle();
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
    }

    void B6_aCancelledTokenStartsNothing()
    {
        InlineHost h;
        std::stop_source caller;
        caller.request_stop();
        addRecorder(h, {.name = "a"});
        const auto started = h.start(caller.get_token());
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
        QVERIFY(h.journal.lines().isEmpty());
    }

    void B7_startTimeoutCancelsTheTokenOnly()
    {
        InlineHost h;
        Event gate;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.startTimeout = 5s; });
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "start"});
        const auto started = h.start();
        h.clock.advance(4999ms);
        QVERIFY(!started->ended);
        h.clock.advance(1ms);
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
    }

    void B7_aServiceThatIgnoresTheTokenIsWaitedFor()
    {
        InlineHost h;
        Event gate;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.startTimeout = 5s; });
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "start", .listens = false});
        const auto started = h.start();
        h.clock.advance(1h);
        QVERIFY(!started->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
        QVERIFY(h.journal.lines().contains(QStringLiteral("a.stop"))); // it had started: it is stopped
    }

    void B8_T5_aFailedStartSkipsTheRestAndRollsBackInReverse_data()
    {
        QTest::addColumn<QString>("failIn");
        QTest::addColumn<QString>("journal");
        QTest::newRow("B8_starting") << "starting"
                                     << "a.made b.made c.made d.made a.starting b.starting c.starting d.destroyed c.destroyed b.destroyed a.destroyed";
        QTest::newRow("B8_start") << "start"
                                  << "a.made b.made c.made d.made a.starting b.starting c.starting d.starting a.start b.start c.start d.destroyed "
                                     "c.destroyed b.stopping b.stop b.stopped b.destroyed a.stopping a.stop a.stopped a.destroyed";
        QTest::newRow("B8_started") << "started"
                                    << "a.made b.made c.made d.made a.starting b.starting c.starting d.starting a.start b.start c.start d.start "
                                       "a.started b.started c.started d.stopping d.stop d.stopped d.destroyed c.stopping c.stop c.stopped c.destroyed "
                                       "b.stopping b.stop b.stopped b.destroyed a.stopping a.stop a.stopped a.destroyed";
    }

    void B8_T5_aFailedStartSkipsTheRestAndRollsBackInReverse()
    {
        QFETCH(QString, failIn);
        QFETCH(QString, journal);
        InlineHost h;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b"});
        addRecorder(h, {.name = "c", .failIn = failIn.toStdString()});
        addRecorder(h, {.name = "d"});
        h.build();
        bool told = false;
        h.host->lifetime().onStarted([&] { told = true; });
        const auto started = h.start();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), QStringLiteral("c ") + failIn);
        QCOMPARE(h.journal.text(), journal);
        QVERIFY(!told);
        QCOMPARE(said(h.state("c")), said(ServiceState::Failed));
        QCOMPARE(said(h.state("a")), said(ServiceState::Stopped));
        QCOMPARE(h.log->find(ServiceStartFailed)->service, QStringLiteral("c"));
        const auto stopped = h.stop(); // nothing is left to stop
        QVERIFY(stopped->value->services.empty());
    }

    void B9_concurrentFailuresAreAllAwaitedAndAggregated()
    {
        InlineHost h;
        Event gate;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.servicesStartConcurrently = true; });
        addRecorder(h, {.name = "a", .failIn = "start", .gate = &gate, .waitIn = "start"});
        addRecorder(h, {.name = "b", .failIn = "start"});
        addRecorder(h, {.name = "c"});
        const auto started = h.start();
        QVERIFY(h.journal.lines().contains(QStringLiteral("c.start")));
        QVERIFY(!started->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), QStringLiteral("One or more hosted services failed to start. (b start) (a start)"));
        try {
            std::rethrow_exception(started->error);
        } catch (const AggregateError& e) {
            QCOMPARE(e.errors().size(), 2u);
        }
        QVERIFY(!h.journal.lines().contains(QStringLiteral("c.started")));
    }

    void B9_oneConcurrentFailureIsRethrownAsItIs()
    {
        InlineHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.servicesStartConcurrently = true; });
        addRecorder(h, {.name = "a", .failIn = "start"});
        addRecorder(h, {.name = "b"});
        QCOMPARE(h.start()->what(), QStringLiteral("a start"));
    }

    void B13_T21_throwingLifetimeCallbacksAreLoggedAndTheOthersRun()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.build();
        int ran = 0;
        for (int i = 0; i < 2; ++i) {
            const auto fails = [&] {
                ++ran;
                throw std::runtime_error("callback");
            };
            h.host->lifetime().onStarted(fails);
            h.host->lifetime().onStopping(fails);
            h.host->lifetime().onStopped(fails);
        }
        QVERIFY(!h.start()->error);
        QCOMPARE(ran, 2);
        QVERIFY(!h.stop()->error);
        QCOMPARE(ran, 6);
        QCOMPARE(h.log->events().count(StartedCallbackFailed), 2);
        QCOMPARE(h.log->events().count(StoppingCallbackFailed), 2);
        QCOMPARE(h.log->events().count(StoppedCallbackFailed), 2);
        QCOMPARE(said(h.log->find(StartedCallbackFailed)->level), said(LogLevel::Critical));
    }

    void B15_stopApplicationComesFirstUnderWaitForShutdown()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.build();
        h.host->lifetime().onStopping([&] { h.journal.add("app-stopping"); });
        h.start();
        const auto ended = h.launch(h.host->waitForShutdown());
        QVERIFY(!ended->ended);
        h.host->lifetime().stopApplication();
        h.clock.settle();
        QVERIFY(ended->ended);
        QVERIFY(h.journal.text().contains(QStringLiteral("app-stopping a.stopping a.stop")));
    }

    void B17_concurrentStopCallsAllInReverse()
    {
        InlineHost h;
        Event gate;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.servicesStopConcurrently = true; });
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .gate = &gate, .waitIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        QVERIFY(!stopped->ended);
        QVERIFY(h.journal.text().endsWith(QStringLiteral("b.stopping a.stopping b.stop a.stop")));
        gate.set();
        h.clock.settle();
        QVERIFY(stopped->ended);
        QVERIFY(h.journal.text().contains(QStringLiteral("b.stop-ended b.stopped a.stopped")));
    }

    void B16_sequentialStopWaitsForEach()
    {
        InlineHost h;
        Event gate;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .gate = &gate, .waitIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.stop")));
        gate.set();
        h.clock.settle();
        QVERIFY(stopped->ended);
    }

    void B18_stopErrorsAreCollectedInOrderAndStopNothing()
    {
        InlineHost h;
        addRecorder(h, {.name = "a", .failIn = "stop"});
        addRecorder(h, {.name = "b", .failIn = "stopping"});
        addRecorder(h, {.name = "c"});
        h.start();
        const auto stopped = h.stop();
        QVERIFY(stopped->value);
        QCOMPARE(stopped->value->errors.size(), 2u);
        QCOMPARE(describe(stopped->value->errors[0]), std::string("b stopping"));
        QCOMPARE(describe(stopped->value->errors[1]), std::string("a stop"));
        QVERIFY_THROWS_EXCEPTION(AggregateError, stopped->value->throwErrors());
        for (const char* line : {"a.stopped", "b.stop", "b.stopped", "c.stopped"})
            QVERIFY2(h.journal.lines().contains(QLatin1String(line)), line);
        QCOMPARE(stopped->value->exitCode(), 1);
        QVERIFY(h.log->find(HostStoppedWithException).has_value());
    }

    void B18_oneStopErrorIsRethrownAsItIs()
    {
        InlineHost h;
        addRecorder(h, {.name = "a", .failIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        try {
            stopped->value->throwErrors();
            QFAIL("must throw");
        } catch (const std::exception& e) {
            QCOMPARE(e.what(), "a stop");
        }
    }

    void B22_stopOfAHostThatNeverStartedTellsTheLifetimeOnly()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.build();
        h.host->lifetime().onStopping([&] { h.journal.add("stopping"); });
        h.host->lifetime().onStopped([&] { h.journal.add("stopped"); });
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QCOMPARE(h.journal.text(), QStringLiteral("stopping stopped"));
    }

    void B24_stopApplicationIsIdempotentAndStopsNoService()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.start();
        int calls = 0;
        h.host->lifetime().onStopping([&] {
            ++calls;
            h.host->lifetime().stopApplication(); // from inside: does not wait for itself
        });
        h.host->lifetime().stopApplication();
        QCOMPARE(calls, 1); // before the call returned
        h.host->lifetime().stopApplication();
        QCOMPARE(calls, 1);
        h.clock.settle();
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.stop")));
        QVERIFY(h.host->lifetime().stopping().stop_requested());
    }

    void B24_concurrentCallsWaitForTheFirst()
    {
        ApplicationLifetime lifetime;
        std::atomic<bool> entered = false;
        std::atomic<bool> left = false;
        std::atomic<bool> go = false;
        lifetime.onStopping([&] {
            entered = true;
            entered.notify_all();
            go.wait(false);
            left = true;
        });
        Thread first(QStringLiteral("first"));
        Thread second(QStringLiteral("second"));
        first.mailbox()->post([&] { lifetime.stopApplication(); });
        entered.wait(false);
        std::atomic<bool> leftBefore = false;
        second.mailbox()->post([&] {
            lifetime.stopApplication();
            leftBefore = left.load();
        });
        go = true;
        go.notify_all();
        second.stopAndJoin();
        first.stopAndJoin();
        QVERIFY(leftBefore);
    }

    void B75_buildCanBeCalledOnceAndServicesAreReadOnlyAfterwards()
    {
        InlineHost h;
        h.build();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)h.builder.build());
        QVERIFY_THROWS_EXCEPTION(std::logic_error, h.builder.services().addSingleton<Journal>());
    }

    void B92_T17_hostEventsInOrderAndEachNamesItsService()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.start();
        h.stop();
        QCOMPARE(h.log->events(), (QList<int>{HostStarting, ServiceStarted, HostStarted, HostStopping, ServiceStopped, HostStopped}));
        for (const auto& line : h.log->lines()) {
            if (line.event >= ServiceStarted) {
                QCOMPARE(line.service, QStringLiteral("a"));
                QVERIFY(line.text.contains(QStringLiteral("'a'")));
            }
        }
    }

    void T6_aStopThatIgnoresItsTokenIsAbandonedAtItsDeadlineAndTheStopGoesOn()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "stop", .listens = false});
        addRecorder(h, {.name = "c"});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(29999ms);
        QVERIFY(!stopped->ended);
        h.clock.advance(1ms);
        QVERIFY(stopped->ended);
        const auto& result = *stopped->value;
        QVERIFY(result.anythingAbandoned());
        QVERIFY(!result.threadsAlive());
        QCOMPARE(result.exitCode(), 6);
        QVERIFY(h.journal.lines().contains(QStringLiteral("b.destroyed"))); // its frame and its object, on its thread
        QVERIFY(h.journal.lines().contains(QStringLiteral("a.stop")));      // B20: called all the same
        QCOMPARE(said(h.state("b")), said(ServiceState::Failed));
        QCOMPARE(said(h.state("a")), said(ServiceState::Stopped));
        QCOMPARE(h.controller("b").status().reason, std::string("did not stop within 30s; abandoned"));
        QCOMPARE(h.log->find(ServiceAbandoned)->service, QStringLiteral("b"));
    }

    void T6_B19_aServiceMayHaveItsOwnLimitInsideTheBudget()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "a", .gate = &never, .waitIn = "stop", .listens = false});
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "stop", .listens = false}, {.stopTimeout = 2s});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(2s);
        QCOMPARE(said(h.state("b")), said(ServiceState::Stopping)); // its end is told when the phase is over; it is gone already
        QVERIFY(h.journal.lines().contains(QStringLiteral("b.destroyed")));
        h.clock.advance(28s);
        QVERIFY(stopped->ended);
        QCOMPARE(h.controller("b").status().reason, std::string("did not stop within 2s; abandoned"));
        QCOMPARE(h.controller("a").status().reason, std::string("did not stop within 30s; abandoned"));
    }

    void T6_aStopThatListensToItsTokenIsNotAbandoned()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "a", .gate = &never, .waitIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(30s);
        QVERIFY(stopped->ended);
        QVERIFY(!stopped->value->anythingAbandoned());
        QVERIFY(stopped->value->errors.empty());
        QVERIFY(h.journal.lines().contains(QStringLiteral("a.stopped")));
    }

    void T7_aSecondStopJoinsTheFirstAndGivesTheSameResult()
    {
        InlineHost h;
        Event gate;
        addRecorder(h, {.name = "a", .failIn = "stop", .gate = &gate, .waitIn = "stop"});
        h.start();
        const auto first = h.stop();
        const auto second = h.stop();
        QVERIFY(!first->ended && !second->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(first->ended && second->ended);
        const auto third = h.stop();
        QCOMPARE(h.journal.lines().count(QStringLiteral("a.stop")), 1);
        QVERIFY(first->value->errors == second->value->errors);
        QVERIFY(first->value->errors == third->value->errors);
    }

    void T9_B43_anUnnamedDuplicateIsRefusedAndNamedOnesRun()
    {
        InlineHost h;
        addRecorder(h, {.name = "one"});
        addRecorder(h, {.name = "two"});
        QVERIFY_THROWS_EXCEPTION(std::logic_error, addRecorder(h, {.name = "one"}));
        h.start();
        QCOMPARE(h.host->controllers().list().size(), 2u);
    }

    void T14_aHurriedStopAbandonsWhatIsLeftAtOnce()
    {
        InlineHost h;
        Event never;
        std::stop_source hurry;
        addRecorder(h, {.name = "a", .gate = &never, .waitIn = "stop", .listens = false});
        h.start();
        const auto stopped = h.stop(hurry.get_token());
        QVERIFY(!stopped->ended);
        hurry.request_stop();
        h.clock.settle();
        QVERIFY(stopped->ended);
        QVERIFY(stopped->value->waitGivenUp);
        QCOMPARE(stopped->value->exitCode(), 6);
    }

    void T19_theLibrarysDefaultIsSequential()
    {
        const HostOptions options;
        QVERIFY(!options.servicesStartConcurrently && !options.servicesStopConcurrently);
        QVERIFY(options.shutdownTimeout == 30s && !options.startTimeout); // B82
    }

    void T5_aStopDuringAStartThatDoesNotListenEnds()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "start", .listens = false});
        const auto started = h.start();
        const auto stopped = h.stop();
        QVERIFY(!stopped->ended);
        h.clock.advance(30s);
        QVERIFY(started->ended);
        QVERIFY(stopped->ended);
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
        QVERIFY(stopped->value->anythingAbandoned());
        QVERIFY(h.journal.lines().contains(QStringLiteral("a.stop")));
        QVERIFY(!h.journal.lines().contains(QStringLiteral("b.stop")));
    }

    void destroyingAHostThatRunsStopsNothingGracefullyAndLeaksNothing()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "started"});
        const auto started = h.start();
        h.host.reset();
        QVERIFY(h.journal.text().endsWith(QStringLiteral("b.destroyed a.destroyed")));
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.stop")));
    }
};

QTEST_GUILESS_MAIN(TestHost)
#include "tst_host.moc"

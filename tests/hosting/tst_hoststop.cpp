#include "recorder.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

class TestHostStop : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B15
    void stopApplicationComesFirstUnderWaitForShutdown()
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

    // B17
    void concurrentStopCallsAllInReverse()
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

    // B16
    void sequentialStopWaitsForEach()
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

    // B18
    void stopErrorsAreCollectedInOrderAndStopNothing()
    {
        InlineHost h;
        addRecorder(h, {.name = "a", .failIn = "stop"});
        addRecorder(h, {.name = "b", .failIn = "stopping"});
        addRecorder(h, {.name = "c"});
        h.start();
        const auto stopped = h.stop();
        QVERIFY(stopped->value);
        QCOMPARE(stopped->value->errors.size(), 2u);
        QCOMPARE(describe(stopped->value->errors[0]), std::string("b: b stopping"));
        QCOMPARE(describe(stopped->value->errors[1]), std::string("a: a stop"));
        QVERIFY_THROWS_EXCEPTION(AggregateError, stopped->value->throwErrors());
        for (const char* line : {"a.stopped", "b.stop", "b.stopped", "c.stopped"})
            QVERIFY2(h.journal.lines().contains(QLatin1String(line)), line);
        QCOMPARE(stopped->value->exitCode(), 1);
        QVERIFY(h.log->find(HostStoppedWithException).has_value());
    }

    // B18
    void oneStopErrorIsRethrownAsItIs()
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

    // B22
    void stopOfAHostThatNeverStartedTellsTheLifetimeOnly()
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

    // B20, T6
    void aStopThatIgnoresItsTokenIsAbandonedAtItsDeadlineAndTheStopGoesOn()
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
        QVERIFY(h.journal.text().contains(QStringLiteral("a.stop a.hurried"))); // called all the same, with a token that is stopped
        QCOMPARE(said(h.state("b")), said(ServiceState::Failed));
        QCOMPARE(said(h.state("a")), said(ServiceState::Stopped));
        QCOMPARE(h.controller("b").status().reason, std::string("did not stop within 30s; abandoned"));
        QCOMPARE(h.log->find(ServiceAbandoned)->service, QStringLiteral("b"));
    }

    // B19, T6
    void aServiceMayHaveItsOwnLimitInsideTheBudget()
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

    // T6
    void aStopThatListensToItsTokenIsNotAbandoned()
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

    // B23, T7
    void aSecondStopJoinsTheFirstAndGivesTheSameResult()
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

    // T14
    void aHurriedStopAbandonsWhatIsLeftAtOnce()
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

    // T5
    void aStopDuringAStartThatDoesNotListenEnds()
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

    // B25
    void destroyingAHostThatRunsStopsNothingGracefullyAndLeaksNothing()
    {
        InlineHost h;
        Event never;
        h.builder.services().addSingleton<Closing>([&] { return std::make_unique<Closing>(h.journal, "singleton"); });
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "started"});
        h.build();
        (void)h.host->services().get<Closing>();
        for (const auto tell : {&ApplicationLifetime::onStopping, &ApplicationLifetime::onStopped})
            (h.host->lifetime().*tell)([&] { h.journal.add("told"); });
        h.start();
        h.host.reset();
        QVERIFY(h.journal.text().endsWith(QStringLiteral("b.started b.destroyed a.destroyed singleton.gone")));
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.stop")));
        QVERIFY(!h.journal.lines().contains(QStringLiteral("told")));
    }

    void aHostThatGoesBeforeItHasGotToAStartOrAStopCancelsThem()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.build();
        const auto started = std::make_shared<Outcomes<void>>();
        const auto stopped = std::make_shared<Outcomes<HostStopResult>>();
        const auto closed = std::make_shared<Outcomes<HostStopResult>>();
        h.tasks.spawn(observe(h.host->start(), started));
        h.tasks.spawn(observe(h.host->stop(), stopped));
        h.tasks.spawn(observe(h.host->close(), closed));
        h.host.reset();
        h.clock.settle();
        QVERIFY(isCancellation(started->error));
        QVERIFY(isCancellation(stopped->error));
        QVERIFY(isCancellation(closed->error));
        QCOMPARE(h.journal.text(), QString());
    }

    // B19
    void theBudgetMayBeInfinite()
    {
        InlineHost h;
        Event gate;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.shutdownTimeout = Milliseconds::max(); });
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(24h * 365);
        QVERIFY(!stopped->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(stopped->ended);
        QVERIFY(!stopped->value->anythingAbandoned());
    }

    // B19
    void theBudgetIsSharedByAllServicesAndPhases()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "stopping"});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(29999ms);
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.stop")));
        h.clock.advance(1ms);
        QVERIFY(stopped->ended); // nothing of it was left for a
        QVERIFY(h.journal.lines().contains(QStringLiteral("a.hurried")));
    }

    // B21
    void aStopInAHurryOfAHostWithoutServicesEndsWell()
    {
        InlineHost h;
        std::stop_source hurry;
        hurry.request_stop();
        h.start();
        const auto stopped = h.stop(hurry.get_token());
        QVERIFY(stopped->ended && !stopped->error);
        QCOMPARE(stopped->value->exitCode(), 0);
    }

    // B26
    void waitForShutdownStopsTheApplicationWhenItsTokenIsStoppedAndGivesTheFullTime()
    {
        InlineHost h;
        Event gate;
        std::stop_source caller;
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "stop"});
        h.start();
        const auto ended = h.launch(h.host->waitForShutdown(caller.get_token()));
        caller.request_stop();
        h.clock.settle();
        QVERIFY(h.host->lifetime().stopping().stop_requested());
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.hurried")));
        h.clock.advance(29s);
        gate.set();
        h.clock.settle();
        QVERIFY(ended->ended);
        QCOMPARE(ended->value->exitCode(), 0);
    }

    // B41
    void severalFaultsAndAStopErrorAreAllReportedWithTheirNames()
    {
        class Faulty final : public BackgroundService
        {
        protected:
            Task<> execute(std::stop_token stopping) override
            {
                co_await delay(10s, stopping);
                throw std::runtime_error("broken");
            }
        };
        InlineHost h;
        for (const char* name : {"one", "two"})
            h.builder.services().addHostedService<Faulty>(name, [] { return std::make_unique<Faulty>(); }, {.onFailure = FailureBehaviour::StopHost});
        addRecorder(h, {.name = "a", .failIn = "stop"});
        h.start();
        const auto ended = h.launch(h.host->waitForShutdown());
        h.clock.advance(10s);
        QVERIFY(ended->ended);
        try {
            ended->value->throwErrors();
            QFAIL("must throw");
        } catch (const AggregateError& e) {
            QCOMPARE(e.what(), "One or more hosted services failed to stop. (one: broken) (two: broken) (a: a stop)");
        }
        QCOMPARE(ended->value->exitCode(), 1);
    }

    // B64, T20
    void theScopeOfAServiceIsClosedAfterItsObjectIsGone()
    {
        InlineHost h;
        Event gate;
        h.builder.services().addScoped<Closing>([&] { return std::make_unique<Closing>(h.journal, "scoped", &gate); });
        h.builder.services().addHostedService<Recorder>(
            "a", [&](Closing&) { return std::make_unique<Recorder>(h.journal, Recorder::Plan{.name = "a"}); });
        h.start();
        const auto stopped = h.stop();
        QVERIFY(!stopped->ended);
        QVERIFY(h.journal.text().endsWith(QStringLiteral("a.stopped a.destroyed scoped.close")));
        gate.set();
        h.clock.settle();
        QVERIFY(stopped->ended);
        QVERIFY(h.journal.text().endsWith(QStringLiteral("scoped.close scoped.gone")));
        QCOMPARE(stopped->value->exitCode(), 0);
    }

    // B65, T17
    void aScopeThatFailsToCloseIsAnErrorOfItsService()
    {
        InlineHost h;
        h.builder.services().addScoped<Closing>([&] { return std::make_unique<Closing>(h.journal, "scoped", nullptr, true); });
        for (const char* name : {"a", "b"}) {
            h.builder.services().addHostedService<Recorder>(
                name, [&h, name](Closing&) { return std::make_unique<Recorder>(h.journal, Recorder::Plan{.name = name}); });
        }
        h.start();
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QCOMPARE(stopped->value->errors.size(), 2u);
        QCOMPARE(describe(stopped->value->errors.front()), std::string("b: scoped close"));
        QCOMPARE(h.log->find(ServiceStopFailed)->service, QStringLiteral("b"));
        QCOMPARE(said(h.state("a")), said(ServiceState::Stopped));
    }

    // B64, T6
    void aScopeThatDoesNotCloseInTimeIsDestroyedAndItsServiceNamed()
    {
        InlineHost h;
        Event never;
        h.builder.services().addScoped<Closing>([&] { return std::make_unique<Closing>(h.journal, "scoped", &never); });
        h.builder.services().addHostedService<Recorder>(
            "a", [&](Closing&) { return std::make_unique<Recorder>(h.journal, Recorder::Plan{.name = "a"}); });
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(30s);
        QVERIFY(stopped->ended);
        QVERIFY(stopped->value->anythingAbandoned());
        QVERIFY(h.journal.text().endsWith(QStringLiteral("scoped.close scoped.gone")));
        QCOMPARE(h.log->find(ServiceAbandoned)->service, QStringLiteral("a"));
    }

    // B25, B26, B63, B64
    void closeStopsThenClosesTheContainerInReverse()
    {
        InlineHost h;
        Event gate;
        addRecorder(h, {.name = "a"});
        h.builder.services().addKeyedSingleton<Closing>("first", [&] { return std::make_unique<Closing>(h.journal, "first", &gate); });
        h.builder.services().addKeyedSingleton<Closing>("second", [&] { return std::make_unique<Closing>(h.journal, "second"); });
        h.build();
        for (const char* key : {"first", "second"})
            (void)h.host->services().get<Closing>(key);
        h.start();
        const auto closed = h.launch(h.host->close());
        const auto again = h.launch(h.host->close());
        QVERIFY(h.journal.text().endsWith(QStringLiteral("a.destroyed second.close second.gone first.close")));
        QVERIFY(!closed->ended && !again->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(closed->ended && again->ended);
        QVERIFY(h.journal.text().endsWith(QStringLiteral("first.gone")));
        QCOMPARE(closed->value->exitCode(), 0);
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)h.host->services().get<Closing>("first"));
    }

    // B26, B64
    void aContainerThatIsClosedLongAfterTheStopIsNotLate()
    {
        InlineHost h;
        Event gate;
        h.builder.services().addSingleton<Closing>([&] { return std::make_unique<Closing>(h.journal, "singleton", &gate); });
        h.build();
        (void)h.host->services().get<Closing>();
        h.start();
        QVERIFY(h.stop()->ended);
        h.clock.advance(1h);
        const auto closed = h.launch(h.host->close());
        h.clock.advance(29s);
        QVERIFY(!closed->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(closed->ended);
        QCOMPARE(closed->value->exitCode(), 0);
    }

    // B65, T6
    void aContainerThatClosesLateOrBadlySaysWhoItWas()
    {
        InlineHost h;
        Event never;
        h.builder.services().addKeyedSingleton<Closing>("late", [&] { return std::make_unique<Closing>(h.journal, "late", &never); });
        h.builder.services().addKeyedSingleton<Closing>("bad", [&] { return std::make_unique<Closing>(h.journal, "bad", nullptr, true); });
        h.build();
        for (const char* key : {"late", "bad"})
            (void)h.host->services().get<Closing>(key);
        h.start();
        const auto closed = h.launch(h.host->close());
        h.clock.advance(29999ms);
        QVERIFY(!closed->ended);
        h.clock.advance(1ms);
        QVERIFY(closed->ended);
        QCOMPARE(closed->value->exitCode(), 6);
        QCOMPARE(describe(closed->value->errors.front()), std::string("turnspit::test::Closing[bad]: bad close"));
        QCOMPARE(h.log->find(ServiceStopFailed)->service, QStringLiteral("turnspit::test::Closing[bad]"));
        QCOMPARE(h.log->find(ServiceAbandoned)->service, QStringLiteral("turnspit::test::Closing[late]"));
        QVERIFY(h.journal.text().endsWith(QStringLiteral("late.gone")));
    }
};

QTEST_GUILESS_MAIN(TestHostStop)
#include "tst_hoststop.moc"

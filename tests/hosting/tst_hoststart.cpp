#include "recorder.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

class TestHostStart : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B2, B45
    void objectsAreMadeInOrderOnceAndDestroyedAfterStop()
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

    // B3
    void sequentialStartWaitsForEachService()
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

    // B4
    void concurrentStartCallsAllInOrderAndPhasesNeverInterleave()
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

    // B5
    void stopApplicationDuringTheStartCancelsIt()
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

    // B5
    void theCallersTokenCancelsTheStart()
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

    // B6
    void aCancelledTokenStartsNothing()
    {
        InlineHost h;
        std::stop_source caller;
        caller.request_stop();
        addRecorder(h, {.name = "a"});
        const auto started = h.start(caller.get_token());
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
        QVERIFY(h.journal.lines().isEmpty());
    }

    // B7
    void startTimeoutCancelsTheTokenOnly()
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
        QCOMPARE(h.log->lines().back().text, QStringLiteral("Hosting failed to start within 5s: a: cancelled"));
    }

    // B7
    void aServiceThatIgnoresTheTokenIsWaitedFor()
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
        QCOMPARE(h.log->lines().back().text, QStringLiteral("Hosting failed to start within 5s: cancelled"));
    }

    // B5
    void aStartThatIsGivenUpBecauseTheApplicationEndsIsNoFailureAndNamesNobody()
    {
        InlineHost h;
        Event gate;
        addRecorder(h, {.name = "a", .gate = &gate, .waitIn = "start", .listens = false});
        addRecorder(h, {.name = "b"});
        const auto started = h.start();
        h.host->lifetime().stopApplication();
        gate.set();
        h.clock.settle();
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
        QVERIFY(!h.journal.lines().contains(QStringLiteral("b.start")));
        QVERIFY(!h.log->find(ServiceStartFailed));
        QCOMPARE(h.log->lines().back().text, QStringLiteral("The start was given up: the application is asked to end"));
    }

    // B8, T5
    void aFailedStartSkipsTheRestAndRollsBackInReverse_data()
    {
        QTest::addColumn<QString>("failIn");
        QTest::addColumn<QString>("journal");
        QTest::newRow("starting") << "starting"
                                     << "a.made b.made c.made d.made a.starting b.starting c.starting d.destroyed c.destroyed b.destroyed a.destroyed";
        QTest::newRow("start") << "start"
                                  << "a.made b.made c.made d.made a.starting b.starting c.starting d.starting a.start b.start c.start d.destroyed "
                                     "c.destroyed b.stopping b.stop b.stopped b.destroyed a.stopping a.stop a.stopped a.destroyed";
        QTest::newRow("started") << "started"
                                    << "a.made b.made c.made d.made a.starting b.starting c.starting d.starting a.start b.start c.start d.start "
                                       "a.started b.started c.started d.stopping d.stop d.stopped d.destroyed c.stopping c.stop c.stopped c.destroyed "
                                       "b.stopping b.stop b.stopped b.destroyed a.stopping a.stop a.stopped a.destroyed";
    }

    // B8, B10, B11, T5
    void aFailedStartSkipsTheRestAndRollsBackInReverse()
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

    // B9
    void concurrentFailuresAreAllAwaitedAndAggregated()
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
        QCOMPARE(started->what(), QStringLiteral("One or more hosted services failed to start. (b: b start) (a: a start)"));
        try {
            std::rethrow_exception(started->error);
        } catch (const AggregateError& e) {
            QCOMPARE(e.errors().size(), 2u);
        }
        QVERIFY(!h.journal.lines().contains(QStringLiteral("c.started")));
    }

    // B9
    void oneConcurrentFailureIsRethrownAsItIs()
    {
        InlineHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.servicesStartConcurrently = true; });
        addRecorder(h, {.name = "a", .failIn = "start"});
        addRecorder(h, {.name = "b"});
        QCOMPARE(h.start()->what(), QStringLiteral("a start"));
        QCOMPARE(h.log->find(ServiceStartFailed)->service, QStringLiteral("a"));
    }

    // B9
    void aStartThatIsCancelledThoughNobodyAskedForItIsAFailure()
    {
        class Cancelled final : public HostedService
        {
        public:
            Task<> start(std::stop_token) override
            {
                throw OperationCancelled{};
                co_return;
            }
            Task<> stop(std::stop_token) override { co_return; }
        };
        InlineHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.servicesStartConcurrently = true; });
        h.builder.services().addHostedService<Cancelled>("cancelled", [] { return std::make_unique<Cancelled>(); });
        addRecorder(h, {.name = "other"});
        QCOMPARE(h.start()->what(), QStringLiteral("cancelled"));
        QCOMPARE(said(h.state("cancelled")), said(ServiceState::Failed));
        QCOMPARE(h.log->find(ServiceStartFailed)->service, QStringLiteral("cancelled"));
        QVERIFY(h.journal.lines().contains(QStringLiteral("other.stop")));
    }

    // B2, T17
    void aSingletonThatCannotBeMadeIsTheFailureOfTheServiceThatNeedsIt()
    {
        struct Database
        {
            Database() { throw std::runtime_error("no database"); }
        };
        class Needs final : public BackgroundService
        {
        public:
            explicit Needs(Database&) {}

        protected:
            Task<> execute(std::stop_token) override { co_return; }
        };
        InlineHost h;
        h.builder.services().addSingleton<Database>();
        addRecorder(h, {.name = "a"});
        h.builder.services().addHostedService<Needs>("needs");
        QCOMPARE(h.start()->what(), QStringLiteral("no database"));
        QCOMPARE(said(h.state("needs")), said(ServiceState::Failed));
        QCOMPARE(h.log->find(ServiceStartFailed)->service, QStringLiteral("needs"));
        QCOMPARE(h.journal.text(), QStringLiteral("a.made a.destroyed"));
    }

    // B64, T20
    void whatAFailedConstructorNeededIsClosed()
    {
        InlineHost h;
        Event gate;
        h.builder.services().addScoped<Closing>([&] { return std::make_unique<Closing>(h.journal, "scoped", &gate); });
        h.builder.services().addHostedService<Recorder>("a", [](Closing&) -> std::unique_ptr<Recorder> { throw std::runtime_error("no"); });
        const auto started = h.start();
        QVERIFY(!started->ended);
        QCOMPARE(h.journal.text(), QStringLiteral("scoped.close"));
        gate.set();
        h.clock.settle();
        QCOMPARE(started->what(), QStringLiteral("no"));
        QCOMPARE(h.journal.text(), QStringLiteral("scoped.close scoped.gone"));
    }

    // B42, T3, T5
    void ofTwoFaultsDuringTheStartBothAreReported()
    {
        InlineHost h;
        Event fail;
        Event gate;
        for (const char* name : {"one", "two"}) {
            h.builder.services().addHostedService<FailsWhenTold>(name, [&fail] { return std::make_unique<FailsWhenTold>(fail); },
                                                          {.onFailure = FailureBehaviour::StopHost});
        }
        addRecorder(h, {.name = "waits", .gate = &gate, .waitIn = "start"});
        const auto started = h.start();
        QVERIFY(!started->ended);
        fail.set();
        h.clock.settle();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), QStringLiteral("One or more hosted services failed to start. (one: broken) (two: broken)"));
    }
};

QTEST_GUILESS_MAIN(TestHostStart)
#include "tst_hoststart.moc"

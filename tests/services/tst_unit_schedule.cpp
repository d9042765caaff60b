#include "unitfixture.h"

using namespace turnspit;
using namespace turnspit::test;

namespace {

const std::string command = "command = 'true'\n";

} // namespace

/// The state machine of scheduled services. Time begins at 2026-11-22T08:00:00Z.
class TestUnitSchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void startArmsAndDoesNotRunNow();
    void aTickRunsAndTheServiceWaitsAgain();
    void aFailedRunLeavesItWaiting();
    void retriesWithinATickCountAttemptsAndTheLimitFails();
    void aTickWhileBackingOffIsANewRun();
    void stopDisarmsAndIsRemembered();
    void aStartAfterAStopIsANewSeries();
    void anArmedServiceStartedAgainStaysAsItIs();
    void stoppingOneRunLeavesTheScheduleArmed();
    void aStartWhileOneRunIsStoppedLeavesItArmed();
    void overlapSkipLeavesARecord();
    void overlapQueueLetsOneWait();
    void overlapReplaceStopsTheOldOne();
    void aSecondReplacementTakesThePlaceOfTheFirst();
    void runBeginsOneWithoutArming();
    void runByHandOfAnArmedOneKeepsTheSeries();
    void runObeysOverlap();
    void queuedRunsAreTakenByAStop();
    void aQueuedRunIsStoppedByItsId();
    void aRunAskedForWhileStoppingFollowsTheStop();
    void runAtStartRunsAtOnce();
    void nextCountsFromTheSeries();
    void hostStartArmsWhatIsWanted_data();
    void hostStartArmsWhatIsWanted();
};

void TestUnitSchedule::startArmsAndDoesNotRunNow()
{
    UnitFixture f(every5m);
    f.context.states.clear();
    QVERIFY(f.unit->start(Trigger::Ctl));
    SAYS(f.states(), "waiting");
    QCOMPARE(f.spawns(), 0);
    QCOMPARE(f.nextIn(), 300.0);
    f.advance(5min - 1ms);
    QCOMPARE(f.spawns(), 0);
    f.advance(1ms);
    SAYS(f.triggers(), "schedule/1");
}

void TestUnitSchedule::aTickRunsAndTheServiceWaitsAgain()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    for (int n = 0; n < 3; ++n) {
        f.advance(5min - 1s * (n > 0));
        f.context.states.clear();
        f.began();
        f.advance(1s);
        f.exits(0);
        SAYS(f.states(), "running waiting");
        QCOMPARE(f.nextIn(), 299.0);
    }
    SAYS(f.triggers(), "schedule/1 schedule/1 schedule/1");
}

void TestUnitSchedule::aFailedRunLeavesItWaiting()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.exits(3);
    SAYS(f.state(), "waiting");
    SAYS(f.reason(), "exit 3");
    QVERIFY(f.context.events.contains(QStringLiteral("run-failed")));
    f.advance(5min);
    SAYS(f.triggers(), "schedule/1 schedule/1");
}

void TestUnitSchedule::retriesWithinATickCountAttemptsAndTheLimitFails()
{
    UnitFixture f(every5m + "[restart]\npolicy = 'on-failure'\nlimit = 2\n");
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.exits(1);
    SAYS(f.state(), "backing-off");
    f.advance(2s);
    f.began();
    SAYS(f.triggers(), "schedule/1 restart/2");
    f.exits(1);
    SAYS(f.state(), "failed");
    QVERIFY(f.reason().startsWith(QStringLiteral("gave up")));
    QVERIFY(!f.info().nextRun);
    f.advance(24h);
    QCOMPARE(f.spawns(), 2);
    QVERIFY(f.unit->start(Trigger::Ctl));
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 300.0);
}

void TestUnitSchedule::aTickWhileBackingOffIsANewRun()
{
    UnitFixture f(command + "[schedule]\nevery = '10s'\n[restart]\npolicy = 'on-failure'\ndelay = '30s'\n");
    f.unit->startWithHost();
    f.advance(10s);
    f.began();
    f.exits(1);
    SAYS(f.state(), "backing-off");
    f.advance(10s);
    SAYS(f.triggers(), "schedule/1 schedule/1");
    f.began();
    f.exits(0);
    SAYS(f.state(), "waiting");
}

void TestUnitSchedule::stopDisarmsAndIsRemembered()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.stop();
    SAYS(f.state(), "stopped");
    QVERIFY(!f.info().nextRun);
    QVERIFY(f.unit->stoppedByPerson());
    f.advance(24h);
    QCOMPARE(f.spawns(), 0);
    f.restart(every5m, {}, true);
    f.unit->startWithHost();
    SAYS(f.state(), "stopped");
}

void TestUnitSchedule::aStartAfterAStopIsANewSeries()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.exits(0);
    f.stop();
    f.advance(3h + 1min);
    QVERIFY(f.unit->start(Trigger::Ctl));
    QCOMPARE(f.nextIn(), 300.0);
    SAYS(f.records(), "succeeded"); // nothing was missed: it was stopped
    QCOMPARE(f.spawns(), 1);
}

void TestUnitSchedule::anArmedServiceStartedAgainStaysAsItIs()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(2min);
    QVERIFY(f.unit->start(Trigger::Ctl));
    QCOMPARE(f.nextIn(), 180.0);
}

void TestUnitSchedule::stoppingOneRunLeavesTheScheduleArmed()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    QVERIFY(f.unit->stopRun(f.unit->live()->id));
    f.stopped();
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 300.0);
}

void TestUnitSchedule::aStartWhileOneRunIsStoppedLeavesItArmed()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    QVERIFY(f.unit->stopRun(f.unit->live()->id));
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.stopped();
    SAYS(f.state(), "waiting");
}

void TestUnitSchedule::overlapSkipLeavesARecord()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.advance(10min);
    QCOMPARE(f.spawns(), 1);
    SAYS(f.records(), "skipped(still running (run 1)) skipped(still running (run 1))");
    QVERIFY(!f.info().lastOutcome);
    SAYS(f.state(), "running");
}

void TestUnitSchedule::overlapQueueLetsOneWait()
{
    UnitFixture f(every5m + "overlap = 'queue'\n");
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.advance(10min);
    SAYS(f.records(), "skipped(still running (run 1), and one waits already)");
    f.context.states.clear();
    f.exits(0);
    SAYS(f.states(), "starting");
    SAYS(f.triggers(), "schedule/1 schedule/1");
    f.began();
    f.exits(0);
    SAYS(f.state(), "waiting");
}

void TestUnitSchedule::overlapReplaceStopsTheOldOne()
{
    UnitFixture f(every5m + "overlap = 'replace'\n");
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.advance(5min);
    SAYS(f.state(), "stopping");
    QCOMPARE(f.stops(), 1);
    f.stopped();
    SAYS(f.state(), "starting");
    f.began();
    f.exits(0);
    SAYS(f.records(), "stopped succeeded");
    SAYS(f.state(), "waiting");
}

void TestUnitSchedule::aSecondReplacementTakesThePlaceOfTheFirst()
{
    UnitFixture f(command + "[schedule]\nevery = '2s'\noverlap = 'replace'\n");
    f.unit->startWithHost();
    f.advance(2s);
    f.began();
    f.advance(4s);
    QCOMPARE(f.stops(), 1); // its limit is not moved
    SAYS(f.records(), "skipped(replaced by run 3)");
    f.stopped();
    f.began();
    QVERIFY(f.unit->live()->id == RunId{3});
}

void TestUnitSchedule::runBeginsOneWithoutArming()
{
    UnitFixture f(every5m);
    const auto id = f.unit->run(Trigger::Ctl);
    QVERIFY(id && *id == RunId{1});
    f.began();
    SAYS(f.triggers(), "ctl/1");
    QVERIFY(!f.info().nextRun);
    f.exits(0);
    SAYS(f.state(), "stopped");
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitSchedule::runByHandOfAnArmedOneKeepsTheSeries()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(1min);
    QVERIFY(f.unit->run(Trigger::Window));
    f.began();
    QCOMPARE(f.nextIn(), 240.0);
    f.exits(0);
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 240.0);
}

void TestUnitSchedule::runObeysOverlap()
{
    {
        UnitFixture f(every5m);
        QVERIFY(f.unit->run(Trigger::Ctl));
        QVERIFY(!f.unit->run(Trigger::Ctl));
    }
    {
        UnitFixture f(every5m + "overlap = 'queue'\n");
        QVERIFY(f.unit->run(Trigger::Ctl));
        const auto second = f.unit->run(Trigger::Ctl);
        QVERIFY(second && f.unit->isQueued(*second));
        QVERIFY(!f.unit->run(Trigger::Ctl));
        f.began();
        f.exits(0);
        f.began();
        QVERIFY(f.unit->live()->id == *second);
        f.exits(0);
        SAYS(f.state(), "stopped");
    }
    {
        UnitFixture f(every5m + "overlap = 'replace'\n");
        QVERIFY(f.unit->run(Trigger::Ctl));
        f.began();
        QVERIFY(f.unit->run(Trigger::Ctl));
        SAYS(f.state(), "stopping");
        f.stopped();
        SAYS(f.state(), "starting");
    }
}

void TestUnitSchedule::queuedRunsAreTakenByAStop()
{
    UnitFixture f(every5m + "overlap = 'queue'\n");
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.began();
    const auto queued = f.unit->run(Trigger::Ctl);
    QVERIFY(queued);
    f.stop();
    QVERIFY(!f.unit->isQueued(*queued));
    SAYS(said(f.lastRecord().trigger), "ctl");
    SAYS(f.records(), "stopped(stopped before it began)");
    QVERIFY(f.lastRecord().id == *queued);
    f.stopped();
    SAYS(f.state(), "stopped");
    QCOMPARE(f.spawns(), 1);
}

void TestUnitSchedule::aQueuedRunIsStoppedByItsId()
{
    UnitFixture f(every5m + "overlap = 'queue'\n");
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.began();
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.advance(5min);
    const RunId queued{2};
    QVERIFY(f.unit->isQueued(queued));
    QVERIFY(f.unit->stopRun(queued));
    SAYS(f.state(), "running");
    f.exits(0);
    QCOMPARE(f.spawns(), 1);
    SAYS(f.records(), "stopped(stopped before it began) succeeded");
    SAYS(said(f.context.ended.front().run.trigger), "schedule");
}

void TestUnitSchedule::aRunAskedForWhileStoppingFollowsTheStop()
{
    UnitFixture f(every5m + "overlap = 'queue'\n");
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.began();
    f.stop();
    const auto next = f.unit->run(Trigger::Ctl);
    QVERIFY(next);
    f.stopped();
    f.began();
    QVERIFY(f.unit->live()->id == *next);
    f.exits(0);
    SAYS(f.state(), "stopped");
    QVERIFY(f.unit->stoppedByPerson());
}

void TestUnitSchedule::runAtStartRunsAtOnce()
{
    UnitFixture f(every5m + "run_at_start = true\n");
    f.unit->startWithHost();
    f.advance(0s);
    SAYS(f.triggers(), "start/1");
    f.began();
    f.exits(0);
    QCOMPARE(f.nextIn(), 300.0);
}

void TestUnitSchedule::nextCountsFromTheSeries()
{
    UnitFixture f(every5m);
    QVERIFY(f.unit->plannedTimes(3).empty());
    const WallTime origin = f.now();
    f.unit->startWithHost();
    f.advance(1min);
    QVERIFY(f.unit->plannedTimes(3) == (std::vector<WallTime>{origin + 5min, origin + 10min, origin + 15min}));
    QVERIFY(f.unit->plannedTimes(0).empty());
}

void TestUnitSchedule::hostStartArmsWhatIsWanted_data()
{
    QTest::addColumn<QString>("keys");
    QTest::addColumn<bool>("stopped");
    QTest::addColumn<QString>("state");
    QTest::newRow("wanted") << "" << false << "waiting";
    QTest::newRow("not by itself") << "autostart = false\n" << false << "stopped";
    QTest::newRow("disabled") << "disabled = true\n" << false << "disabled";
    QTest::newRow("stopped by a person") << "" << true << "stopped";
}

void TestUnitSchedule::hostStartArmsWhatIsWanted()
{
    QFETCH(QString, keys);
    QFETCH(bool, stopped);
    QFETCH(QString, state);
    UnitFixture f;
    f.unit->restore({}, stopped, false, {}, false);
    f.define(keys.toStdString() + every5m);
    f.unit->startWithHost();
    QCOMPARE(f.state(), state);
}

QTEST_GUILESS_MAIN(TestUnitSchedule)
#include "tst_unit_schedule.moc"

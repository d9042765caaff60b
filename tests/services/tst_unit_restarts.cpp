#include "unitfixture.h"

using namespace turnspit;
using namespace turnspit::test;

/// The state machine of kept and manual services: what follows an end.
class TestUnitRestarts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCrashIsRestartedWithDoublingDelays();
    void triggersAndAttemptsCountRestarts();
    void givesUpAfterTheLimitOnce();
    void aPersonsStartForgetsFailures();
    void aPersonsStopWhileBackingOffIsFinal();
    void aStartWhileBackingOffStartsAtOnce();
    void goodUptimeResetsTheDelay();
    void aZeroDelayRestartsAtOnceEveryTime();
    void aGoodEndOfAKeptServiceIsCompleted();
    void alwaysRestartsGoodEndsToo();
    void neverLeavesAFailureFailed();
    void whatEndedByOurKillIsNotRestarted();
    void anUnknownEndIsAFailure();
    void aManualServiceCompletesOrFails();
    void noRunIdNoRunAndTheRetryComesBack();
    void aRestartWithoutARunIdIsTriedAgain();
    void aHostStartWithoutARunIdIsTriedAgain();
    void limitsAndRetriesGoByElapsedTime();
    void theReasonOfAnEarlierGivingUpGoesWithTheNextStart();
};

/// Journey 7: attempts at about 0, 1, 3, 7 s, then failed.
void TestUnitRestarts::aCrashIsRestartedWithDoublingDelays()
{
    UnitFixture f(kept + "[restart]\nlimit = 4\nwindow = '10s'\n");
    const WallTime begin = f.now();
    QList<int> seconds;
    QVERIFY(f.unit->start(Trigger::Ctl));
    for (int attempt = 1; attempt <= 4; ++attempt) {
        f.began();
        seconds.append(static_cast<int>(std::chrono::floor<std::chrono::seconds>(f.now() - begin).count()));
        f.exits(1);
        if (attempt == 4)
            break;
        SAYS(f.state(), "backing-off");
        const double wait = f.nextIn();
        QVERIFY(wait > 0);
        f.advance(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(wait)) - 1ms);
        SAYS(f.state(), "backing-off");
        f.advance(1ms);
        SAYS(f.state(), "starting");
    }
    QCOMPARE(seconds, (QList<int>{0, 1, 3, 7}));
    SAYS(f.state(), "failed");
    QVERIFY2(f.reason().startsWith(QStringLiteral("gave up after 4 failures in 10s")), qPrintable(f.reason()));
    QVERIFY(!f.info().nextRun);
    QVERIFY(f.context.marks().contains(QStringLiteral("restart in 1s (2 of 4)")));
    QVERIFY(f.context.marks().contains(QStringLiteral("restart in 2s (3 of 4)")));
    QVERIFY(f.context.marks().contains(QStringLiteral("restart in 4s (4 of 4)")));
}

void TestUnitRestarts::triggersAndAttemptsCountRestarts()
{
    UnitFixture f(kept);
    f.run();
    for (int n = 0; n < 2; ++n) {
        f.exits(1);
        f.advance(5s);
        f.began();
    }
    SAYS(f.triggers(), "ctl/1 restart/2 restart/3");
    QCOMPARE(f.info().restarts, 2);
    QCOMPARE(f.unit->live()->attempt, 3);
}

void TestUnitRestarts::givesUpAfterTheLimitOnce()
{
    UnitFixture f(kept + "[restart]\nlimit = 2\ndelay = '0s'\n");
    f.run();
    f.exits(3);
    f.advance(0s);
    f.began();
    f.exits(3);
    SAYS(f.state(), "failed");
    SAYS(f.reason(), "gave up after 2 failures in 10m; last: exit 3");
    QCOMPARE(f.context.events.count(QStringLiteral("gave-up")), 1);
    f.advance(24h);
    QCOMPARE(f.spawns(), 2);
    SAYS(f.state(), "failed");
}

void TestUnitRestarts::aPersonsStartForgetsFailures()
{
    UnitFixture f(kept + "[restart]\nlimit = 2\n");
    for (int round = 0; round < 3; ++round) {
        f.run();
        f.exits(1);
        SAYS(f.state(), "backing-off");
        QVERIFY(f.nextIn() < 1.2);
        f.stop();
        SAYS(f.state(), "stopped");
    }
}

void TestUnitRestarts::aPersonsStopWhileBackingOffIsFinal()
{
    UnitFixture f(kept);
    f.run();
    f.exits(1);
    f.stop();
    SAYS(f.state(), "stopped");
    QVERIFY(!f.info().nextRun);
    f.advance(24h);
    QCOMPARE(f.spawns(), 1);
    SAYS(f.state(), "stopped");
}

void TestUnitRestarts::aStartWhileBackingOffStartsAtOnce()
{
    UnitFixture f(kept);
    f.run();
    f.exits(1);
    QVERIFY(f.unit->start(Trigger::Window));
    f.began();
    SAYS(f.triggers(), "ctl/1 window/1");
    f.advance(1h);
    QCOMPARE(f.spawns(), 2);
}

void TestUnitRestarts::goodUptimeResetsTheDelay()
{
    UnitFixture f(kept + "[restart]\nlimit = 0\n");
    f.run();
    for (int n = 0; n < 3; ++n) {
        f.exits(1);
        f.advance(70s);
        f.began();
    }
    f.advance(61s);
    f.exits(1);
    QVERIFY(f.nextIn() <= 1.1);
}

void TestUnitRestarts::aZeroDelayRestartsAtOnceEveryTime()
{
    UnitFixture f(kept + "[restart]\nlimit = 0\ndelay = '0s'\n");
    f.run();
    for (int n = 0; n < 50; ++n) {
        f.exits(1);
        f.advance(0s);
        SAYS(f.state(), "starting");
        f.began();
    }
    QVERIFY(f.context.marks().isEmpty());
}

void TestUnitRestarts::aGoodEndOfAKeptServiceIsCompleted()
{
    UnitFixture f(kept + "[restart]\nsuccess_exit_codes = [0, 5]\n");
    f.run();
    f.ended(Outcome::Succeeded, 5);
    SAYS(f.state(), "completed");
    SAYS(f.reason(), "");
    SAYS(said(f.info().exitCode), "5");
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitRestarts::alwaysRestartsGoodEndsToo()
{
    UnitFixture f(kept + "[restart]\npolicy = 'always'\nlimit = 2\n");
    f.run();
    for (int n = 0; n < 5; ++n) {
        f.exits(0);
        SAYS(f.state(), "backing-off");
        f.advance(2s);
        f.began();
    }
    f.exits(1);
    SAYS(f.state(), "backing-off"); // good ends were not counted
}

void TestUnitRestarts::neverLeavesAFailureFailed()
{
    UnitFixture f(kept + "[restart]\npolicy = 'never'\n");
    f.run();
    f.exits(1);
    SAYS(f.state(), "failed");
    QVERIFY(f.context.events.contains(QStringLiteral("service-failed")));
    f.run();
    f.exits(0);
    SAYS(f.state(), "completed");
}

void TestUnitRestarts::whatEndedByOurKillIsNotRestarted()
{
    UnitFixture f(kept + "[restart]\npolicy = 'always'\n");
    f.run();
    QVERIFY(f.unit->stopRun(RunId{1}));
    f.ended(Outcome::Killed, -1, 9, "did not stop within 10s; killed");
    SAYS(f.state(), "stopped");
    QVERIFY(!f.unit->stoppedByPerson());
}

void TestUnitRestarts::anUnknownEndIsAFailure()
{
    UnitFixture f(kept);
    f.run();
    f.ended(Outcome::Unknown, -1, 0, lost);
    SAYS(f.state(), "backing-off");
    SAYS(said(f.info().exitCode), "null");
    QVERIFY(!f.lastRecord().cpuSeconds);
}

void TestUnitRestarts::aManualServiceCompletesOrFails()
{
    UnitFixture f(manual);
    f.run();
    f.exits(0);
    SAYS(f.state(), "completed");
    f.run();
    f.exits(2);
    SAYS(f.state(), "failed");
    SAYS(f.reason(), "exit 2");
    f.advance(1h);
    QCOMPARE(f.spawns(), 2);
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.began();
    f.exits(0);
    SAYS(f.state(), "completed");
    SAYS(f.reason(), "");
}

void TestUnitRestarts::noRunIdNoRunAndTheRetryComesBack()
{
    UnitFixture f(kept);
    f.context.noIds = true;
    QVERIFY(!f.unit->start(Trigger::Ctl));
    SAYS(f.state(), "stopped");
    f.context.noIds = false;
    f.run();
    f.exits(1);
    f.context.noIds = true;
    f.advance(10s);
    SAYS(f.state(), "backing-off");
    QVERIFY(f.nextIn() > 0);
    QVERIFY(f.context.events.contains(QStringLiteral("trouble")));
    f.context.noIds = false;
    f.advance(2s);
    SAYS(f.state(), "starting");
}

void TestUnitRestarts::aRestartWithoutARunIdIsTriedAgain()
{
    UnitFixture f(kept);
    f.run();
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.context.noIds = true;
    f.stopped();
    SAYS(f.state(), "backing-off");
    SAYS(f.reason(), "the disk is full");
    QCOMPARE(f.nextIn(), 1.0);
    f.advance(3s);
    SAYS(f.state(), "backing-off");
    f.context.noIds = false;
    f.advance(1s);
    f.began();
    SAYS(f.state(), "running");
    SAYS(f.reason(), "");
}

void TestUnitRestarts::aHostStartWithoutARunIdIsTriedAgain()
{
    UnitFixture f(kept);
    f.context.noIds = true;
    f.unit->startWithHost();
    SAYS(f.state(), "backing-off");
    f.context.noIds = false;
    f.advance(1s);
    SAYS(f.state(), "starting");
}

void TestUnitRestarts::limitsAndRetriesGoByElapsedTime()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    f.advance(4s);
    f.moveClock(10h);
    QVERIFY(f.unit->live()->killAt == f.now() + 6s);
    QVERIFY(f.unit->extendStop(1s));
    QVERIFY(f.stopSent().limit == 7s);
    f.stopped();
    f.run();
    f.exits(1);
    const double wait = f.nextIn();
    f.moveClock(-10h);
    QCOMPARE(f.nextIn(), wait);
    f.advance(1500ms);
    SAYS(f.state(), "starting");
}

void TestUnitRestarts::theReasonOfAnEarlierGivingUpGoesWithTheNextStart()
{
    UnitFixture f(kept + "[restart]\nlimit = 1\n");
    f.run();
    f.exits(3);
    QVERIFY(f.reason().startsWith(QStringLiteral("gave up")));
    f.run();
    SAYS(f.reason(), "exit 3"); // of the last ended run, as last_outcome and exit_code are
}

QTEST_GUILESS_MAIN(TestUnitRestarts)
#include "tst_unit_restarts.moc"

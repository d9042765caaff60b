#include "unitfixture.h"

#include <cerrno>

using namespace turnspit;
using namespace turnspit::test;

/// Keepers come and go: what a unit does where nobody hears it.
class TestUnitKeeper : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aLostKeeperMakesTheEndUnknown_data();
    void aLostKeeperMakesTheEndUnknown();
    void aStopUnderWayWithTheLostKeeperIsOver();
    void aRestartUnderWayWithTheLostKeeperStartsAgain();
    void aLostConnectionAloneChangesNothing();
    void aStartWithoutAKeeperIsSentToTheNext();
    void aStartLostWithTheConnectionIsSentAgain();
    void aStartLostAndStoppedNeverBegins();
    void aStartLostAndRestartedBeginsAnew();
    void aBeginThatWasNotHeardOfIsTold();
    void aStopOfWhatBeganUnheardIsSent();
    void aStopWithoutAKeeperIsSentWithTheTimeLeft();
    void aKillWithoutAKeeperIsSent();
    void aStopThatWasNotHeardOfIsTold();
    void aRetryWithoutAKeeperWaitsForOne();
    void theHostEndsWithoutAKeeper();
    void aKillWhenTheHostEndsIsAnEventOfItsOwn();
    void spawnErrorsAreToldInWords_data();
    void spawnErrorsAreToldInWords();
    void aSpawnErrorFollowsThePolicy();
    void aSpawnErrorOfWhatIsStoppedIsStopped();
    void aStartThatFailsWithoutAKeeperIsRecorded();
    void whatIsSaidOfAnotherRunIsNotHeard();
};

void TestUnitKeeper::aLostKeeperMakesTheEndUnknown_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("state");
    QTest::newRow("kept") << QString::fromStdString(kept) << "backing-off";
    QTest::newRow("at once") << QString::fromStdString(kept + "[restart]\ndelay = '0s'\n") << "backing-off";
    QTest::newRow("never") << QString::fromStdString(kept + "[restart]\npolicy = 'never'\n") << "failed";
    QTest::newRow("limit") << QString::fromStdString(kept + "[restart]\nlimit = 1\n") << "failed";
    QTest::newRow("manual") << QString::fromStdString(manual) << "failed";
    QTest::newRow("scheduled") << QString::fromStdString(every5m) << "waiting";
    QTest::newRow("one time") << QString::fromStdString(oneTime) << "failed";
}

void TestUnitKeeper::aLostKeeperMakesTheEndUnknown()
{
    QFETCH(QString, file);
    QFETCH(QString, state);
    UnitFixture f(file.toStdString());
    QVERIFY(f.unit->start(Trigger::Ctl));
    if (!f.unit->live())
        f.advance(5min);
    f.began();
    f.context.keeper = false;
    f.advance(2s);
    SAYS(f.state(), "running");
    f.context.keeper = true;
    f.unit->reconcile(nullptr);
    QCOMPARE(f.state(), state);
    SAYS(said(f.info().lastOutcome), "unknown");
    SAYS(said(f.info().exitCode), "null");
    QVERIFY(!f.info().signal && !f.info().pid);
    QVERIFY2(f.reason().endsWith(QString::fromUtf8(lost)), qPrintable(f.reason()));
    const Run& run = f.lastRecord();
    SAYS(text(run.reason), lost);
    QVERIFY(!run.exitCode && !run.cpuSeconds);
    QVERIFY(run.pid == 1001 && *run.end - run.begin == 2s);
    QVERIFY(!f.context.ended.back().acknowledge); // no keeper knows of it
    if (state == QStringLiteral("backing-off")) {
        f.advance(2s);
        SAYS(f.triggers(), "ctl/1 restart/2");
    }
}

void TestUnitKeeper::aStopUnderWayWithTheLostKeeperIsOver()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    f.unit->reconcile(nullptr);
    SAYS(f.state(), "stopped");
    SAYS(f.reason(), lost);
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitKeeper::aRestartUnderWayWithTheLostKeeperStartsAgain()
{
    UnitFixture f(kept);
    f.run();
    QVERIFY(f.unit->restart(Trigger::Window));
    f.unit->reconcile(nullptr);
    SAYS(f.state(), "starting");
    SAYS(f.triggers(), "ctl/1 window/1");
}

void TestUnitKeeper::aLostConnectionAloneChangesNothing()
{
    UnitFixture f(kept);
    f.run();
    f.context.states.clear();
    const keep::LiveRun run = f.liveRun();
    f.unit->reconcile(&run);
    SAYS(f.state(), "running");
    SAYS(f.states(), "");
    SAYS(f.flags(), ""); // begun by this host
    QCOMPARE(f.spawns(), 1);
    QCOMPARE(f.context.begun.size(), std::size_t(1));
    UnitFixture idle(kept);
    idle.unit->reconcile(nullptr);
    SAYS(idle.state(), "stopped");
    SAYS(idle.records(), "");
}

void TestUnitKeeper::aStartWithoutAKeeperIsSentToTheNext()
{
    UnitFixture f(kept);
    f.context.keeper = false;
    QVERIFY(f.unit->start(Trigger::Ctl));
    SAYS(f.state(), "starting");
    f.advance(10s);
    SAYS(f.state(), "starting");
    QCOMPARE(f.spawns(), 0);
    f.context.keeper = true;
    f.unit->reconcile(nullptr);
    QVERIFY(f.spawned().run == RunId{1});
    f.began();
    SAYS(f.state(), "running");
    SAYS(f.triggers(), "ctl/1");
}

void TestUnitKeeper::aStartLostWithTheConnectionIsSentAgain()
{
    UnitFixture f(kept);
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.unit->reconcile(nullptr); // the keeper neither has it nor tells of its end: it was never begun
    QCOMPARE(f.spawns(), 2);
    QVERIFY(f.spawned().run == RunId{1});
    SAYS(f.triggers(), "ctl/1 ctl/1");
    SAYS(f.records(), "");
}

void TestUnitKeeper::aStartLostAndStoppedNeverBegins()
{
    UnitFixture f(kept);
    f.run();
    f.exits(1);
    f.context.keeper = false;
    f.advance(2s);
    SAYS(f.state(), "starting");
    f.stop();
    SAYS(f.state(), "stopping");
    f.context.keeper = true;
    f.unit->reconcile(nullptr);
    SAYS(f.state(), "stopped");
    QCOMPARE(f.spawns(), 1);
    SAYS(f.records(), "failed(exit 1) stopped(stopped before it began)");
    QCOMPARE(f.lastRecord().attempt, 2u);
    QVERIFY(!f.context.ended.back().acknowledge);
}

void TestUnitKeeper::aStartLostAndRestartedBeginsAnew()
{
    UnitFixture f(kept);
    f.context.keeper = false;
    QVERIFY(f.unit->start(Trigger::Ctl));
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.context.keeper = true;
    f.unit->reconcile(nullptr);
    SAYS(f.state(), "starting");
    QVERIFY(f.spawned().run == RunId{2});
    f.began();
    SAYS(f.state(), "running");
}

void TestUnitKeeper::aBeginThatWasNotHeardOfIsTold()
{
    UnitFixture f(kept);
    QVERIFY(f.unit->start(Trigger::Ctl));
    const keep::LiveRun run = f.liveRun();
    f.advance(2s);
    f.unit->reconcile(&run);
    SAYS(f.state(), "running");
    SAYS(said(f.info().pid), "1001");
    QCOMPARE(f.spawns(), 1);
    QCOMPARE(f.context.begun.size(), std::size_t(1));
    QVERIFY(f.context.begun[0].begin == run.began);
}

void TestUnitKeeper::aStopOfWhatBeganUnheardIsSent()
{
    UnitFixture f(kept);
    QVERIFY(f.unit->start(Trigger::Ctl));
    const keep::LiveRun run = f.liveRun();
    f.stop();
    QCOMPARE(f.stops(), 0);
    f.advance(7s);
    f.unit->reconcile(&run);
    SAYS(f.state(), "stopping");
    QVERIFY(f.stopSent().limit == 10s);
    f.stopped();
    SAYS(f.state(), "stopped");
}

void TestUnitKeeper::aStopWithoutAKeeperIsSentWithTheTimeLeft()
{
    UnitFixture f(kept);
    f.run();
    f.context.keeper = false;
    f.stop();
    SAYS(f.state(), "stopping");
    QCOMPARE(f.stops(), 0);
    f.advance(4s);
    f.context.keeper = true;
    const keep::LiveRun run = f.liveRun();
    f.unit->reconcile(&run);
    QVERIFY(f.stopSent().limit == 6s && f.stopSent().why == keep::StopWhy::Stop);
    f.advance(1min);
    f.unit->reconcile(&run);
    QVERIFY(f.stopSent().limit == 0s);
    f.ended(Outcome::Killed, -1, 9, "did not stop within 10s; killed");
    SAYS(f.state(), "stopped");
}

void TestUnitKeeper::aKillWithoutAKeeperIsSent()
{
    UnitFixture f(kept);
    f.run();
    f.context.keeper = false;
    f.unit->stop({.byPerson = true, .kill = true, .limit = {}});
    f.context.keeper = true;
    const keep::LiveRun run = f.liveRun();
    f.unit->reconcile(&run);
    QVERIFY(f.stopSent().why == keep::StopWhy::Kill && f.stopSent().limit == 0s);
}

/// A leader that has ended and left something behind is stopped by the keeper itself.
void TestUnitKeeper::aStopThatWasNotHeardOfIsTold()
{
    UnitFixture f(kept);
    f.run();
    keep::LiveRun run = f.liveRun();
    run.stopping = true;
    f.unit->reconcile(&run);
    SAYS(f.state(), "stopping");
    QCOMPARE(f.stops(), 0);
    f.exits(1);
    SAYS(f.state(), "backing-off");
}

void TestUnitKeeper::aRetryWithoutAKeeperWaitsForOne()
{
    UnitFixture f(kept);
    f.run();
    f.exits(1);
    f.context.keeper = false;
    f.advance(2s);
    SAYS(f.state(), "starting");
    QCOMPARE(f.spawns(), 1);
    f.context.keeper = true;
    f.unit->reconcile(nullptr);
    SAYS(f.triggers(), "ctl/1 restart/2");
}

void TestUnitKeeper::theHostEndsWithoutAKeeper()
{
    UnitFixture f(kept);
    f.run();
    f.context.keeper = false;
    f.unit->shutDown(3s);
    SAYS(f.state(), "stopping");
    QVERIFY(!f.unit->stoppedByPerson());
    f.context.keeper = true;
    f.unit->reconcile(nullptr);
    SAYS(f.state(), "stopped");
    SAYS(f.records(), (std::string("unknown(") + lost + ")").c_str());
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitKeeper::aKillWhenTheHostEndsIsAnEventOfItsOwn()
{
    UnitFixture f(kept);
    f.run();
    f.unit->shutDown(3s);
    f.unit->killing(keep::Killing{RunId{1}, "did not stop within 3s; killed"});
    QVERIFY(f.context.events.contains(QStringLiteral("run-killed-at-quit")));
    QVERIFY(!f.context.events.contains(QStringLiteral("run-killed")));
    QVERIFY(f.context.eventTexts.last().endsWith(QStringLiteral("run 1: did not stop within 3s; killed")));
}

void TestUnitKeeper::spawnErrorsAreToldInWords_data()
{
    QTest::addColumn<int>("step");
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("reason");
    QTest::newRow("gone") << int(keep::SpawnStep::Exec) << ENOENT << 127
                          << "`sleep` was not found, or the interpreter in its first line was not (exit 127)";
    QTest::newRow("not executable") << int(keep::SpawnStep::Exec) << EACCES << 126
                                    << "`sleep` is not executable: Permission denied (exit 126)";
    QTest::newRow("wrong format") << int(keep::SpawnStep::Exec) << ENOEXEC << 126
                                  << "`sleep` is not executable: Exec format error (exit 126)";
    QTest::newRow("folder") << int(keep::SpawnStep::Folder) << ENOENT << -1
                            << "cannot enter the working directory: No such file or directory";
    QTest::newRow("record") << int(keep::SpawnStep::Record) << ENOSPC << -1
                            << "cannot write the record of the run: No space left on device";
    QTest::newRow("no process") << int(keep::SpawnStep::Clone) << EAGAIN << -1
                                << "cannot start `sleep`: Resource temporarily unavailable";
}

void TestUnitKeeper::spawnErrorsAreToldInWords()
{
    QFETCH(int, step);
    QFETCH(int, number);
    QFETCH(int, exitCode);
    QFETCH(QString, reason);
    UnitFixture f(kept);
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.unit->spawnFailed(keep::SpawnFailed{RunId{1}, static_cast<keep::SpawnStep>(step), number});
    SAYS(f.state(), "backing-off");
    QCOMPARE(f.reason(), reason);
    SAYS(said(f.info().lastOutcome), "failed");
    QCOMPARE(f.info().exitCode.value_or(-1), exitCode);
    QCOMPARE(f.context.marks().first(), QStringLiteral("cannot start: ") + reason);
    const QString ended = exitCode < 0 ? QStringLiteral("run 1 ended failed")
                                       : QStringLiteral("run 1 ended failed exit %1").arg(exitCode);
    QCOMPARE(f.context.marks().at(1), ended);
    QVERIFY(f.lastRecord().id == RunId{1});
    QVERIFY(!f.context.ended[0].acknowledge);
    QVERIFY(f.context.begun.empty());
}

void TestUnitKeeper::aSpawnErrorFollowsThePolicy()
{
    UnitFixture f(kept + "[restart]\nlimit = 2\n");
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.unit->spawnFailed(keep::SpawnFailed{RunId{1}, keep::SpawnStep::Exec, EACCES});
    f.advance(2s);
    SAYS(f.triggers(), "ctl/1 restart/2");
    f.unit->spawnFailed(keep::SpawnFailed{RunId{2}, keep::SpawnStep::Exec, EACCES});
    SAYS(f.state(), "failed");
    QVERIFY2(f.reason().contains(QStringLiteral("(exit 126)")), qPrintable(f.reason()));
    UnitFixture ticks(every5m);
    ticks.unit->startWithHost();
    ticks.advance(5min);
    ticks.unit->spawnFailed(keep::SpawnFailed{RunId{1}, keep::SpawnStep::Exec, EACCES});
    SAYS(ticks.state(), "waiting");
}

void TestUnitKeeper::aSpawnErrorOfWhatIsStoppedIsStopped()
{
    UnitFixture f(kept);
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.stop();
    f.unit->spawnFailed(keep::SpawnFailed{RunId{1}, keep::SpawnStep::Exec, EACCES});
    SAYS(f.state(), "stopped");
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitKeeper::aStartThatFailsWithoutAKeeperIsRecorded()
{
    UnitFixture f("command = 'no-such-program-here'\n[restart]\npolicy = 'never'\n");
    f.context.keeper = false;
    QVERIFY(f.unit->start(Trigger::Ctl));
    SAYS(f.state(), "failed");
    SAYS(f.records(), "failed(`no-such-program-here` was not found in PATH (exit 127))");
}

void TestUnitKeeper::whatIsSaidOfAnotherRunIsNotHeard()
{
    UnitFixture f(kept);
    f.run();
    f.context.states.clear();
    keep::LiveRun run = f.liveRun();
    run.run = RunId{9};
    f.unit->began(keep::Began{run});
    f.unit->stopping(keep::Stopping{RunId{9}, f.now(), f.now()});
    f.unit->killing(keep::Killing{RunId{9}, "killed on demand"});
    f.unit->spawnFailed(keep::SpawnFailed{RunId{9}, keep::SpawnStep::Exec, EACCES});
    SAYS(f.states(), "");
    SAYS(f.state(), "running");
    QVERIFY(f.context.events.isEmpty());
    QCOMPARE(f.context.begun.size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(TestUnitKeeper)
#include "tst_unit_keeper.moc"

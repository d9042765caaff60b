#include "unitfixture.h"

#include <cerrno>

using namespace turnspit;
using namespace turnspit::test;

namespace {

const std::string kept = "command = ['sleep', '1']\n";
const std::string other = "command = ['sleep', '2']\n";
const std::string lazy = "autostart = false\n" + kept;
const std::string manual = "manual = true\n" + kept;
const std::string every5m = "command = 'true'\n[schedule]\nevery = '5m'\n";
const std::string oneTime = "command = 'true'\n[schedule]\nat = 2026-11-22T08:05:00Z\n";
const std::string ends = "on_host_crash = 'end'\n";
const char* const error = "/etc/a.toml:1:1: `comand` is not a key";
const char* const lost = "keeper lost; exit status not available";

} // namespace

/// Hosts and keepers come and go: what a unit takes over, and what it does where nobody hears it.
class TestUnitKeeper : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anAdoptedRunHasTheFlagUntilItEnds();
    void anAdoptedRunKeepsItsAttempt();
    void anAdoptedRunOfAnotherFileIsChanged();
    void theFlagChangedOutlivesTheHost();
    void anAdoptedRunIsStoppedByTheTimeoutOfItsFile();
    void anAdoptedRunEndsByPolicy_data();
    void anAdoptedRunEndsByPolicy();
    void anAdoptedRunOfADisabledServiceGoesOn();
    void anAdoptedRunOfAScheduleGoesOnWithTheSeries();
    void anAdoptedRunWithABrokenFileGoesOn();
    void anAdoptedRunWithABrokenFileThatIsMended();
    void anAdoptedRunWhoseFileIsGoneIsStopped();
    void aStopUnderWayIsAdoptedAsStopping_data();
    void aStopUnderWayIsAdoptedAsStopping();
    void anAdoptedStopIsAskedForOnlyWithAnotherLimit();
    void onHostCrashEndEndsTheAdoptedRun_data();
    void onHostCrashEndEndsTheAdoptedRun();
    void onHostCrashEndLeavesTheSeries();
    void anEndThatNoHostSawCounts_data();
    void anEndThatNoHostSawCounts();
    void anEndThatNoHostSawGoesOnCountingAttempts();
    void anOlderEndIsRecordedAndNoMore();
    void aRunThatNobodyRemembersIsUnknown();
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

void TestUnitKeeper::anAdoptedRunHasTheFlagUntilItEnds()
{
    UnitFixture f(kept);
    f.run();
    const keep::LiveRun run = f.liveRun();
    f.noHostFor(1h);
    f.adopt(kept, run);
    SAYS(f.states(), "stopped running");
    SAYS(f.flags(), "adopted");
    SAYS(said(f.info().pid), "1001");
    QVERIFY(f.info().since == run.began);
    QVERIFY(f.unit->start(Trigger::Ctl));
    QCOMPARE(f.spawns(), 1);
    f.unit->setUsage(1.0, 4096);
    SAYS(f.flags(), "adopted");
    f.exits(1);
    SAYS(f.flags(), "");
    SAYS(f.state(), "backing-off");
    QVERIFY(f.context.ended.back().acknowledge);
    QVERIFY(f.lastRecord().begin == run.began);
    QCOMPARE(f.lastRecord().logBeginOffset, run.logBegin.offset);
    f.advance(2s);
    f.began();
    SAYS(f.flags(), "");
}

void TestUnitKeeper::anAdoptedRunKeepsItsAttempt()
{
    UnitFixture f(kept);
    f.run();
    for (int n = 0; n < 2; ++n) {
        f.exits(1);
        f.advance(5s);
        f.began();
    }
    f.adopt(kept, f.liveRun());
    QCOMPARE(f.unit->live()->attempt, 3);
    SAYS(said(f.unit->live()->trigger), "restart");
    QCOMPARE(f.info().restarts, 2);
    f.exits(1);
    f.advance(5s);
    SAYS(f.triggers(), "ctl/1 restart/2 restart/3 restart/4");
}

void TestUnitKeeper::anAdoptedRunOfAnotherFileIsChanged()
{
    UnitFixture f(kept);
    f.run();
    const keep::LiveRun run = f.liveRun();
    f.adopt(kept, run);
    SAYS(f.flags(), "adopted");
    f.adopt(other, run);
    SAYS(f.flags(), "adopted changed");
    f.define(kept);
    SAYS(f.flags(), "adopted");
    f.define(other);
    f.exits(1);
    f.advance(2s);
    SAYS(f.flags(), "");
    SAYS(text(f.spawned().arguments[1]), "2");
    keep::LiveRun old = run;
    old.definition = 0;
    f.adopt(other, old);
    SAYS(f.flags(), "adopted"); // what it began with is not known: a keeper of an earlier release
    f.define(kept);
    SAYS(f.flags(), "adopted changed");
}

void TestUnitKeeper::theFlagChangedOutlivesTheHost()
{
    UnitFixture f(kept);
    f.run();
    f.define(kept + "group = 'g'\n");
    SAYS(f.flags(), "changed");
    const keep::LiveRun run = f.liveRun();
    for (int n = 0; n < 2; ++n) {
        f.adopt(kept + "group = 'g'\n", run);
        SAYS(f.flags(), "adopted changed");
    }
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.stopped();
    SAYS(f.flags(), "");
}

void TestUnitKeeper::anAdoptedRunIsStoppedByTheTimeoutOfItsFile()
{
    UnitFixture f(kept + "[stop]\ntimeout = '3s'\n");
    f.run();
    f.adopt(kept + "[stop]\ntimeout = '3s'\n", f.liveRun());
    f.stop();
    QVERIFY(f.stopSent().run == RunId{1});
    QVERIFY(f.stopSent().limit == 3s);
    SAYS(f.flags(), "adopted");
    f.stopped();
    SAYS(f.state(), "stopped");
    SAYS(f.flags(), "");
}

void TestUnitKeeper::anAdoptedRunEndsByPolicy_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("state");
    QTest::newRow("kept, good") << QString::fromStdString(kept) << 0 << "completed";
    QTest::newRow("kept, bad") << QString::fromStdString(kept) << 1 << "backing-off";
    QTest::newRow("started by a person") << QString::fromStdString(lazy) << 1 << "backing-off";
    QTest::newRow("never") << QString::fromStdString(kept + "[restart]\npolicy = 'never'\n") << 1 << "failed";
    QTest::newRow("manual, good") << QString::fromStdString(manual) << 0 << "completed";
    QTest::newRow("manual, bad") << QString::fromStdString(manual) << 1 << "failed";
    QTest::newRow("scheduled") << QString::fromStdString(every5m) << 1 << "waiting";
}

void TestUnitKeeper::anAdoptedRunEndsByPolicy()
{
    QFETCH(QString, file);
    QFETCH(int, exitCode);
    QFETCH(QString, state);
    UnitFixture f(file.toStdString());
    if (f.unit->kind() == ServiceKind::Scheduled) {
        QVERIFY(f.unit->run(Trigger::Ctl));
        f.began();
    } else {
        f.run();
    }
    f.adopt(file.toStdString(), f.liveRun());
    SAYS(f.state(), "running");
    f.exits(exitCode);
    QCOMPARE(f.state(), state);
}

void TestUnitKeeper::anAdoptedRunOfADisabledServiceGoesOn()
{
    UnitFixture f(kept);
    f.run();
    f.adopt("disabled = true\n" + kept, f.liveRun());
    SAYS(f.state(), "running");
    f.exits(1);
    SAYS(f.state(), "disabled");
}

void TestUnitKeeper::anAdoptedRunOfAScheduleGoesOnWithTheSeries()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    const keep::LiveRun run = f.liveRun();
    f.noHostFor(2min);
    f.adopt(every5m, run);
    SAYS(f.state(), "running");
    QCOMPARE(f.nextIn(), 180.0);
    f.advance(3min);
    SAYS(f.records(), "skipped(still running (run 1))"); // nothing runs twice
    QCOMPARE(f.spawns(), 1);
    f.exits(0);
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 300.0);
}

void TestUnitKeeper::anAdoptedRunWithABrokenFileGoesOn()
{
    UnitFixture f(kept);
    f.run();
    const keep::LiveRun run = f.liveRun();
    f.reset();
    f.unit->breakFile(error);
    f.unit->adopt(run);
    SAYS(f.state(), "running");
    SAYS(f.flags(), "adopted file-broken");
    QVERIFY(f.unit->start(Trigger::Ctl));
    const auto restarted = f.unit->restart(Trigger::Ctl);
    QVERIFY(!restarted && restarted.error().message == error);
    QVERIFY(!f.unit->run(Trigger::Ctl));
    QVERIFY(!f.unit->hold());
    SAYS(f.state(), "running");
    f.exits(1);
    SAYS(f.state(), "invalid");
    SAYS(f.reason(), error);
    SAYS(said(f.info().lastOutcome), "failed");
    f.define(kept);
    SAYS(f.triggers(), "ctl/1 start/1"); // as a host start has it
}

void TestUnitKeeper::anAdoptedRunWithABrokenFileThatIsMended()
{
    UnitFixture f(kept);
    f.run();
    const keep::LiveRun run = f.liveRun();
    f.reset();
    f.unit->breakFile(error);
    f.unit->adopt(run);
    f.define(other);
    SAYS(f.flags(), "adopted changed");
    f.define(kept);
    SAYS(f.flags(), "adopted");
    f.exits(1);
    f.advance(2s);
    SAYS(f.triggers(), "ctl/1 restart/2");
}

void TestUnitKeeper::anAdoptedRunWhoseFileIsGoneIsStopped()
{
    UnitFixture f(kept);
    f.run();
    const keep::LiveRun run = f.liveRun();
    f.reset();
    f.unit->adopt(run);
    f.unit->remove();
    SAYS(f.state(), "stopping");
    QVERIFY(f.stopSent().run == RunId{1});
    QVERIFY(!f.unit->start(Trigger::Ctl));
    QVERIFY(!f.unit->restart(Trigger::Ctl));
    QVERIFY(!f.unit->run(Trigger::Ctl));
    f.stopped();
    QVERIFY(f.unit->isRemoved() && !f.unit->live());
    SAYS(f.records(), "stopped");
}

void TestUnitKeeper::aStopUnderWayIsAdoptedAsStopping_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<bool>("byPerson");
    QTest::addColumn<QString>("state");
    QTest::newRow("by a person") << QString::fromStdString(kept) << true << "stopped";
    QTest::newRow("by a host") << QString::fromStdString(kept) << false << "starting";
    QTest::newRow("not for the host to start") << QString::fromStdString(lazy) << false << "stopped";
    QTest::newRow("manual") << QString::fromStdString(manual) << false << "stopped";
    QTest::newRow("disabled") << QString::fromStdString("disabled = true\n" + kept) << false << "disabled";
    QTest::newRow("scheduled") << QString::fromStdString(every5m) << false << "waiting";
    QTest::newRow("scheduled, by a person") << QString::fromStdString(every5m) << true << "stopped";
}

void TestUnitKeeper::aStopUnderWayIsAdoptedAsStopping()
{
    QFETCH(QString, file);
    QFETCH(bool, byPerson);
    QFETCH(QString, state);
    UnitFixture f(kept);
    f.run();
    keep::LiveRun run = f.liveRun();
    run.stopping = true;
    run.definition = fingerprint(definition(file.toStdString()));
    f.adopt(file.toStdString(), run, {}, byPerson);
    SAYS(f.state(), "stopping");
    SAYS(f.flags(), "adopted");
    f.stopped();
    QCOMPARE(f.state(), state);
    SAYS(f.flags(), "");
    QCOMPARE(f.unit->stoppedByPerson(), byPerson);
    QCOMPARE(f.stops(), 0);
}

void TestUnitKeeper::anAdoptedStopIsAskedForOnlyWithAnotherLimit()
{
    UnitFixture f(kept);
    f.run();
    keep::LiveRun run = f.liveRun();
    run.stopping = true;
    f.adopt(kept, run);
    f.stop();
    QCOMPARE(f.stops(), 0); // the keeper is at it, by the limit that it was given
    f.unit->stop({.byPerson = true, .kill = true, .limit = {}});
    QVERIFY(f.stopSent().why == keep::StopWhy::Kill);
    f.ended(Outcome::Killed, -1, 9, "killed on demand");
    SAYS(f.state(), "stopped");
}

void TestUnitKeeper::onHostCrashEndEndsTheAdoptedRun_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("state");
    QTest::newRow("kept") << QString::fromStdString(ends + kept) << "starting";
    QTest::newRow("not for the host to start") << QString::fromStdString(ends + lazy) << "stopped";
    QTest::newRow("manual") << QString::fromStdString(ends + manual) << "stopped";
}

void TestUnitKeeper::onHostCrashEndEndsTheAdoptedRun()
{
    QFETCH(QString, file);
    QFETCH(QString, state);
    UnitFixture f(file.toStdString());
    f.run();
    f.adopt(file.toStdString(), f.liveRun());
    f.unit->endAdopted();
    SAYS(f.state(), "stopping");
    QCOMPARE(f.stops(), 1);
    QCOMPARE(f.spawns(), 1); // not before the first has ended
    f.stopped();
    QCOMPARE(f.state(), state);
    QVERIFY(!f.unit->stoppedByPerson());
    SAYS(f.flags(), "");
}

void TestUnitKeeper::onHostCrashEndLeavesTheSeries()
{
    UnitFixture f(ends + every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    const keep::LiveRun run = f.liveRun();
    f.noHostFor(2min);
    f.adopt(ends + every5m, run);
    f.unit->endAdopted();
    SAYS(f.state(), "stopping");
    f.advance(1s);
    f.stopped();
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 179.0);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitKeeper::anEndThatNoHostSawCounts_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<bool>("stopped");
    QTest::addColumn<QString>("state");
    QTest::newRow("kept") << QString::fromStdString(kept) << 3 << false << "starting";
    QTest::newRow("kept, good") << QString::fromStdString(kept) << 0 << false << "starting";
    QTest::newRow("stopped by a person") << QString::fromStdString(kept) << 3 << true << "stopped";
    QTest::newRow("started by a person") << QString::fromStdString(lazy) << 3 << false << "backing-off";
    QTest::newRow("started by a person, good") << QString::fromStdString(lazy) << 0 << false << "completed";
    QTest::newRow("disabled") << QString::fromStdString("disabled = true\n" + kept) << 3 << false << "disabled";
    QTest::newRow("manual") << QString::fromStdString(manual) << 3 << false << "failed";
    QTest::newRow("manual, good") << QString::fromStdString(manual) << 0 << false << "completed";
    QTest::newRow("scheduled") << QString::fromStdString(every5m) << 3 << false << "waiting";
    QTest::newRow("one time") << QString::fromStdString(oneTime) << 3 << false << "failed";
    QTest::newRow("one time, good") << QString::fromStdString(oneTime) << 0 << false << "completed";
}

void TestUnitKeeper::anEndThatNoHostSawCounts()
{
    QFETCH(QString, file);
    QFETCH(int, exitCode);
    QFETCH(bool, stopped);
    QFETCH(QString, state);
    UnitFixture f(file.toStdString());
    if (f.unit->kind() == ServiceKind::Scheduled) {
        f.unit->startWithHost();
        f.advance(5min);
    } else if (!f.unit->definition().disabled) {
        QVERIFY(f.unit->start(Trigger::Ctl));
    }
    keep::Ended end;
    end.run = RunId{1};
    end.service = "a";
    end.attempt = 1;
    end.outcome = exitCode == 0 ? Outcome::Succeeded : Outcome::Failed;
    end.exitCode = exitCode;
    end.ended = f.now();
    f.restart(file.toStdString(), {}, stopped);
    f.unit->ended(end);
    QVERIFY(!f.unit->live());
    QCOMPARE(f.context.ended.size(), std::size_t(1));
    QVERIFY(f.context.ended[0].acknowledge);
    f.unit->startWithHost();
    QCOMPARE(f.state(), state);
    QCOMPARE(f.info().exitCode.value_or(-1), exitCode);
    QCOMPARE(f.reason(), exitCode == 0 ? QString() : QStringLiteral("exit 3"));
}

void TestUnitKeeper::anEndThatNoHostSawGoesOnCountingAttempts()
{
    UnitFixture f(lazy);
    f.run();
    f.exits(1);
    f.advance(2s);
    f.began();
    const keep::Ended end = f.endOf(*f.unit->live(), Outcome::Failed, 1);
    f.restart(lazy, f.lastRecord());
    f.unit->ended(end);
    f.unit->startWithHost();
    SAYS(f.state(), "backing-off");
    f.advance(5s);
    SAYS(f.triggers(), "ctl/1 restart/2 restart/3");
    f.unit->startWithHost(); // looked at once only
    QCOMPARE(f.spawns(), 3);
}

void TestUnitKeeper::anOlderEndIsRecordedAndNoMore()
{
    UnitFixture f(kept);
    f.run();
    const keep::Ended old = f.endOf(*f.unit->live(), Outcome::Failed, 3);
    f.exits(0);
    f.run();
    f.exits(0);
    f.restart(kept, f.lastRecord());
    f.unit->ended(old); // its acknowledgement was lost with the host
    SAYS(said(f.info().lastOutcome), "succeeded");
    SAYS(f.reason(), "");
    QVERIFY(f.lastRecord().id == RunId{1} && f.context.ended.back().acknowledge);
}

void TestUnitKeeper::aRunThatNobodyRemembersIsUnknown()
{
    UnitFixture f(lazy);
    f.run();
    Run run = f.context.begun.back();
    run.end = f.now();
    run.outcome = Outcome::Unknown;
    run.reason = lost;
    f.restart(lazy);
    f.unit->endedUnseen(run, false);
    SAYS(f.reason(), lost);
    SAYS(said(f.info().exitCode), "null");
    QVERIFY(!f.context.ended.back().acknowledge);
    f.unit->startWithHost();
    SAYS(f.state(), "backing-off");
}

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

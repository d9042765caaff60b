#include "unitfixture.h"

using namespace turnspit;
using namespace turnspit::test;

namespace {

const std::string other = "command = ['sleep', '2']\n";
const std::string lazy = "autostart = false\n" + kept;
const std::string ends = "on_host_crash = 'end'\n";
const char* const error = "/etc/a.toml:1:1: `comand` is not a key";

} // namespace

/// Hosts come and go: what a unit takes over.
class TestUnitAdoption : public QObject
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
};

void TestUnitAdoption::anAdoptedRunHasTheFlagUntilItEnds()
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

void TestUnitAdoption::anAdoptedRunKeepsItsAttempt()
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

void TestUnitAdoption::anAdoptedRunOfAnotherFileIsChanged()
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

void TestUnitAdoption::theFlagChangedOutlivesTheHost()
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

void TestUnitAdoption::anAdoptedRunIsStoppedByTheTimeoutOfItsFile()
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

void TestUnitAdoption::anAdoptedRunEndsByPolicy_data()
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

void TestUnitAdoption::anAdoptedRunEndsByPolicy()
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

void TestUnitAdoption::anAdoptedRunOfADisabledServiceGoesOn()
{
    UnitFixture f(kept);
    f.run();
    f.adopt("disabled = true\n" + kept, f.liveRun());
    SAYS(f.state(), "running");
    f.exits(1);
    SAYS(f.state(), "disabled");
}

void TestUnitAdoption::anAdoptedRunOfAScheduleGoesOnWithTheSeries()
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

void TestUnitAdoption::anAdoptedRunWithABrokenFileGoesOn()
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

void TestUnitAdoption::anAdoptedRunWithABrokenFileThatIsMended()
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

void TestUnitAdoption::anAdoptedRunWhoseFileIsGoneIsStopped()
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

void TestUnitAdoption::aStopUnderWayIsAdoptedAsStopping_data()
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

void TestUnitAdoption::aStopUnderWayIsAdoptedAsStopping()
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

void TestUnitAdoption::anAdoptedStopIsAskedForOnlyWithAnotherLimit()
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

void TestUnitAdoption::onHostCrashEndEndsTheAdoptedRun_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("state");
    QTest::newRow("kept") << QString::fromStdString(ends + kept) << "starting";
    QTest::newRow("not for the host to start") << QString::fromStdString(ends + lazy) << "stopped";
    QTest::newRow("manual") << QString::fromStdString(ends + manual) << "stopped";
}

void TestUnitAdoption::onHostCrashEndEndsTheAdoptedRun()
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

void TestUnitAdoption::onHostCrashEndLeavesTheSeries()
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

void TestUnitAdoption::anEndThatNoHostSawCounts_data()
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

void TestUnitAdoption::anEndThatNoHostSawCounts()
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

void TestUnitAdoption::anEndThatNoHostSawGoesOnCountingAttempts()
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

void TestUnitAdoption::anOlderEndIsRecordedAndNoMore()
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

void TestUnitAdoption::aRunThatNobodyRemembersIsUnknown()
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

QTEST_GUILESS_MAIN(TestUnitAdoption)
#include "tst_unit_adoption.moc"

#include "unitfixture.h"

using namespace turnspit;
using namespace turnspit::test;

namespace {

const std::string first = "command = ['sleep', '1']\n";
const std::string second = "command = ['sleep', '2']\n";

} // namespace

/// The file of a service changes, in each of its states.
class TestUnitFiles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void appliesAtOnceWhereNothingRuns();
    void theDefinitionInForceIsThatOfTheRunUntilItsEnd();
    void flagsChangedUntilTheNextStart_data();
    void flagsChangedUntilTheNextStart();
    void changedBackIsNotChanged();
    void whatDoesNotConcernTheRunIsInForceAtOnce();
    void aStopUnderWayKeepsItsLimit();
    void theStopTimeoutIsThatOfTheRun();
    void restartUsesThePresentFile();
    void aRetryUsesThePresentFile();
    void aChangeWhileStoppingIsOfTheStartThatFollows();
    void aChangeStartsNothing_data();
    void aChangeStartsNothing();
    void disabledTakesEffectAtTheEnd();
    void disabledWhereNothingRunsTakesEffectAtOnce_data();
    void disabledWhereNothingRunsTakesEffectAtOnce();
    void disabledWhileStoppingEndsDisabled();
    void disabledTakesQueuedRuns();
    void disabledAndEnabledWhileRunningIsAsBefore();
    void disabledAndEnabledWhileRunningMissesNothing();
    void enabledIsStoppedUntilItIsStarted();
    void anotherIntervalIsANewSeries();
    void anotherIntervalWhileRunningIsANewSeriesToo();
    void otherKeysOfTheScheduleLeaveTheSeries_data();
    void otherKeysOfTheScheduleLeaveTheSeries();
    void otherKeysOfTheScheduleStartNothingAtOnce();
    void aChangeWhileHeldStaysHeld();
    void anotherKindIsArmedOrStartedInPlaceOfTheFirst();
    void anotherKindWhileRunningFollowsTheEnd();
    void anotherTimeIsAnotherOneTimeRun();
    void anotherTimeWrittenWhileNoHostRanIsAnotherOneTimeRun();
};

void TestUnitFiles::appliesAtOnceWhereNothingRuns()
{
    UnitFixture f(first);
    f.define(second + "group = 'g'\n");
    SAYS(f.flags(), "");
    SAYS(f.info().group, "g");
    SAYS(f.state(), "stopped");
    f.run();
    SAYS(text(f.spawned().arguments[1]), "2");
    SAYS(f.flags(), "");
}

void TestUnitFiles::theDefinitionInForceIsThatOfTheRunUntilItsEnd()
{
    UnitFixture f(first);
    f.run();
    f.define(second);
    SAYS(text(f.unit->definition().command[1]), "1");
    SAYS(text(f.unit->newestDefinition().command[1]), "2");
    f.exits(0);
    SAYS(text(f.unit->definition().command[1]), "2");
}

void TestUnitFiles::flagsChangedUntilTheNextStart_data()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("of the run") << QString::fromStdString(second);
    QTest::newRow("of the policy") << QString::fromStdString(first + "[restart]\nlimit = 3\n");
    QTest::newRow("of the row") << QString::fromStdString(first + "group = 'g'\n");
}

void TestUnitFiles::flagsChangedUntilTheNextStart()
{
    QFETCH(QString, file);
    UnitFixture f(first);
    f.run();
    f.define(file.toStdString());
    SAYS(f.state(), "running");
    SAYS(f.flags(), "changed");
    QCOMPARE(f.stops(), 0);
    f.exits(1);
    SAYS(f.state(), "backing-off");
    SAYS(f.flags(), "");
    f.advance(2s);
    f.began();
    SAYS(f.flags(), "");
}

void TestUnitFiles::changedBackIsNotChanged()
{
    UnitFixture f(first);
    f.run();
    f.define(second);
    f.define(first + "# only a comment\n");
    SAYS(f.flags(), "");
    f.define(second);
    SAYS(f.flags(), "changed");
}

void TestUnitFiles::whatDoesNotConcernTheRunIsInForceAtOnce()
{
    UnitFixture f(first);
    f.run();
    f.define(first + "group = 'g'\n[restart]\npolicy = 'never'\n");
    SAYS(f.info().group, "g");
    f.exits(1);
    SAYS(f.state(), "failed");
}

void TestUnitFiles::aStopUnderWayKeepsItsLimit()
{
    UnitFixture f(first);
    f.run();
    f.stop();
    const auto killAt = f.unit->live()->killAt;
    f.define(first + "[stop]\ntimeout = '1s'\n");
    f.stop();
    QCOMPARE(f.stops(), 1);
    QVERIFY(f.unit->live()->killAt == killAt);
    SAYS(f.state(), "stopping");
    f.stopped();
    SAYS(f.state(), "stopped");
    SAYS(f.flags(), "");
}

void TestUnitFiles::theStopTimeoutIsThatOfTheRun()
{
    UnitFixture f(first + "[stop]\ntimeout = '20s'\n");
    f.run();
    f.define(first + "[stop]\ntimeout = '1s'\n");
    f.stop();
    QVERIFY(f.stopSent().limit == 20s);
}

void TestUnitFiles::restartUsesThePresentFile()
{
    UnitFixture f(first);
    f.run();
    f.define(second);
    QVERIFY(f.unit->restart(Trigger::Ctl));
    SAYS(f.flags(), "changed");
    f.stopped();
    SAYS(text(f.spawned().arguments[1]), "2");
    SAYS(f.flags(), "");
}

void TestUnitFiles::aRetryUsesThePresentFile()
{
    UnitFixture f(first);
    f.run();
    f.exits(1);
    f.define(second);
    SAYS(f.state(), "backing-off");
    QVERIFY(f.nextIn() > 0);
    f.advance(2s);
    SAYS(text(f.spawned().arguments[1]), "2");
    SAYS(f.triggers(), "ctl/1 restart/2");
}

void TestUnitFiles::aChangeWhileStoppingIsOfTheStartThatFollows()
{
    UnitFixture f(first);
    f.run();
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.define(second);
    f.define("command = ['sleep', '3']\n");
    f.stopped();
    SAYS(text(f.spawned().arguments[1]), "3");
}

void TestUnitFiles::aChangeStartsNothing_data()
{
    addEndedRows();
}

void TestUnitFiles::aChangeStartsNothing()
{
    QFETCH(int, outcome);
    QFETCH(QString, state);
    UnitFixture f(first + "[restart]\npolicy = 'never'\n");
    f.run();
    if (outcome == int(Outcome::Stopped))
        f.stop();
    f.ended(static_cast<Outcome>(outcome), outcome == int(Outcome::Failed) ? 1 : -1);
    QCOMPARE(f.state(), state);
    f.define(second);
    f.advance(1h);
    QCOMPARE(f.state(), state);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitFiles::disabledTakesEffectAtTheEnd()
{
    UnitFixture f(first + "[restart]\npolicy = 'always'\n");
    f.run();
    f.define("disabled = true\n" + first + "[restart]\npolicy = 'always'\n");
    SAYS(f.state(), "running");
    QCOMPARE(f.stops(), 0);
    f.exits(1);
    SAYS(f.state(), "disabled");
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitFiles::disabledWhereNothingRunsTakesEffectAtOnce_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("before");
    QTest::newRow("stopped") << QString::fromStdString("autostart = false\n" + first) << "stopped";
    QTest::newRow("waiting") << QString::fromStdString(every5m) << "waiting";
    QTest::newRow("backing off") << QString::fromStdString(first) << "backing-off";
}

void TestUnitFiles::disabledWhereNothingRunsTakesEffectAtOnce()
{
    QFETCH(QString, file);
    QFETCH(QString, before);
    UnitFixture f(file.toStdString());
    f.unit->startWithHost();
    if (f.unit->live()) {
        f.began();
        f.exits(1);
    }
    QCOMPARE(f.state(), before);
    const int spawns = f.spawns();
    f.define("disabled = true\n" + file.toStdString());
    SAYS(f.state(), "disabled");
    QVERIFY(!f.info().nextRun);
    f.advance(1h);
    QCOMPARE(f.spawns(), spawns);
}

void TestUnitFiles::disabledWhileStoppingEndsDisabled()
{
    UnitFixture f(first);
    f.run();
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.define("disabled = true\n" + first);
    SAYS(f.state(), "stopping");
    f.stopped();
    SAYS(f.state(), "disabled");
    QCOMPARE(f.spawns(), 1);
}

void TestUnitFiles::disabledTakesQueuedRuns()
{
    UnitFixture f(every5m + "overlap = 'queue'\n");
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.began();
    QVERIFY(f.unit->run(Trigger::Window));
    f.define("disabled = true\n" + every5m + "overlap = 'queue'\n");
    SAYS(f.records(), "skipped(disabled)");
    SAYS(said(f.lastRecord().trigger), "window");
    f.exits(0);
    SAYS(f.state(), "disabled");
    QCOMPARE(f.spawns(), 1);
}

void TestUnitFiles::disabledAndEnabledWhileRunningIsAsBefore()
{
    UnitFixture f(first);
    f.run();
    f.define("disabled = true\n" + first);
    f.define(first);
    SAYS(f.flags(), "");
    f.exits(1);
    SAYS(f.state(), "backing-off");
}

void TestUnitFiles::disabledAndEnabledWhileRunningMissesNothing()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.define("disabled = true\n" + every5m);
    QVERIFY(!f.info().nextRun);
    f.advance(22min);
    f.define(every5m);
    QCOMPARE(f.nextIn(), 300.0);
    f.exits(0);
    SAYS(f.state(), "waiting");
    SAYS(f.records(), "succeeded");
}

void TestUnitFiles::enabledIsStoppedUntilItIsStarted()
{
    UnitFixture f("disabled = true\n" + first);
    f.unit->startWithHost();
    SAYS(f.state(), "disabled");
    f.define(first);
    SAYS(f.state(), "stopped");
    QVERIFY(f.unit->start(Trigger::Ctl));
    SAYS(f.state(), "starting");
}

void TestUnitFiles::anotherIntervalIsANewSeries()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(4min);
    f.define("command = 'true'\n[schedule]\nevery = '3h'\n");
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 10800.0);
    SAYS(f.records(), "");
}

void TestUnitFiles::anotherIntervalWhileRunningIsANewSeriesToo()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(5min);
    f.began();
    f.advance(1min);
    f.define("command = 'true'\n[schedule]\nevery = '3h'\n");
    SAYS(f.flags(), "changed");
    QCOMPARE(f.nextIn(), 10800.0);
    // What concerns the run waits for its end, and what comes with it does, too.
    f.define("command = 'false'\n[schedule]\nevery = '1h'\n");
    QCOMPARE(f.nextIn(), 10800.0);
    f.exits(0);
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 3600.0);
}

void TestUnitFiles::otherKeysOfTheScheduleLeaveTheSeries_data()
{
    QTest::addColumn<QString>("key");
    QTest::newRow("overlap") << "overlap = 'queue'\n";
    QTest::newRow("missed") << "missed = 'all'\n";
    QTest::newRow("limit") << "missed_limit = '1h'\n";
}

void TestUnitFiles::otherKeysOfTheScheduleLeaveTheSeries()
{
    QFETCH(QString, key);
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.advance(4min);
    f.define(every5m + key.toStdString());
    QCOMPARE(f.nextIn(), 60.0);
    f.advance(1min);
    f.began();
    f.advance(1min);
    f.define(every5m);
    QCOMPARE(f.nextIn(), 240.0);
    f.exits(0);
    QCOMPARE(f.nextIn(), 240.0);
    SAYS(f.records(), "succeeded");
}

void TestUnitFiles::otherKeysOfTheScheduleStartNothingAtOnce()
{
    UnitFixture f(every5m + "run_at_start = true\n");
    f.unit->startWithHost();
    f.advance(0s);
    f.began();
    f.exits(0);
    f.define(every5m + "run_at_start = true\noverlap = 'queue'\n");
    f.advance(1s);
    QCOMPARE(f.spawns(), 1);
    QCOMPARE(f.nextIn(), 299.0);
}

void TestUnitFiles::aChangeWhileHeldStaysHeld()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    QVERIFY(f.unit->hold());
    f.define("command = 'true'\n[schedule]\nevery = '1m'\n");
    SAYS(f.flags(), "held");
    QVERIFY(!f.info().nextRun);
    f.advance(1h);
    QCOMPARE(f.spawns(), 0);
}

void TestUnitFiles::anotherKindIsArmedOrStartedInPlaceOfTheFirst()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.define(first);
    SAYS(said(f.info().kind), "kept");
    SAYS(f.triggers(), "start/1");
    f.began();
    f.exits(1);
    SAYS(f.state(), "backing-off");
    f.define(every5m);
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 300.0);
    f.advance(1min);
    QCOMPARE(f.spawns(), 1);
    f.define("manual = true\n" + first);
    SAYS(f.state(), "stopped");
    QVERIFY(!f.info().nextRun);
}

void TestUnitFiles::anotherKindWhileRunningFollowsTheEnd()
{
    UnitFixture f(first);
    f.run();
    f.define(every5m);
    SAYS(f.flags(), "changed");
    SAYS(said(f.info().kind), "kept");
    f.exits(1);
    SAYS(f.state(), "waiting");
    SAYS(said(f.info().kind), "scheduled");
    f.advance(5min);
    f.began();
    f.define(first);
    f.exits(0);
    SAYS(f.triggers(), "ctl/1 schedule/1 start/1");
}

void TestUnitFiles::anotherTimeIsAnotherOneTimeRun()
{
    UnitFixture f("command = 'true'\n[schedule]\nat = 2026-11-22T09:00:00Z\n");
    f.unit->startWithHost();
    f.advance(1h);
    f.began();
    f.exits(0);
    SAYS(f.state(), "completed");
    f.define("command = 'true'\n[schedule]\nat = 2026-11-22T09:00:00Z\noverlap = 'queue'\n");
    SAYS(f.state(), "completed");
    f.define("command = 'true'\n[schedule]\nat = 2026-11-22T11:00:00Z\n");
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 7200.0);
    f.advance(2h);
    SAYS(f.triggers(), "schedule/1 schedule/1");
}

void TestUnitFiles::anotherTimeWrittenWhileNoHostRanIsAnotherOneTimeRun()
{
    UnitFixture f("command = 'true'\n[schedule]\nat = 2026-11-22T09:00:00Z\n");
    f.unit->startWithHost();
    f.advance(1h);
    f.began();
    f.exits(0);
    const Run last = f.lastRecord();
    f.noHostFor(1h);
    f.restart("command = 'true'\n[schedule]\nat = 2026-11-22T11:00:00Z\n", last);
    f.unit->startWithHost();
    SAYS(f.state(), "waiting");
    QCOMPARE(f.nextIn(), 3600.0);
    f.noHostFor(0s);
    f.restart("command = 'true'\n[schedule]\nat = 2026-11-22T08:30:00Z\n", last); // long past: it had its run
    f.unit->startWithHost();
    SAYS(f.state(), "completed");
    QCOMPARE(f.spawns(), 1);
}

QTEST_GUILESS_MAIN(TestUnitFiles)
#include "tst_unit_files.moc"

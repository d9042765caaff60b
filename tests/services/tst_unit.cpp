#include "unitfixture.h"

#include <csignal>

using namespace turnspit;
using namespace turnspit::test;

/// The state machine of kept and manual services: what a person asks, and what is told of it.
class TestUnit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aStartPassesStartingAndIsRunningWhenTheKeeperSaysSo();
    void theKeeperGetsTheWholePlan();
    void startingWhatRunsDoesNothing();
    void aDisabledServiceIsNotStartedAndNamesEnable();
    void aStopIsAskedOfTheKeeperAndEndsStopped();
    void aStopLimitReplacesTheServicesOwnOnce();
    void fiveStopsAreOneStopAndKeepItsLimit();
    void aStopWithALimitChangesTheOneUnderWay();
    void aKillIsNotTakenBackByAStop();
    void aStopBeforeTheKeeperHasBegunItIsSentWhenItHas();
    void aStopThatNeededSigkillIsStoppedAndSaysSo();
    void whatIsAliveEvenThenIsFailed();
    void aStartWhileStoppingFollowsTheEnd();
    void aRestartPassesNoStoppedAndCountsAsAStart();
    void aRestartOfWhatIsStoppedStartsIt();
    void aStopTakesBackTheStartThatWasToFollow();
    void extendingGivesTheStopMoreTime();
    void extendingWhereNoStopIsIsRefused();
    void aManualRunIsRefusedWhileBusy();
    void aKeptServiceIsNotRun();
    void stopRunEndsOneRunWithoutRememberingIt();
    void stopRunOfAnotherRunIsRefused();
    void aRowSaysWhatTheContractNames();
    void failuresHaveReasonsInWords_data();
    void failuresHaveReasonsInWords();
    void waitersSeePassingStates();
    void waitersAreCancelledWithTheUnit();
    void aWaiterThatGoesTakesItsConditionWithIt();
    void usageIsShownUntilTheEnd();
    void aRecordHoldsWhatTheKeeperMeasured();
};

void TestUnit::aStartPassesStartingAndIsRunningWhenTheKeeperSaysSo()
{
    UnitFixture f(kept);
    SAYS(f.state(), "stopped");
    f.context.states.clear();
    QVERIFY(f.unit->start(Trigger::Window));
    SAYS(f.states(), "starting");
    QVERIFY(!f.info().pid);
    f.advance(2s);
    f.began();
    SAYS(f.states(), "starting running");
    SAYS(said(f.info().pid), "1001");
    QVERIFY(f.info().since == f.now());
    QCOMPARE(f.context.begun.size(), std::size_t(1));
    SAYS(said(f.context.begun[0].trigger), "window");
    QCOMPARE(f.context.begun[0].logBeginOffset, std::uint64_t(64));
    QVERIFY(!f.context.begun[0].outcome);
}

void TestUnit::theKeeperGetsTheWholePlan()
{
    UnitFixture f("command = ['sleep', '7']\nenvironment = { A = '1' }\n[stop]\nsignal = 'SIGINT'\ntimeout = '3s'\n"
                  "[restart]\nsuccess_exit_codes = [0, 3]\n[log]\nmax_size = '32MB'\n");
    QVERIFY(f.unit->start(Trigger::Ctl));
    const keep::Spawn spawn = f.spawned();
    QVERIFY(spawn.run == RunId{1});
    SAYS(text(spawn.service), "a");
    QCOMPARE(spawn.arguments, (std::vector<std::string>{"sleep", "7"}));
    QVERIFY(spawn.executable.ends_with("/sleep"));
    SAYS(text(spawn.log.folder), "/logs/a");
    QCOMPARE(spawn.log.maxSize, std::uint64_t(32'000'000));
    QCOMPARE(spawn.stopSignal, SIGINT);
    QVERIFY(spawn.stopTimeout == 3s);
    QCOMPARE(spawn.successExitCodes, (std::vector<int>{0, 3}));
    SAYS(said(spawn.trigger), "ctl");
    QVERIFY(std::ranges::count(spawn.environment, "A=1") == 1);
    QVERIFY(std::ranges::count(spawn.environment, "TURNSPIT_SERVICE=a") == 1);
    QVERIFY(std::ranges::count(spawn.environment, "TURNSPIT_RUN=1") == 1);
}

void TestUnit::startingWhatRunsDoesNothing()
{
    UnitFixture f(kept);
    QVERIFY(f.unit->start(Trigger::Ctl));
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.began();
    QVERIFY(f.unit->start(Trigger::Ctl));
    QCOMPARE(f.spawns(), 1);
    SAYS(f.state(), "running");
}

void TestUnit::aDisabledServiceIsNotStartedAndNamesEnable()
{
    UnitFixture f("command = 'true'\ndisabled = true\n");
    SAYS(f.state(), "disabled");
    const auto started = f.unit->start(Trigger::Ctl);
    QVERIFY(!started);
    QVERIFY(started.error().message.contains("turnspitctl enable a"));
    QVERIFY(!f.unit->restart(Trigger::Ctl));
    SAYS(f.state(), "disabled");
    QCOMPARE(f.spawns(), 0);
}

void TestUnit::aStopIsAskedOfTheKeeperAndEndsStopped()
{
    UnitFixture f(kept);
    f.run();
    f.context.states.clear();
    f.stop();
    SAYS(f.state(), "stopping");
    QVERIFY(f.stopSent().why == keep::StopWhy::Stop);
    QVERIFY(f.stopSent().limit == 10s);
    f.unit->stopping(keep::Stopping{RunId{1}, f.now(), f.now() + 10s});
    f.stopped();
    SAYS(f.states(), "stopping stopped");
    SAYS(f.records(), "stopped");
    QVERIFY(f.unit->stoppedByPerson());
    QVERIFY(f.context.ended[0].acknowledge);
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnit::aStopLimitReplacesTheServicesOwnOnce()
{
    UnitFixture f(kept);
    f.run();
    f.unit->stop({.byPerson = true, .kill = false, .limit = Milliseconds(200)});
    QVERIFY(f.stopSent().limit == 200ms);
    f.stopped();
    f.run();
    f.stop();
    QVERIFY(f.stopSent().limit == 10s);
}

void TestUnit::fiveStopsAreOneStopAndKeepItsLimit()
{
    UnitFixture f(kept);
    f.run();
    for (int n = 0; n < 5; ++n) {
        f.stop();
        f.advance(1s);
    }
    QCOMPARE(f.stops(), 1);
    QVERIFY(f.unit->live()->killAt == f.now() + 5s);
}

void TestUnit::aStopWithALimitChangesTheOneUnderWay()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    f.unit->stop({.byPerson = true, .kill = false, .limit = Milliseconds(60'000)});
    QCOMPARE(f.stops(), 2);
    QVERIFY(f.stopSent().limit == 60s);
    f.unit->stop({.byPerson = true, .kill = true, .limit = {}});
    QVERIFY(f.stopSent().why == keep::StopWhy::Kill);
    QVERIFY(f.stopSent().limit == 0s);
}

void TestUnit::aKillIsNotTakenBackByAStop()
{
    UnitFixture f(kept);
    f.run();
    f.unit->stop({.byPerson = true, .kill = true, .limit = {}});
    f.unit->stop({.byPerson = true, .kill = false, .limit = Milliseconds(5000)});
    QVERIFY(f.stopSent().why == keep::StopWhy::Kill);
    f.ended(Outcome::Killed, -1, 9, "killed on demand");
    SAYS(f.state(), "stopped");
    SAYS(f.reason(), "killed on demand");
}

void TestUnit::aStopBeforeTheKeeperHasBegunItIsSentWhenItHas()
{
    UnitFixture f(kept);
    QVERIFY(f.unit->start(Trigger::Ctl));
    f.stop();
    SAYS(f.state(), "stopping");
    QCOMPARE(f.stops(), 0);
    f.advance(3s);
    f.began();
    QCOMPARE(f.stops(), 1);
    QVERIFY(f.stopSent().limit == 10s);
    QVERIFY(f.unit->live()->killAt == f.now() + 10s);
    SAYS(f.state(), "stopping");
    f.stopped();
    SAYS(f.state(), "stopped");
}

void TestUnit::aStopThatNeededSigkillIsStoppedAndSaysSo()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    f.unit->killing(keep::Killing{RunId{1}, "did not stop within 10s; killed"});
    QVERIFY(f.context.events.contains(QStringLiteral("run-killed")));
    f.ended(Outcome::Killed, -1, 9, "did not stop within 10s; killed");
    SAYS(f.state(), "stopped");
    SAYS(f.reason(), "did not stop within 10s; killed");
    SAYS(said(f.info().lastOutcome), "killed");
    SAYS(*f.info().signal, "SIGKILL");
}

void TestUnit::whatIsAliveEvenThenIsFailed()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    auto end = f.endOf(*f.unit->live(), Outcome::Killed, -1, 9, "cannot be killed: pid 77");
    end.alive = {77};
    f.unit->ended(end);
    SAYS(f.state(), "failed");
    QVERIFY(f.reason().contains(QStringLiteral("77")));
}

void TestUnit::aStartWhileStoppingFollowsTheEnd()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    f.context.states.clear();
    QVERIFY(f.unit->start(Trigger::Tray));
    QVERIFY(!f.unit->stoppedByPerson());
    QCOMPARE(f.spawns(), 1);
    f.stopped();
    f.began();
    SAYS(f.states(), "stopping starting running");
    SAYS(f.triggers(), "ctl/1 tray/1");
}

void TestUnit::aRestartPassesNoStoppedAndCountsAsAStart()
{
    UnitFixture f(kept);
    f.run();
    f.exits(1);
    f.advance(2s);
    f.began();
    QCOMPARE(f.info().restarts, 1);
    f.context.states.clear();
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.stopped();
    f.began();
    SAYS(f.states(), "stopping starting running");
    QCOMPARE(f.info().restarts, 0);
    QVERIFY(!f.unit->stoppedByPerson());
}

void TestUnit::aRestartOfWhatIsStoppedStartsIt()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    f.stopped();
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.began();
    SAYS(f.state(), "running");
    QVERIFY(!f.unit->stoppedByPerson());
}

void TestUnit::aStopTakesBackTheStartThatWasToFollow()
{
    UnitFixture f(kept);
    f.run();
    QVERIFY(f.unit->restart(Trigger::Ctl));
    QVERIFY(f.unit->stopInfo()->thenStart);
    f.stop();
    QVERIFY(!f.unit->stopInfo()->thenStart);
    f.stopped();
    SAYS(f.state(), "stopped");
    QCOMPARE(f.spawns(), 1);
    QVERIFY(f.unit->stoppedByPerson());
}

void TestUnit::extendingGivesTheStopMoreTime()
{
    UnitFixture f(kept);
    f.run();
    f.stop();
    f.advance(4s);
    QVERIFY(f.unit->extendStop(30s));
    QVERIFY(f.stopSent().limit == 36s);
    QVERIFY(f.stopSent().why == keep::StopWhy::Stop);
    QVERIFY(f.unit->live()->killAt == f.now() + 36s);
}

void TestUnit::extendingWhereNoStopIsIsRefused()
{
    UnitFixture f(kept);
    QVERIFY(!f.unit->extendStop(1s));
    f.run();
    QVERIFY(!f.unit->extendStop(1s));
    f.unit->stop({.byPerson = true, .kill = true, .limit = {}});
    QVERIFY(!f.unit->extendStop(1s));
}

void TestUnit::aManualRunIsRefusedWhileBusy()
{
    UnitFixture f(manual);
    QVERIFY(f.unit->run(Trigger::Ctl));
    const auto again = f.unit->run(Trigger::Ctl);
    QVERIFY(!again);
    QVERIFY(again.error().kind == ErrorKind::Refused);
    QVERIFY(again.error().message.contains("overlap"));
    QCOMPARE(f.spawns(), 1);
}

void TestUnit::aKeptServiceIsNotRun()
{
    UnitFixture f(kept);
    QVERIFY(!f.unit->run(Trigger::Ctl));
}

void TestUnit::stopRunEndsOneRunWithoutRememberingIt()
{
    UnitFixture f(manual);
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.began();
    QVERIFY(f.unit->stopRun(RunId{1}));
    SAYS(f.state(), "stopping");
    QVERIFY(f.unit->stopRun(RunId{1}));
    QCOMPARE(f.stops(), 1);
    f.stopped();
    SAYS(f.state(), "stopped");
    QVERIFY(!f.unit->stoppedByPerson());
}

void TestUnit::stopRunOfAnotherRunIsRefused()
{
    UnitFixture f(manual);
    QVERIFY(!f.unit->stopRun(RunId{1}));
    QVERIFY(f.unit->run(Trigger::Ctl));
    QVERIFY(!f.unit->stopRun(RunId{9}));
}

void TestUnit::aRowSaysWhatTheContractNames()
{
    UnitFixture f("command = 'true'\ngroup = 'shop'\n[schedule]\nevery = '5m'\n");
    ServiceInfo row = f.info();
    SAYS(row.name, "a");
    SAYS(row.group, "shop");
    SAYS(said(row.kind), "scheduled");
    QVERIFY(!row.pid && !row.nextRun && !row.lastOutcome && !row.exitCode && !row.signal && !row.reason &&
            !row.cpuPercent && !row.memoryBytes);
    f.unit->startWithHost();
    row = f.info();
    SAYS(said(row.state), "waiting");
    QCOMPARE(f.nextIn(), 300.0);
    f.advance(5min);
    f.began();
    f.ended(Outcome::Failed, -1, SIGSEGV);
    row = f.info();
    SAYS(said(row.lastOutcome), "failed");
    SAYS(said(row.exitCode), "null");
    SAYS(*row.signal, "SIGSEGV");
    SAYS(*row.reason, "killed by signal 11 (SIGSEGV)");
}

void TestUnit::failuresHaveReasonsInWords_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("reason");
    QTest::newRow("not found") << "command = 'no-such-program-here'" << 127
                               << "`no-such-program-here` was not found in PATH (exit 127)";
    QTest::newRow("not executable") << "command = '/etc/passwd'" << 126 << "`/etc/passwd` is not executable (exit 126)";
    QTest::newRow("no file") << "command = '/no/such/file'" << 127 << "`/no/such/file` was not found (exit 127)";
    QTest::newRow("folder") << "command = 'true'\nworking_directory = '/no/such'" << -1
                            << "the working directory /no/such does not exist";
    QTest::newRow("environment") << "command = 'true'\nenvironment_file = '/no/such.env'" << -1 << "/no/such.env";
}

void TestUnit::failuresHaveReasonsInWords()
{
    QFETCH(QString, file);
    QFETCH(int, exitCode);
    QFETCH(QString, reason);
    UnitFixture f(file.toStdString() + "\n");
    f.context.states.clear();
    QVERIFY(f.unit->start(Trigger::Ctl));
    SAYS(f.states(), "starting backing-off");
    QCOMPARE(f.spawns(), 0);
    SAYS(said(f.info().lastOutcome), "failed");
    QCOMPARE(f.info().exitCode.value_or(-1), exitCode);
    QVERIFY2(f.reason().contains(reason), qPrintable(f.reason()));
    QVERIFY(f.context.marks().contains(QStringLiteral("cannot start: ") + f.reason()));
    QVERIFY(!f.context.ended[0].acknowledge); // the keeper knows nothing of it
    QVERIFY(f.lastRecord().id == RunId{1});
    QVERIFY(f.unit->stopRun(RunId{1}).error().kind == ErrorKind::Refused);
}

void TestUnit::waitersSeePassingStates()
{
    UnitFixture f(kept);
    TaskScope tasks;
    int running = 0;
    int stopping = 0;
    const auto wait = [](Unit& unit, ServiceState wanted, int& count) -> Task<> {
        co_await unit.when([wanted](const Unit& u) { return u.state() == wanted; });
        ++count;
    };
    tasks.spawn(wait(*f.unit, ServiceState::Running, running));
    tasks.spawn(wait(*f.unit, ServiceState::Stopping, stopping));
    f.context.time.settle();
    f.run();
    f.stop();
    f.stopped();
    SAYS(f.state(), "stopped");
    f.context.time.settle();
    QCOMPARE(running, 1);
    QCOMPARE(stopping, 1);
    tasks.spawn(wait(*f.unit, ServiceState::Stopped, running)); // satisfied by the present
    f.context.time.settle();
    QCOMPARE(running, 2);
}

void TestUnit::waitersAreCancelledWithTheUnit()
{
    UnitFixture f(kept);
    TaskScope tasks;
    bool cancelled = false;
    const auto wait = [](Unit& unit, bool& out) -> Task<> {
        try {
            co_await unit.when([](const Unit&) { return false; });
        } catch (const OperationCancelled&) {
            out = true;
        }
    };
    tasks.spawn(wait(*f.unit, cancelled));
    f.context.time.settle();
    f.unit.reset();
    f.context.time.settle();
    QVERIFY(cancelled);
}

void TestUnit::aWaiterThatGoesTakesItsConditionWithIt()
{
    UnitFixture f(kept);
    int looks = 0;
    {
        const auto gone = f.unit->when([&looks](const Unit&) {
            ++looks;
            return false;
        });
    }
    QCOMPARE(looks, 1);
    f.run();
    QCOMPARE(looks, 1);
}

void TestUnit::usageIsShownUntilTheEnd()
{
    UnitFixture f(kept);
    f.run();
    f.unit->setUsage(12.5, 4096);
    QCOMPARE(*f.info().cpuPercent, 12.5);
    QCOMPARE(*f.info().memoryBytes, 4096);
    f.exits(1);
    QVERIFY(!f.info().cpuPercent && !f.info().memoryBytes);
}

void TestUnit::aRecordHoldsWhatTheKeeperMeasured()
{
    UnitFixture f(kept);
    f.run();
    f.advance(3s);
    f.exits(4);
    const Run& run = f.lastRecord();
    SAYS(said(run.outcome), "failed");
    QCOMPARE(*run.exitCode, 4);
    QVERIFY(!run.signal);
    QCOMPARE(*run.cpuSeconds, 1.5);
    QCOMPARE(*run.peakMemory, std::uint64_t(4096));
    QCOMPARE(run.logLines, std::uint64_t(3));
    QVERIFY(*run.end - run.begin == 3s);
    QCOMPARE(run.logEndOffset - run.logBeginOffset, std::uint64_t(40));
}

QTEST_GUILESS_MAIN(TestUnit)
#include "tst_unit.moc"

#include "keeperfixture.h"

#include <turnspit/keep/processes.h>

#include <sys/resource.h>

using namespace turnspit;
using namespace turnspit::keep;
using namespace turnspit::keep::test;

/// How runs begin and end.
class TestKeeperRuns : public QObject, private KeeperFixture
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void aRunThatEndsWellHasSucceededAndItsOutputIsInTheLog()
    {
        const RunId run = spawn({"lines", "3"});
        const auto began = m_client->began(run);
        QVERIFY(began.has_value());
        QVERIFY(began->run.pid > 0);
        QVERIFY(began->run.startTime > 0);
        const auto end = endOf(run);
        QVERIFY(end.has_value());
        QVERIFY(end->outcome == Outcome::Succeeded);
        QCOMPARE(end->exitCode, 0);
        QCOMPARE(end->signal, 0);
        QCOMPARE(end->pid, began->run.pid);
        QVERIFY(end->logLines == 6);
        QVERIFY(end->peakMemory > 0);
        QVERIFY(end->reason.empty());
        const auto entries = readLog(logs("s"));
        QCOMPARE(joined(entries, 'o'), std::string("o 1\no 2\no 3\n"));
        QCOMPARE(joined(entries, 'e'), std::string("e 1\ne 2\ne 3\n"));
        const std::string id = std::to_string(run.value);
        QCOMPARE(entries.front().text,
                 "run " + id + " began pid " + std::to_string(end->pid) + " trigger start attempt 1");
        QCOMPARE(entries.back().text, "run " + id + " ended succeeded exit 0");
        QFile segment(QString::fromStdString(logs("s") + "/00000001.log"));
        QVERIFY(end->logEnd.segment == 1 && end->logEnd.offset == static_cast<std::uint64_t>(segment.size()));
    }

    void theExitCodeDecidesAndSignalsOfOthersAreFailures()
    {
        const auto end = endOf(spawn({"exit", "3"}));
        QVERIFY(end && end->outcome == Outcome::Failed);
        QCOMPARE(end->exitCode, 3);

        Spawn good = plan({"exit", "3"});
        good.successExitCodes = {0, 3};
        m_client->send(good);
        const auto other = endOf(good.run);
        QVERIFY(other && other->outcome == Outcome::Succeeded);

        const auto crash = endOf(spawn({"raise", "11"}));
        QVERIFY(crash && crash->outcome == Outcome::Failed);
        QCOMPARE(crash->signal, 11);
        QCOMPARE(crash->exitCode, -1);
        QVERIFY(hasMark(readLog(logs("s")), "run 3 ended failed signal 11"));
    }

    void whatCannotBeStartedSaysAtWhichStep()
    {
        Spawn missing = plan({"exit", "0"});
        missing.executable = "/does/not/exist";
        m_client->send(missing);
        auto failed = m_client->nextOf<SpawnFailed>(missing.run);
        QVERIFY(failed && failed->step == SpawnStep::Exec);
        QCOMPARE(failed->error, ENOENT);

        Spawn noProgram = plan({"exit", "0"});
        noProgram.executable = "/etc/passwd";
        m_client->send(noProgram);
        failed = m_client->nextOf<SpawnFailed>(noProgram.run);
        QVERIFY(failed && failed->step == SpawnStep::Exec);
        QCOMPARE(failed->error, EACCES);

        Spawn noFolder = plan({"exit", "0"});
        noFolder.workingDirectory = "/does/not/exist";
        m_client->send(noFolder);
        failed = m_client->nextOf<SpawnFailed>(noFolder.run);
        QVERIFY(failed && failed->step == SpawnStep::Folder);
    }

    void theChildGetsWhatThePlanSaysAndNothingElse()
    {
        Spawn message = plan({"facts", "a b", "", "ä"});
        message.workingDirectory = "/usr";
        message.umask = 027;
        m_client->send(message);
        QVERIFY(endOf(message.run));
        rlimit own{};
        ::getrlimit(RLIMIT_NOFILE, &own);
        const std::string expected = "cwd /usr\numask 027\nfiles " + std::to_string(own.rlim_cur) +
                                     "\nblocked 0\nignored 0\nopen 0\nstdin /dev/null\nsession 1\ngroup 1\nrun "
                                     "1\nargument a b\nargument \nargument ä\n";
        QCOMPARE(joined(readLog(logs("s")), 'o'), expected);
    }

    void aPoliteEndIsStoppedWhateverTheCode()
    {
        const RunId run = spawn({"catch", "7"});
        QVERIFY(waitForLine("s", "ready"));
        m_client->send(Stop{run, StopWhy::Stop, Milliseconds(10000)});
        const auto stopping = m_client->nextOf<Stopping>(run);
        QVERIFY(stopping.has_value());
        QVERIFY(stopping->killAt - stopping->at == std::chrono::seconds(10));
        const auto end = endOf(run);
        QVERIFY(end && end->outcome == Outcome::Stopped);
        QCOMPARE(end->exitCode, 7);
        const auto entries = readLog(logs("s"));
        QVERIFY(hasMark(entries, "sent SIGTERM, 10s to SIGKILL"));
        QVERIFY(hasMark(entries, "run 1 ended stopped exit 7"));
        QCOMPARE(joined(entries, 'o'), std::string("ready\nbye\n"));
    }

    void whatDoesNotHearIsKilledAtTheLimit_data()
    {
        QTest::addColumn<QString>("mode");
        QTest::newRow("deaf leader") << QStringLiteral("deaf");
        QTest::newRow("deaf leader, child and grandchild") << QStringLiteral("deaf-tree");
    }

    void whatDoesNotHearIsKilledAtTheLimit()
    {
        QFETCH(QString, mode);
        const RunId run = spawn({mode.toStdString()});
        QVERIFY(waitForLine("s", "ready"));
        const auto began = m_client->began(run);
        m_client->send(Stop{run, StopWhy::Stop, Milliseconds(100)});
        QVERIFY(m_client->nextOf<Killing>(run));
        const auto end = endOf(run);
        QVERIFY(end && end->outcome == Outcome::Killed);
        QCOMPARE(end->signal, 9);
        QCOMPARE(end->reason, std::string("did not stop within 100ms; killed"));
        QVERIFY(::kill(-began->run.pid, 0) != 0);
        QVERIFY(hasMark(readLog(logs("s")), "killed: did not stop within 100ms; killed"));
    }

    void aKillIsAKillAndATimeOutATimeOut()
    {
        const RunId killed = spawn({"wait"}, "a");
        const RunId late = spawn({"catch", "0"}, "b");
        QVERIFY(waitForLine("a", "ready") && waitForLine("b", "ready"));
        m_client->send(Stop{killed, StopWhy::Kill, Milliseconds(0)});
        auto end = endOf(killed);
        QVERIFY(end && end->outcome == Outcome::Killed);
        QCOMPARE(end->reason, std::string("killed on demand"));
        m_client->send(Stop{late, StopWhy::TimeOut, Milliseconds(10000)});
        end = endOf(late);
        QVERIFY(end && end->outcome == Outcome::TimedOut);
    }

    void aSecondStopChangesTheLimit()
    {
        const RunId run = spawn({"deaf"});
        QVERIFY(waitForLine("s", "ready"));
        m_client->send(Stop{run, StopWhy::Stop, Milliseconds(3600'000)});
        m_client->send(Stop{run, StopWhy::Stop, Milliseconds(50)});
        const auto end = endOf(run);
        QVERIFY(end && end->outcome == Outcome::Killed);
        QCOMPARE(end->reason, std::string("did not stop within 50ms; killed"));
        const auto entries = readLog(logs("s"));
        QVERIFY(std::ranges::count_if(entries, [](const Entry& e) { return e.text.starts_with("sent SIGTERM"); }) == 1);
    }

    void aStopCommandIsUsedInsteadOfTheSignal()
    {
        Spawn message = plan({"wait"});
        message.stopCommand = {"/bin/sh", "-c", "echo stopping $TURNSPIT_RUN; read pid < pid; kill -KILL $pid"};
        message.workingDirectory = state();
        m_client->send(message);
        const auto began = m_client->began(message.run);
        QVERIFY(began && waitForLine("s", "ready"));
        QFile file(QString::fromStdString(state() + "/pid"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::number(began->run.pid));
        file.close();
        m_client->send(Stop{message.run, StopWhy::Stop, Milliseconds(20000)});
        const auto end = endOf(message.run);
        QVERIFY(end && end->outcome == Outcome::Stopped);
        QCOMPARE(joined(readLog(logs("s")), 'o'), std::string("ready\nstopping 1\n"));
    }

    void whatALeaderLeavesBehindIsEndedBeforeTheEndIsTold_data()
    {
        QTest::addColumn<bool>("deaf");
        QTest::newRow("polite") << false;
        QTest::newRow("deaf") << true;
    }

    void whatALeaderLeavesBehindIsEndedBeforeTheEndIsTold()
    {
        QFETCH(bool, deaf);
        Spawn message = plan({"leave-behind", "3"});
        if (deaf)
            message.arguments.emplace_back("deaf");
        message.stopTimeout = Milliseconds(deaf ? 100 : 60000);
        m_client->send(message);
        const auto began = m_client->began(message.run);
        const auto end = endOf(message.run);
        QVERIFY(end && end->outcome == Outcome::Failed);
        QCOMPARE(end->exitCode, 3);
        QVERIFY(::kill(-began->run.pid, 0) != 0);
        QCOMPARE(end->reason.empty(), !deaf);
    }

    void aDaemonThatLeftSessionAndGroupIsFoundAndEnded_data()
    {
        QTest::addColumn<QString>("leader");
        QTest::addColumn<QString>("hearing");
        QTest::newRow("leader gone") << QStringLiteral("go") << QStringLiteral("hears");
        QTest::newRow("leader gone, deaf") << QStringLiteral("go") << QStringLiteral("deaf");
        QTest::newRow("leader stays, deaf") << QStringLiteral("stay") << QStringLiteral("deaf");
    }

    void aDaemonThatLeftSessionAndGroupIsFoundAndEnded()
    {
        QFETCH(QString, leader);
        QFETCH(QString, hearing);
        Spawn message = plan({"daemon", leader.toStdString(), hearing.toStdString()});
        message.stopTimeout = Milliseconds(hearing == QStringLiteral("deaf") ? 100 : 60000);
        m_client->send(message);
        QVERIFY(waitForLine("s", "ready"));
        const pid_t pid = pidInLog("s");
        QVERIFY(pid > 0);
        if (leader == QStringLiteral("stay"))
            m_client->send(Stop{message.run, StopWhy::Stop, Milliseconds(100)});
        const auto end = endOf(message.run);
        QVERIFY(end.has_value());
        QVERIFY(end->outcome == (leader == QStringLiteral("stay") ? Outcome::Killed : Outcome::Succeeded));
        QVERIFY(!isAlive(pid));
    }

    void whatForksWhileItIsKilledIsKilled()
    {
        const RunId run = spawn({"bomb", "30", "100000"});
        QVERIFY(waitForLine("s", "ready"));
        m_client->send(Stop{run, StopWhy::Kill, Milliseconds(0)});
        const auto end = endOf(run);
        QVERIFY(end.has_value());
        QVERIFY(end->alive.empty());
    }
};

QTEST_APPLESS_MAIN(TestKeeperRuns)
#include "tst_keeper_runs.moc"

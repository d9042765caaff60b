#include "keeperfixture.h"

#include <turnspit/keep/processes.h>

#include <QScopeGuard>

#include <set>

#include <sys/mount.h>

using namespace turnspit;
using namespace turnspit::keep;
using namespace turnspit::keep::test;

/// What the keeper does beside its runs: output, hosts that go and come back, its own end, and much of all of it.
class TestKeeper : public QObject, private KeeperFixture
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void noLineIsLostOrReordered()
    {
        const RunId run = spawn({"lines", "200000", "37"});
        const auto end = endOf(run, 60000);
        QVERIFY(end && end->logLines == 400000);
        std::string out;
        std::string err;
        for (int i = 1; i <= 200000; ++i) {
            out += "o " + std::to_string(i) + '\n';
            err += "e " + std::to_string(i) + '\n';
        }
        const auto entries = readLog(logs("s"));
        QVERIFY(joined(entries, 'o') == out);
        QVERIFY(joined(entries, 'e') == err);
        QVERIFY(std::ranges::is_sorted(entries, {}, &Entry::time));
    }

    void anUnfinishedLineIsWrittenAfterAMomentAndAtTheEnd()
    {
        const RunId run = spawn({"say-and-wait", "password: "});
        QVERIFY(waitForLine("s", "password: "));
        QVERIFY(
            std::ranges::any_of(readLog(logs("s")), [](const Entry& e) { return e.text == "password: " && e.more; }));
        m_client->send(Stop{run, StopWhy::Kill, Milliseconds(0)});
        QVERIFY(endOf(run));
        QVERIFY(endOf(spawn({"say", "no newline", "0"})));
        QCOMPARE(joined(readLog(logs("s")), 'o'), std::string("password: \nno newline\n"));
    }

    void theHostMayGoAndComeBackAndKnowsHowItEnded()
    {
        const std::string gate = state() + "/gate";
        const RunId run = spawn({"gate", gate, "1000", "5"});
        const RunId second = spawn({"wait"}, "t");
        QVERIFY(waitForLine("s", "ready") && waitForLine("t", "ready"));
        m_client->close();
        QFile file(QString::fromStdString(gate));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(waitForLine("s", "o 1000"));
        const auto welcome = m_client->greet(state());
        QVERIFY(welcome.has_value());
        QVERIFY(std::ranges::any_of(welcome->live,
                                    [&](const LiveRun& live) { return live.run == second && !live.stopping; }));
        const auto end = endOf(run);
        QVERIFY(end && end->outcome == Outcome::Failed);
        QCOMPARE(end->exitCode, 5);

        // Said again to every host, until one has recorded it.
        m_client->close();
        QVERIFY(m_client->greet(state()));
        QVERIFY(endOf(run));
        m_client->send(Acknowledge{run});
        m_client->close();
        QVERIFY(m_client->greet(state()));
        m_client->send(Stop{second, StopWhy::Kill, Milliseconds(0)});
        QVERIFY(endOf(second));
        QVERIFY(std::ranges::none_of(m_client->queue(), [&](const KeeperMessage& m) {
            const auto* ended = std::get_if<Ended>(&m);
            return ended && ended->run == run;
        }));
    }

    void aStopUnderWayIsFinishedWithoutAHost()
    {
        const RunId run = spawn({"deaf"});
        QVERIFY(waitForLine("s", "ready"));
        m_client->send(Stop{run, StopWhy::Stop, Milliseconds(100)});
        m_client->close();
        // With its last run the keeper ends; the next one tells.
        QCOMPARE(m_keeper->waitForEnd(), 0);
        m_keeper->start();
        const auto welcome = m_client->greet(state());
        QVERIFY(welcome && welcome->live.empty() && !welcome->recovered && welcome->endsToCome == 1);
        const auto end = endOf(run);
        QVERIFY(end && end->outcome == Outcome::Killed);
        QCOMPARE(end->reason, std::string("did not stop within 100ms; killed"));
    }

    void aSecondHostIsRefusedWhileTheFirstIsThere()
    {
        Client second;
        QVERIFY(second.connect(state()));
        second.send(Hello{});
        QVERIFY(second.next<Refused>());
        m_client->close();
        QVERIFY(second.greet(state()));
    }

    void garbageAndUnknownVersionsAreRefused()
    {
        m_client->close();
        QVERIFY(m_client->connect(state()));
        m_client->sendBytes("GET / HTTP/1.1\r\n\r\n");
        QVERIFY(m_client->next<Refused>());
        QVERIFY(m_client->connect(state()));
        m_client->send(Hello{99, "future", 1});
        const auto refused = m_client->next<Refused>();
        QVERIFY(refused && refused->reason.find("99") != std::string::npos);
        QVERIFY(m_client->connect(state()));
        m_client->send(Mark{});
        QVERIFY(m_client->next<Refused>());
    }

    void aKilledKeeperIsFollowedByOneThatEndsWhatItLeft()
    {
        const RunId run = spawn({"deaf-tree"});
        const RunId daemon = spawn({"daemon", "stay", "deaf"}, "t");
        QVERIFY(waitForLine("s", "ready") && waitForLine("t", "ready"));
        const auto began = m_client->began(run);
        const pid_t daemonPid = pidInLog("t");
        QVERIFY(isAlive(began->run.pid) && isAlive(daemonPid));
        m_keeper->kill();
        m_client->close();
        m_keeper->start();
        const auto welcome = m_client->greet(state());
        QVERIFY(welcome && welcome->recovered);
        for (const RunId id : {run, daemon}) {
            const auto end = endOf(id);
            QVERIFY(end && end->outcome == Outcome::Unknown);
            QCOMPARE(end->exitCode, -1);
            QCOMPARE(end->reason, std::string("keeper lost; exit status not available"));
        }
        QVERIFY(!isAlive(began->run.pid) && !isAlive(daemonPid));
        const auto entries = readLog(logs("s"));
        QVERIFY(hasMark(entries, "run 1 ended unknown"));
        QVERIFY(std::ranges::any_of(entries, [](const Entry& e) {
            return e.stream == 'h' && e.text.starts_with("output may be missing from 20");
        }));
        m_client->send(Acknowledge{run});
        m_client->send(Acknowledge{daemon});
        m_client->close();
        const auto later = m_client->greet(state());
        QVERIFY(later && !later->recovered && later->live.empty());
    }

    void aKeeperKilledAtAnyInstantLeavesNothingBehind()
    {
        std::vector<LiveRun> begun;
        for (std::size_t round = 0; round < 5; ++round) {
            std::set<std::uint64_t> asked;
            for (std::size_t i = 0; i < 10; ++i)
                asked.insert(spawn({"deaf"}, "s" + std::to_string(i)).value);
            for (std::size_t i = 0; i < 2 * round; ++i) {
                const auto began = m_client->next<Began>();
                QVERIFY(began.has_value());
                begun.push_back(began->run);
            }
            m_keeper->kill();
            m_client->close();
            m_keeper->start();
            const auto welcome = m_client->greet(state());
            QVERIFY(welcome.has_value());
            // Runs that were asked for and are neither live nor ended were never begun.
            for (std::size_t i = 0; i < welcome->endsToCome + welcome->live.size(); ++i) {
                const auto end = m_client->next<Ended>();
                QVERIFY(end && end->outcome == Outcome::Unknown);
                QVERIFY(asked.erase(end->run.value) == 1);
                QVERIFY(!isAlive(end->pid));
                m_client->send(Acknowledge{end->run});
            }
            for (const LiveRun& run : begun)
                QVERIFY(!isAlive(run.pid) && !asked.contains(run.run.value));
        }
    }

    void aFloodStarvesNobody()
    {
        Spawn flood = plan({"flood", "65536"}, "flood");
        flood.log.maxSize = 4'000'000;
        flood.log.segmentSize = 1'000'000;
        m_client->send(flood);
        QVERIFY(m_client->began(flood.run));
        for (int i = 0; i < 20; ++i) {
            const RunId run = spawn({"lines", "10"}, "quiet");
            const auto end = endOf(run);
            QVERIFY(end && end->outcome == Outcome::Succeeded && end->logLines == 20);
        }
        std::uint64_t bytes = 0;
        for (const QFileInfo& info : QDir(QString::fromStdString(logs("flood"))).entryInfoList(QDir::Files))
            bytes += static_cast<std::uint64_t>(info.size());
        QVERIFY(bytes <= 4'000'000);
        m_client->send(Stop{flood.run, StopWhy::Stop, Milliseconds(20000)});
        const auto end = endOf(flood.run);
        QVERIFY(end && end->outcome == Outcome::Stopped);
    }

    void outputThatIsNotWantedIsNotKeptButMarksAre()
    {
        Spawn message = plan({"lines", "5"});
        message.log.capture = false;
        m_client->send(message);
        const auto end = endOf(message.run);
        QVERIFY(end && end->outcome == Outcome::Succeeded && end->logLines == 0);
        const auto entries = readLog(logs("s"));
        QCOMPARE(entries.size(), 2UZ);
        QVERIFY(hasMark(entries, "run 1 ended succeeded exit 0"));
    }

    void aFullDiskStopsNoServiceAndIsToldOnceThereIsRoom()
    {
        QVERIFY(QDir().mkpath(QString::fromStdString(state() + "/logs")));
        if (::mount("tmpfs", (state() + "/logs").c_str(), "tmpfs", 0, "size=256k") != 0)
            QSKIP("needs to mount a small file system");
        const auto leave = qScopeGuard([this] { ::umount2((state() + "/logs").c_str(), MNT_DETACH); });
        const RunId run = spawn({"lines", "10000"});
        const auto end = endOf(run);
        QVERIFY(end && end->outcome == Outcome::Succeeded);
        const auto told = m_client->next<NotKept>();
        QVERIFY(told && told->error == ENOSPC);
        auto entries = readLog(logs("s"));
        QVERIFY(std::ranges::count(entries, '?', &Entry::stream) == 0);
        const std::string kept = joined(entries, 'o') + joined(entries, 'e');
        const auto keptLines = static_cast<std::uint64_t>(std::ranges::count(kept, '\n'));
        QVERIFY(keptLines > 0 && keptLines < 20000 && end->logLines == keptLines);

        QVERIFY(::mount("tmpfs", (state() + "/logs").c_str(), "tmpfs", MS_REMOUNT, "size=16m") == 0);
        QTRY_VERIFY_WITH_TIMEOUT(hasMark(readLog(logs("s")), "run 1 ended succeeded exit 0"), 10000);
        entries = readLog(logs("s"));
        const auto mark =
            std::ranges::find_if(entries, [](const Entry& e) { return e.text.starts_with("not kept: "); });
        QVERIFY(mark != entries.end());
        QVERIFY(mark->text.starts_with("not kept: " + std::to_string(20000 - keptLines) + " lines, "));
        QVERIFY(endOf(spawn({"lines", "2"}))->logLines == 4);
        const auto over = m_client->next<NotKept>();
        QVERIFY(over && over->error == 0);
    }

    void aHostThatDoesNotReadHoldsNothingUp()
    {
        m_client->send(Watch{"s", true});
        for (int i = 0; i < 300; ++i)
            spawn({"exit", "1"}, "s" + std::to_string(i % 10));
        const RunId last = spawn({"lines", "100"});
        QVERIFY(waitForLine("s", "o 100"));
        std::set<std::uint64_t> ended;
        while (!ended.contains(last.value) || ended.size() < 301) {
            const auto end = m_client->next<Ended>();
            QVERIFY(end.has_value());
            ended.insert(end->run.value);
        }
    }

    void twoHundredServicesAtOnce()
    {
        std::set<std::uint64_t> runs;
        for (int i = 0; i < 200; ++i)
            runs.insert(spawn({"wait"}, "s" + std::to_string(i)).value);
        for (std::size_t i = 0; i < runs.size(); ++i)
            QVERIFY(m_client->next<Began>());
        for (const std::uint64_t run : runs)
            m_client->send(Stop{RunId{run}, StopWhy::Stop, Milliseconds(60000)});
        while (!runs.empty()) {
            const auto end = m_client->next<Ended>();
            QVERIFY(end && end->outcome == Outcome::Stopped);
            runs.erase(end->run.value);
        }
    }

    void aPipeThatAStrangerHoldsDelaysTheEndAMomentOnly()
    {
        const std::string gate = state() + "/gate";
        const RunId run = spawn({"hold-pipe", gate});
        const auto end = endOf(run);
        QFile file(QString::fromStdString(gate));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(end.has_value());
        QVERIFY(end->outcome == Outcome::Succeeded);
    }

    void marksAndProgressAreToldForWatchedServices()
    {
        LogPlan log;
        log.folder = logs("idle");
        m_client->send(Watch{"idle", true});
        m_client->send(Mark{"idle", log, "restart in 4s (2 of 10)"});
        const auto wrote = m_client->next<Wrote>();
        QVERIFY(wrote && wrote->service == "idle");
        QVERIFY(wrote->end.segment == 1 && wrote->end.offset == 32 + 23 + 1);
        QVERIFY(hasMark(readLog(log.folder), "restart in 4s (2 of 10)"));
    }

    void theKeeperEndsWhenNoRunAndNoHostIsLeft()
    {
        const RunId run = spawn({"wait"});
        QVERIFY(waitForLine("s", "ready"));
        ::kill(m_keeper->pid(), SIGTERM); // not the keeper's to obey while something runs
        ::kill(m_keeper->pid(), SIGHUP);
        m_client->send(Stop{run, StopWhy::Kill, Milliseconds(0)});
        QVERIFY(endOf(run));
        m_client->send(Goodbye{});
        QCOMPARE(m_keeper->waitForEnd(), 0);
        QVERIFY(!QFile::exists(QString::fromStdString(state() + "/keep.sock")));
    }
};

QTEST_APPLESS_MAIN(TestKeeper)
#include "tst_keeper.moc"

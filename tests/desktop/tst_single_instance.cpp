#include <app/desktop/options.h>
#include <app/desktop/singleinstance.h>
#include <support/await.h>

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

using namespace turnspit;
using namespace turnspit::desktop;

class TestSingleInstance : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;
    Places m_places;

    /// The second launch is another program: it waits while this one's loop turns.
    Result<LaunchAnswer> tell(const LaunchMessage& message)
    {
        Result<LaunchAnswer> answer = LaunchAnswer::Ending;
        std::atomic<bool> done = false;
        std::thread other([&] {
            answer = tellRunning(m_places, message);
            done = true;
        });
        const bool ended = spinUntil([&] { return done.load(); });
        other.join();
        return ended ? answer : fail("it does not end");
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_places.config = m_places.state = m_places.runtime = m_folder->path().toStdString();
    }

    void theLockIsTheOnlyOnesUntilItGoes()
    {
        {
            const auto first = InstanceLock::take(m_places);
            QVERIFY(first);
            const auto second = InstanceLock::take(m_places);
            QVERIFY(!second && second.error().kind == ErrorKind::Refused);
        }
        QVERIFY(InstanceLock::take(m_places));
    }

    void aSecondLaunchRaisesTheWindowAndHandsItsTokenOn()
    {
        LaunchServer server(m_places);
        QVERIFY(server.listen());
        QSignalSpy raised(&server, &LaunchServer::raiseRequested);
        const auto answer = tell({m_places.state, true, "t-1"});
        QVERIFY(answer && *answer == LaunchAnswer::Ok);
        QCOMPARE(raised.size(), 1);
        QCOMPARE(raised.first().first().toString(), QStringLiteral("t-1"));
    }

    void aQuietLaunchRaisesNothing()
    {
        LaunchServer server(m_places);
        QVERIFY(server.listen());
        QSignalSpy raised(&server, &LaunchServer::raiseRequested);
        const auto answer = tell({m_places.state, false, {}});
        QVERIFY(answer && *answer == LaunchAnswer::Ok);
        QVERIFY(raised.isEmpty());
    }

    void aLaunchForAnActionHandsItOnAndRaisesNothingByItself()
    {
        LaunchServer server(m_places);
        QVERIFY(server.listen());
        QSignalSpy raised(&server, &LaunchServer::raiseRequested);
        QSignalSpy asked(&server, &LaunchServer::actionRequested);
        const auto answer = tell({m_places.state, true, "t-2", "add-service"});
        QVERIFY(answer && *answer == LaunchAnswer::Ok);
        QVERIFY(raised.isEmpty());
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().at(0).toString(), QStringLiteral("add-service"));
        QCOMPARE(asked.first().at(1).toString(), QStringLiteral("t-2"));
    }

    void optionsAreReadAndThoseOfQtLeftToIt()
    {
        const auto parsed = [](std::vector<const char*> arguments) {
            arguments.insert(arguments.begin(), "turnspit");
            return parseCommandLine(static_cast<int>(arguments.size()), arguments.data());
        };
        const CommandLine line = parsed({"-style", "fusion", "--state-dir=/s", "-reverse", "--action", "hold-schedules", "-platform", "xcb"});
        QVERIFY2(!line.exitCode, line.text.c_str());
        QCOMPARE(line.places.stateDir, std::string("/s"));
        QCOMPARE(line.action, std::string("hold-schedules"));
        QVERIFY(!line.minimized);
        for (const auto& wrong : {std::vector<const char*>{"--action", "dance"}, {"-minimized"}, {"fusion"}})
            QCOMPARE(parsed(wrong).exitCode, std::optional(2));
        QCOMPARE(parsed({"--help"}).exitCode, std::optional(0));
    }

    void oneThatEndsAndOneOfAnotherStateFolderSaySo()
    {
        LaunchServer server(m_places);
        QVERIFY(server.listen());
        const auto other = tell({"/somewhere/else", true, {}});
        QVERIFY(other && *other == LaunchAnswer::OtherState);
        server.setEnding();
        const auto ending = tell({m_places.state, true, {}});
        QVERIFY(ending && *ending == LaunchAnswer::Ending);
    }

    void whatAKilledOneLeftIsReplaced()
    {
        QFile stale(QString::fromStdString(m_places.runtime) + QStringLiteral("/desktop.sock"));
        QVERIFY(stale.open(QIODevice::WriteOnly));
        stale.close();
        LaunchServer server(m_places);
        QVERIFY(server.listen());
        QVERIFY(tell({m_places.state, true, {}}));
    }
};

QTEST_GUILESS_MAIN(TestSingleInstance)
#include "tst_single_instance.moc"

#include "ctlfixture.h"

#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;
using namespace std::chrono_literals;

class tst_ctl_events : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void storedEventsAreALineEach()
    {
        Fixture fixture;
        fixture.clock.advance(5s);
        fixture.session.addEvent({fixture.clock.wallNow(), QStringLiteral("service-failed"), QStringLiteral("api"),
                                  QStringLiteral("exit code 3")});
        QCOMPARE(fixture.run({"events", "--since", "3s"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("2026-11-22 12:00:05  api  service-failed  exit code 3\n"));
        QCOMPARE(fixture.run({"events", "--json", "--limit", "1"}), 0);
        QCOMPARE(fixture.takeJson().object(),
                 (QJsonObject{{QStringLiteral("time"), QStringLiteral("2026-11-22T12:00:05.000000Z")},
                              {QStringLiteral("kind"), QStringLiteral("service-failed")},
                              {QStringLiteral("service"), QStringLiteral("api")},
                              {QStringLiteral("text"), QStringLiteral("exit code 3")}}));
    }

    void changesFollowWhatIsStored()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.session.hold(QStringLiteral("events"));
        Begun<int> following(fixture.begin({"events", "-f", "--limit", "1"}));
        QVERIFY(spinUntil([&] { return fixture.session.callCount(QStringLiteral("events")) == 1; }));
        fixture.session.setState(QStringLiteral("api"), ServiceState::Failed);
        QCOMPARE(fixture.takeOut(), QString());
        fixture.session.release(QStringLiteral("events"));
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("failed\n"); }));
        QCOMPARE(fixture.takeOut(), QStringLiteral("2026-11-22 12:00:00  host-started  the host started\n"
                                                   "2026-11-22 12:00:00  api  service-changed  failed\n"));
        fixture.session.beginRun(QStringLiteral("api"));
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("api  service-changed  running, pid 5001\n"); }));
        fixture.session.drop(QStringLiteral("api"));
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("api  service-removed  removed\n"); }));
        QVERIFY(!following.isDone());
        fixture.interrupts.raise();
        QCOMPARE(following.value(), 0);
    }

    void samplesAreNoNews()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        Begun<int> following(fixture.begin({"events", "-f", "--json"}));
        QVERIFY(spinUntil([&] { return !fixture.outText.empty(); }));
        fixture.takeOut();
        ServiceInfo service = fixture.session.service(QStringLiteral("api"));
        service.cpuPercent = 50;
        fixture.session.put(service);
        fixture.session.setState(QStringLiteral("api"), ServiceState::Running);
        QVERIFY(spinUntil([&] { return !fixture.outText.empty(); }));
        const QJsonObject change = fixture.takeJson().object(); // one line only
        QCOMPARE(change.value(QStringLiteral("service")).toString(), QStringLiteral("api"));
        QCOMPARE(change.value(QStringLiteral("state")).toString(), QStringLiteral("running"));
        QCOMPARE(change.value(QStringLiteral("change")).toObject().value(QStringLiteral("cpu_percent")).toDouble(),
                 50.0);
        fixture.interrupts.raise();
        QCOMPARE(following.value(), 0);
    }

    void aGapIsBridgedByWhatIsDifferent()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.put(QStringLiteral("web"));
        Begun<int> following(fixture.begin({"events", "-f"}));
        QVERIFY(spinUntil([&] { return !fixture.outText.empty(); }));
        fixture.takeOut();
        fixture.session.replaceAll();
        fixture.session.setState(QStringLiteral("web"), ServiceState::Failed);
        QVERIFY(spinUntil([&] { return !fixture.outText.empty(); }));
        QCOMPARE(fixture.takeOut(), QStringLiteral("2026-11-22 12:00:00  web  service-changed  failed\n"));
        fixture.interrupts.raise();
        QCOMPARE(following.value(), 0);
    }

    void aLostHostEndsItWithCode3()
    {
        Fixture fixture;
        Begun<int> following(fixture.begin({"events", "-f"}));
        QVERIFY(spinUntil([&] { return !fixture.outText.empty(); }));
        fixture.session.setConnection(HostSession::Connection::Lost);
        QCOMPARE(following.value(), 3);
        QCOMPARE(fixture.takeErr(), QStringLiteral("turnspitctl: the connection to the host has ended\n"));
    }
};

QTEST_GUILESS_MAIN(tst_ctl_events)
#include "tst_ctl_events.moc"

#include "windowfixture.h"

#include <support/await.h>
#include <support/said.h>
#include <ui/session/hostmirror.h>
#include <ui/session/shownsession.h>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

struct TwoHosts
{
    TwoHosts()
    {
        HostInfo info = worker->host();
        info.host = QStringLiteral("station");
        info.stateDir = QStringLiteral("/fake/station");
        worker->setHost(info);
        main.put(serviceNamed(QStringLiteral("web"), ServiceState::Running));
        worker->put(serviceNamed(QStringLiteral("measure"), ServiceState::Waiting, ServiceKind::BuiltIn));
    }

    FakeSession main;
    std::unique_ptr<FakeSession> worker = std::make_unique<FakeSession>();
};

} // namespace

class TestShownSession : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoHasSubscribedSeesTheOtherHost()
    {
        TwoHosts hosts;
        ShownSession shown(hosts.main);
        QList<Snapshot> snapshots;
        int deltas = 0;
        connect(&shown, &HostSession::snapshotReplaced, this, [&](const Snapshot& each) { snapshots.append(each); });
        connect(&shown, &HostSession::deltaArrived, this, [&] { ++deltas; });
        hosts.main.put(serviceNamed(QStringLiteral("early")));
        QCOMPARE(deltas, 0); // nobody has subscribed
        QVERIFY(await(shown.subscribe()));
        QCOMPARE(snapshots.size(), 1);

        shown.show(*hosts.worker);
        QVERIFY(spinUntil([&] { return snapshots.size() == 2; }));
        QCOMPARE(snapshots.last().host.host, QStringLiteral("station"));
        QCOMPARE(snapshots.last().services.first().name, QStringLiteral("measure"));
        hosts.main.put(serviceNamed(QStringLiteral("web"), ServiceState::Failed));
        QCOMPARE(deltas, 0);
        hosts.worker->put(serviceNamed(QStringLiteral("measure"), ServiceState::Failed, ServiceKind::BuiltIn));
        QCOMPARE(deltas, 1);

        shown.show(hosts.main);
        QVERIFY(spinUntil([&] { return snapshots.size() == 3; }));
        QCOMPARE(snapshots.last().host.host, hosts.main.host().host);
    }

    void callsUnderWayEndWhenAnotherHostIsShown()
    {
        TwoHosts hosts;
        ShownSession shown(hosts.main);
        Begun waiting(shown.awaitState(QStringLiteral("web"), QStringLiteral("failed"), std::nullopt));
        QVERIFY(await(shown.hostStatus()));
        QVERIFY(!waiting.isDone());
        shown.show(*hosts.worker);
        QVERIFY(!waiting.value());
        QCOMPARE(said(waiting.value().error().kind), said(ErrorKind::Unreachable));
        QCOMPARE(await(shown.hostStatus())->host, QStringLiteral("station"));
    }

    void whatGoesWhileItIsShownIsALostConnection()
    {
        TwoHosts hosts;
        ShownSession shown(*hosts.worker);
        QList<HostSession::Connection> connections;
        connect(&shown, &HostSession::connectionChanged, this, [&](HostSession::Connection each) { connections.append(each); });
        Begun waiting(shown.awaitState(QStringLiteral("measure"), QStringLiteral("failed"), std::nullopt));
        QVERIFY(await(shown.hostStatus()));
        hosts.worker.reset();
        QCOMPARE(connections, QList{HostSession::Connection::Lost});
        QVERIFY(!waiting.value());
        QVERIFY(!shown.shown());
        QCOMPARE(said(await(shown.hostStatus()).error().kind), said(ErrorKind::Unreachable));
        shown.show(hosts.main);
        QCOMPARE(connections.last(), HostSession::Connection::Connected);
        QVERIFY(await(shown.hostStatus()));
    }

    void theWindowShowsTheServicesOfAnotherProgramInTheSameList()
    {
        FakeClock clock;
        Clock::setCurrent(&clock);
        {
            TwoHosts hosts;
            ShownSession shown(hosts.main);
            MainWindow window(shown);
            window.show();
            const auto settle = [&clock] {
                for (int i = 0; i < 4; ++i) {
                    clock.advance(60ms);
                    QCoreApplication::processEvents();
                }
            };
            const auto names = [&window] {
                QStringList list;
                for (const ServiceInfo& each : window.mirror().model().services())
                    list.append(each.name);
                return list;
            };
            settle();
            QCOMPARE(names(), QStringList{QStringLiteral("web")});
            auto* const add = window.findChild<QAction*>(QStringLiteral("actionAdd"));
            QVERIFY(add->isEnabled());

            HostInfo info = hosts.worker->host();
            info.features = {QStringLiteral("worker")};
            hosts.worker->setHost(info);
            shown.show(*hosts.worker);
            settle();
            QCOMPARE(names(), QStringList{QStringLiteral("measure")});
            QCOMPARE(window.selectedNames(), QStringList{QStringLiteral("measure")});
            QVERIFY(window.windowTitle().startsWith(QStringLiteral("station")));
            QVERIFY(!add->isEnabled());
            QVERIFY(add->toolTip().contains(QStringLiteral("no service files")));

            // Each keeps what was selected there.
            hosts.worker->put(serviceNamed(QStringLiteral("report"), ServiceState::Running, ServiceKind::BuiltIn));
            hosts.main.put(serviceNamed(QStringLiteral("api"), ServiceState::Running));
            settle();
            window.showService(QStringLiteral("report"), {});
            shown.show(hosts.main);
            settle();
            QCOMPARE(names(), (QStringList{QStringLiteral("api"), QStringLiteral("web")}));
            QCOMPARE(window.selectedNames(), QStringList{QStringLiteral("web")});
            QVERIFY(add->isEnabled());
            shown.show(*hosts.worker);
            settle();
            QCOMPARE(window.selectedNames(), QStringList{QStringLiteral("report")});
        }
        Clock::setCurrent(nullptr);
    }

    void ofAProgramThatHasGoneTheWindowShowsWhatAnotherMirrorKnows()
    {
        FakeClock clock;
        Clock::setCurrent(&clock);
        {
            const auto settle = [&clock](std::chrono::nanoseconds time = 60ms) {
                for (int i = 0; i < 4; ++i) {
                    clock.advance(time);
                    QCoreApplication::processEvents();
                }
            };
            TwoHosts hosts;
            HostMirror main(hosts.main);
            HostMirror worker(*hosts.worker);
            main.attach();
            worker.attach();
            ShownSession shown(hosts.main);
            MainWindow window(shown);
            window.show();
            settle();
            const WallTime end = clock.wallNow();
            hosts.worker->setConnection(HostSession::Connection::Lost);
            settle(1min);

            shown.show(*hosts.worker);
            window.mirror().takeOver(worker);
            QVERIFY(window.windowTitle().startsWith(QStringLiteral("station"))); // at once: nobody else says more
            settle();
            QCOMPARE(window.mirror().model().services(), worker.model().services());
            QCOMPARE(window.mirror().model().asOf(), std::optional(end));
            QVERIFY(!window.mirror().isLive());

            shown.show(hosts.main);
            window.mirror().takeOver(main);
            QCOMPARE(window.mirror().model().services(), main.model().services());
            QVERIFY(window.mirror().isLive());
            QVERIFY(!window.mirror().model().asOf());
            settle();
            hosts.main.setState(QStringLiteral("web"), ServiceState::Failed); // and what comes is heard
            settle();
            QVERIFY(window.mirror().model().services().first().state == ServiceState::Failed);
        }
        Clock::setCurrent(nullptr);
    }
};

QTEST_MAIN(TestShownSession)
#include "tst_shown_session.moc"

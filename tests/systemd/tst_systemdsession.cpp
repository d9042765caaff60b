#include "fakenotifier.h"
#include "support/await.h"
#include "support/fakesession.h"

#include <csignal>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

ServiceInfo row(const char* name, ServiceState state, ServiceKind kind = ServiceKind::Kept)
{
    ServiceInfo out;
    out.name = QString::fromLatin1(name);
    out.state = state;
    out.kind = kind;
    return out;
}

struct SessionHost : InlineHost
{
    SessionHost()
    {
        SystemdOptions options;
        options.environment = SystemdEnvironment{.isService = true};
        options.notifier = manager.notifier();
        systemd = useSystemd(builder, std::move(options));
        session.put({row("backup", ServiceState::Waiting), row("housekeeping", ServiceState::Waiting, ServiceKind::BuiltIn),
                     row("web", ServiceState::Running)});
        start();
        server = *systemd.sessionServer()(session, [](int) { QFAIL("a status is nobody who looks"); });
    }

    /// What the manager has heard once it has heard this.
    bool hears(const char* message)
    {
        return spinUntil([&] {
            clock.advance(1s);
            return manager.heard().contains(QString::fromLatin1(message));
        });
    }

    FakeManager manager;
    Systemd systemd;
    FakeSession session;
    std::unique_ptr<SessionServer> server;
};

} // namespace

class TestSystemdSession : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void T13_theStatusCountsTheServicesOfTheSessionButNotWhatIsBuiltIn()
    {
        SessionHost h;
        QVERIFY(h.hears("STATUS=1 service running, 1 waiting"));
        h.session.setState(QStringLiteral("web"), ServiceState::Failed);
        QVERIFY(h.hears("STATUS=no service running, 1 waiting, 1 failed"));
        h.session.drop(QStringLiteral("backup"));
        QVERIFY(h.hears("STATUS=no service running, 1 failed"));
        h.session.put(row("mail", ServiceState::BackingOff));
        QVERIFY(h.hears("STATUS=no service running, 1 to be tried again, 1 failed"));
        h.session.replaceAll();
        h.clock.advance(5s);
        QCOMPARE(h.manager.heard().last(), QStringLiteral("STATUS=no service running, 1 to be tried again, 1 failed"));
    }

    void T13_hangupReloadsTheSession()
    {
        SessionHost h;
        QVERIFY(h.hears("STATUS=1 service running, 1 waiting"));
        ::raise(SIGHUP);
        QVERIFY(h.hears("READY=1 STATUS=1 service running, 1 waiting"));
        QCOMPARE(h.session.calls().last().name, QStringLiteral("reload"));
        h.session.failNext(QStringLiteral("reload"), Error{ErrorKind::InvalidDefinition, "unknown key", "turnspit.toml", 2, 1});
        ::raise(SIGHUP);
        QVERIFY(h.hears("READY=1 STATUS=1 service running, 1 waiting; the reload failed: turnspit.toml:2:1: unknown key"));
    }

    void aHangupAfterTheSessionHasGoneEndsNothing()
    {
        SessionHost h;
        QVERIFY(h.hears("STATUS=1 service running, 1 waiting"));
        h.server.reset();
        h.manager.news();
        ::raise(SIGHUP);
        ::raise(SIGHUP);
        h.clock.advance(5s);
        QCOMPARE(h.manager.news().filter(QStringLiteral("RELOADING")), QStringList());
    }

    void withoutAManagerTheSessionIsLeftAlone()
    {
        InlineHost h;
        SystemdOptions options;
        options.environment = SystemdEnvironment{};
        const Systemd systemd = useSystemd(h.builder, std::move(options));
        FakeSession session;
        h.start();
        const auto server = *systemd.sessionServer()(session, {});
        QVERIFY(server);
        h.clock.settle();
        QVERIFY(session.calls().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSystemdSession)
#include "tst_systemdsession.moc"

#include "fakeservers.h"
#include "privatebus.h"

#include <app/desktop/notificationbus.h>

#include <QSignalSpy>
#include <QTest>

using namespace turnspit;
using desktop::NotificationBus;

namespace {

Notice notice(const char* key, const char* summary)
{
    Notice out;
    out.key = QString::fromLatin1(key);
    out.summary = QString::fromLatin1(summary);
    out.body = QStringLiteral("at 14:02: a < b");
    out.buttons = {{QStringLiteral("log"), QStringLiteral("Show log")},
                   {QStringLiteral("again"), QStringLiteral("Run again")}};
    return out;
}

} // namespace

class TestNotificationBus : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<NotificationServer> m_server;
    std::unique_ptr<NotificationBus> m_notices;

    void open()
    {
        m_notices = std::make_unique<NotificationBus>(m_bus->connect(QStringLiteral("client")));
        QTRY_COMPARE(m_notices->presence(), NotificationBus::Presence::Present);
    }

private Q_SLOTS:
    void init()
    {
        m_bus = std::make_unique<PrivateBus>();
        QVERIFY2(m_bus->isThere(), "dbus-daemon does not start");
        m_server = std::make_unique<NotificationServer>(m_bus->connect(QStringLiteral("server")));
    }
    void cleanup()
    {
        m_notices.reset();
        m_server.reset();
        m_bus.reset();
    }

    void aNoticeArrivesWithButtonsUrgencyAndEscapedText()
    {
        open();
        m_notices->show(notice("service/api", "api failed"));
        QTRY_COMPARE(m_server->shown.size(), 1);
        const auto& shown = m_server->shown.first();
        QCOMPARE(shown.summary, QStringLiteral("api failed"));
        QCOMPARE(shown.body, QStringLiteral("at 14:02: a &lt; b"));
        QCOMPARE(shown.actions.mid(2), (QStringList{QStringLiteral("log"), QStringLiteral("Show log"),
                                                    QStringLiteral("again"), QStringLiteral("Run again")}));
        QCOMPARE(shown.urgency, 1);
        QCOMPARE(shown.timeout, -1);
    }

    void whatTheServerCannotIsNotAskedOfIt()
    {
        m_server->capabilities = {QStringLiteral("body")};
        open();
        Notice critical = notice("service/api", "api failed");
        critical.urgency = Notice::Urgency::Critical;
        m_notices->show(critical);
        QTRY_COMPARE(m_server->shown.size(), 1);
        QVERIFY(m_server->shown.first().actions.isEmpty());
        QCOMPARE(m_server->shown.first().body, QStringLiteral("at 14:02: a < b"));
        QCOMPARE(m_server->shown.first().urgency, 2);
        QCOMPARE(m_server->shown.first().timeout, 0); // stays
    }

    void theSameKeyReplacesAlsoWhileTheFirstIsOnItsWay()
    {
        open();
        m_notices->show(notice("service/api", "one"));
        m_notices->show(notice("service/api", "two"));
        m_notices->show(notice("service/api", "three"));
        QTRY_COMPARE(m_server->shown.size(), 2);
        QCOMPARE(m_server->shown.last().summary, QStringLiteral("three"));
        QCOMPARE(m_server->shown.last().replaces, m_server->shown.first().id);
    }

    void oneThatIsNoLongerTrueIsClosedAlsoWhileItIsOnItsWay()
    {
        open();
        m_notices->show(notice("service/api", "api failed"));
        m_notices->close(QStringLiteral("service/api"));
        QTRY_COMPARE(m_server->closed.size(), 1);
        QCOMPARE(m_server->closed.first(), m_server->shown.first().id);
        m_notices->show(notice("service/api", "api failed"));
        QTRY_COMPARE(m_server->shown.size(), 2);
        QCOMPARE(m_server->shown.last().replaces, 0U);
    }

    void aPressedButtonSaysOfWhichNotice()
    {
        open();
        QSignalSpy pressed(m_notices.get(), &NotificationBus::pressed);
        m_notices->show(notice("service/api", "api failed"));
        QTRY_COMPARE(m_server->shown.size(), 1);
        Q_EMIT m_server->ActionInvoked(7, QStringLiteral("again")); // somebody else's
        Q_EMIT m_server->ActivationToken(m_server->shown.first().id, QStringLiteral("t-1"));
        Q_EMIT m_server->ActionInvoked(m_server->shown.first().id, QStringLiteral("again"));
        QTRY_COMPARE(pressed.size(), 1);
        QCOMPARE(pressed.first().at(0).value<Notice>().key, QStringLiteral("service/api"));
        QCOMPARE(pressed.first().at(1).toString(), QStringLiteral("again"));
        QCOMPARE(pressed.first().at(2).toString(), QStringLiteral("t-1"));
    }

    void withoutAServerItSaysSoAndFindsTheOneThatComes()
    {
        m_server.reset();
        m_notices = std::make_unique<NotificationBus>(m_bus->connect(QStringLiteral("client")));
        QTRY_COMPARE(m_notices->presence(), NotificationBus::Presence::Absent);
        QSignalSpy lost(m_notices.get(), &NotificationBus::lost);
        m_notices->show(notice("service/api", "api failed"));
        QTRY_COMPARE(lost.size(), 1);
        m_server = std::make_unique<NotificationServer>(m_bus->connect(QStringLiteral("server")));
        QTRY_COMPARE(m_notices->presence(), NotificationBus::Presence::Present);
        m_notices->show(notice("service/api", "api failed"));
        QTRY_COMPARE(m_server->shown.size(), 1);
    }
};

QTEST_MAIN(TestNotificationBus)
#include "tst_notification_bus.moc"

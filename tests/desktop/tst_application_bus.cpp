#include "privatebus.h"

#include <app/desktop/applicationbus.h>

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QSignalSpy>
#include <QTest>

using namespace turnspit;
using namespace turnspit::desktop;

class TestApplicationBus : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<ApplicationBus> m_application;

    /// What a launcher asks; false: nobody has the name, or it was refused.
    bool ask(const QString& method, const QVariantList& arguments)
    {
        QDBusMessage message = QDBusMessage::createMethodCall(ApplicationBus::name, ApplicationBus::path,
                                                              QStringLiteral("org.freedesktop.Application"), method);
        message.setArguments(arguments);
        QDBusPendingCallWatcher call(m_bus->connect(QStringLiteral("launcher")).asyncCall(message));
        return QTest::qWaitFor([&] { return call.isFinished(); }) && !call.isError();
    }

private Q_SLOTS:
    void init()
    {
        m_bus = std::make_unique<PrivateBus>();
        QVERIFY2(m_bus->isThere(), "dbus-daemon does not start");
        m_application = std::make_unique<ApplicationBus>(m_bus->connect(QStringLiteral("program")));
    }
    void cleanup()
    {
        m_application.reset();
        m_bus.reset();
    }

    void aLauncherRaisesTheWindowWithItsToken()
    {
        QSignalSpy activated(m_application.get(), &ApplicationBus::activated);
        QVERIFY(ask(QStringLiteral("Activate"), {QVariantMap{{QStringLiteral("activation-token"), QStringLiteral("t-1")}}}));
        QVERIFY(ask(QStringLiteral("Activate"), {QVariantMap{{QStringLiteral("desktop-startup-id"), QStringLiteral("t-2")}}}));
        QVERIFY(ask(QStringLiteral("Open"), {QStringList(), QVariantMap()}));
        QCOMPARE(activated.size(), 3);
        QCOMPARE(activated.at(0).first().toString(), QStringLiteral("t-1"));
        QCOMPARE(activated.at(1).first().toString(), QStringLiteral("t-2"));
        QCOMPARE(activated.at(2).first().toString(), QString());
    }

    void anActionOfTheDesktopEntryIsHandedOn()
    {
        QSignalSpy asked(m_application.get(), &ApplicationBus::actionRequested);
        QVERIFY(ask(QStringLiteral("ActivateAction"),
                    {QStringLiteral("add-service"), QVariantList(), QVariantMap{{QStringLiteral("activation-token"), QStringLiteral("t-3")}}}));
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().at(0).toString(), QStringLiteral("add-service"));
        QCOMPARE(asked.first().at(1).toString(), QStringLiteral("t-3"));
    }

    void theFirstHasTheNameUntilItGoes()
    {
        QSignalSpy first(m_application.get(), &ApplicationBus::activated);
        auto second = std::make_unique<ApplicationBus>(m_bus->connect(QStringLiteral("another")));
        QSignalSpy other(second.get(), &ApplicationBus::activated);
        QVERIFY(ask(QStringLiteral("Activate"), {QVariantMap()}));
        QCOMPARE(first.size(), 1);
        QVERIFY(other.isEmpty());
        m_application.reset();
        QVERIFY(!ask(QStringLiteral("Activate"), {QVariantMap()}));
    }
};

QTEST_GUILESS_MAIN(TestApplicationBus)
#include "tst_application_bus.moc"

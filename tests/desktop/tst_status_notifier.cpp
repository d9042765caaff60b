#include "fakeservers.h"
#include "privatebus.h"

#include <app/desktop/dbusmenu.h>
#include <app/desktop/statusnotifieritem.h>
#include <support/fakesession.h>
#include <ui/tray/traymenu.h>

#include <QAction>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

using namespace turnspit;
using namespace turnspit::desktop;

namespace {

const QString menuInterface = QStringLiteral("com.canonical.dbusmenu");

} // namespace

class TestStatusNotifier : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<TrayMenu> m_menu;
    std::unique_ptr<StatusNotifierItem> m_item;
    std::optional<QDBusConnection> m_panel;
    QString m_service;

    /// What a panel asks, answered while the loop turns.
    QVariantList ask(const QString& object, const QString& interface, const QString& method,
                     const QVariantList& arguments)
    {
        QDBusMessage message = QDBusMessage::createMethodCall(m_service, object, interface, method);
        message.setArguments(arguments);
        QDBusPendingCallWatcher call(m_panel->asyncCall(message));
        if (!QTest::qWaitFor([&] { return call.isFinished(); }))
            return {};
        if (call.isError())
            qWarning() << call.error().message();
        return call.reply().arguments();
    }

    QVariant property(const char* name)
    {
        const auto answer =
            ask(QStringLiteral("/StatusNotifierItem"), QStringLiteral("org.freedesktop.DBus.Properties"),
                QStringLiteral("Get"), {QStringLiteral("org.kde.StatusNotifierItem"), QString::fromLatin1(name)});
        return answer.isEmpty() ? QVariant() : answer.first().value<QDBusVariant>().variant();
    }

    MenuLayout layout()
    {
        const auto answer =
            ask(QStringLiteral("/MenuBar"), menuInterface, QStringLiteral("GetLayout"), {0, -1, QStringList()});
        return answer.size() == 2 ? qdbus_cast<MenuLayout>(answer.at(1)) : MenuLayout();
    }

    void open(std::unique_ptr<StatusNotifierWatcher>& watcher)
    {
        watcher = std::make_unique<StatusNotifierWatcher>(m_bus->connect(QStringLiteral("panel")));
        m_item = std::make_unique<StatusNotifierItem>(m_bus->connect(QStringLiteral("item")), m_menu->menu());
        QTRY_VERIFY(m_item->isShown());
        m_service = watcher->items.last();
        m_panel = m_bus->connect(QStringLiteral("viewer"));
    }

private Q_SLOTS:
    void init()
    {
        m_bus = std::make_unique<PrivateBus>();
        QVERIFY2(m_bus->isThere(), "dbus-daemon does not start");
        m_menu = std::make_unique<TrayMenu>();
    }
    void cleanup()
    {
        m_item.reset();
        m_panel.reset();
        m_menu.reset();
        m_bus.reset();
    }

    void statusAndTooltipFollowTheOverallState()
    {
        std::unique_ptr<StatusNotifierWatcher> watcher;
        open(watcher);
        const std::pair<Overall, const char*> all[] = {{Overall::NothingRunning, "Passive"},
                                                       {Overall::AllWell, "Active"},
                                                       {Overall::Working, "Active"},
                                                       {Overall::Failed, "NeedsAttention"},
                                                       {Overall::Held, "Active"},
                                                       {Overall::Unreachable, "NeedsAttention"}};
        for (const auto& [state, status] : all) {
            m_item->setLook(state, QStringLiteral("text %1").arg(static_cast<int>(state)));
            QCOMPARE(property("Status").toString(), QString::fromLatin1(status));
            const auto tip = qdbus_cast<SniToolTip>(property("ToolTip"));
            QCOMPARE(tip.title, QStringLiteral("Turnspit"));
            QCOMPARE(tip.text, QStringLiteral("text %1").arg(static_cast<int>(state)));
        }
        const auto pixmaps = qdbus_cast<SniPixmaps>(property("IconPixmap"));
        QCOMPARE(pixmaps.size(), 5);
        QCOMPARE(pixmaps.first().bytes.size(), pixmaps.first().width * pixmaps.first().height * 4);
        QVERIFY(!property("ItemIsMenu").toBool());

        // A name counts more than pictures: with one, the panel draws the installed icon in its own colour.
        QCOMPARE(property("IconName").toString(), QString());
        QSignalSpy looks(m_item.get(), &StatusNotifierItem::lookChanged);
        m_item->setSymbolic(true);
        QCOMPARE(looks.size(), 1);
        m_item->setLook(Overall::Failed, QStringLiteral("mail failed"));
        QCOMPARE(property("IconName").toString(), QStringLiteral("org.turnspit.Turnspit-tray-failed-symbolic"));
        QCOMPARE(property("AttentionIconName").toString(), property("IconName").toString());
        m_item->setSymbolic(false);
        QCOMPARE(property("IconName").toString(), QString());
    }

    void aPanelThatIsRestartedGetsTheIconAgain()
    {
        std::unique_ptr<StatusNotifierWatcher> watcher;
        open(watcher);
        QSignalSpy changes(m_item.get(), &StatusNotifierItem::shownChanged);
        watcher.reset();
        QTRY_VERIFY(!m_item->isShown());
        watcher = std::make_unique<StatusNotifierWatcher>(m_bus->connect(QStringLiteral("panel")));
        QTRY_VERIFY(m_item->isShown());
        QCOMPARE(watcher->items, QStringList{m_service});
        QCOMPARE(changes.size(), 2);
    }

    void aPanelThatComesLateIsFound()
    {
        m_item = std::make_unique<StatusNotifierItem>(m_bus->connect(QStringLiteral("item")), m_menu->menu());
        QVERIFY(!m_item->isShown());
        StatusNotifierWatcher watcher(m_bus->connect(QStringLiteral("panel")));
        QTRY_VERIFY(m_item->isShown());
    }

    void aWatcherWithoutAPanelShowsNothing()
    {
        auto watcher = std::make_unique<StatusNotifierWatcher>(m_bus->connect(QStringLiteral("panel")));
        watcher->host = false;
        m_item = std::make_unique<StatusNotifierItem>(m_bus->connect(QStringLiteral("item")), m_menu->menu());
        QTRY_COMPARE(watcher->items.size(), 1);
        QVERIFY(!m_item->isShown());
        watcher->host = true;
        Q_EMIT watcher->StatusNotifierHostRegistered();
        QTRY_VERIFY(m_item->isShown());
        watcher->host = false;
        Q_EMIT watcher->StatusNotifierHostUnregistered();
        QTRY_VERIFY(!m_item->isShown());
    }

    void aClickActivates()
    {
        std::unique_ptr<StatusNotifierWatcher> watcher;
        open(watcher);
        QSignalSpy activated(m_item.get(), &StatusNotifierItem::activated);
        ask(QStringLiteral("/StatusNotifierItem"), QStringLiteral("org.kde.StatusNotifierItem"),
            QStringLiteral("ProvideXdgActivationToken"), {QStringLiteral("t-1")});
        ask(QStringLiteral("/StatusNotifierItem"), QStringLiteral("org.kde.StatusNotifierItem"),
            QStringLiteral("Activate"), {1, 1});
        QTRY_COMPARE(activated.size(), 1);
        QCOMPARE(activated.first().first().toString(), QStringLiteral("t-1"));
    }

    void theMenuIsExportedWithAllItsItemsAndItsChangesAreTold()
    {
        std::unique_ptr<StatusNotifierWatcher> watcher;
        open(watcher);
        QSignalSpy asked(m_menu.get(), &TrayMenu::asked);
        MenuLayout whole = layout();
        QCOMPARE(whole.children.size(), m_menu->menu().actions().size());
        const MenuLayout slot = whole.children.first();
        QVERIFY(!slot.properties.value(QStringLiteral("visible")).toBool());
        QCOMPARE(slot.properties.value(QStringLiteral("children-display")).toString(), QStringLiteral("submenu"));
        QCOMPARE(whole.children.last().properties.value(QStringLiteral("label")).toString(),
                 QStringLiteral("Quit Turnspit"));

        ServiceInfo service = serviceNamed(QStringLiteral("my_api"), ServiceState::Failed);
        m_menu->setContent({.services = {service}, .unseen = {service.name}, .live = true}, service.since);
        whole = layout();
        QVERIFY(whole.children.first().properties.value(QStringLiteral("visible")).toBool());
        QVERIFY(whole.children.first()
                    .properties.value(QStringLiteral("label"))
                    .toString()
                    .startsWith(u"my__api — failed"));
        QVERIFY(!whole.children.first().properties.value(QStringLiteral("icon-data")).toByteArray().isEmpty());
        for (const MenuLayout& child : whole.children.first().children) {
            if (child.properties.value(QStringLiteral("label")).toString() == u"Run again" &&
                child.properties.value(QStringLiteral("visible")).toBool())
                ask(QStringLiteral("/MenuBar"), menuInterface, QStringLiteral("Event"),
                    {child.id, QStringLiteral("clicked"), QVariant::fromValue(QDBusVariant(0)), 0U});
        }
        QTRY_COMPARE(asked.size(), 1);
        QCOMPARE(asked.first().at(1).toStringList(), QStringList{service.name});
    }
};

QTEST_MAIN(TestStatusNotifier)
#include "tst_status_notifier.moc"

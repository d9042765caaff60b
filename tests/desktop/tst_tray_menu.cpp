#include "mirrored.h"

#include <support/await.h>

#include <ui/text/words.h>
#include <ui/tray/traymenu.h>

#include <QAction>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

class TestTrayMenu : public QObject
{
    Q_OBJECT
private:
    Mirrored m_host;
    std::unique_ptr<TrayMenu> m_menu;

    QAction* item(const char* name) const
    {
        const auto actions = m_menu->menu().actions();
        for (QAction* const action : actions) {
            if (action->objectName() == QLatin1String(name) ||
                (action->menu() && action->menu()->objectName() == QLatin1String(name)))
                return action;
        }
        return nullptr;
    }

    /// What can be clicked in the slot, as it is now.
    QAction* inSlot(int slot, const QString& text) const
    {
        const auto actions = item(qPrintable(QStringLiteral("traySlot%1").arg(slot)))->menu()->actions();
        for (QAction* const action : actions) {
            if (action->isVisible() && action->text() == text)
                return action;
        }
        return nullptr;
    }

    QStringList shownNames() const
    {
        QStringList names;
        for (int n = 0; n < TrayMenu::slotCount; ++n) {
            const QAction* const slot = item(qPrintable(QStringLiteral("traySlot%1").arg(n)));
            if (slot->isVisible())
                names += slot->text().section(QStringLiteral(" — "), 0, 0);
        }
        return names;
    }

    void show(TrayMenu::Content content)
    {
        content.live = true;
        m_menu->setContent(content, m_host.clock.wallNow());
    }

    static ServiceInfo made(const char* name, ServiceState state, ServiceKind kind = ServiceKind::Kept)
    {
        return serviceNamed(QString::fromLatin1(name), state, kind);
    }

private Q_SLOTS:
    void init() { m_menu = std::make_unique<TrayMenu>(); }
    void cleanup() { m_menu.reset(); }

    void itsItemsStayTheSameOnesWhateverItShows()
    {
        const auto before = m_menu->menu().actions();
        QVERIFY(shownNames().isEmpty());
        QList<ServiceInfo> services;
        for (int n = 0; n < 25; ++n)
            services += serviceNamed(QStringLiteral("s%1").arg(n, 2, 10, QLatin1Char('0')), ServiceState::Running);
        show({.services = services, .unseen = {}});
        QCOMPARE(m_menu->menu().actions(), before);
        QCOMPARE(shownNames().size(), 10);
        QVERIFY(item("trayMore")->isVisible());
        QCOMPARE(item("trayMore")->text(), QStringLiteral("More services (15)…"));
        show({.services = {}, .unseen = {}});
        QVERIFY(shownNames().isEmpty());
        QVERIFY(!item("trayMore")->isVisible());
        QCOMPARE(m_menu->menu().actions(), before);
    }

    void theHostsOwnIsThereOnlyWhereItFailed()
    {
        show({.services = {made("api", ServiceState::Running), made("housekeeping", ServiceState::Waiting, ServiceKind::BuiltIn)},
              .unseen = {}});
        QCOMPARE(shownNames().join(u' '), QStringLiteral("api"));
        QVERIFY(!item("trayMore")->isVisible());
        show({.services = {made("housekeeping", ServiceState::Failed, ServiceKind::BuiltIn)}, .unseen = {QStringLiteral("housekeeping")}});
        QCOMPARE(shownNames().join(u' '), QStringLiteral("housekeeping"));
    }

    void failedOnesComeFirstThenThoseThatWereUsed()
    {
        const QList<ServiceInfo> services{made("a", ServiceState::Running), made("b", ServiceState::Running),
                                          made("c", ServiceState::Failed), made("d", ServiceState::Failed)};
        show({.services = services, .unseen = {QStringLiteral("d")}});
        QCOMPARE(shownNames().join(u' '), QStringLiteral("d c a b"));
        QSignalSpy asked(m_menu.get(), &TrayMenu::asked);
        inSlot(3, QStringLiteral("Stop"))->trigger();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().at(1).toStringList(), QStringList{QStringLiteral("b")});
        show({.services = services, .unseen = {QStringLiteral("d")}});
        QCOMPARE(shownNames().join(u' '), QStringLiteral("d c b a"));
    }

    void theOrderStaysWhileItIsOpen()
    {
        QList<ServiceInfo> services{made("a", ServiceState::Running), made("b", ServiceState::Running)};
        show({.services = services, .unseen = {}});
        m_menu->setOpen(true);
        services[1].state = ServiceState::Failed;
        show({.services = services, .unseen = {QStringLiteral("b")}});
        QCOMPARE(shownNames().join(u' '), QStringLiteral("a b"));
        QVERIFY(item("traySlot1")->text().contains(u"failed at"));
        m_menu->setOpen(false);
        show({.services = services, .unseen = {QStringLiteral("b")}});
        QCOMPARE(shownNames().join(u' '), QStringLiteral("b a"));
    }

    void eachServiceOffersWhatItsStateAllows()
    {
        ServiceInfo backup = made("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        backup.nextRun = m_host.clock.wallNow() + 1h;
        show({.services = {made("api", ServiceState::Running), backup, made("mail", ServiceState::Failed),
                           made("once", ServiceState::Stopped, ServiceKind::Manual)},
              .unseen = {}});
        QCOMPARE(shownNames().join(u' '), QStringLiteral("mail api backup once"));
        QVERIFY(inSlot(0, QStringLiteral("Run again")) && !inSlot(0, QStringLiteral("Stop")) &&
                inSlot(0, QStringLiteral("Show log")));
        QVERIFY(inSlot(1, QStringLiteral("Restart")) && inSlot(1, QStringLiteral("Stop")) &&
                !inSlot(1, QStringLiteral("Start")));
        QVERIFY(inSlot(2, QStringLiteral("Run now")) && inSlot(2, QStringLiteral("Hold schedule")));
        QVERIFY(inSlot(3, QStringLiteral("Run now")) && !inSlot(3, QStringLiteral("Start")));
    }

    void schedulesAreHeldTogetherAndResumedTogether()
    {
        ServiceInfo a = made("a", ServiceState::Waiting, ServiceKind::Scheduled);
        ServiceInfo b = made("b", ServiceState::Waiting, ServiceKind::Scheduled);
        show({.services = {a, b, made("c", ServiceState::Running),
                           made("housekeeping", ServiceState::Waiting, ServiceKind::BuiltIn)},
              .unseen = {}});
        QSignalSpy held(m_menu.get(), &TrayMenu::holdAsked);
        QSignalSpy asked(m_menu.get(), &TrayMenu::asked);
        QCOMPARE(item("trayHold")->text(), QStringLiteral("Hold schedules"));
        QVERIFY(!item("trayResume")->isVisible());
        for (const char* name : {"trayHoldHour", "trayHoldTomorrow", "trayHoldResumed"})
            m_menu->menu().findChild<QAction*>(QString::fromLatin1(name))->trigger();
        QCOMPARE(held.size(), 3);
        QCOMPARE(held.at(0).at(0).value<HoldSpan>(), HoldSpan::Hour);
        QCOMPARE(held.at(1).at(0).value<HoldSpan>(), HoldSpan::UntilTomorrow);
        QCOMPARE(held.at(2).at(0).value<HoldSpan>(), HoldSpan::UntilResumed);
        QCOMPARE(held.last().at(1).toStringList().join(u' '), QStringLiteral("a b"));
        a.flags = b.flags = {QStringLiteral("held")};
        show({.services = {a, b, made("c", ServiceState::Running)}, .unseen = {}});
        QVERIFY(!item("trayHold")->isVisible());
        QCOMPARE(item("trayResume")->text(), QStringLiteral("Resume schedules"));
        item("trayResume")->trigger();
        QCOMPARE(asked.last().at(0).value<QuickCommand>(), QuickCommand::Resume);
        QCOMPARE(asked.last().at(1).toStringList().join(u' '), QStringLiteral("a b"));
    }

    void whatIsHeldUntilATimeSaysItAndMayBeHeldLonger()
    {
        ServiceInfo a = made("a", ServiceState::Waiting, ServiceKind::Scheduled);
        ServiceInfo b = made("b", ServiceState::Waiting, ServiceKind::Scheduled);
        a.flags = b.flags = {QStringLiteral("held")};
        const WallTime end = m_host.clock.wallNow() + 1h;
        TrayMenu::Content content{.services = {a, b}, .unseen = {}};
        content.holdEnds.insert(QStringLiteral("a"), end);
        show(content);
        QCOMPARE(item("traySlot0")->text(),
                 QStringLiteral("a — held until %1").arg(words::pointInTime(end, m_host.clock.wallNow())));
        QCOMPARE(item("traySlot1")->text(), QStringLiteral("b — held"));
        QSignalSpy held(m_menu.get(), &TrayMenu::holdAsked);
        m_menu->menu().findChild<QAction*>(QStringLiteral("trayHoldTomorrow"))->trigger();
        // Who holds one until they resume it is not overruled by the hour that others are held.
        QCOMPARE(held.last().at(1).toStringList(), QStringList{QStringLiteral("a")});
        QVERIFY(item("trayResume")->isVisible());
    }

    void noticesAreHeldAndShownAgain()
    {
        show({.services = {}, .unseen = {}});
        QSignalSpy held(m_menu.get(), &TrayMenu::noticeHoldAsked);
        QSignalSpy again(m_menu.get(), &TrayMenu::noticesAsked);
        QVERIFY(item("trayHoldNotices")->isVisible() && !item("trayResumeNotices")->isVisible());
        for (const char* name : {"trayHoldNoticesHour", "trayHoldNoticesTomorrow"})
            m_menu->menu().findChild<QAction*>(QString::fromLatin1(name))->trigger();
        QCOMPARE(held.size(), 2);
        QCOMPARE(held.at(0).at(0).value<HoldSpan>(), HoldSpan::Hour);
        QCOMPARE(held.at(1).at(0).value<HoldSpan>(), HoldSpan::UntilTomorrow);
        show({.services = {}, .unseen = {}, .noticesHeldUntil = m_host.clock.wallNow() + 1h});
        item("trayResumeNotices")->trigger();
        QCOMPARE(again.size(), 1);
    }

    void quitIsLastAndSaysWhatItStops()
    {
        const QList<ServiceInfo> services{made("a", ServiceState::Running), made("b", ServiceState::BackingOff),
                                          made("c", ServiceState::Stopped)};
        QCOMPARE(m_menu->menu().actions().last(), item("trayQuit"));
        show({.services = services, .unseen = {}});
        QCOMPARE(item("trayQuit")->text(), QStringLiteral("Quit Turnspit (stops 2 services)…"));
        show({.services = services, .unseen = {}, .inProcess = false});
        QCOMPARE(item("trayQuit")->text(), QStringLiteral("Quit Turnspit (services go on)"));
        show({.services = {}, .unseen = {}});
        QCOMPARE(item("trayQuit")->text(), QStringLiteral("Quit Turnspit"));
    }

    void withoutAHostOnlyWhatNeedsNoneIsThere()
    {
        m_menu->setContent({.services = {made("a", ServiceState::Running)},
                            .unseen = {},
                            .live = false,
                            .inProcess = false,
                            .canStartHere = true},
                           m_host.clock.wallNow());
        QVERIFY(shownNames().isEmpty());
        QVERIFY(item("trayStartHere")->isVisible());
        QVERIFY(!item("trayHold")->isVisible());
        QVERIFY(item("trayOpen")->isVisible());
    }

    void whatIsAskedGoesToTheHostWithTheTrayAsItsTrigger()
    {
        m_host.put("api", ServiceState::Stopped);
        m_host.put("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        QuickActions actions(*m_host.session);
        QSignalSpy refused(&actions, &QuickActions::refused);
        actions.ask(QuickCommand::Start, QStringLiteral("api"));
        actions.again(m_host.session->service(QStringLiteral("backup")));
        m_host.settle();
        QCOMPARE(m_host.session->callCount(QStringLiteral("act")), 1);
        QCOMPARE(m_host.session->callCount(QStringLiteral("run")), 1);
        QCOMPARE(m_host.session->calls().first().params.value(u"trigger").toString(), QStringLiteral("tray"));
        const auto runs = await(m_host.session->runs({}));
        QVERIFY(runs && !runs->isEmpty());
        QVERIFY(std::ranges::all_of(*runs, [](const RunInfo& run) { return run.trigger == Trigger::Tray; }));
        const WallTime end = m_host.clock.wallNow() + 1h;
        actions.hold({QStringLiteral("backup")}, end);
        m_host.settle();
        const auto holds = await(m_host.session->holds());
        QVERIFY(holds && holds->value(0) == (HoldInfo{QStringLiteral("backup"), end}));
        actions.ask(QuickCommand::Hold, QStringLiteral("api"));
        m_host.settle();
        QCOMPARE(refused.size(), 1);
        QVERIFY(refused.first().first().toString().contains(u"api"));
    }
};

QTEST_MAIN(TestTrayMenu)
#include "tst_tray_menu.moc"

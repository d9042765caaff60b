#include "windowfixture.h"

#include <support/await.h>
#include <ui/session/hostmirror.h>
#include <ui/window/detailpane.h>

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolButton>

using namespace turnspit;
using namespace std::chrono_literals;

/// The list of the window with what chooses its rows.
class TestMainWindowList : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> m;

    void addShopAndHome()
    {
        m->add("api", ServiceState::Running, ServiceKind::Kept, "shop");
        m->add("mailer", ServiceState::Failed, ServiceKind::Kept, "shop");
        m->add("backup", ServiceState::Waiting, ServiceKind::Scheduled, "home");
        m->add("proxy", ServiceState::Running);
    }
    QToolButton& chip(const char* name) { return m->part<QToolButton>(name); }

private Q_SLOTS:
    void init() { m = std::make_unique<WindowFixture>(); }
    void cleanup() { m.reset(); }

    void groupsAreFoldableAndSayHowManyTheyHold()
    {
        addShopAndHome();
        m->open();
        QCOMPARE(m->shown(), listOf("proxy home: backup shop: api mailer"));
        const QModelIndex shop = m->list().model()->index(2, 0);
        QCOMPARE(shop.data().toString(), QStringLiteral("shop (2)"));
        QVERIFY(m->list().isFirstColumnSpanned(2, {}));
        m->list().setCurrentIndex(shop);
        QTest::keyClick(&m->list(), Qt::Key_Left);
        QCOMPARE(m->shown(), listOf("proxy home: backup shop:"));
        m->add("web", ServiceState::Running, ServiceKind::Kept, "shop");
        m->add("lamp", ServiceState::Running, ServiceKind::Kept, "attic");
        m->settle(1s);
        QCOMPARE(m->shown(), listOf("proxy attic: lamp home: backup shop:"));
    }

    void whatIsOnlyTheLastThatIsKnownOfAHostHasNoColour()
    {
        addShopAndHome();
        m->open();
        m->select("backup");
        const auto colourful = [&] {
            const QModelIndex row = m->indexOf("proxy");
            const QImage state = m->list().viewport()->grab(m->list().visualRect(row)).toImage();
            int most = 0;
            for (int y = 0; y < state.height(); ++y)
                for (int x = 0; x < state.width(); ++x)
                    most = std::max(most, state.pixelColor(x, y).hsvSaturation() * state.pixelColor(x, y).value() / 255);
            return most;
        };
        QVERIFY(colourful() > 60);
        m->session->setConnection(HostSession::Connection::Lost);
        m->settle(1s);
        QVERIFY2(colourful() < 40, qPrintable(QString::number(colourful())));
        QCOMPARE(m->window->selectedNames(), listOf("backup"));
        m->select("proxy"); // its log can be read all the same
        m->select("backup");
        m->session->setConnection(HostSession::Connection::Connected);
        m->session->replaceAll();
        m->settle(1s);
        QVERIFY(colourful() > 60);

        // Connected, but hanging: it hears what it is told when it answers again.
        m->window->mirror().setAnswers(false);
        m->settle(1s);
        QVERIFY2(colourful() < 40, qPrintable(QString::number(colourful())));
        QCOMPARE(m->part<QAbstractButton>("connectionState").text(), QStringLiteral("Does not answer"));
        QVERIFY(m->part<QLabel>("hostFacts").text().startsWith(QStringLiteral("Last known of fake")));
        QVERIFY(m->action("actionStart").isEnabled() || m->action("actionStop").isEnabled());
        m->window->mirror().setAnswers(true);
        m->settle(1s);
        QVERIFY(colourful() > 60);
        QCOMPARE(m->part<QAbstractButton>("connectionState").text(), QStringLiteral("Host in this window"));
    }

    void servicesThatANoticeToldOfAreShownAloneUntilSomebodyWantsToSeeOthers()
    {
        addShopAndHome();
        m->open();
        m->list().collapse(m->list().model()->index(2, 0));
        m->window->showServices(listOf("mailer backup gone"));
        m->settle();
        QCOMPARE(m->shown(), listOf("home: backup shop: mailer"));
        QVERIFY(chip("chipOnly").isVisible());
        QVERIFY(chip("chipOnly").isChecked() && !chip("chipAll").isChecked());
        QVERIFY2(chip("chipOnly").accessibleName().endsWith(u" 2"), qPrintable(chip("chipOnly").accessibleName()));
        QCOMPARE(m->window->selectedNames(), listOf("backup"));
        chip("chipOnly").click();
        m->settle();
        QVERIFY(!chip("chipOnly").isVisible() && chip("chipAll").isChecked());
        QVERIFY(m->shown().contains(QStringLiteral("proxy")));

        // Any other choice ends it as well, and so does a service that is not among them.
        m->window->showServices(listOf("mailer"));
        chip("chip-running").click();
        m->settle();
        QCOMPARE(m->shown().contains(QStringLiteral("mailer")), false);
        QVERIFY(!chip("chipOnly").isVisible());
        m->window->showServices(listOf("mailer"));
        m->window->showService(QStringLiteral("proxy"), {});
        m->settle();
        QVERIFY(m->shown().contains(QStringLiteral("proxy")) && m->shown().contains(QStringLiteral("backup")));
        // Of none that is there, the list stays as it is.
        m->window->showServices(listOf("gone"));
        m->settle();
        QVERIFY(!chip("chipOnly").isVisible());
    }

    void aSelectedGroupStandsForItsServices()
    {
        addShopAndHome();
        m->open();
        m->list().setCurrentIndex(m->list().model()->index(2, 0));
        m->settle();
        QCOMPARE(m->window->selectedNames(), listOf("api mailer"));
        m->session->forgetCalls();
        m->action("actionRestart").trigger();
        m->settle();
        QCOMPARE(m->acts(), QStringList{QStringLiteral("restart api mailer")});
    }

    void chipsCountWhatThereIsAndChooseIt()
    {
        addShopAndHome();
        m->open();
        QCOMPARE(chip("chipAll").text(), QStringLiteral("All 4"));
        QCOMPARE(chip("chip-running").text(), QStringLiteral("Running 2"));
        QVERIFY(chip("chip-failed").isVisible());
        QVERIFY(!chip("chip-backing-off").isVisible());

        chip("chip-running").click();
        QCOMPARE(m->shown(), listOf("proxy shop: api"));
        m->session->setState(QStringLiteral("mailer"), ServiceState::Running);
        m->settle(1s);
        QCOMPARE(m->shown(), listOf("proxy shop: api mailer"));
        QVERIFY(!chip("chip-failed").isVisible());
        chip("chip-running").click(); // again: off
        QCOMPARE(m->shown(), listOf("proxy home: backup shop: api mailer"));

        QTest::keyClick(m->window.get(), Qt::Key_4, Qt::ControlModifier);
        QVERIFY(m->part<QWidget>("noMatchState").isVisible());
        QVERIFY(chip("chip-failed").isVisible()); // chosen, so that it can be taken away
        m->part<QWidget>("noMatchState").findChild<QPushButton*>()->click();
        QCOMPARE(m->shown().size(), 6);
    }

    void theGroupChooserShowsOneGroup()
    {
        addShopAndHome();
        m->open();
        auto& chooser = m->part<QComboBox>("groupChooser");
        QCOMPARE(chooser.count(), 3);
        chooser.setCurrentIndex(chooser.findText(QStringLiteral("home")));
        Q_EMIT chooser.activated(chooser.currentIndex());
        QCOMPARE(m->shown(), listOf("home: backup"));
    }

    void whatIsSoughtUnfoldsItsGroup()
    {
        addShopAndHome();
        m->open();
        m->list().collapse(m->list().model()->index(2, 0));
        QTest::keyClicks(&m->part<QLineEdit>("filterEdit"), QStringLiteral("mail"));
        QCOMPARE(m->shown(), listOf("shop: mailer"));
        m->part<QLineEdit>("filterEdit").clear();
        QCOMPARE(m->shown(), listOf("proxy home: backup shop:"));
    }

    void sortedByStateARowMovesOnlyOnceThePointerHasBeenStillForASecond()
    {
        m->add("a", ServiceState::Stopped);
        m->add("b", ServiceState::Starting);
        m->add("c", ServiceState::Running);
        m->open();
        m->list().sortByColumn(ServiceModel::StateColumn, Qt::AscendingOrder);
        m->settle(5s);
        QCOMPARE(m->shown(), listOf("a b c"));
        QTest::mouseMove(m->list().viewport(), QPoint(20, 20));
        m->session->setState(QStringLiteral("a"), ServiceState::Failed);
        m->settle(600ms);
        QCOMPARE(m->shown(), listOf("a b c"));
        QTest::mouseMove(m->list().viewport(), QPoint(30, 25));
        m->settle(900ms);
        QCOMPARE(m->shown(), listOf("a b c"));
        m->settle(200ms);
        QCOMPARE(m->shown(), listOf("b c a"));
    }

    void columnsAreChosenInTheHeadersMenu()
    {
        addShopAndHome();
        m->open();
        QHeaderView& header = *m->list().header();
        QVERIFY(header.isSectionHidden(ServiceModel::PidColumn));
        QVERIFY(!header.isSectionHidden(ServiceModel::RecentColumn));
        Q_EMIT header.customContextMenuRequested(QPoint(5, 5));
        auto& menu = m->part<QMenu>("columnMenu");
        for (QAction* const action : menu.actions()) {
            if (action->text() == u"Pid")
                action->trigger();
            if (action->text() == u"Name")
                QVERIFY(!action->isEnabled());
        }
        QVERIFY(!header.isSectionHidden(ServiceModel::PidColumn));
        QVERIFY(header.sectionSize(ServiceModel::PidColumn) > 20);
        menu.close();
    }

    void notesAreAskedForWhileTheirColumnIsShown()
    {
        for (const char* name : {"api", "web"})
            m->add(name);
        m->session->setValues(QStringLiteral("api"), {{QStringLiteral("description"), QStringLiteral("Answers\nthe shop")}});
        m->open();
        m->settle(1min);
        const int before = m->session->callCount(QStringLiteral("definition"));
        m->list().header()->setSectionHidden(ServiceModel::NotesColumn, false);
        m->settle(1s);
        m->settle();
        const auto notes = [this](const char* name) { return m->indexOf(name).siblingAtColumn(ServiceModel::NotesColumn); };
        QCOMPARE(notes("api").data().toString(), QStringLiteral("Answers the shop"));
        QCOMPARE(notes("api").data(Qt::ToolTipRole).toString(), QStringLiteral("Answers\nthe shop"));
        QCOMPARE(notes("web").data().toString(), QString());
        QCOMPARE(m->session->callCount(QStringLiteral("definition")), before + 2);
        m->session->setValues(QStringLiteral("api"), {{QStringLiteral("description"), QStringLiteral("Answers the shops")}});
        for (int second = 0; second < 31; ++second)
            m->settle(1s);
        QCOMPARE(notes("api").data().toString(), QStringLiteral("Answers the shops"));
        QVERIFY(m->session->callCount(QStringLiteral("definition")) <= before + 4);
    }

    void theNameHasWhatTheOtherColumnsLeave()
    {
        addShopAndHome();
        m->size = QSize(1100, 700);
        m->open();
        QHeaderView& header = *m->list().header();
        const int wide = header.sectionSize(ServiceModel::NameColumn);
        m->window->resize(1000, 700);
        m->settle();
        QCOMPARE(header.sectionSize(ServiceModel::NameColumn), wide - 100);
        header.resizeSection(ServiceModel::LastResultColumn, header.sectionSize(ServiceModel::LastResultColumn) + 30);
        QCOMPARE(header.sectionSize(ServiceModel::NameColumn), wide - 130);
        header.resizeSection(ServiceModel::LastResultColumn, 2000);
        QVERIFY(header.sectionSize(ServiceModel::NameColumn) > 50);
    }

    void enterAndADoubleClickOpenTheLog()
    {
        addShopAndHome();
        m->open();
        m->select("mailer");
        QTest::keyClick(&m->list(), Qt::Key_Return);
        QCOMPARE(m->window->focusWidget()->objectName(), QStringLiteral("logView"));
        m->list().setFocus();
        const QPoint at = m->list().visualRect(m->indexOf("api")).center();
        QTest::mouseClick(m->list().viewport(), Qt::LeftButton, {}, at);
        QTest::mouseDClick(m->list().viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(m->window->focusWidget()->objectName(), QStringLiteral("logView"));
        QVERIFY(m->why().startsWith(u"api"));
    }

    void spaceStartsOrStops()
    {
        addShopAndHome();
        m->open();
        m->select("mailer");
        m->session->forgetCalls();
        QTest::keyClick(&m->list(), Qt::Key_Space);
        m->settle();
        m->select("api");
        QTest::keyClick(&m->list(), Qt::Key_Space);
        m->settle();
        QCOMPARE(m->acts(), (QStringList{QStringLiteral("start mailer"), QStringLiteral("stop api")}));
    }

    void allSchedulesAreHeldAndResumedAtOnce()
    {
        addShopAndHome();
        m->add("hourly", ServiceState::Waiting, ServiceKind::Scheduled);
        m->open();
        QVERIFY(!m->action("actionResumeAll").isEnabled());
        m->action("actionHoldAll").trigger();
        m->settle(1s);
        QCOMPARE(m->indexOf("backup").siblingAtColumn(ServiceModel::NextRunColumn).data().toString(), QStringLiteral("held"));
        QVERIFY(!m->action("actionHoldAll").isEnabled());
        QVERIFY(!m->action("actionHoldAll").toolTip().isEmpty());
        m->action("actionResumeAll").trigger();
        m->settle(1s);
        QVERIFY(!m->session->service(QStringLiteral("backup")).flags.contains(u"held"_qs));
        QVERIFY(!m->session->service(QStringLiteral("hourly")).flags.contains(u"held"_qs));
    }

    void schedulesAreHeldForAnHourOrUntilTomorrow()
    {
        addShopAndHome();
        m->open();
        m->select("backup");
        const auto nextRun = [this] { return m->indexOf("backup").siblingAtColumn(ServiceModel::NextRunColumn).data().toString(); };
        const WallTime begin = m->clock.wallNow();
        m->action("actionHoldHour").trigger();
        m->settle(1s);
        const auto local = [](WallTime at) {
            return QDateTime::fromMSecsSinceEpoch(std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
        };
        const QString end = QLocale().toString(local(begin + 1h).time(), QLocale::ShortFormat);
        QCOMPARE(nextRun(), QStringLiteral("held until %1").arg(end));
        QVERIFY2(m->why().endsWith(QStringLiteral("schedule held until %1").arg(end)), qPrintable(m->why()));
        QVERIFY(m->indexOf("backup").data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("held until %1").arg(end)));
        QVERIFY(m->action("actionHoldTomorrow").isEnabled());
        m->action("actionHoldTomorrow").trigger();
        m->settle(1s);
        const QDateTime midnight = local(begin).date().addDays(1).startOfDay();
        const auto holds = await(m->session->holds());
        QVERIFY(holds);
        QCOMPARE(local(holds->value(0).until), midnight);
        QCOMPARE(nextRun(), QStringLiteral("held until tomorrow"));
        m->window->hide(); // or it would be painted once a second
        m->clock.advance(holds->value(0).until - m->clock.wallNow());
        m->window->show();
        m->settle(1s);
        QVERIFY2(!nextRun().contains(u"held"), qPrintable(nextRun()));
        QVERIFY(!m->why().contains(u"held"));
    }

    void whatIsHeldUntilResumedStaysSoWhenAllAreHeldForAnHour()
    {
        addShopAndHome();
        m->add("hourly", ServiceState::Waiting, ServiceKind::Scheduled);
        m->open();
        m->select("hourly");
        m->action("actionHold").trigger();
        m->settle(1s);
        m->action("actionHoldHour").trigger();
        m->settle(1s);
        m->window->hide();
        m->clock.advance(1h);
        m->window->show();
        m->settle(1s);
        QVERIFY(m->session->service(QStringLiteral("hourly")).flags.contains(u"held"_qs));
        QVERIFY(!m->session->service(QStringLiteral("backup")).flags.contains(u"held"_qs));
    }

    void aServiceThatIsShownFromElsewhereIsFoundBehindEveryFilter()
    {
        addShopAndHome();
        m->open();
        chip("chip-running").click();
        m->list().collapseAll();
        m->window->showService(QStringLiteral("mailer"), tabs::logs);
        m->settle();
        QCOMPARE(m->window->selectedNames(), listOf("mailer"));
        QVERIFY(chip("chipAll").isChecked());
        m->window->showService(QStringLiteral("later"), {});
        m->add("later", ServiceState::Running);
        m->settle(1s);
        QCOMPARE(m->window->selectedNames(), listOf("later"));
    }

    void narrowerThanNineHundredTheDetailIsAPageWithAWayBack()
    {
        addShopAndHome();
        m->size = QSize(800, 600);
        m->open();
        auto& tabs = m->part<QTabWidget>("detailTabs");
        QVERIFY(m->list().isVisible());
        QVERIFY(!tabs.isVisible());
        QVERIFY(m->part<QWidget>("whyBar").isVisible());
        m->select("api");
        QTest::keyClick(&m->list(), Qt::Key_Return);
        QVERIFY(tabs.isVisible());
        QVERIFY(!m->list().isVisible());
        QVERIFY(m->part<QWidget>("whyBar").isVisible());
        m->part<QToolButton>("detailBack").click();
        QVERIFY(m->list().isVisible());
        QVERIFY(m->list().hasFocus());
        QTest::keyClick(m->window.get(), Qt::Key_1, Qt::AltModifier);
        QVERIFY(tabs.isVisible());
        QTest::keyClick(m->window.get(), Qt::Key_Escape);
        QVERIFY(m->list().isVisible());

        m->window->resize(1000, 600);
        m->settle();
        QVERIFY(m->list().isVisible() && tabs.isVisible());
        QVERIFY(!m->part<QToolButton>("detailBack").isVisible());
    }

    void theFilesAreReadAnewAndTheDifferencesSaid()
    {
        addShopAndHome();
        m->open();
        m->session->setReloadAnswer({QStringLiteral("api changed")});
        m->action("actionReload").trigger();
        m->settle();
        QCOMPARE(m->window->statusBar()->currentMessage(), QStringLiteral("api changed"));
    }

    void recentRunsAreASentenceForThoseWhoHearThem()
    {
        m->add("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        m->session->addPastRuns(QStringLiteral("backup"), 10);
        m->open();
        m->settle(1s);
        const QModelIndex recent = m->indexOf("backup").siblingAtColumn(ServiceModel::RecentColumn);
        QCOMPARE(recent.data(Qt::AccessibleTextRole).toString(), QStringLiteral("10 of 10 runs good, median 1.0 s"));
        QCOMPARE(recent.data(Qt::ToolTipRole).toString(), recent.data(Qt::AccessibleTextRole).toString());
        QCOMPARE(m->indexOf("backup").siblingAtColumn(ServiceModel::UpColumn).data().toString(), QStringLiteral("ran 1.0 s"));
    }
};

QTEST_MAIN(TestMainWindowList)
#include "tst_main_window_list.moc"

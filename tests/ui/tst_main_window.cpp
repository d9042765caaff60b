#include <ui/window/mainwindow.h>

#include <ui/services/servicemodel.h>
#include <ui/window/whybar.h>

#include <support/await.h>
#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QPushButton>
#include <QStatusBar>
#include <QStyleFactory>
#include <QTest>
#include <QTreeView>

using namespace turnspit;
using namespace std::chrono_literals;

class TestMainWindow : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<FakeSession> m_session;
    std::unique_ptr<MainWindow> m_window;

    template <class T>
    T& part(const char* name)
    {
        T* const found = m_window->findChild<T*>(QString::fromLatin1(name));
        if (!found)
            qFatal("no %s", name);
        return *found;
    }
    QTreeView& list() { return part<QTreeView>("serviceView"); }
    QAction& action(const char* name) { return part<QAction>(name); }
    QString why() { return part<WhyBar>("whyBar").text(); }

    void settle(std::chrono::nanoseconds time = 0ns)
    {
        for (int i = 0; i < 4; ++i) {
            m_clock->advance(std::exchange(time, 0ns));
            QCoreApplication::processEvents();
        }
    }

    ServiceInfo add(const char* name, ServiceState state, ServiceKind kind = ServiceKind::Kept)
    {
        ServiceInfo info;
        info.name = QString::fromLatin1(name);
        info.state = state;
        info.kind = kind;
        info.since = m_clock->wallNow();
        m_session->put(info);
        return info;
    }

    void openWindow()
    {
        m_window = std::make_unique<MainWindow>(*m_session);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        settle();
    }

    void select(const char* name)
    {
        const auto found = list().model()->match(list().model()->index(0, 0), ServiceModel::NameRole, QString::fromLatin1(name), 1,
                                                 Qt::MatchExactly);
        QVERIFY(!found.isEmpty());
        list().setCurrentIndex(found.first());
        settle();
    }

    QString shownState(const char* name)
    {
        const auto found = list().model()->match(list().model()->index(0, 0), ServiceModel::NameRole, QString::fromLatin1(name), 1,
                                                 Qt::MatchExactly);
        return found.isEmpty() ? QStringLiteral("not shown") : found.first().data().toString();
    }

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_unique<FakeClock>();
        Clock::setCurrent(m_clock.get());
        m_session = std::make_unique<FakeSession>();
    }

    void cleanup()
    {
        m_window.reset();
        m_session.reset();
        Clock::setCurrent(nullptr);
        m_clock.reset();
    }

    void theTitleHoldsTheNameOfTheProgram()
    {
        openWindow();
        QVERIFY(m_window->windowTitle().contains(u"Turnspit"));
    }

    void withNoServicesTheEmptyStateIsShown()
    {
        openWindow();
        QVERIFY(part<QWidget>("emptyState").isVisible());
        add("api", ServiceState::Stopped);
        settle(1s);
        QVERIFY(!part<QWidget>("emptyState").isVisible());
        QVERIFY(list().isVisible());
    }

    void theHostsOwnWorkAloneIsNothingToLookAfter()
    {
        add("housekeeping", ServiceState::Waiting, ServiceKind::BuiltIn);
        openWindow();
        QVERIFY(part<QWidget>("emptyState").isVisible());
        QVERIFY(!action("actionStop").isEnabled());
        QVERIFY(!action("actionRunNow").isEnabled());
        add("worker", ServiceState::Running, ServiceKind::BuiltIn); // of a program that has the library
        settle(1s);
        QVERIFY(!part<QWidget>("emptyState").isVisible());
        QCOMPARE(shownState("housekeeping"), QStringLiteral("Waiting"));
    }

    void aClickOnStartAsksTheHostAndItsAnswerIsShown()
    {
        add("api", ServiceState::Stopped);
        openWindow();
        QCOMPARE(shownState("api"), QStringLiteral("Stopped"));
        QVERIFY(action("actionStart").isEnabled());
        QVERIFY(!action("actionStop").isEnabled());
        QCOMPARE(action("actionStop").toolTip(), QStringLiteral("api is not running."));

        m_session->holdTransitions(QStringLiteral("api"));
        m_session->forgetCalls();
        action("actionStart").trigger();
        settle(100ms);
        QCOMPARE(m_session->callCount(QStringLiteral("act")), 1);
        const auto& calls = m_session->calls();
        const auto act = std::find_if(calls.begin(), calls.end(), [](const auto& call) { return call.name == u"act"; });
        QCOMPARE(act->params.value(u"action").toString(), QStringLiteral("start"));
        QCOMPARE(act->params.value(u"trigger").toString(), QStringLiteral("window"));
        QCOMPARE(shownState("api"), QStringLiteral("Starting…"));
        QVERIFY(!action("actionStart").isEnabled());
        QVERIFY(action("actionStop").isEnabled());

        m_session->releaseTransitions(QStringLiteral("api"));
        settle(1s);
        QCOMPARE(shownState("api"), QStringLiteral("Running"));
        QVERIFY(why().startsWith(u"api — Running"));
    }

    void stopPressedManyTimesIsOneStop()
    {
        add("api", ServiceState::Stopped);
        m_session->beginRun(QStringLiteral("api"));
        openWindow();
        m_session->holdTransitions(QStringLiteral("api"));
        m_session->forgetCalls();
        action("actionStop").trigger();
        settle(100ms);
        QCOMPARE(shownState("api"), QStringLiteral("Stopping…"));
        for (int i = 0; i < 4; ++i)
            action("actionStop").trigger();
        settle(100ms);
        QCOMPARE(m_session->callCount(QStringLiteral("act")), 1);
        QVERIFY(action("actionStop").toolTip().contains(u"stopping already"));
    }

    void whatAPersonDidIsShownAtOnceAlsoRightAfterAnotherChange()
    {
        add("api", ServiceState::Stopped);
        openWindow();
        settle(1s);
        add("other", ServiceState::Running);
        settle();
        m_session->setState(QStringLiteral("other"), ServiceState::Failed);
        settle();
        QCOMPARE(shownState("other"), QStringLiteral("Running")); // waits for its turn
        m_session->holdTransitions(QStringLiteral("api"));
        action("actionStart").trigger();
        settle();
        QCOMPARE(shownState("api"), QStringLiteral("Starting…"));
        QCOMPARE(shownState("other"), QStringLiteral("Failed"));
    }

    void runNowBeginsARun()
    {
        add("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        openWindow();
        m_session->forgetCalls();
        action("actionRunNow").trigger();
        settle(1s);
        QCOMPARE(m_session->callCount(QStringLiteral("run")), 1);
    }

    void whatTheHostRefusesIsSaid()
    {
        add("api", ServiceState::Stopped);
        openWindow();
        m_session->failNext(QStringLiteral("act"), {ErrorKind::Refused, "not on a Sunday"});
        action("actionStart").trigger();
        settle();
        QVERIFY(m_window->statusBar()->currentMessage().contains(u"not on a Sunday"));
    }

    void theFilterHidesTheOthersAndCanBeCleared()
    {
        add("api", ServiceState::Running);
        add("backup", ServiceState::Stopped);
        openWindow();
        auto& edit = part<QLineEdit>("filterEdit");
        QTest::keyClicks(&edit, QStringLiteral("back"));
        QCOMPARE(list().model()->rowCount(), 1);
        QTest::keyClicks(&edit, QStringLiteral("zz"));
        QVERIFY(part<QWidget>("noMatchState").isVisible());
        part<QWidget>("noMatchState").findChild<QPushButton*>()->click();
        QCOMPARE(list().model()->rowCount(), 2);
        QVERIFY(list().isVisible());
    }

    void theSelectionSurvivesWhatHappensAroundIt()
    {
        for (const char* name : {"a", "m", "z"})
            add(name, ServiceState::Stopped);
        openWindow();
        select("m");
        add("b", ServiceState::Running);
        m_session->drop(QStringLiteral("a"));
        m_session->setState(QStringLiteral("m"), ServiceState::Failed);
        settle(1s);
        m_session->replaceAll();
        settle(1s);
        QCOMPARE(list().selectionModel()->selectedRows().size(), 1);
        QCOMPARE(list().currentIndex().data(ServiceModel::NameRole).toString(), QStringLiteral("m"));
        QVERIFY(why().startsWith(u"m — Failed"));
    }

    void withoutAHostTheWindowSaysSoAndTriesAgain()
    {
        m_session->setConnection(HostSession::Connection::Lost);
        m_session->failNext(QStringLiteral("subscribe"), {ErrorKind::Unreachable, "no host listens"});
        add("api", ServiceState::Running);
        openWindow();
        auto& page = part<QWidget>("noHostState");
        QVERIFY(page.isVisible());
        QVERIFY(page.findChild<QPushButton*>()->isVisible());
        page.findChild<QPushButton*>()->click();
        settle();
        m_session->setConnection(HostSession::Connection::Connected);
        settle();
        QVERIFY(!page.isVisible());
        QCOMPARE(shownState("api"), QStringLiteral("Running"));
        QVERIFY(action("actionStop").isEnabled());

        m_session->setConnection(HostSession::Connection::Lost);
        settle();
        QVERIFY(list().isVisible()); // what was known stays to be read
        QVERIFY(!action("actionStop").isEnabled());
        QCOMPARE(action("actionStop").toolTip(), QStringLiteral("No host is connected."));
        QCOMPARE(part<QAbstractButton>("connectionState").text(), QStringLiteral("Not connected"));
    }

    void everyControlHasANameForThoseWhoHearIt()
    {
        add("api", ServiceState::Running);
        openWindow();
        for (const char* name : {"serviceView", "filterEdit", "logView", "logFollow", "whyBar"})
            QVERIFY2(!part<QWidget>(name).accessibleName().isEmpty(), name);
        for (const char* name : {"actionStart", "actionStop", "actionRestart", "actionRunNow", "actionKill", "actionHold"})
            QVERIFY2(!action(name).text().isEmpty(), name);
    }

    /// Pictures to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        const QString folder = qEnvironmentVariable("TURNSPIT_PICTURES");
        if (folder.isEmpty())
            QSKIP("TURNSPIT_PICTURES names no folder");
        m_clock->setWall(WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 13h + 58min));
        using enum ServiceState;
        const std::pair<const char*, ServiceState> all[] = {
            {"api", Running}, {"assets-watch", Starting}, {"backup", Waiting},  {"db-dump", Completed}, {"mailer", BackingOff},
            {"old-cron", Disabled}, {"proxy", Stopped}, {"queue-worker", Stopping}, {"sync-photos", Failed}, {"typo", Invalid}};
        for (const auto& [name, state] : all) {
            ServiceInfo info = add(name, state, state == Waiting ? ServiceKind::Scheduled : ServiceKind::Kept);
            info.since = m_clock->wallNow() - 3h - 12min;
            if (state == Running || state == Stopping) {
                info.cpuPercent = 2.1;
                info.memoryBytes = 84'000'000;
                info.pid = 4711;
            }
            if (state == Waiting)
                info.nextRun = m_clock->wallNow() + 12h;
            if (state == BackingOff) {
                info.nextRun = m_clock->wallNow() + 14s;
                info.restarts = 4;
            }
            if (state == BackingOff || state == Failed) {
                info.lastOutcome = Outcome::Failed;
                info.exitCode = state == Failed ? 127 : 1;
                info.reason = state == Failed ? QStringLiteral("`rclone` was not found in PATH (exit 127)") : QStringLiteral("exit code 1");
            }
            m_session->put(info);
        }
        for (const char* name : {"api", "mailer"}) {
            QList<UsageSample> samples;
            const bool fails = name[0] == 'm';
            for (int i = 58; i >= 0; --i) {
                const bool runs = !fails || i % 15 > 2;
                samples.append({m_clock->wallNow() - i * 10s, runs ? std::optional(1.0 + (i * 7) % 5 + (i % 23 == 0 ? 14 : 0)) : std::nullopt,
                                runs ? std::optional<qint64>(84'000'000) : std::nullopt});
            }
            m_session->setUsage(QString::fromLatin1(name), samples);
        }
        for (int i = 0; i < 4; ++i) {
            RunInfo ended;
            ended.id = RunId{static_cast<quint64>(900 + i)};
            ended.service = QStringLiteral("mailer");
            ended.end = m_clock->wallNow() - (3 - i) * 150s - 20s;
            ended.begin = *ended.end - 2min;
            ended.outcome = Outcome::Failed;
            ended.exitCode = 1;
            m_session->addRun(ended);
        }
        ActionRequest hold;
        hold.action = Action::Hold;
        hold.names = {QStringLiteral("backup")};
        hold.until = m_clock->wallNow() + 1h;
        const Begun held(m_session->act(hold));
        settle();
        const QString shown = QStringLiteral("mailer");
        m_session->say(shown, "run 41 began pid 812 trigger start attempt 1", 'h');
        for (int i = 0; i < 12; ++i) {
            m_clock->advance(173ms);
            m_session->say(shown, "GET /cart 200 " + QByteArray::number(7 * i) + "ms");
        }
        m_session->say(shown, "WARN slow query 812 ms", 'e');
        m_session->say(shown, "\x1b[31mError:\x1b[0m connect ETIMEDOUT 10.0.0.4:5432", 'e');
        m_session->say(shown, "run 41 ended failed exit 1", 'h');
        m_session->say(shown, "restart in 4s (2 of 10)", 'h');
        m_session->say(shown, "run 42 began pid 815 trigger restart attempt 2", 'h');
        m_session->say(shown, "listening on port 8080");

        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
        QPalette dark;
        dark.setColor(QPalette::Window, QColor(0x2b2b2b));
        dark.setColor(QPalette::Base, QColor(0x1e1e1e));
        dark.setColor(QPalette::AlternateBase, QColor(0x262626));
        dark.setColor(QPalette::Button, QColor(0x353535));
        dark.setColor(QPalette::Highlight, QColor(0x2a5f9e));
        dark.setColor(QPalette::Mid, QColor(0x555555));
        dark.setColor(QPalette::ToolTipBase, QColor(0x353535));
        for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText, QPalette::ToolTipText})
            dark.setColor(role, QColor(0xe6e6e6));
        dark.setColor(QPalette::PlaceholderText, QColor(0x9a9a9a));
        for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
            dark.setColor(QPalette::Disabled, role, QColor(0x777777));
        const QPalette light = QApplication::style()->standardPalette();

        openWindow();
        for (const auto& [name, palette] : {std::pair("light", light), std::pair("dark", dark)}) {
            QApplication::setPalette(palette);
            select("mailer");
            settle(1s);
            QVERIFY(m_window->grab().save(QDir(folder).filePath(QStringLiteral("window-%1.png").arg(QLatin1String(name)))));
        }
        QApplication::setPalette(light);
        select("sync-photos");
        m_window->resize(800, 600);
        settle(1s);
        QVERIFY(m_window->grab().save(QDir(folder).filePath(QStringLiteral("window-small.png"))));
        m_session->setConnection(HostSession::Connection::Lost);
        action("actionStop").trigger();
        settle();
        QVERIFY(m_window->grab().save(QDir(folder).filePath(QStringLiteral("window-lost.png"))));
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"

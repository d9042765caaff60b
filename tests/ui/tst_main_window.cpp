#include "palettes.h"
#include "windowfixture.h"

#include <support/await.h>

#include <QAbstractButton>
#include <QDir>
#include <QLineEdit>
#include <QPushButton>
#include <QStatusBar>

using namespace turnspit;
using namespace std::chrono_literals;

class TestMainWindow : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> m;

private Q_SLOTS:
    void init() { m = std::make_unique<WindowFixture>(); }
    void cleanup() { m.reset(); }

    void theTitleHoldsTheNameOfTheProgram()
    {
        m->open();
        QVERIFY(m->window->windowTitle().contains(u"Turnspit"));
    }

    void withNoServicesTheEmptyStateIsShown()
    {
        m->open();
        QVERIFY(m->part<QWidget>("emptyState").isVisible());
        m->add("api", ServiceState::Stopped);
        m->settle(1s);
        QVERIFY(!m->part<QWidget>("emptyState").isVisible());
        QVERIFY(m->list().isVisible());
    }

    void theHostsOwnWorkAloneIsNothingToLookAfter()
    {
        m->add("housekeeping", ServiceState::Waiting, ServiceKind::BuiltIn);
        m->open();
        QVERIFY(m->part<QWidget>("emptyState").isVisible());
        QVERIFY(!m->action("actionStop").isEnabled());
        QVERIFY(!m->action("actionRunNow").isEnabled());
        m->add("worker", ServiceState::Running, ServiceKind::BuiltIn); // of a program that has the library
        m->settle(1s);
        QVERIFY(!m->part<QWidget>("emptyState").isVisible());
        QCOMPARE(m->shownState("housekeeping"), QStringLiteral("Waiting"));
    }

    void theFirstServiceOfAPersonIsSelectedRatherThanTheHostsOwnWork()
    {
        m->add("housekeeping", ServiceState::Waiting, ServiceKind::BuiltIn);
        m->open();
        QCOMPARE(m->window->selectedNames(), QStringList());
        m->add("ticker", ServiceState::Running); // behind it in the list
        m->settle(1s);
        QCOMPARE(m->window->selectedNames(), listOf("ticker"));
        m->add("api", ServiceState::Running); // in front of both: what is selected stays
        m->settle(1s);
        QCOMPARE(m->window->selectedNames(), listOf("ticker"));

        // What somebody has chosen stays too, and is forgotten with the last service.
        m->select("housekeeping");
        m->add("backup", ServiceState::Running);
        m->settle(1s);
        QCOMPARE(m->window->selectedNames(), listOf("housekeeping"));
        for (const char* const name : {"api", "backup", "ticker"})
            m->session->drop(QString::fromLatin1(name));
        m->settle(1s);
        QCOMPARE(m->window->selectedNames(), QStringList());
        m->add("web", ServiceState::Running, ServiceKind::Kept, "shop");
        m->settle(1s);
        QCOMPARE(m->window->selectedNames(), listOf("web"));
    }

    void aClickOnStartAsksTheHostAndItsAnswerIsShown()
    {
        m->add("api", ServiceState::Stopped);
        m->open();
        QCOMPARE(m->shownState("api"), QStringLiteral("Stopped"));
        QVERIFY(m->action("actionStart").isEnabled());
        QVERIFY(!m->action("actionStop").isEnabled());
        QCOMPARE(m->action("actionStop").toolTip(), QStringLiteral("api is not running."));

        m->session->holdTransitions(QStringLiteral("api"));
        m->session->forgetCalls();
        m->action("actionStart").trigger();
        m->settle(100ms);
        QCOMPARE(m->session->callCount(QStringLiteral("act")), 1);
        const auto& calls = m->session->calls();
        const auto act = std::find_if(calls.begin(), calls.end(), [](const auto& call) { return call.name == u"act"; });
        QCOMPARE(act->params.value(u"action").toString(), QStringLiteral("start"));
        QCOMPARE(act->params.value(u"trigger").toString(), QStringLiteral("window"));
        QCOMPARE(m->shownState("api"), QStringLiteral("Starting…"));
        QVERIFY(!m->action("actionStart").isEnabled());
        QVERIFY(m->action("actionStop").isEnabled());

        m->session->releaseTransitions(QStringLiteral("api"));
        m->settle(1s);
        QCOMPARE(m->shownState("api"), QStringLiteral("Running"));
        QVERIFY(m->why().startsWith(u"api — Running"));
    }

    void stopPressedManyTimesIsOneStop()
    {
        m->add("api", ServiceState::Stopped);
        m->session->beginRun(QStringLiteral("api"));
        m->open();
        m->session->holdTransitions(QStringLiteral("api"));
        m->session->forgetCalls();
        m->action("actionStop").trigger();
        m->settle(100ms);
        QCOMPARE(m->shownState("api"), QStringLiteral("Stopping…"));
        for (int i = 0; i < 4; ++i)
            m->action("actionStop").trigger();
        m->settle(100ms);
        QCOMPARE(m->session->callCount(QStringLiteral("act")), 1);
        QVERIFY(m->action("actionStop").toolTip().contains(u"stopping already"));
    }

    void whatAPersonDidIsShownAtOnceAlsoRightAfterAnotherChange()
    {
        m->add("api", ServiceState::Stopped);
        m->open();
        m->settle(1s);
        m->add("other", ServiceState::Running);
        m->settle();
        m->session->setState(QStringLiteral("other"), ServiceState::Failed);
        m->settle();
        QCOMPARE(m->shownState("other"), QStringLiteral("Running")); // waits for its turn
        m->session->holdTransitions(QStringLiteral("api"));
        m->action("actionStart").trigger();
        m->settle();
        QCOMPARE(m->shownState("api"), QStringLiteral("Starting…"));
        QCOMPARE(m->shownState("other"), QStringLiteral("Failed"));
    }

    void runNowBeginsARun()
    {
        m->add("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        m->open();
        m->session->forgetCalls();
        m->action("actionRunNow").trigger();
        m->settle(1s);
        QCOMPARE(m->session->callCount(QStringLiteral("run")), 1);
    }

    void whatTheHostRefusesIsSaid()
    {
        m->add("api", ServiceState::Stopped);
        m->open();
        m->session->failNext(QStringLiteral("act"), {ErrorKind::Refused, "not on a Sunday"});
        m->action("actionStart").trigger();
        m->settle();
        QVERIFY(m->window->statusBar()->currentMessage().contains(u"not on a Sunday"));
    }

    void theFilterHidesTheOthersAndCanBeCleared()
    {
        m->add("api", ServiceState::Running);
        m->add("backup", ServiceState::Stopped);
        m->open();
        auto& edit = m->part<QLineEdit>("filterEdit");
        QTest::keyClicks(&edit, QStringLiteral("back"));
        QCOMPARE(m->list().model()->rowCount(), 1);
        QTest::keyClicks(&edit, QStringLiteral("zz"));
        QVERIFY(m->part<QWidget>("noMatchState").isVisible());
        m->part<QWidget>("noMatchState").findChild<QPushButton*>()->click();
        QCOMPARE(m->list().model()->rowCount(), 2);
        QVERIFY(m->list().isVisible());
    }

    void theSelectionSurvivesWhatHappensAroundIt()
    {
        for (const char* name : {"a", "m", "z"})
            m->add(name, ServiceState::Stopped);
        m->open();
        m->select("m");
        m->add("b", ServiceState::Running);
        m->session->drop(QStringLiteral("a"));
        m->session->setState(QStringLiteral("m"), ServiceState::Failed);
        m->settle(1s);
        m->session->replaceAll();
        m->settle(1s);
        QCOMPARE(m->list().selectionModel()->selectedRows().size(), 1);
        QCOMPARE(m->list().currentIndex().data(ServiceModel::NameRole).toString(), QStringLiteral("m"));
        QVERIFY(m->why().startsWith(u"m — Failed"));
    }

    void withoutAHostTheWindowSaysSoAndTriesAgain()
    {
        m->session->setConnection(HostSession::Connection::Lost);
        m->session->failNext(QStringLiteral("subscribe"), {ErrorKind::Unreachable, "no host listens"});
        m->add("api", ServiceState::Running);
        m->open();
        auto& page = m->part<QWidget>("noHostState");
        QVERIFY(page.isVisible());
        QVERIFY(page.findChild<QPushButton*>()->isVisible());
        page.findChild<QPushButton*>()->click();
        m->settle();
        m->session->setConnection(HostSession::Connection::Connected);
        m->settle();
        QVERIFY(!page.isVisible());
        QCOMPARE(m->shownState("api"), QStringLiteral("Running"));
        QVERIFY(m->action("actionStop").isEnabled());

        m->session->setConnection(HostSession::Connection::Lost);
        m->settle();
        QVERIFY(m->list().isVisible()); // what was known stays to be read
        QVERIFY(!m->action("actionStop").isEnabled());
        QCOMPARE(m->action("actionStop").toolTip(), QStringLiteral("No host is connected."));
        QCOMPARE(m->part<QAbstractButton>("connectionState").text(), QStringLiteral("Not connected"));
    }

    void everyControlHasANameForThoseWhoHearIt()
    {
        m->add("api", ServiceState::Running);
        m->open();
        for (const char* name : {"serviceView", "filterEdit", "logView", "logFollow", "whyBar"})
            QVERIFY2(!m->part<QWidget>(name).accessibleName().isEmpty(), name);
        for (const char* name : {"actionStart", "actionStop", "actionRestart", "actionRunNow", "actionKill", "actionHold"})
            QVERIFY2(!m->action(name).text().isEmpty(), name);
    }

    /// Pictures to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        const QString folder = qEnvironmentVariable("TURNSPIT_PICTURES");
        if (folder.isEmpty())
            QSKIP("TURNSPIT_PICTURES names no folder");
        m->clock.setWall(WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 13h + 58min));
        using enum ServiceState;
        const std::pair<const char*, ServiceState> all[] = {
            {"api", Running}, {"assets-watch", Starting}, {"backup", Waiting},  {"db-dump", Completed}, {"mailer", BackingOff},
            {"old-cron", Disabled}, {"proxy", Stopped}, {"queue-worker", Stopping}, {"sync-photos", Failed}, {"typo", Invalid}};
        for (const auto& [name, state] : all) {
            ServiceInfo info = m->add(name, state, state == Waiting ? ServiceKind::Scheduled : ServiceKind::Kept);
            info.since = m->clock.wallNow() - 3h - 12min;
            if (state == Running || state == Stopping) {
                info.cpuPercent = 2.1;
                info.memoryBytes = 84'000'000;
                info.pid = 4711;
            }
            if (state == Waiting)
                info.nextRun = m->clock.wallNow() + 12h;
            if (state == BackingOff) {
                info.nextRun = m->clock.wallNow() + 14s;
                info.restarts = 4;
            }
            if (state == BackingOff || state == Failed) {
                info.lastOutcome = Outcome::Failed;
                info.exitCode = state == Failed ? 127 : 1;
                info.reason = state == Failed ? QStringLiteral("`rclone` was not found in PATH (exit 127)") : QStringLiteral("exit code 1");
            }
            m->session->put(info);
        }
        for (const char* name : {"api", "mailer"}) {
            QList<UsageSample> samples;
            const bool fails = name[0] == 'm';
            for (int i = 58; i >= 0; --i) {
                const bool runs = !fails || i % 15 > 2;
                samples.append({m->clock.wallNow() - i * 10s, runs ? std::optional(1.0 + (i * 7) % 5 + (i % 23 == 0 ? 14 : 0)) : std::nullopt,
                                runs ? std::optional<qint64>(84'000'000) : std::nullopt});
            }
            m->session->setUsage(QString::fromLatin1(name), samples);
        }
        for (int i = 0; i < 4; ++i) {
            RunInfo ended;
            ended.id = RunId{static_cast<quint64>(900 + i)};
            ended.service = QStringLiteral("mailer");
            ended.end = m->clock.wallNow() - (3 - i) * 150s - 20s;
            ended.begin = *ended.end - 2min;
            ended.outcome = Outcome::Failed;
            ended.exitCode = 1;
            m->session->addRun(ended);
        }
        ActionRequest hold;
        hold.action = Action::Hold;
        hold.names = {QStringLiteral("backup")};
        hold.until = m->clock.wallNow() + 1h;
        const Begun held(m->session->act(hold));
        m->settle();
        const QString shown = QStringLiteral("mailer");
        m->session->say(shown, "run 41 began pid 812 trigger start attempt 1", 'h');
        for (int i = 0; i < 12; ++i) {
            m->clock.advance(173ms);
            m->session->say(shown, "GET /cart 200 " + QByteArray::number(7 * i) + "ms");
        }
        m->session->say(shown, "WARN slow query 812 ms", 'e');
        m->session->say(shown, "\x1b[31mError:\x1b[0m connect ETIMEDOUT 10.0.0.4:5432", 'e');
        m->session->say(shown, "run 41 ended failed exit 1", 'h');
        m->session->say(shown, "restart in 4s (2 of 10)", 'h');
        m->session->say(shown, "run 42 began pid 815 trigger restart attempt 2", 'h');
        m->session->say(shown, "listening on port 8080");

        const QPalette light = palettes::fusion();
        m->open();
        for (const auto& [name, palette] : {std::pair("light", light), std::pair("dark", palettes::dark())}) {
            QApplication::setPalette(palette);
            m->select("mailer");
            m->settle(1s);
            QVERIFY(m->window->grab().save(QDir(folder).filePath(QStringLiteral("window-%1.png").arg(QLatin1String(name)))));
        }
        QApplication::setPalette(light);
        m->select("sync-photos");
        m->window->resize(800, 600);
        m->settle(1s);
        QVERIFY(m->window->grab().save(QDir(folder).filePath(QStringLiteral("window-small.png"))));
        m->session->setConnection(HostSession::Connection::Lost);
        m->action("actionStop").trigger();
        m->settle();
        QVERIFY(m->window->grab().save(QDir(folder).filePath(QStringLiteral("window-lost.png"))));
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"

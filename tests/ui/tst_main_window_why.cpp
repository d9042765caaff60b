#include "windowfixture.h"

#include <ui/session/hostmirror.h>
#include <ui/window/remedies.h>
#include <ui/window/statemark.h>

#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QStatusBar>
#include <QToolBar>

using namespace turnspit;
using namespace std::chrono_literals;

/// Why it is so, what can be done about it, and what happens then.
class TestMainWindowWhy : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> m;

    QPushButton& button(int number) { return m->part<QPushButton>(qPrintable(QStringLiteral("whyButton%1").arg(number))); }
    QStringList buttons()
    {
        QStringList texts;
        for (int number = 1; number <= 3; ++number) {
            if (button(number).isVisible())
                texts += button(number).text();
        }
        return texts;
    }
    /// Running, then asked to stop, and stopping until it is released.
    void beginStop()
    {
        m->add("api", ServiceState::Stopped);
        m->session->beginRun(QStringLiteral("api"));
        m->open();
        m->session->holdTransitions(QStringLiteral("api"));
        m->action("actionStop").trigger();
        m->settle(100ms);
        m->session->forgetCalls();
    }

private Q_SLOTS:
    void init() { m = std::make_unique<WindowFixture>(); }
    void cleanup() { m.reset(); }

    void eachStateHasItsRemedies_data()
    {
        QTest::addColumn<ServiceInfo>("service");
        QTest::addColumn<QString>("offered");
        const auto row = [](const char* name, ServiceState state, ServiceKind kind, const char* offered, const char* flag = "") {
            ServiceInfo service;
            service.state = state;
            service.kind = kind;
            if (*flag)
                service.flags = {QString::fromLatin1(flag)};
            QTest::newRow(name) << service << QString::fromUtf8(offered);
        };
        using enum ServiceState;
        using enum ServiceKind;
        row("stopped", Stopped, Kept, "Start");
        row("stopped scheduled", Stopped, Scheduled, "Start|Run now");
        row("stopped manual", Stopped, Manual, "Run now");
        row("starting", Starting, Kept, "Show log|Stop");
        row("running", Running, Kept, "Show log");
        row("changed", Running, Kept, "Restart now|Show log", "changed");
        row("unhealthy", Running, Kept, "Show log|Restart", "unhealthy");
        row("broken file", Running, Kept, "Edit…|Show log", "file-broken");
        row("waiting", Waiting, Scheduled, "Run now|Show log");
        row("held", Waiting, Scheduled, "Resume schedule|Run now", "held");
        row("backing off", BackingOff, Kept, "Show log|Try now|Stop");
        row("stopping", Stopping, Kept, "Wait longer|Kill now|Show log");
        row("failed", Failed, Kept, "Show log|Start|Edit…");
        row("failed manual", Failed, Manual, "Show log|Run again|Edit…");
        row("completed", Completed, Kept, "Start|Show log");
        row("completed manual", Completed, Manual, "Run again|Show log");
        row("disabled", Disabled, Kept, "Enable");
        row("invalid", Invalid, Kept, "Edit…");
    }

    void eachStateHasItsRemedies()
    {
        QFETCH(ServiceInfo, service);
        QFETCH(QString, offered);
        QStringList texts;
        for (const Remedy remedy : remedies(service))
            texts += text(remedy);
        QCOMPARE(texts.join(u'|'), offered);
        QVERIFY(texts.size() <= 3);
    }

    void theLineSaysStateSinceReasonAndWhatHappensNext()
    {
        ServiceInfo mailer = m->add("mailer", ServiceState::BackingOff);
        mailer.reason = QStringLiteral("exit code 1");
        mailer.nextRun = m->clock.wallNow() + 14s;
        m->session->put(mailer);
        m->open();
        m->settle(4s);
        QCOMPARE(m->why(), QStringLiteral("mailer — Backing off for 4.0 s · exit code 1 · retry in 0:10"));
        m->session->setState(QStringLiteral("mailer"), ServiceState::Failed);
        m->settle(4min);
        QVERIFY2(m->why().startsWith(u"mailer — Failed 4 m 00 s ago · exit code 1"), qPrintable(m->why()));
    }

    void ofAFailureItIsSaidWhatTheServiceSaidLast()
    {
        m->add("api", ServiceState::Stopped);
        const RunId run = m->session->beginRun(QStringLiteral("api"));
        m->session->say(QStringLiteral("api"), "cannot reach \033[31mthe thing\033[0m", 'e');
        m->session->say(QStringLiteral("api"), "bye");
        m->open();
        m->settle(1s);
        QVERIFY2(!m->why().contains(u"the thing"), qPrintable(m->why()));
        m->session->endRun(run, Outcome::Failed, 3);
        m->session->setState(QStringLiteral("api"), ServiceState::Failed);
        m->settle(1s);
        QVERIFY2(m->why().endsWith(u" · “cannot reach the thing”"), qPrintable(m->why()));
        m->session->setState(QStringLiteral("api"), ServiceState::Running);
        m->settle(1s);
        QVERIFY2(!m->why().contains(u"the thing"), qPrintable(m->why()));
    }

    void aLineTooLongIsCutAndWholeInTheTooltip()
    {
        ServiceInfo typo = m->add("typo", ServiceState::Invalid);
        typo.reason = QString(400, u'x');
        m->session->put(typo);
        m->size = QSize(800, 600);
        m->open();
        QVERIFY(m->part<QLabel>("whyText").text().endsWith(QChar(0x2026)));
        QVERIFY(m->part<WhyBar>("whyBar").toolTip().contains(*typo.reason));
        QVERIFY(m->why().contains(*typo.reason));
        QVERIFY(m->window->width() <= 800);
    }

    void aStopShowsItsFuseAndCanBeGivenMoreTime()
    {
        beginStop();
        QVERIFY2(m->why().contains(u"SIGTERM sent, 10 s to SIGKILL"), qPrintable(m->why()));
        QCOMPARE(buttons(), (QStringList{QStringLiteral("Wait longer"), QStringLiteral("Kill now"), QStringLiteral("Show log")}));
        QVERIFY(m->indexOf("api").data(Qt::ToolTipRole).toString().startsWith(u"SIGTERM sent"));
        m->settle(3s);
        QVERIFY2(m->why().contains(u"7 s to SIGKILL"), qPrintable(m->why()));
        button(1).click();
        m->settle(100ms);
        QVERIFY2(m->why().contains(u"17 s to SIGKILL"), qPrintable(m->why()));
        m->session->releaseTransitions(QStringLiteral("api"));
        m->settle(1s);
        QVERIFY(m->why().startsWith(u"api — Stopped"));
        QCOMPARE(buttons(), QStringList{QStringLiteral("Start")});
    }

    void killNowInTheLineIsOneClick()
    {
        beginStop();
        button(2).click();
        m->settle();
        QCOMPARE(m->acts(), QStringList{QStringLiteral("kill api")});
        QVERIFY(!m->window->findChild<QMessageBox*>());
    }

    void killByItsKeyAsksOnceAndTheDefaultIsHarmless()
    {
        m->add("api", ServiceState::Stopped);
        m->session->beginRun(QStringLiteral("api"));
        m->open();
        m->session->forgetCalls();
        QTest::keyClick(m->window.get(), Qt::Key_K, Qt::ControlModifier | Qt::ShiftModifier);
        auto& box = m->part<QMessageBox>("killDialog");
        QVERIFY(box.isVisible());
        QTest::keyClick(&box, Qt::Key_Return);
        m->settle();
        QCOMPARE(m->acts(), QStringList());
        QTRY_VERIFY(!m->window->findChild<QMessageBox*>());
        m->window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m->window.get()));

        QTest::keyClick(m->window.get(), Qt::Key_K, Qt::ControlModifier | Qt::ShiftModifier);
        auto& again = m->part<QMessageBox>("killDialog");
        for (QAbstractButton* const each : again.buttons()) {
            if (again.buttonRole(each) == QMessageBox::DestructiveRole)
                each->click();
        }
        m->settle(1s);
        QCOMPARE(m->acts(), QStringList{QStringLiteral("kill api")});
        QCOMPARE(m->shownState("api"), QStringLiteral("Stopped"));
    }

    void killIsNoNeighbourOfTheDailyButtons()
    {
        m->open();
        QVERIFY(!m->part<QToolBar>("toolBar").actions().contains(&m->action("actionKill")));
    }

    void whatIsNotPossibleSaysWhyAlsoInTheStatusBar()
    {
        m->add("api", ServiceState::Stopped);
        m->open();
        QCOMPARE(m->action("actionStop").statusTip(), QStringLiteral("api is not running."));
        QCOMPARE(m->action("actionStop").toolTip(), m->action("actionStop").statusTip());
        QVERIFY(m->action("actionStart").statusTip().isEmpty());
    }

    void aDisabledServiceIsEnabledFromTheLine()
    {
        m->session->put(serviceNamed(QStringLiteral("old")));
        m->session->setText(QStringLiteral("old"), QStringLiteral("command = 'x'\ndisabled = true\n"));
        m->open();
        QCOMPARE(m->shownState("old"), QStringLiteral("Disabled"));
        button(1).click();
        m->settle(1s);
        QCOMPARE(m->shownState("old"), QStringLiteral("Stopped"));
    }

    void withoutAHostTheLineOffersOnlyWhatNeedsNone()
    {
        m->add("api", ServiceState::Failed);
        m->open();
        m->session->setConnection(HostSession::Connection::Lost);
        m->settle(1s);
        QCOMPARE(buttons(), QStringList{QStringLiteral("Show log")});
    }

    void timeDoesNotGoOnForAHostThatIsGoneOrSilent()
    {
        m->add("api", ServiceState::Running);
        m->open();
        m->settle(5s);
        const auto up = [this] { return m->indexOf("api").siblingAtColumn(ServiceModel::UpColumn).data().toString(); };
        for (const bool silent : {false, true}) {
            const QString before = up();
            const QString line = m->why();
            QVERIFY2(line.contains(before) && !line.contains(QStringLiteral("last known")), qPrintable(line));
            if (silent)
                m->window->mirror().setAnswers(false);
            else
                m->session->setConnection(HostSession::Connection::Lost);
            m->settle(1min);
            QCOMPARE(up(), before);
            QVERIFY2(m->why().startsWith(line) && m->why().contains(QStringLiteral("last known at ")), qPrintable(m->why()));
            const QString state = m->part<QLabel>("overviewState").text();
            QVERIFY2(state.contains(u'(' + before + u')') && state.contains(QStringLiteral("last known at ")), qPrintable(state));

            m->session->setConnection(HostSession::Connection::Connected);
            m->window->mirror().setAnswers(true);
            m->settle(1s);
            QVERIFY(up() != before);
        }
    }

    void whereSeveralAreSelectedItSaysWhoseTabsTheseAre()
    {
        m->add("api", ServiceState::Running);
        m->add("web", ServiceState::Running);
        m->open();
        m->select("web");
        m->list().selectionModel()->select(m->indexOf("api"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        m->settle();
        QCOMPARE(m->why(), QStringLiteral("2 services are selected. Shown: web."));
    }

    void aHeldScheduleHasItsMarkOnTheLine()
    {
        ServiceInfo backup = m->add("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        m->open();
        auto* const mark = m->part<WhyBar>("whyBar").findChild<StateMark*>();
        const QImage plain = mark->grab().toImage();
        backup.flags = {QStringLiteral("held")};
        m->session->put(backup);
        m->settle(1s);
        QVERIFY(mark->grab().toImage() != plain);
    }

    void aBrokenFileIsRestoredWhereAGoodVersionIsKept()
    {
        m->add("api", ServiceState::Stopped);
        m->session->setText(QStringLiteral("api"), QStringLiteral("command = \"a\"\n"));
        m->add("mail", ServiceState::Stopped);
        m->open();
        m->session->breakText(QStringLiteral("api"), {});
        m->session->breakText(QStringLiteral("mail"), {}, false);
        m->settle(std::chrono::milliseconds(100));
        m->select("mail");
        QCOMPARE(button(1).text(), QStringLiteral("Edit…"));
        m->select("api");
        m->settle(std::chrono::milliseconds(100));
        QPushButton& restore = button(1);
        QCOMPARE(restore.text(), QStringLiteral("Restore last good version"));
        QCOMPARE(m->shownState("api"), QStringLiteral("Invalid"));
        restore.click();
        m->settle(std::chrono::milliseconds(100));
        QVERIFY(m->session->service(QStringLiteral("api")).state == ServiceState::Stopped);
        QVERIFY(restore.text() != QStringLiteral("Restore last good version"));
        QVERIFY(m->part<QLabel>("toastText").text().contains(u"api"));
    }
};

QTEST_MAIN(TestMainWindowWhy)
#include "tst_main_window_why.moc"

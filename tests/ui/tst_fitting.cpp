#include "backupservice.h"
#include "cuttext.h"
#include "dialogtesting.h"
#include "longerwords.h"
#include "palettes.h"
#include "windowfixture.h"

#include <ui/edit/toast.h>
#include <ui/logs/logview.h>
#include <ui/notices/eventsdialog.h>
#include <ui/notices/noticebanner.h>
#include <ui/quit/closequestion.h>
#include <ui/quit/quitdialog.h>
#include <ui/quit/quitflow.h>
#include <ui/quit/quitplan.h>
#include <ui/window/detailpane.h>

#include <QDir>
#include <QMenu>
#include <QPushButton>
#include <QScreen>
#include <QTabWidget>
#include <QToolButton>

using namespace turnspit;
using namespace std::chrono_literals;

#define VERIFY_NOTHING_IS_CUT(top, what)                                                                                                   \
    do {                                                                                                                                   \
        keep(top, what);                                                                                                                   \
        const QStringList found = test::cutTexts(top);                                                                                     \
        if (!found.isEmpty())                                                                                                              \
            qWarning("%s", qPrintable((QStringList{what} + found).join(QLatin1String("\n  "))));                                            \
        m_isCut = m_isCut || !found.isEmpty();                                                                                             \
    } while (false)

/// Everything that has text, in a language with longer words, from right to left, and with twice the size of the text, which is what
/// 200 % leaves on the same screen: nothing is cut, and the dialogs fit on 800x600.
class TestFitting : public QObject
{
    Q_OBJECT
private:
    enum Way { AsItIs = 0, Longer = 1, Mirrored = 2, Twice = 4 };

    std::unique_ptr<WindowFixture> m;
    test::LongerWords m_words;
    QFont m_font;
    bool m_isCut = false;

    [[nodiscard]] static int way()
    {
        QFETCH_GLOBAL(int, way);
        return way;
    }

    void keep(QWidget& top, const QString& name)
    {
        const QString folder = qEnvironmentVariable("TURNSPIT_PICTURES");
        static const QHash<int, QString> words{{AsItIs, QStringLiteral("plain")},
                                               {Longer, QStringLiteral("longer")},
                                               {Mirrored, QStringLiteral("mirrored")},
                                               {Longer | Mirrored, QStringLiteral("longer-mirrored")},
                                               {Twice, QStringLiteral("twice")}};
        if (!folder.isEmpty())
            top.grab().save(QDir(folder).filePath(QStringLiteral("fit-%1-%2.png").arg(name, words.value(way()))));
    }

    /// On a screen of 800x600 at most, whatever the screen is.
    void verifyFits(const QWidget& top, const QString& what)
    {
        const QSize screen = top.screen()->availableGeometry().size().boundedTo(QSize(800, 600));
        if (top.width() <= screen.width() && top.height() <= screen.height())
            return;
        qWarning("%s is %dx%d", qPrintable(what), top.width(), top.height());
        m_isCut = true;
    }

    void addServices()
    {
        m->clock.setWall(WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 13h + 58min));
        using enum ServiceState;
        const std::pair<const char*, ServiceState> all[] = {
            {"api", Running}, {"assets-watch", Starting}, {"db-dump", Completed}, {"mailer", BackingOff}, {"old-cron", Disabled},
            {"proxy", Stopped}, {"queue-worker", Stopping}, {"sync-photos", Failed}, {"typo", Invalid}};
        for (const auto& [name, state] : all) {
            ServiceInfo info = m->add(name, state);
            info.since = m->now() - 3h - 12min;
            if (state == Running || state == Stopping) {
                info.cpuPercent = 2.1;
                info.memoryBytes = 84'000'000;
                info.pid = 4711;
            }
            if (state == BackingOff) {
                info.nextRun = m->now() + 14s;
                info.restarts = 4;
            }
            if (state == BackingOff || state == Failed) {
                info.lastOutcome = Outcome::Failed;
                info.exitCode = state == Failed ? 127 : 1;
                info.reason = state == Failed ? QStringLiteral("`rclone` was not found in PATH (exit 127)") : QStringLiteral("exit code 1");
            }
            if (state == Invalid)
                info.reason = QStringLiteral("typo.toml:3:1: comand: unknown key");
            m->session->put(info);
        }
        addBackup(*m);
        m->session->beginRun(QStringLiteral("api"));
        m->session->say(QStringLiteral("api"), "run 41 began pid 812 trigger start attempt 1", 'h');
        for (int i = 0; i < 12; ++i)
            m->session->say(QStringLiteral("api"), "GET /cart 200 " + QByteArray::number(7 * i) + "ms");
        m->session->say(QStringLiteral("api"), "WARN slow query 812 ms", 'e');
    }

    /// The dialogs that are open now, once each.
    void lookAtDialogs(const QString& opener, int& opened)
    {
        for (QWidget* const top : QApplication::topLevelWidgets()) {
            if (top == m->window.get() || !top->isVisible() || qobject_cast<QMenu*>(top))
                continue;
            ++opened;
            VERIFY_NOTHING_IS_CUT(*top, opener);
            verifyFits(*top, opener);
            top->close();
        }
    }

    void openAll(const QString& service, int& opened)
    {
        m->select(qPrintable(service));
        const QStringList leave{QStringLiteral("actionQuit"), QStringLiteral("actionClose")};
        QList<QAction*> actions = m->window->findChildren<QAction*>();
        std::reverse(actions.begin(), actions.end()); // from the last: what asks before a kill, while there is something to kill
        for (QAction* const action : std::as_const(actions)) {
            if (action->objectName().isEmpty() || !action->isEnabled() || action->menu() || leave.contains(action->objectName()))
                continue;
            action->trigger();
            m->settle(200ms);
            lookAtDialogs(action->objectName(), opened);
            m->settle();
        }
    }

    void verifyNothingWasCut() { QVERIFY(!m_isCut); }

private Q_SLOTS:
    void initTestCase_data()
    {
        QTest::addColumn<int>("way");
        QTest::newRow("as it is") << int(AsItIs);
        QTest::newRow("longer words") << int(Longer);
        QTest::newRow("right to left") << int(Mirrored);
        QTest::newRow("longer words right to left") << (Longer | Mirrored);
        QTest::newRow("twice the text") << int(Twice);
    }

    void initTestCase()
    {
        m_font = QApplication::font();
        if (qEnvironmentVariableIsSet("QT_SCALE_FACTOR"))
            QCOMPARE(QApplication::primaryScreen()->devicePixelRatio(), qEnvironmentVariableIntValue("QT_SCALE_FACTOR"));
    }

    void init()
    {
        m_isCut = false;
        QFont font = m_font;
        if (way() & Twice)
            font.setPointSizeF(font.pointSizeF() * 2);
        QApplication::setFont(font);
        QApplication::setLayoutDirection(way() & Mirrored ? Qt::RightToLeft : Qt::LeftToRight);
        if (way() & Longer)
            QCoreApplication::installTranslator(&m_words);
        m = std::make_unique<WindowFixture>();
    }
    void cleanup()
    {
        m.reset();
        QCoreApplication::removeTranslator(&m_words);
    }

    void aNewWindowIsNoLargerThanTheScreen()
    {
        const MainWindow fresh(*m->session);
        verifyFits(fresh, QStringLiteral("a new window"));
        verifyNothingWasCut();
    }

    void whatIsCutIsFound()
    {
        QWidget top;
        auto* const label = new QLabel(QStringLiteral("some words"), &top);
        auto* const button = new QPushButton(QStringLiteral("more words"), &top);
        auto* const box = new QComboBox(&top);
        box->addItem(QStringLiteral("a choice of many words"));
        const QList<QWidget*> parts{label, button, box};
        top.resize(900, 300);
        const auto place = [&](int row) { parts.at(row)->setGeometry(0, 90 * row, parts.at(row)->sizeHint().width(), parts.at(row)->sizeHint().height()); };
        for (int row = 0; row < parts.size(); ++row)
            place(row);
        top.show();
        QCOMPARE(test::cutTexts(top), QStringList());
        for (int row = 0; row < parts.size(); ++row) {
            parts.at(row)->resize(parts.at(row)->width() / 2, parts.at(row)->height());
            QCOMPARE(test::cutTexts(top).size(), 1);
            place(row);
            parts.at(row)->move(top.width() - 5, 90 * row);
            QCOMPARE(test::cutTexts(top).size(), 1);
            place(row);
        }
    }

    void noDialogOfTheWindowCutsItsText()
    {
        addServices();
        m->open();
        auto& tabs = m->part<QTabWidget>("detailTabs");
        m->select("backup");
        tabs.setCurrentIndex(2);
        m->settle(1s);
        auto& runs = m->part<QTreeView>("runsView");
        for (int row = 0; row < runs.model()->rowCount(); ++row) {
            if (runs.model()->index(row, 0).data().toString() == QLatin1String("138")) // one that failed, for the comparison
                runs.setCurrentIndex(runs.model()->index(row, 0));
        }
        m->settle(1s);
        int opened = 0;
        openAll(QStringLiteral("backup"), opened);
        openAll(QStringLiteral("api"), opened);
        openAll(QStringLiteral("old-cron"), opened); // is asked whether to enable it
        m->part<QAbstractButton>("connectionState").click();
        m->settle();
        lookAtDialogs(QStringLiteral("host-details"), opened);
        QVERIFY2(opened >= 8, qPrintable(QString::number(opened)));
        verifyNothingWasCut();
    }

    void nothingOfTheWindowIsCut()
    {
        addServices();
        m->open();
        for (const QSize& size : {QSize(1060, 720), QSize(800, 600)}) {
            m->window->resize(size);
            for (const char* name : {"api", "backup", "mailer", "queue-worker", "sync-photos", "typo"}) {
                m->select(name);
                m->settle(1s);
                VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("window-%1-%2").arg(size.width()).arg(QLatin1String(name)));
                if (qstrcmp(name, "api") != 0 && qstrcmp(name, "backup") != 0)
                    continue; // of the others the reason and what can be done about it
                for (const QString& tab : {tabs::overview, tabs::logs, tabs::runs, tabs::configuration}) {
                    m->window->showService(QString::fromLatin1(name), tab); // a page of its own where it is narrow
                    m->settle(1s);
                    VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("window-%1-%2-%3").arg(size.width()).arg(QLatin1String(name), tab));
                }
                QTest::keyClick(m->window.get(), Qt::Key_Escape); // back to the list
            }
            QVERIFY2(way() & Twice || m->window->size() == size, qPrintable(QStringLiteral("%1x%2").arg(m->window->width()).arg(m->window->height())));
        }
        verifyNothingWasCut();
    }

    void thePaletteCutsNothing()
    {
        addServices();
        m->size = QSize(800, 600);
        m->open();
        for (const char* sought : {"", "res mail", "nothing is like that"}) {
            m->action("actionPalette").trigger();
            m->part<QLineEdit>("paletteEdit").setText(QString::fromLatin1(sought));
            m->settle();
            QVERIFY(m->part<QWidget>("palette").isVisible());
            VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("palette-%1").arg(qstrlen(sought)));
        }
        verifyNothingWasCut();
    }

    void thePagesOfAWindowWithoutServicesCutNothing()
    {
        m->options.demoProgram = QStringLiteral("turnspit-demo");
        m->size = QSize(800, 600);
        m->open();
        VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("empty"));
        m->add("api");
        m->settle(1s);
        m->part<QLineEdit>("filterEdit").setText(QStringLiteral("nothing has this name"));
        m->settle();
        VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("no-match"));
        m->part<Toast>("toast").say(QCoreApplication::translate("test", "The service api was removed, and can be brought back."),
                                    {{QCoreApplication::translate("test", "Undo"), {}}});
        m->settle();
        VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("toast"));
        verifyNothingWasCut();
    }

    void theBarsOfALogCutNothing()
    {
        addServices();
        m->size = QSize(800, 600);
        m->open();
        m->select("api");
        m->window->showService(QStringLiteral("api"), tabs::logs);
        m->settle(1s);
        m->window->findChild<QAction*>(QStringLiteral("logFindAction"))->trigger();
        m->part<QLineEdit>("logFind").setText(QStringLiteral("GET"));
        m->settle(1s);
        m->settle(1s);
        VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("find"));
        m->part<QAbstractButton>("logFindRegex").click();
        m->part<QLineEdit>("logFind").setText(QStringLiteral("GET("));
        m->window->findChild<QAction*>(QStringLiteral("logFilterAction"))->trigger();
        m->part<QLineEdit>("logFilter").setText(QStringLiteral("cart"));
        m->window->findChild<QAction*>(QStringLiteral("logJumpAction"))->trigger();
        m->part<QLineEdit>("logJump").setText(QStringLiteral("half past"));
        QTest::keyClick(&m->part<QLineEdit>("logJump"), Qt::Key_Return);
        m->settle(1s);
        m->settle(1s);
        VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("log-bars"));
        verifyNothingWasCut();
    }

    void theBandOfNoticesCutsNothing()
    {
        addServices();
        m->size = QSize(800, 600);
        m->open();
        Notice notice;
        notice.key = QStringLiteral("crash");
        notice.summary = QCoreApplication::translate("test", "Turnspit ended unexpectedly at 13:02");
        notice.body = QCoreApplication::translate("test", "5 services went on meanwhile, and one of them has ended with exit code 1 since then.");
        notice.buttons = {{QStringLiteral("log"), QCoreApplication::translate("test", "Show log")},
                          {QStringLiteral("again"), QCoreApplication::translate("test", "Run again")}};
        NoticeBanner& band = m->part<NoticeBanner>("noticeBanner");
        band.show(notice);
        notice.key = QStringLiteral("second");
        band.show(notice);
        m->settle(1s);
        VERIFY_NOTHING_IS_CUT(*m->window, QStringLiteral("band"));

        QList<HostEvent> events;
        for (int i = 0; i < 5; ++i)
            events += HostEvent{m->now() - i * 1h, QStringLiteral("service-failed"), QStringLiteral("sync-photos"), QStringLiteral("exit 127")};
        auto* const dialog = new EventsDialog(QCoreApplication::translate("test", "While you were away"), events, m->window.get());
        dialog->open();
        m->settle();
        VERIFY_NOTHING_IS_CUT(*dialog, QStringLiteral("events"));
        verifyFits(*dialog, QStringLiteral("events"));
        verifyNothingWasCut();
    }

    void theFormOfAServiceCutsNothingWhateverItsKind()
    {
        m.reset();
        test::DialogFixture dialog;
        dialog.open();
        const auto kinds = dialog.part<QWidget>("kindButtons").findChildren<QAbstractButton*>();
        QVERIFY(kinds.size() >= 3);
        for (QAbstractButton* const kind : kinds) {
            kind->click();
            dialog.look();
            for (QToolButton* const head : dialog.dialog->findChildren<QToolButton*>()) {
                if (head->objectName().endsWith(u"Head") && head->isVisible() && head->arrowType() != Qt::DownArrow)
                    head->click();
            }
            dialog.look();
            VERIFY_NOTHING_IS_CUT(*dialog.dialog, kind->objectName());
            verifyFits(*dialog.dialog, kind->objectName());
        }
        dialog.type("commandEdit", QStringLiteral("no-such-program | grep x"));
        dialog.type("nameEdit", QStringLiteral("not a name"));
        VERIFY_NOTHING_IS_CUT(*dialog.dialog, QStringLiteral("form-remarks"));
        dialog.part<QTabWidget>("dialogTabs").setCurrentIndex(1);
        dialog.look();
        VERIFY_NOTHING_IS_CUT(*dialog.dialog, QStringLiteral("form-text"));
        dialog.dialog->reject(); // which asks what has become of the changes
        dialog.settle();
        for (QWidget* const top : QApplication::topLevelWidgets()) {
            if (top != dialog.dialog && top->isVisible())
                VERIFY_NOTHING_IS_CUT(*top, QStringLiteral("form-discard"));
        }
        verifyNothingWasCut();
    }

    void theDialogsThatEndTheProgramCutNothing()
    {
        for (const char* name : {"api", "mailer", "a-service-with-a-long-name"}) {
            m->add(name, ServiceState::Running);
            m->session->beginRun(QString::fromLatin1(name));
        }
        m->open();
        m->session->holdTransitions(QStringLiteral("mailer"));
        m->session->holdTransitions(QStringLiteral("a-service-with-a-long-name"));
        QuitPlan plan(*m->session, m->window->mirror());
        plan.begin();
        m->settle(1s);
        QuitDialog quit(plan);
        quit.show();
        QVERIFY(QTest::qWaitForWindowExposed(&quit));
        m->settle();
        const auto look = [&](const QString& name) {
            VERIFY_NOTHING_IS_CUT(quit, name);
            const QStringList cells = test::cutCells(HostFixture::part<QTreeWidget>(quit, "quitList"));
            if (!cells.isEmpty())
                qWarning("%s", qPrintable(cells.join(u'\n')));
            m_isCut = m_isCut || !cells.isEmpty();
            verifyFits(quit, name);
        };
        look(QStringLiteral("quit"));
        plan.kill(QStringLiteral("mailer"));
        m->session->releaseTransitions(QStringLiteral("mailer"));
        m->settle(1s);
        look(QStringLiteral("quit-killed"));
        m->window->hide(); // what is stopped is offered to be started again, over nothing
        QuitFlow flow(*m->session, m->window->mirror());
        m->session->setState(QStringLiteral("api"), ServiceState::Running);
        m->settle(1s);
        flow.quit(nullptr, false);
        m->settle(1s);
        for (QWidget* const top : QApplication::topLevelWidgets()) {
            if (top->objectName() == QLatin1String("quitDialog") && top != &quit && top->isVisible())
                static_cast<QDialog*>(top)->reject();
        }
        m->settle(1s);
        int asked = 0;
        for (QWidget* const top : QApplication::topLevelWidgets()) {
            if (top->objectName() == QLatin1String("startAgainDialog") && top->isVisible()) {
                ++asked;
                VERIFY_NOTHING_IS_CUT(*top, QStringLiteral("start-again"));
                top->close();
            }
        }
        QCOMPARE(asked, 1);
        for (const bool inProcess : {true, false}) {
            CloseQuestion close(2, inProcess);
            close.show();
            QVERIFY(QTest::qWaitForWindowExposed(&close));
            VERIFY_NOTHING_IS_CUT(close, inProcess ? QStringLiteral("close") : QStringLiteral("close-attached"));
            verifyFits(close, QStringLiteral("close"));
        }
        verifyNothingWasCut();
    }

    void whatCommandsWriteAndWhatStartsThemGoesFromLeftToRight()
    {
        if (!(way() & Mirrored))
            return;
        addServices();
        m->open();
        QCOMPARE(m->window->layoutDirection(), Qt::RightToLeft);
        QCOMPARE(m->part<LogView>("logView").layoutDirection(), Qt::LeftToRight);
        for (const char* name : {"overviewCommand", "lastLines"})
            QCOMPARE(m->part<QWidget>(name).layoutDirection(), Qt::LeftToRight);
        m.reset();
        test::DialogFixture dialog;
        dialog.open();
        QCOMPARE(dialog.dialog->layoutDirection(), Qt::RightToLeft);
        for (const char* name : {"commandEdit", "workingDirectoryEdit", "stopCommandEdit", "environmentFileEdit", "tryOutput"})
            QCOMPARE(dialog.part<QWidget>(name).layoutDirection(), Qt::LeftToRight);
        // What is painted is on the left, whatever letters it begins with.
        auto& edit = dialog.part<QLineEdit>("commandEdit");
        edit.setText(QString::fromUtf8("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d --now"));
        edit.setCursorPosition(0);
        QVERIFY(edit.inputMethodQuery(Qt::ImCursorRectangle).toRect().x() < edit.width() / 2);
    }
};

QTEST_MAIN(TestFitting)
#include "tst_fitting.moc"

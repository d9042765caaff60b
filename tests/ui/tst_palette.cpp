#include <ui/palette/commandpalette.h>
#include <ui/palette/fuzzy.h>
#include <ui/palette/palettemodel.h>
#include <ui/palette/palettesearch.h>
#include <ui/services/serviceactions.h>
#include <ui/window/mainwindow.h>

#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMainWindow>
#include <QMenu>
#include <QTest>

#include <ctime>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

double threadMilliseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

} // namespace

class TestPalette : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<FakeSession> m_session;
    std::unique_ptr<QMainWindow> m_window;
    std::unique_ptr<ServiceActions> m_actions;
    std::unique_ptr<QAction> m_add;
    CommandPalette* m_palette = nullptr;
    QStringList m_asked;

    QLineEdit& edit() { return *m_palette->findChild<QLineEdit*>(QStringLiteral("paletteEdit")); }
    QListView& list() { return *m_palette->findChild<QListView*>(QStringLiteral("paletteList")); }
    QString chosen() { return list().currentIndex().data().toString(); }

    QList<ServiceVerb> verbs()
    {
        QList<ServiceVerb> verbs = commandVerbs(*m_actions, [this](ServiceCommand command, const QString& name) {
            m_asked += QStringLiteral("%1 %2").arg(static_cast<int>(command)).arg(name);
        });
        ServiceVerb log;
        log.pattern = QStringLiteral("Show log of %1");
        log.icon = QStringLiteral("show-log");
        log.permission = [](const ServiceInfo&) { return Permission(); };
        log.commandLine = [](const ServiceInfo& service) { return QStringLiteral("turnspitctl logs -f %1").arg(service.name); };
        log.run = [this](const QString& name) { m_asked += QStringLiteral("log %1").arg(name); };
        verbs += log;
        return verbs;
    }

    void open(const QString& current = {}, bool live = true)
    {
        m_palette->open({serviceNamed(QStringLiteral("api"), ServiceState::Running),
                         serviceNamed(QStringLiteral("mailer"), ServiceState::Running),
                         serviceNamed(QStringLiteral("restic-mail"), ServiceState::Waiting, ServiceKind::Scheduled),
                         serviceNamed(QStringLiteral("web"), ServiceState::Stopped)},
                        current, live, {m_add.get()});
    }

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_unique<FakeClock>();
        Clock::setCurrent(m_clock.get());
        m_session = std::make_unique<FakeSession>();
        m_window = std::make_unique<QMainWindow>();
        m_window->setCentralWidget(new QLineEdit(m_window.get()));
        m_window->resize(900, 600);
        m_actions = std::make_unique<ServiceActions>(*m_session, *m_window);
        m_add = std::make_unique<QAction>(QStringLiteral("&Add service…"));
        m_add->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_N));
        m_palette = new CommandPalette(*m_window);
        m_palette->setVerbs(verbs());
        m_asked.clear();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->centralWidget()->setFocus();
    }

    void cleanup()
    {
        m_actions.reset();
        m_window.reset();
        m_session.reset();
        Clock::setCurrent(nullptr);
        m_clock.reset();
    }

    void theBetterFitScoresMore()
    {
        const auto score = [](const char* typed, const char* text) {
            return fuzzyScore(QString::fromLatin1(typed), QString::fromLatin1(text));
        };
        QVERIFY(score("restart", "restart") > score("res", "restart"));
        QVERIFY(score("mail", "mailer") > score("mail", "restic-mail"));
        QVERIFY(score("mail", "restic-mail") > score("est", "restic-mail"));
        QVERIFY(score("est", "restic-mail") > score("rml", "restic-mail"));
        QVERIFY(score("rst", "restart") > 0);
        QVERIFY(score("xyz", "restart") < 0);
    }

    void twoPiecesOfWordsFindVerbAndService()
    {
        open();
        QTest::keyClicks(&edit(), QStringLiteral("res mai"));
        QCOMPARE(chosen(), QStringLiteral("Restart mailer"));
        QCOMPARE(list().currentIndex().data(PaletteModel::KeysRole).toString(), QStringLiteral("Ctrl+R"));
        QTest::keyClick(&edit(), Qt::Key_Return);
        QCOMPARE(m_asked, QStringList(QStringLiteral("%1 mailer").arg(static_cast<int>(ServiceCommand::Restart))));
        QVERIFY(!m_palette->isVisible());
        QCOMPARE(QApplication::focusWidget(), m_window->centralWidget());
    }

    void theOrderOfTheWordsDoesNotMatter()
    {
        open();
        edit().setText(QStringLiteral("mailer RESTART"));
        QCOMPARE(chosen(), QStringLiteral("Restart mailer"));
    }

    void controlCCopiesTheCommandLineAndStays()
    {
        open();
        edit().setText(QStringLiteral("restart mailer"));
        QTest::keyClick(&edit(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("turnspitctl restart mailer"));
        QVERIFY(m_palette->isVisible());
        edit().setText(QStringLiteral("run restic"));
        QTest::keyClick(&edit(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("turnspitctl run restic-mail"));
    }

    void whatCannotBeDoneStaysWithItsReason()
    {
        open();
        edit().setText(QStringLiteral("stop web"));
        QCOMPARE(chosen(), QStringLiteral("Stop web"));
        QCOMPARE(list().currentIndex().data(PaletteModel::WhyRole).toString(), QStringLiteral("web is not running."));
        QCOMPARE(m_palette->findChild<QLabel*>(QStringLiteral("paletteHint"))->text(), QStringLiteral("web is not running."));
        QTest::keyClick(&edit(), Qt::Key_Return);
        QVERIFY(m_palette->isVisible());
        QVERIFY(m_asked.isEmpty());
    }

    void whatCannotBeDoneWithTheSelectedOneIsNotFirst()
    {
        open(QStringLiteral("web"));
        QTest::keyClicks(&edit(), QStringLiteral("stop"));
        QVERIFY(list().currentIndex().data(PaletteModel::WhyRole).toString().isEmpty());
        QVERIFY2(chosen() != QStringLiteral("Stop web"), qPrintable(chosen()));
    }

    void whatIsInAMenuOfAMenuIsCalledByBoth()
    {
        QMenu outer(QStringLiteral("&File"));
        QMenu inner(QStringLiteral("Try an &example"));
        outer.addMenu(&inner);
        QCOMPARE(plainText(*inner.addAction(QStringLiteral("&Slow stopper"))), QStringLiteral("Try an example: Slow stopper"));
        QCOMPARE(plainText(*outer.addAction(QStringLiteral("&Quit"))), QStringLiteral("Quit"));
    }

    void withoutAHostNoServiceCanBeAsked()
    {
        open({}, false);
        edit().setText(QStringLiteral("restart mailer"));
        QCOMPARE(list().currentIndex().data(PaletteModel::WhyRole).toString(), QStringLiteral("No host is connected."));
    }

    void nothingTypedOffersTheSelectedServiceThenTheWindow()
    {
        open(QStringLiteral("api"));
        QCOMPARE(chosen(), QStringLiteral("Stop api"));
        QCOMPARE(list().model()->rowCount(), 9);
        QCOMPARE(list().model()->index(8, 0).data().toString(), QStringLiteral("Add service…"));
        edit().setText(QStringLiteral("re"));
        QCOMPARE(chosen(), QStringLiteral("Restart api")); // the selected one before the others
    }

    void actionsOfTheWindowAreFoundAndTriggered()
    {
        int triggered = 0;
        connect(m_add.get(), &QAction::triggered, this, [&] { ++triggered; });
        open();
        QTest::keyClicks(&edit(), QStringLiteral("add"));
        QCOMPARE(chosen(), QStringLiteral("Add service…"));
        QTest::keyClick(&edit(), Qt::Key_Return);
        QCOMPARE(triggered, 1);
    }

    void arrowsChooseAndEscapeLeaves()
    {
        open(QStringLiteral("api"));
        const QString first = chosen();
        QTest::keyClick(&edit(), Qt::Key_Down);
        QVERIFY(chosen() != first);
        QTest::keyClick(&edit(), Qt::Key_Up);
        QTest::keyClick(&edit(), Qt::Key_Up);
        QCOMPARE(list().currentIndex().row(), list().model()->rowCount() - 1);
        QTest::keyClick(&edit(), Qt::Key_Escape);
        QVERIFY(!m_palette->isVisible());
        QCOMPARE(QApplication::focusWidget(), m_window->centralWidget());
    }

    void itGoesWhenItIsLeft()
    {
        open();
        m_window->centralWidget()->setFocus();
        QVERIFY(!m_palette->isVisible());
        QCOMPARE(QApplication::focusWidget(), m_window->centralWidget());
    }

    void itStaysInsideASmallWindow()
    {
        m_window->resize(360, 260);
        open();
        QVERIFY(m_window->rect().contains(m_palette->geometry()));
        m_window->resize(320, 220);
        QTRY_VERIFY(m_window->rect().contains(m_palette->geometry()));
    }

    void thousandsOfServicesAreSearchedWithinAFrame()
    {
        QList<ServiceInfo> services;
        for (int i = 0; i < 2000; ++i)
            services += serviceNamed(QStringLiteral("shop-%1-worker-%2").arg(i % 37).arg(i), ServiceState::Running);
        PaletteSearch search;
        search.setVerbs(verbs());
        QCOMPARE(search.verbs().size(), 8);
        search.setServices(services, {}, true);
        search.setActions({m_add.get()});
        for (const char* typed : {"r", "res", "res wor", "restart worker 1999", "shop 3 stop wor", "zzz"}) {
            double least = 1e9;
            for (int i = 0; i < 3; ++i) {
                const double before = threadMilliseconds();
                const auto hits = search.find(QString::fromLatin1(typed));
                least = std::min(least, threadMilliseconds() - before);
                QVERIFY(hits.size() <= PaletteSearch::most);
            }
            QVERIFY2(least < 16, qPrintable(QStringLiteral("'%1' took %2 ms").arg(QLatin1String(typed)).arg(least)));
        }
        QCOMPARE(search.find(QStringLiteral("restart worker 1999")).first().text, QStringLiteral("Restart shop-1-worker-1999"));
    }

    void inTheWindowItActsOnTheServiceThatIsNamed()
    {
        m_session->put({serviceNamed(QStringLiteral("api"), ServiceState::Stopped),
                        serviceNamed(QStringLiteral("mailer"), ServiceState::Stopped)});
        MainWindow window(*m_session);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTRY_COMPARE(window.selectedNames(), QStringList(QStringLiteral("api")));
        m_session->forgetCalls();

        QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
        auto* const line = window.findChild<QLineEdit*>(QStringLiteral("paletteEdit"));
        QTRY_VERIFY(line->isVisible());
        QTest::keyClicks(line, QStringLiteral("res mai"));
        QTest::keyClick(line, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("turnspitctl restart mailer"));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(m_session->callCount(QStringLiteral("act")), 1);
        const auto& calls = m_session->calls();
        const auto act = std::find_if(calls.begin(), calls.end(), [](const auto& call) { return call.name == u"act"; });
        QCOMPARE(act->params.value(u"action").toString(), QStringLiteral("restart"));
        QCOMPARE(act->params.value(u"names").toArray().at(0).toString(), QStringLiteral("mailer"));
        QCOMPARE(window.selectedNames(), QStringList(QStringLiteral("api")));

        // What is done with files is there for each service, too.
        m_session->forgetCalls();
        QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
        QTest::keyClicks(line, QStringLiteral("remove mai"));
        QTest::keyClick(line, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("turnspitctl remove mailer"));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(m_session->callCount(QStringLiteral("remove")), 1);

        // The window's own actions, too, but no command on the selected ones beside its verb.
        QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
        QTest::keyClicks(line, QStringLiteral("quit"));
        auto* const rows = window.findChild<QListView*>(QStringLiteral("paletteList"));
        QCOMPARE(rows->currentIndex().data().toString(), QStringLiteral("Quit Turnspit"));
        line->setText(QStringLiteral("kill"));
        QCOMPARE(rows->model()->rowCount(), 2);
    }

    /// Pictures to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        const QString folder = qEnvironmentVariable("TURNSPIT_PICTURES");
        if (folder.isEmpty())
            QSKIP("TURNSPIT_PICTURES names no folder");
        open(QStringLiteral("api"));
        QTest::keyClicks(&edit(), QStringLiteral("sto"));
        QCoreApplication::processEvents();
        QVERIFY(m_window->grab().save(folder + QStringLiteral("/palette.png")));
    }
};

QTEST_MAIN(TestPalette)
#include "tst_palette.moc"

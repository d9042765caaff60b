#include <ui/edit/serviceediting.h>

#include <ui/edit/servicedialog.h>
#include <ui/edit/toast.h>
#include <ui/session/hostmirror.h>

#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

class TestServiceEditing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        Clock::setCurrent(&m_clock);
        m_session = std::make_unique<FakeSession>();
        m_session->setText(QStringLiteral("api"), QStringLiteral("# mine\ncommand = \"sleep 9\"\ngroup = \"shop\"\n"));
        m_session->setText(QStringLiteral("mail"), QStringLiteral("command = \"sleep 9\"\n"));
        m_session->put(serviceNamed(QStringLiteral("housekeeping"), ServiceState::Waiting, ServiceKind::BuiltIn));
        m_window = std::make_unique<QMainWindow>();
        m_window->resize(800, 600);
        m_mirror = std::make_unique<HostMirror>(*m_session);
        m_editing = std::make_unique<ServiceEditing>(*m_session, *m_mirror, *m_window);
        m_mirror->attach();
        m_window->show();
        settle();
        m_editing->setTargets({});
    }
    void cleanup()
    {
        m_editing.reset();
        m_mirror.reset();
        m_window.reset();
        m_session.reset();
        Clock::setCurrent(nullptr);
    }

    void actionsSayWhyTheyCannotBeUsed()
    {
        QVERIFY(action(ServiceEditing::Add).isEnabled());
        QVERIFY(action(ServiceEditing::Undo).isEnabled());
        QVERIFY(!action(ServiceEditing::Edit).isEnabled());
        QCOMPARE(action(ServiceEditing::Remove).toolTip(), QStringLiteral("Select a service first."));
        m_editing->setTargets({QStringLiteral("housekeeping")});
        for (const auto command : {ServiceEditing::Edit, ServiceEditing::Duplicate, ServiceEditing::Remove}) {
            QVERIFY(!action(command).isEnabled());
            QCOMPARE(action(command).toolTip(), QStringLiteral("housekeeping is built in: it has no service file."));
        }
        m_editing->setTargets({QStringLiteral("api"), QStringLiteral("mail")});
        QVERIFY(!action(ServiceEditing::Edit).isEnabled());
        QCOMPARE(action(ServiceEditing::Edit).toolTip(), QStringLiteral("Select one service only."));
        QVERIFY(action(ServiceEditing::Remove).isEnabled());
        m_editing->setTargets({QStringLiteral("api")});
        QVERIFY(action(ServiceEditing::Edit).isEnabled());
        QCOMPARE(action(ServiceEditing::Edit).shortcut(), QKeySequence(Qt::Key_F2));
        m_session->setConnection(HostSession::Connection::Lost);
        settle();
        m_editing->setTargets({QStringLiteral("api")});
        QVERIFY(!action(ServiceEditing::Add).isEnabled());
        QCOMPARE(action(ServiceEditing::Edit).toolTip(), QStringLiteral("No host is connected."));
    }

    void anInvalidServiceCanBeEditedAndRemoved()
    {
        m_session->setState(QStringLiteral("api"), ServiceState::Invalid);
        settle(1s);
        m_editing->setTargets({QStringLiteral("api")});
        QVERIFY(action(ServiceEditing::Edit).isEnabled());
        QVERIFY(action(ServiceEditing::Remove).isEnabled());
        QVERIFY(!action(ServiceEditing::Duplicate).isEnabled());
        QCOMPARE(action(ServiceEditing::Duplicate).toolTip(), QStringLiteral("The file of api has an error. Mend it first."));
    }

    void whatElseComesOfItIsSaidBeforeItIsDone()
    {
        m_session->setState(QStringLiteral("api"), ServiceState::Running);
        settle(1s);
        m_editing->setTargets({QStringLiteral("api")});
        QCOMPARE(action(ServiceEditing::Remove).toolTip(), QStringLiteral("Remove (Del): stops it first"));
        QVERIFY(action(ServiceEditing::Edit).toolTip().endsWith(QStringLiteral("next start")));
        m_session->setState(QStringLiteral("api"), ServiceState::Stopped);
        settle(1s);
        m_editing->setTargets({QStringLiteral("api")});
        QCOMPARE(action(ServiceEditing::Remove).toolTip(), QStringLiteral("Remove (Del)"));
    }

    void addOpensAnEmptyDialogAndTellsWhatAppeared()
    {
        QStringList appeared;
        connect(m_editing.get(), &ServiceEditing::appeared, this, [&](const QString& name) { appeared += name; });
        action(ServiceEditing::Add).trigger();
        settle();
        QVERIFY(dialog());
        QCOMPARE(dialog()->windowTitle(), QStringLiteral("Add service"));
        dialog()->findChild<QLineEdit*>(QStringLiteral("commandEdit"))->setText(QStringLiteral("date"));
        settle(150ms);
        dialog()->findChild<QPushButton*>(QStringLiteral("saveButton"))->click();
        settle();
        QVERIFY(!dialog());
        QCOMPARE(appeared, QStringList{QStringLiteral("date")});
    }

    void aCopyHasTheTextAndAFreeName()
    {
        m_editing->setTargets({QStringLiteral("api")});
        action(ServiceEditing::Duplicate).trigger();
        settle();
        QVERIFY(dialog());
        QCOMPARE(dialog()->findChild<QLineEdit*>(QStringLiteral("nameEdit"))->text(), QStringLiteral("api-copy"));
        dialog()->findChild<QPushButton*>(QStringLiteral("saveButton"))->click();
        settle();
        const auto& calls = m_session->calls();
        const auto add = std::find_if(calls.begin(), calls.end(), [](const auto& call) { return call.name == u"add"; });
        QVERIFY(add != calls.end());
        QCOMPARE(add->params.value(QLatin1StringView("text")).toString(),
                 QStringLiteral("# mine\ncommand = \"sleep 9\"\ngroup = \"shop\"\n"));
    }

    void savingARunningServiceOffersARestart()
    {
        start(QStringLiteral("api"));
        m_editing->setTargets({QStringLiteral("api")});
        action(ServiceEditing::Edit).trigger();
        settle();
        QCOMPARE(dialog()->findChild<QPushButton*>(QStringLiteral("saveStartButton"))->text(), QStringLiteral("Save && &restart"));
        dialog()->findChild<QLineEdit*>(QStringLiteral("commandEdit"))->setText(QStringLiteral("sleep 10"));
        settle(150ms);
        dialog()->findChild<QPushButton*>(QStringLiteral("saveButton"))->click();
        settle();
        QCOMPARE(toast().text(), QStringLiteral("Saved. The running process still uses the old settings."));
        QVERIFY(toast().isVisible());
        settle(1h); // it waits for an answer
        QVERIFY(toast().isVisible());
        button(0)->click();
        settle();
        QVERIFY(!toast().isVisible());
        const auto& calls = m_session->calls();
        const auto act = std::find_if(calls.rbegin(), calls.rend(), [](const auto& call) { return call.name == u"act"; });
        QVERIFY(act != calls.rend());
        QCOMPARE(act->params.value(QLatin1StringView("action")).toString(), QStringLiteral("restart"));
    }

    void removingAsksNothingAndCanBeTakenBack()
    {
        start(QStringLiteral("api"));
        m_editing->setTargets({QStringLiteral("api")});
        action(ServiceEditing::Remove).trigger();
        settle();
        QVERIFY(m_session->service(QStringLiteral("api")).name.isEmpty());
        QCOMPARE(toast().text(), QStringLiteral("Removed api."));
        QCOMPARE(button(0)->text(), QStringLiteral("Undo"));
        settle(9s);
        QVERIFY(toast().isVisible());
        button(0)->click();
        settle();
        QCOMPARE(m_session->service(QStringLiteral("api")).group, QStringLiteral("shop"));
        QVERIFY(toast().isVisible());
        settle(10s);
        QVERIFY(!toast().isVisible());
    }

    void severalAreRemovedAndTakenBackTogether()
    {
        m_editing->setTargets({QStringLiteral("api"), QStringLiteral("housekeeping"), QStringLiteral("mail")});
        action(ServiceEditing::Remove).trigger();
        settle();
        QCOMPARE(toast().text(), QStringLiteral("Removed api, mail."));
        QVERIFY(m_session->service(QStringLiteral("mail")).name.isEmpty());
        button(0)->click();
        settle();
        QVERIFY(!m_session->service(QStringLiteral("api")).name.isEmpty());
        QVERIFY(!m_session->service(QStringLiteral("mail")).name.isEmpty());
    }

    void theKeyTakesBackTheLastChangeLongAfterTheToast()
    {
        m_editing->setTargets({QStringLiteral("mail")});
        action(ServiceEditing::Remove).trigger();
        settle();
        settle(1h);
        QVERIFY(!toast().isVisible());
        action(ServiceEditing::Undo).trigger();
        settle();
        QVERIFY(!m_session->service(QStringLiteral("mail")).name.isEmpty());
        action(ServiceEditing::Undo).trigger();
        settle();
        QVERIFY2(toast().text().startsWith(QLatin1StringView("Nothing was taken back")), qPrintable(toast().text()));
    }

    void whatCannotBeRemovedIsNamed()
    {
        m_session->failNext(QStringLiteral("remove"), Error{ErrorKind::Failed, "the disk is read-only"});
        m_editing->setTargets({QStringLiteral("mail")});
        action(ServiceEditing::Remove).trigger();
        settle();
        QVERIFY(toast().text().startsWith(QLatin1StringView("mail: ")));
        QVERIFY(toast().text().contains(QLatin1StringView("read-only")));
    }

    void aToastStaysInsideItsWindow()
    {
        toast().say(QString(400, QLatin1Char('x')).replace(QLatin1StringView("xxxx"), QLatin1StringView("xxx ")), {{QStringLiteral("Undo"), {}}});
        settle();
        QVERIFY(m_window->rect().contains(toast().geometry()));
        m_window->resize(420, 300);
        settle();
        QVERIFY(m_window->rect().contains(toast().geometry()));
    }

private:
    void settle(std::chrono::nanoseconds time = 0ns)
    {
        m_clock.advance(time);
        for (int i = 0; i < 16; ++i) {
            m_clock.advance(0ns);
            QCoreApplication::processEvents();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
        m_clock.advance(50ms); // what the mirror hands on later
        QCoreApplication::processEvents();
    }
    QAction& action(ServiceEditing::Command command) { return *m_editing->action(command); }
    Toast& toast() { return m_editing->toast(); }
    QPushButton* button(int n)
    {
        QPushButton* found = nullptr;
        for (QPushButton* const each : toast().findChildren<QPushButton*>(QStringLiteral("toastButton%1").arg(n))) {
            if (!each->isHidden())
                found = each;
        }
        return found;
    }
    ServiceDialog* dialog() { return m_window->findChild<ServiceDialog*>(); }
    void start(const QString& name)
    {
        m_session->beginRun(name);
        m_session->setState(name, ServiceState::Running);
        settle();
    }

    FakeClock m_clock;
    std::unique_ptr<FakeSession> m_session;
    std::unique_ptr<QMainWindow> m_window;
    std::unique_ptr<HostMirror> m_mirror;
    std::unique_ptr<ServiceEditing> m_editing;
};

QTEST_MAIN(TestServiceEditing)
#include "tst_service_editing.moc"

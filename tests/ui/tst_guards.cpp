#include "backupservice.h"
#include "windowfixture.h"

#include <ui/notices/noticebanner.h>
#include <ui/services/actiontable.h>
#include <ui/services/serviceactions.h>

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// What changes nothing at the host.
bool isHarmless(const FakeSession::Call& call)
{
    static const QStringList acting{QStringLiteral("act"),    QStringLiteral("run"),     QStringLiteral("stopRun"), QStringLiteral("update"),
                                    QStringLiteral("remove"), QStringLiteral("restore"), QStringLiteral("add"),     QStringLiteral("shutdown"),
                                    QStringLiteral("undo"),   QStringLiteral("beginTry")};
    return !acting.contains(call.name);
}

/// How often a widget and what is in it were painted.
class PaintCount final : public QObject
{
public:
    PaintCount() { qApp->installEventFilter(this); }
    int count = 0;

protected:
    bool eventFilter(QObject*, QEvent* event) override
    {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
};

} // namespace

/// What must never happen, where no test of a single part says it: see guards.md.
class TestGuards : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> m;

    /// Dialogs that show now.
    QList<QPointer<QWidget>> dialogs() const
    {
        QList<QPointer<QWidget>> all;
        for (QWidget* const top : QApplication::topLevelWidgets()) {
            if (top != m->window.get() && top->isVisible() && !qobject_cast<QMenu*>(top))
                all += top;
        }
        return all;
    }

    static QString harm(const QList<FakeSession::Call>& calls)
    {
        const auto found = std::ranges::find_if_not(calls, isHarmless);
        return found == calls.end() ? QString() : found->name + u' ' + found->params.value(u"action").toString();
    }

private Q_SLOTS:
    void init() { m = std::make_unique<WindowFixture>(); }
    void cleanup() { m.reset(); }

    void whatTheHostTellsOpensNoDialogAndTakesNoFocus() // N20
    {
        m->add("api", ServiceState::Running);
        m->add("mailer", ServiceState::Running);
        m->session->beginRun(QStringLiteral("api"));
        m->open();
        auto& edit = m->part<QLineEdit>("filterEdit");
        edit.setFocus();
        m->settle(1s);
        const QWidget* const active = QApplication::activeWindow();
        const auto isUndisturbed = [&] {
            m->settle(1s);
            return dialogs().isEmpty() && !QApplication::activeModalWidget() && !QApplication::activePopupWidget() && QApplication::focusWidget() == &edit
                   && QApplication::activeWindow() == active;
        };
        QVERIFY(isUndisturbed());
        m->session->setState(QStringLiteral("api"), ServiceState::Failed);
        QVERIFY(isUndisturbed());
        m->session->breakText(QStringLiteral("mailer"), QStringLiteral("comand = 1"));
        QVERIFY(isUndisturbed());
        HostInfo host = m->session->host();
        host.problems = {QStringLiteral("12 lines not kept: No space left on device")};
        m->session->setHost(host);
        QVERIFY(isUndisturbed());
        Notice notice;
        notice.key = QStringLiteral("api");
        notice.summary = QStringLiteral("api failed");
        notice.buttons = {{QStringLiteral("log"), QStringLiteral("Show log")}};
        m->part<NoticeBanner>("noticeBanner").show(notice);
        QVERIFY(isUndisturbed());
        m->session->drop(QStringLiteral("api"));
        QVERIFY(isUndisturbed());
        m->session->setConnection(HostSession::Connection::Lost);
        QVERIFY(isUndisturbed());
        m->session->setConnection(HostSession::Connection::Connected);
        m->session->replaceAll();
        QVERIFY(isUndisturbed());
    }

    void enterAndEscapeInADialogHarmNothing() // N21
    {
        for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Enter, Qt::Key_Escape}) {
            m = std::make_unique<WindowFixture>();
            m->add("old", ServiceState::Disabled);
            addBackup(*m);
            m->add("api", ServiceState::Stopped);
            m->session->beginRun(QStringLiteral("api"));
            m->open();
            int opened = 0;
            for (const char* name : {"old", "api", "backup"}) {
                for (QAction* const action : m->window->findChildren<QAction*>()) {
                    // The last two act at once, with a way back (N19).
                    static const QStringList leave{QStringLiteral("actionQuit"), QStringLiteral("actionClose"), QStringLiteral("actionRemove"),
                                                   QStringLiteral("actionUndo")};
                    if (action->objectName().isEmpty() || action->menu() || leave.contains(action->objectName()))
                        continue;
                    m->action("actionShowAll").trigger();
                    m->settle();
                    m->select(name);
                    if (!action->isEnabled())
                        continue;
                    m->session->forgetCalls();
                    action->trigger();
                    m->settle();
                    for (const QPointer<QWidget>& dialog : dialogs()) {
                        ++opened;
                        m->session->forgetCalls();
                        for (const QPushButton* const button : dialog->findChildren<QPushButton*>()) {
                            const auto* const box = qobject_cast<QDialogButtonBox*>(button->parentWidget());
                            const bool destroys = box && box->buttonRole(const_cast<QPushButton*>(button)) == QDialogButtonBox::DestructiveRole;
                            QVERIFY2(!(destroys && button->isDefault()), qPrintable(action->objectName() + u' ' + button->text()));
                        }
                        QWidget* const focus = dialog->focusWidget() ? dialog->focusWidget() : dialog.data();
                        QTest::keyClick(focus, key);
                        m->settle();
                        QVERIFY2(harm(m->session->calls()).isEmpty(), qPrintable(action->objectName() + QStringLiteral(": ") + harm(m->session->calls())));
                        if (dialog)
                            dialog->close();
                        m->settle();
                    }
                    for (const QPointer<QWidget>& left : dialogs()) {
                        if (left)
                            left->close();
                    }
                    // Whatever it did, there is something to kill, and something that is disabled.
                    if (m->session->service(QStringLiteral("api")).state != ServiceState::Running)
                        m->session->beginRun(QStringLiteral("api"));
                    m->session->setState(QStringLiteral("old"), ServiceState::Disabled);
                    m->settle(1s);
                }
            }
            QVERIFY2(opened >= 10, qPrintable(QString::number(opened)));
        }
    }

    void hiddenItPaintsNothingAndAsksAtMostOnceInTenSeconds() // N22
    {
        for (int i = 0; i < 20; ++i) {
            const QString name = QStringLiteral("s%1").arg(i);
            m->session->put(serviceNamed(name, ServiceState::Stopped));
            m->session->beginRun(name);
        }
        m->open();
        m->settle(2s);
        m->window->hide();
        m->settle(2s);
        m->session->forgetCalls();
        const PaintCount painted;
        for (int second = 0; second < 60; ++second) {
            ServiceInfo busy = m->session->service(QStringLiteral("s3"));
            busy.cpuPercent = second;
            m->session->put(busy);
            m->settle(1s);
        }
        QCOMPARE(painted.count, 0);
        QVERIFY2(m->session->calls().size() <= 6, qPrintable(m->session->calls().isEmpty() ? QString() : m->session->calls().last().name));
    }

    void afterTheHostWasAwayEveryControlFitsWhatIsThereNow() // N25
    {
        const std::array<std::pair<const char*, ServiceCommand>, 6> all{{{"actionStart", ServiceCommand::Start},
                                                                         {"actionRunNow", ServiceCommand::RunNow},
                                                                         {"actionStop", ServiceCommand::Stop},
                                                                         {"actionKill", ServiceCommand::Kill},
                                                                         {"actionRestart", ServiceCommand::Restart},
                                                                         {"actionHold", ServiceCommand::Hold}}};
        m->add("api", ServiceState::Running);
        m->add("gone", ServiceState::Running);
        m->open();
        m->select("api");
        m->session->setConnection(HostSession::Connection::Lost);
        m->settle();
        for (const auto& [name, command] : all)
            QVERIFY2(!m->action(name).isEnabled(), name);
        using enum ServiceState;
        for (const ServiceState state : {Stopped, Starting, Running, BackingOff, Stopping, Failed, Completed, Invalid, Disabled}) {
            m->session->setConnection(HostSession::Connection::Lost);
            m->settle();
            m->session->setState(QStringLiteral("api"), state);
            m->session->drop(QStringLiteral("gone"));
            m->add(qPrintable(QStringLiteral("new%1").arg(static_cast<int>(state))), Stopped);
            m->session->setConnection(HostSession::Connection::Connected);
            m->session->replaceAll();
            m->settle(1s);
            QCOMPARE(m->shownState("gone"), QStringLiteral("not shown"));
            QVERIFY(m->indexOf(qPrintable(QStringLiteral("new%1").arg(static_cast<int>(state)))).isValid());
            m->select("api");
            QVERIFY2(m->why().startsWith(QStringLiteral("api — ") + m->shownState("api").remove(QChar(0x2026))), qPrintable(m->why()));
            const ServiceInfo row = m->session->service(QStringLiteral("api"));
            for (const auto& [name, command] : all)
                QVERIFY2(m->action(name).isEnabled() == permission(command, row).allowed,
                         qPrintable(QStringLiteral("%1 in state %2").arg(QLatin1String(name), m->shownState("api"))));
        }
    }
};

QTEST_MAIN(TestGuards)
#include "tst_guards.moc"

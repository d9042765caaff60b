#include "windowfixture.h"

#include <ui/text/words.h>

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QTabBar>
#include <QTextEdit>
#include <QToolBar>
#include <QToolButton>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// What a person acts on.
bool isInteractive(const QWidget& widget)
{
    return qobject_cast<const QAbstractButton*>(&widget) || qobject_cast<const QLineEdit*>(&widget)
           || qobject_cast<const QAbstractItemView*>(&widget) || qobject_cast<const QComboBox*>(&widget)
           || qobject_cast<const QAbstractSpinBox*>(&widget) || qobject_cast<const QTextEdit*>(&widget)
           || qobject_cast<const QPlainTextEdit*>(&widget) || qobject_cast<const QTabBar*>(&widget)
           || (widget.focusPolicy() & Qt::TabFocus);
}

/// Parts that Qt makes inside a widget and answers for itself: the line of a combo box, the button that clears a line, the header
/// of a list, scroll bars.
bool isInside(const QWidget& widget)
{
    if (widget.objectName().startsWith(QLatin1String("qt_")) || qobject_cast<const QHeaderView*>(&widget))
        return true;
    if (qobject_cast<const QAbstractSlider*>(&widget) || widget.inherits("QTableCornerButton"))
        return true;
    const QWidget* const parent = widget.parentWidget();
    return qobject_cast<const QComboBox*>(parent) || qobject_cast<const QAbstractSpinBox*>(parent)
           || qobject_cast<const QLineEdit*>(parent) || qobject_cast<const QTabBar*>(parent)
           || qobject_cast<const QMenuBar*>(&widget) || qobject_cast<const QMenu*>(&widget)
           || (parent && parent->inherits("QComboBoxPrivateContainer"));
}

/// Buttons that a standard button box makes have their name from it.
bool isStandardButton(const QWidget& widget)
{
    const auto* const box = qobject_cast<const QDialogButtonBox*>(widget.parentWidget());
    return box && qobject_cast<const QAbstractButton*>(&widget);
}

bool isInAMenu(const QAction& action)
{
    const QList<QObject*> places = action.associatedObjects();
    return std::any_of(places.begin(), places.end(), [](const QObject* place) { return qobject_cast<const QMenu*>(place); });
}

/// The palette's line chooses in its list; End in the log does what the pill does.
const QStringList hasKeysElsewhere{QStringLiteral("paletteList"), QStringLiteral("newLinesPill")};

QString described(const QWidget& widget)
{
    QStringList path;
    for (const QWidget* at = &widget; at; at = at->parentWidget())
        path.prepend(QStringLiteral("%1 '%2'").arg(QLatin1String(at->metaObject()->className()), at->objectName()));
    return path.join(QStringLiteral(" / "));
}

QStringList faults(QWidget& top)
{
    QStringList list;
    for (QWidget* const widget : top.findChildren<QWidget*>()) {
        if (!isInteractive(*widget) || isInside(*widget))
            continue;
        if (widget->objectName().isEmpty() && !isStandardButton(*widget)) {
            // A button of a tool bar is known by its action.
            const auto* const button = qobject_cast<QToolButton*>(widget);
            if (!button || !button->defaultAction() || button->defaultAction()->objectName().isEmpty())
                list += QStringLiteral("no objectName: ") + described(*widget);
        }
        // What is not shown may still wait for its words.
        QAccessibleInterface* const interface = QAccessible::queryAccessibleInterface(widget);
        if (widget->isVisibleTo(&top) && (!interface || interface->text(QAccessible::Name).isEmpty()))
            list += QStringLiteral("no accessible name: ") + described(*widget);
        if (!(widget->focusPolicy() & Qt::TabFocus)) {
            const auto* const button = qobject_cast<QToolButton*>(widget);
            const bool byMenu = button && button->defaultAction() && isInAMenu(*button->defaultAction());
            if (!byMenu && !hasKeysElsewhere.contains(widget->objectName()))
                list += QStringLiteral("out of the tab order: ") + described(*widget);
        }
    }
    for (const QString& fault : std::as_const(list))
        qWarning("%s", qPrintable(fault));
    return list;
}

} // namespace

class TestAccessible : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> m;

    ServiceInfo mailer()
    {
        ServiceInfo info = serviceNamed(QStringLiteral("mailer"), ServiceState::BackingOff);
        info.nextRun = m->now() + 14s;
        info.lastOutcome = Outcome::Failed;
        info.exitCode = 1;
        info.restarts = 3;
        return info;
    }

private Q_SLOTS:
    void init() { m = std::make_unique<WindowFixture>(); }
    void cleanup() { m.reset(); }

    void aRowIsOneSentence()
    {
        QCOMPARE(words::rowSentence(mailer(), m->now()),
                 QStringLiteral("mailer, backing off, retry in 14 seconds, last exit 1, fourth failure"));
        ServiceInfo api = serviceNamed(QStringLiteral("api"), ServiceState::Running);
        QCOMPARE(words::rowSentence(api, m->now()), QStringLiteral("api, running"));
        api.flags = {QStringLiteral("unhealthy")};
        api.restarts = 2;
        api.reason = QStringLiteral("exit code 1");
        QCOMPARE(words::rowSentence(api, m->now()), QStringLiteral("api, running, restarted 2 times, not healthy"));
        ServiceInfo sync = serviceNamed(QStringLiteral("sync"), ServiceState::Failed);
        sync.reason = QStringLiteral("`rclone` was not found in PATH (exit 127)");
        QVERIFY(words::rowSentence(sync, m->now()).contains(u"was not found"));
    }

    void durationsAreSpokenInWords()
    {
        QCOMPARE(words::spokenDuration(1s), QStringLiteral("1 second"));
        QCOMPARE(words::spokenDuration(14s), QStringLiteral("14 seconds"));
        QCOMPARE(words::spokenDuration(90s), QStringLiteral("1 minute 30 seconds"));
        QCOMPARE(words::spokenDuration(40min + 12s), QStringLiteral("40 minutes"));
        QCOMPARE(words::spokenDuration(2h + 10min), QStringLiteral("2 hours 10 minutes"));
        QCOMPARE(words::spokenDuration(72h), QStringLiteral("3 days"));
    }

    void aChangeOfTheSelectedServiceIsAnnouncedAndNoOther()
    {
        m->session->put({serviceNamed(QStringLiteral("api"), ServiceState::Running),
                        serviceNamed(QStringLiteral("web"), ServiceState::Running)});
        m->open();
        QCOMPARE(m->window->selectedNames(), QStringList(QStringLiteral("api")));
        const auto said = [this] { return m->window->findChild<QWidget*>(QStringLiteral("whyBar"))->accessibleName(); };
        m->session->setState(QStringLiteral("web"), ServiceState::Failed);
        m->settle(1s);
        QVERIFY2(!said().contains(u"web"), qPrintable(said()));
        m->session->setState(QStringLiteral("api"), ServiceState::Failed);
        m->settle(1s);
        QVERIFY2(said().startsWith(u"api, failed"), qPrintable(said()));
    }

    void everyControlOfTheWindowHasANameAndIsReachedByKeys()
    {
        m->session->put(mailer());
        m->open();
        QVERIFY(faults(*m->window).isEmpty());
    }

    void everyDialogOfTheWindowHasNamesToo()
    {
        m->session->put(serviceNamed(QStringLiteral("api"), ServiceState::Stopped));
        m->session->put(serviceNamed(QStringLiteral("zzz"), ServiceState::Disabled));
        m->session->beginRun(QStringLiteral("api"));
        m->open();
        // Whatever an action opens is looked at; those that end the program or leave it are not triggered.
        const QStringList leave{QStringLiteral("actionQuit"), QStringLiteral("actionClose")};
        int opened = 0;
        QStringList faulty;
        // From the last: Kill before what would leave nothing to kill.
        QList<QAction*> actions = m->window->findChildren<QAction*>();
        std::reverse(actions.begin(), actions.end());
        for (QAction* const action : std::as_const(actions)) {
            if (action->objectName().isEmpty() || !action->isEnabled() || action->menu() || leave.contains(action->objectName()))
                continue;
            action->trigger();
            m->settle();
            for (QWidget* const top : QApplication::topLevelWidgets()) {
                if (top == m->window.get() || !top->isVisible() || qobject_cast<QMenu*>(top))
                    continue;
                ++opened;
                if (!faults(*top).isEmpty())
                    faulty += action->objectName();
                top->close();
            }
            m->settle();
        }
        QVERIFY(opened > 0);
        QVERIFY2(faulty.isEmpty(), qPrintable(faulty.join(QLatin1Char(' '))));
    }
};

QTEST_MAIN(TestAccessible)
#include "tst_accessible.moc"

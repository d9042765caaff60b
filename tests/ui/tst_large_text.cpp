#include "dialogtesting.h"
#include "windowfixture.h"

#include <ui/quit/closequestion.h>
#include <ui/quit/quitdialog.h>
#include <ui/quit/quitplan.h>

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScreen>
#include <QTabWidget>
#include <QToolButton>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

QString described(const QWidget& widget, const QString& text)
{
    QStringList path;
    for (const QWidget* at = &widget; at; at = at->parentWidget()) {
        if (!at->objectName().isEmpty())
            path.prepend(at->objectName());
    }
    const QSize wanted = widget.sizeHint();
    return QStringLiteral("%1 '%2': is %3x%4, wants %5x%6")
        .arg(path.join(u'/'), text)
        .arg(widget.width())
        .arg(widget.height())
        .arg(wanted.width())
        .arg(wanted.height());
}

/// Shortens its text itself, and says all of it in its tool tip.
bool shortens(const QWidget& widget)
{
    return widget.sizePolicy().horizontalPolicy() == QSizePolicy::Ignored;
}

bool isCut(const QLabel& label)
{
    if (label.text().isEmpty() || shortens(label))
        return false;
    if (label.wordWrap())
        return label.heightForWidth(label.width()) > label.height() + 1;
    return label.sizeHint().width() > label.width() + 1 || label.sizeHint().height() > label.height() + 1;
}

/// Widgets whose text does not fit into them.
QStringList cutTexts(QWidget& top)
{
    QStringList list;
    for (QWidget* const widget : top.findChildren<QWidget*>()) {
        if (!widget->isVisible())
            continue;
        if (const auto* const label = qobject_cast<QLabel*>(widget)) {
            if (isCut(*label))
                list += described(*label, label->text());
        } else if (const auto* const button = qobject_cast<QAbstractButton*>(widget)) {
            const QSize wanted = button->sizeHint();
            if (!button->text().isEmpty() && (wanted.width() > button->width() + 1 || wanted.height() > button->height() + 1))
                list += described(*button, button->text());
        } else if (qobject_cast<QLineEdit*>(widget) || qobject_cast<QComboBox*>(widget) || qobject_cast<QAbstractSpinBox*>(widget)) {
            // What is in it scrolls; its height does not.
            const bool isInside = qobject_cast<QAbstractSpinBox*>(widget->parentWidget()) || qobject_cast<QComboBox*>(widget->parentWidget());
            if (!isInside && widget->sizeHint().height() > widget->height() + 1)
                list += described(*widget, widget->accessibleName());
        }
    }
    return list;
}

} // namespace

#define VERIFY_NOTHING_IS_CUT(top, what)                                                                                                   \
    do {                                                                                                                                   \
        const QStringList found = cutTexts(top);                                                                                           \
        QVERIFY2(found.isEmpty(), qPrintable((QStringList{what} + found).join(u'\n')));                                                  \
    } while (false)

/// Twice the size of the text on the same screen is what 200 % leaves.
class TestLargeText : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> m_fixture;

    void keep(QWidget& top, const QString& name)
    {
        if (const QString folder = qEnvironmentVariable("TURNSPIT_SHOTS"); !folder.isEmpty())
            top.grab().save(QStringLiteral("%1/large-%2.png").arg(folder, name));
    }

private Q_SLOTS:
    void initTestCase()
    {
        QFont font = QApplication::font();
        font.setPointSizeF(font.pointSizeF() * 2);
        QApplication::setFont(font);
    }

    void init()
    {
        m_fixture = std::make_unique<WindowFixture>();
        m_fixture->add("api", ServiceState::Running);
        m_fixture->add("mailer", ServiceState::Running);
        m_fixture->add("old", ServiceState::Disabled);
        m_fixture->session->beginRun(QStringLiteral("api"));
    }
    void cleanup() { m_fixture.reset(); }

    void noDialogOfTheWindowCutsItsText()
    {
        m_fixture->open();
        const QStringList leave{QStringLiteral("actionQuit"), QStringLiteral("actionClose")};
        int opened = 0;
        QList<QAction*> actions = m_fixture->window->findChildren<QAction*>();
        std::reverse(actions.begin(), actions.end()); // from the last: what asks before a kill, while there is something to kill
        for (QAction* const action : std::as_const(actions)) {
            if (action->objectName().isEmpty() || !action->isEnabled() || action->menu() || leave.contains(action->objectName()))
                continue;
            action->trigger();
            m_fixture->settle(200ms);
            for (QWidget* const top : QApplication::topLevelWidgets()) {
                if (top == m_fixture->window.get() || !top->isVisible() || qobject_cast<QMenu*>(top))
                    continue;
                ++opened;
                keep(*top, action->objectName());
                VERIFY_NOTHING_IS_CUT(*top, action->objectName());
                QVERIFY2(top->height() <= top->screen()->availableGeometry().height(), qPrintable(action->objectName()));
                QVERIFY2(top->width() <= top->screen()->availableGeometry().width(), qPrintable(action->objectName()));
                top->close();
            }
            m_fixture->settle();
        }
        QVERIFY(opened >= 3);
    }

    void noTabOfTheDetailCutsItsText()
    {
        m_fixture->open();
        auto& tabs = m_fixture->part<QTabWidget>("detailTabs");
        for (int index = 0; index < tabs.count(); ++index) {
            tabs.setCurrentIndex(index);
            m_fixture->settle(200ms);
            keep(*m_fixture->window, tabs.tabText(index));
            VERIFY_NOTHING_IS_CUT(*tabs.currentWidget(), tabs.tabText(index));
        }
    }

    void theFormOfAServiceCutsNothingWhateverItsKind()
    {
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
            keep(*dialog.dialog, QStringLiteral("kind-") + kind->objectName());
            VERIFY_NOTHING_IS_CUT(*dialog.dialog, kind->text());
        }
    }

    void theDialogsThatEndTheProgramCutNothing()
    {
        m_fixture->open();
        m_fixture->session->holdTransitions(QStringLiteral("api"));
        QuitPlan plan(*m_fixture->session, m_fixture->window->mirror());
        plan.begin();
        m_fixture->settle(1s);
        QuitDialog quit(plan);
        quit.show();
        QVERIFY(QTest::qWaitForWindowExposed(&quit));
        m_fixture->settle();
        keep(quit, QStringLiteral("quit"));
        VERIFY_NOTHING_IS_CUT(quit, QStringLiteral("quit"));
        CloseQuestion close(2, true);
        close.show();
        QVERIFY(QTest::qWaitForWindowExposed(&close));
        keep(close, QStringLiteral("close"));
        VERIFY_NOTHING_IS_CUT(close, QStringLiteral("close"));
    }
};

QTEST_MAIN(TestLargeText)
#include "tst_large_text.moc"

#include "dialogtesting.h"

#include <ui/edit/rawedit.h>

#include <QComboBox>
#include <QJsonArray>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTabWidget>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

/// What a dialog does with a service that is there, the text beside the form, trying, and how it goes.
class TestServiceDialogEdit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m = std::make_unique<DialogFixture>(); }
    void cleanup() { m.reset(); }

    void anEditSendsOnlyTheKeysThatWereChanged()
    {
        const QString text = QStringLiteral("# the mail\ncommand = [\"sleep\", \"9\"] # nine\ngroup = \"shop\"\n");
        m->openService(QStringLiteral("mail"), text);
        QCOMPARE(m->part<QLineEdit>("commandEdit").text(), QStringLiteral("sleep 9"));
        QVERIFY(!m->part<QLineEdit>("nameEdit").isEnabled());
        m->part<QComboBox>("groupBox").setCurrentText(QStringLiteral("post"));
        m->type("restartDelayEdit", QStringLiteral("5s"));
        m->click("saveButton");
        const QJsonArray edits = m->lastCall("update").value(QLatin1StringView("edits")).toArray();
        QCOMPARE(edits.size(), 2);
        QCOMPARE(edits.at(0).toObject().value(QLatin1StringView("key")).toString(), QStringLiteral("group"));
        QCOMPARE(edits.at(1).toObject().value(QLatin1StringView("key")).toString(), QStringLiteral("restart.delay"));
        QVERIFY(m->lastCall("update").value(QLatin1StringView("text")).isNull());
    }

    void savingWithoutAChangeWritesNothing()
    {
        m->openService(QStringLiteral("mail"), QStringLiteral("command = [\"sleep\", \"9\"]\n"));
        m->click("saveButton");
        QVERIFY(m->dialog.isNull());
        QCOMPARE(m->session->callCount(QStringLiteral("update")), 0);
    }

    void aServiceChangesItsKind()
    {
        m->openService(QStringLiteral("job"), QStringLiteral("command = \"date\"\n\n[schedule]\ncron = \"0 2 * * *\"\nmissed = \"skip\"\n"));
        QCOMPARE(m->part<QComboBox>("scheduleKindBox").currentText(), QStringLiteral("Daily at"));
        m->click("kindManual");
        m->look();
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
        m->click("saveButton");
        const auto after = text(QStringLiteral("job"));
        QCOMPARE(after.trimmed(), QStringLiteral("command = \"date\"\nmanual = true"));
    }

    void aScheduleChangesItsRule()
    {
        m->openService(QStringLiteral("job"), QStringLiteral("command = \"date\"\n\n[schedule]\ncron = \"0 2 * * *\" # at night\nmissed = \"skip\"\n"));
        m->part<QComboBox>("scheduleKindBox").setCurrentIndex(0);
        m->part<QSpinBox>("everyCountBox").setValue(7);
        m->look();
        m->click("saveButton");
        const QString after = text(QStringLiteral("job"));
        QVERIFY2(after.contains(QLatin1StringView("every = \"7m\"")), qPrintable(after));
        QVERIFY2(!after.contains(QLatin1StringView("cron =")), qPrintable(after));
        QVERIFY(after.contains(QLatin1StringView("missed = \"skip\"")));
    }

    void theTextShowsWhatTheFormWouldWrite()
    {
        m->openService(QStringLiteral("mail"), QStringLiteral("# the mail\ncommand = \"sleep 9\"\n"));
        m->type("stopTimeoutEdit", QStringLiteral("3s"));
        m->part<QTabWidget>("dialogTabs").setCurrentIndex(1);
        m->settle();
        QCOMPARE(m->part<QPlainTextEdit>("rawEdit").toPlainText(), QStringLiteral("# the mail\ncommand = \"sleep 9\"\n\n[stop]\ntimeout = \"3s\"\n"));
    }

    void theTextMarksErrorsByTheirLineAndIsSentWhole()
    {
        m->openService(QStringLiteral("mail"), QStringLiteral("command = \"sleep 9\"\n"));
        m->part<QTabWidget>("dialogTabs").setCurrentIndex(1);
        m->settle();
        auto& raw = m->part<RawEdit>("rawEdit");
        raw.setPlainText(QStringLiteral("# new\ncommand = \"sleep 9\"\nnice = 5\ncolour = 1\n"));
        m->look();
        QVERIFY(raw.signs().contains(3));
        QVERIFY(raw.signs().value(4) == RawEdit::Sign::Error);
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
        QVERIFY(!m->part<QTabWidget>("dialogTabs").isTabEnabled(0));
        const QString good = QStringLiteral("# new\ncommand = \"sleep 9\"\n\n[stop]\ntimeout = \"4s\"\n");
        raw.setPlainText(good);
        m->look();
        QVERIFY(raw.signs().isEmpty());
        QVERIFY(m->part<QTabWidget>("dialogTabs").isTabEnabled(0));
        QCOMPARE(m->part<QLineEdit>("stopTimeoutEdit").text(), QStringLiteral("4s"));
        m->part<QTabWidget>("dialogTabs").setCurrentIndex(0);
        m->type("stopTimeoutEdit", QStringLiteral("5s"));
        m->click("saveButton");
        QCOMPARE(m->lastCall("update").value(QLatin1StringView("text")).toString(), QString(good).replace(QLatin1StringView("4s"), QLatin1StringView("5s")));
    }

    void aFileWithErrorsOpensAsText()
    {
        m->openService(QStringLiteral("bad"), QStringLiteral("command = \"sleep 9\"\ncolour = 1\n"));
        QCOMPARE(m->part<QTabWidget>("dialogTabs").currentIndex(), 1);
        QVERIFY(!m->part<QTabWidget>("dialogTabs").isTabEnabled(0));
        QVERIFY(m->part<RawEdit>("rawEdit").signs().value(2) == RawEdit::Sign::Error);
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
    }

    void enterDoesNothing()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        for (const char* edit : {"commandEdit", "nameEdit", "workingDirectoryEdit"}) {
            QTest::keyClick(&m->part<QLineEdit>(edit), Qt::Key_Return);
            m->settle();
        }
        QTest::keyClick(m->dialog, Qt::Key_Enter);
        m->settle();
        QVERIFY(m->dialog && m->dialog->isVisible());
        QCOMPARE(m->session->callCount(QStringLiteral("add")), 0);
        QCOMPARE(m->session->callCount(QStringLiteral("beginTry")), 0);
    }

    void whatWasTypedIsNotThrownAwayUnasked()
    {
        m->open();
        QTest::keyClick(m->dialog, Qt::Key_Escape);
        m->settle();
        QVERIFY(m->dialog.isNull());

        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        QTest::keyClick(m->dialog, Qt::Key_Escape);
        m->settle();
        auto* box = m->dialog->findChild<QMessageBox*>(QStringLiteral("discardDialog"));
        QVERIFY(box && box->isVisible());
        QTest::keyClick(box, Qt::Key_Return); // the harmless one
        m->settle();
        QVERIFY(m->dialog && m->dialog->isVisible());
        m->click("cancelButton");
        box = m->dialog->findChild<QMessageBox*>(QStringLiteral("discardDialog"));
        QVERIFY(box);
        for (QAbstractButton* const button : box->buttons()) {
            if (box->buttonRole(button) == QMessageBox::DestructiveRole)
                button->click();
        }
        m->settle();
        QVERIFY(m->dialog.isNull());
    }

    void tryItShowsOutputAndExitCode()
    {
        m->open();
        QVERIFY(!m->part<QPushButton>("tryButton").isEnabled());
        m->type("commandEdit", QStringLiteral("seq 1 3"));
        m->click("tryButton");
        m->settle();
        QCOMPARE(m->part<QPlainTextEdit>("tryOutput").toPlainText(), QStringLiteral("1\n2\n3\n"));
        QVERIFY2(m->label("tryStatus").startsWith(QLatin1StringView("exit 0 in")), qPrintable(m->label("tryStatus")));
        QCOMPARE(m->session->callCount(QStringLiteral("run")), 0);
        QCOMPARE(m->session->callCount(QStringLiteral("add")), 0);
        QVERIFY(m->part<QPushButton>("tryButton").isEnabled());
    }

    void whatIsTriedCanBeStopped()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("sleep 9"));
        m->click("tryButton");
        m->session->sayInTry(1, "hello\n");
        m->settle();
        QCOMPARE(m->part<QPlainTextEdit>("tryOutput").toPlainText(), QStringLiteral("hello\n"));
        QVERIFY(!m->part<QPushButton>("tryButton").isEnabled());
        QVERIFY(m->part<QPushButton>("tryStopButton").isVisible());
        m->click("tryStopButton");
        m->settle();
        QVERIFY(!m->part<QPushButton>("tryStopButton").isVisible());
        QVERIFY2(m->label("tryStatus").contains(QLatin1StringView("stopped")), qPrintable(m->label("tryStatus")));
    }

    void whatIsTriedEndsWithTheDialog()
    {
        m->openService(QStringLiteral("mail"), QStringLiteral("command = \"sleep 9\"\n"));
        m->click("tryButton");
        QVERIFY(m->part<QPushButton>("tryStopButton").isVisible());
        m->click("cancelButton");
        QCOMPARE(m->session->callCount(QStringLiteral("stopTry")), 1);
        QVERIFY(m->dialog.isNull());
    }

private:
    QString text(const QString& name)
    {
        QString found;
        auto task = m->session->definition(name);
        TaskScope scope;
        scope.spawn(keep(std::move(task), found));
        m->settle();
        return found;
    }
    static Task<> keep(Task<Result<DefinitionInfo>> task, QString& out) // NOLINT(cppcoreguidelines-avoid-reference-coroutine-parameters)
    {
        const auto definition = co_await std::move(task);
        out = definition ? definition->text : QStringLiteral("none");
    }

    std::unique_ptr<DialogFixture> m;
};

QTEST_MAIN(TestServiceDialogEdit)
#include "tst_service_dialog_edit.moc"

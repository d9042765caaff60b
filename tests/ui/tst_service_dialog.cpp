#include "dialogtesting.h"

#include <support/said.h>
#include <ui/edit/rawedit.h>

#include <QComboBox>
#include <QJsonArray>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

class TestServiceDialog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m = std::make_unique<DialogFixture>(); }
    void cleanup() { m.reset(); }

    void theCommandIsResolvedWhileItIsTyped()
    {
        m->open();
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
        QCOMPARE(m->label("saveReason"), QStringLiteral("Type a command first."));
        m->session->forgetCalls();
        for (const char* text : {"d", "da", "dat", "date"}) {
            m->part<QLineEdit>("commandEdit").setText(QString::fromLatin1(text));
            m->settle(100ms);
        }
        QCOMPARE(m->session->callCount(QStringLiteral("inspect")), 0);
        m->settle(50ms);
        QCOMPARE(m->session->callCount(QStringLiteral("inspect")), 1);
        const QString status = m->label("commandStatus");
        QVERIFY2(status.contains(QStringLiteral("/bin/date · no arguments")), qPrintable(status));
        QCOMPARE(m->part<QLineEdit>("nameEdit").text(), QStringLiteral("date"));
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
    }

    void aProgramThatIsNotThereIsAWarningAndCanBeSaved()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("no-such-program-here"));
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
        QVERIFY(texts().contains(QLatin1StringView("was not found in PATH")));
    }

    void aScheduleShowsItsSentenceAndFiveRuns()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        m->click("kindScheduled");
        m->look();
        QCOMPARE(m->part<QSpinBox>("everyCountBox").value(), 5);
        QVERIFY2(m->label("scheduleSentence").startsWith(QLatin1StringView("Every 5 minutes, first in 5 m")), qPrintable(m->label("scheduleSentence")));
        const QString preview = m->label("schedulePreview");
        QCOMPARE(preview.count(QStringLiteral(" · ")), 4);
        QVERIFY(m->part<QLabel>("schedulePreview").isVisible());
    }

    void aCronErrorNamesFieldAndRangeAndKeepsSaveShut()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        m->click("kindScheduled");
        m->part<QComboBox>("scheduleKindBox").setCurrentIndex(5);
        m->type("scheduleEdit", QStringLiteral("*/7 * * * *"));
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
        QVERIFY(!m->label("schedulePreview").isEmpty());
        m->type("scheduleEdit", QStringLiteral("61 * * * *"));
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
        QCOMPARE(m->label("saveReason"), QStringLiteral("Schedule: Minute must be 0–59, not 61"));
        QVERIFY(m->part<QLineEdit>("scheduleEdit").property("invalid").toBool());
        QVERIFY(m->label("cronHelp").contains(QStringLiteral("minute 0–59")));
        QVERIFY(!m->part<QLabel>("schedulePreview").isVisible());
        QCOMPARE(m->part<QPushButton>("saveButton").toolTip(), m->label("saveReason"));
        m->type("scheduleEdit", QStringLiteral("1 * * * *"));
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
        QVERIFY(!m->part<QLineEdit>("scheduleEdit").property("invalid").toBool());
    }

    void saveAndStartWritesOnlyWhatDiffersFromTheDefaults()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date -u"));
        m->click("kindScheduled");
        m->look();
        QString name;
        bool started = false;
        connect(m->dialog.data(), &ServiceDialog::saved, this, [&](const QString& which, bool start) {
            name = which;
            started = start;
        });
        m->click("saveStartButton");
        QCOMPARE(name, QStringLiteral("date"));
        QVERIFY(started);
        QCOMPARE(m->lastCall("add").value(QLatin1StringView("text")).toString(),
                 QStringLiteral("command = \"date -u\"\n\n[schedule]\nevery = \"5m\"\n"));
        QCOMPARE(m->lastCall("add").value(QLatin1StringView("trigger")).toString(), QStringLiteral("window"));
        QCOMPARE(said(m->session->service(name).state), said(ServiceState::Waiting));
        QVERIFY(m->dialog.isNull()); // it has closed and is gone
    }

    void saveAloneStartsNothing()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("sleep 9"));
        m->click("saveButton");
        QCOMPARE(said(m->session->service(QStringLiteral("sleep")).state), said(ServiceState::Stopped));
        QCOMPARE(m->session->callCount(QStringLiteral("act")), 0);
    }

    void aManualServiceIsRunOnce()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("true"));
        m->click("kindManual");
        m->look();
        QCOMPARE(m->part<QPushButton>("saveStartButton").text(), QStringLiteral("Save && &run"));
        m->click("saveStartButton");
        QCOMPARE(m->lastCall("add").value(QLatin1StringView("text")).toString(), QStringLiteral("command = \"true\"\nmanual = true\n"));
        QCOMPARE(m->session->callCount(QStringLiteral("run")), 1);
    }

    void aFailureOfTheHostIsShownAndNothingIsLost()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("sleep 9"));
        m->session->failNext(QStringLiteral("add"), Error{ErrorKind::Failed, "the disk is full"});
        m->click("saveButton");
        QVERIFY(m->dialog && m->dialog->isVisible());
        QVERIFY(m->label("saveReason").contains(QLatin1StringView("the disk is full"), Qt::CaseInsensitive));
        m->type("commandEdit", QStringLiteral("sleep 10"));
        m->click("saveButton");
        QVERIFY(m->dialog.isNull());
    }

    void aTakenNameIsAnError()
    {
        m->session->put(serviceNamed(QStringLiteral("api")));
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        m->type("nameEdit", QStringLiteral("api"));
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
        QCOMPARE(m->label("saveReason"), QStringLiteral("There is already a service `api`"));
        m->type("nameEdit", QStringLiteral("a b"));
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
        m->type("nameEdit", QStringLiteral("api2"));
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
    }

    void aSuggestedNameFollowsTheCommandUntilItIsTyped()
    {
        ServiceDialog::Draft draft;
        draft.names = QStringList{QStringLiteral("date")};
        m->open(draft);
        m->type("commandEdit", QStringLiteral("date"));
        QCOMPARE(m->part<QLineEdit>("nameEdit").text(), QStringLiteral("date-2"));
        m->part<QLineEdit>("nameEdit").selectAll();
        QTest::keyClicks(&m->part<QLineEdit>("nameEdit"), QStringLiteral("clock"));
        m->type("commandEdit", QStringLiteral("cal"));
        QCOMPARE(m->part<QLineEdit>("nameEdit").text(), QStringLiteral("clock"));
    }

    void shellSyntaxIsMendedByAClick()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date | cat"));
        QVERIFY(texts().contains(QLatin1StringView("means nothing without a shell")));
        QPushButton* fix = nullptr;
        for (QPushButton* const button : m->dialog->findChildren<QPushButton*>(QStringLiteral("fixButton"))) {
            if (button->isVisible())
                fix = button;
        }
        QVERIFY(fix);
        QCOMPARE(fix->text(), QStringLiteral("Use a shell"));
        fix->click();
        m->look();
        QVERIFY(m->part<QAbstractButton>("shellBox").isChecked());
        QVERIFY(!fix->isVisible());
        QVERIFY(m->label("commandStatus").contains(QLatin1StringView("/bin/sh")));
        m->click("saveButton");
        QCOMPARE(m->lastCall("add").value(QLatin1StringView("text")).toString(), QStringLiteral("command = \"date | cat\"\nshell = true\n"));
    }

    void warningsAreShownBesideTheirField_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("warning");
        QTest::newRow("nohup") << QStringLiteral("nohup date") << QStringLiteral("`nohup` is not needed here");
        QTest::newRow("-d") << QStringLiteral("env -d") << QStringLiteral("may put it into the background");
        QTest::newRow("quote") << QStringLiteral("date '") << QStringLiteral("has no partner");
    }

    void warningsAreShownBesideTheirField()
    {
        QFETCH(QString, command);
        QFETCH(QString, warning);
        m->open();
        m->type("commandEdit", command);
        QVERIFY2(texts().contains(warning), qPrintable(texts()));
    }

    void aFolderThatIsNotThereIsTold()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        m->type("workingDirectoryEdit", QStringLiteral("/no/such/folder"));
        QVERIFY(texts().contains(QLatin1StringView("/no/such/folder is not there")));
    }

    void anErrorInAFoldedSectionOpensIt()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        QVERIFY(!m->part<QWidget>("stopTimeoutEdit").isVisible());
        m->type("stopTimeoutEdit", QStringLiteral("soon"));
        QVERIFY(m->part<QWidget>("stopTimeoutEdit").isVisible());
        QVERIFY(m->part<QLineEdit>("stopTimeoutEdit").property("invalid").toBool());
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
        m->type("stopTimeoutEdit", QStringLiteral("0s"));
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
        QVERIFY(texts().contains(QLatin1StringView("0s means: killed at once")));
    }

    void malformedVariablesKeepSaveShut()
    {
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        auto& table = m->part<QTableWidget>("environmentTable");
        m->click("addVariableButton");
        table.item(0, 1)->setText(QStringLiteral("value"));
        m->look();
        QVERIFY(!m->part<QPushButton>("saveButton").isEnabled());
        QVERIFY(m->label("saveReason").contains(QLatin1StringView("has no name")));
        table.item(0, 0)->setText(QStringLiteral("PORT"));
        m->look();
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled());
        m->click("addVariableButton");
        table.item(1, 0)->setText(QStringLiteral("PORT"));
        m->look();
        QVERIFY(m->label("saveReason").contains(QLatin1StringView("two variables")));
    }

    void valuesThatLookLikeSecretsAreDotsUntilSomebodyWantsToSeeThem()
    {
        m->openService(QStringLiteral("mail"), QStringLiteral("command = \"date\"\n\n[environment]\nAPI_TOKEN = \"s3cret\"\nPORT = \"80\"\n"));
        auto& table = m->part<QTableWidget>("environmentTable");
        auto& reveal = m->part<QPushButton>("revealSecretsButton");
        if (!table.isVisible())
            m->click("environmentSectionHead");
        QVERIFY(reveal.isVisible());
        QCOMPARE(table.item(0, 1)->text(), QStringLiteral("••••••"));
        QCOMPARE(table.item(0, 1)->data(Qt::AccessibleTextRole).toString(), QStringLiteral("hidden"));
        QCOMPARE(table.item(1, 1)->text(), QStringLiteral("80"));

        // It is typed as it is shown, and what is not changed is not written.
        table.setCurrentCell(0, 1);
        table.editItem(table.item(0, 1));
        auto* const edit = table.findChild<QLineEdit*>(QStringLiteral("secretEdit"));
        QVERIFY(edit);
        QCOMPARE(edit->text(), QStringLiteral("s3cret"));
        QCOMPARE(edit->echoMode(), QLineEdit::Password);
        edit->actions().constFirst()->trigger();
        QCOMPARE(edit->echoMode(), QLineEdit::Normal);
        QTest::keyClick(edit, Qt::Key_Return);
        m->look();
        QCOMPARE(m->session->callCount(QStringLiteral("update")), 0);
        QVERIFY(!texts().contains(QLatin1StringView("s3cret")));

        reveal.click();
        QCOMPARE(table.item(0, 1)->text(), QStringLiteral("s3cret"));
        table.item(0, 0)->setText(QStringLiteral("NAME"));
        reveal.click();
        m->look();
        QCOMPARE(table.item(0, 1)->text(), QStringLiteral("s3cret"));
        QVERIFY(!reveal.isVisible());
    }

    void aFolderThatIsNotThereIsCreatedWhereSomebodyWantsItToBe()
    {
        const QTemporaryDir place;
        const QString wanted = place.filePath(QStringLiteral("one/two"));
        m->open();
        m->type("commandEdit", QStringLiteral("date"));
        const auto create = [this]() -> QPushButton* {
            for (QPushButton* const button : m->dialog->findChildren<QPushButton*>(QStringLiteral("fixButton"))) {
                if (button->isVisible() && button->text() == QLatin1StringView("Create folder"))
                    return button;
            }
            return nullptr;
        };
        m->type("workingDirectoryEdit", wanted);
        QVERIFY(create());
        QVERIFY(m->part<QPushButton>("saveButton").isEnabled()); // it may come later
        create()->click();
        QTRY_VERIFY(QFileInfo(wanted).isDir());
        QTRY_VERIFY((m->look(), !create()));

        QFile(place.filePath(QStringLiteral("file"))).open(QIODevice::WriteOnly);
        m->type("workingDirectoryEdit", place.filePath(QStringLiteral("file/below")));
        QVERIFY(create());
        create()->click();
        QTRY_COMPARE((m->settle(), m->label("saveReason")), QStringLiteral("The folder could not be created: Not a directory"));
    }

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

    void everythingThatCanBeUsedHasANameForThoseWhoHearIt()
    {
        m->open();
        m->click("kindScheduled");
        for (QWidget* const widget : m->dialog->findChildren<QWidget*>()) {
            const bool isInner = widget->objectName().startsWith(QLatin1StringView("qt_")) || widget->parentWidget()->inherits("QSpinBox")
                                 || widget->parentWidget()->inherits("QComboBox") || widget->parentWidget()->inherits("QAbstractSpinBox");
            const bool isUsed = (widget->inherits("QLineEdit") || widget->inherits("QComboBox") || widget->inherits("QAbstractSpinBox")
                                 || widget->inherits("QTableView") || widget->inherits("QPlainTextEdit"))
                                && !isInner;
            if (isUsed) {
                QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
                QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
            }
        }
    }

private:
    /// All that is visible in labels.
    QString texts()
    {
        QStringList all;
        for (const QLabel* const label : m->dialog->findChildren<QLabel*>()) {
            if (label->isVisible())
                all += label->text();
        }
        return all.join(QLatin1Char('\n'));
    }

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

QTEST_MAIN(TestServiceDialog)
#include "tst_service_dialog.moc"

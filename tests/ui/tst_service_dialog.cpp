#include "dialogtesting.h"

#include <support/said.h>

#include <QComboBox>
#include <QSpinBox>
#include <QTableWidget>
#include <QTemporaryDir>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

/// What a dialog says while a new service is typed, and what it makes.
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

    std::unique_ptr<DialogFixture> m;
};

QTEST_MAIN(TestServiceDialog)
#include "tst_service_dialog.moc"

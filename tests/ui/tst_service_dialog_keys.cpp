#include "dialogtesting.h"

#include <ui/edit/field.h>

#include <turnspit/servicefile/keys.h>
#include <turnspit/servicefile/parse.h>

#include <QComboBox>
#include <QDateTimeEdit>
#include <QJsonArray>
#include <QSpinBox>
#include <QTableWidget>
#include <QTimeEdit>

using namespace turnspit;
using namespace turnspit::test;

/// Every key that the engine knows can be set in the form, is written, and is there when the form is opened again.
class TestServiceDialogKeys : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m = std::make_unique<DialogFixture>(); }
    void cleanup() { m.reset(); }

    void everyKeyGoesRound_data()
    {
        QTest::addColumn<QString>("key");
        for (const DefinitionKey& key : definitionKeys())
            QTest::newRow(std::string(key.path).c_str()) << QString::fromStdString(std::string(key.path));
    }

    void everyKeyGoesRound()
    {
        QFETCH(QString, key);
        const bool ofSchedule = key.startsWith(QLatin1StringView("schedule."));
        QString text = QStringLiteral("# first\ncommand = \"sleep 9\" # nine\n\n# the logs\n[log]\nmax_age = \"20d\" # twenty\n");
        if (ofSchedule)
            text += QStringLiteral("\n[schedule]\nevery = \"6m\" # six\n");
        m->openService(name, text);
        const QString shown = set(key);
        QVERIFY2(!shown.isEmpty(), "nothing in the form is for this key");
        m->look();
        QVERIFY2(m->part<QPushButton>("saveButton").isEnabled(), qPrintable(m->label("saveReason")));
        m->click("saveButton");
        QVERIFY(m->dialog.isNull());
        QCOMPARE(m->session->callCount(QStringLiteral("update")), 1);
        QVERIFY(m->lastCall("update").value(QLatin1StringView("text")).isNull()); // edits only

        const QString after = saved();
        for (const char* comment : {"# first", "# nine", "# the logs", "# twenty"}) {
            QVERIFY2(after.contains(QLatin1StringView(comment)), qPrintable(after));
        }
        const auto parsed = parseDefinition(after.toStdString(), "f.toml", "f");
        QVERIFY2(parsed.has_value(), qPrintable(after));
        const TomlTable before = toTable(*parseDefinition(text.toStdString(), "f.toml", "f"));
        const TomlTable table = toTable(*parsed);
        const TomlValue* was = before.valueAt(key.toStdString());
        const TomlValue* is = table.valueAt(key.toStdString());
        QVERIFY2(is, qPrintable(after));
        QVERIFY2(!was || !(*was == *is), qPrintable(after));

        m->session->forgetCalls();
        m->openService(name, after);
        QCOMPARE(show(key), shown);
        m->click("saveButton");
        QVERIFY(m->dialog.isNull());
        QCOMPARE(m->session->callCount(QStringLiteral("update")), 0);
    }

    void eachWayToSayATimeGoesRound_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char* rule, const char* kind) { QTest::newRow(rule) << QString::fromUtf8(rule) << QString::fromUtf8(kind); };
        row("every = \"90m\"", "Every");
        row("every = \"1h30m\"", "Every");
        row("every = \"250ms\"", "Every");
        row("every = \"2w\"", "Every");
        row("cron = \"30 2 * * *\"", "Daily at");
        row("cron = \"30 2 * * mon-fri\"", "Weekly on");
        row("cron = \"30 2 15 * *\"", "Monthly on");
        row("cron = \"30 2 1 * 5\"", "Cron");
        row("cron = \"@hourly\"", "Cron");
        row("at = 2026-12-24T18:00:00", "Once at");
        row("at = 2026-12-24T18:00:00Z", "Once at");
    }

    void eachWayToSayATimeGoesRound()
    {
        QFETCH(QString, rule);
        QFETCH(QString, kind);
        const QString text = QStringLiteral("command = \"date\"\n\n[schedule]\n%1 # mine\n").arg(rule);
        m->openService(name, text);
        QCOMPARE(m->part<QComboBox>("scheduleKindBox").currentText(), kind);
        m->type("descriptionEdit", QStringLiteral("changed"));
        m->click("saveButton");
        QCOMPARE(saved(), QString(text).insert(text.indexOf(QLatin1Char('\n')) + 1, QStringLiteral("description = \"changed\"\n")));
    }

    void aKeyThatIsClearedIsTakenOut()
    {
        m->openService(name, QStringLiteral("command = \"date\"\ngroup = \"shop\" # mine\n\n[stop]\ntimeout = \"3s\"\n"));
        m->part<QComboBox>("groupBox").setCurrentText(QString());
        m->type("stopTimeoutEdit", QString());
        m->click("saveButton");
        QCOMPARE(saved().trimmed(), QStringLiteral("command = \"date\""));
    }

    void variablesAreChangedOneByOne()
    {
        m->openService(name, QStringLiteral("command = \"date\"\n\n[environment]\n# the port\nPORT = \"80\" # web\nOLD = \"1\"\n"));
        auto& table = m->part<QTableWidget>("environmentTable");
        QCOMPARE(table.rowCount(), 2);
        for (int row = 0; row < 2; ++row) {
            if (table.item(row, 0)->text() == QLatin1StringView("PORT"))
                table.item(row, 1)->setText(QStringLiteral("81"));
        }
        for (int row = 0; row < 2; ++row) {
            if (table.item(row, 0)->text() == QLatin1StringView("OLD")) {
                table.setCurrentCell(row, 0);
                break;
            }
        }
        m->click("removeVariableButton");
        m->look();
        m->click("saveButton");
        QCOMPARE(saved(), QStringLiteral("command = \"date\"\n\n[environment]\n# the port\nPORT = \"81\" # web\n"));
    }

private:
    Field* field(const QString& key)
    {
        for (Field* const found : m->dialog->findChildren<Field*>()) {
            if (found->key() == key)
                return found;
        }
        return nullptr;
    }

    static QJsonValue sample(const QString& key)
    {
        static const QHash<QString, QJsonValue> samples{
            {QStringLiteral("command"), QStringLiteral("sleep 10")},
            {QStringLiteral("stop.command"), QStringLiteral("/bin/true x")},
            {QStringLiteral("shell"), true},
            {QStringLiteral("working_directory"), QStringLiteral("/tmp")},
            {QStringLiteral("environment_file"), QStringLiteral("x.env")},
            {QStringLiteral("autostart"), false},
            {QStringLiteral("disabled"), true},
            {QStringLiteral("on_host_crash"), QStringLiteral("end")},
            {QStringLiteral("umask"), QStringLiteral("0077")},
            {QStringLiteral("schedule.timezone"), QStringLiteral("Europe/Berlin")},
            {QStringLiteral("schedule.overlap"), QStringLiteral("queue")},
            {QStringLiteral("schedule.missed"), QStringLiteral("skip")},
            {QStringLiteral("schedule.run_at_start"), true},
            {QStringLiteral("restart.policy"), QStringLiteral("never")},
            {QStringLiteral("restart.success_exit_codes"), QJsonArray{0, 3}},
            {QStringLiteral("restart.limit"), 4},
            {QStringLiteral("stop.signal"), QStringLiteral("SIGINT")},
            {QStringLiteral("log.capture"), false},
            {QStringLiteral("log.max_size"), QStringLiteral("50MB")},
            {QStringLiteral("log.segment_size"), QStringLiteral("5MB")},
            {QStringLiteral("restart.max_delay"), QStringLiteral("2m")},
        };
        const auto found = samples.constFind(key);
        if (found != samples.constEnd())
            return *found;
        const bool isText = key == QLatin1StringView("description") || key == QLatin1StringView("group");
        return isText ? QStringLiteral("some \"words\"") : QStringLiteral("17s");
    }

    /// Sets the key by what the form has for it; what it shows then, or "" where it has nothing.
    QString set(const QString& key)
    {
        if (key == QLatin1StringView("environment")) {
            m->click("addVariableButton");
            auto& table = m->part<QTableWidget>("environmentTable");
            table.item(table.rowCount() - 1, 0)->setText(QStringLiteral("MY_NAME"));
            table.item(table.rowCount() - 1, 1)->setText(QStringLiteral("a \"b\" = c"));
        } else if (key == QLatin1StringView("manual")) {
            m->click("kindManual");
        } else if (key == QLatin1StringView("schedule.every")) {
            m->part<QSpinBox>("everyCountBox").setValue(9);
        } else if (key == QLatin1StringView("schedule.cron")) {
            m->part<QComboBox>("scheduleKindBox").setCurrentIndex(5);
            m->type("scheduleEdit", QStringLiteral("7 * * * *"));
        } else if (key == QLatin1StringView("schedule.at")) {
            m->part<QComboBox>("scheduleKindBox").setCurrentIndex(4);
            m->part<QDateTimeEdit>("onceEdit").setDateTime(QDateTime(QDate(2027, 1, 2), QTime(3, 4, 5)));
        } else if (Field* const found = field(key)) {
            found->type(sample(key));
        } else {
            return {};
        }
        return show(key);
    }

    QString show(const QString& key)
    {
        if (key == QLatin1StringView("environment")) {
            auto& table = m->part<QTableWidget>("environmentTable");
            return table.item(0, 0)->text() + QLatin1Char('=') + table.item(0, 1)->text();
        }
        if (key == QLatin1StringView("manual"))
            return m->part<QAbstractButton>("kindManual").isChecked() ? QStringLiteral("manual") : QStringLiteral("not manual");
        if (key == QLatin1StringView("schedule.every"))
            return m->part<QSpinBox>("everyCountBox").text() + m->part<QComboBox>("everyUnitBox").currentText();
        if (key == QLatin1StringView("schedule.cron"))
            return m->part<QLineEdit>("scheduleEdit").text() + m->part<QComboBox>("scheduleKindBox").currentText();
        if (key == QLatin1StringView("schedule.at"))
            return m->part<QDateTimeEdit>("onceEdit").text() + m->part<QComboBox>("scheduleKindBox").currentText();
        return field(key)->read();
    }

    /// The text of the file as the host has it.
    QString saved()
    {
        QString found;
        TaskScope scope;
        scope.spawn(keep(m->session->definition(name), found));
        m->settle();
        return found;
    }
    static Task<> keep(Task<Result<DefinitionInfo>> task, QString& out) // NOLINT(cppcoreguidelines-avoid-reference-coroutine-parameters)
    {
        const auto definition = co_await std::move(task);
        out = definition ? definition->text : QStringLiteral("none");
    }

    const QString name = QStringLiteral("mail");
    std::unique_ptr<DialogFixture> m;
};

QTEST_MAIN(TestServiceDialogKeys)
#include "tst_service_dialog_keys.moc"

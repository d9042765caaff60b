#include <ui/edit/cronshape.h>
#include <ui/edit/remarktext.h>

#include <QTest>

using namespace turnspit;

class TestEditWords : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aNameIsSuggestedFromTheCommand_data();
    void aNameIsSuggestedFromTheCommand();
    void aSuggestedNameIsFree();
    void cronIsSaidWithoutCronWhereItCanBe_data();
    void cronIsSaidWithoutCronWhereItCanBe();
    void textIsQuotedAsToml();
    void aRemarkIsSaidWithoutItsKey();
};

void TestEditWords::aNameIsSuggestedFromTheCommand_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("name");
    const auto row = [](const char* command, const char* name) { QTest::newRow(command) << QString::fromUtf8(command) << QString::fromUtf8(name); };
    row("date", "date");
    row("/usr/bin/rclone sync ~/Photos remote:photos", "rclone");
    row("node worker.js --queue mail", "worker");
    row("python3 -u scripts/back_up.py", "back_up");
    row("npm run dev", "dev");
    row("PORT=80 ./Grüße.sh", "PORT-80");
    row("", "");
    row("   ", "");
    row("---", "");
    row("sh", "sh");
}

void TestEditWords::aNameIsSuggestedFromTheCommand()
{
    QFETCH(QString, command);
    QFETCH(QString, name);
    QCOMPARE(suggestName(command, {}), name);
}

void TestEditWords::aSuggestedNameIsFree()
{
    const QString date = QStringLiteral("date");
    QCOMPARE(suggestName(date, {date}), QStringLiteral("date-2"));
    QCOMPARE(suggestName(date, {date, QStringLiteral("date-2")}), QStringLiteral("date-3"));
    const QString longest(64, QLatin1Char('x'));
    const QString free = freeName(longest, {longest});
    QCOMPARE(free.size(), 64);
    QVERIFY(free.endsWith(QLatin1StringView("-2")));
    QCOMPARE(suggestName(QString(100, QLatin1Char('y')), {}).size(), 64);
}

void TestEditWords::cronIsSaidWithoutCronWhereItCanBe_data()
{
    QTest::addColumn<QString>("cron");
    QTest::addColumn<QString>("again"); // empty: takes somebody who knows cron
    const auto row = [](const char* cron, const char* again) { QTest::newRow(cron) << QString::fromUtf8(cron) << QString::fromUtf8(again); };
    row("0 2 * * *", "0 2 * * *");
    row(" 5  14 * * * ", "5 14 * * *");
    row("30 9 * * 1-5", "30 9 * * 1,2,3,4,5");
    row("0 0 * * sun,sat", "0 0 * * 6,0");
    row("0 0 * * 7", "0 0 * * 0");
    row("15 3 31 * *", "15 3 31 * *");
    row("*/5 * * * *", "");
    row("0 2 1 * 5", "");
    row("0 2 * 6 *", "");
    row("0 0 2 * * *", "");
    row("60 2 * * *", "");
    row("0 24 * * *", "");
    row("0 0 32 * *", "");
    row("@daily", "");
    row("0 0 * * 5-1", "");
    row("", "");
}

void TestEditWords::cronIsSaidWithoutCronWhereItCanBe()
{
    QFETCH(QString, cron);
    QFETCH(QString, again);
    const auto shape = cronShape(cron);
    QCOMPARE(shape.has_value(), !again.isEmpty());
    if (!shape)
        return;
    QCOMPARE(toCron(*shape), again);
    QVERIFY(cronShape(again) == shape);
}

void TestEditWords::textIsQuotedAsToml()
{
    QCOMPARE(quotedToml(QStringLiteral("a \"b\" \\ \t\n\u0001 ü")), QStringLiteral("\"a \\\"b\\\" \\\\ \\t\\n\\u0001 ü\""));
}

void TestEditWords::aRemarkIsSaidWithoutItsKey()
{
    Remark remark;
    remark.key = QStringLiteral("schedule.cron");
    remark.message = QStringLiteral("`schedule.cron` = \"61 * * * *\": minute must be 0-59, not 61");
    QCOMPARE(remarkText(remark), QStringLiteral("Minute must be 0–59, not 61"));
    remark.key = QStringLiteral("schedule.timezone");
    remark.message = QStringLiteral("`schedule.timezone` : there is no zone");
    QCOMPARE(remarkText(remark), QStringLiteral("There is no zone"));
    remark.key = QStringLiteral("command");
    remark.message = QStringLiteral("`|` means nothing");
    QCOMPARE(remarkText(remark), QStringLiteral("`|` means nothing"));
    QCOMPARE(fixText(remark), QString());
    remark.fix = KeyEdit{QStringLiteral("shell"), QStringLiteral("true")};
    QCOMPARE(fixText(remark), QStringLiteral("Use a shell"));
}

QTEST_GUILESS_MAIN(TestEditWords)
#include "tst_edit_words.moc"

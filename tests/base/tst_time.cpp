#include <turnspit/base/time.h>

#include <QtTest>

using namespace turnspit;
using namespace std::chrono;

class TestTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsRfc3339_data();
    void readsRfc3339();
    void refusesWhatIsNot_data();
    void refusesWhatIsNot();
    void writesSixDecimalsAlways_data();
    void writesSixDecimalsAlways();
    void readsWhatItWrites();
    void clocksRun();
};

void TestTime::readsRfc3339_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("utc");
    const auto row = [](const char* text, const char* utc) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(utc);
    };
    row("2026-11-22T08:44:24.123456Z", "2026-11-22T08:44:24.123456Z");
    row("2026-11-22t08:44:24z", "2026-11-22T08:44:24.000000Z");
    row("2026-11-22 08:44:24Z", "2026-11-22T08:44:24.000000Z");
    row("2026-11-22T08:44:24.1Z", "2026-11-22T08:44:24.100000Z");
    row("2026-11-22T08:44:24.123456789Z", "2026-11-22T08:44:24.123456Z");
    row("2026-11-22T08:44:24.9999999Z", "2026-11-22T08:44:24.999999Z");
    row("2026-11-22T08:44:24+01:00", "2026-11-22T07:44:24.000000Z");
    row("2026-01-01T00:30:00+05:30", "2025-12-31T19:00:00.000000Z");
    row("2026-12-31T23:30:00-03:30", "2027-01-01T03:00:00.000000Z");
    row("2026-11-22T08:44:24-00:00", "2026-11-22T08:44:24.000000Z");
    row("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z");
    row("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z");
    row("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
    row("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z");
    row("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
}

void TestTime::readsRfc3339()
{
    QFETCH(QString, text);
    QFETCH(QString, utc);
    const auto time = parseRfc3339(text.toStdString());
    QVERIFY(time);
    QCOMPARE(QString::fromStdString(formatRfc3339(*time)), utc);
}

void TestTime::refusesWhatIsNot_data()
{
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"", "now", "2026-11-22", "2026-11-22T08:44", "2026-11-22T08:44:24", "2026-11-22T08:44:24.Z",
          "2026-11-22T08:44:24.1234567890Z", "2026-02-29T00:00:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T00:60:00Z",
          "2026-11-22T00:00:61Z", "2026-11-22T00:00:00+1:00", "2026-11-22T00:00:00+01", "2026-11-22T00:00:00+24:00",
          "2026-11-22T00:00:00+01:60", "2026-11-22T00:00:00+0100", "2026-11-22T00:00:00Zz", "2026-11-22T00:00:00 Z",
          " 2026-11-22T00:00:00Z", "2026-11-22  00:00:00Z", "2026-1-22T00:00:00Z", "+026-11-22T00:00:00Z",
          "2026-11-22T-1:00:00Z", "2026/11/22T00:00:00Z", "10000-01-01T00:00:00Z"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestTime::refusesWhatIsNot()
{
    QFETCH(QString, text);
    QVERIFY(!parseRfc3339(text.toStdString()));
}

void TestTime::writesSixDecimalsAlways_data()
{
    QTest::addColumn<qint64>("microsecondsSince1970");
    QTest::addColumn<QString>("text");
    QTest::newRow("epoch") << qint64(0) << QStringLiteral("1970-01-01T00:00:00.000000Z");
    QTest::newRow("one before") << qint64(-1) << QStringLiteral("1969-12-31T23:59:59.999999Z");
    QTest::newRow("contract") << qint64(1795337064123456) << QStringLiteral("2026-11-22T08:44:24.123456Z");
    QTest::newRow("leap day") << qint64(1709164800000000) << QStringLiteral("2024-02-29T00:00:00.000000Z");
}

void TestTime::writesSixDecimalsAlways()
{
    QFETCH(qint64, microsecondsSince1970);
    QFETCH(QString, text);
    const WallTime time{microseconds(microsecondsSince1970)};
    QCOMPARE(QString::fromStdString(formatRfc3339(time)), text);
    char raw[27];
    formatRfc3339(time, raw);
    QCOMPARE(QString::fromLatin1(raw, 27), text);
}

void TestTime::readsWhatItWrites()
{
    for (WallTime time = sys_days(year(0) / 1 / 1); time < WallTime(sys_days(year(9999) / 12 / 31)); time += hours(24 * 97) + microseconds(1'234'567)) {
        const std::string text = formatRfc3339(time);
        QCOMPARE(text.size(), std::size_t(27));
        const auto again = parseRfc3339(text);
        QVERIFY(again);
        QCOMPARE(again->time_since_epoch().count(), time.time_since_epoch().count());
    }
}

void TestTime::clocksRun()
{
    const Instant first = BootClock::now();
    QVERIFY(BootClock::now() >= first);
    QVERIFY(first.time_since_epoch() > nanoseconds(0));
    const auto difference = wallClockNow().time_since_epoch() - system_clock::now().time_since_epoch();
    QVERIFY(difference < minutes(1) && difference > -minutes(1));
}

QTEST_GUILESS_MAIN(TestTime)
#include "tst_time.moc"

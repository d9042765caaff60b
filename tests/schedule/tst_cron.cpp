#include "schedule/scheduletesting.h"

#include <ctime>
#include <random>

using namespace turnspit;
using namespace std::chrono;

namespace {

/// A second reading of an expression, as slow and plain as can be: fields are asked value by value.
class Oracle
{
public:
    explicit Oracle(const std::string& text)
    {
        QStringList fields = QString::fromStdString(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
        if (fields.size() == 5)
            fields.prepend(QStringLiteral("0"));
        m_fields = fields;
    }

    bool matches(LocalTime time) const
    {
        const auto day = floor<days>(time);
        const year_month_day date(day);
        const hh_mm_ss clock(time - day);
        const int weekdayNumber = static_cast<int>(weekday(day).c_encoding());
        const bool monthDay = has(m_fields[3], static_cast<int>(static_cast<unsigned>(date.day())), 1, 31);
        const bool weekDay = has(m_fields[5], weekdayNumber, 0, 7) || (weekdayNumber == 0 && has(m_fields[5], 7, 0, 7));
        const bool bothRestricted = m_fields[3][0] != QLatin1Char('*') && m_fields[5][0] != QLatin1Char('*');
        return has(m_fields[0], static_cast<int>(clock.seconds().count()), 0, 59) &&
               has(m_fields[1], static_cast<int>(clock.minutes().count()), 0, 59) &&
               has(m_fields[2], static_cast<int>(clock.hours().count()), 0, 23) &&
               has(m_fields[4], static_cast<int>(static_cast<unsigned>(date.month())), 1, 12) &&
               (bothRestricted ? monthDay || weekDay : monthDay && weekDay);
    }

private:
    static bool has(const QString& field, int value, int least, int most)
    {
        for (const QString& element : field.split(QLatin1Char(','))) {
            const QStringList halves = element.split(QLatin1Char('/'));
            const int step = halves.size() > 1 ? halves[1].toInt() : 1;
            int first = least;
            int last = most;
            if (halves[0] != QStringLiteral("*")) {
                const QStringList ends = halves[0].split(QLatin1Char('-'));
                first = ends[0].toInt();
                last = ends.size() > 1 ? ends[1].toInt() : halves.size() > 1 ? most : first;
            }
            // The second Sunday is no value of its own for `*` and open steps.
            if (most == 7 && last == 7 && !halves[0].contains(QLatin1Char('-')) && first != 7)
                last = 6;
            if (value >= first && value <= last && (value - first) % step == 0)
                return true;
        }
        return false;
    }

    QStringList m_fields;
};

} // namespace

class TestCron : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheNextTime_data();
    void findsTheNextTime();
    void refusesWithTheFieldAndItsRange_data();
    void refusesWithTheFieldAndItsRange();
    void agreesWithABruteForceReading_data();
    void agreesWithABruteForceReading();
    void keepsItsText_data();
    void keepsItsText();
    void readsShorthands_data();
    void readsShorthands();
    void knowsWhetherEitherDayMatches_data();
    void knowsWhetherEitherDayMatches();
    void plansAYearOfDailyJobsInMilliseconds();
    void endsWithTheYear9999();
    void findsTheNewestRun_data();
    void findsTheNewestRun();
};

void TestCron::findsTheNextTime_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("expected"); // several, joined by blanks

    const auto row = [](const char* expression, const char* after, const char* expected) {
        QTest::newRow((std::string(expression) + " after " + after).c_str())
            << QString::fromLatin1(expression) << QString::fromLatin1(after) << QString::fromLatin1(expected);
    };
    row("* * * * *", "2026-01-01T00:00:00", "2026-01-01T00:01:00 2026-01-01T00:02:00");
    row("* * * * *", "2026-01-01T00:00:59", "2026-01-01T00:01:00");
    row("* * * * * *", "2026-12-31T23:59:59", "2027-01-01T00:00:00 2027-01-01T00:00:01");
    row("*/5 * * * *", "2026-01-01T00:56:00", "2026-01-01T01:00:00 2026-01-01T01:05:00");
    row("*/7 * * * *", "2026-01-01T00:50:00", "2026-01-01T00:56:00 2026-01-01T01:00:00");
    row("5/20 * * * *", "2026-01-01T00:00:00", "2026-01-01T00:05:00 2026-01-01T00:25:00 2026-01-01T00:45:00");
    row("0,15-20/2,59 3 * * *", "2026-01-01T00:00:00",
        "2026-01-01T03:00:00 2026-01-01T03:15:00 2026-01-01T03:17:00 2026-01-01T03:19:00 2026-01-01T03:59:00");
    row("0 2 * * *", "2026-01-01T02:00:00", "2026-01-02T02:00:00");
    row("0 2 * * *", "2026-01-01T01:59:59", "2026-01-01T02:00:00");
    row("30 6 1 * *", "2026-01-31T00:00:00", "2026-02-01T06:30:00 2026-03-01T06:30:00");
    row("0 0 31 * *", "2026-01-31T00:00:00", "2026-03-31T00:00:00 2026-05-31T00:00:00 2026-07-31T00:00:00");
    row("0 0 30 * *", "2026-01-30T00:00:00", "2026-03-30T00:00:00");
    row("0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00 2032-02-29T00:00:00");
    row("0 0 29 2 *", "2096-03-01T00:00:00", "2104-02-29T00:00:00");
    row("0 0 29 2 */7", "2026-01-01T00:00:00", "2032-02-29T00:00:00"); // the next that is a Sunday
    row("0 0 * * 7", "2026-11-22T00:00:00", "2026-11-29T00:00:00");
    row("0 0 * * 0", "2026-11-22T00:00:00", "2026-11-29T00:00:00");
    row("0 0 * * SUN", "2026-11-22T00:00:00", "2026-11-29T00:00:00");
    row("0 0 * * fri-sun", "2026-11-22T00:00:00", "2026-11-27T00:00:00 2026-11-28T00:00:00 2026-11-29T00:00:00");
    row("0 0 * * 5-7", "2026-11-22T00:00:00", "2026-11-27T00:00:00 2026-11-28T00:00:00 2026-11-29T00:00:00");
    row("0 9 * * Mon-Fri", "2026-11-20T09:00:00", "2026-11-23T09:00:00");
    row("0 0 1 jan,JUL *", "2026-02-01T00:00:00", "2026-07-01T00:00:00 2027-01-01T00:00:00");
    row("0 0 1 6-8 *", "2026-06-15T00:00:00", "2026-07-01T00:00:00");
    // either day: the 13th, or any Friday
    row("0 0 13 * 5", "2026-11-01T00:00:00", "2026-11-06T00:00:00 2026-11-13T00:00:00 2026-11-20T00:00:00");
    row("0 0 1 * 5", "2026-11-27T00:00:00", "2026-12-01T00:00:00 2026-12-04T00:00:00");
    // a field that begins with a star restricts nothing, so both have to match
    row("0 0 */2 * 5", "2026-11-01T00:00:00", "2026-11-13T00:00:00 2026-11-27T00:00:00");
    row("0 0 13 * */5", "2026-11-01T00:00:00", "2026-11-13T00:00:00 2026-12-13T00:00:00");
    row("15,45 10 8,9,10 6 5 *", "2026-01-01T00:00:00", "2026-05-06T08:10:15 2026-05-06T08:10:45 2026-05-06T09:10:15");
    row("*/20 59 23 31 12 *", "2026-12-31T23:59:20", "2026-12-31T23:59:40 2027-12-31T23:59:00");
    row("\t0   2\t* * *  ", "2026-01-01T00:00:00", "2026-01-01T02:00:00");
    row("@yearly", "2026-01-01T00:00:00", "2027-01-01T00:00:00");
    row("00 002 * * *", "2026-01-01T00:00:00", "2026-01-01T02:00:00");
}

void TestCron::findsTheNextTime()
{
    QFETCH(QString, expression);
    QFETCH(QString, after);
    QFETCH(QString, expected);
    const Cron parsed = cron(expression.toStdString());
    const TimeZone utc;
    WallTime time = wall(after.toStdString() + "Z");
    QStringList times;
    for (qsizetype i = 0; i <= expected.count(QLatin1Char(' ')); ++i) {
        const auto next = parsed.next(time, utc);
        QVERIFY(next);
        QVERIFY(*next > time);
        time = *next;
        times += shown(utc, time).left(19);
    }
    QCOMPARE(times.join(QLatin1Char(' ')), expected);
}

void TestCron::refusesWithTheFieldAndItsRange_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("message");

    const auto row = [](const char* expression, int column, const char* message) {
        QTest::newRow(*expression ? expression : "empty") << QString::fromUtf8(expression) << column << QString::fromLatin1(message);
    };
    row("", 1, "the cron expression is empty: write five fields, such as \"*/5 * * * *\"");
    row("  \t", 1, "the cron expression is empty: write five fields, such as \"*/5 * * * *\"");
    row("61 * * * *", 1, "minute must be 0-59, not 61");
    row("  61 * * * *", 3, "minute must be 0-59, not 61");
    row("60 * * * * *", 1, "second must be 0-59, not 60");
    row("0 24 * * *", 3, "hour must be 0-23, not 24");
    row("0 0 0 * *", 5, "day of month must be 1-31, not 0");
    row("0 0 32 * *", 5, "day of month must be 1-31, not 32");
    row("0 0 1 13 *", 7, "month must be 1-12 or jan-dec, not 13");
    row("0 0 1 janu *", 7, "month must be 1-12 or jan-dec, not \"janu\"");
    row("0 0 * * 8", 9, "weekday must be 0-7 or sun-sat, not 8");
    row("0 0 * * monday", 9, "weekday must be 0-7 or sun-sat, not \"monday\"");
    row("0 0 * * 5L", 9, "weekday must be 0-7 or sun-sat, not \"5L\"");
    row("0 0 ? * *", 5, "day of month must be 1-31, not \"?\"");
    row("0 0 L * *", 5, "day of month must be 1-31, not \"L\"");
    row("mon * * * *", 1, "minute must be 0-59, not \"mon\"");
    row("-5 * * * *", 1, "minute must be 0-59, not \"\"");
    row("5- * * * *", 3, "minute must be 0-59, not \"\"");
    row("1-2-3 * * * *", 3, "minute must be 0-59, not \"2-3\"");
    row("1,2,77 * * * *", 5, "minute must be 0-59, not 77");
    row("99999999999 * * * *", 1, "minute must be 0-59, not 99999999999");
    row("1,,2 * * * *", 3, "minute has an empty place in its list");
    row(",1 * * * *", 1, "minute has an empty place in its list");
    row("1, * * * *", 3, "minute has an empty place in its list");
    row("*/0 * * * *", 3, "minute step must be 1-59, not 0");
    row("*/90 * * * *", 3, "minute step must be 1-59, not 90");
    row("*/ * * * *", 3, "minute step must be 1-59, not \"\"");
    row("*/x * * * *", 3, "minute step must be 1-59, not \"x\"");
    row("*/2/3 * * * *", 3, "minute step must be 1-59, not \"2/3\"");
    row("0 */24 * * *", 5, "hour step must be 1-23, not 24");
    row("*5 * * * *", 1, "minute must be 0-59, not \"*5\"");
    row("0 22-6 * * *", 3, "hour range 22-6 ends before it begins: write 22-23,0-6");
    row("0 23-0 * * *", 3, "hour range 23-0 ends before it begins: write 23,0");
    row("0 0 * * fri-mon", 9, "weekday range fri-mon ends before it begins: write fri-sat,sun-mon");
    row("0 0 * * 6-0", 9, "weekday range 6-0 ends before it begins: write 6,0");
    row("0 0 * * 7-3", 9, "weekday range 7-3 ends before it begins: write 0-3");
    row("0 0 1 dec-feb *", 7, "month range dec-feb ends before it begins: write dec,jan-feb");
    row("0 0 1 11-2 *", 7, "month range 11-2 ends before it begins: write 11-12,1-2");
    row("* * * *", 1, "a cron expression has five fields (minute, hour, day of month, month, weekday), or six with the second "
                      "first, not 4");
    row("* * * * * * 2026", 13, "a cron expression has five fields (minute, hour, day of month, month, weekday), or six with the "
                                "second first, not 7");
    row("0 0 30 2 *", 5, "this can never match: day 30 does not exist in month 2");
    row("0 0 31 feb,apr-jun/2 *", 5, "this can never match: day 31 does not exist in month feb,apr-jun/2");
    row("0 0 0 31 4,6,9,11 *", 7, "this can never match: day 31 does not exist in month 4,6,9,11");
    row("0 0 30-31 2 */2", 5, "this can never match: day 30-31 does not exist in month 2");
    row("@reboot", 1, "@reboot is not a time: set run_at_start = true instead");
    row(" @Reboot", 2, "@reboot is not a time: set run_at_start = true instead");
    row("@never", 1, "\"@never\" is not known: write one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, "
                     "or five fields");
    row("@daily x", 1, "\"@daily x\" is not known: write one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, "
                       "@hourly, or five fields");
    row("0 ü 99 * *", 3, "hour must be 0-23, not \"??\"");
    row("0,ü 99 * * *", 3, "minute must be 0-59, not \"??\"");
    row("1\n * * * *", 1, "minute must be 0-59, not \"1?\"");
}

void TestCron::refusesWithTheFieldAndItsRange()
{
    QFETCH(QString, expression);
    QFETCH(int, column);
    QFETCH(QString, message);
    const std::string bytes = expression.toStdString();
    const auto parsed = Cron::parse(bytes);
    QVERIFY(!parsed);
    QCOMPARE(QString::fromStdString(parsed.error().message), message);
    QCOMPARE(parsed.error().column, column);
    QCOMPARE(parsed.error().kind, ErrorKind::InvalidDefinition);
}

void TestCron::agreesWithABruteForceReading_data()
{
    QTest::addColumn<QString>("expression");
    for (const char* expression :
         {"*/5 * * * *", "17 3 * * *", "0 0 1,15 * *", "0 12 * * 1-5", "30 4 1 * 5", "0 0 */3 * 2", "*/45 */7 */5 */4 *",
          "1-59/7 8-18/3 10-20/4 2-11/3 1-5/2", "0 0 31 1,5 0,6", "59 23 28-31 2,12 7", "5/20 1/6 * * 3/2", "0 0 1 1 *"})
        QTest::newRow(expression) << QString::fromLatin1(expression);

    // And thirty more that nobody chose, the same each time.
    std::mt19937 random(20261122);
    const auto upTo = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most + 1)); };
    for (int n = 0; n < 30; ++n) {
        constexpr int least[] = {0, 0, 1, 1, 0};
        constexpr int most[] = {59, 23, 28, 12, 7};
        QStringList fields;
        for (int i = 0; i < 5; ++i) {
            const int a = least[i] + upTo(most[i] - least[i]);
            const int b = a + upTo(most[i] - a);
            switch (upTo(4)) {
            case 0: fields += QStringLiteral("*"); break;
            case 1: fields += QStringLiteral("*/%1").arg(1 + upTo(most[i] - 1)); break;
            case 2: fields += QStringLiteral("%1-%2").arg(a).arg(b); break;
            case 3: fields += QStringLiteral("%1-%2/%3,%4").arg(a).arg(b).arg(1 + upTo(3)).arg(a); break;
            default: fields += QString::number(a); break;
            }
        }
        const QString expression = fields.join(QLatin1Char(' '));
        QTest::newRow(qPrintable(QStringLiteral("%1: %2").arg(n).arg(expression))) << expression;
    }
}

void TestCron::agreesWithABruteForceReading()
{
    QFETCH(QString, expression);
    const Cron parsed = cron(expression.toStdString());
    const Oracle oracle(expression.toStdString());
    // All runs from late February on, minute by minute; every second month of a leap year is touched by the jump below.
    for (const char* begin : {"2028-02-26T00:00:00", "2028-12-29T22:00:00", "2026-05-30T12:00:00"}) {
        LocalTime expected = local(begin);
        const LocalTime end = expected + days(4);
        for (auto time = parsed.nextLocal(expected); time && *time < end; time = parsed.nextLocal(*time + seconds(1))) {
            while (expected < *time) {
                QVERIFY2(!oracle.matches(expected), qPrintable(shown(TimeZone(), WallTime(expected.time_since_epoch()))));
                expected += minutes(1);
            }
            QCOMPARE(expected, *time);
            QVERIFY(oracle.matches(expected));
            QVERIFY(parsed.matches(expected));
            expected += minutes(1);
        }
        while (expected < end) {
            QVERIFY2(!oracle.matches(expected), qPrintable(shown(TimeZone(), WallTime(expected.time_since_epoch()))));
            expected += minutes(1);
        }
    }
}

void TestCron::keepsItsText_data()
{
    QTest::addColumn<QString>("written");
    QTest::addColumn<QString>("kept");
    QTest::newRow("plain") << QStringLiteral("*/5 * * * *") << QStringLiteral("*/5 * * * *");
    QTest::newRow("blanks around") << QStringLiteral("  0 2\t* * *  ") << QStringLiteral("0 2\t* * *");
    QTest::newRow("names") << QStringLiteral("0 0 1 Jan Mon-FRI") << QStringLiteral("0 0 1 Jan Mon-FRI");
    QTest::newRow("shorthand") << QStringLiteral(" @Daily") << QStringLiteral("@Daily");
}

void TestCron::keepsItsText()
{
    QFETCH(QString, written);
    QFETCH(QString, kept);
    const Cron first = cron(written.toStdString());
    QCOMPARE(QString::fromStdString(first.text()), kept);
    const Cron again = cron(first.text());
    QCOMPARE(again, first);
    QCOMPARE(again.minuteSet(), first.minuteSet());
    QCOMPARE(again.weekdaySet(), first.weekdaySet());
}

void TestCron::readsShorthands_data()
{
    QTest::addColumn<QString>("shorthand");
    QTest::addColumn<QString>("fields");
    const auto row = [](const char* shorthand, const char* fields) {
        QTest::newRow(shorthand) << QString::fromLatin1(shorthand) << QString::fromLatin1(fields);
    };
    row("@yearly", "0 0 1 1 *");
    row("@annually", "0 0 1 1 *");
    row("@monthly", "0 0 1 * *");
    row("@weekly", "0 0 * * 0");
    row("@daily", "0 0 * * *");
    row("@midnight", "0 0 * * *");
    row("@hourly", "0 * * * *");
    row("@HOURLY", "0 * * * *");
}

void TestCron::readsShorthands()
{
    QFETCH(QString, shorthand);
    QFETCH(QString, fields);
    const TimeZone utc;
    QCOMPARE(shown(utc, preview(cronSchedule(shorthand.toStdString()), utc, wall("2026-01-01T00:00:00Z"), 5)),
             shown(utc, preview(cronSchedule(fields.toStdString()), utc, wall("2026-01-01T00:00:00Z"), 5)));
}

void TestCron::knowsWhetherEitherDayMatches_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<bool>("either");
    QTest::newRow("both") << QStringLiteral("0 0 1 * 5") << true;
    QTest::newRow("both, six fields") << QStringLiteral("0 0 0 1 * 5") << true;
    QTest::newRow("both, though one is all") << QStringLiteral("0 0 1-31 * 5") << true;
    QTest::newRow("day") << QStringLiteral("0 0 1 * *") << false;
    QTest::newRow("weekday") << QStringLiteral("0 0 * * 5") << false;
    QTest::newRow("star with a step") << QStringLiteral("0 0 */2 * 5") << false;
}

void TestCron::knowsWhetherEitherDayMatches()
{
    QFETCH(QString, expression);
    QFETCH(bool, either);
    QCOMPARE(cron(expression.toStdString()).restrictsDayOfMonthAndWeekday(), either);
}

void TestCron::plansAYearOfDailyJobsInMilliseconds()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    const std::clock_t begin = std::clock();
    const auto times = preview(cronSchedule("0 2 * * *"), berlin, wall("2026-01-01T00:00:00Z"), 365);
    const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    QCOMPARE(times.size(), std::size_t(365));
    QCOMPARE(shown(berlin, times.back()), QStringLiteral("2026-12-31T02:00:00+01:00"));
    QVERIFY2(took < 0.5, qPrintable(QString::number(took))); // processor time; a tenth of a millisecond, without sanitizers
}

void TestCron::endsWithTheYear9999()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    QVERIFY(!cron("* * * * *").next(WallTime::max(), berlin));
    QVERIFY(!cron("0 0 29 2 *").next(wall("9996-03-01T00:00:00Z"), berlin));
    QVERIFY(cron("0 0 29 2 *").next(WallTime::min(), berlin));
}

void TestCron::findsTheNewestRun_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("floor");
    QTest::addColumn<QString>("until");
    QTest::addColumn<QString>("newest");
    const auto row = [](const char* name, const char* expression, const char* floor, const char* until, const char* newest) {
        QTest::newRow(name) << QString::fromLatin1(expression) << QString::fromLatin1(floor) << QString::fromLatin1(until)
                            << QString::fromLatin1(newest);
    };
    row("daily", "0 2 * * *", "2026-01-01T00:00:00Z", "2026-06-01T01:00:00Z", "2026-05-31T02:00:00+00:00");
    row("at the end itself", "0 2 * * *", "2026-01-01T00:00:00Z", "2026-06-01T02:00:00Z", "2026-06-01T02:00:00+00:00");
    row("at the beginning itself", "0 2 1 1 *", "2026-01-01T02:00:00Z", "2026-06-01T02:00:00Z", "2026-01-01T02:00:00+00:00");
    row("none", "0 2 1 1 *", "2026-01-01T02:00:01Z", "2026-06-01T02:00:00Z", "never");
    row("ten years of seconds", "* * * * * *", "2016-01-01T00:00:00Z", "2026-06-01T02:00:00.5Z", "2026-06-01T02:00:00+00:00");
    row("long ago", "0 0 29 2 *", "1990-01-01T00:00:00Z", "2027-06-01T00:00:00Z", "2024-02-29T00:00:00+00:00");
    row("turned around", "* * * * *", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "never");
}

void TestCron::findsTheNewestRun()
{
    QFETCH(QString, expression);
    QFETCH(QString, floor);
    QFETCH(QString, until);
    QFETCH(QString, newest);
    const TimeZone utc;
    QCOMPARE(shown(utc, cron(expression.toStdString()).newest(wall(floor.toStdString()), wall(until.toStdString()), utc)), newest);
}

QTEST_GUILESS_MAIN(TestCron)
#include "tst_cron.moc"

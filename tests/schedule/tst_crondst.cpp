#include "schedule/scheduletesting.h"

#include <set>

using namespace turnspit;
using namespace std::chrono;

/// In Berlin 2026: 29 March 02:00 +01:00 becomes 03:00 +02:00; 25 October 03:00 +02:00 becomes 02:00 +01:00.
/// In Sydney 2026: 5 April 03:00 +11:00 becomes 02:00 +10:00; 4 October 02:00 +10:00 becomes 03:00 +11:00.
class TestCronDst : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsAsTheContractSays_data();
    void runsAsTheContractSays();
    void givesDailyJobsOneRunOnEachDate_data();
    void givesDailyJobsOneRunOnEachDate();
    void giveTheSameFromAnywhere_data();
    void giveTheSameFromAnywhere();
    void notesWhatIsSkippedAndTwice();
    void notesNothingForIntervals();
};

void TestCronDst::runsAsTheContractSays_data()
{
    QTest::addColumn<QString>("zone");
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* zone, const char* expression, const char* after, const char* expected) {
        QTest::newRow(name) << QString::fromLatin1(zone) << QString::fromLatin1(expression) << QString::fromLatin1(after)
                            << QString::fromLatin1(expected);
    };
    row("skipped runs at the transition", "Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00+01:00",
        "2026-03-29T03:00:00+02:00 2026-03-30T02:30:00+02:00");
    row("the first skipped second too", "Europe/Berlin", "0 2 * * *", "2026-03-28T12:00:00+01:00",
        "2026-03-29T03:00:00+02:00 2026-03-30T02:00:00+02:00");
    row("many skipped are one run", "Europe/Berlin", "*/10 2 * * *", "2026-03-29T00:00:00+01:00",
        "2026-03-29T03:00:00+02:00 2026-03-30T02:00:00+02:00");
    row("one run with the one that is there anyway", "Europe/Berlin", "0 2,3 * * *", "2026-03-29T00:00:00+01:00",
        "2026-03-29T03:00:00+02:00 2026-03-30T02:00:00+02:00");
    row("around the gap", "Europe/Berlin", "30 1,2,3 * * *", "2026-03-29T00:00:00+01:00",
        "2026-03-29T01:30:00+01:00 2026-03-29T03:00:00+02:00 2026-03-29T03:30:00+02:00");
    row("twice runs once, the first time", "Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00+02:00",
        "2026-10-25T02:30:00+02:00 2026-10-26T02:30:00+01:00");
    row("asked within the second pass", "Europe/Berlin", "30 2 * * *", "2026-10-25T02:10:00+01:00",
        "2026-10-26T02:30:00+01:00");
    row("asked between the passes", "Europe/Berlin", "30 2,3 * * *", "2026-10-25T02:45:00+02:00",
        "2026-10-25T03:30:00+01:00");
    row("every second hour", "Europe/Berlin", "0 */2 * * *", "2026-10-25T00:00:00+02:00",
        "2026-10-25T02:00:00+02:00 2026-10-25T04:00:00+01:00");
    row("every second hour in spring", "Europe/Berlin", "0 */2 * * *", "2026-03-29T00:00:00+01:00",
        "2026-03-29T03:00:00+02:00 2026-03-29T04:00:00+02:00");
    row("southern autumn", "Australia/Sydney", "30 2 * * *", "2026-04-04T12:00:00+11:00",
        "2026-04-05T02:30:00+11:00 2026-04-06T02:30:00+10:00");
    row("southern spring", "Australia/Sydney", "30 2 * * *", "2026-10-03T12:00:00+10:00",
        "2026-10-04T03:00:00+11:00 2026-10-05T02:30:00+11:00");
    row("half an hour of it", "Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00+10:30",
        "2026-10-04T02:30:00+11:00 2026-10-05T02:15:00+11:00");
    row("a whole day that never was", "Pacific/Apia", "0 12 30 12 *", "2011-12-29T00:00:00-10:00",
        "2011-12-31T00:00:00+14:00 2012-12-30T12:00:00+14:00");
    row("midnight that never was", "Asia/Beirut", "0 0 * * *", "2026-03-28T12:00:00+02:00",
        "2026-03-29T01:00:00+03:00 2026-03-30T00:00:00+03:00");

    row("every hour is elapsed time in autumn", "Europe/Berlin", "0 * * * *", "2026-10-25T01:00:00+02:00",
        "2026-10-25T02:00:00+02:00 2026-10-25T02:00:00+01:00 2026-10-25T03:00:00+01:00");
    row("every hour is elapsed time in spring", "Europe/Berlin", "30 * * * *", "2026-03-29T01:00:00+01:00",
        "2026-03-29T01:30:00+01:00 2026-03-29T03:30:00+02:00 2026-03-29T04:30:00+02:00");
    row("every 20 minutes in spring", "Europe/Berlin", "*/20 * * * *", "2026-03-29T01:40:00+01:00",
        "2026-03-29T03:00:00+02:00 2026-03-29T03:20:00+02:00");
    row("every 30 minutes in autumn", "Europe/Berlin", "*/30 0-23 * * *", "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:30:00+02:00 2026-10-25T02:00:00+01:00 2026-10-25T02:30:00+01:00 2026-10-25T03:00:00+01:00");
    row("half an hour takes one away", "Australia/Lord_Howe", "15 * * * *", "2026-10-04T01:00:00+10:30",
        "2026-10-04T01:15:00+10:30 2026-10-04T02:30:00+11:00 2026-10-04T03:15:00+11:00");
    row("every hour of a day that never was", "Pacific/Apia", "0 * 30 12 *", "2011-12-29T00:00:00-10:00",
        "2011-12-31T00:00:00+14:00 2012-12-30T00:00:00+14:00");
}

void TestCronDst::runsAsTheContractSays()
{
    QFETCH(QString, zone);
    QFETCH(QString, expression);
    QFETCH(QString, after);
    QFETCH(QString, expected);
    const TimeZone place = zoneOf(zone.toStdString());
    const int count = static_cast<int>(expected.count(QLatin1Char(' '))) + 1;
    const Schedule schedule = cronSchedule(expression.toStdString());
    const auto walked = preview(schedule, place, wall(after.toStdString()), count);
    QCOMPARE(shown(place, walked), expected);

    // One question at a time gives the same as walking.
    WallTime time = wall(after.toStdString());
    for (const WallTime each : walked) {
        const auto next = std::get<Cron>(schedule.rule).next(time, place);
        QCOMPARE(shown(place, next), shown(place, each));
        time = each;
    }
}

void TestCronDst::givesDailyJobsOneRunOnEachDate_data()
{
    QTest::addColumn<QString>("zone");
    for (const char* zone : {"Europe/Berlin", "Australia/Sydney", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut",
                             "Asia/Kolkata", "America/Santiago", "Africa/Casablanca", "Europe/Dublin", "UTC"})
        QTest::newRow(zone) << QString::fromLatin1(zone);
}

void TestCronDst::givesDailyJobsOneRunOnEachDate()
{
    QFETCH(QString, zone);
    const TimeZone place = zoneOf(zone.toStdString());
    for (const char* expression : {"0 0 * * *", "30 0 * * *", "30 1 * * *", "30 2 * * *", "59 2 * * *", "0 3 * * *"}) {
        std::set<local_days> dates;
        for (const WallTime time : preview(cronSchedule(expression), place, wall("2026-01-01T16:00:00Z"), 730)) {
            const auto date = floor<days>(place.toLocal(time));
            QVERIFY2(dates.insert(date).second, qPrintable(shown(place, time)));
        }
        QCOMPARE(dates.size(), std::size_t(730));
        QCOMPARE(*dates.rbegin() - *dates.begin(), days(729));
    }
}

void TestCronDst::giveTheSameFromAnywhere_data()
{
    QTest::addColumn<QString>("expression");
    for (const char* expression : {"*/7 * * * *", "30 2 * * *", "*/20 1-3 * * *", "0 */3 * * *", "15,45 2 25 10 *"})
        QTest::newRow(expression) << QString::fromLatin1(expression);
}

/// next(t) is the first of all runs that lies after t, for every t around both changes.
void TestCronDst::giveTheSameFromAnywhere()
{
    QFETCH(QString, expression);
    for (const char* zone : {"Europe/Berlin", "Australia/Lord_Howe"}) {
        const TimeZone place = zoneOf(zone);
        const Cron parsed = cron(expression.toStdString());
        for (const char* begin : {"2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z", "2026-04-04T10:00:00Z", "2026-10-03T10:00:00Z"}) {
            const auto all = preview(cronSchedule(expression.toStdString()), place, wall(begin), 200);
            for (WallTime time = wall(begin); time < wall(begin) + hours(10); time += seconds(97)) {
                const auto next = parsed.next(time, place);
                const auto expected = std::ranges::upper_bound(all, time);
                QVERIFY(expected != all.end());
                QCOMPARE(shown(place, next), shown(place, *expected));
            }
        }
    }
}

void TestCronDst::notesWhatIsSkippedAndTwice()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    const auto notes = dstNotes(cronSchedule("30 2 * * *"), berlin, wall("2026-01-01T00:00:00Z"), wall("2027-01-01T00:00:00Z"));
    QCOMPARE(notes.size(), std::size_t(2));
    QVERIFY(notes[0] == (DstNote{DstNote::Skipped, local("2026-03-29T02:30:00"), wall("2026-03-29T01:00:00Z")}));
    QVERIFY(notes[1] == (DstNote{DstNote::Twice, local("2026-10-25T02:30:00"), wall("2026-10-25T00:30:00Z")}));

    Schedule once;
    once.rule = At{local("2026-03-29T02:15:00")};
    const auto one = dstNotes(once, berlin, wall("2026-01-01T00:00:00Z"), wall("2027-01-01T00:00:00Z"));
    QCOMPARE(one.size(), std::size_t(1));
    QCOMPARE(one[0].kind, DstNote::Skipped);
}

void TestCronDst::notesNothingForIntervals()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    const WallTime from = wall("2026-01-01T00:00:00Z");
    QVERIFY(dstNotes(cronSchedule("*/5 * * * *"), berlin, from, from + days(366)).empty());
    QVERIFY(dstNotes(cronSchedule("0 12 * * *"), berlin, from, from + days(366)).empty());
    QVERIFY(dstNotes(everySchedule(hours(1)), berlin, from, from + days(366)).empty());
    QVERIFY(dstNotes(cronSchedule("30 2 * * *"), TimeZone(), from, from + days(366)).empty());
}

QTEST_GUILESS_MAIN(TestCronDst)
#include "tst_crondst.moc"

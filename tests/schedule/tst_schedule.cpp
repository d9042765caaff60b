#include "schedule/scheduletesting.h"

#include <ctime>

using namespace turnspit;
using namespace std::chrono;

class TestSchedule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasTheDefaultsOfTheContract();
    void namesPoliciesAsTheContractDoes();
    void intervalsCountFromTheirOrigin();
    void aOneTimeScheduleHasOneTime();
    void previewsInItsOwnZone();
    void countsWhatWasMissed_data();
    void countsWhatWasMissed();
    void countsTenYearsOfSecondsWithoutWalkingThem();
    void saysWhatWasMissed();
    void describesItself_data();
    void describesItself();
};

void TestSchedule::hasTheDefaultsOfTheContract()
{
    const Schedule schedule;
    QCOMPARE(schedule.timezone, std::string("system"));
    QVERIFY(schedule.overlap == OverlapPolicy::Skip);
    QVERIFY(schedule.missed == MissedPolicy::Once);
    QCOMPARE(schedule.missedLimit, Milliseconds(hours(24)));
    QCOMPARE(schedule.jitter, Milliseconds(0));
    QVERIFY(!schedule.runAtStart);
}

void TestSchedule::namesPoliciesAsTheContractDoes()
{
    for (const auto policy : {OverlapPolicy::Skip, OverlapPolicy::Queue, OverlapPolicy::Replace})
        QVERIFY(overlapPolicyFromString(toString(policy)) == policy);
    for (const auto policy : {MissedPolicy::Once, MissedPolicy::Skip, MissedPolicy::All})
        QVERIFY(missedPolicyFromString(toString(policy)) == policy);
    QVERIFY(toString(OverlapPolicy::Replace) == "replace");
    QVERIFY(toString(MissedPolicy::All) == "all");
    QVERIFY(!overlapPolicyFromString("Skip"));
    QVERIFY(!missedPolicyFromString("never"));
}

void TestSchedule::intervalsCountFromTheirOrigin()
{
    const TimeZone utc;
    const Schedule schedule = everySchedule(minutes(5));
    const WallTime origin = wall("2026-01-01T00:01:30Z");
    QCOMPARE(shown(utc, nextTime(schedule, utc, origin, origin)), shown(utc, origin + minutes(5)));
    QCOMPARE(shown(utc, nextTime(schedule, utc, origin + minutes(5) - microseconds(1), origin)), shown(utc, origin + minutes(5)));
    QCOMPARE(shown(utc, nextTime(schedule, utc, origin + minutes(5), origin)), shown(utc, origin + minutes(10)));
    QCOMPARE(shown(utc, nextTime(schedule, utc, origin + days(400), origin)), shown(utc, origin + days(400) + minutes(5)));
    QCOMPARE(shown(utc, nextTime(schedule, utc, origin - days(3), origin)), shown(utc, origin + minutes(5)));
    QVERIFY(!nextTime(everySchedule(Milliseconds(0)), utc, origin, origin));
}

void TestSchedule::aOneTimeScheduleHasOneTime()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    Schedule schedule;
    schedule.rule = At{local("2026-12-24T18:00:00")};
    const WallTime from = wall("2026-11-22T00:00:00Z");
    QCOMPARE(shown(berlin, preview(schedule, berlin, from, 5)), QStringLiteral("2026-12-24T18:00:00+01:00"));
    QVERIFY(preview(schedule, berlin, wall("2026-12-24T18:00:00+01:00"), 5).empty());

    schedule.rule = At{wall("2026-12-24T18:00:00Z")};
    QCOMPARE(shown(berlin, preview(schedule, berlin, from, 5)), QStringLiteral("2026-12-24T19:00:00+01:00"));

    schedule.rule = At{local("2026-03-29T02:30:00")};
    QCOMPARE(shown(berlin, preview(schedule, berlin, wall("2026-01-01T00:00:00Z"), 5)), QStringLiteral("2026-03-29T03:00:00+02:00"));
}

void TestSchedule::previewsInItsOwnZone()
{
    Schedule schedule = cronSchedule("0 2 * * *");
    schedule.timezone = "Asia/Tokyo";
    const auto times = preview(schedule, wall("2026-01-01T00:00:00Z"), 2);
    QVERIFY(times);
    QCOMPARE(shown(TimeZone(), *times), QStringLiteral("2026-01-01T17:00:00+00:00 2026-01-02T17:00:00+00:00"));
    QVERIFY(preview(schedule, wall("2026-01-01T00:00:00Z"), 0)->empty());

    schedule.timezone = "Asia/Edo";
    QVERIFY(!preview(schedule, wall("2026-01-01T00:00:00Z"), 2));

    const auto every = preview(everySchedule(minutes(5)), wall("2026-01-01T00:00:30Z"), 5);
    QCOMPARE(every->size(), std::size_t(5));
    QCOMPARE(shown(TimeZone(), every->front()), QStringLiteral("2026-01-01T00:05:30+00:00"));
    QCOMPARE(shown(TimeZone(), every->back()), QStringLiteral("2026-01-01T00:25:30+00:00"));
}

void TestSchedule::countsWhatWasMissed_data()
{
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("lastPlanned");
    QTest::addColumn<QString>("now");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("catchUps");
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("newest");
    const auto row = [](const char* name, const char* rule, const char* policy, const char* lastPlanned, const char* now, int count,
                        int catchUps, const char* first = "", const char* newest = "") {
        QTest::newRow(name) << QString::fromLatin1(rule) << QString::fromLatin1(policy) << QString::fromLatin1(lastPlanned)
                            << QString::fromLatin1(now) << count << catchUps << QString::fromLatin1(first)
                            << QString::fromLatin1(newest);
    };
    row("hourly over night", "0 * * * *", "once", "2026-01-01T01:00:00Z", "2026-01-01T09:10:00Z", 8, 1,
        "2026-01-01T02:00:00+00:00", "2026-01-01T09:00:00+00:00");
    row("hourly, none", "0 * * * *", "once", "2026-01-01T01:00:00Z", "2026-01-01T01:59:59Z", 0, 0);
    row("hourly, just", "0 * * * *", "once", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", 1, 1, "2026-01-01T02:00:00+00:00",
        "2026-01-01T02:00:00+00:00");
    row("skip", "0 * * * *", "skip", "2026-01-01T01:00:00Z", "2026-01-01T09:10:00Z", 8, 0, "2026-01-01T02:00:00+00:00",
        "2026-01-01T09:00:00+00:00");
    row("all", "0 * * * *", "all", "2026-01-01T01:00:00Z", "2026-01-01T09:10:00Z", 8, 8, "2026-01-01T02:00:00+00:00",
        "2026-01-01T09:00:00+00:00");
    row("all, at most ten", "0 * * * *", "all", "2026-01-01T01:00:00Z", "2026-01-02T01:00:00Z", 24, 10,
        "2026-01-01T02:00:00+00:00", "2026-01-02T01:00:00+00:00");
    row("weekly, less than a day late", "0 2 * * 1", "once", "2026-01-05T02:00:00Z", "2026-01-13T01:59:59Z", 1, 1,
        "2026-01-12T02:00:00+00:00", "2026-01-12T02:00:00+00:00");
    row("weekly, a day late", "0 2 * * 1", "once", "2026-01-05T02:00:00Z", "2026-01-13T02:00:00Z", 1, 0,
        "2026-01-12T02:00:00+00:00", "2026-01-12T02:00:00+00:00");
    row("interval", "5m", "once", "2026-01-01T00:00:00Z", "2026-01-01T00:26:00Z", 5, 1, "2026-01-01T00:05:00+00:00",
        "2026-01-01T00:25:00+00:00");
    row("interval of ten years", "1s", "all", "2016-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 315619200, 10,
        "2016-01-01T00:00:01+00:00", "2026-01-01T00:00:00+00:00");
    row("interval and a clock set back", "5m", "once", "2026-01-01T01:00:00Z", "2026-01-01T00:00:00Z", 0, 0);
    row("once", "at", "once", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", 1, 1, "2026-01-01T12:00:00+00:00",
        "2026-01-01T12:00:00+00:00");
    row("once, too late", "at", "once", "2026-01-01T00:00:00Z", "2026-01-02T12:00:00Z", 1, 0, "2026-01-01T12:00:00+00:00",
        "2026-01-01T12:00:00+00:00");
    row("once, had it", "at", "once", "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z", 0, 0);
}

void TestSchedule::countsWhatWasMissed()
{
    QFETCH(QString, rule);
    QFETCH(QString, policy);
    QFETCH(QString, lastPlanned);
    QFETCH(QString, now);
    QFETCH(int, count);
    QFETCH(int, catchUps);
    QFETCH(QString, first);
    QFETCH(QString, newest);
    Schedule schedule;
    if (rule == QStringLiteral("at"))
        schedule.rule = At{wall("2026-01-01T12:00:00Z")};
    else if (const auto interval = parseDuration(rule.toStdString()))
        schedule.rule = Every{*interval};
    else
        schedule.rule = cron(rule.toStdString());
    schedule.missed = *missedPolicyFromString(policy.toStdString());
    const auto missed = missedRuns(schedule, TimeZone(), wall(lastPlanned.toStdString()), wall(now.toStdString()));
    QCOMPARE(missed.has_value(), count > 0);
    if (!missed)
        return;
    QCOMPARE(missed->count, count);
    QCOMPARE(missed->catchUps, catchUps);
    QCOMPARE(shown(TimeZone(), missed->first), first);
    QCOMPARE(shown(TimeZone(), missed->last), newest);
    QVERIFY(!missed->more);
}

void TestSchedule::countsTenYearsOfSecondsWithoutWalkingThem()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    const std::clock_t begin = std::clock();
    const auto missed = missedRuns(cronSchedule("* * * * * *"), berlin, wall("2016-01-01T00:00:00Z"), wall("2026-01-01T00:00:00.25Z"));
    const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    QVERIFY2(took < 2, qPrintable(QString::number(took))); // processor time; the walk ends at the limit after some 2 ms
    QVERIFY(missed);
    QVERIFY(missed->more);
    QCOMPARE(missed->count, MissedRuns::countLimit);
    QCOMPARE(shown(TimeZone(), missed->last), QStringLiteral("2026-01-01T00:00:00+00:00"));
    QCOMPARE(missed->catchUps, 1);
    QVERIFY(missed->reason(TimeZone(), "asleep").starts_with("more than 100000 runs between 2016-"));
}

void TestSchedule::saysWhatWasMissed()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    const auto missed = missedRuns(cronSchedule("0 * * * *"), berlin, wall("2026-11-22T01:30:00+01:00"), wall("2026-11-22T09:10:00+01:00"));
    QVERIFY(missed);
    QCOMPARE(QString::fromStdString(missed->reason(berlin, "host not running")),
             QStringLiteral("8 runs between 2026-11-22T02:00:00+01:00 and 2026-11-22T09:00:00+01:00: host not running"));
}

void TestSchedule::describesItself_data()
{
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char* rule, const char* sentence) {
        QTest::newRow(rule) << QString::fromLatin1(rule) << QString::fromLatin1(sentence);
    };
    row("5m", "Every 5 minutes");
    row("1s", "Every second");
    row("1h", "Every hour");
    row("1h30m", "Every 1 hour 30 minutes");
    row("2w", "Every 2 weeks");
    row("8d", "Every 8 days");
    row("250ms", "Every 250 milliseconds");
    row("* * * * *", "Every minute");
    row("*/5 * * * *", "Every 5 minutes");
    row("*/7 * * * *", "At minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour");
    row("30 * * * *", "At minute 30 of every hour");
    row("0,30 * * * *", "Every 30 minutes");
    row("0 * * * *", "Every hour");
    row("@hourly", "Every hour");
    row("0 */2 * * *", "Every 2 hours");
    row("0 9-17 * * 1-5", "Every hour in hours 9 to 17 on Mondays to Fridays");
    row("*/10 9-17 * * *", "Every 10 minutes in hours 9 to 17");
    row("0 2 * * *", "At 02:00 every day");
    row("@daily", "At 00:00 every day");
    row("15 2,14 * * *", "At 02:15 and 14:15 every day");
    row("0 2 * * 0", "At 02:00 on Sundays");
    row("0 2 * * 1,3,5", "At 02:00 on Mondays, Wednesdays and Fridays");
    row("0 2 1 * *", "At 02:00 on day 1");
    row("0 2 1,15 * *", "At 02:00 on days 1 and 15");
    row("0 2 1 * 5", "At 02:00 on day 1 or on Fridays");
    row("0 2 1,15 * fri", "At 02:00 on days 1 and 15 or on Fridays");
    row("0 2 1-31 * 5", "At 02:00 every day");
    row("0 2 */15 * 5", "At 02:00 on days 1, 16 and 31 that are Fridays");
    row("0 0 1 1 *", "At 00:00 on day 1 in January");
    row("0 0 1 6-8 *", "At 00:00 on day 1 in June to August");
    row("0 0 * 1,7 *", "At 00:00 every day in January and July");
    row("* * * * * *", "Every second");
    row("*/10 * * * * *", "Every 10 seconds");
    row("30 0 2 * * *", "At 02:00:30 every day");
    row("15 * * * * *", "At second 15 of every minute");
    row("*/10 5 3 * * *", "At 03:05:00, 03:05:10, 03:05:20, 03:05:30, 03:05:40 and 03:05:50 every day");
    row("* 5 3 * * *", "Every second in minute 5 in hour 3");
}

void TestSchedule::describesItself()
{
    QFETCH(QString, rule);
    QFETCH(QString, sentence);
    Schedule schedule;
    if (const auto interval = parseDuration(rule.toStdString()))
        schedule.rule = Every{*interval};
    else
        schedule.rule = cron(rule.toStdString());
    QCOMPARE(QString::fromStdString(describe(schedule)), sentence);

    schedule.timezone = "Europe/Berlin";
    if (std::holds_alternative<Cron>(schedule.rule))
        QCOMPARE(QString::fromStdString(describe(schedule)), sentence + QStringLiteral(", Europe/Berlin"));

    schedule.rule = At{local("2026-12-24T18:00:00")};
    QCOMPARE(describe(schedule), std::string("Once at 2026-12-24 18:00, Europe/Berlin"));
    schedule.rule = At{wall("2026-12-24T18:00:05Z")};
    schedule.runAtStart = true;
    schedule.jitter = seconds(90);
    QCOMPARE(describe(schedule), std::string("Once at 2026-12-24 18:00:05 UTC, up to 1m30s later, and when the host starts"));
}

QTEST_GUILESS_MAIN(TestSchedule)
#include "tst_schedule.moc"

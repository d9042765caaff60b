#include "schedule/scheduletesting.h"

#include <turnspit/schedule/planner.h>

using namespace turnspit;
using namespace std::chrono;

namespace {

Planner planner(Schedule schedule, double random = 0.5, const char* zone = "UTC")
{
    return Planner(std::move(schedule), zoneOf(zone), [random] { return random; });
}

/// What a Due says, in one line: "missed 8 (02:00:00-09:00:00), catch-up 1, run schedule".
QString said(const Planner::Due& due, const TimeZone& zone = TimeZone())
{
    QStringList out;
    if (due.missed)
        out += QStringLiteral("missed %1 (%2-%3)")
                   .arg(due.missed->count)
                   .arg(shown(zone, due.missed->first).mid(11, 8), shown(zone, due.missed->last).mid(11, 8));
    if (due.catchUps > 0)
        out += QStringLiteral("catch-up %1").arg(due.catchUps);
    if (due.run) {
        const auto trigger = toString(due.trigger);
        out += QStringLiteral("run ") + QString::fromUtf8(trigger.data(), static_cast<qsizetype>(trigger.size()));
    }
    return due.nothing() ? QStringLiteral("nothing") : out.join(QStringLiteral(", "));
}

const WallTime start = wall("2026-01-01T00:00:00Z");

} // namespace

class TestPlanner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plansNothingUntilArmed();
    void beginsAnIntervalOneIntervalAfterArming();
    void runsAtStartAndThenInTheSameSeries();
    void keepsTheSeriesWhenTicksAreLate();
    void makesOneTickOfManyThatPassWithinFiveSeconds();
    void goesOnWithAStoredSeries();
    void runsOnceForWhatPassedAsleep();
    void obeysThePolicyForWhatPassed_data();
    void obeysThePolicyForWhatPassed();
    void letsTheTickThatIsOnTimeStandForTheMissed();
    void letsTheRunAtStartStandForTheMissed();
    void runsAOneTimeScheduleOnce();
    void doesNotMakeUpForAHold();
    void movesIntervalsWithTheClock();
    void takesAForwardJumpAsMissedForCron();
    void doesNotRepeatCronAfterASmallStepBack();
    void plansCronAnewAfterALargeStepBack();
    void survivesAStoredTimeInTheFuture();
    void plansAnewInAnotherZone();
    void jittersWithinTheGap();
    void disarms();
};

void TestPlanner::plansNothingUntilArmed()
{
    Planner plan = planner(everySchedule(minutes(5)));
    QVERIFY(!plan.next() && !plan.fireAt() && !plan.lastPlanned());
    QCOMPARE(said(plan.take(start)), QStringLiteral("nothing"));
    plan.clockJumped(start, start + hours(1));
    plan.skipPassed(start);
    plan.setZone(TimeZone(), start);
    QVERIFY(!plan.next());
}

void TestPlanner::beginsAnIntervalOneIntervalAfterArming()
{
    Planner plan = planner(everySchedule(minutes(5)));
    plan.arm(start);
    QCOMPARE(plan.lastPlanned(), std::optional(start));
    QCOMPARE(plan.fireAt(), std::optional(start + minutes(5)));
    QCOMPARE(said(plan.take(start + minutes(5) - microseconds(1))), QStringLiteral("nothing"));
    QCOMPARE(said(plan.take(start + minutes(5))), QStringLiteral("run schedule"));
    QCOMPARE(plan.lastPlanned(), std::optional(start + minutes(5)));
    QCOMPARE(plan.fireAt(), std::optional(start + minutes(10)));
}

void TestPlanner::runsAtStartAndThenInTheSameSeries()
{
    Schedule schedule = everySchedule(minutes(5));
    schedule.runAtStart = true;
    Planner plan = planner(schedule);
    plan.arm(start);
    QCOMPARE(plan.fireAt(), std::optional(start));
    QCOMPARE(said(plan.take(start)), QStringLiteral("run start"));
    QCOMPARE(said(plan.take(start)), QStringLiteral("nothing"));
    QCOMPARE(plan.fireAt(), std::optional(start + minutes(5)));
    QCOMPARE(said(plan.take(start + minutes(5))), QStringLiteral("run schedule"));

    schedule.rule = cron("0 2 * * *");
    Planner daily = planner(schedule);
    daily.arm(start);
    QCOMPARE(said(daily.take(start)), QStringLiteral("run start"));
    QCOMPARE(daily.fireAt(), std::optional(start + hours(2)));
}

void TestPlanner::keepsTheSeriesWhenTicksAreLate()
{
    Planner plan = planner(everySchedule(seconds(10)));
    plan.arm(start);
    for (int n = 1; n <= 100; ++n) {
        const WallTime planned = start + n * seconds(10);
        QCOMPARE(plan.fireAt(), std::optional(planned));
        const auto due = plan.take(planned + milliseconds(n * 7));
        QCOMPARE(said(due), QStringLiteral("run schedule"));
        QCOMPARE(due.planned, planned);
    }
}

void TestPlanner::makesOneTickOfManyThatPassWithinFiveSeconds()
{
    Planner plan = planner(everySchedule(milliseconds(100)));
    plan.arm(start);
    QCOMPARE(said(plan.take(start + milliseconds(3050))), QStringLiteral("run schedule"));
    QCOMPARE(plan.fireAt(), std::optional(start + milliseconds(3100)));
    // Longer is a gap, and is recorded.
    QCOMPARE(said(plan.take(start + milliseconds(13'000))), QStringLiteral("missed 99 (00:00:03-00:00:12), run schedule"));
}

void TestPlanner::goesOnWithAStoredSeries()
{
    Planner first = planner(everySchedule(minutes(5)));
    first.arm(start);
    QCOMPARE(said(first.take(start + minutes(5))), QStringLiteral("run schedule"));
    const WallTime stored = *first.lastPlanned();

    Planner again = planner(everySchedule(minutes(5)));
    again.armAfter(stored, start + minutes(7));
    QCOMPARE(again.fireAt(), std::optional(start + minutes(10)));
    QCOMPARE(said(again.take(start + minutes(7))), QStringLiteral("nothing"));

    // Before the first tick the arming time is what is stored.
    Planner early = planner(everySchedule(hours(1)));
    early.armAfter(start, start + minutes(59));
    QCOMPARE(early.fireAt(), std::optional(start + hours(1)));
}

void TestPlanner::runsOnceForWhatPassedAsleep()
{
    const WallTime slept = wall("2026-01-01T01:30:00Z");
    const WallTime woke = wall("2026-01-01T09:10:00Z");
    Planner daily = planner(cronSchedule("0 2 * * *"));
    daily.arm(slept);
    QCOMPARE(said(daily.take(woke)), QStringLiteral("missed 1 (02:00:00-02:00:00), catch-up 1"));
    QCOMPARE(daily.fireAt(), std::optional(wall("2026-01-02T02:00:00Z")));

    Planner hourly = planner(cronSchedule("0 * * * *"));
    hourly.arm(slept);
    QCOMPARE(said(hourly.take(woke)), QStringLiteral("missed 8 (02:00:00-09:00:00), catch-up 1"));
    QCOMPARE(hourly.fireAt(), std::optional(wall("2026-01-01T10:00:00Z")));
    QCOMPARE(said(hourly.take(woke)), QStringLiteral("nothing"));
}

void TestPlanner::obeysThePolicyForWhatPassed_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("now");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* policy, const char* now, const char* expected) {
        QTest::newRow((std::string(policy) + " " + now).c_str())
            << QString::fromLatin1(policy) << QString::fromLatin1(now) << QString::fromLatin1(expected);
    };
    row("once", "2026-01-01T03:30:00Z", "missed 3 (01:00:00-03:00:00), catch-up 1");
    row("skip", "2026-01-01T03:30:00Z", "missed 3 (01:00:00-03:00:00)");
    row("all", "2026-01-01T03:30:00Z", "missed 3 (01:00:00-03:00:00), catch-up 3");
    row("all", "2026-01-01T23:30:00Z", "missed 23 (01:00:00-23:00:00), catch-up 10");
    row("skip", "2026-01-01T01:00:03Z", "run schedule");
    row("skip", "2026-01-01T02:00:03Z", "missed 1 (01:00:00-01:00:00), run schedule");
    row("all", "2026-01-01T04:00:03Z", "missed 3 (01:00:00-03:00:00), catch-up 3, run schedule");
    row("once", "2026-01-01T04:00:03Z", "missed 3 (01:00:00-03:00:00), run schedule");
}

void TestPlanner::obeysThePolicyForWhatPassed()
{
    QFETCH(QString, policy);
    QFETCH(QString, now);
    QFETCH(QString, expected);
    for (Schedule schedule : {cronSchedule("0 * * * *"), everySchedule(hours(1))}) {
        schedule.missed = *missedPolicyFromString(policy.toStdString());
        Planner plan = planner(schedule);
        plan.armAfter(start, wall(now.toStdString()));
        QVERIFY(*plan.fireAt() <= wall(now.toStdString()));
        QCOMPARE(said(plan.take(wall(now.toStdString()))), expected);
        QVERIFY(*plan.fireAt() > wall(now.toStdString()));
    }
}

void TestPlanner::letsTheTickThatIsOnTimeStandForTheMissed()
{
    Planner plan = planner(cronSchedule("0 2 * * *"));
    plan.armAfter(start - days(3), start + hours(2) + seconds(1));
    const auto due = plan.take(start + hours(2) + seconds(1));
    QCOMPARE(said(due), QStringLiteral("missed 3 (02:00:00-02:00:00), run schedule"));
    QCOMPARE(due.planned, start + hours(2));
    QCOMPARE(shown(TimeZone(), due.missed->last), QStringLiteral("2025-12-31T02:00:00+00:00"));
}

void TestPlanner::letsTheRunAtStartStandForTheMissed()
{
    Schedule schedule = cronSchedule("0 * * * *");
    schedule.runAtStart = true;
    Planner plan = planner(schedule);
    plan.armAfter(start, start + minutes(150));
    QCOMPARE(said(plan.take(start + minutes(150))), QStringLiteral("missed 2 (01:00:00-02:00:00), run start"));
    QCOMPARE(plan.fireAt(), std::optional(start + hours(3)));

    schedule.missed = MissedPolicy::All;
    Planner all = planner(schedule);
    all.armAfter(start, start + minutes(150));
    QCOMPARE(said(all.take(start + minutes(150))), QStringLiteral("missed 2 (01:00:00-02:00:00), catch-up 2, run start"));

    // A start at a planned time is one run, not two.
    Planner both = planner(schedule);
    both.armAfter(start, start + hours(1));
    QCOMPARE(said(both.take(start + hours(1))), QStringLiteral("run start"));
}

void TestPlanner::runsAOneTimeScheduleOnce()
{
    Schedule schedule;
    schedule.rule = At{start + hours(1)};
    Planner plan = planner(schedule);
    plan.arm(start);
    QCOMPARE(said(plan.take(start + hours(1))), QStringLiteral("run schedule"));
    QVERIFY(!plan.next());
    QCOMPARE(said(plan.take(start + hours(2))), QStringLiteral("nothing"));
    plan.clockJumped(start + hours(2), start);
    QVERIFY(!plan.next());

    Planner missed = planner(schedule);
    missed.armAfter(start, start + hours(3));
    QCOMPARE(said(missed.take(start + hours(3))), QStringLiteral("missed 1 (01:00:00-01:00:00), catch-up 1"));
    QVERIFY(!missed.next());

    Planner past = planner(schedule);
    past.arm(start + hours(2));
    QVERIFY(!past.next());
    Planner done = planner(schedule);
    done.armAfter(start + hours(1), start + hours(2));
    QVERIFY(!done.next());
}

void TestPlanner::doesNotMakeUpForAHold()
{
    Planner plan = planner(everySchedule(minutes(5)));
    plan.arm(start);
    plan.skipPassed(start + minutes(4));
    QCOMPARE(plan.fireAt(), std::optional(start + minutes(5)));
    plan.skipPassed(start + minutes(17));
    QCOMPARE(plan.lastPlanned(), std::optional(start + minutes(15)));
    QCOMPARE(plan.fireAt(), std::optional(start + minutes(20)));
    QCOMPARE(said(plan.take(start + minutes(17))), QStringLiteral("nothing"));
}

void TestPlanner::movesIntervalsWithTheClock()
{
    for (const seconds by : {seconds(hours(5)), seconds(-hours(5)), seconds(17)}) {
        Planner plan = planner(everySchedule(minutes(10)));
        plan.arm(start);
        const WallTime before = start + minutes(4);
        plan.clockJumped(before, before + by);
        QCOMPARE(said(plan.take(before + by)), QStringLiteral("nothing"));
        QCOMPARE(plan.fireAt(), std::optional(before + by + minutes(6)));
        QCOMPARE(said(plan.take(before + by + minutes(6))), QStringLiteral("run schedule"));
    }
}

void TestPlanner::takesAForwardJumpAsMissedForCron()
{
    Planner plan = planner(cronSchedule("0 * * * *"));
    plan.arm(start + minutes(1));
    plan.clockJumped(start + minutes(10), start + minutes(190));
    QCOMPARE(said(plan.take(start + minutes(190))), QStringLiteral("missed 3 (01:00:00-03:00:00), catch-up 1"));
}

void TestPlanner::doesNotRepeatCronAfterASmallStepBack()
{
    Planner plan = planner(cronSchedule("0 * * * *"));
    plan.arm(start);
    QCOMPARE(said(plan.take(start + hours(1))), QStringLiteral("run schedule"));
    QCOMPARE(said(plan.take(start + hours(2))), QStringLiteral("run schedule"));
    plan.clockJumped(start + minutes(130), start + minutes(50));
    QCOMPARE(plan.fireAt(), std::optional(start + hours(3)));
}

void TestPlanner::plansCronAnewAfterALargeStepBack()
{
    Planner plan = planner(cronSchedule("0 * * * *"));
    plan.arm(start + days(300));
    QCOMPARE(said(plan.take(start + days(300) + hours(1))), QStringLiteral("run schedule"));
    plan.clockJumped(start + days(300) + minutes(61), start + minutes(1));
    QCOMPARE(plan.fireAt(), std::optional(start + hours(1)));
    QCOMPARE(said(plan.take(start + hours(1))), QStringLiteral("run schedule"));
}

void TestPlanner::survivesAStoredTimeInTheFuture()
{
    Planner every = planner(everySchedule(minutes(5)));
    every.armAfter(start + days(30) + minutes(2), start);
    QCOMPARE(every.fireAt(), std::optional(start + minutes(2)));

    Planner hourly = planner(cronSchedule("0 * * * *"));
    hourly.armAfter(start + hours(2), start + minutes(1));
    QCOMPARE(hourly.fireAt(), std::optional(start + hours(3)));
    Planner wrong = planner(cronSchedule("0 * * * *"));
    wrong.armAfter(start + days(30), start + minutes(1));
    QCOMPARE(wrong.fireAt(), std::optional(start + hours(1)));
}

void TestPlanner::plansAnewInAnotherZone()
{
    Planner plan = planner(cronSchedule("0 2 * * *"));
    plan.arm(start);
    QCOMPARE(plan.fireAt(), std::optional(start + hours(2)));
    plan.setZone(zoneOf("Europe/Berlin"), start);
    QCOMPARE(plan.fireAt(), std::optional(start + hours(1)));
    QCOMPARE(plan.zone().id(), std::string("Europe/Berlin"));

    // A one-time date that the new zone has put into the past is due.
    Schedule schedule;
    schedule.rule = At{local("2026-01-01T12:00:00")};
    Planner once = planner(schedule);
    once.arm(start);
    once.setZone(zoneOf("Asia/Tokyo"), start + hours(11));
    QCOMPARE(said(once.take(start + hours(11))), QStringLiteral("missed 1 (03:00:00-03:00:00), catch-up 1"));
}

void TestPlanner::jittersWithinTheGap()
{
    Schedule schedule = cronSchedule("0 2 * * *");
    schedule.jitter = minutes(60);
    Planner plan = planner(schedule, 0.5);
    plan.arm(start);
    QCOMPARE(plan.next(), std::optional(start + hours(2)));
    QCOMPARE(plan.fireAt(), std::optional(start + minutes(150)));
    QCOMPARE(said(plan.take(start + hours(2))), QStringLiteral("nothing"));
    const auto due = plan.take(start + minutes(150));
    QCOMPARE(said(due), QStringLiteral("run schedule"));
    QCOMPARE(due.planned, start + hours(2));

    // A jitter longer than the interval stays before the next planned time.
    Schedule often = everySchedule(minutes(1));
    often.jitter = hours(1);
    Planner dense = planner(often, 0.999999);
    dense.arm(start);
    QVERIFY(*dense.fireAt() < start + minutes(2));
    QVERIFY(*dense.fireAt() > start + seconds(119));
    QCOMPARE(said(dense.take(*dense.fireAt())), QStringLiteral("run schedule"));
    QCOMPARE(dense.next(), std::optional(start + minutes(2)));
}

void TestPlanner::disarms()
{
    Planner plan = planner(everySchedule(minutes(1)));
    plan.arm(start);
    plan.disarm();
    QVERIFY(!plan.next() && !plan.fireAt() && !plan.lastPlanned());
    QCOMPARE(said(plan.take(start + days(1))), QStringLiteral("nothing"));
}

QTEST_GUILESS_MAIN(TestPlanner)
#include "tst_planner.moc"

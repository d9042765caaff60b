// Delays and deadlines, on the fake clock.
#include <turnspit/async/deadline.h>
#include <turnspit/async/fakeclock.h>
#include <turnspit/async/periodictimer.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/async/wait.h>

#include <QTest>

#include <atomic>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

struct Ended
{
    std::optional<bool> elapsed;
    Instant at;
};

Task<> wait(std::chrono::nanoseconds time, std::stop_token stop, Ended& out)
{
    out.elapsed = co_await delay(time, stop);
    out.at = Clock::current().now();
}

constexpr auto day = 24h;

} // namespace

class TestWait : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<FakeClock> m_clock;

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_unique<FakeClock>();
        Clock::setCurrent(m_clock.get());
    }
    void cleanup()
    {
        Clock::setCurrent(nullptr);
        m_clock.reset();
    }

    // T16
    void aDelayEndsExactlyThen()
    {
        TaskScope scope;
        Ended ended;
        const auto begin = m_clock->now();
        scope.spawn(wait(5s, {}, ended));
        m_clock->advance(4999ms);
        QVERIFY(!ended.elapsed);
        m_clock->advance(1h);
        QCOMPARE(ended.elapsed, std::optional(true));
        QVERIFY(ended.at - begin == 5s);
    }

    void aDelayThatIsLongerThanAllTimeNeverEndsAndOneBeforeNowDoesAtOnce()
    {
        TaskScope scope;
        Ended longest;
        Ended fraction;
        Ended past;
        scope.spawn([](Ended& ended) -> Task<> { ended.elapsed = co_await delay(std::chrono::milliseconds::max()); }(longest));
        scope.spawn([](Ended& ended) -> Task<> { ended.elapsed = co_await delay(std::chrono::duration<double>(1.5)); }(fraction));
        scope.spawn([](Ended& ended) -> Task<> { ended.elapsed = co_await delay(std::chrono::hours::min()); }(past));
        m_clock->advance(1ms);
        QCOMPARE(past.elapsed, std::optional(true));
        QVERIFY(!fraction.elapsed);
        m_clock->advance(1499ms);
        QCOMPARE(fraction.elapsed, std::optional(true));
        m_clock->advance(std::chrono::years(100));
        QVERIFY(!longest.elapsed);
    }

    // T1
    void aStopEndsADelayWithFalse()
    {
        TaskScope scope;
        Ended before;
        Ended during;
        std::stop_source stop;
        scope.spawn(wait(5s, stop.get_token(), during));
        m_clock->advance(1s);
        stop.request_stop();
        QVERIFY(!during.elapsed); // posted, not inside the request
        m_clock->settle();
        QCOMPARE(during.elapsed, std::optional(false));
        scope.spawn(wait(5s, stop.get_token(), before));
        QCOMPARE(before.elapsed, std::optional(false)); // without a suspension
        QCOMPARE(m_clock->armedTimers(), std::size_t(0));
    }

    void aDelayOfNothingEndsFromTheLoop()
    {
        TaskScope scope;
        Ended none;
        Ended negative;
        scope.spawn(wait(0s, {}, none));
        scope.spawn(wait(-5s, {}, negative));
        QVERIFY(!none.elapsed && !negative.elapsed);
        m_clock->settle();
        QCOMPARE(none.elapsed, std::optional(true));
        QCOMPARE(negative.elapsed, std::optional(true));
    }

    void aStopFromAnotherThreadEndsADelayInItsOwn()
    {
        TaskScope scope;
        Ended ended;
        std::stop_source stop;
        scope.spawn(wait(5s, stop.get_token(), ended));
        Thread other(QStringLiteral("other"));
        other.mailbox()->post([&stop] { stop.request_stop(); });
        other.stopAndJoin();
        QVERIFY(!ended.elapsed);
        m_clock->settle();
        QCOMPARE(ended.elapsed, std::optional(false));
    }

    void aDelayThatIsDestroyedLeavesNoTimer()
    {
        Ended ended;
        {
            TaskScope scope;
            scope.spawn(wait(5s, {}, ended));
            QCOMPARE(m_clock->armedTimers(), std::size_t(1));
        }
        QCOMPARE(m_clock->armedTimers(), std::size_t(0));
    }

    void aDeadlineStopsItsTokenAtItsTime()
    {
        Deadline deadline(*m_clock, 30s);
        m_clock->advance(29999ms);
        QVERIFY(!deadline.passed());
        m_clock->advance(1ms);
        QVERIFY(deadline.passed());
        QVERIFY(deadline.token().stop_requested());
        QVERIFY(Deadline(*m_clock, 0ms).passed());
        const Deadline none(*m_clock);
        m_clock->advance(std::chrono::years(10));
        QVERIFY(!none.passed());
        for (const Milliseconds vast : {Milliseconds::max(), Milliseconds::max() / 2, *parseDuration("15250w")})
            QVERIFY(!Deadline(*m_clock, vast).passed());
    }

    // T21
    void whoWaitsForAnEventThatIsGoneIsToldByAStopThatItNeverCame()
    {
        std::stop_source stop;
        TaskScope scope;
        std::optional<bool> set;
        auto event = std::make_unique<Event>();
        const auto body = [](Event& gate, std::stop_token token, std::optional<bool>& out) -> Task<> { out = co_await gate.wait(token); };
        scope.spawn(body(*event, stop.get_token(), set));
        event.reset();
        stop.request_stop();
        m_clock->settle();
        QCOMPARE(set, std::optional(false));
    }

    void aDeadlineIsShortenedNeverProlonged()
    {
        Deadline deadline(*m_clock, 30s);
        deadline.shorten(60s);
        deadline.shorten(10s);
        deadline.shorten(20s);
        m_clock->advance(9999ms);
        QVERIFY(!deadline.passed());
        m_clock->advance(1ms);
        QVERIFY(deadline.passed());
    }

    void aDeadlineEndsWithTheTokenAroundIt()
    {
        std::stop_source outer;
        const Deadline deadline(*m_clock, 30s, outer.get_token());
        TaskScope scope;
        Ended ended;
        scope.spawn(wait(1h, deadline.token(), ended));
        outer.request_stop();
        m_clock->settle();
        QVERIFY(deadline.passed());
        QCOMPARE(ended.elapsed, std::optional(false));
    }

    void aDailyJobOfAYearIsOnTimeOnEveryDayHoweverLongItWorks()
    {
        // The work takes up to three hours of each day, and once a day and a half: that day's successor is late, all others are on time.
        std::vector<Instant> begun;
        const auto job = [](std::vector<Instant>& log) -> Task<> {
            Clock& clock = Clock::current();
            const Instant start = clock.now();
            for (int n = 1; n <= 365; ++n) {
                co_await delayUntil(start + n * day);
                log.push_back(clock.now());
                co_await delay(n == 100 ? 36h : std::chrono::minutes(n % 180));
            }
        };
        TaskScope scope;
        const Instant start = m_clock->now();
        scope.spawn(job(begun));
        m_clock->advance(366 * day);
        QCOMPARE(begun.size(), std::size_t(365));
        for (int n = 1; n <= 365; ++n)
            QVERIFY2(begun[std::size_t(n - 1)] == start + n * day + (n == 101 ? 12h : 0h), qPrintable(QString::number(n)));
    }

    // B48, T16
    void aPeriodicTimerOfAYearDoesNotDrift()
    {
        std::vector<Instant> ticks;
        const auto job = [](std::vector<Instant>& log) -> Task<> {
            PeriodicTimer timer(day);
            while (co_await timer.nextTick()) {
                log.push_back(Clock::current().now());
                co_await delay(17min);
            }
        };
        TaskScope scope;
        const Instant start = m_clock->now();
        scope.spawn(job(ticks));
        m_clock->advance(365 * day);
        QCOMPARE(ticks.size(), std::size_t(365));
        QVERIFY(ticks.back() == start + 365 * day);
    }
};

QTEST_GUILESS_MAIN(TestWait)
#include "tst_wait.moc"

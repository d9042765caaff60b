// The timers of the system clock, real time: what is proved is order and series, never how long something took.
#include <turnspit/base/clock.h>

#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <random>
#include <thread>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// Keeps the thread from its event loop.
void blockUntil(Instant time)
{
    while (Clock::system().now() < time)
        std::this_thread::yield();
}

} // namespace

class TestSystemClock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B82
    void aTimeThatNeverComesIsFarAway()
    {
        QEventLoop loop;
        bool fired = false;
        const auto once = Clock::system().createTimer([&] { fired = true; });
        const auto series = Clock::system().createTimer([&] { fired = true; });
        const auto soon = Clock::system().createTimer([&] { loop.quit(); });
        once->startOnce(std::chrono::nanoseconds::max());
        series->startPeriodic(std::chrono::nanoseconds::max());
        soon->startOnce(1ms);
        loop.exec();
        QVERIFY(!fired);
    }

    void timersFireInTheOrderOfTheirTimesAndNeverEarly()
    {
        struct One
        {
            std::unique_ptr<ClockTimer> timer;
            Instant due;
        };
        std::minstd_rand random(1);
        std::vector<One> all(400);
        std::vector<Instant> fired;
        bool early = false;
        for (auto& one : all) {
            one.timer = Clock::system().createTimer([&] {
                early = early || Clock::system().now() < one.due;
                fired.push_back(one.due);
            });
        }
        const auto start = [&](One& one, std::chrono::microseconds delay) {
            const Instant before = Clock::system().now();
            one.timer->startOnce(delay);
            one.due = before + delay;
        };
        for (auto& one : all)
            start(one, std::chrono::microseconds(random() % 50000));
        std::size_t expected = all.size();
        for (std::size_t i = 0; i < all.size(); i += 3)
            start(all[i], std::chrono::microseconds(random() % 50000)); // replaces the one before, earlier or later
        for (std::size_t i = 1; i < all.size(); i += 3) {
            all[i].timer->stop();
            --expected;
        }
        QTRY_COMPARE(fired.size(), expected);
        QVERIFY(!early);
        // What was armed some nanoseconds after it was noted may be behind one that was noted later.
        QVERIFY(std::ranges::is_sorted(fired, [](Instant a, Instant b) { return a + 100us < b; }));
    }

    void whatIsDueTogetherFiresInTheOrderOfArmingAndInOneTurn()
    {
        QString order;
        int turns = 0;
        QTimer turn; // an event of its own each turn of the loop
        turn.callOnTimeout(&turn, [&] { ++turns; });
        std::vector<int> turnsAt;
        const auto make = [&](char name) {
            return Clock::system().createTimer([&, name] {
                order += QLatin1Char(name);
                turnsAt.push_back(turns);
            });
        };
        const auto a = make('a');
        const auto b = make('b');
        const auto c = make('c');
        const Instant now = Clock::system().now();
        a->startOnce(3ms);
        b->startOnce(2ms);
        c->startOnce(0ms);
        a->startOnce(3ms);
        blockUntil(now + 5ms);
        turn.start(0);
        QTRY_COMPARE(order, QStringLiteral("cba"));
        QCOMPARE(turnsAt.front(), turnsAt.back());
    }

    void aSeriesStaysWhereItWasWhenAThreadWasBusyAndWhatItMissedIsOne()
    {
        std::vector<Instant> ticks;
        const auto timer = Clock::system().createTimer([&] { ticks.push_back(Clock::system().now()); });
        bool inStep = false;
        for (int attempt = 0; attempt < 50 && !inStep; ++attempt) { // a machine that is busy may be late, but not for ever
            ticks.clear();
            const Instant before = Clock::system().now();
            timer->startPeriodic(20ms);
            blockUntil(before + 70ms); // three are due, and are one
            QTRY_VERIFY(ticks.size() >= 2);
            QVERIFY(ticks[0] >= before + 70ms);
            QVERIFY(ticks[1] >= before + 80ms); // the fourth: not 20 ms after the late one
            inStep = ticks[1] - ticks[0] < 20ms;
        }
        QVERIFY(inStep);
    }

    void aTimerMayDestroyItselfAndOthersAndStartAgainWhenItFires()
    {
        std::unique_ptr<ClockTimer> first;
        std::unique_ptr<ClockTimer> second;
        int fired = 0;
        int others = 0;
        first = Clock::system().createTimer([&] {
            second.reset();
            if (++fired < 3)
                first->startOnce(0ms);
            else
                first.reset();
        });
        second = Clock::system().createTimer([&] { ++others; });
        const Instant now = Clock::system().now();
        first->startOnce(0ms);
        second->startOnce(1ms);
        blockUntil(now + 2ms); // both are due in the same turn
        QTRY_VERIFY(!first);
        QCOMPARE(fired, 3);
        QCOMPARE(others, 0);
    }

    void anEventLoopInsideOfATimerHasItsTimers()
    {
        int inner = 0;
        bool done = false;
        QEventLoop loop;
        const auto other = Clock::system().createTimer([&] {
            if (++inner == 3)
                loop.quit();
        });
        const auto outer = Clock::system().createTimer([&] {
            QTimer::singleShot(10s, &loop, &QEventLoop::quit); // where it has none
            other->startPeriodic(1ms);
            loop.exec();
            done = true;
        });
        outer->startOnce(0ms);
        QTRY_VERIFY(done);
        QVERIFY(inner >= 3);
    }

    void aTimerMayOutliveTheLoopOfItsThread()
    {
        bool outlived = false;
        std::thread thread([&] {
            struct Last
            {
                ~Last()
                {
                    timer.reset();
                    *flag = true;
                }
                std::unique_ptr<ClockTimer> timer;
                bool* flag;
            };
            thread_local Last last; // made before what the first timer makes, so it goes after that
            last.flag = &outlived;
            last.timer = Clock::system().createTimer([] {});
            last.timer->startOnce(1h);
        });
        thread.join();
        QVERIFY(outlived);
    }
};

QTEST_GUILESS_MAIN(TestSystemClock)
#include "tst_systemclock.moc"

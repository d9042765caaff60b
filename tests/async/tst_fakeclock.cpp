#include <turnspit/async/fakeclock.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/async/wait.h>

#include <QTest>
#include <QThread>

#include <atomic>
#include <functional>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

int seconds(Instant at)
{
    return int(std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
}

} // namespace

class TestFakeClock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B55, T16
    void aCallbackDueAtTReadsT()
    {
        FakeClock clock;
        QList<int> read;
        const auto timer = clock.createTimer([&] { read.append(seconds(clock.now())); });
        timer->startPeriodic(2s);
        clock.advance(7s);
        QCOMPARE(read, (QList<int>{2, 4, 6}));
        QCOMPARE(seconds(clock.now()), 7);
    }

    // T16
    void dueTimersFireInOrderAndTiesInTheOrderOfArming()
    {
        FakeClock clock;
        QStringList order;
        const auto a = clock.createTimer([&] { order << QStringLiteral("a"); });
        const auto b = clock.createTimer([&] { order << QStringLiteral("b"); });
        const auto c = clock.createTimer([&] { order << QStringLiteral("c"); });
        c->startOnce(2s);
        b->startOnce(1s);
        a->startOnce(2s);
        clock.advance(10s);
        QCOMPARE(order.join(QString()), QStringLiteral("bca"));
    }

    // T16
    void whatAContinuationArmsMeanwhileFiresTooAtItsTime()
    {
        FakeClock clock;
        Clock::setCurrent(&clock);
        QList<int> at;
        const auto body = [](FakeClock& fake, QList<int>& out) -> Task<> {
            for (int i = 0; i < 3; ++i) {
                co_await delay(3s);
                out.append(seconds(fake.now()));
            }
        };
        TaskScope scope;
        scope.spawn(body(clock, at));
        clock.advance(10s);
        QCOMPARE(at, (QList<int>{3, 6, 9}));
        Clock::setCurrent(nullptr);
    }

    // T16
    void anAdvanceWaitsForTheOtherThreadsOfTheClock()
    {
        FakeClock clock;
        Thread worker(QStringLiteral("worker"), &clock);
        clock.addMailbox(worker.mailbox());
        std::atomic<int> sum = 0;
        std::atomic<bool> armed = false;
        std::shared_ptr<TaskScope> scope;
        const auto body = [](std::atomic<int>& out) -> Task<> {
            for (;;) {
                co_await delay(1s);
                ++out;
            }
        };
        worker.mailbox()->post([&] {
            scope = std::make_shared<TaskScope>();
            scope->spawn(body(sum));
            armed = true;
        });
        clock.settle();
        QVERIFY(armed);
        clock.advance(100s);
        QCOMPARE(sum.load(), 100);
        worker.mailbox()->post([&] { scope.reset(); });
        worker.stopAndJoin();
    }

    // T16
    void anAdvanceWaitsForWorkThatGoesToAndFro()
    {
        FakeClock clock;
        Thread left(QStringLiteral("left"));
        Thread right(QStringLiteral("right"));
        clock.addMailbox(left.mailbox());
        clock.addMailbox(right.mailbox());
        constexpr int hops = 500;
        std::atomic<int> done = 0;
        const std::function<void(int)> hop = [&](int more) {
            ++done;
            if (more > 1)
                (more % 2 ? left : right).mailbox()->post([&hop, more] { hop(more - 1); });
        };
        for (int round = 1; round <= 20; ++round) {
            left.mailbox()->post([&hop] { hop(hops); });
            clock.settle();
            QCOMPARE(done.load(), round * hops);
        }
    }

    void whatACallbackHoldsGoesWithTheTimerAndInItsThread()
    {
        struct Held
        {
            explicit Held(Qt::HANDLE& thread) : gone(thread) {}
            ~Held() { gone = QThread::currentThreadId(); }
            Held(const Held&) = delete;
            Held& operator=(const Held&) = delete;
            Qt::HANDLE& gone;
        };
        FakeClock clock;
        Thread worker(QStringLiteral("worker"), &clock);
        clock.addMailbox(worker.mailbox());
        Qt::HANDLE thread = nullptr;
        Qt::HANDLE gone = nullptr;
        std::unique_ptr<ClockTimer> timer; // the worker's
        worker.mailbox()->post([&] {
            thread = QThread::currentThreadId();
            timer = Clock::current().createTimer([&, held = std::make_shared<Held>(gone)] { timer.reset(); });
            timer->startOnce(1s);
        });
        clock.settle();
        clock.advance(1s);
        worker.stopAndJoin();
        QVERIFY(thread);
        QCOMPARE(gone, thread);
    }

    // B82
    void aTimeThatNeverComesIsFarAway()
    {
        FakeClock clock;
        int fired = 0;
        const auto timer = clock.createTimer([&] { ++fired; });
        clock.advance(1h);
        timer->startOnce(std::chrono::nanoseconds::max());
        clock.advance(1h);
        timer->startPeriodic(std::chrono::nanoseconds::max());
        clock.advance(std::chrono::years(100));
        QCOMPARE(fired, 0);
    }

    // B55
    void timeDoesNotRunBackwards()
    {
        FakeClock clock;
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, clock.advance(-1s));
    }

    // B55
    void settingTheWallClockFiresNothing()
    {
        FakeClock clock;
        int fired = 0;
        const auto timer = clock.createTimer([&] { ++fired; });
        timer->startOnce(1h);
        clock.setWall(clock.wallNow() + std::chrono::hours(48));
        clock.settle();
        QCOMPARE(fired, 0);
        QCOMPARE(seconds(clock.now()), 0);
        clock.advance(1h);
        QCOMPARE(fired, 1);
    }

    // B55
    void aZeroDelayIsOneShotAndAStoppedTimerDoesNotFire()
    {
        FakeClock clock;
        int fired = 0;
        const auto timer = clock.createTimer([&] { ++fired; });
        timer->startOnce(0s);
        clock.settle();
        clock.advance(1h);
        QCOMPARE(fired, 1);
        timer->startOnce(1s);
        timer->stop();
        clock.advance(1h);
        QCOMPARE(fired, 1);
    }

    void aTimerMayDestroyItself()
    {
        FakeClock clock;
        std::unique_ptr<ClockTimer> timer;
        int fired = 0;
        timer = clock.createTimer([&] {
            ++fired;
            timer.reset();
        });
        timer->startPeriodic(1s);
        clock.advance(10s);
        QCOMPARE(fired, 1);
        QCOMPARE(clock.armedTimers(), std::size_t(0));
    }

    void asleepMeansNothingFiresBeforeTheEnd()
    {
        FakeClock clock;
        QList<int> read;
        const auto timer = clock.createTimer([&] { read.append(seconds(clock.now())); });
        timer->startOnce(2s);
        clock.sleep(10s);
        QCOMPARE(read, (QList<int>{10}));
    }
};

QTEST_GUILESS_MAIN(TestFakeClock)
#include "tst_fakeclock.moc"

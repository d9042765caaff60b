// Work that blocks, awaited by who must not.
#include <turnspit/async/mailbox.h>
#include <turnspit/async/runblocking.h>
#include <turnspit/async/taskscope.h>

#include <QTest>
#include <QThread>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

using namespace turnspit;

namespace {

/// What became of an await.
struct Seen
{
    std::atomic<Qt::HANDLE> in = nullptr; ///< the thread of the work
    Qt::HANDLE after = nullptr;           ///< that of what follows it
    std::string value;
    std::string error;
    bool cancelled = false;
    bool ended = false;
};

template <class Work>
Task<> await(Work work, std::shared_ptr<Seen> seen, std::stop_token stop = {})
{
    try {
        seen->value = co_await runBlocking(std::move(work), std::move(stop));
    } catch (const std::exception& error) {
        seen->error = error.what();
    } catch (const OperationCancelled&) {
        seen->cancelled = true;
    }
    seen->after = QThread::currentThreadId();
    seen->ended = true;
}

Task<> countUp(std::shared_ptr<std::latch> gate, std::atomic<int>& begun, std::atomic<int>& ended)
{
    co_await runBlocking([gate, &begun] {
        ++begun;
        gate->wait();
    });
    ++ended;
}

/// Goes after what the library keeps for the process, as a thread does that blocks while the program ends.
const struct Last
{
    ~Last()
    {
        if (work && work->name() != name)
            std::_Exit(1);
    }
    static constexpr std::string_view name = "whose work is still going on when main has ended";
    mutable const WorkContext* work = nullptr;
} last;

} // namespace

class TestRunBlocking : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theValueComesBackIntoTheThreadThatAwaits()
    {
        TaskScope tasks;
        const auto seen = std::make_shared<Seen>();
        const auto captured = std::make_shared<int>();
        tasks.spawn(await([seen, captured] { seen->in = QThread::currentThreadId(); return std::string("done"); }, seen));
        QTRY_VERIFY(seen->ended);
        QCOMPARE(seen->value, std::string("done"));
        QCOMPARE(seen->after, QThread::currentThreadId());
        QVERIFY(seen->in != nullptr && seen->in != QThread::currentThreadId());
        QCOMPARE(captured.use_count(), 1L); // what it captured has gone by now
    }

    void theEventLoopGoesOnMeanwhile()
    {
        TaskScope tasks;
        const auto seen = std::make_shared<Seen>();
        const auto gate = std::make_shared<std::binary_semaphore>(0);
        tasks.spawn(await([gate] { gate->acquire(); return std::string("open"); }, seen));
        Mailbox::current()->post([gate] { gate->release(); }); // only a turn of this loop opens it
        QTRY_COMPARE(seen->value, std::string("open"));
    }

    void whatItThrowsComesOutAsItWas()
    {
        TaskScope tasks;
        const auto failed = std::make_shared<Seen>();
        const auto cancelled = std::make_shared<Seen>();
        tasks.spawn(await([]() -> std::string { throw std::runtime_error("disk full"); }, failed));
        tasks.spawn(await([]() -> std::string { throw OperationCancelled{}; }, cancelled));
        QTRY_VERIFY(failed->ended && cancelled->ended);
        QCOMPARE(failed->error, std::string("disk full"));
        QVERIFY(cancelled->cancelled);
    }

    void whatIsStoppedBeforeItBeginsNeverDoes()
    {
        TaskScope tasks;
        const auto seen = std::make_shared<Seen>();
        std::stop_source stop;
        stop.request_stop();
        tasks.spawn(await([seen] { seen->in = QThread::currentThreadId(); return std::string(); }, seen, stop.get_token()));
        QTRY_VERIFY(seen->cancelled);
        QVERIFY(seen->in == nullptr);
    }

    void whatIsStoppedWhileItWaitsForItsTurnIsNotWaitedFor()
    {
        TaskScope tasks;
        const auto gate = std::make_shared<std::latch>(1);
        std::atomic<int> begun = 0;
        std::atomic<int> ended = 0;
        for (int i = 0; i < maxBlockingThreads; ++i)
            tasks.spawn(countUp(gate, begun, ended));
        QTRY_COMPARE(begun.load(), maxBlockingThreads);
        const auto seen = std::make_shared<Seen>();
        std::stop_source stop;
        tasks.spawn(await(
            [seen] {
                seen->in = QThread::currentThreadId();
                return std::string();
            },
            seen, stop.get_token()));
        stop.request_stop();
        QTRY_VERIFY(seen->cancelled);
        gate->count_down();
        QTRY_COMPARE(ended.load(), maxBlockingThreads);
        QVERIFY(seen->in == nullptr);
    }

    void whatItCapturedIsGoneBeforeItsValueIsThere()
    {
        struct Captured
        {
            std::shared_ptr<std::atomic<bool>> there;
            std::shared_ptr<std::atomic<bool>> early;
            ~Captured()
            {
                // Gives a value that does not wait for this the time to come.
                const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
                while (!*there && std::chrono::steady_clock::now() < limit)
                    std::this_thread::yield();
                *early = there->load();
            }
        };
        TaskScope tasks;
        const auto there = std::make_shared<std::atomic<bool>>(false);
        const auto early = std::make_shared<std::atomic<bool>>(true);
        bool ended = false;
        const auto body = [](std::unique_ptr<Captured> captured, std::shared_ptr<std::atomic<bool>> flag, bool& out) -> Task<> {
            (void)co_await runBlocking([own = std::move(captured)] { return 1; });
            *flag = true;
            out = true;
        };
        tasks.spawn(body(std::make_unique<Captured>(there, early), there, ended));
        QTRY_VERIFY(ended);
        QVERIFY(!*early);
    }

    void whereTheAwaitingFrameHasGoneTheWorkEndsByItself()
    {
        const auto seen = std::make_shared<Seen>();
        const auto gate = std::make_shared<std::binary_semaphore>(0);
        const auto over = std::make_shared<std::binary_semaphore>(0);
        {
            TaskScope tasks;
            tasks.spawn(await([gate, over] { gate->acquire(); over->release(); return std::string("late"); }, seen));
        }
        gate->release();
        over->acquire();
        Mailbox::current()->drain();
        QVERIFY(!seen->ended);
    }

    void itIsTheWorkOfWhoAwaits()
    {
        TaskScope tasks;
        const auto seen = std::make_shared<Seen>();
        const WorkContext::Scope working(&WorkContext::named("sync"));
        tasks.spawn(await([] { return WorkContext::current() ? WorkContext::current()->name() : std::string(); }, seen));
        QTRY_COMPARE(seen->value, std::string("sync"));
    }

    void whoseWorkItIsCanBeSaidUntilTheProgramHasEnded()
    {
        last.work = &WorkContext::named(Last::name); // and see there
        QCOMPARE(&WorkContext::named(Last::name), last.work);
    }

    void moreThanThereAreThreadsWaitForTheirTurn()
    {
        constexpr int all = maxBlockingThreads + 20;
        TaskScope tasks;
        const auto gate = std::make_shared<std::latch>(1);
        std::atomic<int> begun = 0;
        std::atomic<int> ended = 0;
        for (int i = 0; i < all; ++i)
            tasks.spawn(countUp(gate, begun, ended));
        QTRY_COMPARE(begun.load(), maxBlockingThreads);
        gate->count_down();
        QTRY_COMPARE(ended.load(), all);
        QCOMPARE(begun.load(), all);
    }
};

QTEST_GUILESS_MAIN(TestRunBlocking)
#include "tst_runblocking.moc"

// A channel: its order, what a full one does, and who is stopped or destroyed while it waits. Its end: tst_channelend.
#include "channelcalls.h"

#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/async/wait.h>

#include <QTest>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

class TestChannel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B95_aWriteThatIsGivenUpIsOutOfTheWayBeforeItsItemGoes()
    {
        /// Calls when the last of it goes.
        struct Item
        {
            std::move_only_function<void()> gone;
            Item() = default;
            explicit Item(std::move_only_function<void()> call) : gone(std::move(call)) {}
            Item(Item&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
            Item& operator=(Item&&) = delete;
            ~Item()
            {
                if (auto call = std::exchange(gone, nullptr))
                    call();
            }
        };
        Channel<Item> channel({.capacity = 1});
        QVERIFY(channel.tryWrite(Item()));
        int found = 0;
        const auto readAll = [&] {
            while (channel.tryRead())
                ++found;
        };
        const auto body = [](Channel<Item>& into, std::move_only_function<void()> gone) -> Task<> {
            (void)co_await into.write(Item(std::move(gone)));
        };
        {
            TaskScope scope;
            scope.spawn(body(channel, readAll));
        }
        QCOMPARE(found, 1);
    }

    void B93_itemsComeOutInTheOrderInWhichTheyWentIn()
    {
        Channel<int> channel;
        for (int i = 0; i < 5; ++i)
            QVERIFY(channel.tryWrite(i));
        QCOMPARE(channel.count(), 5u);
        QCOMPARE(rest(channel), QStringLiteral("0 1 2 3 4"));
    }

    void B93_aFullChannelThatWaitsTakesNothingAndAWriteWaitsForRoom()
    {
        Channel<int> channel({.capacity = 2});
        QVERIFY(channel.tryWrite(1));
        QVERIFY(channel.tryWrite(2));
        QVERIFY(!channel.tryWrite(3));
        Writing first;
        Writing second;
        TaskScope scope;
        scope.spawn(follow(writes(channel, 3), first));
        scope.spawn(follow(writes(channel, 4), second));
        settle();
        QVERIFY(!first.ended);
        QCOMPARE(channel.count(), 2u);
        QVERIFY(channel.tryRead() == 1);
        QVERIFY(!channel.tryWrite(5)); // the room belongs to who waits for it
        settle();
        QVERIFY(first.result);
        QVERIFY(!second.ended);
        QCOMPARE(rest(channel), QStringLiteral("2 3 4"));
        settle();
        QVERIFY(second.result);
    }

    void B93_whatIsNotTakenStaysWithItsWriter()
    {
        Channel<std::unique_ptr<int>> channel({.capacity = 1});
        QVERIFY(channel.tryWrite(std::make_unique<int>(1)));
        auto item = std::make_unique<int>(2);
        QVERIFY(!channel.tryWrite(std::move(item)));
        QCOMPARE(*item, 2);
    }

    void B93_theFullModeSaysWhatGoes_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("left");
        QTest::addColumn<QString>("dropped");
        QTest::newRow("B93_oldest") << int(FullMode::DropOldest) << "3 4 5" << "1 2";
        QTest::newRow("B93_newest") << int(FullMode::DropNewest) << "1 2 5" << "3 4";
        QTest::newRow("B93_write") << int(FullMode::DropWrite) << "1 2 3" << "4 5";
    }

    void B93_theFullModeSaysWhatGoes()
    {
        QFETCH(int, mode);
        QFETCH(QString, left);
        QFETCH(QString, dropped);
        QStringList heard;
        Channel<int> channel({.capacity = 3, .fullMode = FullMode(mode)}, [&](int item) {
            heard << QString::number(item);
            QCOMPARE(channel.count(), 3u); // outside the lock
        });
        for (int i = 1; i <= 4; ++i)
            QVERIFY(channel.tryWrite(i));
        Writing last;
        TaskScope scope;
        scope.spawn(follow(writes(channel, 5), last));
        QVERIFY(last.result); // at once
        QCOMPARE(heard.join(QLatin1Char(' ')), dropped);
        QCOMPARE(rest(channel), left);
    }

    void B93_aChannelWithoutCapacityIsRefused()
    {
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, Channel<int>({.capacity = 0}));
    }

    void B95_T2_aStopIsLookedAtBeforeWhatThereIs()
    {
        Channel<int> channel;
        QVERIFY(channel.tryWrite(1));
        std::stop_source stop;
        stop.request_stop();
        TaskScope scope;
        Reading read;
        Writing wait;
        Writing write;
        scope.spawn(follow(reads(channel, stop.get_token()), read));
        scope.spawn(follow([&] { return channel.waitToRead(stop.get_token()); }, wait));
        scope.spawn(follow(writes(channel, 2, stop.get_token()), write));
        QVERIFY(read.ended && !read.threw() && !read.result);
        QVERIFY(wait.ended && !wait.result);
        QVERIFY(write.ended && !write.threw() && !write.result);
        QCOMPARE(rest(channel), QStringLiteral("1"));
    }

    void B95_aStopEndsOneReadAndLosesNothing()
    {
        Channel<int> channel;
        std::stop_source stop;
        TaskScope scope;
        Reading stopped;
        Reading other;
        scope.spawn(follow(reads(channel, stop.get_token()), stopped));
        scope.spawn(follow(reads(channel), other));
        stop.request_stop();
        settle();
        QVERIFY(stopped.ended && !stopped.result);
        QVERIFY(!other.ended);
        QVERIFY(channel.tryWrite(1));
        QVERIFY(channel.tryWrite(2));
        settle();
        QVERIFY(other.result == 1);
        QCOMPARE(rest(channel), QStringLiteral("2"));
    }

    void B95_anItemThatCameBeforeTheStopIsRead()
    {
        Channel<int> channel;
        std::stop_source stop;
        TaskScope scope;
        Reading read;
        scope.spawn(follow(reads(channel, stop.get_token()), read));
        QVERIFY(channel.tryWrite(1)); // handed over, not resumed yet
        stop.request_stop();
        settle();
        QVERIFY(read.result == 1);
    }

    void B95_aStopBeforeTheItemLeavesItToOthers()
    {
        Channel<int> channel;
        std::stop_source stop;
        TaskScope scope;
        Reading read;
        scope.spawn(follow(reads(channel, stop.get_token()), read));
        stop.request_stop();
        QVERIFY(channel.tryWrite(1)); // it waits still: takes it rather than losing it
        settle();
        QVERIFY(read.result == 1 || rest(channel) == QStringLiteral("1"));
    }

    void B95_aStoppedWriteIsNotWritten()
    {
        Channel<int> channel({.capacity = 1});
        QVERIFY(channel.tryWrite(1));
        std::stop_source stop;
        TaskScope scope;
        Writing write;
        scope.spawn(follow(writes(channel, 2, stop.get_token()), write));
        stop.request_stop();
        settle();
        QVERIFY(write.ended && !write.threw() && !write.result);
        QCOMPARE(rest(channel), QStringLiteral("1"));
    }

    void aReaderThatIsDestroyedTakesNothingWithIt()
    {
        Channel<int> channel;
        Reading gone;
        auto scope = std::make_unique<TaskScope>();
        scope->spawn(follow(reads(channel), gone));
        QVERIFY(channel.tryWrite(1)); // handed over
        QVERIFY(channel.tryWrite(2));
        scope.reset();
        settle();
        QVERIFY(!gone.ended);
        QCOMPARE(rest(channel), QStringLiteral("1 2"));
    }

    void aReaderThatIsDestroyedHandsOnToTheNext()
    {
        Channel<int> channel;
        Reading gone;
        Reading next;
        auto scope = std::make_unique<TaskScope>();
        TaskScope others;
        scope->spawn(follow(reads(channel), gone));
        others.spawn(follow(reads(channel), next));
        QVERIFY(channel.tryWrite(1));
        scope.reset();
        settle();
        QVERIFY(next.result == 1);
    }

    void aWriterThatIsDestroyedHasNotWritten()
    {
        Channel<int> channel({.capacity = 1});
        QVERIFY(channel.tryWrite(1));
        Writing gone;
        auto scope = std::make_unique<TaskScope>();
        scope->spawn(follow(writes(channel, 2), gone));
        scope.reset();
        QCOMPARE(rest(channel), QStringLiteral("1"));
    }

    void whoWaitsToReadIsToldOfEachItemThatNobodyWaitsFor()
    {
        Channel<int> channel;
        TaskScope scope;
        Writing first;
        Writing second;
        scope.spawn(follow([&] { return channel.waitToRead(); }, first));
        scope.spawn(follow([&] { return channel.waitToRead(); }, second));
        QVERIFY(channel.tryWrite(1));
        settle();
        QVERIFY(first.result);
        QVERIFY(second.result);
    }

    void readersGoOnInTheirOwnThread()
    {
        Channel<int> channel;
        Thread thread(QStringLiteral("reader"));
        struct
        {
            std::atomic<int> read{0};
            std::atomic<bool> own{false};
        } seen;
        auto scope = std::make_shared<std::unique_ptr<TaskScope>>();
        const auto body = [](Channel<int>& from, auto& out) -> Task<> {
            const auto home = std::this_thread::get_id();
            while (const auto item = co_await from.read()) {
                out.own = std::this_thread::get_id() == home;
                out.read = *item;
            }
        };
        thread.mailbox()->post([&, scope] {
            *scope = std::make_unique<TaskScope>();
            (*scope)->spawn(body(channel, seen));
        });
        QVERIFY(channel.tryWrite(7));
        QTRY_COMPARE(seen.read.load(), 7);
        QVERIFY(seen.own);
        channel.complete();
        thread.mailbox()->post([scope] { scope->reset(); });
        thread.stopAndJoin();
    }

    void everyItemOfManyThreadsIsReadOnce()
    {
        constexpr int writers = 3;
        constexpr int each = 2000;
        constexpr int readers = 3;
        Channel<int> channel({.capacity = 16});
        std::vector<std::unique_ptr<Thread>> threads;
        std::vector<std::unique_ptr<TaskScope>> scopes(writers + readers);
        std::vector<std::vector<int>> got(readers);
        std::atomic<int> writing{writers};
        std::atomic<int> reading{readers};
        const auto write = [](Channel<int>& to, int from, std::atomic<int>& left) -> Task<> {
            for (int i = 0; i < each; ++i)
                co_await to.write(from * each + i);
            if (--left == 0)
                to.complete();
        };
        const auto read = [](Channel<int>& from, std::vector<int>& out, std::atomic<int>& left) -> Task<> {
            while (const auto item = co_await from.read())
                out.push_back(*item);
            --left;
        };
        for (int i = 0; i < writers + readers; ++i) {
            threads.push_back(std::make_unique<Thread>(QStringLiteral("t%1").arg(i)));
            threads.back()->mailbox()->post([&, i] {
                scopes[i] = std::make_unique<TaskScope>();
                if (i < writers)
                    scopes[i]->spawn(write(channel, i, writing));
                else
                    scopes[i]->spawn(read(channel, got[i - writers], reading));
            });
        }
        QVERIFY(QTest::qWaitFor([&] { return reading == 0; }, 30000));
        for (int i = 0; i < writers + readers; ++i) {
            threads[i]->mailbox()->post([&, i] { scopes[i].reset(); });
            threads[i]->stopAndJoin();
        }
        std::vector<int> all;
        for (const auto& part : got)
            all.insert(all.end(), part.begin(), part.end());
        std::sort(all.begin(), all.end());
        QCOMPARE(all.size(), std::size_t(writers * each));
        for (int i = 0; i < writers * each; ++i)
            QCOMPARE(all[i], i);
    }
};

QTEST_GUILESS_MAIN(TestChannel)
#include "tst_channel.moc"

// The end of a channel: what stays readable, who is told, and what an error of the end is to whom (B94).
#include "channelcalls.h"

#include <turnspit/async/taskscope.h>

#include <QTest>

#include <stdexcept>

using namespace turnspit;
using namespace turnspit::test;

namespace {

struct Failure : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

std::exception_ptr failure()
{
    return std::make_exception_ptr(Failure("the source failed"));
}

} // namespace

class TestChannelEnd : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B94_whatWasWrittenBeforeTheEndStaysReadable()
    {
        Channel<int> channel;
        QVERIFY(channel.tryWrite(1));
        QVERIFY(channel.tryWrite(2));
        channel.complete();
        QVERIFY(!channel.tryWrite(3));
        TaskScope scope;
        Reading first;
        Reading second;
        Reading third;
        Writing wait;
        scope.spawn(follow(reads(channel), first));
        scope.spawn(follow([&] { return channel.waitToRead(); }, wait));
        QVERIFY(first.result == 1);
        QVERIFY(wait.result);
        scope.spawn(follow(reads(channel), second));
        scope.spawn(follow(reads(channel), third));
        QVERIFY(second.result == 2);
        QVERIFY(third.ended && !third.threw() && !third.result); // T2: not an exception
        Writing after;
        scope.spawn(follow([&] { return channel.waitToRead(); }, after));
        QVERIFY(after.ended && !after.result);
    }

    void B94_T2_theEndEndsWhoReadsAndWhoWaits()
    {
        Channel<int> channel;
        TaskScope scope;
        Reading read;
        Writing wait;
        Writing end;
        scope.spawn(follow(reads(channel), read));
        scope.spawn(follow([&] { return channel.waitToRead(); }, wait));
        scope.spawn(follow([&] { return channel.completion(); }, end));
        settle();
        QVERIFY(!read.ended && !wait.ended && !end.ended);
        channel.complete();
        QVERIFY(!read.ended); // not inside the call
        settle();
        QVERIFY(read.ended && !read.threw() && !read.result);
        QVERIFY(wait.ended && !wait.threw() && !wait.result);
        QVERIFY(end.result);
    }

    void B94_aWriteToACompleteChannelIsAnError()
    {
        Channel<int> channel({.capacity = 1});
        QVERIFY(channel.tryWrite(1));
        Writing waiting;
        Writing later;
        TaskScope scope;
        scope.spawn(follow(writes(channel, 2), waiting));
        channel.complete();
        scope.spawn(follow(writes(channel, 3), later));
        settle();
        QVERIFY_THROWS_EXCEPTION(ChannelClosed, std::rethrow_exception(waiting.error));
        QVERIFY_THROWS_EXCEPTION(ChannelClosed, std::rethrow_exception(later.error));
        QCOMPARE(rest(channel), QStringLiteral("1"));
    }

    void B94_aSecondEndIsAnErrorOrFalse()
    {
        Channel<int> channel;
        QVERIFY(channel.tryComplete());
        QVERIFY(!channel.tryComplete());
        QVERIFY_THROWS_EXCEPTION(ChannelClosed, channel.complete());
    }

    void B94_theErrorOfTheEndComesAfterTheLastItem()
    {
        Channel<int> channel;
        QVERIFY(channel.tryWrite(1));
        TaskScope scope;
        Writing end;
        scope.spawn(follow([&] { return channel.completion(); }, end));
        channel.complete(failure());
        settle();
        QVERIFY(!end.ended);
        Reading first;
        Reading second;
        Writing wait;
        scope.spawn(follow(reads(channel), first));
        scope.spawn(follow(reads(channel), second));
        scope.spawn(follow([&] { return channel.waitToRead(); }, wait));
        settle();
        QVERIFY(first.result == 1);
        try {
            std::rethrow_exception(second.error);
        } catch (const ChannelClosed& closed) {
            QVERIFY_THROWS_EXCEPTION(Failure, std::rethrow_exception(closed.cause()));
        }
        QVERIFY_THROWS_EXCEPTION(Failure, std::rethrow_exception(wait.error));
        QVERIFY_THROWS_EXCEPTION(Failure, std::rethrow_exception(end.error));
    }

    void B94_whoReadsAlreadyGetsTheErrorOfTheEnd()
    {
        Channel<int> channel;
        TaskScope scope;
        Reading read;
        Writing wait;
        scope.spawn(follow(reads(channel), read));
        scope.spawn(follow([&] { return channel.waitToRead(); }, wait));
        channel.complete(failure());
        settle();
        QVERIFY_THROWS_EXCEPTION(ChannelClosed, std::rethrow_exception(read.error));
        QVERIFY_THROWS_EXCEPTION(Failure, std::rethrow_exception(wait.error));
    }
};

QTEST_GUILESS_MAIN(TestChannelEnd)
#include "tst_channelend.moc"

#include "redisserver.h"

#include "support/await.h"
#include "support/said.h"

#include <redis/redisconnection.h>
#include <redis/redisextensions.h>
#include <redis/redisqueue.h>
#include <turnspit/async/fakeclock.h>

#include <QStringList>
#include <QTest>

#include <string_view>
#include <vector>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

using Receiving = Begun<std::optional<Message>>;

RedisQueueOptions optionsOf(const RedisServer& server)
{
    RedisQueueOptions out;
    out.server = server.address();
    out.name = "jobs";
    out.reconnectDelay = 20ms;
    out.maxReconnectDelay = 100ms;
    return out;
}

/// What a receive ended with.
QString errorOf(MessageQueue& queue)
{
    const auto receive = [](MessageQueue& from) -> Task<QString> {
        try {
            const auto message = co_await from.receive();
            co_return message ? QStringLiteral("a message") : QStringLiteral("the end");
        } catch (const QueueError& error) {
            co_return QString::fromStdString(error.error().text());
        }
    };
    return await(receive(queue));
}

bool send(MessageQueue& queue, std::string body)
{
    return await(queue.send({std::move(body)})).has_value();
}

} // namespace

class TestRedisQueue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aReceiverOutlivesTheServer()
    {
        RedisServer server;
        RedisQueue queue(optionsOf(server));
        QVERIFY(send(queue, "before"));
        Receiving first(queue.receive());
        QCOMPARE(first.value()->body, std::string("before"));
        Receiving waiting(queue.receive());
        server.kill();
        server.start();
        QVERIFY(send(queue, "after"));
        QCOMPARE(waiting.value()->body, std::string("after"));
        QVERIFY(await(queue.ack(*first.value()))); // it was delivered before, and is held still
        QVERIFY(await(queue.ack(*waiting.value())));
    }

    void whatIsAskedWhileTheServerIsDownIsDoneWhenItIsBack()
    {
        RedisServer server;
        RedisQueue queue(optionsOf(server));
        QVERIFY(send(queue, "a"));
        server.kill();
        Begun<Result<SentMessage>> sending(queue.send({"b"}));
        QVERIFY(!sending.isDone());
        server.start();
        // On the way when the connection was lost, it says that it does not know.
        QVERIFY(sending.value() || sending.value().error().kind == ErrorKind::Unreachable);
        QCOMPARE(await(queue.receive())->body, std::string("a"));
    }

    void whatIsAskedForTooLongIsAnErrorThatNamesTheServer()
    {
        RedisServer server;
        auto options = optionsOf(server);
        options.patience = 200ms;
        server.kill();
        RedisQueue queue(options);
        const auto sent = await(queue.send({"a"}));
        QVERIFY(!sent);
        QVERIFY(sent.error().kind == ErrorKind::Unreachable);
        QVERIFY(QString::fromStdString(sent.error().text()).contains(QString::number(server.address().port)));
        server.start();
        QTRY_VERIFY(send(queue, "b")); // on a busy machine that has too little patience as well
    }

    void aServerThatDoesNotAnswerIsAnError()
    {
        RedisServer server;
        auto options = optionsOf(server);
        options.patience = 300ms;
        RedisQueue queue(options);
        QVERIFY(send(queue, "a"));
        server.freeze();
        const auto sent = await(queue.send({"b"}));
        server.thaw();
        QVERIFY(!sent);
        QVERIFY(sent.error().kind == ErrorKind::Unreachable || sent.error().kind == ErrorKind::TimedOut);
        QTRY_VERIFY(send(queue, "c"));
    }

    // What is written to a server that has gone is SIGPIPE, which ends a program that has not asked for anything else.
    void whatIsWrittenToAServerThatHasGoneEndsNoProgram()
    {
        RedisServer server;
        bool up = false;
        bool down = false;
        RedisConnection connection(server.address(), {[&up] { up = true; }, [] {}, [&down](const Error&) { down = true; }});
        connection.open();
        QVERIFY(spinUntil([&up] { return up; }));
        server.kill();
        for (int i = 0; i < 3; ++i) { // before the loop turns and reads the end
            connection.gather();
            connection.send(std::vector<std::string_view>{"PING"}, [](const redisReply*) {});
            connection.flush();
        }
        QVERIFY(spinUntil([&down] { return down; }));
    }

    void aServerThatIsAReplicaForAWhileCostsNoMessage()
    {
        RedisServer server;
        RedisQueue queue(optionsOf(server));
        QVERIFY(send(queue, "a"));
        const auto first = await(queue.receive());
        server.cli({QStringLiteral("REPLICAOF"), QStringLiteral("127.0.0.1"), QStringLiteral("1")});
        Begun<Result<SentMessage>> sending(queue.send({"b"}));
        // The command, then each connection that tries again.
        const auto refusals = [&server] {
            const QByteArray all = server.cli({QStringLiteral("INFO"), QStringLiteral("errorstats")});
            const QByteArray mark("READONLY:count=");
            const auto at = all.indexOf(mark);
            return at < 0 ? 0 : all.mid(at + mark.size()).trimmed().split('\r').first().split('\n').first().toInt();
        };
        QTRY_VERIFY(refusals() >= 3);
        QVERIFY(!sending.isDone());
        Begun<Result<>> acking(queue.ack(*first));
        server.cli({QStringLiteral("REPLICAOF"), QStringLiteral("NO"), QStringLiteral("ONE")});
        QVERIFY2(sending.value(), sending.value() ? "" : sending.value().error().text().c_str());
        QVERIFY2(acking.value(), acking.value() ? "" : acking.value().error().text().c_str());
        QCOMPARE(await(queue.receive())->body, std::string("b"));
    }

    void whatADeadWorkerHeldComesToAnother()
    {
        RedisServer server;
        auto options = optionsOf(server);
        options.visibility = 300ms;
        RedisQueue queue(options);
        auto gone = std::make_unique<RedisQueue>(options);
        QVERIFY(send(queue, "a"));
        const auto held = await(gone->receive());
        QCOMPARE(held->attempts, 1);
        gone.reset();
        const auto again = await(queue.receive());
        QCOMPARE(again->body, std::string("a"));
        QCOMPARE(again->attempts, 2);
    }

    // XAUTOCLAIM by itself looks at ten deliveries only.
    void whatADeadWorkerHeldIsFoundAmongManyThatAreInTime()
    {
        RedisServer server;
        auto options = optionsOf(server);
        options.visibility = 3s; // a look each 300 ms, so that ten at a look would take twelve seconds
        RedisQueue busy(options);
        constexpr int count = 400;
        std::vector<std::unique_ptr<Begun<Result<SentMessage>>>> sending;
        std::vector<std::unique_ptr<Receiving>> receiving;
        for (int i = 0; i < count; ++i) {
            sending.push_back(std::make_unique<Begun<Result<SentMessage>>>(busy.send({"held"})));
            receiving.push_back(std::make_unique<Receiving>(busy.receive()));
        }
        std::vector<std::unique_ptr<Begun<Result<>>>> extending;
        for (const auto& received : receiving)
            extending.push_back(std::make_unique<Begun<Result<>>>(busy.extend(*received->value(), 60s)));
        for (const auto& extended : extending)
            QVERIFY(extended->value());
        QVERIFY(send(busy, "lost"));
        QCOMPARE(await(busy.receive())->body, std::string("lost"));
        RedisQueue queue(options);
        const Instant since = BootClock::now();
        const auto again = await(queue.receive());
        QCOMPARE(again->body, std::string("lost"));
        QCOMPARE(again->attempts, 2);
        QVERIFY(BootClock::now() - since < 7s);
    }

    void anExtensionIsRenewedHoweverManyOthersCome()
    {
        FakeClock clock;
        QStringList renewed;
        RedisExtensions extensions(clock, 40s, [&](const RedisDelivery& delivery, Milliseconds) { renewed << QString::fromStdString(delivery.entry); });
        extensions.add({"1-1", "me", "1"}, clock.now() + 10min);
        for (int i = 0; i < 20; ++i) {
            clock.advance(1s);
            extensions.add({"2-" + std::to_string(i), "me", "1"}, clock.now() + 10min);
        }
        QCOMPARE(renewed.count(QStringLiteral("1-1")), 2);
    }

    void aMessageThatIsTooLargeFailsAlone()
    {
        RedisServer server;
        RedisQueue queue(optionsOf(server));
        std::string body;
        body.resize_and_overwrite(600'000'000, [](char*, std::size_t all) { return all; });
        Begun<Result<SentMessage>> large(queue.send({std::move(body)}));
        Begun<Result<SentMessage>> small(queue.send({"a"}));
        QVERIFY(small.value());
        QVERIFY(!large.value());
        QVERIFY(large.value().error().kind == ErrorKind::Failed);
    }

    void aServerThatForgotScriptsAndQueuesIsTaughtThemAgain()
    {
        RedisServer server;
        RedisQueue queue(optionsOf(server));
        QVERIFY(send(queue, "a"));
        const auto first = await(queue.receive());
        server.cli({QStringLiteral("SCRIPT"), QStringLiteral("FLUSH")});
        QVERIFY(await(queue.ack(*first)));
        Receiving waiting(queue.receive());
        server.cli({QStringLiteral("FLUSHALL")});
        const auto status = await(queue.status());
        QVERIFY2(status, status ? "" : status.error().text().c_str());
        QVERIFY(send(queue, "b"));
        QCOMPARE(waiting.value()->body, std::string("b"));
    }

    void aWrongPasswordIsSaidInWords()
    {
        RedisServer server({QStringLiteral("--requirepass"), QStringLiteral("right")});
        auto options = optionsOf(server);
        options.server.password = "wrong";
        RedisQueue queue(options);
        QVERIFY2(errorOf(queue).contains(QStringLiteral("password")), qPrintable(errorOf(queue)));
        const auto sent = await(queue.send({"a"}));
        QVERIFY(!sent && sent.error().kind == ErrorKind::InvalidDefinition);
        options.server.password = "right";
        RedisQueue good(options);
        QVERIFY(send(good, "a"));
    }

    void aPasswordThatIsMissingIsSaidInWords()
    {
        RedisServer server({QStringLiteral("--requirepass"), QStringLiteral("right")});
        RedisQueue queue(optionsOf(server));
        QVERIFY2(errorOf(queue).contains(QStringLiteral("NOAUTH")), qPrintable(errorOf(queue)));
    }

    void aKeyThatIsSomethingElseIsSaidInWords()
    {
        RedisServer server;
        server.cli({QStringLiteral("SET"), QStringLiteral("{jobs}:messages"), QStringLiteral("mine")});
        RedisQueue queue(optionsOf(server));
        QVERIFY2(errorOf(queue).contains(QStringLiteral("another name")), qPrintable(errorOf(queue)));
    }

    void anotherDatabaseIsAnotherQueue()
    {
        RedisServer server;
        auto options = optionsOf(server);
        RedisQueue queue(options);
        options.server.database = 3;
        RedisQueue other(options);
        QVERIFY(send(queue, "a"));
        QCOMPARE(await(other.status())->depth, 0u);
        QVERIFY(send(other, "b"));
        QCOMPARE(await(other.receive())->body, std::string("b"));
    }

    void aQueueThatGoesLeavesNoConsumerBehind()
    {
        RedisServer server;
        const auto options = optionsOf(server);
        {
            RedisQueue queue(options);
            QVERIFY(send(queue, "a"));
            QVERIFY(await(queue.ack(*await(queue.receive()))));
        }
        QTRY_COMPARE(server.cli({QStringLiteral("XINFO"), QStringLiteral("CONSUMERS"), QStringLiteral("{jobs}:messages"), QStringLiteral("turnspit")}),
                     QByteArray());
    }

    void optionsThatCannotBeAreRefused()
    {
        RedisQueueOptions options;
        options.name = "";
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, RedisQueue{options});
        options.name = "a{b}";
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, RedisQueue{options});
    }
};

QTEST_GUILESS_MAIN(TestRedisQueue)
#include "tst_redisqueue.moc"

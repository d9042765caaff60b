// How messages come in and get out; what becomes of those that are out is in queuecontract_settling.cpp.
#include "queuecontract.h"

#include "queuecontractwords.h"

#include <turnspit/async/thread.h>

#include <QTest>

#include <atomic>
#include <set>

namespace turnspit {

namespace {

Task<bool> stopped(MessageQueue& queue, std::stop_token stop)
{
    const auto message = co_await queue.receive(stop);
    co_return !message;
}

} // namespace

void QueueContract::use(QueueOptions options)
{
    m_queue = m_factory(options);
}

void QueueContract::cleanup()
{
    m_queue.reset();
}

SentMessage QueueContract::send(std::string body, std::string key, Milliseconds delay)
{
    const auto sent = await(queue().send({std::move(body), std::move(key), delay}));
    if (!sent)
        throw std::runtime_error(sent.error().text());
    return *sent;
}

Message QueueContract::receive()
{
    auto message = await(queue().receive());
    if (!message)
        throw std::runtime_error("the queue has ended");
    return *std::move(message);
}

std::vector<std::string> QueueContract::receiveAll(int count)
{
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i)
        out.push_back(receive().body);
    return out;
}

bool QueueContract::nothingComes()
{
    return status().depth == 0;
}

QueueStatus QueueContract::status()
{
    const auto status = await(queue().status());
    if (!status)
        throw std::runtime_error(status.error().text());
    return *status;
}

void QueueContract::whatIsSentIsReceivedInOrder()
{
    use();
    for (const char* body : {"a", "b", "c", "d"})
        send(body);
    QCOMPARE(words(receiveAll(4)), QStringLiteral("a b c d"));
}

void QueueContract::aMessageCarriesWhatWasSent()
{
    use();
    const std::string body("any \0 \xff bytes\n", 14);
    const auto sent = send(body, "key \xc3\xa4");
    QVERIFY(!sent.duplicate);
    QVERIFY(!sent.id.empty());
    send("");
    const auto message = receive();
    QCOMPARE(message.body, body);
    QCOMPARE(message.id, sent.id);
    QCOMPARE(message.key, std::string("key \xc3\xa4"));
    QCOMPARE(message.attempts, 1);
    QVERIFY(message.sent > WallTime(std::chrono::sys_days(std::chrono::year(1999) / 1 / 1)));
    QVERIFY(!message.receipt.empty());
    const auto second = receive();
    QCOMPARE(second.body, std::string());
    QVERIFY(second.id != message.id);
}

void QueueContract::aWaitingReceiveGetsWhatIsSent()
{
    use();
    Receiving receiving(queue().receive());
    QVERIFY(!receiving.isDone());
    send("a");
    QCOMPARE(receiving.value()->body, std::string("a"));
}

void QueueContract::waitingReceiversGetOneMessageEach()
{
    use();
    Receiving one(queue().receive());
    Receiving two(queue().receive());
    Receiving three(queue().receive());
    for (const char* body : {"a", "b", "c"})
        send(body);
    const std::set<std::string> got{one.value()->body, two.value()->body, three.value()->body};
    QCOMPARE(got.size(), 3u);
}

void QueueContract::T2_aStopIsLookedAtBeforeWhatThereIs()
{
    use();
    send("a");
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(await(stopped(queue(), stop.get_token())));
    QCOMPARE(receive().body, std::string("a"));
}

void QueueContract::T2_aStopEndsOneReceiveAndLosesNothing()
{
    use();
    std::stop_source stop;
    Receiving one(queue().receive(stop.get_token()));
    Receiving two(queue().receive());
    stop.request_stop();
    QVERIFY(!one.value());
    QVERIFY(!two.isDone());
    send("a");
    send("b");
    QCOMPARE(two.value()->body, std::string("a"));
    QCOMPARE(receive().body, std::string("b"));
}

void QueueContract::aReceiveThatIsDestroyedLosesNothing()
{
    use();
    for (int round = 0; round < 6; ++round) {
        auto gone = std::make_unique<Receiving>(queue().receive());
        Begun<Result<SentMessage>> sending(queue().send({"a"}));
        if (round % 2 == 1)
            QVERIFY(sending.value());
        if (gone->isDone()) // it was quicker: has it, and gives it back
            QCOMPARE(answer(await(queue().nack(*gone->value(), {.counts = false}))), QStringLiteral("ok"));
        gone.reset(); // else the message may be on its way
        QVERIFY(sending.value());
        const auto message = receive();
        QCOMPARE(message.body, std::string("a"));
        QCOMPARE(message.attempts, 1);
        QCOMPARE(answer(await(queue().ack(message))), QStringLiteral("ok"));
    }
}

void QueueContract::aDelayedMessageComesNotBeforeItsTime()
{
    use();
    const Instant since = m_queue->now();
    send("late", {}, seconds(5));
    send("early");
    QCOMPARE(receive().body, std::string("early"));
    QVERIFY(nothingComes());
    QCOMPARE(status().delayed, 1u);
    Receiving late(queue().receive());
    QVERIFY(m_queue->comesTrueAt(since + seconds(5), [&] { return late.isDone(); }));
    QCOMPARE(late.value()->body, std::string("late"));
    QCOMPARE(late.value()->attempts, 1);
}

void QueueContract::aKeyIsSentOnceInItsWindow()
{
    use({.dedupWindow = seconds(10)});
    const auto first = send("a", "k");
    const auto second = send("b", "k");
    QVERIFY(second.duplicate);
    QCOMPARE(second.id, first.id);
    QVERIFY(!send("c", "l").duplicate);
    QVERIFY(!send("d").duplicate);
    QVERIFY(!send("d").duplicate); // no key, no duplicate
    const auto message = receive();
    QCOMPARE(message.body, std::string("a"));
    QCOMPARE(answer(await(queue().ack(message))), QStringLiteral("ok"));
    QVERIFY(send("e", "k").duplicate); // settled or not
    QCOMPARE(words(receiveAll(3)), QStringLiteral("c d d"));
    m_queue->pass(seconds(10));
    QVERIFY(!send("f", "k").duplicate);
    QCOMPARE(receive().body, std::string("f"));
}

void QueueContract::aClosedQueueTakesNothingAndGivesWhatItHas()
{
    use();
    send("a");
    send("b");
    send("late", {}, seconds(5));
    queue().close();
    QCOMPARE(answer(await(queue().send({"c"}))), QStringLiteral("refused"));
    const auto message = receive();
    QCOMPARE(message.body, std::string("a"));
    QCOMPARE(receive().body, std::string("b"));
    QVERIFY(!await(queue().receive()));
    QCOMPARE(answer(await(queue().nack(message))), QStringLiteral("ok")); // what is out may still be settled
    QCOMPARE(receive().body, std::string("a"));
    QVERIFY(!await(queue().receive()));
    queue().close();
}

void QueueContract::closingEndsWhoWaits()
{
    use();
    Receiving one(queue().receive());
    Receiving two(queue().receive());
    queue().close();
    QVERIFY(!one.value());
    QVERIFY(!two.value());
}

void QueueContract::theStatusSaysWhereMessagesAre()
{
    use({.maxAttempts = 1});
    QCOMPARE(status().depth, 0u);
    for (const char* body : {"acked", "nacked", "held", "given back", "waits", "waits too"})
        send(body, body);
    send("late", {}, seconds(60));
    send("again", "waits"); // a duplicate
    QCOMPARE(status().depth, 6u);
    QCOMPARE(status().delayed, 1u);
    QCOMPARE(status().sent, 7u);
    const auto acked = receive();
    const auto nacked = receive();
    const auto held = receive();
    const auto givenBack = receive();
    QCOMPARE(status().inFlight, 4u);
    (void)await(queue().ack(acked));
    (void)await(queue().ack(acked)); // refused: counts for nothing
    (void)await(queue().nack(nacked));
    (void)await(queue().nack(givenBack, {.counts = false}));
    const auto now = status();
    QCOMPARE(now.depth, 3u);
    QCOMPARE(now.delayed, 1u);
    QCOMPARE(now.inFlight, 1u);
    QCOMPARE(now.dead, 1u);
    QCOMPARE(now.acked, 1u);
    QCOMPARE(now.nacked, 2u);
}

void QueueContract::twoObjectsShareTheMessages()
{
    use();
    Receiving waiting(other().receive());
    send("a");
    QCOMPARE(waiting.value()->body, std::string("a"));
    QCOMPARE(answer(await(other().ack(*waiting.value()))), QStringLiteral("ok"));
    send("b");
    send("c");
    const auto mine = receive();
    const auto theirs = await(other().receive());
    QVERIFY(theirs);
    QVERIFY(theirs->body != mine.body);
    QCOMPARE(answer(await(other().nack(*theirs))), QStringLiteral("ok"));
    QCOMPARE(receive().body, theirs->body);
}

void QueueContract::manyAtOnceAllArrive()
{
    constexpr int count = 200;
    use();
    std::vector<std::unique_ptr<Begun<Result<SentMessage>>>> sending;
    for (int i = 0; i < count; ++i)
        sending.push_back(std::make_unique<Begun<Result<SentMessage>>>(queue().send({std::to_string(i)})));
    std::vector<std::unique_ptr<Receiving>> receiving;
    for (int i = 0; i < count; ++i)
        receiving.push_back(std::make_unique<Receiving>(queue().receive()));
    std::set<std::string> ids;
    for (const auto& sent : sending)
        ids.insert(sent->value().value().id);
    QCOMPARE(ids.size(), std::size_t(count));
    std::set<std::string> bodies;
    std::vector<std::unique_ptr<Begun<Result<>>>> acking;
    for (const auto& received : receiving) {
        bodies.insert(received->value()->body);
        acking.push_back(std::make_unique<Begun<Result<>>>(queue().ack(*received->value())));
    }
    QCOMPARE(bodies.size(), std::size_t(count));
    for (const auto& acked : acking)
        QCOMPARE(answer(acked->value()), QStringLiteral("ok"));
    QCOMPARE(status().acked, quint64(count));
    QCOMPARE(status().inFlight, 0u);
}

void QueueContract::anyThreadMaySendAndReceive()
{
    constexpr int count = 300;
    use();
    Thread thread(QStringLiteral("receiver"));
    auto scope = std::make_shared<std::unique_ptr<TaskScope>>();
    std::atomic<int> acked{0};
    const auto work = [](MessageQueue& from, std::atomic<int>& done) -> Task<> {
        while (const auto message = co_await from.receive()) {
            if (const auto result = co_await from.ack(*message); result)
                ++done;
        }
    };
    thread.mailbox()->post([&, scope] {
        *scope = std::make_unique<TaskScope>();
        (*scope)->spawn(work(queue(), acked));
        (*scope)->spawn(work(queue(), acked));
    });
    for (int i = 0; i < count; ++i)
        send(std::to_string(i));
    QTRY_COMPARE(acked.load(), count);
    thread.mailbox()->post([scope] { scope->reset(); });
    thread.stopAndJoin();
    QCOMPARE(status().inFlight, 0u);
}

void QueueContract::optionsThatCannotBeAreRefused()
{
    QVERIFY_THROWS_EXCEPTION(std::out_of_range, use({.visibility = Milliseconds(0)}));
    QVERIFY_THROWS_EXCEPTION(std::out_of_range, use({.maxAttempts = -1}));
    QVERIFY_THROWS_EXCEPTION(std::out_of_range, use({.dedupWindow = Milliseconds(-1)}));
}

} // namespace turnspit

// What becomes of a message that was delivered: the second half of the suite.
#include "queuecontract.h"

#include "queuecontractwords.h"

#include <QTest>

#include <limits>

namespace turnspit {

std::string QueueContract::died(std::string body)
{
    const auto sent = send(std::move(body));
    const auto message = receive();
    (void)await(queue().bury(message, "bad"));
    return sent.id;
}

void QueueContract::anAckedMessageIsForgotten()
{
    use({.visibility = seconds(10)});
    send("a");
    const auto message = receive();
    QCOMPARE(answer(await(queue().ack(message))), QStringLiteral("ok"));
    m_queue->pass(seconds(11));
    QVERIFY(nothingComes());
    QCOMPARE(status().inFlight, 0u);
    QCOMPARE(status().dead, 0u);
}

void QueueContract::T12_aMessageIsSettledOnce()
{
    use();
    send("a");
    const auto message = receive();
    QCOMPARE(answer(await(queue().ack(message))), QStringLiteral("ok"));
    QCOMPARE(answer(await(queue().ack(message))), QStringLiteral("refused"));
    QCOMPARE(answer(await(queue().nack(message))), QStringLiteral("refused"));
    QCOMPARE(answer(await(queue().bury(message, "bad"))), QStringLiteral("refused"));
    QCOMPARE(answer(await(queue().extend(message, seconds(5)))), QStringLiteral("refused"));
    QVERIFY(nothingComes());
    QCOMPARE(status().dead, 0u);
}

void QueueContract::aNackedMessageComesAgainAsTheNextAttempt()
{
    use();
    const auto sent = send("a", "k");
    for (int attempt = 1; attempt <= 3; ++attempt) {
        const auto message = receive();
        QCOMPARE(message.attempts, attempt);
        QCOMPARE(message.id, sent.id);
        QCOMPARE(message.key, std::string("k"));
        QCOMPARE(answer(await(queue().nack(message))), QStringLiteral("ok"));
        QCOMPARE(answer(await(queue().ack(message))), QStringLiteral("refused"));
    }
}

void QueueContract::aNackedMessageComesNotBeforeItsDelay()
{
    use();
    send("a");
    const Instant since = m_queue->now();
    QCOMPARE(answer(await(queue().nack(receive(), {.delay = seconds(5)}))), QStringLiteral("ok"));
    QVERIFY(nothingComes());
    QCOMPARE(status().delayed, 1u);
    Receiving again(queue().receive());
    QVERIFY(m_queue->comesTrueAt(since + seconds(5), [&] { return again.isDone(); }));
    QCOMPARE(again.value()->attempts, 2);
}

void QueueContract::aNackThatDoesNotCountTakesTheAttemptBack()
{
    use({.maxAttempts = 1});
    send("a");
    for (int round = 0; round < 3; ++round) {
        const auto message = receive();
        QCOMPARE(message.attempts, 1);
        QCOMPARE(answer(await(queue().nack(message, {.counts = false}))), QStringLiteral("ok"));
    }
    QCOMPARE(status().depth, 1u);
    QCOMPARE(status().dead, 0u);
}

void QueueContract::T12_afterItsLastAttemptAMessageIsADeadLetter()
{
    use({.maxAttempts = 3});
    const auto sent = send("a", "k");
    for (int attempt = 1; attempt <= 3; ++attempt)
        QCOMPARE(answer(await(queue().nack(receive(), {.reason = "try " + std::to_string(attempt)}))),
                 QStringLiteral("ok"));
    QVERIFY(nothingComes());
    QCOMPARE(status().dead, 1u);
    const auto dead = await(queue().deadLetters());
    QVERIFY(dead);
    QCOMPARE(dead->size(), 1u);
    QCOMPARE(dead->front().id, sent.id);
    QCOMPARE(dead->front().body, std::string("a"));
    QCOMPARE(dead->front().key, std::string("k"));
    QCOMPARE(dead->front().attempts, 3);
    QCOMPARE(dead->front().reason, std::string("try 3"));
    QVERIFY(dead->front().died >= dead->front().sent);
}

void QueueContract::withoutALimitNoMessageDies()
{
    use({.maxAttempts = 0});
    send("a");
    for (int attempt = 1; attempt <= 20; ++attempt) {
        const auto message = receive();
        QCOMPARE(message.attempts, attempt);
        QCOMPARE(answer(await(queue().nack(message))), QStringLiteral("ok"));
    }
    QCOMPARE(status().dead, 0u);
}

void QueueContract::aMessageThatNobodySettlesComesAgain()
{
    use({.visibility = seconds(10)});
    send("a");
    const Instant since = m_queue->now();
    QCOMPARE(receive().attempts, 1);
    Receiving again(queue().receive());
    QVERIFY(m_queue->comesTrueAt(since + seconds(10), [&] { return again.isDone(); }));
    QCOMPARE(again.value()->body, std::string("a"));
    QCOMPARE(again.value()->attempts, 2);
}

void QueueContract::aMessageThatNobodySettlesDiesAfterItsLastAttempt()
{
    use({.visibility = seconds(5), .maxAttempts = 1});
    send("a");
    QCOMPARE(receive().attempts, 1);
    Receiving never(queue().receive());
    m_queue->pass(seconds(6));
    QVERIFY(spinUntil([&] { return status().dead == 1; }));
    QVERIFY(!never.isDone());
    QCOMPARE(await(queue().deadLetters())->front().reason, std::string(timeWasOver));
}

void QueueContract::T12_whoseTimeIsOverSettlesNothing()
{
    use({.visibility = seconds(10)});
    send("a");
    const Instant since = m_queue->now();
    const auto late = receive();
    Receiving again(queue().receive());
    QVERIFY(m_queue->comesTrueAt(since + seconds(10), [&] { return again.isDone(); }));
    QCOMPARE(answer(await(queue().ack(late))), QStringLiteral("refused"));
    QCOMPARE(answer(await(queue().nack(late))), QStringLiteral("refused"));
    QCOMPARE(answer(await(queue().extend(late, seconds(60)))), QStringLiteral("refused"));
    QVERIFY(nothingComes());
    QCOMPARE(answer(await(queue().ack(*again.value()))), QStringLiteral("ok"));
}

void QueueContract::anExtendedMessageComesNotBeforeItsNewTime()
{
    use({.visibility = seconds(10)});
    send("a");
    const auto message = receive();
    const Instant since = m_queue->now();
    QCOMPARE(answer(await(queue().extend(message, seconds(20)))), QStringLiteral("ok"));
    Receiving again(queue().receive());
    QVERIFY(m_queue->comesTrueAt(since + seconds(20), [&] { return again.isDone(); }));
    QCOMPARE(again.value()->attempts, 2);
}

void QueueContract::anExtensionIntoThePastIsOverAtOnce()
{
    use();
    for (const Milliseconds by : {seconds(-5), Milliseconds::min()}) {
        send("a");
        QCOMPARE(answer(await(queue().extend(receive(), by))), QStringLiteral("ok"));
        Receiving again(queue().receive());
        m_queue->pass(Milliseconds(1));
        QCOMPARE(again.value()->attempts, 2);
        QCOMPARE(answer(await(queue().ack(*again.value()))), QStringLiteral("ok"));
    }
}

void QueueContract::timesAndLimitsMayBeWithoutEnd()
{
    use({.visibility = Milliseconds::max(), .dedupWindow = Milliseconds::max(), .maxDeadLetters = std::numeric_limits<std::uint64_t>::max()});
    QVERIFY(!send("a", "k").duplicate);
    QVERIFY(send("again", "k").duplicate);
    const auto message = receive();
    send("b");
    const auto givenBack = receive();
    QCOMPARE(answer(await(queue().nack(givenBack, {.delay = Milliseconds::max()}))), QStringLiteral("ok"));
    send("late", {}, Milliseconds::max());
    Receiving never(queue().receive());
    m_queue->pass(seconds(20));
    QVERIFY(!never.isDone());
    QCOMPARE(answer(await(queue().extend(message, Milliseconds::max()))), QStringLiteral("ok"));
    m_queue->pass(seconds(20));
    QVERIFY(!never.isDone());
    QCOMPARE(status().delayed, 2u);
    QCOMPARE(answer(await(queue().bury(message, "bad"))), QStringLiteral("ok"));
    QCOMPARE(status().dead, 1u);
    send("c");
    QCOMPARE(never.value()->body, std::string("c"));
}

void QueueContract::aBuriedMessageIsADeadLetterAtOnce()
{
    use();
    send("a");
    const auto message = receive();
    QCOMPARE(answer(await(queue().bury(message, "no such order"))), QStringLiteral("ok"));
    QVERIFY(nothingComes());
    const auto dead = await(queue().deadLetters());
    QCOMPARE(dead->size(), 1u);
    QCOMPARE(dead->front().reason, std::string("no such order"));
    QCOMPARE(dead->front().attempts, 1);
    QCOMPARE(status().inFlight, 0u);
}

void QueueContract::deadLettersAreNewestFirst()
{
    use();
    for (const char* body : {"a", "b", "c"})
        died(body);
    std::vector<std::string> all;
    const auto dead = await(queue().deadLetters());
    for (const auto& letter : *dead)
        all.push_back(letter.body);
    QCOMPARE(words(all), QStringLiteral("c b a"));
    QCOMPARE(await(queue().deadLetters(2))->size(), 2u);
    QCOMPARE(await(queue().deadLetters(2))->front().body, std::string("c"));
}

void QueueContract::theOldestDeadLettersGo()
{
    use({.maxDeadLetters = 2});
    for (const char* body : {"a", "b", "c"})
        died(body);
    const auto dead = await(queue().deadLetters());
    QCOMPARE(dead->size(), 2u);
    QCOMPARE(dead->back().body, std::string("b"));
    QCOMPARE(status().dead, 2u);
}

void QueueContract::aRevivedDeadLetterComesAgainAsTheFirstAttempt()
{
    use();
    const auto id = died("a");
    QCOMPARE(answer(await(queue().revive(id))), QStringLiteral("ok"));
    QCOMPARE(status().dead, 0u);
    const auto message = receive();
    QCOMPARE(message.body, std::string("a"));
    QCOMPARE(message.id, id);
    QCOMPARE(message.attempts, 1);
    QVERIFY(!await(queue().revive(id)));
}

void QueueContract::aDiscardedDeadLetterIsGone()
{
    use();
    const auto id = died("a");
    const auto kept = died("b");
    QCOMPARE(answer(await(queue().discard(id))), QStringLiteral("ok"));
    QCOMPARE(status().dead, 1u);
    QVERIFY(!await(queue().discard(id)));
    QVERIFY(!await(queue().revive(id)));
    QVERIFY(!await(queue().discard("nobody's")));
    QCOMPARE(await(queue().deadLetters())->front().id, kept);
}

} // namespace turnspit

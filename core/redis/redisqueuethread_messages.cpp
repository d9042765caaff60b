// The messages of a RedisQueueThread: fetched for those who wait for some, and what comes due of delays and of lost consumers.
#include <redis/redisqueuethread.h>

#include <redis/redisreply.h>

#include <algorithm>

namespace turnspit {

using namespace std::chrono_literals;
using redis::isArray;
using redis::text;

namespace {

/// A fetch that found nothing asks again after that, so that a server that has gone is missed.
constexpr std::chrono::milliseconds blockFor{2000};

/// Claimed or fetched at once.
constexpr std::size_t mostAtOnce = 100;

} // namespace

// Messages for receivers.

void RedisQueueThread::fetch()
{
    if (m_state != State::Up)
        return;
    const std::size_t wanted = m_handout.wanted();
    if (m_fetching) {
        if ((wanted == 0 || m_closed) && !std::exchange(m_unblocking, true)) {
            const std::string id = std::to_string(m_fetcher->id());
            const std::string_view words[]{"CLIENT", "UNBLOCK", id};
            m_commands->send(words, [](const redisReply*) {});
        }
        return;
    }
    if (wanted == 0)
        return;
    m_fetching = true;
    m_unblocking = false;
    m_patientUntil = m_clock.now() + blockFor + m_options.patience;
    const std::string count = std::to_string(std::min(wanted, mostAtOnce));
    const std::string block = std::to_string(blockFor.count());
    std::vector<std::string_view> words{"XREADGROUP", "GROUP", RedisScript::group, m_consumer, "COUNT", count};
    const bool waits = !m_closed;
    if (waits)
        words.insert(words.end(), {"BLOCK", block});
    words.insert(words.end(), {"STREAMS", messages(), ">"});
    m_fetcher->gather();
    m_fetcher->send(words, [this, waits](const redisReply* reply) { fetched(reply, waits); });
    m_fetcher->flush();
    watch();
}

void RedisQueueThread::fetched(const redisReply* reply, bool waited)
{
    m_fetching = false;
    if (!reply)
        return;
    if (reply->type == REDIS_REPLY_ERROR) {
        const std::string_view said = text(*reply);
        // Asked after the server was emptied, or while it was.
        if (said.find("NOGROUP") != said.npos || said.starts_with("UNBLOCKED"))
            makeGroup(); // and fetches again below
        else
            return m_fetcher->drop(redisError(said, m_options.server));
    }
    bool any = false;
    if (isArray(*reply, 1) && isArray(*reply->element[0], 2)) {
        const redisReply& entries = *reply->element[0]->element[1];
        for (std::size_t i = 0; i < entries.elements; ++i) {
            if (isArray(*entries.element[i], 2) && isArray(*entries.element[i]->element[1])) {
                deliver(*entries.element[i]->element[0], *entries.element[i]->element[1], 1);
                any = true;
            }
        }
    }
    if (!any && !waited && m_closed)
        m_handout.end();
    fetch();
}

void RedisQueueThread::deliver(const redisReply& entry, const redisReply& fields, std::int64_t count)
{
    Message message = deliveredMessage(entry, fields, count, m_consumer);
    if (!m_handout.give(message))
        release(message);
}

void RedisQueueThread::release(const Message& message)
{
    const auto delivery = RedisDelivery::parse(message.receipt);
    run(call(RedisScript::nack(), {delivery.entry, delivery.consumer, delivery.count, "0", "0", "0", "", "0"}), [](const Reply&) {});
}

// What comes due.

void RedisQueueThread::lookAfterDelays()
{
    m_delays = true;
    m_cared = {};
    careIn(0ms);
}

/// No more often than is useful, whoever wants it.
void RedisQueueThread::careIn(Milliseconds time)
{
    if (m_state != State::Up || m_caring)
        return;
    const auto least = std::clamp<Milliseconds>(m_options.visibility / 10, 10ms, 1000ms);
    const auto since = m_cared == Instant{} ? least : std::chrono::floor<Milliseconds>(m_clock.now() - m_cared);
    const auto wait = std::max(time, least - since);
    if (wait <= 0ms)
        care();
    else
        armCare(wait);
}

void RedisQueueThread::armCare(Milliseconds wait)
{
    const Instant at = m_clock.now() + wait;
    if (m_careAt <= at)
        return;
    m_careAt = at;
    m_careTimer->startOnce(wait);
}

void RedisQueueThread::care()
{
    m_careAt = Instant::max();
    const std::size_t wanted = m_handout.wanted();
    if (m_state != State::Up || m_caring || (wanted == 0 && !m_delays))
        return;
    m_caring = true;
    m_cared = m_clock.now();
    run(call(RedisScript::care(),
             {m_consumer, std::to_string(m_options.visibility.count()), std::to_string(std::min(wanted, mostAtOnce)),
              std::to_string(m_options.maxAttempts), std::to_string(m_options.maxDeadLetters), m_cursor, timeWasOver}),
        [this](const Reply& reply) {
            m_caring = false;
            if (reply && isArray(**reply, 3))
                cared(**reply);
            else
                armCare(1s);
        });
}

void RedisQueueThread::cared(const redisReply& reply)
{
    const std::int64_t wait = reply.element[0]->integer;
    m_delays = wait >= 0;
    m_cursor = text(*reply.element[1]);
    const redisReply& claimed = *reply.element[2];
    for (std::size_t i = 0; i < claimed.elements; ++i) {
        const redisReply& each = *claimed.element[i];
        if (isArray(each, 3))
            deliver(*each.element[0], *each.element[2], each.element[1]->integer);
    }
    if (m_handout.wanted() > 0) {
        const auto usual = std::clamp<Milliseconds>(m_options.visibility / 10, 10ms, 1000ms);
        armCare(m_delays ? std::min(usual, Milliseconds(std::max<std::int64_t>(wait, 1))) : usual);
    } else if (m_delays) {
        armCare(Milliseconds(std::max<std::int64_t>(wait, 1)));
    }
}

} // namespace turnspit

#include <redis/redisqueue.h>

#include <redis/redisqueuethread.h>
#include <redis/redisreply.h>

#include <algorithm>
#include <atomic>

namespace turnspit {

namespace {

using Reply = RedisQueueThread::Reply;
using redis::isArray;

std::string text(const redisReply& reply)
{
    return std::string(redis::text(reply));
}

/// Something else than the command answers: not a server that we know.
Error notUnderstood()
{
    return {ErrorKind::Protocol, "Redis answered something that is not the answer to this command"};
}

RedisQueueOptions with(RedisQueueOptions options, const QueueOptions& checked)
{
    static_cast<QueueOptions&>(options) = checked;
    return options;
}

/// The answer of a script that says 0 where there is nothing to do it with.
Result<> done(const Reply& reply, Error otherwise)
{
    if (!reply)
        return fail(reply.error());
    if ((*reply)->type != REDIS_REPLY_INTEGER)
        return fail(notUnderstood());
    if ((*reply)->integer == 0)
        return fail(std::move(otherwise));
    return {};
}

} // namespace

/// What callers share with the thread.
struct RedisQueue::Private
{
    explicit Private(const RedisQueueOptions& options) : clock(Clock::current()), window(options.dedupWindow), thread(options, clock) {}

    std::string keyOf(const std::string& message) const { return thread.key("key:") + message; }

    Clock& clock;
    const Milliseconds window;
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> acked{0};
    std::atomic<std::uint64_t> nacked{0};
    RedisQueueThread thread; // last: counts up to its end
};

RedisQueue::RedisQueue(Options<RedisQueueOptions> options)
    : MessageQueue(*options), m_d(std::make_unique<Private>(with(*options, MessageQueue::options())))
{}

RedisQueue::~RedisQueue() = default;

Task<Result<SentMessage>> RedisQueue::send(NewMessage message)
{
    auto& d = *m_d;
    if (d.thread.isClosed())
        co_return fail(queueIsClosed());
    if (const auto size = message.body.size() + message.key.size(); size > largestMessage)
        co_return fail("a message of " + std::to_string(size) + " bytes is too large for Redis, which takes " + std::to_string(largestMessage));
    const std::string sent = std::to_string(d.clock.wallNow().time_since_epoch().count());
    const bool delayed = message.delay > Milliseconds(0);
    if (message.key.empty() && !delayed) {
        co_return co_await d.thread.ask<SentMessage>(RedisCommand{"XADD", d.thread.messages(), "*", "s", sent, "b", message.body},
                                                     [&d](const Reply& reply) -> Result<SentMessage> {
                                                         if (!reply)
                                                             return fail(reply.error());
                                                         ++d.sent;
                                                         return SentMessage{text(**reply), false};
                                                     });
    }
    const std::string ids = d.thread.key("ids");
    const std::string key = d.keyOf(message.key);
    const std::string window = std::to_string(d.window.count());
    const std::string delay = std::to_string(bounded(message.delay).count());
    const auto command = message.key.empty()
                             ? d.thread.call(RedisScript::send(), {message.body, sent, message.key, window, delay}, {ids})
                             : d.thread.call(RedisScript::send(), {message.body, sent, message.key, window, delay}, {ids, key});
    co_return co_await d.thread.ask<SentMessage>(command, [&d, delayed](const Reply& reply) -> Result<SentMessage> {
        if (!reply)
            return fail(reply.error());
        if (!isArray(**reply, 2))
            return fail(notUnderstood());
        const bool duplicate = (*reply)->element[1]->integer == 1;
        if (!duplicate)
            ++d.sent;
        if (delayed && !duplicate)
            d.thread.lookAfterDelays();
        return SentMessage{text(*(*reply)->element[0]), duplicate};
    });
}

Task<std::optional<Message>> RedisQueue::receive(std::stop_token stop)
{
    return m_d->thread.handout().receive(std::move(stop));
}

Task<Result<>> RedisQueue::settle(std::string receipt, Settlement how)
{
    auto& d = *m_d;
    const auto delivery = RedisDelivery::parse(receipt);
    if (const auto* longer = std::get_if<Extend>(&how)) {
        const auto already = std::to_string(std::max(options().visibility - longer->by, Milliseconds(0)).count());
        const bool more = longer->by > options().visibility;
        const Instant until = d.clock.now() + longer->by;
        co_return co_await d.thread.ask<void>(
            d.thread.call(RedisScript::extend(), {delivery.entry, delivery.consumer, delivery.count, already}),
            [&d, delivery, receipt, more, until](const Reply& reply) {
                auto result = done(reply, notHeld());
                d.thread.extensions().forget(receipt);
                if (result && more)
                    d.thread.extensions().add(delivery, until);
                return result;
            });
    }
    const std::string mostDead = std::to_string(options().maxDeadLetters);
    auto* counts = &d.nacked;
    bool delayed = false;
    std::optional<RedisCommand> command;
    if (const auto* nack = std::get_if<Nack>(&how)) {
        delayed = nack->delay > Milliseconds(0);
        command = d.thread.call(RedisScript::nack(), {delivery.entry, delivery.consumer, delivery.count,
                                                      std::to_string(nack->delay.count()), nack->counts ? "1" : "0",
                                                      std::to_string(options().maxAttempts), nack->reason, mostDead});
    } else if (const auto* dead = std::get_if<Bury>(&how)) {
        command = d.thread.call(RedisScript::bury(), {delivery.entry, delivery.consumer, delivery.count, dead->reason, mostDead});
    } else {
        counts = &d.acked;
        command = d.thread.call(RedisScript::ack(), {delivery.entry, delivery.consumer, delivery.count});
    }
    co_return co_await d.thread.ask<void>(*std::move(command), [&d, receipt, counts, delayed](const Reply& reply) {
        auto result = done(reply, notHeld());
        d.thread.extensions().forget(receipt);
        if (result) {
            ++*counts;
            if (delayed)
                d.thread.lookAfterDelays();
        }
        return result;
    });
}

Task<Result<std::vector<DeadLetter>>> RedisQueue::deadLetters(int limit)
{
    auto& d = *m_d;
    co_return co_await d.thread.ask<std::vector<DeadLetter>>(
        RedisCommand{"XREVRANGE", d.thread.key("dead"), "+", "-", "COUNT", std::to_string(std::max(limit, 0))},
        [](const Reply& reply) -> Result<std::vector<DeadLetter>> {
            if (!reply)
                return fail(reply.error());
            std::vector<DeadLetter> out;
            for (std::size_t i = 0; i < (*reply)->elements; ++i) {
                const redisReply& entry = *(*reply)->element[i];
                if (!isArray(entry, 2))
                    return fail(notUnderstood());
                out.push_back(deadLetter(entry));
            }
            return out;
        });
}

Task<Result<>> RedisQueue::takeDead(std::string id, bool back)
{
    co_return co_await m_d->thread.ask<void>(m_d->thread.call(RedisScript::takeDead(), {id, back ? "1" : "0"}),
                                             [id](const Reply& reply) { return done(reply, noSuchDeadLetter(id)); });
}

Task<Result<>> RedisQueue::revive(std::string id)
{
    return takeDead(std::move(id), true);
}

Task<Result<>> RedisQueue::discard(std::string id)
{
    return takeDead(std::move(id), false);
}

Task<Result<QueueStatus>> RedisQueue::status()
{
    auto& d = *m_d;
    co_return co_await d.thread.ask<QueueStatus>(d.thread.call(RedisScript::status(), {}), [&d](const Reply& reply) -> Result<QueueStatus> {
        if (!reply)
            return fail(reply.error());
        if (!isArray(**reply, 4))
            return fail(notUnderstood());
        const auto count = [&reply](std::size_t place) { return std::uint64_t(std::max(0LL, (*reply)->element[place]->integer)); };
        return QueueStatus{.depth = count(0),
                           .delayed = count(2),
                           .inFlight = count(1),
                           .dead = count(3),
                           .sent = d.sent,
                           .acked = d.acked,
                           .nacked = d.nacked};
    });
}

void RedisQueue::close()
{
    m_d->thread.close();
}

} // namespace turnspit

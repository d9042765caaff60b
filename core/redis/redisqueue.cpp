#include <redis/redisqueue.h>

#include <redis/redisqueuethread.h>
#include <turnspit/async/promise.h>

#include <hiredis/hiredis.h>

#include <atomic>
#include <charconv>

namespace turnspit {

namespace {

using Reply = Result<const redisReply*>;

std::string text(const redisReply& reply)
{
    return {reply.str ? reply.str : "", reply.len};
}

std::int64_t number(const std::string& digits)
{
    std::int64_t out = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return out;
}

/// Something else than the command answers: not a server that we know.
Error notUnderstood()
{
    return {ErrorKind::Protocol, "Redis answered something that is not the answer to this command"};
}

DeadLetter deadLetter(const redisReply& entry)
{
    DeadLetter out;
    const std::string place = text(*entry.element[0]);
    out.died = WallTime(std::chrono::milliseconds(number(place)));
    const redisReply& fields = *entry.element[1];
    for (std::size_t i = 0; i + 1 < fields.elements; i += 2) {
        const std::string name = text(*fields.element[i]);
        std::string value = text(*fields.element[i + 1]);
        if (name == "i")
            out.id = std::move(value);
        else if (name == "a")
            out.attempts = int(number(value));
        else if (name == "s")
            out.sent = WallTime(std::chrono::microseconds(number(value)));
        else if (name == "k")
            out.key = std::move(value);
        else if (name == "b")
            out.body = std::move(value);
        else if (name == "r")
            out.reason = std::move(value);
    }
    return out;
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

RedisQueue::RedisQueue(Options<RedisQueueOptions> options) : MessageQueue(*options), m_d(std::make_unique<Private>(*options)) {}

RedisQueue::~RedisQueue() = default;

Task<Result<SentMessage>> RedisQueue::send(NewMessage message)
{
    auto& d = *m_d;
    if (d.thread.isClosed())
        co_return fail(queueIsClosed());
    Promise<Result<SentMessage>> promise;
    auto answer = promise.future();
    const std::string sent = std::to_string(d.clock.wallNow().time_since_epoch().count());
    const bool delayed = message.delay > Milliseconds(0);
    if (message.key.empty() && !delayed) {
        d.thread.run({"XADD", d.thread.key("messages"), "*", "s", sent, "b", std::move(message.body)},
                     [&d, promise = std::move(promise)](const Reply& reply) mutable {
                         if (!reply)
                             return promise.set(fail(reply.error()));
                         ++d.sent;
                         promise.set(SentMessage{text(**reply), false});
                     });
    } else {
        std::vector<std::string> keys{d.thread.key("ids")};
        if (!message.key.empty())
            keys.push_back(d.keyOf(message.key));
        d.thread.run(
            RedisScript::send(),
            {std::move(message.body), sent, message.key, std::to_string(d.window.count()), std::to_string(message.delay.count())},
            [&d, delayed, promise = std::move(promise)](const Reply& reply) mutable {
                if (!reply)
                    return promise.set(fail(reply.error()));
                if ((*reply)->type != REDIS_REPLY_ARRAY || (*reply)->elements != 2)
                    return promise.set(fail(notUnderstood()));
                const bool duplicate = (*reply)->element[1]->integer == 1;
                if (!duplicate)
                    ++d.sent;
                if (delayed && !duplicate)
                    d.thread.lookAfterDelays();
                promise.set(SentMessage{text(*(*reply)->element[0]), duplicate});
            },
            std::move(keys));
    }
    co_return co_await std::move(answer);
}

Task<std::optional<Message>> RedisQueue::receive(std::stop_token stop)
{
    return m_d->thread.handout().receive(std::move(stop));
}

Task<Result<>> RedisQueue::settle(std::string receipt, Settlement how)
{
    auto& d = *m_d;
    const auto delivery = RedisDelivery::parse(receipt);
    const std::string mostDead = std::to_string(options().maxDeadLetters);
    std::vector<std::string> arguments{delivery.entry, delivery.consumer, delivery.count};
    Promise<Result<>> promise;
    auto answer = promise.future();
    if (const auto* longer = std::get_if<Extend>(&how)) {
        const auto already = std::max(options().visibility - longer->by, Milliseconds(0));
        const bool more = longer->by > options().visibility;
        arguments.push_back(std::to_string(already.count()));
        d.thread.run(RedisScript::extend(), std::move(arguments),
                     [&d, delivery, receipt, more, until = d.clock.now() + longer->by, promise = std::move(promise)](const Reply& reply) mutable {
                         auto result = done(reply, notHeld());
                         d.thread.forget(receipt);
                         if (result && more)
                             d.thread.extend(delivery, until);
                         promise.set(std::move(result));
                     });
        co_return co_await std::move(answer);
    }
    const RedisScript* script = &RedisScript::ack();
    auto* counts = &d.acked;
    bool delayed = false;
    if (const auto* nack = std::get_if<Nack>(&how)) {
        script = &RedisScript::nack();
        counts = &d.nacked;
        delayed = nack->delay > Milliseconds(0);
        arguments.insert(arguments.end(), {std::to_string(std::max(nack->delay, Milliseconds(0)).count()), nack->counts ? "1" : "0",
                                           std::to_string(options().maxAttempts), nack->reason, mostDead});
    } else if (const auto* dead = std::get_if<Bury>(&how)) {
        script = &RedisScript::bury();
        counts = &d.nacked;
        arguments.insert(arguments.end(), {dead->reason, mostDead});
    }
    d.thread.run(*script, std::move(arguments), [&d, receipt, counts, delayed, promise = std::move(promise)](const Reply& reply) mutable {
        auto result = done(reply, notHeld());
        d.thread.forget(receipt);
        if (result) {
            ++*counts;
            if (delayed)
                d.thread.lookAfterDelays();
        }
        promise.set(std::move(result));
    });
    co_return co_await std::move(answer);
}

Task<Result<std::vector<DeadLetter>>> RedisQueue::deadLetters(int limit)
{
    auto& d = *m_d;
    Promise<Result<std::vector<DeadLetter>>> promise;
    auto answer = promise.future();
    d.thread.run({"XREVRANGE", d.thread.key("dead"), "+", "-", "COUNT", std::to_string(std::max(limit, 0))},
                 [promise = std::move(promise)](const Reply& reply) mutable {
                     if (!reply)
                         return promise.set(fail(reply.error()));
                     std::vector<DeadLetter> out;
                     for (std::size_t i = 0; i < (*reply)->elements; ++i) {
                         const redisReply& entry = *(*reply)->element[i];
                         if (entry.type != REDIS_REPLY_ARRAY || entry.elements != 2)
                             return promise.set(fail(notUnderstood()));
                         out.push_back(deadLetter(entry));
                     }
                     promise.set(std::move(out));
                 });
    co_return co_await std::move(answer);
}

Task<Result<>> RedisQueue::takeDead(std::string id, bool back)
{
    Promise<Result<>> promise;
    auto answer = promise.future();
    m_d->thread.run(RedisScript::takeDead(), {id, back ? "1" : "0"},
                    [id, promise = std::move(promise)](const Reply& reply) mutable { promise.set(done(reply, noSuchDeadLetter(id))); });
    co_return co_await std::move(answer);
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
    Promise<Result<QueueStatus>> promise;
    auto answer = promise.future();
    d.thread.run(RedisScript::status(), {}, [&d, promise = std::move(promise)](const Reply& reply) mutable {
        if (!reply)
            return promise.set(fail(reply.error()));
        if ((*reply)->type != REDIS_REPLY_ARRAY || (*reply)->elements != 4)
            return promise.set(fail(notUnderstood()));
        const auto count = [&reply](std::size_t place) { return std::uint64_t(std::max(0LL, (*reply)->element[place]->integer)); };
        promise.set(QueueStatus{.depth = count(0),
                                .delayed = count(2),
                                .inFlight = count(1),
                                .dead = count(3),
                                .sent = d.sent,
                                .acked = d.acked,
                                .nacked = d.nacked});
    });
    co_return co_await std::move(answer);
}

void RedisQueue::close()
{
    m_d->thread.close();
}

} // namespace turnspit

#include <sqlite/sqlitequeue.h>

#include <sqlite/sqlitequeuethread.h>

namespace turnspit {

namespace {

std::unique_ptr<SqliteQueueStore> openStore(const SqliteQueueOptions& options)
{
    auto store = SqliteQueueStore::open(options);
    if (!store)
        throw QueueError(store.error());
    return *std::move(store);
}

SqliteQueueOptions with(SqliteQueueOptions options, const QueueOptions& checked)
{
    static_cast<QueueOptions&>(options) = checked;
    return options;
}

} // namespace

/// What callers share with the thread.
struct SqliteQueue::Private
{
    explicit Private(const SqliteQueueOptions& options) : thread(openStore(options), options.file, Clock::current()) {}

    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> acked{0};
    std::atomic<std::uint64_t> nacked{0};
    SqliteQueueThread thread; // last: counts up to its end
};

SqliteQueue::SqliteQueue(Options<SqliteQueueOptions> options)
    : MessageQueue(*options), m_d(std::make_unique<Private>(with(*options, MessageQueue::options())))
{}

SqliteQueue::~SqliteQueue() = default;

Task<Result<SentMessage>> SqliteQueue::send(NewMessage message)
{
    if (m_d->thread.isClosed())
        co_return fail(queueIsClosed());
    if (const auto size = message.body.size() + message.key.size(); size > largestMessage)
        co_return fail("a message of " + std::to_string(size) + " bytes is too large for a queue in a file, which takes " +
                       std::to_string(largestMessage));
    message.delay = bounded(message.delay);
    auto sent = co_await m_d->thread.ask<SentMessage>(
        [message = std::move(message)](SqliteQueueStore& store, WallTime now) { return store.send(message, now); });
    if (sent && !sent->duplicate)
        ++m_d->sent;
    co_return sent;
}

Task<std::optional<Message>> SqliteQueue::receive(std::stop_token stop)
{
    return m_d->thread.handout().receive(std::move(stop));
}

Task<Result<>> SqliteQueue::settle(std::string receipt, Settlement how)
{
    auto* const counts = std::holds_alternative<Done>(how) ? &m_d->acked : std::holds_alternative<Extend>(how) ? nullptr : &m_d->nacked;
    co_return co_await m_d->thread.ask<void>(
        [receipt = std::move(receipt), how = std::move(how)](SqliteQueueStore& store, WallTime now) -> Result<> {
            if (const auto* nack = std::get_if<Nack>(&how))
                return store.nack(receipt, *nack, now);
            if (const auto* dead = std::get_if<Bury>(&how))
                return store.bury(receipt, dead->reason, now);
            if (const auto* longer = std::get_if<Extend>(&how))
                return store.extend(receipt, longer->by, now);
            return store.ack(receipt);
        },
        counts);
}

Task<Result<std::vector<DeadLetter>>> SqliteQueue::deadLetters(int limit)
{
    co_return co_await m_d->thread.ask<std::vector<DeadLetter>>([limit](SqliteQueueStore& store, WallTime) { return store.deadLetters(limit); });
}

Task<Result<>> SqliteQueue::revive(std::string id)
{
    co_return co_await m_d->thread.ask<void>([id = std::move(id)](SqliteQueueStore& store, WallTime) { return store.revive(id); });
}

Task<Result<>> SqliteQueue::discard(std::string id)
{
    co_return co_await m_d->thread.ask<void>([id = std::move(id)](SqliteQueueStore& store, WallTime) { return store.discard(id); });
}

Task<Result<QueueStatus>> SqliteQueue::status()
{
    auto status = co_await m_d->thread.ask<QueueStatus>([](SqliteQueueStore& store, WallTime) { return store.status(); });
    if (status) {
        status->sent = m_d->sent;
        status->acked = m_d->acked;
        status->nacked = m_d->nacked;
    }
    co_return status;
}

void SqliteQueue::close()
{
    m_d->thread.close();
}

std::uint64_t SqliteQueue::commits() const noexcept
{
    return m_d->thread.commits();
}

} // namespace turnspit

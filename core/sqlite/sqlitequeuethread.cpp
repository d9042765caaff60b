#include <sqlite/sqlitequeuethread.h>

#include <algorithm>

namespace turnspit {

namespace {

/// After an error that may pass.
constexpr std::chrono::milliseconds retryAfter{200};

/// How often receivers look whether other processes have sent something, where they did not hear of it.
constexpr std::chrono::seconds lookEvery{1};

} // namespace

SqliteQueueThread::SqliteQueueThread(std::unique_ptr<SqliteQueueStore> store, const std::string& file, Clock& clock)
    : m_clock(clock), m_file(file), m_store(std::move(store)),
      m_handout([this] { wake(); }, [this](Message message) { release(std::move(message)); }),
      m_thread(QStringLiteral("queue"), &clock)
{
    m_thread.mailbox()->post([this] { begin(); });
}

SqliteQueueThread::~SqliteQueueThread()
{
    m_thread.mailbox()->post([this] {
        turn();
        turn(); // for what the first one gave up
        m_bell.reset();
        m_timer.reset();
    });
    m_thread.stopAndJoin();
}

void SqliteQueueThread::begin()
{
    m_timer = m_clock.createTimer([this] { turn(); });
    m_bell = std::make_unique<FileBell>(m_file, [this] { heard(); });
}

void SqliteQueueThread::submit(std::shared_ptr<Request> request)
{
    {
        const std::lock_guard lock(m_mutex);
        m_requests.push_back(std::move(request));
    }
    wake();
}

void SqliteQueueThread::wake()
{
    {
        const std::lock_guard lock(m_mutex);
        if (std::exchange(m_scheduled, true))
            return;
    }
    m_thread.mailbox()->post([this] { turn(); });
}

void SqliteQueueThread::release(Message message)
{
    const auto work = [receipt = std::move(message.receipt)](SqliteQueueStore& store, WallTime now) {
        return store.nack(receipt, {.counts = false}, now);
    };
    submit(std::make_shared<Asked<void, decltype(work)>>(work, nullptr));
}

void SqliteQueueThread::close()
{
    m_closed = true;
    wake();
}

void SqliteQueueThread::turn()
{
    if (!m_timer) // after its end
        return;
    Requests requests;
    {
        const std::lock_guard lock(m_mutex);
        m_scheduled = false;
        requests.swap(m_requests);
    }
    const std::size_t wanted = m_handout.wanted();
    const bool sentBefore = std::exchange(m_sent, false); // then it is there, but for other processes
    const bool hasWork = !requests.empty() || (wanted > 0 && (sentBefore || m_store->hasDue(m_clock.wallNow())));
    if (hasWork) {
        auto claimed = perform(requests, wanted);
        for (auto& request : requests)
            m_answers.add(std::move(request));
        m_answers.give();
        for (Message& message : claimed) {
            if (!m_handout.give(message))
                release(std::move(message));
        }
        // Others hear of it, and who waits here has not waited for that.
        if (std::exchange(m_hasNews, false))
            m_bell->ring();
    }
    lookForMore(hasWork && m_store->failed());
}

/// What could be claimed; the requests have their answers.
std::vector<Message> SqliteQueueThread::perform(const Requests& requests, std::size_t wanted)
{
    auto claimed = transact(requests, wanted);
    const auto& failed = m_store->failed();
    const bool alone = requests.size() + wanted <= 1;
    // A file that is locked or lost is so for each of them.
    if (failed && !alone && failed->kind != ErrorKind::TimedOut && !m_store->isDamaged()) {
        for (const auto& request : requests) {
            (void)transact({&request, 1}, 0);
            request->answer(m_store->failed());
        }
    } else {
        for (const auto& request : requests)
            request->answer(failed);
    }
    return claimed;
}

/// What could be claimed. After an error nothing, and the store says what it was.
std::vector<Message> SqliteQueueThread::transact(std::span<const std::shared_ptr<Request>> requests, std::size_t wanted)
{
    std::vector<Message> claimed;
    const WallTime now = m_clock.wallNow();
    if (!m_store->begin())
        return claimed;
    m_store->promote(now);
    for (const auto& request : requests) {
        if (!m_store->failed())
            request->perform(*m_store, now);
    }
    while (claimed.size() < wanted && !m_store->failed()) {
        auto message = m_store->claim(now);
        if (!message)
            break;
        claimed.push_back(*std::move(message));
    }
    if (m_store->failed()) {
        m_store->rollback();
        claimed.clear();
    } else if (m_store->commit()) {
        ++m_commits;
        m_sent = m_sent || m_store->hasReadied();
        m_hasNews = m_hasNews || m_store->hasNews();
    } else {
        claimed.clear();
    }
    return claimed;
}

/// `failed`: just now, and the store says how.
void SqliteQueueThread::lookForMore(bool failed)
{
    if (m_store->failed() && m_store->isDamaged()) {
        m_handout.fail(std::make_exception_ptr(QueueError(*m_store->failed())));
        return;
    }
    if (m_handout.wanted() == 0) {
        m_timer->stop();
        return;
    }
    if (failed) {
        m_timer->startOnce(retryAfter);
        return;
    }
    const WallTime now = m_clock.wallNow();
    if (m_store->hasDue(now)) {
        wake();
    } else if (m_closed) {
        m_handout.end();
    } else {
        const auto due = m_store->nextDue();
        m_timer->startOnce(due ? std::min<std::chrono::nanoseconds>(*due - now, lookEvery) : lookEvery);
    }
}

void SqliteQueueThread::heard()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_scheduled) // a turn comes anyway; often this was our own ring
            return;
    }
    if (m_handout.wanted() > 0 && m_store->othersCommitted())
        turn();
}

} // namespace turnspit

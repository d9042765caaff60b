#include <redis/redisqueuethread.h>

#include <redis/redisreply.h>

#include <algorithm>
#include <random>
#include <sstream>

#include <unistd.h>

namespace turnspit {

using namespace std::chrono_literals;
using redis::text;

namespace {

/// So often a turn looks for what was asked for.
constexpr int mostLooks = 8;

/// At the end, for what was asked for.
constexpr std::chrono::seconds lastPatience{1};

std::string newConsumer()
{
    char host[256] = "host";
    (void)::gethostname(host, sizeof host - 1);
    std::random_device random;
    std::ostringstream out;
    out << host << '-' << ::getpid() << '-' << std::hex << random();
    return out.str();
}

RedisQueueOptions checked(RedisQueueOptions options)
{
    if (options.name.empty() || options.name.find_first_of("{}") != std::string::npos)
        throw std::out_of_range("name: must be there, and without braces");
    if (options.patience < 1ms || options.reconnectDelay < 1ms || options.maxReconnectDelay < options.reconnectDelay)
        throw std::out_of_range("patience, reconnectDelay: must be at least 1 ms, maxReconnectDelay no less than that");
    for (auto* const time : {&options.patience, &options.reconnectDelay, &options.maxReconnectDelay})
        *time = std::min(*time, longestQueueTime);
    return options;
}

} // namespace

RedisQueueThread::RedisQueueThread(const RedisQueueOptions& options, Clock& clock)
    : m_options(checked(options)), m_clock(clock), m_consumer(newConsumer()),
      m_keys{key("messages"), key("delayed"), key("parked"), key("dead")},
      m_handout([this] { wake(); }, [this](const Message& message) { release(message); }),
      m_why{ErrorKind::Unreachable, "no connection to Redis at " + options.server.text()}, m_thread(QStringLiteral("queue"), &clock)
{
    m_thread.mailbox()->post([this] { begin(); });
}

RedisQueueThread::~RedisQueueThread()
{
    std::promise<void> done;
    auto finished = done.get_future();
    m_thread.mailbox()->post([this, done = std::move(done)]() mutable {
        m_finished = std::move(done);
        leave();
    });
    (void)finished.wait_for(lastPatience);
    m_thread.mailbox()->post([this] {
        m_commands.reset();
        m_fetcher.reset();
        m_extensions.reset();
        for (auto* timer : {&m_reconnect, &m_careTimer, &m_deadlines})
            timer->reset();
        giveUpAll();
    });
    m_thread.stopAndJoin();
}

void RedisQueueThread::begin()
{
    m_reconnect = m_clock.createTimer([this] { connect(); });
    m_careTimer = m_clock.createTimer([this] { care(); });
    m_extensions = std::make_unique<RedisExtensions>(m_clock, m_options.visibility, [this](const RedisDelivery& delivery, Milliseconds already) {
        run(call(RedisScript::extend(), {delivery.entry, delivery.consumer, delivery.count, std::to_string(already.count())}), [](const Reply&) {});
    });
    m_deadlines = m_clock.createTimer([this] { checkDeadlines(); });
    connect();
}

// What is asked for.

RedisCommand RedisQueueThread::call(const RedisScript& script, std::initializer_list<std::string_view> arguments,
                                    std::initializer_list<std::string_view> moreKeys) const
{
    const std::string keys = std::to_string(m_keys.size() + moreKeys.size());
    std::vector<std::string_view> words;
    words.reserve(1 + m_keys.size() + moreKeys.size() + arguments.size());
    words.emplace_back(keys);
    words.insert(words.end(), m_keys.begin(), m_keys.end());
    words.insert(words.end(), moreKeys);
    words.insert(words.end(), arguments);
    return {script, words};
}

void RedisQueueThread::submit(RequestPtr request)
{
    request->deadline = m_clock.now() + m_options.patience;
    {
        const std::lock_guard lock(m_mutex);
        m_asked.push_back(std::move(request));
        if (std::exchange(m_scheduled, true))
            return;
    }
    m_thread.mailbox()->post([this] { turn(); });
}

void RedisQueueThread::close()
{
    m_closed = true;
    wake();
}

void RedisQueueThread::wake()
{
    {
        const std::lock_guard lock(m_mutex);
        if (std::exchange(m_scheduled, true))
            return;
    }
    m_thread.mailbox()->post([this] { turn(); });
}

void RedisQueueThread::turn()
{
    if (!m_deadlines) // after its end
        return;
    if (m_state == State::Up)
        m_commands->gather();
    // What is asked for while this goes on goes out with it, and needs to wake nobody.
    bool more = true;
    for (int looked = 1; more; ++looked) {
        std::vector<RequestPtr> asked;
        {
            const std::lock_guard lock(m_mutex);
            asked.swap(m_asked);
            more = !asked.empty() && looked < mostLooks;
            m_scheduled = more;
        }
        for (auto& request : asked) {
            if (m_state == State::Up)
                issue(std::move(request));
            else
                m_held.push_back(std::move(request));
        }
    }
    if (m_state == State::Up)
        m_commands->flush();
    m_answers.give(); // of those that the connection did not take
    watch();
    if (m_state == State::Down && m_why.kind == ErrorKind::InvalidDefinition)
        m_handout.fail(std::make_exception_ptr(QueueError(m_why)));
    fetch();
    if (m_handout.wanted() > 0)
        careIn(0ms);
}

void RedisQueueThread::issue(RequestPtr request)
{
    Request& issued = *m_unanswered.emplace_back(std::move(request));
    m_commands->send(issued.command.text(), issued);
}

void RedisQueueThread::answered(Request& answered, const redisReply* reply)
{
    // The first, but for those that are sent again.
    const auto place = std::ranges::find(m_unanswered, &answered, [](const RequestPtr& each) { return each.get(); });
    const RequestPtr request = std::move(*place);
    m_unanswered.erase(place);
    if (!reply) {
        finish(request, fail(lost()));
    } else if (reply->type != REDIS_REPLY_ERROR) {
        finish(request, reply);
    } else {
        const std::string_view said = text(*reply);
        // A server that has restarted, or was emptied, has forgotten the scripts, and perhaps the queue.
        const bool unknownScript = said.starts_with("NOSCRIPT");
        bool& again = unknownScript ? request->taught : request->regrouped;
        if (!again && (unknownScript || said.find("NOGROUP") != said.npos)) {
            again = true;
            if (request->command.isScript())
                request->command.spellOut();
            if (!unknownScript)
                makeGroup();
            return issue(request);
        }
        if (said.find("READONLY ") != said.npos) {
            // Not the server that may be written to any more: what was asked waits for the one that is found there next.
            m_held.push_back(request);
            m_commands->drop(redisError(said, m_options.server));
        } else {
            finish(request, fail(redisError(said, m_options.server)));
        }
    }
    finished();
}

void RedisQueueThread::finish(RequestPtr request, const Reply& reply)
{
    request->done(reply);
    m_answers.add(std::move(request));
}

/// At the end: for what never will have an answer, so that nobody waits for it.
void RedisQueueThread::giveUpAll()
{
    {
        const std::lock_guard lock(m_mutex);
        m_held.insert(m_held.end(), m_asked.begin(), m_asked.end());
        m_asked.clear();
    }
    for (auto* const left : {&m_unanswered, &m_held}) {
        for (auto& request : std::exchange(*left, {}))
            m_answers.add(std::move(request));
    }
    m_answers.give();
}

Error RedisQueueThread::lost() const
{
    return {ErrorKind::Unreachable, "the connection to Redis at " + m_options.server.text() + " was lost before its answer: it may have been done"};
}

// The connections.

void RedisQueueThread::connect()
{
    m_state = State::Connecting;
    m_ups = 0;
    m_patientUntil = m_clock.now() + m_options.patience;
    const RedisConnection::Handlers handlers{[this] { oneIsUp(); }, [this] { m_answers.give(); }, [this](const Error& why) { down(why); }};
    m_commands = std::make_unique<RedisConnection>(m_options.server, handlers);
    m_fetcher = std::make_unique<RedisConnection>(m_options.server, handlers);
    m_commands->open();
    m_fetcher->open();
    watch();
}

void RedisQueueThread::oneIsUp()
{
    if (++m_ups == 2)
        makeGroup();
}

void RedisQueueThread::makeGroup()
{
    const std::string_view words[]{"XGROUP", "CREATE", messages(), RedisScript::group, "0", "MKSTREAM"};
    m_commands->send(words, [this](const redisReply* reply) {
        if (!reply)
            return;
        if (reply->type == REDIS_REPLY_ERROR && !text(*reply).starts_with("BUSYGROUP"))
            m_commands->drop(redisError(text(*reply), m_options.server));
        else if (m_state == State::Connecting)
            isUp();
    });
}

void RedisQueueThread::isUp()
{
    m_state = State::Up;
    m_failures = 0;
    for (const auto& request : std::exchange(m_held, {}))
        issue(request);
    m_cared = {};
    m_delays = true; // perhaps
    careIn(0ms);
    fetch();
}

void RedisQueueThread::down(Error why)
{
    m_state = State::Down;
    m_why = std::move(why);
    m_fetching = m_unblocking = m_caring = false;
    m_commands.reset();
    m_fetcher.reset();
    m_careTimer->stop();
    m_careAt = Instant::max();
    for (const auto& request : std::exchange(m_unanswered, {}))
        finish(request, fail(lost()));
    if (m_why.kind == ErrorKind::InvalidDefinition) {
        m_handout.fail(std::make_exception_ptr(QueueError(m_why)));
        for (const auto& request : std::exchange(m_held, {}))
            finish(request, fail(m_why));
    }
    m_answers.give();
    const auto doubled = m_options.reconnectDelay * (std::int64_t(1) << std::min(m_failures++, 20));
    m_reconnect->startOnce(std::min<Milliseconds>(doubled, m_options.maxReconnectDelay));
    finished();
}

void RedisQueueThread::watch()
{
    const bool needed = m_state == State::Connecting || m_fetching || !m_held.empty() || !m_unanswered.empty();
    if (std::exchange(m_watching, needed) == needed)
        return;
    if (needed)
        m_deadlines->startPeriodic(std::clamp<Milliseconds>(m_options.patience / 10, 5ms, 500ms));
    else
        m_deadlines->stop();
}

void RedisQueueThread::checkDeadlines()
{
    const Instant now = m_clock.now();
    while (!m_held.empty() && m_held.front()->deadline <= now) {
        const auto request = m_held.front();
        m_held.pop_front();
        finish(request, fail(m_why));
    }
    m_answers.give();
    const bool silent = !m_unanswered.empty() && m_unanswered.front()->deadline <= now;
    const bool late = (m_state == State::Connecting || m_fetching) && m_patientUntil <= now;
    if (silent || late)
        down({ErrorKind::TimedOut, "Redis at " + m_options.server.text() + " does not answer"});
    watch();
    finished();
}

// The end.

void RedisQueueThread::leave()
{
    turn();
    m_extensions->clear();
    if (m_state == State::Up)
        run(call(RedisScript::leave(), {m_consumer}), [](const Reply&) {});
    turn();
    finished();
}

void RedisQueueThread::finished()
{
    if (!m_finished || (m_state == State::Up && !m_unanswered.empty()))
        return;
    m_finished->set_value();
    m_finished.reset();
}

} // namespace turnspit

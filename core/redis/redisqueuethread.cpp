#include <redis/redisqueuethread.h>

#include <hiredis/hiredis.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <sstream>

#include <unistd.h>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

/// A fetch that found nothing asks again after that, so that a server that has gone is missed.
constexpr std::chrono::milliseconds blockFor{2000};

/// Claimed or fetched at once.
constexpr std::size_t mostAtOnce = 100;

/// At the end, for what was asked for.
constexpr std::chrono::seconds lastPatience{1};

std::string_view text(const redisReply& reply)
{
    return {reply.str ? reply.str : "", reply.len};
}

bool isArray(const redisReply& reply, std::size_t least = 0)
{
    return reply.type == REDIS_REPLY_ARRAY && reply.elements >= least;
}

std::int64_t number(std::string_view digits)
{
    std::int64_t out = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return out;
}

std::string newConsumer()
{
    char host[256] = "host";
    (void)::gethostname(host, sizeof host - 1);
    std::random_device random;
    std::ostringstream out;
    out << host << '-' << ::getpid() << '-' << std::hex << random();
    return out.str();
}

const RedisQueueOptions& checked(const RedisQueueOptions& options)
{
    if (options.name.empty() || options.name.find_first_of("{}") != std::string::npos)
        throw std::out_of_range("name: must be there, and without braces");
    if (options.patience < 1ms || options.reconnectDelay < 1ms || options.maxReconnectDelay < options.reconnectDelay)
        throw std::out_of_range("patience, reconnectDelay: must be at least 1 ms, maxReconnectDelay no less than that");
    return options;
}

} // namespace

RedisDelivery RedisDelivery::parse(const std::string& receipt)
{
    RedisDelivery out;
    std::istringstream in(receipt);
    if (in >> out.entry >> out.count)
        std::getline(in >> std::ws, out.consumer);
    // What Redis cannot read would be an error of its own.
    const bool isEntry = !out.entry.empty() && out.entry.find_first_not_of("0123456789-") == std::string::npos;
    return isEntry && !out.consumer.empty() ? out : RedisDelivery{"0-0", "nobody", "0"};
}

RedisQueueThread::RedisQueueThread(const RedisQueueOptions& options, Clock& clock)
    : m_options(checked(options)), m_clock(clock), m_consumer(newConsumer()),
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
        finish();
    });
    (void)finished.wait_for(lastPatience);
    m_thread.mailbox()->post([this] {
        m_commands.reset();
        m_fetcher.reset();
        for (auto* timer : {&m_reconnect, &m_careTimer, &m_renewals, &m_deadlines})
            timer->reset();
    });
    m_thread.stopAndJoin();
}

void RedisQueueThread::begin()
{
    m_reconnect = m_clock.createTimer([this] { connect(); });
    m_careTimer = m_clock.createTimer([this] { care(); });
    m_renewals = m_clock.createTimer([this] { renewExtensions(); });
    m_deadlines = m_clock.createTimer([this] { checkDeadlines(); });
    connect();
}

// What is asked for.

void RedisQueueThread::run(const RedisScript& script, std::vector<std::string> arguments, Done done, std::vector<std::string> moreKeys)
{
    std::vector<std::string> words{std::to_string(4 + moreKeys.size()), key("messages"), key("delayed"), key("parked"), key("dead")};
    std::ranges::move(moreKeys, std::back_inserter(words));
    std::ranges::move(arguments, std::back_inserter(words));
    ask(std::make_shared<Request>(Request{&script, std::move(words), std::move(done)}));
}

void RedisQueueThread::run(std::vector<std::string> words, Done done)
{
    ask(std::make_shared<Request>(Request{nullptr, std::move(words), std::move(done)}));
}

void RedisQueueThread::ask(RequestPtr request)
{
    request->deadline = m_clock.now() + m_options.patience;
    {
        const std::lock_guard lock(m_mutex);
        m_asked.push_back(std::move(request));
    }
    wake();
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
    std::vector<RequestPtr> asked;
    {
        const std::lock_guard lock(m_mutex);
        m_scheduled = false;
        asked.swap(m_asked);
    }
    for (auto& request : asked) {
        if (m_state == State::Up)
            issue(request);
        else
            m_held.push_back(std::move(request));
    }
    watch();
    if (m_state == State::Down && m_why.kind == ErrorKind::InvalidDefinition)
        m_handout.fail(std::make_exception_ptr(QueueError(m_why)));
    fetch();
    if (m_handout.wanted() > 0)
        careIn(0ms);
}

void RedisQueueThread::issue(const RequestPtr& request)
{
    std::vector<std::string_view> words;
    words.reserve(request->words.size() + 2);
    if (request->script) {
        words.emplace_back(request->again ? "EVAL" : "EVALSHA");
        words.emplace_back(request->again ? request->script->text() : request->script->sha());
    }
    words.insert(words.end(), request->words.begin(), request->words.end());
    m_unanswered.push_back(request);
    m_commands->send(words, [this, request](const redisReply* reply) { answered(request, reply); });
}

void RedisQueueThread::answered(const RequestPtr& request, const redisReply* reply)
{
    std::erase(m_unanswered, request); // the first, but for those that are sent again
    if (!reply) {
        request->done(fail(lost()));
    } else if (reply->type != REDIS_REPLY_ERROR) {
        request->done(reply);
    } else {
        const std::string_view said = text(*reply);
        // A server that has restarted, or was emptied, has forgotten the scripts, and perhaps the queue.
        if (!request->again && (said.starts_with("NOSCRIPT") || said.find("NOGROUP") != said.npos)) {
            request->again = true;
            if (!said.starts_with("NOSCRIPT"))
                makeGroup();
            issue(request);
            return;
        }
        request->done(fail(redisError(said, m_options.server)));
    }
    finished();
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
    const RedisConnection::Handlers handlers{[this] { oneIsUp(); }, [this](const Error& why) { down(why); }};
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
    const std::string messages = key("messages");
    const std::string_view words[]{"XGROUP", "CREATE", messages, RedisScript::group, "0", "MKSTREAM"};
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
        request->done(fail(lost()));
    if (m_why.kind == ErrorKind::InvalidDefinition) {
        m_handout.fail(std::make_exception_ptr(QueueError(m_why)));
        for (const auto& request : std::exchange(m_held, {}))
            request->done(fail(m_why));
    }
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
        request->done(fail(m_why));
    }
    const bool silent = !m_unanswered.empty() && m_unanswered.front()->deadline <= now;
    const bool late = (m_state == State::Connecting || m_fetching) && m_patientUntil <= now;
    if (silent || late)
        down({ErrorKind::TimedOut, "Redis at " + m_options.server.text() + " does not answer"});
    watch();
    finished();
}

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
    const std::string messages = key("messages");
    const std::string count = std::to_string(std::min(wanted, mostAtOnce));
    const std::string block = std::to_string(blockFor.count());
    std::vector<std::string_view> words{"XREADGROUP", "GROUP", RedisScript::group, m_consumer, "COUNT", count};
    const bool waits = !m_closed;
    if (waits)
        words.insert(words.end(), {"BLOCK", block});
    words.insert(words.end(), {"STREAMS", messages, ">"});
    m_fetcher->send(words, [this, waits](const redisReply* reply) { fetched(reply, waits); });
    watch();
}

void RedisQueueThread::fetched(const redisReply* reply, bool waited)
{
    m_fetching = false;
    if (!reply)
        return;
    if (reply->type == REDIS_REPLY_ERROR) {
        const std::string_view said = text(*reply);
        if (said.find("NOGROUP") != said.npos)
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
    Message message;
    message.id = text(entry);
    message.attempts = int(count);
    for (std::size_t i = 0; i + 1 < fields.elements; i += 2) {
        const std::string_view name = text(*fields.element[i]);
        const std::string_view value = text(*fields.element[i + 1]);
        if (name == "i")
            message.id = value;
        else if (name == "a")
            message.attempts += int(number(value));
        else if (name == "s")
            message.sent = WallTime(std::chrono::microseconds(number(value)));
        else if (name == "k")
            message.key = value;
        else if (name == "b")
            message.body = value;
    }
    message.receipt = RedisDelivery{std::string(text(entry)), m_consumer, std::to_string(count)}.receipt();
    if (!m_handout.give(message))
        release(message);
}

void RedisQueueThread::release(const Message& message)
{
    const auto delivery = RedisDelivery::parse(message.receipt);
    run(RedisScript::nack(), {delivery.entry, delivery.consumer, delivery.count, "0", "0", "0", "", "0"}, [](const auto&) {});
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
    run(RedisScript::care(),
        {m_consumer, std::to_string(m_options.visibility.count()), std::to_string(std::min(wanted, mostAtOnce)),
         std::to_string(m_options.maxAttempts), std::to_string(m_options.maxDeadLetters), m_cursor, timeWasOver},
        [this](Result<const redisReply*> reply) {
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

void RedisQueueThread::extend(RedisDelivery delivery, Instant until)
{
    const std::string receipt = delivery.receipt();
    m_extensions.insert_or_assign(receipt, Extension{std::move(delivery), until});
    m_renewals->startOnce(m_options.visibility / 4);
}

void RedisQueueThread::renewExtensions()
{
    const Instant now = m_clock.now();
    for (auto place = m_extensions.begin(); place != m_extensions.end();) {
        const auto& [delivery, until] = place->second;
        const auto left = std::chrono::ceil<Milliseconds>(until - now);
        const bool last = left <= m_options.visibility;
        const auto already = last ? m_options.visibility - std::max(left, 0ms) : 0ms;
        run(RedisScript::extend(), {delivery.entry, delivery.consumer, delivery.count, std::to_string(already.count())},
            [](const auto&) {});
        place = last ? m_extensions.erase(place) : std::next(place);
    }
    if (!m_extensions.empty())
        m_renewals->startOnce(m_options.visibility / 4);
}

// The end.

void RedisQueueThread::finish()
{
    turn();
    m_extensions.clear();
    if (m_state == State::Up)
        run(RedisScript::leave(), {m_consumer}, [](const auto&) {});
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

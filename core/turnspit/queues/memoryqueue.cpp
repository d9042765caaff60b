#include <turnspit/queues/memoryqueue.h>

#include <turnspit/async/mailbox.h>

#include <algorithm>
#include <charconv>

namespace turnspit {

namespace {

/// A larger buffer does not stay with its slot.
constexpr std::size_t mostKept = 4096;

/// As std::to_string, which fills before it writes.
std::string textOf(std::uint64_t number)
{
    char text[20];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::string receiptOf(std::size_t place, std::uint64_t delivery)
{
    char text[48];
    char* end = std::to_chars(text, text + 20, place).ptr;
    *end++ = ':';
    end = std::to_chars(end, text + sizeof text, delivery).ptr;
    return {text, end};
}

} // namespace

/// What wakes the queue when something comes due. Belongs to the thread that made the queue.
struct MemoryQueue::Alarm
{
    MemoryQueue* queue = nullptr; ///< null: gone
    std::shared_ptr<Mailbox> home = Mailbox::current();
    std::unique_ptr<ClockTimer> timer;
};

/// Waits until there may be something to take. One that is woken and destroyed before it goes on wakes the next in its place.
class MemoryQueue::Wait : detail::ListedWait
{
public:
    Wait(MemoryQueue& queue, std::stop_token stop) : ListedWait(std::move(stop)), m_queue(queue)
    {
        m_queue.m_receivers.fetch_add(1); // before the last look: a sender sees this, or this sees what it sent
    }
    ~Wait()
    {
        const bool wasMeant = leave();
        if (m_counted)
            m_queue.m_receivers.fetch_sub(1);
        if (wasMeant) {
            const std::lock_guard lock(m_queue.m_mutex);
            m_queue.wakeOne();
        }
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle)
    {
        return enter(handle, m_queue.m_waiting, [this] { return m_queue.refill() || m_queue.m_ended; });
    }
    void await_resume() noexcept { leave(); }

private:
    friend class MemoryQueue;
    MemoryQueue& m_queue;
    bool m_counted = true; ///< in m_receivers; guarded while it is listed
};

/// Becomes the answer to a send, and the message a delivery, right where the awaiter finds it: nothing is moved on the way.
class MemoryQueue::Acceptance
{
public:
    Acceptance(MemoryQueue& queue, NewMessage& message) : m_queue(queue), m_message(message) {}
    operator Result<SentMessage>() const { return m_queue.accept(m_message); } // NOLINT(google-explicit-constructor)

private:
    MemoryQueue& m_queue;
    NewMessage& m_message;
};

class MemoryQueue::Delivery
{
public:
    explicit Delivery(MemoryQueue& queue) : m_queue(queue) {}
    operator std::optional<Message>() const { return m_queue.deliver(); } // NOLINT(google-explicit-constructor)

private:
    MemoryQueue& m_queue;
};

MemoryQueue::MemoryQueue(Options<QueueOptions> options)
    : MessageQueue(*options), m_clock(Clock::current()), m_alarm(std::make_shared<Alarm>())
{
    m_alarm->queue = this;
}

MemoryQueue::~MemoryQueue()
{
    m_alarm->queue = nullptr;
    m_alarm->timer.reset();
}

// Senders.

Task<Result<SentMessage>> MemoryQueue::send(NewMessage message)
{
    co_return Acceptance(*this, message);
}

Result<SentMessage> MemoryQueue::accept(NewMessage& message)
{
    const bool delayed = message.delay > Milliseconds(0);
    std::uint64_t id = 0;
    {
        std::unique_lock receiving(m_mutex, std::defer_lock);
        if (delayed)
            receiving.lock();
        const WallTime sent = m_clock.wallNow();
        const std::lock_guard lock(m_sendMutex);
        if (m_closed)
            return fail(queueIsClosed());
        id = m_sent + 1;
        std::unique_ptr<const std::string> key;
        if (!message.key.empty()) {
            const Instant now = m_clock.now();
            if (const auto known = duplicateOf(message.key, now))
                return SentMessage{textOf(*known), true};
            const Instant until = now + options().dedupWindow;
            m_known.emplace(message.key, Known{id, until});
            m_forgetting.emplace_back(until, message.key);
            key = std::make_unique<const std::string>(std::move(message.key));
        }
        m_sent = id;
        if (delayed)
            putOff({id, std::move(message.body), std::move(key), 0, sent}, bounded(message.delay));
        else
            m_incoming.push({id, std::move(message.body), std::move(key), 0, sent});
    }
    if (m_receivers.load() > 0) {
        const std::lock_guard lock(m_mutex);
        wakeOne();
    }
    return SentMessage{textOf(id), false};
}

std::optional<std::uint64_t> MemoryQueue::duplicateOf(const std::string& key, Instant now)
{
    while (!m_forgetting.empty() && m_forgetting.front().first <= now) {
        m_known.erase(m_forgetting.front().second);
        m_forgetting.pop_front();
    }
    const auto known = m_known.find(key);
    return known == m_known.end() ? std::nullopt : std::optional(known->second.id);
}

void MemoryQueue::close()
{
    const std::lock_guard receiving(m_mutex);
    {
        const std::lock_guard lock(m_sendMutex);
        m_closed = true;
    }
    m_ended = true;
    while (!m_waiting.isEmpty())
        wakeOne();
}

// Receivers.

Task<std::optional<Message>> MemoryQueue::receive(std::stop_token stop)
{
    if (stop.stop_requested())
        co_return std::nullopt;
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (refill())
                co_return Delivery(*this);
            if (m_ended)
                co_return std::nullopt;
        }
        if (stop.stop_requested())
            co_return std::nullopt;
        co_await Wait(*this, stop);
    }
}

Message MemoryQueue::deliver()
{
    std::size_t place = m_slots.size();
    if (m_freeSlots.empty()) {
        m_slots.emplace_back();
    } else {
        place = m_freeSlots.back();
        m_freeSlots.pop_back();
    }
    Slot& slot = m_slots[place];
    Entry& kept = slot.entry;
    Entry& next = m_ready.front();
    kept.id = next.id;
    kept.body.assign(next.body);
    kept.key = std::move(next.key);
    kept.attempts = next.attempts + 1;
    kept.sent = next.sent;
    slot.delivery = ++m_deliveries;
    slot.until = m_clock.now() + options().visibility;
    wantAlarm(slot.until);
    // Another processor wrote it: what is copied next comes nearer meanwhile.
    if (const Entry* const coming = m_ready.next()) {
        __builtin_prefetch(coming->body.data());
        __builtin_prefetch(coming->body.data() + 64);
    }
    Message out{textOf(kept.id), std::move(next.body), kept.keyText(), kept.attempts, kept.sent, receiptOf(place, slot.delivery)};
    m_ready.pop();
    return out;
}

bool MemoryQueue::refill()
{
    if (!m_ready.isEmpty())
        return true;
    const std::lock_guard lock(m_sendMutex);
    m_ready.swap(m_incoming);
    return !m_ready.isEmpty();
}

void MemoryQueue::wakeOne()
{
    if (auto* const longest = static_cast<Wait*>(m_waiting.first())) {
        longest->m_counted = false;
        m_receivers.fetch_sub(1);
        m_waiting.wake(*longest);
    }
}

// What becomes of a message.

Task<Result<>> MemoryQueue::settle(std::string receipt, Settlement how)
{
    co_return settleNow(receipt, how);
}

Result<> MemoryQueue::settleNow(std::string_view receipt, Settlement& how)
{
    const std::lock_guard lock(m_mutex);
    Slot* const slot = find(receipt);
    if (!slot)
        return fail(notHeld());
    if (const auto* longer = std::get_if<Extend>(&how)) {
        slot->until = m_clock.now() + longer->by;
        wantAlarm(slot->until);
        return {};
    }
    if (auto* const nack = std::get_if<Nack>(&how)) {
        ++m_nacked;
        giveBack(takeBack(*slot), *nack);
    } else if (auto* const dead = std::get_if<Bury>(&how)) {
        ++m_nacked;
        bury(takeBack(*slot), std::move(dead->reason));
    } else {
        ++m_acked;
        release(*slot);
    }
    return {};
}

MemoryQueue::Slot* MemoryQueue::find(std::string_view receipt)
{
    std::size_t place = 0;
    std::uint64_t delivery = 0;
    const char* const end = receipt.data() + receipt.size();
    const auto first = std::from_chars(receipt.data(), end, place);
    if (first.ec != std::errc() || first.ptr == end || std::from_chars(first.ptr + 1, end, delivery).ptr != end)
        return nullptr;
    return place < m_slots.size() && delivery != 0 && m_slots[place].delivery == delivery ? &m_slots[place] : nullptr;
}

void MemoryQueue::release(Slot& slot)
{
    slot.delivery = 0;
    if (slot.entry.body.capacity() > mostKept)
        slot.entry.body = {};
    slot.entry.key.reset();
    m_freeSlots.push_back(std::size_t(&slot - m_slots.data()));
}

MemoryQueue::Entry MemoryQueue::takeBack(Slot& slot)
{
    Entry out = std::move(slot.entry);
    release(slot);
    return out;
}

void MemoryQueue::giveBack(Entry entry, const Nack& how)
{
    if (!how.counts)
        --entry.attempts;
    else if (options().maxAttempts > 0 && entry.attempts >= options().maxAttempts)
        return bury(std::move(entry), how.reason);
    if (how.delay > Milliseconds(0))
        putOff(std::move(entry), how.delay);
    else
        makeReady(std::move(entry));
}

void MemoryQueue::makeReady(Entry entry)
{
    m_ready.push(std::move(entry));
    wakeOne();
}

void MemoryQueue::putOff(Entry entry, Milliseconds delay)
{
    const Instant due = m_clock.now() + delay;
    m_delayed.emplace(due, std::move(entry));
    wantAlarm(due);
}

void MemoryQueue::bury(Entry entry, std::string reason)
{
    m_dead.push_back({textOf(entry.id), std::move(entry.body), entry.keyText(), entry.attempts, entry.sent, m_clock.wallNow(),
                      std::move(reason)});
    while (m_dead.size() > options().maxDeadLetters)
        m_dead.pop_front();
}

// Dead letters.

std::deque<DeadLetter>::iterator MemoryQueue::findDead(std::string_view id)
{
    return std::ranges::find(m_dead, id, &DeadLetter::id);
}

Task<Result<std::vector<DeadLetter>>> MemoryQueue::deadLetters(int limit)
{
    std::vector<DeadLetter> out;
    const std::lock_guard lock(m_mutex);
    for (auto letter = m_dead.rbegin(); letter != m_dead.rend() && int(out.size()) < limit; ++letter)
        out.push_back(*letter);
    co_return out;
}

Task<Result<>> MemoryQueue::revive(std::string id)
{
    const std::lock_guard lock(m_mutex);
    const auto letter = findDead(id);
    if (letter == m_dead.end())
        co_return fail(noSuchDeadLetter(id));
    Entry entry{0, std::move(letter->body), {}, 0, letter->sent};
    if (!letter->key.empty())
        entry.key = std::make_unique<const std::string>(std::move(letter->key));
    std::from_chars(id.data(), id.data() + id.size(), entry.id);
    m_dead.erase(letter);
    makeReady(std::move(entry));
    co_return Result<>{};
}

Task<Result<>> MemoryQueue::discard(std::string id)
{
    const std::lock_guard lock(m_mutex);
    const auto letter = findDead(id);
    if (letter == m_dead.end())
        co_return fail(noSuchDeadLetter(id));
    m_dead.erase(letter);
    co_return Result<>{};
}

Task<Result<QueueStatus>> MemoryQueue::status()
{
    const std::lock_guard lock(m_mutex);
    const std::lock_guard sending(m_sendMutex);
    co_return QueueStatus{
        .depth = m_ready.size() + m_incoming.size(),
        .delayed = m_delayed.size(),
        .inFlight = m_slots.size() - m_freeSlots.size(),
        .dead = m_dead.size(),
        .sent = m_sent,
        .acked = m_acked,
        .nacked = m_nacked,
    };
}

// Time.

void MemoryQueue::wantAlarm(Instant due)
{
    if (due >= m_alarmAt)
        return;
    m_alarmAt = due;
    m_alarm->home->post([alarm = m_alarm] {
        if (alarm->queue)
            alarm->queue->arm();
    });
}

void MemoryQueue::arm()
{
    Instant due;
    {
        const std::lock_guard lock(m_mutex);
        due = m_alarmAt;
    }
    if (!m_alarm->timer)
        m_alarm->timer = m_clock.createTimer([this] { ring(); });
    if (due == Instant::max())
        m_alarm->timer->stop();
    else
        m_alarm->timer->startOnce(due - m_clock.now());
}

void MemoryQueue::ring()
{
    {
        const std::lock_guard lock(m_mutex);
        const Instant now = m_clock.now();
        while (!m_delayed.empty() && m_delayed.begin()->first <= now) {
            makeReady(std::move(m_delayed.begin()->second));
            m_delayed.erase(m_delayed.begin());
        }
        m_alarmAt = m_delayed.empty() ? Instant::max() : m_delayed.begin()->first;
        std::vector<Slot*> over;
        for (Slot& slot : m_slots) {
            if (slot.delivery == 0)
                continue;
            if (slot.until <= now)
                over.push_back(&slot);
            else
                m_alarmAt = std::min(m_alarmAt, slot.until);
        }
        std::ranges::sort(over, {}, &Slot::delivery);
        for (Slot* slot : over)
            giveBack(takeBack(*slot), Nack{.reason = timeWasOver});
    }
    arm();
}

} // namespace turnspit

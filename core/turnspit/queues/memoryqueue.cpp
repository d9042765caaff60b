#include <turnspit/queues/memoryqueue.h>

#include <turnspit/async/mailbox.h>

#include <algorithm>
#include <charconv>

namespace turnspit {

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
        m_queue.m_receivers.fetch_sub(1);
        if (leave()) {
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
    auto sent = accept(std::move(message));
    if (m_receivers.load() > 0) {
        const std::lock_guard lock(m_mutex);
        wakeOne();
    }
    co_return sent;
}

Result<SentMessage> MemoryQueue::accept(NewMessage message)
{
    const bool delayed = message.delay > Milliseconds(0);
    std::unique_lock receiving(m_mutex, std::defer_lock);
    if (delayed)
        receiving.lock();
    const std::lock_guard lock(m_sendMutex);
    if (m_closed)
        return fail(queueIsClosed());
    const std::uint64_t id = m_sent + 1;
    if (!message.key.empty()) {
        const Instant now = m_clock.now();
        if (const auto known = duplicateOf(message.key, now))
            return SentMessage{std::to_string(*known), true};
        const Instant until = now + options().dedupWindow;
        m_known.emplace(message.key, Known{id, until});
        m_forgetting.emplace_back(until, message.key);
    }
    m_sent = id;
    Entry entry{id, std::move(message.body), std::move(message.key), 0, m_clock.wallNow()};
    if (delayed)
        putOff(std::move(entry), message.delay);
    else
        m_incoming.push_back(std::move(entry));
    return SentMessage{std::to_string(id), false};
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
    m_waiting.wakeAll();
}

// Receivers.

Task<std::optional<Message>> MemoryQueue::receive(std::stop_token stop)
{
    if (stop.stop_requested())
        co_return std::nullopt;
    for (;;) {
        bool ended = false;
        if (auto message = take(ended))
            co_return message;
        if (ended || stop.stop_requested())
            co_return std::nullopt;
        co_await Wait(*this, stop);
    }
}

std::optional<Message> MemoryQueue::take(bool& ended)
{
    const std::lock_guard lock(m_mutex);
    if (!refill()) {
        ended = m_ended;
        return std::nullopt;
    }
    std::size_t place = m_slots.size();
    if (m_freeSlots.empty()) {
        m_slots.emplace_back();
    } else {
        place = m_freeSlots.back();
        m_freeSlots.pop_back();
    }
    Slot& slot = m_slots[place];
    slot.entry = std::move(m_ready.front());
    m_ready.pop_front();
    ++slot.entry.attempts;
    slot.delivery = ++m_deliveries;
    slot.until = m_clock.now() + options().visibility;
    wantAlarm(slot.until);
    const Entry& entry = slot.entry;
    return Message{std::to_string(entry.id), entry.body,
                   entry.key,                entry.attempts,
                   entry.sent,               std::to_string(place) + ':' + std::to_string(slot.delivery)};
}

bool MemoryQueue::refill()
{
    if (!m_ready.empty())
        return true;
    const std::lock_guard lock(m_sendMutex);
    m_ready.swap(m_incoming);
    return !m_ready.empty();
}

void MemoryQueue::wakeOne()
{
    if (auto* const longest = m_waiting.first())
        m_waiting.wake(*longest);
}

// What becomes of a message.

Task<Result<>> MemoryQueue::settle(std::string receipt, Settlement how)
{
    co_return settleNow(receipt, std::move(how));
}

Result<> MemoryQueue::settleNow(std::string_view receipt, Settlement how)
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
    Entry entry = release(*slot);
    if (auto* const nack = std::get_if<Nack>(&how)) {
        ++m_nacked;
        giveBack(std::move(entry), *nack);
    } else if (auto* const dead = std::get_if<Bury>(&how)) {
        ++m_nacked;
        bury(std::move(entry), std::move(dead->reason));
    } else {
        ++m_acked;
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

MemoryQueue::Entry MemoryQueue::release(Slot& slot)
{
    slot.delivery = 0;
    m_freeSlots.push_back(std::size_t(&slot - m_slots.data()));
    return std::move(slot.entry);
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
    m_ready.push_back(std::move(entry));
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
    m_dead.push_back({std::to_string(entry.id), std::move(entry.body), std::move(entry.key), entry.attempts, entry.sent, m_clock.wallNow(),
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
    Entry entry{0, std::move(letter->body), std::move(letter->key), 0, letter->sent};
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
            giveBack(release(*slot), Nack{.reason = timeWasOver});
    }
    arm();
}

} // namespace turnspit

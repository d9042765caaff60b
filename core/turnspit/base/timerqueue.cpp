#include <turnspit/base/timerqueue_p.h>

#include <turnspit/base/wakeup_p.h>

#include <algorithm>
#include <utility>

namespace turnspit {

namespace {
constexpr std::chrono::milliseconds leastPause(1); // between two times that the thread is woken
constexpr std::size_t fetchedAhead = 3;
} // namespace

/// The thread's share in its queue.
struct TimerQueue::Holder
{
    ~Holder()
    {
        queue->m_wakeUp.reset(); // its event loop has ended: nothing fires any more
        queue->release();
    }
    TimerQueue* queue = new TimerQueue;
};

TimerQueue::TimerQueue() : m_wakeUp(std::make_unique<WakeUp>([this] { run(); })) {}
TimerQueue::~TimerQueue() = default;

TimerQueue& TimerQueue::current()
{
    thread_local const Holder holder;
    return *holder.queue;
}

void TimerQueue::release()
{
    if (--m_users == 0)
        delete this;
}

TimerQueue::Lines::Lines(const void* begin, std::size_t bytes)
{
    const auto first = reinterpret_cast<std::uintptr_t>(begin);
    const auto more = (first + std::max<std::size_t>(bytes, 1) - 1) / size - first / size;
    m_packed = first / size * size + std::min(more, size - 1);
}

void TimerQueue::Lines::fetch() const
{
    const auto* const first = reinterpret_cast<const std::byte*>(m_packed / size * size);
    for (std::uintptr_t i = 0; first && i <= m_packed % size; ++i)
        __builtin_prefetch(first + i * size, 1);
}

DueOrder::Id TimerQueue::enter(Timer& timer)
{
    ++m_users;
    if (m_freeIds.empty()) {
        if (m_timers.size() == m_timers.capacity())
            m_timers.reserve(DueOrder::roomier(m_timers.size()));
        m_timers.push_back({&timer, {}});
        return static_cast<DueOrder::Id>(m_timers.size() - 1);
    }
    const DueOrder::Id id = m_freeIds.back();
    m_freeIds.pop_back();
    m_timers[id] = {&timer, {}};
    return id;
}

void TimerQueue::leave(Timer& timer)
{
    disarm(timer);
    m_timers[timer.m_id] = {};
    m_freeIds.push_back(timer.m_id);
    release();
}

void TimerQueue::arm(Timer& timer, Instant due, std::chrono::nanoseconds period)
{
    timer.m_period = period;
    m_armed.remove(timer.m_id);
    m_armed.insert(timer.m_id, due, period);
    if (m_armed.first().id == timer.m_id)
        wakeForFirst();
}

void TimerQueue::armAtOnce(Timer& timer)
{
    m_atOnce = true;
    arm(timer, BootClock::now(), std::chrono::nanoseconds(0));
    if (m_armed.first().id != timer.m_id)
        wakeForFirst();
}

void TimerQueue::disarm(Timer& timer)
{
    // One wake-up too many is cheaper than to put it off.
    m_armed.remove(timer.m_id);
}

void TimerQueue::run()
{
    // Once for all that is due now; what becomes due meanwhile has its turn after the other events of the loop. What
    // fires may turn the event loop, and so come here again.
    m_running = true;
    if (!std::exchange(m_atOnce, false))
        m_woken = m_planned;
    const Instant now = BootClock::now();
    for (std::size_t turns = 0; turns < fetchedAhead; ++turns)
        fetch(m_armed.probablyAfter(turns));
    while (!m_armed.isEmpty() && m_armed.first().due <= now) {
        fetch(m_armed.probablyAfter(fetchedAhead));
        const auto [due, order, id] = m_armed.takeFirst();
        Timer& timer = *m_timers[id].timer;
        if (const auto period = timer.m_period; period > period.zero()) {
            const auto late = now - due;
            m_armed.insert(id, due + period * (late < period ? 1 : 1 + late / period), period);
        }
        timer.fire();
    }
    m_running = false;
    wakeForFirst();
}

/// Its memory is on the way while others fire: more than a third of what a tick costs where there are 1,000.
void TimerQueue::fetch(DueOrder::Id id) const
{
    if (id == DueOrder::none)
        return;
    Lines(m_timers[id].timer, sizeof(Timer) + sizeof(std::function<void()>)).fetch();
    m_timers[id].uses.fetch();
}

void TimerQueue::wakeForFirst()
{
    if (m_running || !m_wakeUp)
        return;
    if (m_armed.isEmpty()) {
        m_wakeUp->never();
        return;
    }
    m_planned = m_atOnce ? m_armed.first().due : std::max(m_armed.first().due, m_woken + leastPause);
    m_wakeUp->at(m_planned);
}

} // namespace turnspit

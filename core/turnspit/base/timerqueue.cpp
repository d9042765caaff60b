#include <turnspit/base/timerqueue_p.h>

#include <turnspit/base/wakeup_p.h>

#include <algorithm>
#include <utility>

namespace turnspit {

namespace {
constexpr std::size_t children = 4;
constexpr std::chrono::microseconds leastPause(900); // between two times that the thread is woken
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

void TimerQueue::arm(Timer& timer, Instant due, std::chrono::nanoseconds period)
{
    timer.m_period = period;
    timer.m_order = m_armings++;
    const Entry entry{due, &timer};
    if (timer.m_place == Timer::nowhere) {
        m_heap.push_back(entry);
        rise(m_heap.size() - 1, entry);
    } else if (due < m_heap[timer.m_place].due) {
        rise(timer.m_place, entry);
    } else {
        sink(timer.m_place, entry);
    }
    if (timer.m_place == 0)
        wakeForFirst();
}

void TimerQueue::armAtOnce(Timer& timer)
{
    m_atOnce = true;
    arm(timer, BootClock::now(), std::chrono::nanoseconds(0));
    if (timer.m_place != 0)
        wakeForFirst();
}

void TimerQueue::disarm(Timer& timer)
{
    // One wake-up too many is cheaper than to put it off.
    const std::size_t place = std::exchange(timer.m_place, Timer::nowhere);
    if (place == Timer::nowhere)
        return;
    const Entry last = m_heap.back();
    m_heap.pop_back();
    if (last.timer == &timer)
        return;
    if (place > 0 && before(last, m_heap[(place - 1) / children]))
        rise(place, last);
    else
        sink(place, last);
}

void TimerQueue::run()
{
    // Once for all that is due now; what becomes due meanwhile has its turn after the other events of the loop. What
    // fires may turn the event loop, and so come here again.
    m_running = true;
    if (!std::exchange(m_atOnce, false))
        m_woken = m_planned;
    const Instant now = BootClock::now();
    while (!m_heap.empty() && m_heap.front().due <= now) {
        const Entry first = m_heap.front();
        if (const auto period = first.timer->m_period; period > period.zero()) {
            first.timer->m_order = m_armings++;
            sink(0, {first.due + period * (1 + (now - first.due) / period), first.timer});
        } else {
            disarm(*first.timer);
        }
        first.timer->fire();
    }
    m_running = false;
    wakeForFirst();
}

void TimerQueue::wakeForFirst()
{
    if (m_running || !m_wakeUp)
        return;
    if (m_heap.empty()) {
        m_wakeUp->never();
        return;
    }
    m_planned = m_atOnce ? m_heap.front().due : std::max(m_heap.front().due, m_woken + leastPause);
    m_wakeUp->at(m_planned);
}

bool TimerQueue::before(const Entry& a, const Entry& b)
{
    return a.due != b.due ? a.due < b.due : static_cast<std::int32_t>(a.timer->m_order - b.timer->m_order) < 0;
}

void TimerQueue::put(std::size_t place, const Entry& entry)
{
    m_heap[place] = entry;
    entry.timer->m_place = static_cast<std::uint32_t>(place);
}

void TimerQueue::rise(std::size_t place, const Entry& entry)
{
    while (place > 0 && before(entry, m_heap[(place - 1) / children])) {
        const std::size_t parent = (place - 1) / children;
        put(place, m_heap[parent]);
        place = parent;
    }
    put(place, entry);
}

void TimerQueue::sink(std::size_t place, const Entry& entry)
{
    for (;;) {
        const std::size_t begin = place * children + 1;
        const std::size_t end = std::min(begin + children, m_heap.size());
        std::size_t least = begin;
        for (std::size_t child = begin + 1; child < end; ++child) {
            if (before(m_heap[child], m_heap[least]))
                least = child;
        }
        if (begin >= end || !before(m_heap[least], entry))
            break;
        put(place, m_heap[least]);
        place = least;
    }
    put(place, entry);
}

} // namespace turnspit

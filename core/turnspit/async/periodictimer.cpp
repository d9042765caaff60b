#include <turnspit/async/periodictimer.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace turnspit {

void PeriodicTimer::check(std::chrono::milliseconds period)
{
    if (period != infinite && (period < std::chrono::milliseconds(1) || period > maxPeriod))
        throw std::out_of_range("period: must be 1 ms to 4294967294 ms, or PeriodicTimer::infinite");
}

PeriodicTimer::PeriodicTimer(std::chrono::milliseconds period, Clock& clock) : m_period(period)
{
    check(period);
    m_timer = clock.createTimer([this] { tick(); });
    arm();
}

PeriodicTimer::~PeriodicTimer()
{
    close();
    if (m_link)
        m_link->timer = nullptr;
}

void PeriodicTimer::OnStop::operator()() const noexcept
{
    link->mailbox->post([link = link] {
        if (link->timer)
            link->timer->stopped();
    });
}

void PeriodicTimer::listen(const std::stop_token& stop)
{
    if (!m_link)
        m_link.reset(new OnStop::Link(Mailbox::current(), this));
    m_onStop.reset();
    m_listensTo = stop;
    m_onStop.emplace(stop, OnStop{m_link});
}

void PeriodicTimer::sayUses(std::coroutine_handle<> waiting)
{
    // A loop has the timer and its waits in its frame; who waits first is most often the one who does for ever.
    constexpr std::uintptr_t most = 1024;
    m_saidUses = true;
    const auto begin = reinterpret_cast<std::uintptr_t>(waiting.address());
    const auto end = reinterpret_cast<std::uintptr_t>(std::max<const void*>(this + 1, m_waiting + 1));
    if (begin < end && end - begin < most)
        m_timer->firingUses(waiting.address(), end - begin);
    else
        m_timer->firingUses(this, sizeof(*this));
}

void PeriodicTimer::arm()
{
    if (m_period == infinite)
        m_timer->stop();
    else
        m_timer->startPeriodic(m_period);
}

PeriodicTimer::Awaiter PeriodicTimer::nextTick(std::stop_token stop)
{
    if (m_waiting)
        throw std::logic_error("PeriodicTimer::nextTick: another wait is active");
    return {*this, std::move(stop)};
}

void PeriodicTimer::tick()
{
    Awaiter* waiting = m_waiting;
    if (!waiting) {
        m_pending = true;
        return;
    }
    if (waiting->m_stop.stop_requested()) {
        m_pending = true; // what ends it is on the way and says false; the tick is for the next wait
        return;
    }
    resume(true); // the timer fires in the consumer's thread: no hop
}

void PeriodicTimer::stopped()
{
    // Perhaps of a wait that is over: the one of now may have another token.
    if (m_waiting && m_waiting->m_stop.stop_requested())
        resume(false);
}

void PeriodicTimer::resume(bool result)
{
    Awaiter& waiting = *std::exchange(m_waiting, nullptr);
    waiting.m_result = result;
    const auto handle = waiting.m_handle;
    const WorkContext::Scope working(waiting.m_context);
    handle.resume();
}

void PeriodicTimer::setPeriod(std::chrono::milliseconds period)
{
    check(period);
    if (m_closed)
        throw std::logic_error("PeriodicTimer::setPeriod: the timer is closed");
    m_period = period;
    arm();
}

void PeriodicTimer::close()
{
    m_closed = true;
    m_pending = false;
    m_timer->stop();
    if (Awaiter* waiting = std::exchange(m_waiting, nullptr)) {
        waiting->m_timer = nullptr;
        waiting->m_result = false;
        // Not inside this call: the one who closes may be in the middle of something.
        const WorkContext::Scope working(waiting->m_context);
        waiting->m_resumption.arm(waiting->m_handle);
        waiting->m_resumption.poster()();
    }
}

} // namespace turnspit

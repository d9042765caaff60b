#pragma once

#include <turnspit/async/resumption.h>
#include <turnspit/base/clock.h>

#include <QSharedData>

#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <stop_token>

namespace turnspit {

/// Ticks for one service: `while (co_await timer.nextTick(stopping)) ...`.
///
/// Ticks from construction on, the first one period later (B47). A tick that nobody waits for is kept, one only: a slow consumer
/// sees one tick, not a backlog (B48). Belongs to the thread that made it, and finds its clock there (B54).
class PeriodicTimer
{
public:
    /// A period that never ends: no tick until setPeriod.
    static constexpr std::chrono::milliseconds infinite{-1};
    static constexpr std::chrono::milliseconds maxPeriod{4294967294LL};

    class Awaiter;

    /// From 1 ms to maxPeriod, or infinite; else std::out_of_range naming `period` (B46).
    explicit PeriodicTimer(std::chrono::milliseconds period, Clock& clock = Clock::current());
    ~PeriodicTimer();
    PeriodicTimer(const PeriodicTimer&) = delete;
    PeriodicTimer& operator=(const PeriodicTimer&) = delete;

    /// True at a tick; false when stop was requested (looked at before a pending tick) or the timer is closed (T1). The order of
    /// checks: another wait is active (std::logic_error from this call, the other is not disturbed, B49) -> stop requested -> closed
    /// -> pending tick -> wait (B52). A stop ends this wait only, the timer goes on ticking (B50).
    [[nodiscard]] Awaiter nextTick(std::stop_token stop = {});

    [[nodiscard]] std::chrono::milliseconds period() const noexcept { return m_period; }

    /// From now on: next tick one new period from now, for a pending wait too; a pending tick stays (B53). std::out_of_range leaves
    /// the period as it was; std::logic_error after close.
    void setPeriod(std::chrono::milliseconds period);

    /// A pending wait and every later one give false; an unconsumed tick is void. May be called again (B51).
    void close();

private:
    /// What a stop request, in whatever thread, posts to the timer with. Stays from wait to wait, so that a tick makes none.
    struct OnStop
    {
        struct Link : QSharedData
        {
            Link(std::shared_ptr<Mailbox> own, PeriodicTimer* of) : mailbox(std::move(own)), timer(of) {}
            std::shared_ptr<Mailbox> mailbox;
            PeriodicTimer* timer; // the timer's thread only; null: destroyed
        };
        void operator()() const noexcept;
        QExplicitlySharedDataPointer<Link> link;
    };

    void tick();
    void stopped();
    void resume(bool result);
    void listen(const std::stop_token& stop);
    void sayUses(std::coroutine_handle<> waiting);
    void arm();
    static void check(std::chrono::milliseconds period);

    std::chrono::milliseconds m_period;
    std::unique_ptr<ClockTimer> m_timer;
    Awaiter* m_waiting = nullptr;
    bool m_pending = false;
    bool m_closed = false;
    bool m_saidUses = false; // to m_timer
    QExplicitlySharedDataPointer<OnStop::Link> m_link;
    std::stop_token m_listensTo;
    std::optional<std::stop_callback<OnStop>> m_onStop; // last: destroyed first
};

class [[nodiscard]] PeriodicTimer::Awaiter
{
public:
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter()
    {
        if (m_timer && m_timer->m_waiting == this)
            m_timer->m_waiting = nullptr;
    }

    bool await_ready() noexcept
    {
        if (m_stop.stop_requested() || m_timer->m_closed)
            return true;
        m_result = std::exchange(m_timer->m_pending, false);
        return m_result;
    }

    void await_suspend(std::coroutine_handle<> handle)
    {
        m_handle = handle;
        m_context = WorkContext::current();
        m_timer->m_waiting = this;
        if (!m_timer->m_saidUses)
            m_timer->sayUses(handle);
        if (m_stop.stop_possible() && m_stop != m_timer->m_listensTo)
            m_timer->listen(m_stop);
    }

    bool await_resume() const noexcept { return m_result; }

private:
    friend class PeriodicTimer;
    Awaiter(PeriodicTimer& timer, std::stop_token stop) noexcept : m_timer(&timer), m_stop(std::move(stop)) {}

    PeriodicTimer* m_timer; // null: the timer was destroyed while this waited
    std::stop_token m_stop;
    bool m_result = false;
    std::coroutine_handle<> m_handle;
    const WorkContext* m_context = nullptr;
    detail::Resumption m_resumption; // of a close
};

} // namespace turnspit

#pragma once

#include <turnspit/async/resumption.h>
#include <turnspit/async/task.h>
#include <turnspit/base/clock.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <ratio>
#include <stop_token>

namespace turnspit {

/// `co_await delay(5s, stop)`: true when the time has passed on the thread's clock, false when stop was requested first.
class [[nodiscard]] Delay
{
public:
    Delay(const Delay&) = delete;
    Delay& operator=(const Delay&) = delete;

    bool await_ready() const noexcept { return m_stop.stop_requested(); }

    void await_suspend(std::coroutine_handle<> handle)
    {
        m_resumption.arm(handle);
        m_timer = m_clock.createTimer([this, poster = m_resumption.poster()] {
            m_elapsed = true;
            poster();
        });
        m_timer->startOnce(m_delay);
        if (m_stop.stop_possible())
            m_onStop.emplace(m_stop, m_resumption.poster());
    }

    bool await_resume() noexcept
    {
        m_onStop.reset();
        m_timer.reset();
        return m_elapsed;
    }

private:
    friend Delay delay(std::chrono::nanoseconds, std::stop_token, Clock&) noexcept;
    Delay(std::chrono::nanoseconds delay, std::stop_token stop, Clock& clock) noexcept
        : m_delay(delay), m_stop(std::move(stop)), m_clock(clock)
    {}

    std::chrono::nanoseconds m_delay;
    std::stop_token m_stop;
    Clock& m_clock;
    bool m_elapsed = false;
    std::unique_ptr<ClockTimer> m_timer;
    detail::Resumption m_resumption;
    std::optional<std::stop_callback<detail::Resumption::Poster>> m_onStop; // last: destroyed first
};

[[nodiscard]] inline Delay delay(std::chrono::nanoseconds time, std::stop_token stop = {}, Clock& clock = Clock::current()) noexcept
{
    return {time, std::move(stop), clock};
}

/// The same for what is given in milliseconds, seconds, hours: `Milliseconds::max()` is no time that passes, and not one before now.
template <class Rep, class Period>
    requires(std::ratio_greater_v<Period, std::nano>)
[[nodiscard]] Delay delay(std::chrono::duration<Rep, Period> time, std::stop_token stop = {}, Clock& clock = Clock::current()) noexcept
{
    constexpr double most = 9e18; // 285 years
    const double wanted = std::chrono::duration<double, std::nano>(time).count();
    const auto exactly = wanted > most    ? std::chrono::nanoseconds::max()
                         : wanted < -most ? std::chrono::nanoseconds(0)
                                          : std::chrono::duration_cast<std::chrono::nanoseconds>(time);
    return delay(exactly, std::move(stop), clock);
}

/// `co_await delayUntil(next, stop)`, as delay: for a series that does not drift (`next += period`), however long the work takes. A time
/// that has passed: at once, from the event loop.
[[nodiscard]] inline Delay delayUntil(Instant time, std::stop_token stop = {}, Clock& clock = Clock::current()) noexcept
{
    return delay(time - clock.now(), std::move(stop), clock);
}

/// `co_await untilStopped(stop)`: goes on in this thread once stop was requested; never, where that is not possible.
class [[nodiscard]] UntilStopped
{
public:
    explicit UntilStopped(std::stop_token stop) noexcept : m_stop(std::move(stop)) {}
    UntilStopped(const UntilStopped&) = delete;
    UntilStopped& operator=(const UntilStopped&) = delete;

    bool await_ready() const noexcept { return m_stop.stop_requested(); }
    void await_suspend(std::coroutine_handle<> handle)
    {
        m_resumption.arm(handle);
        m_onStop.emplace(m_stop, m_resumption.poster());
    }
    void await_resume() noexcept { m_onStop.reset(); }

private:
    std::stop_token m_stop;
    detail::Resumption m_resumption;
    std::optional<std::stop_callback<detail::Resumption::Poster>> m_onStop;
};

[[nodiscard]] inline UntilStopped untilStopped(std::stop_token stop) noexcept
{
    return UntilStopped(std::move(stop));
}

/// `co_await resumeOn(mailbox)`: goes on in the mailbox's thread; in OperationCancelled, here, when that thread has ended.
/// The frame must not be destroyed while it is on its way.
class [[nodiscard]] ResumeOn
{
public:
    explicit ResumeOn(std::shared_ptr<Mailbox> mailbox) noexcept : m_mailbox(std::move(mailbox)) {}

    bool await_ready() const noexcept { return m_mailbox->isCurrent(); }
    bool await_suspend(std::coroutine_handle<> handle)
    {
        // After a successful post this object may be gone already.
        const auto mailbox = m_mailbox;
        if (mailbox->post([handle, context = WorkContext::current()] {
                const WorkContext::Scope working(context);
                handle.resume();
            }))
            return true;
        m_ended = true;
        return false;
    }
    void await_resume() const
    {
        if (m_ended)
            throw OperationCancelled{};
    }

private:
    std::shared_ptr<Mailbox> m_mailbox;
    bool m_ended = false;
};

[[nodiscard]] inline ResumeOn resumeOn(std::shared_ptr<Mailbox> mailbox) noexcept
{
    return ResumeOn(std::move(mailbox));
}

/// `co_await yieldToLoop()`: lets timers, sockets and other tasks of this thread have their turn.
class [[nodiscard]] YieldToLoop
{
public:
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle)
    {
        m_resumption.arm(handle);
        m_resumption.poster()();
    }
    void await_resume() const noexcept {}

private:
    detail::Resumption m_resumption;
};

[[nodiscard]] inline YieldToLoop yieldToLoop() noexcept
{
    return {};
}

/// Forwards a stop request of any number of tokens to one source; the requests run nothing but that.
class LinkedStopSource
{
public:
    LinkedStopSource() = default;
    explicit LinkedStopSource(std::stop_token a, std::stop_token b = {}) { link(m_first, std::move(a)), link(m_second, std::move(b)); }
    LinkedStopSource(const LinkedStopSource&) = delete;
    LinkedStopSource& operator=(const LinkedStopSource&) = delete;

    [[nodiscard]] std::stop_token token() const noexcept { return m_source.get_token(); }
    [[nodiscard]] const std::stop_source& source() const noexcept { return m_source; }
    bool requestStop() noexcept { return m_source.request_stop(); }
    [[nodiscard]] bool stopRequested() const noexcept { return m_source.stop_requested(); }

private:
    struct Forward
    {
        void operator()() const noexcept { std::stop_source(source).request_stop(); }
        std::stop_source source;
    };
    using Link = std::optional<std::stop_callback<Forward>>;
    void link(Link& slot, std::stop_token token)
    {
        if (token.stop_possible())
            slot.emplace(std::move(token), Forward{m_source});
    }

    std::stop_source m_source;
    Link m_first;
    Link m_second;
};

} // namespace turnspit

#pragma once

#include <turnspit/async/resumption.h>

#include <coroutine>
#include <optional>
#include <stop_token>

namespace turnspit {

/// A gate: waiting tasks go on when it is set; it stays open until reset. Belongs to one thread.
class Event
{
public:
    class Awaiter;

    Event() = default;
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    [[nodiscard]] bool isSet() const noexcept { return m_set; }

    /// Opens the gate; the waiting ones resume soon, in the order in which they came, not inside this call.
    void set();

    /// As set, but who came first resumes inside this call, as its last step: the event may be gone afterwards. For who has
    /// nothing more to do, where a turn of the event loop would be one too many.
    void setAndResume();
    void reset() noexcept { m_set = false; }

    /// `co_await event.wait(stop)`: true once it is set, also if it is reset right after; false when stop was requested first.
    [[nodiscard]] Awaiter wait(std::stop_token stop = {}) noexcept;

private:
    Awaiter* takeFirst();

    Awaiter* m_first = nullptr;
    Awaiter* m_last = nullptr;
    bool m_set = false;
};

class [[nodiscard]] Event::Awaiter
{
public:
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() { unlink(); }

    bool await_ready() noexcept
    {
        m_stopped = m_stop.stop_requested();
        return m_stopped || m_event->m_set;
    }

    void await_suspend(std::coroutine_handle<> handle)
    {
        m_resumption.arm(handle);
        m_previous = m_event->m_last;
        (m_previous ? m_previous->m_next : m_event->m_first) = this;
        m_event->m_last = this;
        m_linked = true;
        if (m_stop.stop_possible())
            m_onStop.emplace(m_stop, m_resumption.poster());
    }

    bool await_resume() noexcept
    {
        m_onStop.reset();
        // Set and stopped at once: what was waited for has happened.
        const bool stopped = m_linked ? m_stop.stop_requested() && !m_event->m_set : m_stopped;
        unlink();
        return !stopped;
    }

private:
    friend class Event;
    Awaiter(Event& event, std::stop_token stop) noexcept : m_event(&event), m_stop(std::move(stop)) {}

    void unlink() noexcept
    {
        if (!std::exchange(m_linked, false))
            return;
        (m_previous ? m_previous->m_next : m_event->m_first) = m_next;
        (m_next ? m_next->m_previous : m_event->m_last) = m_previous;
        m_previous = m_next = nullptr;
    }

    Event* m_event;
    std::stop_token m_stop;
    bool m_stopped = false;
    bool m_linked = false;
    Awaiter* m_previous = nullptr;
    Awaiter* m_next = nullptr;
    detail::Resumption m_resumption;
    std::optional<std::stop_callback<detail::Resumption::Poster>> m_onStop; // last: destroyed first
};

inline Event::Awaiter Event::wait(std::stop_token stop) noexcept
{
    return {*this, std::move(stop)};
}

inline Event::~Event()
{
    // A waiting frame whose event is gone is resumed by a stop only; it may still be destroyed.
    while (m_first) {
        m_first->m_stopped = true;
        m_first->unlink();
    }
}

inline Event::Awaiter* Event::takeFirst()
{
    Awaiter* const waiting = m_first;
    if (waiting) {
        waiting->unlink();
        waiting->m_stopped = false;
    }
    return waiting;
}

inline void Event::set()
{
    m_set = true;
    while (const Awaiter* const waiting = takeFirst())
        waiting->m_resumption.poster()();
}

inline void Event::setAndResume()
{
    const Awaiter* const waiting = takeFirst();
    set();
    if (waiting)
        waiting->m_resumption.resume();
}

} // namespace turnspit

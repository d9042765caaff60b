#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/base/dueorder_p.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace turnspit {

class WakeUp;

/// All timers of the system clock that one thread has armed, behind one wake-up: those that are due at the same time
/// take one turn of its event loop, and a timer that fires costs no event and no signal. Where many are due one shortly
/// after the other, the thread is woken every millisecond at most, for all of them; one alone is woken for to the
/// microsecond. Belongs to that thread; lives until it and the last of its timers have gone.
class TimerQueue
{
public:
    /// One that may be armed.
    class Timer
    {
    public:
        Timer() : m_queue(current()), m_id(m_queue.enter(*this)) {}
        virtual ~Timer() { m_queue.leave(*this); }
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;

    protected:
        /// Periodic where `period` is not 0: then due again at due + n x period, the first of them that is not past
        /// when it fires.
        void arm(Instant due, std::chrono::nanoseconds period) { m_queue.arm(*this, due, period); }

        /// In the next turn of the event loop.
        void armAtOnce() { m_queue.armAtOnce(*this); }
        void disarm() { m_queue.disarm(*this); }

        /// That fire() will use them; a hint.
        void uses(const void* begin, std::size_t bytes) { m_queue.m_timers[m_id].uses = Lines(begin, bytes); }

        /// May destroy the timer.
        virtual void fire() = 0;

    private:
        friend class TimerQueue;

        TimerQueue& m_queue;
        std::chrono::nanoseconds m_period{0};
        const DueOrder::Id m_id;
    };

    /// That of this thread.
    [[nodiscard]] static TimerQueue& current();

    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

private:
    struct Holder;

    /// Some lines of the processor's cache that follow each other.
    class Lines
    {
    public:
        Lines() = default;
        Lines(const void* begin, std::size_t bytes);
        void fetch() const;

    private:
        static constexpr std::uintptr_t size = 64;
        std::uintptr_t m_packed = 0; // where the first begins, and in the bits that are free there how many more there are
    };
    struct Known
    {
        Timer* timer;
        Lines uses;
    };

    TimerQueue();
    ~TimerQueue();
    DueOrder::Id enter(Timer& timer);
    void leave(Timer& timer);
    void release();
    void arm(Timer& timer, Instant due, std::chrono::nanoseconds period);
    void armAtOnce(Timer& timer);
    void disarm(Timer& timer);
    void run();
    void fetch(DueOrder::Id id) const;
    void wakeForFirst();

    DueOrder m_armed;
    std::vector<Known> m_timers; // by id
    std::vector<DueOrder::Id> m_freeIds;
    Instant m_woken; // the last time that was planned and came
    Instant m_planned;
    bool m_atOnce = false;   // one is to fire in the next turn
    std::size_t m_users = 1; // the thread, and each timer
    std::unique_ptr<WakeUp> m_wakeUp;
    bool m_running = false; // the wake-up is said at the end of that
};

} // namespace turnspit

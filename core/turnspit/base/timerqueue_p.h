#pragma once

#include <turnspit/base/clock.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace turnspit {

class WakeUp;

/// All timers of the system clock that one thread has armed, behind one wake-up: those that are due at the same time
/// take one turn of its event loop, and a timer that fires costs no event and no signal. Where many are due one shortly
/// after the other, the thread is woken every 900 us at most, for all of them; one alone is woken for to the
/// microsecond. Belongs to that thread; lives until it and the last of its timers have gone.
class TimerQueue
{
public:
    /// One that may be armed.
    class Timer
    {
    public:
        Timer() : m_queue(current()) { ++m_queue.m_users; }
        virtual ~Timer()
        {
            m_queue.disarm(*this);
            m_queue.release();
        }
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;

    protected:
        /// Periodic where `period` is not 0: then due again at due + n x period, the first of them that is not past
        /// when it fires.
        void arm(Instant due, std::chrono::nanoseconds period) { m_queue.arm(*this, due, period); }

        /// In the next turn of the event loop.
        void armAtOnce() { m_queue.armAtOnce(*this); }
        void disarm() { m_queue.disarm(*this); }

        /// May destroy the timer.
        virtual void fire() = 0;

    private:
        friend class TimerQueue;
        static constexpr std::uint32_t nowhere = UINT32_MAX;

        TimerQueue& m_queue;
        std::chrono::nanoseconds m_period{0};
        std::uint32_t m_order = 0; // of arming: of two that are due together
        std::uint32_t m_place = nowhere;
    };

    /// That of this thread.
    [[nodiscard]] static TimerQueue& current();

    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

private:
    struct Holder;
    struct Entry
    {
        Instant due;
        Timer* timer;
    };

    TimerQueue();
    ~TimerQueue();
    void release();
    void arm(Timer& timer, Instant due, std::chrono::nanoseconds period);
    void armAtOnce(Timer& timer);
    void disarm(Timer& timer);
    void run();
    void wakeForFirst();

    // A heap of four children a node: `m_heap.front()` is due first.
    [[nodiscard]] static bool before(const Entry& a, const Entry& b);
    void put(std::size_t place, const Entry& entry);
    void rise(std::size_t place, const Entry& entry);
    void sink(std::size_t place, const Entry& entry);

    std::vector<Entry> m_heap;
    std::uint32_t m_armings = 0;
    Instant m_woken; // the last time that was planned and came
    Instant m_planned;
    bool m_atOnce = false;   // one is to fire in the next turn
    std::size_t m_users = 1; // the thread, and each timer
    std::unique_ptr<WakeUp> m_wakeUp;
    bool m_running = false; // the wake-up is said at the end of that
};

} // namespace turnspit

#pragma once

#include <turnspit/base/time.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace turnspit {

/// A timer of a Clock. Belongs to the thread that made it: started, stopped, destroyed and fired there.
class ClockTimer
{
public:
    virtual ~ClockTimer() = default;
    ClockTimer(const ClockTimer&) = delete;
    ClockTimer& operator=(const ClockTimer&) = delete;

    /// Fires once, `delay` from now (negative: as 0); a start replaces the one before.
    virtual void startOnce(std::chrono::nanoseconds delay) = 0;

    /// Fires each `period` from now on, the n-th time at start + n x period: lateness of one does not move the next.
    virtual void startPeriodic(std::chrono::nanoseconds period) = 0;

    virtual void stop() = 0;

    /// A hint: what is called uses the memory from `begin` on, up to 4 KiB of it. Of thousands of timers it is in no cache, and where many
    /// are due it is asked for a little before. It may be gone by then.
    virtual void firingUses([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {}

protected:
    ClockTimer() = default;
};

/// Time as a dependency: who waits, waits on a Clock, so that every wait can be tested without sleeping.
/// All functions may be called from any thread; a timer belongs to the thread that makes it, which needs a Qt event loop for
/// the system clock.
class Clock
{
public:
    virtual ~Clock() = default;

    /// For intervals and deadlines: counts time asleep, is not moved by setting the time.
    [[nodiscard]] virtual Instant now() const = 0;

    /// For calendars and records.
    [[nodiscard]] virtual WallTime wallNow() const = 0;

    /// `fire` is called on this thread. It may destroy the timer.
    [[nodiscard]] virtual std::unique_ptr<ClockTimer> createTimer(std::function<void()> fire) = 0;

    /// The clock of this thread: what setCurrent said, else the system clock.
    [[nodiscard]] static Clock& current() noexcept;

    /// Null: the system clock again. The clock must outlive its use on this thread.
    static void setCurrent(Clock* clock) noexcept;

    /// The one implementation that asks Qt for timers.
    [[nodiscard]] static Clock& system() noexcept;
};

} // namespace turnspit

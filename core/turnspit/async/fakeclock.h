#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/base/clock.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace turnspit {

/// Time that moves only when a test says so, in steps: a callback due at t reads t (T16, where B55 reads the final time).
///
/// advance runs everything that is due, ordered by due time (ties: in the order of arming), and after each due time all that it
/// caused: the mailbox of the calling thread is drained, and the mailboxes of all other threads that made timers here, or were
/// added, are waited for until they are idle. What leaves mailboxes (processes, sockets, blocking work) is for gates.
class FakeClock final : public Clock
{
public:
    /// Midnight 2000-01-01 UTC unless told.
    explicit FakeClock(WallTime start = WallTime(std::chrono::sys_days(std::chrono::year(2000) / 1 / 1)));
    ~FakeClock() override;

    Instant now() const override;
    WallTime wallNow() const override;
    std::unique_ptr<ClockTimer> createTimer(std::function<void()> fire) override;

    /// Moves both clocks forward. std::out_of_range for a negative time. Not from inside a callback.
    void advance(std::chrono::nanoseconds time);

    /// Runs what is posted and due now, until nothing is left.
    void settle() { advance(std::chrono::nanoseconds(0)); }

    /// Sets the wall clock, both ways, and fires nothing: what somebody does who sets the time (B55, AdjustTime).
    void setWall(WallTime time);

    /// Moves the wall clock and the time asleep on without firing anything before the end: a machine that slept.
    void sleep(std::chrono::nanoseconds time);

    /// Waits for this mailbox too, though its thread made no timer.
    void addMailbox(const std::shared_ptr<Mailbox>& mailbox);

    /// How many timers are armed: lets a test wait for "it sleeps now".
    [[nodiscard]] std::size_t armedTimers() const;

private:
    class Timer;
    struct TimerState;
    struct Due
    {
        Instant at;
        std::uint64_t order;
        auto operator<=>(const Due&) const = default;
    };

    void runUntil(Instant end);
    void quiesce();
    void arm(const std::shared_ptr<TimerState>& state, Instant due);
    void disarm(TimerState& state);

    mutable std::mutex m_mutex;
    Instant m_now;        // guarded, as all below
    WallTime m_wall;
    std::uint64_t m_order = 0;
    std::map<Due, std::shared_ptr<TimerState>> m_armed;
    std::vector<std::weak_ptr<Mailbox>> m_mailboxes;
};

} // namespace turnspit

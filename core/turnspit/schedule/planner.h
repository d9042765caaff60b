#pragma once

#include <turnspit/base/states.h>
#include <turnspit/schedule/schedule.h>

#include <functional>

namespace turnspit {

/// The plan of one scheduled service: which time is next, and what to do when a time has come. Pure state, no clock, no timer;
/// one thread. The caller passes the wall clock in, waits until fireAt() by its own Clock, and then asks `take`.
///
/// Cron and `at` belong to the wall clock. An interval belongs to elapsed time, though it is written down as wall-clock times so
/// that a series survives the host: the caller compares wall clock and Instant at each wake-up and tells a difference to
/// clockJumped, which moves an interval along with the clock. Time asleep is counted by both clocks alike and so is no jump.
///
/// Order of events: arm once; then again and again: wait until fireAt(), take(now), begin what it says, store lastPlanned().
class Planner
{
public:
    /// What `take` says to do, in this order: record `missed`, begin `catchUps` runs (trigger catch-up), begin one (trigger).
    struct Due
    {
        std::optional<MissedRuns> missed; ///< leaves one record
        int catchUps = 0;
        bool run = false;
        Trigger trigger = Trigger::Schedule; ///< of `run`: Schedule, or Start for run_at_start
        WallTime planned;                    ///< the newest planned time that this is about

        [[nodiscard]] bool nothing() const { return !missed && catchUps == 0 && !run; }
    };

    /// In [0, 1). Called once for each planned time if the schedule has a jitter.
    using Random = std::function<double()>;

    /// A planned time taken no later than this is on time; planned times that pass within it are one tick, not a gap.
    static constexpr std::chrono::seconds onTime{5};

    Planner(Schedule schedule, TimeZone zone, Random random);

    /// Begins a new series: the first interval ends one interval from now. With run_at_start the first run is due at once.
    void arm(WallTime now);

    /// Goes on with the series of an earlier host, whose lastPlanned() was stored: what passed since is due as missed at the next
    /// `take`, and fireAt() is then `now` or earlier. With run_at_start one run is due at once, which also stands for what
    /// MissedPolicy::Once would make up.
    void armAfter(WallTime lastPlanned, WallTime now);

    /// Nothing is planned any more.
    void disarm();

    /// The next planned time, without jitter; null: nothing more, or not armed.
    [[nodiscard]] std::optional<WallTime> next() const { return m_next; }

    /// When to ask `take`: next() and its jitter. It is `next_run` of the contract.
    [[nodiscard]] std::optional<WallTime> fireAt() const;

    /// What has come due until `now`, and moves on to the first planned time after `now`. Nothing due: says nothing, changes nothing.
    [[nodiscard]] Due take(WallTime now);

    /// Moves on to the first planned time after `now` without making up for anything: at the end of a hold, which may be a while ago.
    void skipPassed(WallTime now);

    /// The wall clock was set from `before` to `now`. An interval moves along. Cron and `at` stay where they are when it went
    /// forward (what was jumped over is due as missed); when it went back, cron is planned anew, but does not repeat what it ran
    /// already unless it went back by more than three hours.
    void clockJumped(WallTime before, WallTime now);

    /// The machine's zone has changed: plans local times anew.
    void setZone(TimeZone zone, WallTime now);

    /// The last planned time that was taken; before the first, when it was armed. Store it; armAfter goes on from it. Null: not armed.
    [[nodiscard]] std::optional<WallTime> lastPlanned() const { return m_last; }

    [[nodiscard]] const Schedule& schedule() const { return m_schedule; }
    [[nodiscard]] const TimeZone& zone() const { return m_zone; }

private:
    void planAfter(WallTime after);

    Schedule m_schedule;
    TimeZone m_zone;
    Random m_random;
    std::optional<WallTime> m_last;
    std::optional<WallTime> m_next;
    std::chrono::microseconds m_jitter{0}; ///< of m_next
    std::optional<WallTime> m_atStart;     ///< a run_at_start run is due, since then
};

} // namespace turnspit

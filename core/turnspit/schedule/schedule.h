#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/time.h>
#include <turnspit/base/units.h>
#include <turnspit/schedule/cron.h>
#include <turnspit/schedule/timezone.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace turnspit {

/// Again and again, one interval after another.
struct Every
{
    Milliseconds interval{0};
    bool operator==(const Every&) const = default;
};

/// Once. A LocalTime is meant in the zone of the schedule.
struct At
{
    std::variant<WallTime, LocalTime> when;
    bool operator==(const At&) const = default;
};

/// What happens at a planned time while the run before still lives.
enum class OverlapPolicy {
    Skip,    ///< the new one is not begun; recorded as `skipped`
    Queue,   ///< one waits for the end of the other; further ones are skipped
    Replace, ///< the old one is stopped first
};

/// What happens to planned times that passed while nothing could run.
enum class MissedPolicy {
    Once, ///< one run, if the newest of them is less than missedLimit late
    Skip,
    All, ///< each, at most maxCatchUps
};

/// At most this many runs are made up for.
inline constexpr int maxCatchUps = 10;

/// `skip`, `queue`, `replace`; `once`, `skip`, `all`.
[[nodiscard]] std::string_view toString(OverlapPolicy policy) noexcept;
[[nodiscard]] std::string_view toString(MissedPolicy policy) noexcept;
[[nodiscard]] std::optional<OverlapPolicy> overlapPolicyFromString(std::string_view text) noexcept;
[[nodiscard]] std::optional<MissedPolicy> missedPolicyFromString(std::string_view text) noexcept;

/// When a service runs: the table [schedule] of its file, as values.
struct Schedule
{
    std::variant<Every, Cron, At> rule = Every{};
    std::string timezone = "system"; ///< or an IANA id; TimeZone::find resolves it
    OverlapPolicy overlap = OverlapPolicy::Skip;
    MissedPolicy missed = MissedPolicy::Once;
    Milliseconds missedLimit = std::chrono::hours(24);
    Milliseconds jitter{0};
    bool runAtStart = false;

    bool operator==(const Schedule&) const = default;
};

/// The first planned time after `after`, without jitter; null: none. `origin` is that of an interval: its times are
/// origin + n x interval, n from 1.
[[nodiscard]] std::optional<WallTime> nextTime(const Schedule& schedule, const TimeZone& zone, WallTime after,
                                               WallTime origin);

/// Planned times that passed while nothing could run.
struct MissedRuns
{
    std::int64_t count = 0;
    bool more = false; ///< count is where counting stopped (countLimit): there are more
    WallTime first;
    WallTime last;
    int catchUps = 0; ///< runs to make up for them, by policy

    /// Cron expressions are counted one by one up to this; intervals are counted by division, exactly.
    static constexpr std::int64_t countLimit = 100'000;

    /// `8 runs between 2026-11-22T02:00:00+01:00 and 2026-11-22T09:00:00+01:00: asleep`; word: "asleep", "host not running".
    [[nodiscard]] std::string reason(const TimeZone& zone, std::string_view word) const;

    bool operator==(const MissedRuns&) const = default;
};

/// The planned times in (lastPlanned, now], and how many runs the policy makes up for them; null: there are none. For an interval
/// lastPlanned is its origin too. Bounded cost however long ago lastPlanned is.
[[nodiscard]] std::optional<MissedRuns> missedRuns(const Schedule& schedule, const TimeZone& zone, WallTime lastPlanned,
                                                   WallTime now);

/// The next `count` planned times after `from`, without jitter; fewer where there are no more. An interval counts from `from`.
[[nodiscard]] std::vector<WallTime> preview(const Schedule& schedule, const TimeZone& zone, WallTime from, int count);

/// The same with the schedule's own zone; fails where that is unknown.
[[nodiscard]] Result<std::vector<WallTime>> preview(const Schedule& schedule, WallTime from, int count);

/// A planned local time that daylight saving skips or repeats.
struct DstNote
{
    enum Kind { Skipped, Twice };
    Kind kind = Skipped;
    LocalTime wanted; ///< what the schedule names
    WallTime run;     ///< when it runs instead (Skipped), or the one time of the two (Twice)
    bool operator==(const DstNote&) const = default;
};

/// What daylight saving does to a schedule between `from` and `until` (one note a transition); empty for intervals and for
/// expressions that follow elapsed time. For a warning before saving.
[[nodiscard]] std::vector<DstNote> dstNotes(const Schedule& schedule, const TimeZone& zone, WallTime from, WallTime until);

/// One plain sentence without a full stop: `Every 5 minutes`, `At 02:00 on day 1 or on Fridays, Europe/Berlin`. The zone is named
/// where it is not "system".
[[nodiscard]] std::string describe(const Schedule& schedule);

} // namespace turnspit

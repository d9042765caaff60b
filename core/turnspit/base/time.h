#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace turnspit {

/// A point on the wall clock, UTC, to the microsecond that logs and records are written with.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Clock type of `Instant`: runs on while the machine sleeps (CLOCK_BOOTTIME), never jumps when somebody sets the time.
struct BootClock
{
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept;
};

/// A point in time for intervals and deadlines.
using Instant = BootClock::time_point;

/// `time` after `from`, which is not negative; the last Instant there is for what would be beyond it.
[[nodiscard]] constexpr Instant later(Instant from, std::chrono::nanoseconds time) noexcept
{
    return time > Instant::max() - from ? Instant::max() : from + time;
}

[[nodiscard]] WallTime wallClockNow() noexcept;

/// RFC 3339, UTC, six decimals: `2026-11-22T08:44:24.123456Z`, always 27 characters for years 0000 to 9999.
[[nodiscard]] std::string formatRfc3339(WallTime time);

/// Writes the 27 characters of formatRfc3339 to `out`; no allocation.
void formatRfc3339(WallTime time, char* out) noexcept;

/// RFC 3339 with any offset and 0 to 9 decimals (cut to microseconds); nullopt where the text is anything else.
[[nodiscard]] std::optional<WallTime> parseRfc3339(std::string_view text) noexcept;

} // namespace turnspit

#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/time.h>
#include <turnspit/schedule/timezone.h>

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnspit {

/// A cron expression: five fields `minute hour day-of-month month weekday`, or six with the second first.
///
/// A field is `*`, `*/STEP`, `N`, `N-M`, `N-M/STEP`, `N/STEP` (from N to the end), or a list of these with commas. Months and
/// weekdays may be written as names of three letters in any case; weekdays are 0-7, 0 and 7 are Sunday (`fri-7` works, and so
/// does `sun-tue`, but a range whose end is before its begin is an error). Instead of fields: `@yearly @annually @monthly
/// @weekly @daily @midnight @hourly`.
///
/// Day of month and weekday both restricted: either matches. As in every cron since Vixie's, a day field that begins with `*` is
/// not restricted, `*/2` included: then both must match.
///
/// Daylight saving. An expression that names hours keeps the contract exactly: a local time that is skipped runs at the instant
/// of the transition (once, however many times were skipped), one that comes twice runs the first time only. An expression that
/// matches every hour of the day is an interval in disguise and follows elapsed time, since `*/5 * * * *` that stood still for the
/// repeated hour would be an outage: it runs in both passes of a repeated hour, and a skipped time is made up at the transition
/// only if the time that takes its place does not match anyway (`30 * * * *`: 01:30, 03:30).
class Cron
{
public:
    /// Errors are InvalidDefinition with `column` from 1 in the expression, and name the field and its range: "minute must be 0-59,
    /// not 61". What can never match (30 February) is an error too. Any thread.
    [[nodiscard]] static Result<Cron> parse(std::string_view expression);

    /// The expression as it was written, without blanks around it.
    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

    [[nodiscard]] bool hasSeconds() const noexcept { return m_hasSeconds; }

    /// Both day fields are restricted, so that either one matches: worth telling a person.
    [[nodiscard]] bool restrictsDayOfMonthAndWeekday() const noexcept { return m_dayRestricted && m_weekdayRestricted; }

    /// Matches in every hour of the day it matches at all: see above.
    [[nodiscard]] bool followsElapsedTime() const noexcept { return m_hours.all(); }

    [[nodiscard]] bool matches(LocalTime time) const;

    /// By the calendar alone, at or after `from`; null: none up to the year 9999.
    [[nodiscard]] std::optional<LocalTime> nextLocal(LocalTime from) const;

    /// The first run after `after` (not at it). Null only at the end of the year 9999. Cost: microseconds, whatever lies between.
    [[nodiscard]] std::optional<WallTime> next(WallTime after, const TimeZone& zone) const;

    /// The newest run at or before `until`, not before `from`; null: none.
    [[nodiscard]] std::optional<WallTime> newest(WallTime from, WallTime until, const TimeZone& zone) const;

    // The fields as sets, for those who put them into words.
    [[nodiscard]] const std::bitset<60>& secondSet() const noexcept { return m_seconds; }
    [[nodiscard]] const std::bitset<60>& minuteSet() const noexcept { return m_minutes; }
    [[nodiscard]] const std::bitset<24>& hourSet() const noexcept { return m_hours; }
    [[nodiscard]] const std::bitset<32>& daySet() const noexcept { return m_days; }     ///< 1-31
    [[nodiscard]] const std::bitset<13>& monthSet() const noexcept { return m_months; }        ///< 1-12
    [[nodiscard]] const std::bitset<7>& weekdaySet() const noexcept { return m_weekdays; }     ///< 0 is Sunday
    [[nodiscard]] bool dayOfMonthRestricted() const noexcept { return m_dayRestricted; }
    [[nodiscard]] bool weekdayRestricted() const noexcept { return m_weekdayRestricted; }

    bool operator==(const Cron& other) const { return m_text == other.m_text; }

private:
    friend class CronParser;
    friend class CronWalk;

    Cron() = default;
    [[nodiscard]] bool matchesDay(std::chrono::local_days day) const;
    [[nodiscard]] std::optional<std::chrono::local_days> nextDay(std::chrono::local_days from) const;

    std::string m_text;
    std::bitset<60> m_seconds;
    std::bitset<60> m_minutes;
    std::bitset<24> m_hours;
    std::bitset<32> m_days;
    std::bitset<13> m_months;
    std::bitset<7> m_weekdays;
    bool m_hasSeconds = false;
    bool m_dayRestricted = false;
    bool m_weekdayRestricted = false;
};

} // namespace turnspit

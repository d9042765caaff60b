#include <turnspit/schedule/cron.h>

#include <turnspit/schedule/cronwalk.h>

#include <algorithm>

namespace turnspit {

using namespace std::chrono;

namespace {

constexpr local_days lastDay = local_days(year(9999) / 12 / 31);

/// The first set bit at or after `from`; N: none.
template <std::size_t N>
std::size_t firstSet(const std::bitset<N>& bits, std::size_t from)
{
    while (from < N && !bits.test(from))
        ++from;
    return from;
}

} // namespace

bool Cron::matchesDay(local_days day) const
{
    const year_month_day date(day);
    if (!m_months.test(static_cast<unsigned>(date.month())))
        return false;
    const bool dayOfMonth = m_days.test(static_cast<unsigned>(date.day()));
    const bool dayOfWeek = m_weekdays.test(weekday(day).c_encoding());
    return restrictsDayOfMonthAndWeekday() ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek;
}

bool Cron::matches(LocalTime time) const
{
    const local_days day = floor<days>(time);
    const hh_mm_ss clock(time - day);
    return matchesDay(day) && m_hours.test(static_cast<std::size_t>(clock.hours().count())) &&
           m_minutes.test(static_cast<std::size_t>(clock.minutes().count())) &&
           m_seconds.test(static_cast<std::size_t>(clock.seconds().count()));
}

std::optional<local_days> Cron::nextDay(local_days from) const
{
    local_days day = from;
    while (day <= lastDay) {
        const year_month_day date(day);
        if (!m_months.test(static_cast<unsigned>(date.month()))) {
            day = local_days((date.year() / date.month() + months(1)) / 1);
            continue;
        }
        if (matchesDay(day))
            return day;
        day += days(1);
    }
    return std::nullopt;
}

std::optional<LocalTime> Cron::nextLocal(LocalTime from) const
{
    const local_days today = floor<days>(from);
    if (today > lastDay)
        return std::nullopt;
    const auto at = [](local_days day, std::size_t h, std::size_t m, std::size_t s) {
        return LocalTime(day) + hours(h) + minutes(m) + seconds(s);
    };
    const std::size_t firstHour = firstSet(m_hours, 0);
    const std::size_t firstMinute = firstSet(m_minutes, 0);
    const std::size_t firstSecond = firstSet(m_seconds, 0);
    if (matchesDay(today)) {
        const hh_mm_ss clock(from - today);
        std::size_t hour = firstSet(m_hours, static_cast<std::size_t>(clock.hours().count()));
        if (hour == static_cast<std::size_t>(clock.hours().count())) {
            std::size_t minute = firstSet(m_minutes, static_cast<std::size_t>(clock.minutes().count()));
            if (minute == static_cast<std::size_t>(clock.minutes().count())) {
                const std::size_t second = firstSet(m_seconds, static_cast<std::size_t>(clock.seconds().count()));
                if (second < m_seconds.size())
                    return at(today, hour, minute, second);
                minute = firstSet(m_minutes, minute + 1);
            }
            if (minute < m_minutes.size())
                return at(today, hour, minute, firstSecond);
            hour = firstSet(m_hours, hour + 1);
        }
        if (hour < m_hours.size())
            return at(today, hour, firstMinute, firstSecond);
    }
    const auto day = nextDay(today + days(1));
    if (!day)
        return std::nullopt;
    return at(*day, firstHour, firstMinute, firstSecond);
}

std::optional<WallTime> Cron::next(WallTime after, const TimeZone& zone) const
{
    return CronWalk(*this, zone, after).next();
}

std::optional<WallTime> Cron::newest(WallTime from, WallTime until, const TimeZone& zone) const
{
    // Runs are at whole seconds. `anyAfter` is true before the newest run and false from it on, so it can be searched by halves.
    const auto anyAfter = [&](sys_seconds time) {
        const auto run = next(time, zone);
        return run && *run <= until;
    };
    sys_seconds high = floor<seconds>(until);
    const sys_seconds lowest = ceil<seconds>(from) - seconds(1);
    if (lowest >= high || !anyAfter(lowest))
        return std::nullopt;
    sys_seconds low = lowest;
    for (seconds back(60); high - back > lowest; back *= 16) {
        if (anyAfter(high - back)) {
            low = high - back;
            break;
        }
    }
    while (high - low > seconds(1)) {
        const sys_seconds middle = low + (high - low) / 2;
        (anyAfter(middle) ? low : high) = middle;
    }
    return WallTime(high);
}

} // namespace turnspit

#include <turnspit/schedule/schedule.h>

#include <array>
#include <cstddef>

namespace turnspit {

using namespace std::chrono;
using namespace std::string_view_literals;

namespace {

constexpr std::array months{"January"sv, "February"sv, "March"sv,     "April"sv,   "May"sv,      "June"sv,
                            "July"sv,    "August"sv,   "September"sv, "October"sv, "November"sv, "December"sv};
constexpr std::array weekdayPlurals{"Sundays"sv,   "Mondays"sv, "Tuesdays"sv, "Wednesdays"sv,
                                    "Thursdays"sv, "Fridays"sv, "Saturdays"sv};

/// More times a day than this are not listed one by one.
constexpr std::size_t mostTimes = 6;

template <std::size_t N>
std::vector<unsigned> members(const std::bitset<N>& set)
{
    std::vector<unsigned> out;
    for (std::size_t i = 0; i < N; ++i) {
        if (set.test(i))
            out.push_back(static_cast<unsigned>(i));
    }
    return out;
}

std::string twoDigits(unsigned value)
{
    return (value < 10 ? "0" : "") + std::to_string(value);
}

/// `a`, `a and b`, `a, b and c`.
std::string listed(const std::vector<std::string>& words)
{
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            out += i + 1 == words.size() ? " and " : ", ";
        out += words[i];
    }
    return out;
}

/// At least three values in a row are `A to B`.
template <class Name>
std::string spoken(const std::vector<unsigned>& values, Name name)
{
    if (values.size() >= 3 && values.back() - values.front() + 1 == values.size())
        return name(values.front()) + " to " + name(values.back());
    std::vector<std::string> words;
    for (const unsigned value : values)
        words.push_back(name(value));
    return listed(words);
}

std::string number(unsigned value)
{
    return std::to_string(value);
}

std::string plural(std::string_view word, const std::vector<unsigned>& values)
{
    return std::string(word) + (values.size() > 1 ? "s " : " ") + spoken(values, number);
}

/// n where the set is 0, n, 2n, ... and n divides N, so that the steps are even; 0 otherwise.
template <std::size_t N>
unsigned evenStep(const std::bitset<N>& set)
{
    const std::size_t step = N / std::max<std::size_t>(set.count(), 1);
    if (set.none() || step * set.count() != N)
        return 0;
    for (std::size_t i = 0; i < N; i += step) {
        if (!set.test(i))
            return 0;
    }
    return static_cast<unsigned>(step);
}

std::string every(unsigned count, std::string_view unit)
{
    return count == 1 ? "Every " + std::string(unit) : "Every " + std::to_string(count) + " " + std::string(unit) + "s";
}

/// `At 02:00`, `At 02:00 and 14:00`.
std::string timesOfDay(const std::vector<unsigned>& hours, const std::vector<unsigned>& minutes,
                       const std::vector<unsigned>& seconds)
{
    const bool withSeconds = seconds != std::vector<unsigned>{0};
    std::vector<std::string> times;
    for (const unsigned hour : hours) {
        for (const unsigned minute : minutes) {
            for (const unsigned second : seconds)
                times.push_back(twoDigits(hour) + ":" + twoDigits(minute) + (withSeconds ? ":" + twoDigits(second) : ""));
        }
    }
    return "At " + listed(times);
}

/// The finest field that moves, then where the coarser ones stand: `Every 5 minutes in hours 9 to 17`.
std::string timePart(const Cron& cron, bool& listsTimes)
{
    const auto seconds = members(cron.secondSet());
    const auto minutes = members(cron.minuteSet());
    const auto hours = members(cron.hourSet());
    listsTimes = seconds.size() * minutes.size() * hours.size() <= mostTimes && !cron.hourSet().all();
    if (listsTimes)
        return timesOfDay(hours, minutes, seconds);

    const bool wholeMinutes = seconds == std::vector<unsigned>{0};
    const bool wholeHours = wholeMinutes && minutes == std::vector<unsigned>{0};
    std::string out;
    bool minutesSaid = false;
    bool hoursSaid = false;
    if (wholeHours && evenStep(cron.hourSet()) != 0) {
        hoursSaid = minutesSaid = true;
        out = every(evenStep(cron.hourSet()), "hour");
    } else if (wholeHours) {
        minutesSaid = true;
        out = "Every hour";
    } else if (wholeMinutes && evenStep(cron.minuteSet()) != 0 && minutes.size() > 1) {
        minutesSaid = true;
        out = every(evenStep(cron.minuteSet()), "minute");
    } else if (wholeMinutes) {
        minutesSaid = true;
        out = "At " + plural("minute", minutes) + (cron.hourSet().all() ? " of every hour" : "");
        hoursSaid = cron.hourSet().all();
    } else if (evenStep(cron.secondSet()) != 0 && seconds.size() > 1) {
        out = every(evenStep(cron.secondSet()), "second");
    } else {
        out = "At " + plural("second", seconds) + (cron.minuteSet().all() ? " of every minute" : "");
    }
    if (!minutesSaid && !cron.minuteSet().all())
        out += " in " + plural("minute", minutes);
    if (!hoursSaid && !cron.hourSet().all())
        out += " in " + plural("hour", hours);
    return out;
}

std::string dayPart(const Cron& cron)
{
    const auto weekdays = members(cron.weekdaySet());
    std::string days;
    if (cron.daySet().count() < 31)
        days = "on " + plural("day", members(cron.daySet()));
    std::string names;
    if (!cron.weekdaySet().all())
        names = spoken(weekdays, [](unsigned day) { return std::string(weekdayPlurals[day]); });
    if (cron.restrictsDayOfMonthAndWeekday()) {
        // One of the two that names every day makes the other meaningless: either matches.
        if (days.empty() || names.empty())
            return {};
        return days + " or on " + names;
    }
    if (days.empty() || names.empty())
        return names.empty() ? days : "on " + names;
    return days + " that are " + names;
}

std::string sentence(const Cron& cron)
{
    bool listsTimes = false;
    std::string out = timePart(cron, listsTimes);
    const std::string days = dayPart(cron);
    const bool everyMonth = cron.monthSet().count() == 12;
    if (!days.empty())
        out += " " + days;
    else if (listsTimes)
        out += " every day";
    if (!everyMonth)
        out += " in " + spoken(members(cron.monthSet()), [](unsigned month) { return std::string(months[month - 1]); });
    return out;
}

std::string sentence(const Every& rule)
{
    struct Unit
    {
        std::string_view name;
        std::int64_t length;
    };
    constexpr std::array<Unit, 6> units{{{"week", 7LL * 24 * 3600 * 1000},
                                         {"day", 24LL * 3600 * 1000},
                                         {"hour", 3600LL * 1000},
                                         {"minute", 60LL * 1000},
                                         {"second", 1000},
                                         {"millisecond", 1}}};
    std::int64_t rest = rule.interval.count();
    std::string out = "Every";
    for (const Unit& unit : units) {
        // Weeks only where nothing is left over: 8 days are not 1 week 1 day.
        if (unit.name == "week" && rest % unit.length != 0)
            continue;
        const std::int64_t count = rest / unit.length;
        rest %= unit.length;
        if (count == 0)
            continue;
        const bool alone = out == "Every" && rest == 0;
        if (count != 1 || !alone)
            out += " " + std::to_string(count);
        out += " " + std::string(unit.name) + (count == 1 ? "" : "s");
    }
    return out;
}

std::string sentence(const At& rule)
{
    const auto* local = std::get_if<LocalTime>(&rule.when);
    const WallTime digits = local ? WallTime(local->time_since_epoch()) : std::get<WallTime>(rule.when);
    std::string text = formatRfc3339(digits).substr(0, 19);
    text[10] = ' ';
    if (text.ends_with(":00"))
        text.resize(16);
    return "Once at " + text + (local ? "" : " UTC");
}

} // namespace

std::string describe(const Schedule& schedule)
{
    std::string out = std::visit([](const auto& rule) { return sentence(rule); }, schedule.rule);
    const auto* at = std::get_if<At>(&schedule.rule);
    const bool local = std::holds_alternative<Cron>(schedule.rule) || (at && std::holds_alternative<LocalTime>(at->when));
    if (local && schedule.timezone != "system")
        out += ", " + schedule.timezone;
    if (schedule.jitter > Milliseconds(0))
        out += ", up to " + formatDuration(schedule.jitter) + " later";
    if (schedule.runAtStart)
        out += ", and when the host starts";
    return out;
}

} // namespace turnspit

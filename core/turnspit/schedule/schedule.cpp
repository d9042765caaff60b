#include <turnspit/schedule/schedule.h>

#include <turnspit/schedule/cronwalk.h>

#include <algorithm>
#include <array>

namespace turnspit {

using namespace std::chrono;
using namespace std::string_view_literals;

namespace {

constexpr std::array overlapNames{"skip"sv, "queue"sv, "replace"sv};
constexpr std::array missedNames{"once"sv, "skip"sv, "all"sv};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view text) noexcept
{
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == text)
            return static_cast<Enum>(i);
    }
    return std::nullopt;
}

WallTime timeOf(const At& at, const TimeZone& zone)
{
    if (const auto* local = std::get_if<LocalTime>(&at.when))
        return zone.toWall(*local);
    return std::get<WallTime>(at.when);
}

/// How many whole intervals lie between `origin` and `time`; 0 where time is before origin.
std::int64_t intervalsUntil(const Every& every, WallTime origin, WallTime time)
{
    return time < origin ? 0 : (time - origin) / microseconds(every.interval);
}

/// count, more, first and last; null: none.
std::optional<MissedRuns> passed(const Schedule& schedule, const TimeZone& zone, WallTime lastPlanned, WallTime now)
{
    MissedRuns out;
    if (const auto* every = std::get_if<Every>(&schedule.rule)) {
        if (every->interval <= Milliseconds(0))
            return std::nullopt;
        out.count = intervalsUntil(*every, lastPlanned, now);
        out.first = lastPlanned + every->interval;
        out.last = lastPlanned + out.count * microseconds(every->interval);
    } else if (const auto* cron = std::get_if<Cron>(&schedule.rule)) {
        CronWalk walk(*cron, zone, lastPlanned);
        for (auto time = walk.next(); time && *time <= now; time = walk.next()) {
            if (out.count == MissedRuns::countLimit) {
                out.more = true;
                out.last = cron->newest(*time, now, zone).value_or(*time);
                break;
            }
            if (out.count++ == 0)
                out.first = *time;
            out.last = *time;
        }
    } else if (const WallTime at = timeOf(std::get<At>(schedule.rule), zone); at > lastPlanned && at <= now) {
        out.count = 1;
        out.first = out.last = at;
    }
    if (out.count == 0)
        return std::nullopt;
    return out;
}

} // namespace

std::string_view toString(OverlapPolicy policy) noexcept
{
    return overlapNames[static_cast<std::size_t>(policy)];
}

std::string_view toString(MissedPolicy policy) noexcept
{
    return missedNames[static_cast<std::size_t>(policy)];
}

std::optional<OverlapPolicy> overlapPolicyFromString(std::string_view text) noexcept
{
    return find<OverlapPolicy>(overlapNames, text);
}

std::optional<MissedPolicy> missedPolicyFromString(std::string_view text) noexcept
{
    return find<MissedPolicy>(missedNames, text);
}

std::optional<WallTime> nextTime(const Schedule& schedule, const TimeZone& zone, WallTime after, WallTime origin)
{
    if (const auto* every = std::get_if<Every>(&schedule.rule)) {
        if (every->interval <= Milliseconds(0))
            return std::nullopt;
        return origin + (intervalsUntil(*every, origin, after) + 1) * microseconds(every->interval);
    }
    if (const auto* cron = std::get_if<Cron>(&schedule.rule))
        return cron->next(after, zone);
    const WallTime at = timeOf(std::get<At>(schedule.rule), zone);
    return at > after ? std::optional(at) : std::nullopt;
}

std::string MissedRuns::reason(const TimeZone& zone, std::string_view word) const
{
    std::string out = more ? "more than " : "";
    out += std::to_string(count) + " runs between " + zone.format(first) + " and " + zone.format(last) + ": ";
    out += word;
    return out;
}

std::optional<MissedRuns> missedRuns(const Schedule& schedule, const TimeZone& zone, WallTime lastPlanned, WallTime now)
{
    auto out = passed(schedule, zone, lastPlanned, now);
    if (!out)
        return std::nullopt;
    switch (schedule.missed) {
    case MissedPolicy::Once:
        out->catchUps = now - out->last < schedule.missedLimit ? 1 : 0;
        break;
    case MissedPolicy::Skip:
        break;
    case MissedPolicy::All:
        out->catchUps = static_cast<int>(std::min<std::int64_t>(out->count, maxCatchUps));
        break;
    }
    return out;
}

std::vector<WallTime> preview(const Schedule& schedule, const TimeZone& zone, WallTime from, int count)
{
    std::vector<WallTime> out;
    if (const auto* cron = std::get_if<Cron>(&schedule.rule)) {
        CronWalk walk(*cron, zone, from);
        for (std::optional<WallTime> time; static_cast<int>(out.size()) < count && (time = walk.next());)
            out.push_back(*time);
        return out;
    }
    std::optional<WallTime> time = nextTime(schedule, zone, from, from);
    while (static_cast<int>(out.size()) < count && time) {
        out.push_back(*time);
        time = nextTime(schedule, zone, *time, from);
    }
    return out;
}

Result<std::vector<WallTime>> preview(const Schedule& schedule, WallTime from, int count)
{
    const auto zone = TimeZone::find(schedule.timezone);
    if (!zone)
        return fail(zone.error());
    return preview(schedule, *zone, from, count);
}

std::vector<DstNote> dstNotes(const Schedule& schedule, const TimeZone& zone, WallTime from, WallTime until)
{
    const auto* cron = std::get_if<Cron>(&schedule.rule);
    const auto* at = std::get_if<At>(&schedule.rule);
    const LocalTime* once = at ? std::get_if<LocalTime>(&at->when) : nullptr;
    if ((!cron || cron->followsElapsedTime()) && !once)
        return {};
    const auto firstWanted = [&](LocalTime begin, LocalTime end) -> std::optional<LocalTime> {
        const auto time = cron ? cron->nextLocal(begin) : *once >= begin ? std::optional(*once) : std::nullopt;
        return time && *time < end ? time : std::nullopt;
    };

    std::vector<DstNote> out;
    for (auto segment = zone.segmentAt(from); segment.end && *segment.end < until;) {
        const WallTime transition = *segment.end;
        const TimeZone::Segment next = zone.segmentAt(transition);
        const LocalTime before = segment.local(transition);
        const LocalTime after = next.local(transition);
        if (before < after) {
            if (const auto wanted = firstWanted(before, after))
                out.push_back({DstNote::Skipped, *wanted, transition});
        } else if (const auto wanted = firstWanted(after, before)) {
            out.push_back({DstNote::Twice, *wanted, WallTime(wanted->time_since_epoch() - segment.offset)});
        }
        segment = next;
    }
    return out;
}

} // namespace turnspit

#include <turnspit/schedule/planner.h>

#include <algorithm>

namespace turnspit {

using namespace std::chrono;

namespace {

/// Set back by no more than this, the clock shows times again that have had their runs (the rule of cron's daemons). Set back
/// further, it was wrong before.
constexpr hours repeatedTimes{3};

constexpr microseconds tick{1};

} // namespace

Planner::Planner(Schedule schedule, TimeZone zone, Random random)
    : m_schedule(std::move(schedule)), m_zone(std::move(zone)), m_random(std::move(random))
{
}

void Planner::arm(WallTime now)
{
    m_last = now;
    m_atStart = m_schedule.runAtStart ? std::optional(now) : std::nullopt;
    planAfter(now);
}

void Planner::armAfter(WallTime lastPlanned, WallTime now)
{
    m_last = lastPlanned;
    m_atStart = m_schedule.runAtStart ? std::optional(now) : std::nullopt;
    if (lastPlanned > now) {
        // The clock was set back while nobody looked: keep the phase of an interval, and do not repeat what ran shortly before.
        if (const auto* every = std::get_if<Every>(&m_schedule.rule); every && every->interval > Milliseconds(0)) {
            const microseconds interval = every->interval;
            m_last = lastPlanned - ((lastPlanned - now + interval - tick) / interval) * interval;
        } else if (lastPlanned - now > repeatedTimes) {
            m_last = now;
        }
    }
    planAfter(*m_last);
    if (m_next && *m_next <= now)
        m_jitter = microseconds(0);
}

void Planner::disarm()
{
    m_last.reset();
    m_next.reset();
    m_atStart.reset();
    m_jitter = microseconds(0);
}

std::optional<WallTime> Planner::fireAt() const
{
    if (m_atStart)
        return m_atStart;
    return m_next ? std::optional(*m_next + m_jitter) : std::nullopt;
}

Planner::Due Planner::take(WallTime now)
{
    Due due;
    if (m_atStart && *m_atStart <= now) {
        due.run = true;
        due.trigger = Trigger::Start;
        due.planned = *m_atStart;
        m_atStart.reset();
    }
    if (!m_next || *m_next + m_jitter > now)
        return due;

    // An interval counts from the last one; the others from m_next on, which may be later than the first after m_last.
    const bool isInterval = std::holds_alternative<Every>(m_schedule.rule);
    auto passed = missedRuns(m_schedule, m_zone, isInterval ? *m_last : *m_next - tick, now);
    if (!passed)
        return due;
    const WallTime newest = passed->last;
    const microseconds late = now - newest - (newest == *m_next ? m_jitter : microseconds(0));
    due.planned = newest;
    if (late <= onTime) {
        // The newest is an ordinary tick, and all that MissedPolicy::Once would make up for those before it.
        due.run = true;
        if (due.trigger != Trigger::Start)
            due.trigger = Trigger::Schedule;
        if (--passed->count > 0 && now - passed->first > onTime) {
            passed->last = newest - tick;
            if (const auto* cron = std::get_if<Cron>(&m_schedule.rule))
                passed->last = cron->newest(passed->first, passed->last, m_zone).value_or(passed->first);
            else if (const auto* every = std::get_if<Every>(&m_schedule.rule))
                passed->last = newest - every->interval;
            passed->catchUps = m_schedule.missed == MissedPolicy::All
                                   ? static_cast<int>(std::min<std::int64_t>(passed->count, maxCatchUps))
                                   : 0;
            due.missed = passed;
        }
    } else {
        if (due.run && m_schedule.missed == MissedPolicy::Once)
            passed->catchUps = 0;
        due.missed = passed;
    }
    due.catchUps = due.missed ? due.missed->catchUps : 0;
    m_last = newest;
    planAfter(now);
    return due;
}

void Planner::skipPassed(WallTime now)
{
    if (m_atStart && *m_atStart <= now)
        m_atStart.reset();
    if (!m_next || *m_next > now)
        return;
    const bool isInterval = std::holds_alternative<Every>(m_schedule.rule);
    if (const auto passed = missedRuns(m_schedule, m_zone, isInterval ? *m_last : *m_next - tick, now))
        m_last = passed->last;
    planAfter(now);
}

void Planner::clockJumped(WallTime before, WallTime now)
{
    if (!m_last)
        return;
    if (std::holds_alternative<Every>(m_schedule.rule)) {
        const microseconds by = now - before;
        *m_last += by;
        if (m_next)
            *m_next += by;
        if (m_atStart)
            *m_atStart += by;
        return;
    }
    if (now >= before)
        return;
    if (m_atStart)
        m_atStart = std::min(*m_atStart, now);
    if (*m_last - now > repeatedTimes)
        m_last = now;
    if (std::holds_alternative<Cron>(m_schedule.rule))
        planAfter(std::max(now, *m_last));
}

void Planner::setZone(TimeZone zone, WallTime now)
{
    m_zone = std::move(zone);
    // What is due already stays due; a one-time `at` that the new zone has put into the past is due at once.
    if (!m_next || *m_next <= now || std::holds_alternative<Every>(m_schedule.rule))
        return;
    planAfter(std::holds_alternative<Cron>(m_schedule.rule) ? std::max(now, *m_last) : *m_last);
}

void Planner::planAfter(WallTime after)
{
    m_jitter = microseconds(0);
    m_next = nextTime(m_schedule, m_zone, after, *m_last);
    if (!m_next || m_schedule.jitter <= Milliseconds(0))
        return;
    // Never as late as the planned time after it, so that two do not become one.
    microseconds span = m_schedule.jitter;
    if (const auto following = nextTime(m_schedule, m_zone, *m_next, *m_last))
        span = std::min(span, *following - *m_next);
    m_jitter = microseconds(static_cast<std::int64_t>(m_random() * static_cast<double>(span.count())));
}

} // namespace turnspit

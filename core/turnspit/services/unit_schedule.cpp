#include <turnspit/services/unit.h>

namespace turnspit {

using namespace std::chrono_literals;

bool Unit::isOneTime() const
{
    return m_definition && m_definition->schedule && std::holds_alternative<At>(m_definition->schedule->rule);
}

std::optional<WallTime> Unit::nextPlanned() const
{
    return m_planner && !m_held ? m_planner->fireAt() : std::nullopt;
}

std::vector<WallTime> Unit::plannedTimes(int count) const
{
    std::vector<WallTime> times;
    if (!m_planner || m_held || count <= 0)
        return times;
    auto next = m_planner->next();
    const WallTime origin = m_planner->lastPlanned().value_or(m_context.clock().wallNow());
    while (next && static_cast<int>(times.size()) < count) {
        times.push_back(*next);
        next = nextTime(m_planner->schedule(), m_planner->zone(), *next, origin);
    }
    return times;
}

void Unit::arm(Series series)
{
    if (series == Series::New) {
        m_lastPlanned.reset();
        m_oneTimeDone = false;
    }
    Schedule schedule = *m_definition->schedule;
    auto zone = TimeZone::find(schedule.timezone);
    if (!zone) {
        // The file was checked; the zone data has gone since.
        disarm();
        m_reason = zone.error().text();
        if (!m_live)
            settle(ServiceState::Failed);
        return;
    }
    schedule.runAtStart = schedule.runAtStart && series != Series::Same;
    m_planner = std::make_unique<Planner>(std::move(schedule), *zone, [this] { return m_context.random(); });
    const WallTime now = m_context.clock().wallNow();
    if (m_lastPlanned)
        m_planner->armAfter(*m_lastPlanned, now);
    else
        m_planner->arm(now);
    if (series != Series::Same)
        m_armedAt = now;
    m_lastPlanned = m_planner->lastPlanned();
    m_oneTimeDone = isOneTime() && !m_planner->fireAt();
    m_context.plannedTaken(*this);
    if (m_oneTimeDone) {
        disarm();
        if (!m_live) {
            m_reason = "its one time has passed";
            settle(ServiceState::Completed);
        }
        return;
    }
    if (!m_live && !m_retryAt)
        setState(ServiceState::Waiting);
    armTimer();
}

void Unit::armChanged(const std::optional<Schedule>& before)
{
    arm(sameTimes(before, m_definition->schedule) ? Series::Same : Series::New);
}

/// Whatever is done about them.
bool Unit::sameTimes(const std::optional<Schedule>& a, const std::optional<Schedule>& b)
{
    return a && b ? a->rule == b->rule && a->timezone == b->timezone : a.has_value() == b.has_value();
}

/// By what is remembered: the file may name another time since.
bool Unit::oneTimeIsOver() const
{
    if (!isOneTime() || !m_oneTimeDone)
        return false;
    const auto zone = TimeZone::find(m_definition->schedule->timezone);
    return !zone || !m_lastPlanned || !nextTime(*m_definition->schedule, *zone, *m_lastPlanned, *m_lastPlanned);
}

void Unit::setOneTimeEnd()
{
    switch (m_last ? m_last->outcome.value_or(Outcome::Unknown) : Outcome::Succeeded) {
    case Outcome::Failed:
    case Outcome::TimedOut:
    case Outcome::Unknown:
        settle(ServiceState::Failed);
        return;
    case Outcome::Stopped:
    case Outcome::Killed:
        settle(ServiceState::Stopped);
        return;
    default:
        settle(ServiceState::Completed);
    }
}

void Unit::disarm()
{
    m_scheduleTimer->stop();
    m_planner.reset();
}

void Unit::armTimer()
{
    const auto at = nextPlanned();
    if (!at) {
        m_scheduleTimer->stop();
        return;
    }
    // In steps of at most an hour: what moves the wall clock without a word is noticed then at the latest.
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(*at - m_context.clock().wallNow());
    m_scheduleTimer->startOnce(std::clamp<std::chrono::nanoseconds>(left, 0ns, 1h));
}

void Unit::armRetryTimer()
{
    if (m_retryAt)
        m_retryTimer->startOnce(*m_retryAt - m_context.clock().wallNow());
}

void Unit::due()
{
    if (!m_planner || m_held)
        return;
    const WallTime now = m_context.clock().wallNow();
    const Planner::Due due = m_planner->take(now);
    if (due.nothing()) {
        armTimer();
        return;
    }
    m_lastPlanned = m_planner->lastPlanned();
    m_context.plannedTaken(*this);
    if (due.missed) {
        const char* const why = due.missed->first <= m_armedAt ? "host not running" : "asleep";
        const std::string reason = due.missed->reason(m_planner->zone(), why);
        record(Outcome::Missed, Trigger::Schedule, reason);
        m_context.event("runs-missed", m_name, reason);
    }
    for (int i = 0; i < due.catchUps; ++i)
        activate(Trigger::CatchUp);
    if (due.run)
        activate(due.trigger);
    if (isOneTime() && !m_planner->next()) {
        m_oneTimeDone = true;
        m_context.plannedTaken(*this);
        if (!m_live && m_pending.empty()) {
            disarm();
            settle(ServiceState::Completed);
            return;
        }
    }
    nextPending();
    armTimer();
    notify();
}

void Unit::activate(Trigger trigger)
{
    const OverlapPolicy overlap = m_definition->schedule->overlap;
    const bool busy = m_live.has_value();
    if (busy && overlap == OverlapPolicy::Skip) {
        record(Outcome::Skipped, trigger, "still running (run " + std::to_string(m_live->id.value) + ")");
        return;
    }
    if (busy && overlap == OverlapPolicy::Queue && !m_pending.empty()) {
        record(Outcome::Skipped, trigger, "still running (run " + std::to_string(m_live->id.value) + "), and one waits already");
        return;
    }
    const auto id = m_context.nextRunId();
    if (!id) {
        m_context.event("trouble", m_name, id.error().text());
        return;
    }
    if (busy && overlap == OverlapPolicy::Replace)
        replaceLive(*id, trigger);
    else
        m_pending.push_back({*id, trigger});
}

void Unit::replaceLive(RunId id, Trigger trigger)
{
    dropPending(Outcome::Skipped, "replaced by run " + std::to_string(id.value));
    m_pending.push_back({id, trigger});
    if (!m_live->stopping)
        requestStop(keep::StopWhy::Stop, stopTimeout());
}

/// What a hold has let pass leaves one record, and is not made up for.
void Unit::passHeld(WallTime until)
{
    if (!m_planner)
        return;
    if (const auto last = m_planner->lastPlanned()) {
        if (const auto passed = missedRuns(m_planner->schedule(), m_planner->zone(), *last, until))
            record(Outcome::Skipped, Trigger::Schedule, passed->reason(m_planner->zone(), "held"));
    }
    m_planner->skipPassed(until);
    m_lastPlanned = m_planner->lastPlanned();
    const bool over = isOneTime() && !m_planner->next();
    m_oneTimeDone = m_oneTimeDone || over;
    m_context.plannedTaken(*this);
    if (over && !m_live) {
        disarm();
        settle(ServiceState::Completed);
    }
}

void Unit::nextPending()
{
    while (!m_live && !m_pending.empty() && !m_shutDown) {
        const Pending pending = m_pending.front();
        m_pending.pop_front();
        m_retryTimer->stop();
        m_retryAt.reset();
        m_tracker.manualStart();
        begin(pending.id, pending.trigger);
    }
}

} // namespace turnspit

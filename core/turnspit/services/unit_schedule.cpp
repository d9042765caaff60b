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

void Unit::arm()
{
    const Schedule& schedule = *m_definition->schedule;
    auto zone = TimeZone::find(schedule.timezone);
    if (!zone) {
        // The file was checked; the zone data has gone since.
        m_reason = zone.error().text();
        setState(ServiceState::Failed);
        return;
    }
    m_planner = std::make_unique<Planner>(schedule, *zone, [this] { return m_context.random(); });
    const WallTime now = m_context.clock().wallNow();
    if (m_lastPlanned)
        m_planner->armAfter(*m_lastPlanned, now);
    else
        m_planner->arm(now);
    m_lastPlanned = m_planner->lastPlanned();
    m_context.plannedTaken(*this);
    if (isOneTime() && !m_planner->fireAt()) {
        m_planner.reset();
        m_oneTimeDone = true;
        m_reason = "its one time has passed";
        setState(ServiceState::Completed);
        return;
    }
    if (!m_live)
        setState(ServiceState::Waiting);
    armTimer();
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
        record(Outcome::Missed, Trigger::Schedule, due.missed->reason(m_planner->zone(), m_missedWord));
        m_context.event("runs-missed", m_name, due.missed->reason(m_planner->zone(), m_missedWord));
    }
    m_missedWord = "asleep";
    for (int i = 0; i < due.catchUps; ++i) {
        if (const auto id = m_context.nextRunId())
            m_pending.push_back({*id, Trigger::CatchUp});
    }
    if (due.run)
        activate(due.trigger);
    if (isOneTime() && !m_planner->next()) {
        m_oneTimeDone = true;
        m_context.plannedTaken(*this);
    }
    if (!m_live)
        nextPending();
    if (!m_live && m_pending.empty() && m_oneTimeDone && isOneTime()) {
        disarm();
        setState(ServiceState::Completed);
        return;
    }
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
    if (busy && overlap == OverlapPolicy::Replace) {
        m_pending.clear();
        m_pending.push_back({*id, trigger});
        requestStop(keep::StopWhy::Stop, m_live->definition ? m_live->definition->stop.timeout : StopPolicy{}.timeout);
        return;
    }
    m_pending.push_back({*id, trigger});
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

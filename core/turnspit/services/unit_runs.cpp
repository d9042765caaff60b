#include <turnspit/services/unit.h>

#include <turnspit/supervision/exitwords.h>

#include <cmath>

namespace turnspit {

std::string Unit::commandName() const
{
    const auto& definition = m_live && m_live->definition ? m_live->definition : m_definition;
    return definition ? definition->arguments().front() : m_name;
}

void Unit::mark(const std::string& text)
{
    keep::Mark message;
    message.service = m_name;
    message.log = logPlan(m_definition ? m_definition->log : LogPolicy{}, m_context.logFolder(m_name));
    message.text = text;
    m_context.toKeeper(message);
}

bool Unit::begin(RunId id, Trigger trigger)
{
    m_tracker.started(m_context.clock().now());
    Live live;
    live.id = id;
    live.trigger = trigger;
    live.attempt = m_tracker.attempt();
    live.began = m_context.clock().wallNow();
    live.definition = m_definition;
    m_live = std::move(live);
    m_stopWanted = false;
    m_startAfter.reset();
    m_cpuPercent.reset();
    m_memoryBytes.reset();
    m_reason = m_last && m_last->outcome != Outcome::Succeeded ? m_last->reason : std::string();
    setState(ServiceState::Starting);
    return sendSpawn();
}

bool Unit::sendSpawn()
{
    auto plan = SpawnPlan::make(*m_live->definition, m_context.environment(), m_context.logFolder(m_name));
    if (!plan) {
        failedToStart(plan.error());
        return false;
    }
    keep::Spawn& spawn = plan->spawn;
    spawn.run = m_live->id;
    spawn.trigger = m_live->trigger;
    spawn.attempt = static_cast<std::uint32_t>(m_live->attempt);
    spawn.definition = m_live->definitionPrint = fingerprint(*m_live->definition);
    spawn.environment.push_back("TURNSPIT_RUN=" + std::to_string(m_live->id.value));
    m_context.toKeeper(spawn); // without a keeper: reconcile sends it
    return true;
}

void Unit::failedToStart(const SpawnPlan::Failure& failure)
{
    Run run = liveEnded(Outcome::Failed);
    if (failure.exitCode >= 0)
        run.exitCode = failure.exitCode;
    run.reason = failure.reason;
    mark("cannot start: " + failure.reason);
    mark("run " + std::to_string(run.id.value) + " ended failed" +
         (failure.exitCode >= 0 ? " exit " + std::to_string(failure.exitCode) : std::string()));
    finish(std::move(run), false, {});
}

void Unit::requestStop(keep::StopWhy why, Milliseconds limit)
{
    m_live->stopping = true;
    // A kill is never taken back by a later, politer request.
    if (m_live->why != keep::StopWhy::Kill)
        m_live->why = why;
    m_live->limit = limit;
    m_live->killAt = m_context.clock().wallNow() + limit;
    setState(ServiceState::Stopping);
    if (m_live->pid > 0)
        m_context.toKeeper(keep::Stop{m_live->id, m_live->why, limit});
    // else: began() sends it, since the keeper may not know of the run yet
}

// ---- what the keeper says -----------------------------------------------------------------------------------------------------

void Unit::adopt(const keep::LiveRun& run)
{
    Live live;
    live.id = run.run;
    live.trigger = run.trigger;
    live.attempt = static_cast<int>(run.attempt);
    live.pid = run.pid;
    live.began = run.began;
    live.adopted = true;
    live.stopping = run.stopping;
    live.logBegin = run.logBegin;
    live.definition = m_definition;
    live.definitionPrint = run.definition;
    live.otherFile = run.definition != 0 && m_definition && run.definition != fingerprint(*m_definition);
    m_live = std::move(live);
    m_everStarted = true;
    m_tracker.adopted(m_context.clock().now(), m_live->attempt);
    m_stopWanted = run.stopping && m_stoppedByPerson;
    m_since = run.began;
    m_state = run.stopping ? ServiceState::Stopping : ServiceState::Running;
    if (isWantedByHost()) {
        if (m_definition->kind() == ServiceKind::Scheduled)
            arm(Series::GoOn);
        else if (run.stopping)
            m_startAfter = Trigger::Start; // what stopped it was not a person: the shutdown of a host, say
    }
    notify();
}

void Unit::endAdopted()
{
    if (kind() == ServiceKind::Scheduled) {
        (void)stopRun(m_live->id);
        return;
    }
    StopOptions options;
    options.byPerson = false;
    stop(options);
    startWithHost(); // once nothing is left of it
}

void Unit::began(const keep::Began& message)
{
    if (m_live && m_live->id == message.run.run)
        noteBegan(message.run);
}

void Unit::noteBegan(const keep::LiveRun& known)
{
    m_live->pid = known.pid;
    m_live->began = known.began;
    m_live->logBegin = known.logBegin;
    Run run = liveRecord();
    run.logBeginSegment = m_live->logBegin.segment;
    run.logBeginOffset = m_live->logBegin.offset;
    run.pid = m_live->pid;
    m_context.runBegan(run);
    if (m_live->stopping) {
        requestStop(m_live->why, m_live->limit); // its limit begins with the run
        return;
    }
    setState(ServiceState::Running);
}

void Unit::spawnFailed(const keep::SpawnFailed& message)
{
    if (m_live && m_live->id == message.run)
        failedToStart(SpawnPlan::describe(message, *m_live->definition));
}

void Unit::stopping(const keep::Stopping& message)
{
    if (!m_live || m_live->id != message.run)
        return;
    m_live->stopping = true;
    m_live->killAt = message.killAt;
    setState(ServiceState::Stopping);
}

void Unit::killing(const keep::Killing& message)
{
    if (m_live && m_live->id == message.run)
        m_context.event(m_live->atQuit ? "run-killed-at-quit" : "run-killed", m_name, "run " + std::to_string(message.run.value) + ": " + message.reason);
}

void Unit::ended(const keep::Ended& message)
{
    Run run;
    run.id = message.run;
    run.service = m_name;
    run.trigger = message.trigger;
    run.attempt = message.attempt;
    run.begin = message.began;
    run.end = message.ended;
    run.outcome = message.outcome;
    if (message.exitCode >= 0)
        run.exitCode = message.exitCode;
    if (message.signal > 0)
        run.signal = message.signal;
    run.reason = message.reason;
    if (run.reason.empty() && message.outcome == Outcome::Failed)
        run.reason = describeExit(run.exitCode, run.signal, commandName());
    if (message.peakMemory > 0)
        run.peakMemory = message.peakMemory;
    if (message.outcome != Outcome::Unknown)
        run.cpuSeconds = static_cast<double>(message.cpuMicroseconds) / 1e6;
    run.logLines = message.logLines;
    run.logBeginSegment = message.logBegin.segment;
    run.logBeginOffset = message.logBegin.offset;
    run.logEndSegment = message.logEnd.segment;
    run.logEndOffset = message.logEnd.offset;
    if (message.pid > 0)
        run.pid = message.pid;
    if (m_live && m_live->id == message.run)
        finish(std::move(run), true, message.alive);
    else
        endedUnseen(std::move(run), true);
}

void Unit::endedUnseen(Run run, bool acknowledge)
{
    if (!m_last || m_last->id < run.id) {
        m_last = run;
        if (!m_everStarted) {
            m_endedUnseen = true;
            m_tracker.adopted(m_context.clock().now(), static_cast<int>(run.attempt));
        }
        if (m_state != ServiceState::Invalid && !m_live)
            m_reason = run.outcome == Outcome::Succeeded ? std::string() : run.reason;
    }
    m_context.runEnded(run, acknowledge);
}

void Unit::reconcile(const keep::LiveRun* live)
{
    if (!m_live)
        return;
    if (live) {
        if (m_live->pid == 0) {
            noteBegan(*live); // what said so was lost with the connection
        } else if (live->stopping && !m_live->stopping) {
            m_live->stopping = true; // and so was this
            setState(ServiceState::Stopping);
        } else if (m_live->stopping && m_live->killAt) {
            const auto left = std::chrono::duration_cast<Milliseconds>(*m_live->killAt - m_context.clock().wallNow());
            m_context.toKeeper(keep::Stop{m_live->id, m_live->why, std::max(left, Milliseconds(0))});
        }
        return;
    }
    if (m_live->pid > 0) {
        // Its keeper was lost, and so was its record: nothing is known but that it is gone.
        Run run = liveEnded(Outcome::Unknown);
        run.reason = "keeper lost; exit status not available";
        run.pid = m_live->pid;
        finish(std::move(run), false, {});
        return;
    }
    if (m_live->stopping) {
        // Never begun, and no longer wanted.
        Run run = liveEnded(Outcome::Stopped);
        run.reason = "stopped before it began";
        finish(std::move(run), false, {});
        return;
    }
    sendSpawn();
}

Run Unit::liveRecord() const
{
    Run run;
    run.id = m_live->id;
    run.service = m_name;
    run.trigger = m_live->trigger;
    run.attempt = static_cast<std::uint32_t>(m_live->attempt);
    run.begin = m_live->began;
    return run;
}

Run Unit::liveEnded(Outcome outcome) const
{
    Run run = liveRecord();
    run.end = m_context.clock().wallNow();
    run.outcome = outcome;
    return run;
}

// ---- ends -----------------------------------------------------------------------------------------------------------------------

void Unit::finish(Run run, bool acknowledge, const std::vector<std::int32_t>& alive)
{
    m_live.reset();
    m_cpuPercent.reset();
    m_memoryBytes.reset();
    m_last = run;
    m_reason = run.outcome == Outcome::Succeeded ? std::string() : run.reason;
    m_context.runEnded(run, acknowledge);
    afterEnd(run, alive);
}

void Unit::afterEnd(const Run& run, const std::vector<std::int32_t>& alive)
{
    const bool wasActive = kind() == ServiceKind::Kept || isArmed();
    const ServiceKind kindOfRun = kind();
    applyNext();
    const bool stopWanted = std::exchange(m_stopWanted, false);
    const auto startAfter = std::exchange(m_startAfter, std::nullopt);
    if (!alive.empty()) {
        dropPending(Outcome::Stopped, "something of run " + std::to_string(run.id.value) + " is still alive");
        disarm();
        setState(ServiceState::Failed);
        m_context.event("stop-failed", m_name, run.reason);
        return;
    }
    if (m_removed || m_shutDown) {
        becomeIdle();
        return;
    }
    if (stopWanted || startAfter) {
        // Without a stop in between that somebody could take for the end of a restart.
        if (startAfter)
            startAgain(*startAfter);
        else
            becomeIdle();
        nextPending(); // asked for while it was stopped
        return;
    }
    if (!m_definition || m_definition->disabled) {
        dropPending(Outcome::Skipped, "disabled");
        disarm();
        becomeIdle();
        return;
    }
    if (kind() != kindOfRun && wasActive && !m_definition->manual) {
        // Its file has made another kind of it: what was kept is armed now, or the other way round.
        dropPending(Outcome::Skipped, "its definition has changed");
        becomeIdle();
        startAgain(Trigger::Start);
        return;
    }
    const bool scheduled = kind() == ServiceKind::Scheduled;
    const RestartTracker::Decision decision = m_tracker.ended(run.outcome.value_or(Outcome::Unknown), m_context.clock().now(), m_context.random());
    if (decision.gaveUp) {
        m_reason = decision.reason + (run.reason.empty() ? std::string() : "; last: " + run.reason);
        mark(decision.reason);
        m_context.event("gave-up", m_name, m_reason);
        dropPending(Outcome::Skipped, decision.reason);
        disarm();
        settle(ServiceState::Failed);
        return;
    }
    if (!m_pending.empty()) {
        nextPending();
        return;
    }
    if (decision.kind == RestartTracker::Decision::Restart) {
        backOff(decision);
        return;
    }
    if (scheduled) {
        if (isOneTime() && m_oneTimeDone) {
            disarm();
            if (decision.failure)
                m_context.event("run-failed", m_name, m_reason);
            setOneTimeEnd();
            return;
        }
        if (!isArmed()) {
            becomeIdle(); // it was run by hand, without being armed
            return;
        }
        if (decision.failure)
            m_context.event("run-failed", m_name, m_reason);
        setState(ServiceState::Waiting);
        return;
    }
    switch (decision.kind) {
    case RestartTracker::Decision::Completed:
        settle(ServiceState::Completed);
        return;
    case RestartTracker::Decision::Stopped:
        settle(ServiceState::Stopped);
        return;
    default:
        m_context.event("service-failed", m_name, m_reason);
        settle(ServiceState::Failed);
    }
}

void Unit::backOff(const RestartTracker::Decision& decision)
{
    const auto delay = decision.delay;
    if (delay > Milliseconds(0)) {
        const auto seconds = Milliseconds(static_cast<std::int64_t>(std::llround(static_cast<double>(delay.count()) / 1000.0)) * 1000);
        const std::string count = decision.count();
        mark("restart in " + formatDuration(delay >= std::chrono::seconds(1) ? seconds : delay) + (count.empty() ? "" : " (" + count + ")"));
    }
    m_retryAt = m_context.clock().wallNow() + delay;
    setState(ServiceState::BackingOff);
    m_retryTimer->startOnce(delay);
}

void Unit::retry()
{
    if (m_state != ServiceState::BackingOff)
        return;
    m_retryAt.reset();
    const auto id = m_context.nextRunId();
    if (id)
        begin(*id, Trigger::Restart);
    else
        retrySoon(id.error());
}

void Unit::startAgain(Trigger trigger)
{
    const auto started = start(trigger);
    if (!started && started.error().kind == ErrorKind::Refused)
        becomeIdle();
    else if (!started)
        retrySoon(started.error());
}

void Unit::retrySoon(const Error& why)
{
    m_context.event("trouble", m_name, why.text());
    m_reason = why.text();
    m_retryAt = m_context.clock().wallNow() + std::chrono::seconds(1);
    setState(ServiceState::BackingOff);
    armRetryTimer();
}

void Unit::applyNext()
{
    if (!m_next)
        return;
    const auto before = std::exchange(m_definition, std::exchange(m_next, nullptr));
    m_tracker.setPolicy(m_definition->restart);
    if (isArmed() && before->schedule != m_definition->schedule) {
        if (m_definition->kind() == ServiceKind::Scheduled && !m_definition->disabled)
            armChanged(before->schedule);
        else
            disarm();
    }
}

void Unit::record(Outcome outcome, Trigger trigger, const std::string& reason)
{
    const auto id = m_context.nextRunId();
    if (!id) {
        m_context.event("trouble", m_name, id.error().text());
        return;
    }
    recordUnbegun(*id, trigger, outcome, reason);
}

void Unit::recordUnbegun(RunId id, Trigger trigger, Outcome outcome, const std::string& reason)
{
    Run run;
    run.id = id;
    run.service = m_name;
    run.trigger = trigger;
    run.begin = m_context.clock().wallNow();
    run.end = run.begin;
    run.outcome = outcome;
    run.reason = reason;
    m_context.runEnded(run, false);
}

void Unit::dropPending(Outcome outcome, const std::string& reason)
{
    for (const Pending& pending : std::exchange(m_pending, {}))
        recordUnbegun(pending.id, pending.trigger, outcome, reason);
}

} // namespace turnspit

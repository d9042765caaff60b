#include <turnspit/services/unit.h>

namespace turnspit {

Unit::Unit(UnitContext& context, std::string name)
    : m_context(context), m_name(std::move(name)), m_since(context.clock().wallNow())
{
    m_retryTimer = context.clock().createTimer([this] { retry(); });
    m_scheduleTimer = context.clock().createTimer([this] { due(); });
}

Unit::~Unit() = default;

ServiceKind Unit::kind() const
{
    return m_definition ? m_definition->kind() : ServiceKind::Kept;
}

namespace {

template <class T>
std::optional<QString> textOf(const std::optional<T>& signal)
{
    if (!signal || *signal == 0)
        return std::nullopt;
    const std::string_view name = signalName(*signal);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

} // namespace

ServiceInfo Unit::info() const
{
    ServiceInfo info;
    info.name = QString::fromStdString(m_name);
    if (m_definition)
        info.group = QString::fromStdString(m_definition->group);
    info.kind = kind();
    info.state = m_state;
    if (m_live && m_live->adopted)
        info.flags.append(QStringLiteral("adopted"));
    // What does not concern the live run is in force already; that its file is another now is told all the same.
    if (m_next || (m_live && m_live->otherFile))
        info.flags.append(QStringLiteral("changed"));
    if (!m_fileError.empty() && m_state != ServiceState::Invalid)
        info.flags.append(QStringLiteral("file-broken"));
    if (m_held)
        info.flags.append(QStringLiteral("held"));
    if (m_live && m_live->pid > 0)
        info.pid = m_live->pid;
    info.since = m_since;
    info.restarts = m_tracker.restarts();
    info.nextRun = m_state == ServiceState::BackingOff ? m_retryAt : nextPlanned();
    if (m_last) {
        info.lastOutcome = m_last->outcome;
        info.exitCode = m_last->exitCode;
        info.signal = textOf(m_last->signal);
    }
    if (!m_reason.empty())
        info.reason = QString::fromStdString(m_reason);
    info.cpuPercent = m_cpuPercent;
    if (m_memoryBytes)
        info.memoryBytes = *m_memoryBytes;
    return info;
}

std::optional<StopInfo> Unit::stopInfo() const
{
    if (!m_live || !m_live->stopping || !m_live->killAt)
        return std::nullopt;
    StopInfo stop;
    stop.name = QString::fromStdString(m_name);
    stop.run = m_live->id;
    stop.killAt = *m_live->killAt;
    stop.thenStart = m_startAfter.has_value();
    if (m_live->why == keep::StopWhy::Kill)
        stop.sent = QStringLiteral("SIGKILL");
    else if (m_live->definition && m_live->definition->stop.command.empty())
        stop.sent = QString::fromLatin1(signalName(m_live->definition->stop.signal).data());
    return stop;
}

void Unit::restore(std::optional<Run> lastEnded, bool stoppedByPerson, bool held, std::optional<WallTime> lastPlanned, bool oneTimeDone)
{
    m_last = std::move(lastEnded);
    if (m_last && m_last->outcome != Outcome::Succeeded)
        m_reason = m_last->reason;
    m_stoppedByPerson = stoppedByPerson;
    m_held = held;
    m_lastPlanned = lastPlanned;
    m_oneTimeDone = oneTimeDone;
}

void Unit::setState(ServiceState state)
{
    if (m_state != state) {
        m_state = state;
        m_since = m_context.clock().wallNow();
    }
    notify();
}

void Unit::notify()
{
    m_context.changed(*this);
    for (auto it = m_waiters.begin(); it != m_waiters.end();) {
        // Who has gone meanwhile has taken along what the condition looks at.
        if (!it->promise.isAwaited()) {
            it = m_waiters.erase(it);
        } else if (it->condition(*this)) {
            it->promise.set(true); // resumes later, not in here
            it = m_waiters.erase(it);
        } else {
            ++it;
        }
    }
}

Future<bool> Unit::when(Condition condition)
{
    Promise<bool> promise;
    auto future = promise.future();
    m_waiters.remove_if([](const Waiter& waiter) { return !waiter.promise.isAwaited(); });
    if (condition(*this))
        promise.set(true);
    else
        m_waiters.push_back({std::move(condition), std::move(promise)});
    return future;
}

void Unit::setUsage(std::optional<double> cpuPercent, std::optional<std::int64_t> memoryBytes)
{
    if (cpuPercent == m_cpuPercent && memoryBytes == m_memoryBytes)
        return;
    m_cpuPercent = cpuPercent;
    m_memoryBytes = memoryBytes;
    m_context.changed(*this);
}

void Unit::becomeIdle()
{
    settle(m_definition && m_definition->disabled ? ServiceState::Disabled : ServiceState::Stopped);
}

void Unit::settle(ServiceState state)
{
    if (m_definition && (m_fileError.empty() || (m_shutDown && m_state != ServiceState::Invalid))) {
        setState(state);
        return;
    }
    m_mendedState = state;
    if (!m_fileError.empty())
        m_reason = m_fileError;
    setState(ServiceState::Invalid);
}

Result<> Unit::mayBegin() const
{
    if (m_shutDown)
        return fail(ErrorKind::Refused, "the host is shutting down");
    if (m_removed)
        return fail(ErrorKind::Refused, "the file of `" + m_name + "` is gone");
    if (!m_fileError.empty())
        return fail(ErrorKind::Refused, m_fileError);
    if (!m_definition)
        return fail(ErrorKind::Refused, "`" + m_name + "` has no file");
    return {};
}

Result<> Unit::mayStart() const
{
    if (auto may = mayBegin(); !may)
        return may;
    if (newestDefinition().disabled)
        return fail(ErrorKind::Refused, "`" + m_name + "` is disabled: `turnspitctl enable " + m_name + "` first");
    return {};
}

bool Unit::isWantedByHost() const
{
    if (!m_definition || m_stoppedByPerson || m_removed || m_shutDown)
        return false;
    const Definition& wanted = newestDefinition();
    return wanted.autostart && !wanted.disabled && !wanted.manual;
}

Milliseconds Unit::stopTimeout() const
{
    return m_live->definition ? m_live->definition->stop.timeout : StopPolicy{}.timeout;
}

bool Unit::isQueued(RunId id) const
{
    return std::ranges::any_of(m_pending, [id](const Pending& pending) { return pending.id == id; });
}

// ---- what a person asks ---------------------------------------------------------------------------------------------------------

Result<> Unit::start(Trigger trigger)
{
    const bool runs = m_live && !m_live->stopping && !m_stopWanted;
    if (!m_fileError.empty() && !m_shutDown && (kind() == ServiceKind::Scheduled ? isArmed() : runs)) {
        m_stoppedByPerson = false;
        return {}; // as asked for already; it goes on by the last good file
    }
    if (auto may = mayStart(); !may)
        return may;
    m_stoppedByPerson = false;
    m_everStarted = true;
    m_endedUnseen = false;
    const bool scheduled = m_definition->kind() == ServiceKind::Scheduled;
    // Where one run of a schedule is stopped, the schedule is not.
    if (m_live && (m_stopWanted || (m_live->stopping && !scheduled))) {
        m_startAfter = trigger;
        notify();
        return {};
    }
    if (m_live && !scheduled)
        return {};
    m_retryTimer->stop();
    m_retryAt.reset();
    if (scheduled) {
        if (!isArmed()) {
            m_tracker.manualStart();
            arm(Series::New);
        } else if (m_state == ServiceState::BackingOff) {
            setState(ServiceState::Waiting);
        }
        notify();
        return {};
    }
    m_tracker.manualStart();
    auto id = m_context.nextRunId();
    if (!id)
        return fail(id.error());
    begin(*id, trigger);
    return {};
}

void Unit::stop(const StopOptions& options)
{
    if (options.byPerson)
        m_stoppedByPerson = true;
    m_startAfter.reset();
    m_endedUnseen = false;
    m_retryTimer->stop();
    m_retryAt.reset();
    disarm();
    dropPending(Outcome::Stopped, "stopped before it began");
    m_startWhenMended = false;
    if (!m_live) {
        becomeIdle();
        return;
    }
    m_stopWanted = true;
    m_live->atQuit = options.atQuit;
    if (m_live->stopping && !options.kill && !options.limit) {
        notify(); // the one under way keeps its limit, however often it is asked for
        return;
    }
    requestStop(options.kill ? keep::StopWhy::Kill : keep::StopWhy::Stop,
                options.kill ? Milliseconds(0) : options.limit.value_or(stopTimeout()));
}

Result<> Unit::restart(Trigger trigger)
{
    if (auto may = mayStart(); !may)
        return may; // and what runs goes on
    StopOptions options;
    options.byPerson = false;
    stop(options);
    return start(trigger);
}

Result<RunId> Unit::run(Trigger trigger)
{
    if (auto may = mayBegin(); !may)
        return fail(may.error());
    if (kind() == ServiceKind::Kept)
        return fail(ErrorKind::Refused, "`" + m_name + "` is kept running: use start");
    const OverlapPolicy overlap = m_definition->schedule ? m_definition->schedule->overlap : OverlapPolicy::Skip;
    const bool busy = m_live.has_value();
    if (busy && overlap == OverlapPolicy::Skip)
        return fail(ErrorKind::Refused, "`" + m_name + "` is busy with run " + std::to_string(m_live->id.value) + ", and overlap says skip");
    if (busy && overlap == OverlapPolicy::Queue && !m_pending.empty())
        return fail(ErrorKind::Refused, "`" + m_name + "` is busy, and one run waits already");
    auto id = m_context.nextRunId();
    if (!id)
        return id;
    m_everStarted = true;
    m_endedUnseen = false;
    if (busy) {
        if (overlap == OverlapPolicy::Replace)
            replaceLive(*id, trigger);
        else
            m_pending.push_back({*id, trigger});
        notify();
        return id;
    }
    m_tracker.manualStart();
    m_retryTimer->stop();
    m_retryAt.reset();
    begin(*id, trigger);
    return id;
}

Result<> Unit::stopRun(RunId id)
{
    if (m_live && m_live->id == id) {
        if (!m_live->stopping)
            requestStop(keep::StopWhy::Stop, stopTimeout());
        return {};
    }
    if (const auto queued = std::ranges::find(m_pending, id, &Pending::id); queued != m_pending.end()) {
        const Trigger trigger = queued->trigger;
        m_pending.erase(queued);
        recordUnbegun(id, trigger, Outcome::Stopped, "stopped before it began");
        notify();
        return {};
    }
    return fail(ErrorKind::Refused, "run " + std::to_string(id.value) + " of `" + m_name + "` has ended");
}

Result<> Unit::extendStop(Milliseconds by)
{
    if (!m_live || !m_live->stopping || m_live->why == keep::StopWhy::Kill)
        return fail(ErrorKind::Refused, "no stop of `" + m_name + "` is under way");
    // An earlier host's stop: when its limit ends is the keeper's knowledge.
    const WallTime now = m_context.clock().wallNow();
    const auto left = std::chrono::duration_cast<Milliseconds>(m_live->killAt.value_or(now) - now);
    requestStop(m_live->why, std::max(left, Milliseconds(0)) + by);
    return {};
}

Result<> Unit::hold()
{
    if (!canBeHeld())
        return fail(ErrorKind::Refused, "`" + m_name + "` has no schedule to hold");
    if (!m_held) {
        m_held = true;
        armTimer();
        notify();
    }
    return {};
}

Result<> Unit::resume()
{
    if (!canBeHeld())
        return fail(ErrorKind::Refused, "`" + m_name + "` has no schedule to resume");
    endHold(m_context.clock().wallNow());
    return {};
}

void Unit::endHold(WallTime at)
{
    if (!std::exchange(m_held, false))
        return;
    passHeld(std::min(at, m_context.clock().wallNow()));
    armTimer();
    notify();
}

void Unit::startWithHost()
{
    const bool endedUnseen = std::exchange(m_endedUnseen, false);
    m_everStarted = true;
    if (m_shutDown)
        return;
    if (!m_definition || !m_fileError.empty()) {
        m_startWhenMended = true;
        return;
    }
    if (m_live) {
        if (m_stopWanted && isWantedByHost())
            m_startAfter = Trigger::Start; // its file went and came back while it was stopped
        return;
    }
    becomeIdle();
    if (m_definition->disabled || m_stoppedByPerson)
        return;
    if (!isWantedByHost()) {
        if (endedUnseen)
            afterEnd(Run(*m_last), {});
        return;
    }
    if (oneTimeIsOver()) {
        setOneTimeEnd();
        return;
    }
    if (m_definition->kind() == ServiceKind::Scheduled) {
        arm(Series::GoOn);
        return;
    }
    m_tracker.manualStart();
    if (const auto id = m_context.nextRunId())
        begin(*id, Trigger::Start);
    else
        retrySoon(id.error());
}

void Unit::shutDown(Milliseconds limit)
{
    m_shutDown = true;
    stopWithHost(limit);
}

void Unit::stopWithHost(Milliseconds limit)
{
    StopOptions options;
    options.byPerson = false;
    options.atQuit = true;
    if (m_live && m_live->stopping) {
        // A stop under way keeps its own limit, within what is left.
        stop(options);
        if (!m_live->killAt || *m_live->killAt > m_context.clock().wallNow() + limit)
            requestStop(m_live->why, limit);
        return;
    }
    if (m_live)
        options.limit = std::min(stopTimeout(), limit);
    stop(options);
}

void Unit::clockJumped(WallTime before, WallTime now)
{
    // Retries and limits are by elapsed time.
    if (m_retryAt)
        *m_retryAt += now - before;
    if (m_live && m_live->killAt)
        *m_live->killAt += now - before;
    if (now < before)
        m_armedAt -= before - now;
    if (m_planner) {
        m_planner->clockJumped(before, now);
        m_lastPlanned = m_planner->lastPlanned();
        m_context.plannedTaken(*this);
    }
    rearm();
    if (m_retryAt || m_planner)
        notify();
}

void Unit::rearm()
{
    armTimer();
    armRetryTimer();
}

} // namespace turnspit

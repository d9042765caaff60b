#include <turnspit/keep/keeper.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace turnspit::keep {

using namespace std::chrono;

namespace {

constexpr milliseconds drainPatience{500};
constexpr seconds killPatience{10};
constexpr milliseconds longestKillPause{50};
constexpr int passesARound = 8;
constexpr unsigned maxEmptyLooks = 20;
constexpr milliseconds unclearPause{5};

std::int64_t cpuOf(const rusage& usage)
{
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

} // namespace

void Keeper::reap()
{
    std::vector<RunId> touched;
    int status = 0;
    rusage usage{};
    while (true) {
        const pid_t pid = ::wait4(-1, &status, WNOHANG, &usage);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            break;
        const std::optional<RunId> owner = m_descendants.reaped(pid);
        const auto found = owner ? m_runs.find(*owner) : m_runs.end();
        if (found == m_runs.end())
            continue;
        Run& run = *found->second;
        run.cpuMicroseconds += cpuOf(usage);
        run.peakMemory = std::max(run.peakMemory, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
        if (pid == run.pid)
            leaderEnded(run, status);
        touched.push_back(run.id);
    }
    if (touched.empty())
        return;
    m_descendants.refresh();
    for (const RunId id : touched)
        if (const auto run = m_runs.find(id); run != m_runs.end())
            advance(*run->second);
}

void Keeper::leaderEnded(Run& run, int status)
{
    run.leaderGone = true;
    run.status = status;
    m_leaders.erase(run.pid);
}

/// Looks what is left of a run, and goes to the next phase where nothing is. Expects that orphans were looked for.
void Keeper::advance(Run& run)
{
    switch (run.phase) {
    case Run::Phase::Running:
    case Run::Phase::Stopping:
    case Run::Phase::Killing:
        if (!run.leaderGone)
            return;
        switch (whatIsLeft(run)) {
        case Left::Nothing:
            drain(run);
            break;
        case Left::Unclear:
            if (!run.timer || *run.timer > BootClock::now() + unclearPause)
                setTimer(run, BootClock::now() + unclearPause);
            break;
        case Left::Something:
            if (run.phase == Run::Phase::Running)
                beginStop(run, run.stopTimeout);
            else if (run.phase == Run::Phase::Stopping && run.groupGone)
                sendPolitely(run);
            break;
        }
        return;
    case Run::Phase::Draining:
        if ((!run.out || run.out->ended) && (!run.err || run.err->ended))
            finish(run);
        return;
    }
}

/// Asked once the leader is gone.
Keeper::Left Keeper::whatIsLeft(Run& run)
{
    if (run.lost)
        return lostAlive({&run}).empty() ? Left::Nothing : Left::Something;
    run.groupGone = run.groupGone || ::kill(-run.pid, 0) != 0;
    if (!m_descendants.alive(run.id).empty()) {
        run.emptyLooks = 0;
        return Left::Something;
    }
    // The group has a process, but none that we found: it has just ended and is about to be reaped, or the number
    // already leads a group of somebody else. Looked at again soon, and not for ever.
    return run.groupGone || ++run.emptyLooks > maxEmptyLooks ? Left::Nothing : Left::Unclear;
}

void Keeper::beginStop(Run& run, Milliseconds limit)
{
    const Instant now = BootClock::now();
    const WallTime wall = wallClockNow();
    const bool first = run.phase == Run::Phase::Running;
    run.limit = limit;
    run.killAt = now + limit;
    run.phase = Run::Phase::Stopping;
    setTimer(run, run.killAt);
    const std::string until = formatDuration(limit) + " to SIGKILL";
    if (first) {
        const bool command = !run.stopCommand.empty() && !run.leaderGone && beginStopCommand(run);
        run.writer->mark(command ? "began stop command, " + until
                                 : "sent " + std::string(signalName(run.stopSignal)) + ", " + until,
                         wall);
        if (!command)
            sendPolitely(run);
    } else {
        run.writer->mark("limit changed, " + until, wall);
    }
    m_wrote = true;
    say(Stopping{run.id, wall, wall + limit});
}

/// To the group while the leader is there; else to each process that has not had the signal yet.
void Keeper::sendPolitely(Run& run)
{
    const std::vector<ProcessStat> alive = m_descendants.alive(run.id);
    if (!run.leaderGone) {
        // The leader is not reaped, so the number is its own. A process that was halted would not hear the signal.
        ::kill(-run.pid, run.stopSignal);
        ::kill(-run.pid, SIGCONT);
        for (const ProcessStat& process : alive)
            if (process.group == run.pid)
                run.signalled[process.pid] = {process.start, true, false};
        return;
    }
    for (const ProcessStat& process : alive) {
        Signalled& before = run.signalled[process.pid];
        if (before.polite && before.start == process.start)
            continue;
        before = {process.start, true, false};
        signalProcess(process.pid, process.start, run.stopSignal);
        signalProcess(process.pid, process.start, SIGCONT);
    }
}

/// False: it could not be started.
bool Keeper::beginStopCommand(Run& run)
{
    SpawnPlan plan;
    plan.executable = run.stopCommand.front();
    plan.arguments = run.stopCommand;
    plan.environment = run.environment;
    plan.workingDirectory = run.workingDirectory;
    plan.umask = run.umask;
    plan.softOpenFiles = m_options.softOpenFiles;
    plan.in = plan.out = plan.err = m_null;
    // It writes into the run's own pipes, which keeps its lines whole beside those of the service.
    const auto writeEnd = [this](const Pipe* pipe) {
        if (!pipe || pipe->ended)
            return m_null;
        const int fd = ::open(("/proc/self/fd/" + std::to_string(pipe->fd)).c_str(), O_WRONLY | O_CLOEXEC);
        return fd < 0 ? m_null : fd;
    };
    plan.out = writeEnd(run.out);
    plan.err = writeEnd(run.err);
    const auto spawned = m_spawner.spawn(plan);
    for (const int fd : {plan.out, plan.err})
        if (fd != m_null)
            ::close(fd);
    if (spawned)
        m_descendants.joined(run.id, spawned->pid);
    return spawned.has_value();
}

void Keeper::beginKill(Run& run, std::string reason)
{
    run.phase = Run::Phase::Killing;
    run.killReason = std::move(reason);
    run.killingSince = BootClock::now();
    run.pause = Milliseconds(1);
    run.writer->mark("killed: " + run.killReason, wallClockNow());
    m_wrote = true;
    say(Killing{run.id, run.killReason});
}

/// One round for all that are due: freezes whatever is found until a look finds nothing new, so that nothing forks on,
/// then kills.
void Keeper::killRound(const std::vector<Run*>& runs)
{
    std::vector<Run*> lost;
    std::ranges::copy_if(runs, std::back_inserter(lost), &Run::lost);
    for (int pass = 0; pass < passesARound; ++pass) {
        bool fresh = false;
        if (pass > 0)
            m_descendants.refresh();
        const auto lostOnes = lost.empty() ? std::unordered_map<RunId, std::vector<ProcessStat>>() : lostAlive(lost);
        for (Run* run : runs) {
            std::vector<ProcessStat> alive;
            if (!run->lost)
                alive = m_descendants.alive(run->id);
            else if (const auto found = lostOnes.find(run->id); found != lostOnes.end())
                alive = found->second;
            for (const ProcessStat& process : alive) {
                Signalled& before = run->signalled[process.pid];
                if (before.frozen && before.start == process.start)
                    continue;
                before = {process.start, true, true};
                fresh |= signalProcess(process.pid, process.start, SIGSTOP);
            }
        }
        if (!fresh)
            break;
    }

    const Instant now = BootClock::now();
    for (Run* run : runs) {
        for (const auto& [pid, signalled] : run->signalled)
            if (signalled.frozen)
                run->killed |= signalProcess(pid, signalled.start, SIGKILL);
        // What was frozen and killed is gone or going; whoever is found in the next round is found anew.
        run->signalled.clear();
        setTimer(*run, now + run->pause);
        run->pause = std::min(2 * run->pause, longestKillPause);
    }

    std::vector<RunId> ids;
    for (const Run* run : runs)
        ids.push_back(run->id);
    reap();
    for (const RunId id : ids) {
        const auto found = m_runs.find(id);
        if (found == m_runs.end() || found->second->phase != Run::Phase::Killing)
            continue;
        Run& run = *found->second;
        if (run.lost && whatIsLeft(run) == Left::Nothing) {
            finish(run);
            continue;
        }
        if (now - run.killingSince < killPatience)
            continue;
        // Uninterruptible: it will go when the kernel lets it, and nobody can wait for that.
        for (const ProcessStat& process : run.lost ? lostAlive({&run})[run.id] : m_descendants.alive(run.id)) {
            if (run.alive.empty())
                run.killReason =
                    "could not be stopped (pid " + std::to_string(process.pid) + ", state " + process.state + ")";
            run.alive.push_back(process.pid);
        }
        drain(run);
    }
}

/// Nothing of the run is left. Takes what is in its pipes; somebody unknown may hold them open, so the end of file gets
/// a deadline.
void Keeper::drain(Run& run)
{
    run.phase = Run::Phase::Draining;
    bool ended = true;
    for (Pipe* pipe : {run.out, run.err}) {
        if (pipe) {
            m_pump.drain(pipe);
            ended = ended && pipe->ended;
        }
    }
    m_wrote = true;
    if (ended)
        finish(run);
    else
        setTimer(run, BootClock::now() + drainPatience);
}

void Keeper::finish(Run& run)
{
    for (Pipe* pipe : {run.out, run.err}) {
        if (!pipe)
            continue;
        m_pump.drain(pipe);
        m_pump.remove(pipe);
    }
    run.writer->finishStreams(wallClockNow());
    Ended end = endOf(run);
    markEnd(run, end);
    end.logEnd = run.writer->end();
    m_journal.ended(end);
    m_ends[run.id] = end;
    if (m_watched.contains(run.service))
        tellProgress(BootClock::now());
    say(end);

    setTimer(run, std::nullopt);
    m_leaders.erase(run.pid);
    m_descendants.forget(run.id);
    m_runs.erase(run.id);
}

Ended Keeper::endOf(const Run& run) const
{
    Ended end;
    end.run = run.id;
    end.service = run.service;
    end.pid = run.pid;
    end.trigger = run.trigger;
    end.attempt = run.attempt;
    end.began = run.began;
    end.ended = wallClockNow();
    end.cpuMicroseconds = run.cpuMicroseconds;
    end.peakMemory = run.peakMemory;
    end.logLines = run.writer->lines() - run.linesBefore;
    end.logBegin = run.logBegin;
    end.alive = run.alive;
    if (run.lost) {
        end.outcome = Outcome::Unknown;
        end.reason = "keeper lost; exit status not available";
        return end;
    }
    if (run.leaderGone && WIFEXITED(run.status))
        end.exitCode = WEXITSTATUS(run.status);
    else if (run.leaderGone && WIFSIGNALED(run.status))
        end.signal = WTERMSIG(run.status);

    if (run.killed || !run.alive.empty())
        end.reason = run.killReason;
    if (!run.alive.empty())
        end.outcome = Outcome::Failed;
    else if (run.asked == StopWhy::TimeOut)
        end.outcome = Outcome::TimedOut;
    else if (run.asked && run.killed)
        end.outcome = Outcome::Killed;
    else if (run.asked)
        end.outcome = Outcome::Stopped;
    else
        end.outcome =
            std::ranges::find(run.successExitCodes, end.exitCode) != run.successExitCodes.end() && end.signal == 0
                ? Outcome::Succeeded
                : Outcome::Failed;
    return end;
}

void Keeper::markEnd(Run& run, const Ended& end)
{
    std::string text = "run " + std::to_string(run.id.value) + " ended " + std::string(toString(end.outcome));
    if (end.signal != 0)
        text += " signal " + std::to_string(end.signal);
    else if (end.exitCode >= 0)
        text += " exit " + std::to_string(end.exitCode);
    run.writer->mark(text, wallClockNow());
    m_wrote = true;
}

} // namespace turnspit::keep

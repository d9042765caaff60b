#include <turnspit/keep/keeper.h>

#include <algorithm>
#include <cerrno>
#include <variant>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

namespace turnspit::keep {

using namespace std::chrono;

namespace {

constexpr milliseconds tellEvery{20};

/// A disk that is nearly full takes a line now and then: that is not yet an end of the trouble.
constexpr seconds keptFor{5};

/// Names one run for ever: run ids are unique within a state folder only, and processes of several of them live side by
/// side.
std::string newKey()
{
    std::uint64_t random = 0;
    if (::getrandom(&random, sizeof random, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof random))
        random = static_cast<std::uint64_t>(BootClock::now().time_since_epoch().count()) ^
                 (static_cast<std::uint64_t>(::getpid()) << 40U);
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random));
    return text;
}

} // namespace

void Keeper::receive(const HostMessage& message)
{
    if (!m_welcomed && !std::holds_alternative<Hello>(message)) {
        m_link.send(Refused{"the first message must be Hello"});
        m_link.drop();
        return;
    }
    std::visit([this](const auto& m) { on(m); }, message);
}

void Keeper::say(const KeeperMessage& message)
{
    if (m_welcomed)
        m_link.send(message);
}

void Keeper::on(const Hello& hello)
{
    if (hello.version != protocolVersion) {
        m_link.send(Refused{"this keeper speaks version " + std::to_string(protocolVersion) +
                            " of the protocol, not version " + std::to_string(hello.version)});
        m_link.drop();
        return;
    }
    m_welcomed = true;
    m_hadHost = true;
    m_goodbye = false;
    m_logs.budget().setLimit(hello.logTotalSize);
    Welcome welcome;
    welcome.pid = ::getpid();
    welcome.recovered = !m_recovered.empty();
    welcome.endsToCome = static_cast<std::uint32_t>(m_ends.size());
    for (const auto& [id, run] : m_runs)
        welcome.live.push_back(liveRun(*run));
    std::ranges::sort(welcome.live, {}, &LiveRun::run);
    say(welcome);
    for (const auto& [id, end] : m_ends)
        say(end);
    if (m_notKept != 0)
        say(NotKept{m_notKept});
}

LiveRun Keeper::liveRun(const Run& run)
{
    LiveRun out;
    out.run = run.id;
    out.service = run.service;
    out.pid = run.pid;
    out.startTime = run.start;
    out.began = run.began;
    out.trigger = run.trigger;
    out.attempt = run.attempt;
    out.stopping = run.phase != Run::Phase::Running;
    out.logBegin = run.logBegin;
    out.definition = run.definition;
    return out;
}

bool Keeper::openPipes(Run& run, int& out, int& err)
{
    out = err = m_null;
    if (!run.log.capture)
        return true;
    int first[2];
    int second[2];
    if (::pipe2(first, O_CLOEXEC) != 0)
        return false;
    if (::pipe2(second, O_CLOEXEC) != 0) {
        const int error = errno;
        ::close(first[0]);
        ::close(first[1]);
        errno = error;
        return false;
    }
    ::fcntl(first[0], F_SETFL, O_NONBLOCK);
    ::fcntl(second[0], F_SETFL, O_NONBLOCK);
    run.out = m_pump.add(first[0], LogStream::Out, run.id, run.writer.get());
    run.err = m_pump.add(second[0], LogStream::Err, run.id, run.writer.get());
    out = first[1];
    err = second[1];
    return true;
}

void Keeper::on(const Spawn& spawn)
{
    if (m_runs.contains(spawn.run) || m_ends.contains(spawn.run) || !spawn.run || spawn.arguments.empty()) {
        say(SpawnFailed{spawn.run, SpawnStep::Prepare,
                        m_runs.contains(spawn.run) || m_ends.contains(spawn.run) ? EEXIST : EINVAL});
        return;
    }
    auto owned = std::make_unique<Run>();
    Run& run = *owned;
    run.id = spawn.run;
    run.service = spawn.service;
    run.key = newKey();
    run.trigger = spawn.trigger;
    run.attempt = spawn.attempt;
    run.definition = spawn.definition;
    run.log = spawn.log;
    run.successExitCodes = spawn.successExitCodes;
    run.stopSignal = spawn.stopSignal;
    run.stopCommand = spawn.stopCommand;
    run.stopTimeout = spawn.stopTimeout;
    run.workingDirectory = spawn.workingDirectory;
    run.umask = spawn.umask;
    run.writer = m_logs.open(spawn.log);
    run.began = wallClockNow();
    run.writer->finishStreams(run.began);
    run.logBegin = run.writer->end();
    run.linesBefore = run.writer->lines();
    m_folders[run.service] = run.log.folder;

    SpawnPlan plan;
    plan.executable = spawn.executable;
    plan.arguments = spawn.arguments;
    plan.environment.reserve(spawn.environment.size() + 1);
    std::ranges::copy_if(spawn.environment, std::back_inserter(plan.environment),
                         [](const std::string& variable) { return !variable.starts_with("TURNSPIT_KEY="); });
    plan.environment.push_back("TURNSPIT_KEY=" + run.key);
    plan.workingDirectory = spawn.workingDirectory;
    plan.umask = spawn.umask;
    plan.softOpenFiles = m_options.softOpenFiles;
    plan.in = m_null;
    BeginRecord record{run.id,       run.service, m_boot, run.key, run.trigger, run.attempt, run.began,
                       run.logBegin, run.log,     0,      0};
    plan.record = m_journal.descriptor();
    plan.recordText = Journal::beginText(record);

    if (!openPipes(run, plan.out, plan.err)) {
        say(SpawnFailed{run.id, SpawnStep::Prepare, errno});
        return;
    }
    const auto spawned = m_spawner.spawn(plan);
    if (run.out) {
        ::close(plan.out);
        ::close(plan.err);
    }
    if (!spawned) {
        m_journal.annul(run.id, spawned.error().recorded);
        for (Pipe* pipe : {run.out, run.err})
            if (pipe)
                m_pump.remove(pipe);
        say(SpawnFailed{run.id, spawned.error().step, spawned.error().error});
        return;
    }

    run.pid = spawned->pid;
    run.start = spawned->startTime;
    if (run.start == 0)
        if (const auto stat = readStat(run.pid))
            run.start = stat->start;
    record.pid = run.pid;
    record.start = run.start;
    m_journal.begun(record, spawned->recorded);
    if (!run.stopCommand.empty())
        run.environment = std::move(plan.environment);
    run.writer->mark("run " + std::to_string(run.id.value) + " began pid " + std::to_string(run.pid) + " trigger " +
                         std::string(toString(run.trigger)) + " attempt " + std::to_string(run.attempt),
                     wallClockNow());
    m_wrote = true;
    m_descendants.began(run.id, run.pid, run.key);
    m_leaders[run.pid] = &run;
    m_runs[run.id] = std::move(owned);
    say(Began{liveRun(run)});
}

void Keeper::on(const Stop& stop)
{
    const auto found = m_runs.find(stop.run);
    if (found == m_runs.end())
        return; // its end is told, or was
    Run& run = *found->second;
    if (run.lost || run.phase == Run::Phase::Killing || run.phase == Run::Phase::Draining)
        return;
    if (!run.leaderGone && (!run.asked || stop.why == StopWhy::Kill))
        run.asked = stop.why;
    if (stop.why == StopWhy::Kill || stop.limit.count() <= 0) {
        if (run.asked == StopWhy::Stop)
            run.asked = StopWhy::Kill;
        m_descendants.refresh();
        beginKill(run, "killed on demand");
        killRound({&run});
        return;
    }
    beginStop(run, stop.limit);
}

void Keeper::on(const Mark& mark)
{
    m_logs.open(mark.log)->mark(mark.text, wallClockNow());
    m_folders[mark.service] = mark.log.folder;
    m_wrote = true;
}

void Keeper::on(const Watch& watch)
{
    if (!watch.on) {
        m_watched.erase(watch.service);
        return;
    }
    m_watched.emplace(watch.service, LogPosition{});
    m_wrote = true;
}

void Keeper::on(const Acknowledge& acknowledge)
{
    m_ends.erase(acknowledge.run);
    m_recovered.erase(acknowledge.run);
    m_journal.acknowledged(acknowledge.run);
}

void Keeper::on(const Prune& prune)
{
    m_logs.open(prune.log)->prune(wallClockNow());
    m_folders[prune.service] = prune.log.folder;
    m_wrote = true;
}

void Keeper::on(const Goodbye& /*goodbye*/)
{
    m_goodbye = true;
    m_link.drop();
}

void Keeper::tellProgress(Instant now)
{
    m_wrote = false;
    m_tellAt = now + tellEvery;
    for (auto& [service, told] : m_watched) {
        const auto folder = m_folders.find(service);
        const SegmentWriter* writer = folder == m_folders.end() ? nullptr : m_logs.find(folder->second);
        if (!writer || writer->end() == told)
            continue;
        if (!m_link.roomFor()) {
            m_wrote = true; // the host is slow: told later, with what is true then
            return;
        }
        told = writer->end();
        say(Wrote{service, told});
    }
}

void Keeper::tellNotKept(Instant now)
{
    const LogBudget& budget = m_logs.budget();
    if (budget.failingWriters() > 0) {
        m_keptAt.reset();
        if (m_notKept == 0) {
            m_notKept = budget.error();
            say(NotKept{m_notKept});
        }
    } else if (m_notKept != 0 && !m_keptAt) {
        m_keptAt = now + keptFor;
    } else if (m_keptAt && now >= *m_keptAt) {
        m_keptAt.reset();
        m_notKept = 0;
        say(NotKept{});
    }
}

} // namespace turnspit::keep

#include <turnspit/keep/keeper.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit::keep {

using namespace std::chrono;

namespace {

constexpr seconds lockPatience{10};
constexpr seconds firstHostPatience{10};
constexpr seconds hostPatience{1};
constexpr seconds retryEvery{1};

Error systemError(const std::string& what, int error)
{
    return Error{ErrorKind::Failed, what + ": " + std::strerror(error)};
}

} // namespace

Keeper::Keeper(KeeperOptions options)
    : m_options(std::move(options)), m_boot(bootId()), m_journal(m_options.stateFolder + "/keep.journal"),
      m_logs(m_options.stateFolder + "/logs")
{
    m_pump.onEnd = [this](RunId run) { m_quiet.push_back(run); };
    m_link.onMessage = [this](const HostMessage& message) { receive(message); };
    m_link.onLost = [this] {
        m_welcomed = false;
        m_watched.clear();
    };
}

Keeper::~Keeper()
{
    m_link.closeListening(); // before the lock goes: the next keeper makes its own
    for (const int fd : {m_signals, m_null, m_lock})
        if (fd >= 0)
            ::close(fd);
}

Result<> Keeper::prepare()
{
    ::mkdir(m_options.stateFolder.c_str(), 0700);
    if (auto locked = lock(); !locked)
        return locked;
    if (auto taken = takeSignals(); !taken)
        return taken;
    m_null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (m_null < 0)
        return fail(systemError("cannot open /dev/null", errno));
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return fail(systemError("cannot become the reaper of orphans", errno));
    m_logs.budget().setLimit(Hello{}.logTotalSize);
    recover(m_journal.open());
    if (const int error = m_link.listen(m_options.stateFolder + "/keep.sock"); error != 0)
        return fail(systemError("cannot listen at " + m_options.stateFolder + "/keep.sock", error));
    return {};
}

Result<> Keeper::lock()
{
    const std::string path = m_options.stateFolder + "/keep.lock";
    m_lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (m_lock < 0)
        return fail(systemError("cannot open " + path, errno));
    const Instant until = BootClock::now() + lockPatience;
    while (::flock(m_lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail(systemError("cannot lock " + path, errno));
        if (BootClock::now() > until)
            return fail(ErrorKind::Refused, "another keeper runs for " + m_options.stateFolder);
        ::poll(nullptr, 0, 20);
    }
    return {};
}

Result<> Keeper::takeSignals()
{
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    action.sa_flags = SA_NOCLDSTOP; // freezing a tree is not worth a wake-up for each of its processes
    ::sigaction(SIGCHLD, &action, nullptr);
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2})
        ::sigaddset(&wanted, signal);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    m_signals = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (m_signals < 0)
        return fail(systemError("cannot receive signals", errno));
    return {};
}

void Keeper::loop()
{
    while (!m_done)
        wait();
}

void Keeper::wait()
{
    const Instant before = BootClock::now();
    const std::optional<Instant> pause = m_pump.pauseUntil();
    const bool paused = pause && *pause > before;
    pollfd watched[3] = {
        {m_signals, POLLIN, 0}, {m_link.descriptor(), POLLIN, 0}, {paused ? -1 : m_pump.descriptor(), POLLIN, 0}};
    std::optional<Instant> deadline = nextDeadline();
    if (paused)
        deadline = deadline ? std::min(*deadline, *pause) : *pause;
    timespec timeout{};
    if (deadline && *deadline > before) {
        const nanoseconds left = *deadline - before;
        timeout.tv_sec = duration_cast<seconds>(left).count();
        timeout.tv_nsec = (left % seconds(1)).count();
    }
    if (::ppoll(watched, 3, deadline ? &timeout : nullptr, nullptr) < 0 && errno != EINTR)
        m_done = true;

    if ((watched[0].revents & POLLIN) != 0) {
        readSignals();
        reap();
    }
    if ((watched[1].revents & POLLIN) != 0)
        m_link.work();
    const Instant now = BootClock::now();
    if ((watched[2].revents & POLLIN) != 0 || (paused && now >= *pause))
        m_wrote |= m_pump.round();

    for (const RunId id : std::exchange(m_quiet, {}))
        if (const auto run = m_runs.find(id); run != m_runs.end() && run->second->phase == Run::Phase::Draining)
            advance(*run->second);
    if (const auto tick = m_pump.tickAt(); tick && *tick <= now) {
        m_pump.tick();
        m_wrote = true;
    }
    runTimers();
    if (m_wrote && !m_watched.empty() && now >= m_tellAt)
        tellProgress(now);

    tellNotKept(now);
    m_link.sendGathered();
    const bool failing = m_journal.failing() || m_logs.budget().failingWriters() > 0;
    if (!failing)
        m_retryAt.reset();
    else if (!m_retryAt)
        m_retryAt = now + retryEvery;
    else if (now >= *m_retryAt) {
        m_journal.retry();
        m_logs.retry(wallClockNow());
        m_retryAt = now + retryEvery;
    }
    considerEnd(now);
}

void Keeper::readSignals()
{
    signalfd_siginfo infos[16];
    ssize_t got = 0;
    while ((got = ::read(m_signals, infos, sizeof infos)) > 0) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(got) / sizeof infos[0]; ++i) {
            const auto number = static_cast<int>(infos[i].ssi_signo);
            // Stopping is the host's to ask: a signal to the keeper alone must not take the services with it.
            if ((number == SIGTERM || number == SIGINT) && m_runs.empty())
                m_done = true;
        }
    }
}

std::optional<Instant> Keeper::nextDeadline() const
{
    std::optional<Instant> at = m_pump.tickAt();
    const auto consider = [&at](std::optional<Instant> other) {
        if (other && (!at || *other < *at))
            at = other;
    };
    if (!m_timers.empty())
        consider(m_timers.begin()->first);
    if (m_wrote && !m_watched.empty())
        consider(m_tellAt);
    consider(m_retryAt);
    consider(m_keptAt);
    consider(m_endAt);
    return at;
}

void Keeper::setTimer(Run& run, std::optional<Instant> at)
{
    if (run.timer)
        m_timers.erase({*run.timer, run.id});
    run.timer = at;
    if (at)
        m_timers.emplace(*at, run.id);
}

void Keeper::runTimers()
{
    const Instant now = BootClock::now();
    std::vector<RunId> due;
    while (!m_timers.empty() && m_timers.begin()->first <= now) {
        due.push_back(m_timers.begin()->second);
        setTimer(*m_runs.at(due.back()), std::nullopt);
    }
    if (due.empty())
        return;
    m_descendants.refresh();
    std::vector<Run*> toKill;
    for (const RunId id : due) {
        const auto found = m_runs.find(id);
        if (found == m_runs.end())
            continue;
        Run& run = *found->second;
        switch (run.phase) {
        case Run::Phase::Running:
        case Run::Phase::Stopping:
            if (run.leaderGone)
                advance(run);
            if (!m_runs.contains(id) || run.phase != Run::Phase::Stopping || run.timer)
                break;
            if (now < run.killAt) {
                setTimer(run, run.killAt);
                break;
            }
            beginKill(run, run.leaderGone && !run.asked
                               ? "what it left behind did not stop within " + formatDuration(run.limit) + "; killed"
                               : "did not stop within " + formatDuration(run.limit) + "; killed");
            toKill.push_back(&run);
            break;
        case Run::Phase::Killing:
            toKill.push_back(&run);
            break;
        case Run::Phase::Draining:
            finish(run);
            break;
        }
    }
    if (!toKill.empty())
        killRound(toKill);
}

void Keeper::considerEnd(Instant now)
{
    if (!m_runs.empty() || m_link.isConnected() || m_journal.failing()) {
        m_endAt.reset();
        return;
    }
    if (!m_endAt)
        m_endAt = now + (m_goodbye ? seconds(0) : m_hadHost ? hostPatience : firstHostPatience);
    if (now < *m_endAt)
        return;
    m_link.work(); // whoever knocked in the meantime
    m_done = !m_link.isConnected();
}

} // namespace turnspit::keep

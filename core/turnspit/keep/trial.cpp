#include <turnspit/keep/trial.h>

#include <turnspit/keep/processes.h>
#include <turnspit/keep/protocol.h>
#include <turnspit/keep/spawner.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace turnspit::keep {

using namespace std::chrono;

namespace {

using Moment = steady_clock::time_point;

constexpr std::size_t headerSize = 5; ///< type and u32 length
constexpr milliseconds killPause{5};
constexpr seconds killLimit{10}; ///< what is uninterruptible even then is left behind
constexpr std::size_t blockSize = 64U << 10U;

void putNumber(std::string& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i));
}

std::uint64_t numberAt(std::string_view bytes, std::size_t at, std::size_t size)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i)
        value |= std::uint64_t(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

class Guardian
{
public:
    explicit Guardian(Milliseconds limit) : m_limit(limit) {}

    int run()
    {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        ::signal(SIGPIPE, SIG_IGN);
        sigset_t signals;
        ::sigemptyset(&signals);
        ::sigaddset(&signals, SIGCHLD);
        ::sigprocmask(SIG_BLOCK, &signals, nullptr);
        m_signals = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
        if (m_signals < 0)
            return 1;
        while (!m_spawned && !m_hostGone)
            readHost(); // nothing else can happen yet
        if (!m_leader)
            return m_spawned ? 0 : 1; // could not be begun, and said so
        while (!m_leaderGone && !m_hostGone)
            wait();
        endTree();
        if (!m_hostGone)
            finish();
        return 0;
    }

private:
    struct Pipe
    {
        int fd = -1;
        char stream = 'o';
        bool dry = false;
    };

    void say(char type, std::string_view payload)
    {
        std::string frame(1, type);
        putNumber(frame, payload.size(), 4);
        frame += payload;
        std::string_view rest(frame);
        while (!rest.empty()) {
            const ssize_t size = ::write(STDOUT_FILENO, rest.data(), rest.size());
            if (size < 0 && errno == EINTR)
                continue;
            if (size <= 0) {
                m_hostGone = true;
                return;
            }
            rest.remove_prefix(static_cast<std::size_t>(size));
        }
    }

    void readHost()
    {
        char block[4096];
        const ssize_t size = ::read(STDIN_FILENO, block, sizeof block);
        if (size < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (size <= 0) {
            m_hostGone = true;
            return;
        }
        m_decoder.feed({block, static_cast<std::size_t>(size)});
        for (;;) {
            auto message = m_decoder.next();
            if (!message) {
                m_hostGone = true; // no way to understand it any more
                return;
            }
            if (!*message)
                return;
            if (const auto* spawn = std::get_if<Spawn>(&**message); spawn && !m_spawned)
                begin(*spawn);
            else if (const auto* stop = std::get_if<Stop>(&**message))
                askToStop(stop->limit);
        }
    }

    void begin(const Spawn& spawn)
    {
        m_spawned = true;
        int out[2];
        int err[2];
        if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
            return failed(SpawnStep::Prepare, errno);
        m_pipes = {Pipe{out[0], 'o'}, Pipe{err[0], 'e'}};
        for (const Pipe& pipe : m_pipes)
            ::fcntl(pipe.fd, F_SETFL, O_NONBLOCK);
        SpawnPlan plan;
        plan.executable = spawn.executable;
        plan.arguments = spawn.arguments;
        plan.environment = spawn.environment;
        plan.workingDirectory = spawn.workingDirectory;
        plan.umask = spawn.umask;
        plan.in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        plan.out = out[1];
        plan.err = err[1];
        const auto child = m_spawner.spawn(plan);
        for (const int fd : {plan.in, plan.out, plan.err})
            ::close(fd);
        if (!child)
            return failed(child.error().step, child.error().error);
        m_leader = child->pid;
        m_stopSignal = spawn.stopSignal;
        m_deadline = steady_clock::now() + m_limit;
        say('b', {});
    }

    void failed(SpawnStep step, int error)
    {
        std::string payload;
        putNumber(payload, static_cast<std::uint64_t>(step), 1);
        putNumber(payload, static_cast<std::uint64_t>(error), 4);
        say('f', payload);
    }

    void askToStop(Milliseconds limit)
    {
        if (!m_leader || m_end.why != TrialEnd::ByItself)
            return;
        m_end.why = TrialEnd::Stopped;
        m_deadline = steady_clock::now() + limit;
        ::kill(-m_leader, m_stopSignal); // not reaped yet: its number is its own
    }

    void wait()
    {
        std::array<pollfd, 4> polled{{{STDIN_FILENO, POLLIN, 0}, {m_signals, POLLIN, 0}, {m_pipes[0].fd, POLLIN, 0}, {m_pipes[1].fd, POLLIN, 0}}};
        const auto left = ceil<milliseconds>(m_deadline - steady_clock::now()).count();
        const int found = ::poll(polled.data(), polled.size(), static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
        if (found > 0) {
            for (std::size_t i = 0; i < m_pipes.size(); ++i)
                if (polled[2 + i].revents != 0)
                    readPipe(m_pipes[i]);
            if (polled[1].revents != 0)
                reap();
            if (polled[0].revents != 0)
                readHost();
        }
        if (!m_leaderGone && steady_clock::now() >= m_deadline) {
            m_end.why = m_end.why == TrialEnd::Stopped ? TrialEnd::Killed : TrialEnd::TooLong;
            ::kill(-m_leader, SIGKILL);
            m_deadline = Moment::max();
            endTree();
        }
    }

    void readPipe(Pipe& pipe) // one block, so that the other pipe and the host have their turn
    {
        const ssize_t size = ::read(pipe.fd, m_block.data(), m_block.size());
        if (size < 0 && (errno == EINTR || errno == EAGAIN)) {
            pipe.dry = true;
            return;
        }
        if (size <= 0) {
            ::close(pipe.fd);
            pipe.fd = -1;
            return;
        }
        const auto bytes = static_cast<std::uint64_t>(size);
        const std::uint64_t room = std::min(bytes, trialOutputLimit - m_handedOn);
        m_handedOn += room;
        m_end.dropped += bytes - room;
        if (room > 0)
            say(pipe.stream, {m_block.data(), static_cast<std::size_t>(room)});
    }

    void reap()
    {
        signalfd_siginfo info{};
        while (::read(m_signals, &info, sizeof info) > 0) {
        }
        int status = 0;
        for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            if (pid != m_leader)
                continue;
            m_leaderGone = true;
            m_end.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            m_end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        }
    }

    /// Kills whatever descends from us, until there is nothing.
    void endTree()
    {
        const Moment giveUp = steady_clock::now() + killLimit;
        while (steady_clock::now() < giveUp) {
            std::vector<pid_t> tree;
            readChildren(::getpid(), tree);
            for (std::size_t i = 0; i < tree.size(); ++i)
                readChildren(tree[i], tree);
            for (const pid_t pid : tree)
                ::kill(pid, SIGKILL); // a child of ours, or below one: not reaped by anybody else meanwhile
            reap();
            siginfo_t info{};
            if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD)
                return;
            for (Pipe& pipe : m_pipes)
                if (pipe.fd >= 0)
                    readPipe(pipe);
            ::poll(nullptr, 0, static_cast<int>(killPause.count()));
        }
    }

    void finish()
    {
        for (Pipe& pipe : m_pipes) {
            pipe.dry = false;
            while (pipe.fd >= 0 && !pipe.dry)
                readPipe(pipe);
        }
        std::string payload;
        putNumber(payload, static_cast<std::uint32_t>(m_end.exitCode), 4);
        putNumber(payload, static_cast<std::uint32_t>(m_end.signal), 4);
        putNumber(payload, m_end.dropped, 8);
        putNumber(payload, m_end.why, 1);
        say('x', payload);
    }

    Milliseconds m_limit;
    Spawner m_spawner;
    HostDecoder m_decoder;
    std::array<Pipe, 2> m_pipes;
    std::vector<char> m_block = std::vector<char>(blockSize);
    int m_signals = -1;
    int m_stopSignal = SIGTERM;
    pid_t m_leader = 0;
    Moment m_deadline = Moment::max();
    TrialEnd m_end;
    std::uint64_t m_handedOn = 0;
    bool m_spawned = false;
    bool m_leaderGone = false;
    bool m_hostGone = false;
};

} // namespace

std::optional<TrialFrame> TrialDecoder::next()
{
    if (m_buffer.size() < headerSize)
        return std::nullopt;
    const auto size = static_cast<std::size_t>(numberAt(m_buffer, 1, 4));
    if (m_buffer.size() < headerSize + size)
        return std::nullopt;
    TrialFrame frame{m_buffer.front(), m_buffer.substr(headerSize, size)};
    m_buffer.erase(0, headerSize + size);
    return frame;
}

SpawnFailed failedOf(const TrialFrame& frame)
{
    SpawnFailed failed;
    failed.step = static_cast<SpawnStep>(numberAt(frame.payload, 0, 1));
    failed.error = static_cast<std::int32_t>(numberAt(frame.payload, 1, 4));
    return failed;
}

TrialEnd endOf(const TrialFrame& frame)
{
    TrialEnd end;
    end.exitCode = static_cast<std::int32_t>(numberAt(frame.payload, 0, 4));
    end.signal = static_cast<std::int32_t>(numberAt(frame.payload, 4, 4));
    end.dropped = numberAt(frame.payload, 8, 8);
    end.why = static_cast<TrialEnd::Why>(numberAt(frame.payload, 16, 1));
    return end;
}

int guardTrial(Milliseconds limit)
{
    return Guardian(limit).run();
}

} // namespace turnspit::keep

#include <systemd/systemdenvironment.h>

#include <charconv>
#include <cstdint>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

extern char** environ; // NOLINT

namespace turnspit {

namespace {

/// nullopt: not there, or no number.
template <class T>
std::optional<T> number(const std::map<std::string, std::string>& variables, const char* name)
{
    const auto found = variables.find(name);
    if (found == variables.end())
        return std::nullopt;
    const std::string& text = found->second;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

SystemdEnvironment SystemdEnvironment::from(const Facts& facts)
{
    SystemdEnvironment out;
    const auto& variables = facts.variables;
    if (const auto socket = variables.find("NOTIFY_SOCKET"); socket != variables.end())
        out.notifySocket = socket->second;
    // As the first process of a container it has no parent to look at, but is told where to speak, or given sockets.
    out.isService = number<pid_t>(variables, "SYSTEMD_EXEC_PID") == facts.pid
                    || (facts.pid == 1 && (!out.notifySocket.empty() || variables.contains("LISTEN_PID")))
                    || (facts.pid != 1 && facts.parentName == "systemd");
    // A process further down has inherited what was meant for its parent.
    const bool otherProcess = variables.contains("WATCHDOG_PID") && number<pid_t>(variables, "WATCHDOG_PID") != facts.pid;
    // More than a clock can count is no limit.
    constexpr std::int64_t never = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds::max()).count();
    if (const auto limit = number<std::int64_t>(variables, "WATCHDOG_USEC"); limit && *limit > 0 && *limit < never && !otherProcess)
        out.watchdog = std::chrono::microseconds(*limit);
    const auto journal = variables.find("JOURNAL_STREAM");
    out.journalOnStderr = journal != variables.end() && !facts.stderrStream.empty() && journal->second == facts.stderrStream;
    return out;
}

SystemdEnvironment SystemdEnvironment::ofThisProcess()
{
    Facts facts;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text(*entry);
        if (const auto equals = text.find('='); equals != std::string_view::npos)
            facts.variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    facts.pid = ::getpid();
    std::ifstream("/proc/" + std::to_string(::getppid()) + "/comm") >> facts.parentName;
    struct stat info{};
    if (::fstat(STDERR_FILENO, &info) == 0)
        facts.stderrStream = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
    return from(facts);
}

} // namespace turnspit

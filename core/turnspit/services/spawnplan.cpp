#include <turnspit/services/spawnplan.h>

#include <turnspit/servicefile/environmentfile.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

extern char** environ; // NOLINT

namespace turnspit {

namespace {

using Failure = SpawnPlan::Failure;

/// What a system without PATH uses (confstr's default, with sbin for services).
constexpr std::string_view defaultPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// What we, or systemd, said to the host: a service that believed it would speak to the host's manager, write its lines as if to the
/// journal, or take over sockets that it does not have.
bool concernsTheHost(std::string_view variable)
{
    static constexpr std::array<std::string_view, 12> ofSystemd{
        "NOTIFY_SOCKET",  "WATCHDOG_USEC", "WATCHDOG_PID",     "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
        "JOURNAL_STREAM", "INVOCATION_ID", "SYSTEMD_EXEC_PID", "MANAGERPID", "FDSTORE",    "MAINPID"};
    return variable.starts_with("TURNSPIT_") || std::ranges::find(ofSystemd, variable) != ofSystemd.end();
}

bool isFile(const std::string& path)
{
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

std::expected<std::string, Failure> findCommand(const std::string& command, const std::string& path,
                                                const std::string& workingDirectory)
{
    const auto quoted = "`" + command + "`";
    if (command.find('/') != std::string::npos) {
        const std::string file = command.front() == '/' ? command : workingDirectory + "/" + command;
        if (::access(file.c_str(), F_OK) != 0)
            return std::unexpected(Failure{127, quoted + " was not found (exit 127)"});
        if (!isFile(file) || ::access(file.c_str(), X_OK) != 0)
            return std::unexpected(Failure{126, quoted + " is not executable (exit 126)"});
        return file;
    }
    bool foundUnusable = false;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        std::string folder = path.substr(begin, end - begin);
        if (folder.empty())
            folder = workingDirectory; // as every shell has it
        else if (folder.front() != '/')
            folder = workingDirectory + "/" + folder;
        const std::string file = folder + "/" + command;
        if (isFile(file)) {
            if (::access(file.c_str(), X_OK) == 0)
                return file;
            foundUnusable = true;
        }
        begin = end + 1;
    }
    if (foundUnusable)
        return std::unexpected(Failure{126, quoted + " is not executable (exit 126)"});
    return std::unexpected(Failure{127, quoted + " was not found in PATH (exit 127)"});
}

} // namespace

keep::LogPlan logPlan(const LogPolicy& policy, const std::string& folder)
{
    keep::LogPlan plan;
    plan.capture = policy.capture;
    plan.folder = folder;
    plan.maxSize = policy.maxSize;
    plan.segmentSize = policy.segmentSize;
    plan.maxAge = policy.maxAge;
    return plan;
}

std::expected<SpawnPlan, Failure> SpawnPlan::make(const Definition& definition, const Environment& session, const std::string& logFolder)
{
    const auto home = session.find("HOME");
    const std::string homeFolder = home != session.end() && !home->second.empty() ? home->second : "/";

    SpawnPlan plan;
    keep::Spawn& spawn = plan.spawn;
    spawn.service = definition.name;
    spawn.workingDirectory = definition.workingDirectoryPath(homeFolder);
    std::error_code error;
    if (!std::filesystem::is_directory(spawn.workingDirectory, error))
        return std::unexpected(Failure{-1, "the working directory " + spawn.workingDirectory + " does not exist"});

    Environment environment = session;
    // What concerns the host alone is not the service's business.
    std::erase_if(environment, [](const auto& entry) { return concernsTheHost(entry.first); });
    if (const std::string file = definition.environmentFilePath(homeFolder); !file.empty()) {
        auto variables = readEnvironmentFile(file);
        if (!variables)
            return std::unexpected(Failure{-1, variables.error().text()});
        for (const EnvironmentVariable& variable : *variables)
            environment[variable.name] = variable.value;
    }
    for (const auto& [name, value] : definition.environment)
        environment[name] = value;
    environment["TURNSPIT_SERVICE"] = definition.name;

    const auto path = environment.find("PATH");
    const std::string searchPath = path != environment.end() ? path->second : std::string(defaultPath);
    spawn.arguments = definition.arguments();
    auto executable = findCommand(spawn.arguments.front(), searchPath, spawn.workingDirectory);
    if (!executable)
        return std::unexpected(executable.error());
    spawn.executable = *executable;
    if (!definition.stop.command.empty()) {
        spawn.stopCommand = definition.stop.command;
        auto stopper = findCommand(spawn.stopCommand.front(), searchPath, spawn.workingDirectory);
        if (!stopper)
            return std::unexpected(Failure{-1, "stop.command: " + stopper.error().reason});
        spawn.stopCommand.front() = *stopper;
    }
    for (const auto& [name, value] : environment)
        spawn.environment.push_back(name + "=" + value);
    spawn.umask = static_cast<std::uint32_t>(definition.umask);
    spawn.log = logPlan(definition.log, logFolder);
    spawn.stopSignal = definition.stop.signal;
    spawn.stopTimeout = definition.stop.timeout;
    spawn.successExitCodes.assign(definition.restart.successExitCodes.begin(), definition.restart.successExitCodes.end());
    return plan;
}

Failure SpawnPlan::describe(const keep::SpawnFailed& failed, const Definition& definition)
{
    const std::string command = "`" + definition.arguments().front() + "`";
    const std::string why = std::strerror(failed.error); // NOLINT(concurrency-mt-unsafe): glibc's is thread-safe for known errors
    switch (failed.step) {
    case keep::SpawnStep::Exec:
        if (failed.error == ENOENT)
            return {127, command + " was not found, or the interpreter in its first line was not (exit 127)"};
        return {126, command + " is not executable: " + why + " (exit 126)"};
    case keep::SpawnStep::Folder:
        return {-1, "cannot enter the working directory: " + why};
    case keep::SpawnStep::Record:
        return {-1, "cannot write the record of the run: " + why};
    default:
        return {-1, "cannot start " + command + ": " + why};
    }
}

} // namespace turnspit

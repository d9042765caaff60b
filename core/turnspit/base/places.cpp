#include <turnspit/base/places.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

extern char** environ; // NOLINT

namespace turnspit {

namespace {

using Environment = std::map<std::string, std::string>;

const std::string* valueOf(const Environment& environment, const char* name)
{
    const auto it = environment.find(name);
    return it == environment.end() || it->second.empty() ? nullptr : &it->second;
}

std::string absolute(const std::string& path)
{
    std::string out = std::filesystem::absolute(path).lexically_normal().string();
    while (out.size() > 1 && out.back() == '/')
        out.pop_back();
    return out;
}

/// `tail` begins with a slash; below the root that one slash is enough.
std::string below(const std::string& folder, const std::string& tail)
{
    return folder == "/" ? tail : folder + tail;
}

/// XDG variables hold absolute paths; a relative one is to be ignored (Base Directory Specification).
Result<std::string> xdgFolder(const Environment& environment, const char* variable, const char* underHome)
{
    if (const std::string* xdg = valueOf(environment, variable); xdg && xdg->front() == '/')
        return below(absolute(*xdg), "/turnspit");
    if (const std::string* home = valueOf(environment, "HOME"))
        return below(absolute(*home), std::string(underHome) + "/turnspit");
    return fail(std::string("neither ") + variable + " nor HOME is set: set one of them, or name the folders with --config-dir, --state-dir and --runtime-dir (TURNSPIT_CONFIG_DIR and so on)");
}

/// What the command line gave, else `own`, else XDG's folder.
Result<std::string> folderOf(const std::string& given, const Environment& environment, const char* own, const char* xdg, const char* underHome)
{
    if (!given.empty())
        return absolute(given);
    if (const std::string* dir = valueOf(environment, own))
        return absolute(*dir);
    return xdgFolder(environment, xdg, underHome);
}

Environment environmentOfThisProcess()
{
    Environment environment;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text(*entry);
        if (const auto equals = text.find('='); equals != std::string_view::npos)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

Result<> checkSocketPath(const std::string& path, const char* option)
{
    if (path.size() > maxSocketPath)
        return fail("the socket path " + path + " has " + std::to_string(path.size()) + " bytes, at most " +
                    std::to_string(maxSocketPath) + " are possible: choose a shorter folder with " + option);
    return {};
}

std::string errnoText(int error)
{
    return std::strerror(error); // NOLINT(concurrency-mt-unsafe): glibc's is thread-safe for known errors
}

Result<> makeFolder(const std::string& path)
{
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    std::filesystem::create_directories(parent, error);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return fail("cannot make the folder " + path + ": " + errnoText(errno));
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return fail("cannot read the folder " + path + ": " + errnoText(errno));
    if (!S_ISDIR(info.st_mode))
        return fail(path + " is not a folder: move it away, or choose another with --config-dir, --state-dir or --runtime-dir (TURNSPIT_CONFIG_DIR and so on)");
    if (::access(path.c_str(), W_OK | X_OK) != 0)
        return fail("cannot write to the folder " + path + ": " + errnoText(errno));
    return {};
}

/// The runtime folder must be ours, not a link, and closed to others.
Result<> closeRuntime(const std::string& runtime)
{
    struct stat info{};
    if (::lstat(runtime.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
        return fail("the runtime folder " + runtime + " is a link: remove it, or choose another with --runtime-dir or TURNSPIT_RUNTIME_DIR");
    if (info.st_uid != ::getuid())
        return fail("the runtime folder " + runtime + " belongs to another user: remove it, or choose another with --runtime-dir or TURNSPIT_RUNTIME_DIR");
    // As /tmp: what others keep there must not be closed to them.
    if ((info.st_mode & S_ISVTX) != 0)
        return fail("the runtime folder " + runtime + " is shared with others: choose one below it with --runtime-dir or TURNSPIT_RUNTIME_DIR");
    if ((info.st_mode & 077) != 0 && ::chmod(runtime.c_str(), 0700) != 0)
        return fail("cannot close the runtime folder " + runtime + " to others: " + errnoText(errno));
    return {};
}

} // namespace

Result<Places> Places::resolveForWorker(const Overrides& overrides, const Environment& environment)
{
    Places places;
    auto state = folderOf(overrides.stateDir, environment, "TURNSPIT_STATE_DIR", "XDG_STATE_HOME", "/.local/state");
    if (!state)
        return fail(state.error());
    places.state = *std::move(state);
    if (!overrides.runtimeDir.empty()) {
        places.runtime = absolute(overrides.runtimeDir);
    } else if (const std::string* dir = valueOf(environment, "TURNSPIT_RUNTIME_DIR")) {
        places.runtime = absolute(*dir);
    } else if (const std::string* xdg = valueOf(environment, "XDG_RUNTIME_DIR"); xdg && xdg->front() == '/') {
        places.runtime = absolute(*xdg) + "/turnspit";
    } else {
        places.runtime = "/tmp/turnspit-" + std::to_string(::getuid());
    }
    return places;
}

Result<Places> Places::resolveForWorker(const Overrides& overrides)
{
    return resolveForWorker(overrides, environmentOfThisProcess());
}

Result<Places> Places::resolve(const Overrides& overrides, const Environment& environment)
{
    auto config = folderOf(overrides.configDir, environment, "TURNSPIT_CONFIG_DIR", "XDG_CONFIG_HOME", "/.config");
    if (!config)
        return fail(config.error());
    auto places = resolveForWorker(overrides, environment);
    if (!places)
        return places;
    places->config = *std::move(config);
    if (auto ok = checkSocketPath(places->hostSocket(), "--runtime-dir or TURNSPIT_RUNTIME_DIR"); !ok)
        return fail(ok.error());
    if (auto ok = checkSocketPath(places->keeperSocket(), "--state-dir or TURNSPIT_STATE_DIR"); !ok)
        return fail(ok.error());
    return places;
}

Result<Places> Places::resolve(const Overrides& overrides)
{
    return resolve(overrides, environmentOfThisProcess());
}

Result<> Places::prepare() const
{
    for (const std::string& folder : {config, servicesFolder(), state, logsFolder(), runtime}) {
        if (auto ok = makeFolder(folder); !ok)
            return ok;
    }
    return closeRuntime(runtime);
}

Result<> Places::prepareWorker(const std::string& name) const
{
    if (auto ok = checkSocketPath(workerSocket(name), "TURNSPIT_RUNTIME_DIR"); !ok)
        return ok;
    for (const std::string& folder : {state, state + "/workers", workerState(name), runtime}) {
        if (auto ok = makeFolder(folder); !ok)
            return ok;
    }
    if (auto ok = closeRuntime(runtime); !ok)
        return ok;
    return makeFolder(workersFolder());
}

bool isServiceName(std::string_view name) noexcept
{
    const auto letterOrDigit = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (name.empty() || name.size() > 64 || !letterOrDigit(name.front()))
        return false;
    for (const char c : name) {
        if (!letterOrDigit(c) && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

} // namespace turnspit

#pragma once

#include <turnspit/base/error.h>

#include <map>
#include <string>

namespace turnspit {

/// The three folders that a host, its keeper and its clients share, as absolute paths without a trailing slash.
/// Nothing is made by computing them; `prepare` makes what is missing.
struct Places
{
    std::string config;  ///< `turnspit.toml`, `services/`
    std::string state;   ///< `logs/`, `history.sqlite`, `host.lock`, `keep.sock`, ...
    std::string runtime; ///< `host.sock`, `desktop.sock`, `workers/`

    [[nodiscard]] std::string hostOptionsFile() const { return config + "/turnspit.toml"; }
    [[nodiscard]] std::string servicesFolder() const { return config + "/services"; }
    [[nodiscard]] std::string serviceFile(const std::string& name) const { return servicesFolder() + "/" + name + ".toml"; }
    [[nodiscard]] std::string logsFolder() const { return state + "/logs"; }
    [[nodiscard]] std::string logFolder(const std::string& service) const { return logsFolder() + "/" + service; }
    [[nodiscard]] std::string historyFile() const { return state + "/history.sqlite"; }
    [[nodiscard]] std::string wishesFile() const { return state + "/wishes.json"; }
    [[nodiscard]] std::string backupsFolder() const { return state + "/backups"; }
    [[nodiscard]] std::string hostLock() const { return state + "/host.lock"; }
    [[nodiscard]] std::string keeperLock() const { return state + "/keep.lock"; }
    [[nodiscard]] std::string keeperSocket() const { return state + "/keep.sock"; }
    [[nodiscard]] std::string keeperJournal() const { return state + "/keep.journal"; }
    [[nodiscard]] std::string hostSocket() const { return runtime + "/host.sock"; }

    // Of a program built on the library that opens its control socket under this name.
    [[nodiscard]] std::string workersFolder() const { return runtime + "/workers"; }
    [[nodiscard]] std::string workerSocket(const std::string& name) const { return workersFolder() + "/" + name + ".sock"; }
    [[nodiscard]] std::string workerState(const std::string& name) const { return state + "/workers/" + name; }
    [[nodiscard]] std::string workerLogs(const std::string& name) const { return workerState(name) + "/logs"; }
    [[nodiscard]] std::string workerLock(const std::string& name) const { return workerState(name) + "/host.lock"; }

    /// What the command line gave; empty: not given.
    struct Overrides
    {
        std::string configDir;
        std::string stateDir;
        std::string runtimeDir;
    };

    /// argv < ... is the caller's; here: override, else `TURNSPIT_*_DIR`, else XDG, else the defaults of the contract. Relative
    /// paths are taken from the current folder. Fails where HOME is needed and not set, or a socket path would exceed 90 bytes.
    [[nodiscard]] static Result<Places> resolve(const Overrides& overrides, const std::map<std::string, std::string>& environment);

    /// resolve with the environment of this process.
    [[nodiscard]] static Result<Places> resolve(const Overrides& overrides);

    /// The same for a worker and who looks at one: without the folder of a configuration and the sockets of a main host, which it has
    /// not, and which are no reason to refuse it.
    [[nodiscard]] static Result<Places> resolveForWorker(const Overrides& overrides, const std::map<std::string, std::string>& environment);
    [[nodiscard]] static Result<Places> resolveForWorker(const Overrides& overrides);

    /// Makes the missing folders (0700). The runtime folder must be ours, not a link and closed to others.
    [[nodiscard]] Result<> prepare() const;

    /// What a worker of this name needs: its folders, the runtime folder as above. An Error where its socket path is too long.
    [[nodiscard]] Result<> prepareWorker(const std::string& name) const;
};

/// The longest socket path that is accepted, in bytes.
inline constexpr std::size_t maxSocketPath = 90;

/// 1 to 64 of `A-Za-z0-9._-`, beginning with a letter or digit.
[[nodiscard]] bool isServiceName(std::string_view name) noexcept;

} // namespace turnspit

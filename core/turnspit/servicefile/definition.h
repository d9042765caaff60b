#pragma once

#include <turnspit/base/states.h>
#include <turnspit/base/units.h>
#include <turnspit/config/toml.h>
#include <turnspit/schedule/schedule.h>
#include <turnspit/supervision/restartpolicy.h>
#include <turnspit/supervision/stoppolicy.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// The table [log] of a service file, as values with its defaults.
struct LogPolicy
{
    bool capture = true;                    ///< false: output goes nowhere
    std::uint64_t maxSize = 100'000'000;    ///< bytes, all segments of the service together
    std::uint64_t segmentSize = 16'000'000; ///< bytes, at most maxSize
    Milliseconds maxAge = std::chrono::days(30);

    bool operator==(const LogPolicy&) const = default;
};

/// What becomes of a live run whose host died: the next host adopts it, or ends it first.
enum class OnHostCrash { Keep, End };

/// `keep`, `end`.
[[nodiscard]] std::string_view toString(OnHostCrash what) noexcept;

/// One service file as values: every key, with what the file, [defaults] and the built-in defaults say. Made by
/// parseDefinition, which checks it; a value type for any thread. Paths are as they were written: who uses them asks
/// the functions with `home`.
struct Definition
{
    std::string name; ///< of the service: the file's name without .toml
    std::string file; ///< as it was given to parseDefinition

    std::string description;
    std::string group;
    std::vector<std::string> command; ///< never empty; exactly one string where `shell` is true
    bool shell = false;               ///< command is one line for /bin/sh -c
    std::string workingDirectory;     ///< "": home
    std::map<std::string, std::string> environment;
    std::string environmentFile; ///< "": none
    bool autostart = true;
    bool disabled = false;
    bool manual = false; ///< excludes a schedule
    OnHostCrash onHostCrash = OnHostCrash::Keep;
    int umask = 0022;
    std::optional<Schedule> schedule;
    RestartPolicy restart; ///< Never for scheduled and manual ones, unless the file says otherwise
    StopPolicy stop;
    LogPolicy log;

    /// Kept, Scheduled or Manual.
    [[nodiscard]] ServiceKind kind() const;

    /// What is executed: `command`, or /bin/sh -c with it. The first word is not looked up in PATH here.
    [[nodiscard]] std::vector<std::string> arguments() const;

    /// Absolute. `home` is the user's home folder; a relative folder is taken from there.
    [[nodiscard]] std::string workingDirectoryPath(const std::string& home) const;

    /// Absolute, relative to the working directory; empty where there is none.
    [[nodiscard]] std::string environmentFilePath(const std::string& home) const;

    bool operator==(const Definition&) const = default;
};

/// `~` and `~/x` with home in its place; anything else as it is.
[[nodiscard]] std::string expandHome(const std::string& path, const std::string& home);

/// All keys of a definition, defaults included, as the tables of a service file: for `show`, for export, and to
/// compare. Values of `environment` are as they are in the file (only those of environment_file are secret, and they
/// are not in a definition). Absent: what has no value ([schedule] of a kept service, an empty environment_file).
[[nodiscard]] TomlTable toTable(const Definition& definition);

/// One key whose value differs, in the notation of a service file; empty where the key is absent.
struct Difference
{
    std::string key; ///< `restart.delay`
    std::string before;
    std::string after;

    /// `restart.delay: 1s -> 5s`; strings without their quotes, absent ones as (none).
    [[nodiscard]] std::string text() const;

    bool operator==(const Difference&) const = default;
};

/// What differs, by key, sorted by key; empty where both mean the same, whatever their files look like.
[[nodiscard]] std::vector<Difference> differences(const Definition& before, const Definition& after);

/// The same number for equal definitions, in any process; definitions that differ have different ones. Never 0.
[[nodiscard]] std::uint64_t fingerprint(const Definition& definition);

/// Nothing differs that a live run was started with (command, environment, folders, umask, log, stop signal and command, success exit codes, which its
/// keeper holds): schedule, restart policy, stop timeout, description, group and the like may differ.
[[nodiscard]] bool equalForRun(const Definition& a, const Definition& b);

} // namespace turnspit

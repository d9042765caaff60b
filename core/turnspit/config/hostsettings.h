#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/units.h>
#include <turnspit/config/configuration.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// The options of a host.
///
/// | option | turnspit.toml | environment | command line |
/// |---|---|---|---|
/// | shutdownTimeout | `[host] shutdown_timeout` | `TURNSPIT_HOST__SHUTDOWN_TIMEOUT` | `--host.shutdown-timeout` |
/// | startTimeout | `[host] start_timeout` | `TURNSPIT_HOST__START_TIMEOUT` | `--host.start-timeout` |
/// | workerThreads | `[host] worker_threads` | `TURNSPIT_HOST__WORKER_THREADS` | `--host.worker-threads` |
/// | logTotalSize | `[log] total_size` | `TURNSPIT_LOG__TOTAL_SIZE` | `--log.total-size` |
/// | logLevel | `[logging] level` | `TURNSPIT_LOGGING__LEVEL` | `--logging.level` |
/// | logLevels | `[logging.levels]`: categories | - | - |
/// | historyKeep | `[history] keep` | `TURNSPIT_HISTORY__KEEP` | `--history.keep` |
/// | defaults | `[defaults]`: keys of a service file | - | - |
struct HostSettings
{
    Milliseconds shutdownTimeout = std::chrono::seconds(30);
    std::optional<Milliseconds> startTimeout;   ///< none: a start may take as long as it likes
    int workerThreads = 0;                      ///< 0: chosen by the host from the machine
    std::uint64_t logTotalSize = 2'000'000'000; ///< bytes, logs of all services together
    /// What the host says in its own log: one of trace, debug, info, warning, error, critical, off.
    std::string logLevel = "info";
    std::map<std::string, std::string> logLevels; ///< by the beginning of the category; the longest counts
    Milliseconds historyKeep = std::chrono::days(90);
    TomlTable defaults; ///< origins name turnspit.toml; checkDefaults (servicefile) checks the keys

    bool operator==(const HostSettings&) const = default;

    using Environment = Configuration::Environment;
    using Overrides = Configuration::Arguments;

    /// Defaults < `file` (missing is fine, unreadable is not) < environment < command line. Of the environment, names
    /// that begin with `TURNSPIT_` and hold `__` are options, others are none of ours (TURNSPIT_CONFIG_DIR,
    /// TURNSPIT_SERVICE, ...). `overrides` are what the command line gave: ("host.shutdown-timeout", "60s"), with or
    /// without `--` in front, the last of equal ones wins. Unknown options are errors, which suggest a near one.
    /// InvalidDefinition; in the file with its line and column.
    [[nodiscard]] static Result<HostSettings> load(const std::string& file, const Environment& environment,
                                                   const Overrides& overrides);

    /// The same from text instead of a file.
    [[nodiscard]] static Result<HostSettings> parse(std::string_view text, const std::string& fileName,
                                                    const Environment& environment = {},
                                                    const Overrides& overrides = {});

    /// `host.shutdown-timeout` and its like: the names of all options that the command line takes.
    [[nodiscard]] static std::vector<std::string> optionNames();
};

} // namespace turnspit

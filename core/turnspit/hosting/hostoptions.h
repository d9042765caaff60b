#pragma once

#include <turnspit/base/units.h>
#include <turnspit/supervision/restartpolicy.h>

#include <optional>

namespace turnspit {

class TomlReader;

/// Where a service's code runs.
enum class Affinity {
    Shared,    ///< on one of the host's workers: coroutines that never block
    Dedicated, ///< on a thread of its own: code that blocks
    Host,      ///< on the host thread itself: what manages other services; never blocks
};

/// What an exception out of execute does (T3).
enum class FailureBehaviour {
    StopService, ///< this service is `failed`, the others go on
    StopHost,    ///< the host stops, and run() returns non-zero with the first cause
    Restart,     ///< started anew by its RestartPolicy; `failed` when that gives up
};

/// What a service may say about itself where it is added.
struct ServiceOptions
{
    std::optional<Affinity> affinity = {};         ///< else `static constexpr Affinity affinity` of the class, else Shared
    std::optional<FailureBehaviour> onFailure = {}; ///< else HostOptions::onFailure
    RestartPolicy restart = {};                    ///< counts with FailureBehaviour::Restart only
    std::optional<Milliseconds> stopTimeout = {};  ///< its own limit inside the host's budget; else HostOptions::shutdownTimeout
    bool autostart = true;                    ///< false: known to the host, started by a command only
};

/// Options of a host; plain values, read when the host is built: from the keys of `[host]` (`shutdown_timeout = "60s"`,
/// `--host.shutdown-timeout=60s`), then from configure<HostOptions>. A key that cannot be read ends the start of the host.
struct HostOptions
{
    Milliseconds shutdownTimeout = std::chrono::seconds(30); ///< for the whole stop; Milliseconds::max(): no limit
    std::optional<Milliseconds> startTimeout;                ///< then the start is cancelled; nullopt: no limit
    bool servicesStartConcurrently = false;
    bool servicesStopConcurrently = false;
    FailureBehaviour onFailure = FailureBehaviour::StopService;
    int workerThreads = 2;                                   ///< for Affinity::Shared; at least 1
    Milliseconds heartbeat = std::chrono::seconds(5);        ///< a worker silent for so long is blocked, and what blocks it is named
    Milliseconds reapTimeout = std::chrono::seconds(1);      ///< after its limit, how long a thread may take to give a service up
    bool reloadOnChange = true;                              ///< files of the configuration are read anew when they change

    /// Keys are the names of the members, `services_start_concurrently`; `on_failure` is "stop-service", "stop-host" or "restart".
    void bind(TomlReader& from);
};

} // namespace turnspit

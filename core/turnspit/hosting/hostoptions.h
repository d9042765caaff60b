#pragma once

#include <turnspit/base/units.h>
#include <turnspit/supervision/restartpolicy.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace turnspit {

class TomlReader;

/// Where a service's code runs.
enum class Affinity {
    Shared,    ///< on one of the host's workers: coroutines that never block
    Dedicated, ///< on a thread of its own: code that blocks; it sees `stopping` requested also where it never awaits
    Host,      ///< on the host thread itself: what manages other services; never blocks
};

/// What an exception out of execute does (T3).
enum class FailureBehaviour {
    StopService, ///< this service is `failed`, the others go on
    StopHost,    ///< the host stops, and run() returns non-zero with the first cause
    Restart,     ///< started anew by its RestartPolicy; `failed` when that gives up
};

/// What has to be so of one service before another one starts.
enum class DependencyCondition {
    Started,   ///< its start has ended well
    Ready,     ///< it has said so (Readiness), or does not say such things and is started
    Completed, ///< its execute has ended well
};

/// A service that another one needs, by its name: `{.needs = {"database", {"migration", DependencyCondition::Completed}}}`.
struct ServiceDependency
{
    // NOLINTBEGIN(google-explicit-constructor): a name is what one writes
    ServiceDependency(std::string name, DependencyCondition when = DependencyCondition::Ready) : service(std::move(name)), condition(when) {}
    ServiceDependency(const char* name, DependencyCondition when = DependencyCondition::Ready) : service(name), condition(when) {}
    // NOLINTEND(google-explicit-constructor)

    bool operator==(const ServiceDependency&) const = default;

    std::string service;
    DependencyCondition condition;
};

/// What a service may say about itself where it is added.
struct ServiceOptions
{
    std::optional<Affinity> affinity = {};         ///< else `static constexpr Affinity affinity` of the class, else Shared
    std::optional<FailureBehaviour> onFailure = {}; ///< else HostOptions::onFailure
    RestartPolicy restart = {};                    ///< counts with FailureBehaviour::Restart only
    std::optional<Milliseconds> stopTimeout = {};  ///< its own limit inside the host's budget; else HostOptions::shutdownTimeout
    bool autostart = true;                        ///< false: known to the host, started by a command or because another one needs it

    /// Order only: where these are started with it, it is started after them, and stopped before them.
    std::vector<std::string> after = {};

    /// These are started before it, also where they have no autostart, and it starts when the condition holds; it cannot where that
    /// will never be. It is stopped before they are, and when they fail for good; not when one of them completes, or is `Completed` here.
    std::vector<ServiceDependency> needs = {};

    bool operator==(const ServiceOptions&) const = default;
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
    /// Job mode: the application is stopped when no service that has an execute has work left, and what failed is in the result of the
    /// stop, so that run() returns non-zero (T18). Services that only start and stop hold nothing up; a retry to come does.
    bool stopWhenIdle = false;
    bool statusMessages = true;                              ///< run() says that the application has started, and that it ends (B85)
    int workerThreads = 2;                                   ///< for Affinity::Shared; at least 1
    /// A worker silent for so long is blocked, and what blocks it is named. Milliseconds::max(): nobody is asked.
    Milliseconds heartbeat = std::chrono::seconds(5);
    /// After its limit, how long a thread may take to give a service up. Milliseconds::max(): as long as it needs.
    Milliseconds reapTimeout = std::chrono::seconds(1);
    bool reloadOnChange = true;                              ///< files of the configuration are read anew when they change

    /// Keys are the names of the members, `services_start_concurrently`; `on_failure` is "stop-service", "stop-host" or "restart".
    void bind(TomlReader& from);
};

} // namespace turnspit

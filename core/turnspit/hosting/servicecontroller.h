#pragma once

#include <turnspit/async/task.h>
#include <turnspit/base/error.h>
#include <turnspit/base/rare.h>
#include <turnspit/base/states.h>
#include <turnspit/base/time.h>
#include <turnspit/base/units.h>
#include <turnspit/hosting/queueworkerstatus.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// All that can be seen of a hosted service: a copy.
struct ServiceStatus
{
    ServiceState state = ServiceState::Stopped;
    bool held = false;
    bool unhealthy = false;              ///< it blocks its worker thread
    bool periodic = false;               ///< ticks: hold, resume and runNow apply. Known from the first start on, or from the type
    WallTime since{};                    ///< of the state
    int restarts = 0;                    ///< since the last start that was not one
    std::optional<Trigger> trigger;      ///< of the run, or of the tick of a periodic service
    std::uint64_t ticks = 0;             ///< of this run
    std::optional<WallTime> lastTick;    ///< when it began
    std::optional<WallTime> nextTick;    ///< waiting: the next tick; backing-off: the retry; nullopt when held
    std::optional<Outcome> lastOutcome;  ///< of the last run, or tick of a periodic service, that ended
    std::string lastError;               ///< what the last failure said; empty after a good end
    std::string reason;                  ///< one line that explains the state; empty: none
    Rare<QueueWorkerStatus> queue;       ///< of a queue worker, at most a second old while it runs, kept after it; nullopt: never ran

    bool operator==(const ServiceStatus&) const = default;
};

/// How the stop of one service ended.
struct ServiceStopResult
{
    enum Kind {
        Stopped,   ///< nothing of it is left
        Abandoned, ///< did not stop in time; `threadAlive` says whether its code still runs
    };
    Kind kind = Stopped;
    std::string service;
    bool threadAlive = false;  ///< Abandoned: it blocks its thread, which was left alive on purpose
    std::vector<std::exception_ptr> errors; ///< what stopping, stop and stopped threw
    std::string reason;        ///< "did not stop within 30s; abandoned"
};

/// One hosted service as its host sees it: state, and commands. Lives on the host thread, as long as the host; every function is
/// called there. Commands are lazy tasks that are also awaited there; one that is given up half-way goes on all the same.
class ServiceController
{
public:
    class Private;
    explicit ServiceController(std::unique_ptr<Private> d);
    ~ServiceController();
    ServiceController(const ServiceController&) = delete;
    ServiceController& operator=(const ServiceController&) = delete;

    [[nodiscard]] const std::string& name() const noexcept;
    [[nodiscard]] const std::string& typeName() const noexcept; ///< `acme::DataSyncService`
    [[nodiscard]] ServiceKind kind() const noexcept; ///< Queue for a queue worker, else BuiltIn
    [[nodiscard]] bool autostart() const noexcept;
    [[nodiscard]] bool isOfHost() const noexcept; ///< what the host itself is made of, such as its control socket: nobody is shown it
    [[nodiscard]] const ServiceStatus& status() const noexcept;

    /// Ends when it runs (a periodic one: waits). Already so: nothing is done. What it needs is started before (T10). Refused: what an
    /// abandoned run left still blocks its thread. Failed: what its constructor or start threw, or what it needs cannot be had.
    [[nodiscard]] Task<Result<>> start(Trigger trigger = Trigger::Start);

    /// Ends when nothing of it is left, or it is abandoned. Those that need it are stopped before (T10). A second one joins the first (T7); one with a shorter limit shortens it.
    /// `limit` counts from now on; else ServiceOptions::stopTimeout, else HostOptions::shutdownTimeout, from its turn on.
    [[nodiscard]] Task<ServiceStopResult> stop(std::optional<Milliseconds> limit = {});

    /// stop, then start with a fresh object; then those again that were stopped because they need it. Refused where the stop left a thread alive.
    [[nodiscard]] Task<Result<>> restart(Trigger trigger = Trigger::Restart);

    /// Periodic services; else Refused. The state stays `waiting`, nextTick becomes nullopt. Remembered while the service is stopped.
    [[nodiscard]] Task<Result<>> hold();
    [[nodiscard]] Task<Result<>> resume();

    /// One tick of a periodic service now, held or not; ends with the tick, whose outcome it gives. A stopped service is started for
    /// that one tick and stopped again. Refused: not periodic, being started or stopped, or a tick runs.
    [[nodiscard]] Task<Result<Outcome>> runNow(Trigger trigger = Trigger::Start);

    /// Called after status() has changed, posted: once a loop turn however much changed. Replaces the one before; {} ends it.
    void onChanged(std::function<void()> call);

    [[nodiscard]] Private& d() noexcept { return *m_d; }

private:
    std::unique_ptr<Private> m_d;
};

} // namespace turnspit

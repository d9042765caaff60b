#pragma once

#include <systemd/statusline.h>
#include <systemd/systemdnotifier.h>
#include <turnspit/async/task.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/base/error.h>
#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/hosting/signalwatch.h>
#include <turnspit/logging/logger.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace turnspit {

/// Tells systemd of a host's life (T13). Host thread.
///
/// In order: READY=1 when the host has started; from then on STATUS= whenever it is another one, once a second at most, and WATCHDOG=1
/// twice in the time that the manager allows, as long as the threads that services share answer; on SIGHUP RELOADING=1 with
/// MONOTONIC_USEC, and READY=1 when the reload has ended, well or badly; STOPPING=1 when somebody stops the host, and from then on
/// EXTEND_TIMEOUT_USEC until it has stopped, but no longer than HostOptions::shutdownTimeout: what hangs beyond its own limit is left to
/// the manager's. A manager that does not read holds up nothing: what must not be lost is told it later.
class SystemdReporter
{
public:
    using Reload = std::function<Task<Result<>>()>;

    struct Parts
    {
        ApplicationLifetime& lifetime;
        ServiceControllers& controllers;
        Clock& clock;
        Logger<SystemdReporter> log;
        HostOptions options = {};                       ///< the host's
        std::unique_ptr<SystemdNotifier> notifier = {}; ///< null: nobody listens
        std::optional<std::chrono::microseconds> watchdog = {};
    };

    static constexpr std::chrono::seconds statusInterval{1};
    static constexpr std::chrono::seconds retryInterval{1};
    static constexpr std::chrono::seconds extension{10}; ///< asked for twice within that

    explicit SystemdReporter(Parts parts);
    ~SystemdReporter();
    SystemdReporter(const SystemdReporter&) = delete;
    SystemdReporter& operator=(const SystemdReporter&) = delete;

    /// What SIGHUP does from now on; {}: nothing. Before the first call it does what it does without this.
    void onReload(Reload reload);

    /// What the status counts instead of the host's own services; nullopt: those again.
    void setCounts(std::optional<StateCounts> counts);

    /// As SIGHUP. Nothing where the host does not run or has no reload; while one is under way, one more follows.
    void reload();

private:
    enum class Phase { Starting, Running, Stopping };

    void started();
    void stopping();
    void stopped();
    void feed();
    void extend();
    void tellStatus();
    Task<> performReload();
    [[nodiscard]] std::string statusLine() const;
    [[nodiscard]] std::string status();
    void say(std::string lines);
    bool sayNow(std::string_view lines);
    void retry();

    Parts m_d;
    Phase m_phase = Phase::Starting;
    std::optional<StateCounts> m_counts;
    std::shared_ptr<const void> m_watch;
    std::unique_ptr<ClockTimer> m_watchdog;
    bool m_starved = false; ///< the watchdog is not fed
    std::unique_ptr<ClockTimer> m_extend;
    std::optional<Instant> m_extendUntil; ///< nullopt: the host has no limit
    std::unique_ptr<ClockTimer> m_statusTimer;
    std::string m_statusTold;
    std::optional<Instant> m_statusTime;
    std::unique_ptr<ClockTimer> m_retry;
    std::deque<std::string> m_unsent;
    bool m_lost = false; ///< was said
    Reload m_reload;
    std::unique_ptr<SignalWatch> m_hangup;
    bool m_reloading = false;
    bool m_reloadAgain = false;
    std::string m_reloadError;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< host thread only
    TaskScope m_tasks; // last: its frames go first
};

} // namespace turnspit

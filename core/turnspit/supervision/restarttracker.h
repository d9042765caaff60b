#pragma once

#include <turnspit/base/states.h>
#include <turnspit/base/time.h>
#include <turnspit/supervision/restartpolicy.h>

#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// What a service does after each end of a run. Pure state, no clock, no timer; one thread.
///
/// Order of events: manualStart for each start that is not a restart, then started (or once adopted), ended, started, ended, ...; `ended` says
/// whether and when there is another `started`.
class RestartTracker
{
public:
    /// What happens after an end.
    struct Decision
    {
        enum Kind {
            Restart,   ///< start again after `delay`: state `backing-off`, or at once where delay is 0
            Completed, ///< ended well and is not started again
            Failed,    ///< ended badly and is not started again; by policy, or because it gave up
            Stopped,   ///< ended because we asked
        };
        Kind kind = Stopped;
        Milliseconds delay{0}; ///< Restart: from the end of the run on
        int failures = 0;      ///< failures within the window, this one included
        int limit = 0;         ///< of the policy; 0: none
        bool failure = false;  ///< this end was a failure
        bool gaveUp = false;   ///< Failed because the limit was reached
        std::string reason;    ///< gaveUp: "gave up after 10 failures in 10m"; else empty

        /// Of the attempt to come, as in the mark `restart in 4s (2 of 10)`: "2 of 10"; empty where no limit counts it (no
        /// limit, or a good end).
        [[nodiscard]] std::string count() const;

        bool operator==(const Decision&) const = default;
    };

    explicit RestartTracker(RestartPolicy policy = {});

    /// From the next end on; what was counted stays.
    void setPolicy(RestartPolicy policy);
    [[nodiscard]] const RestartPolicy& policy() const { return m_policy; }

    /// A start that is not a restart: forgets failures and delay; the next `started` is attempt 1.
    void manualStart();

    void started(Instant now);

    /// As started, for a run that an earlier host began as this attempt; what that host had counted is not known.
    void adopted(Instant now, int attempt);

    /// The run that began last has ended with `outcome`, which has seen the exit code already (RestartPolicy::outcomeOf).
    ///
    /// Failures are Failed (exit code, signal, exception), TimedOut and Unknown. Stopped and Killed are ours and never restarted:
    /// where the engine itself stops a run to start it anew for being unhealthy, it passes Failed. Abandoned is Failed without
    /// restart, since the old one still runs. Skipped and Missed are no ends of runs.
    ///
    /// Delay after a failure: policy.delay, doubled for each failure before it since the last good end or uptime of resetAfter,
    /// at most maxDelay, give or take 10 % by `random` in [0, 1) but never above maxDelay; and long enough that starts are at
    /// least one second apart. After a good end: policy.delay, not doubled. A policy.delay of 0 is 0 every time.
    [[nodiscard]] Decision ended(Outcome outcome, Instant now, double random);

    /// 1, 2, ... of the run that was started last; 0 before the first.
    [[nodiscard]] int attempt() const { return m_attempt; }

    /// Starts since the last manual one: `restarts` of the contract.
    [[nodiscard]] int restarts() const { return m_attempt > 0 ? m_attempt - 1 : 0; }

    /// The least time between two starts where the policy's delay is not 0.
    static constexpr std::chrono::seconds minimumBetweenStarts{1};

private:
    [[nodiscard]] Milliseconds delayAfter(bool failure, Instant now, double random) const;

    RestartPolicy m_policy;
    std::vector<Instant> m_failures; ///< within the window, oldest first; few
    Instant m_started;
    int m_attempt = 0;
    int m_doublings = 0;
};

} // namespace turnspit

#pragma once

#include <turnspit/base/states.h>
#include <turnspit/base/units.h>

#include <optional>
#include <set>
#include <string_view>

namespace turnspit {

/// The table [restart] of a service file, as values with its defaults.
struct RestartPolicy
{
    enum Policy { Never, OnFailure, Always };

    Policy policy = OnFailure;
    std::set<int> successExitCodes{0};
    Milliseconds delay = std::chrono::seconds(1);     ///< doubles with each failure; 0: at once, every time
    Milliseconds maxDelay = std::chrono::seconds(60);
    int limit = 10;                                   ///< that many failures within window: no more restarts; 0: no limit
    Milliseconds window = std::chrono::minutes(10);     ///< Milliseconds::max(): of all that ever were
    Milliseconds resetAfter = std::chrono::seconds(60); ///< uptime that resets the delay; Milliseconds::max(): none does

    /// Succeeded or Failed.
    [[nodiscard]] Outcome outcomeOf(int exitCode) const
    {
        return successExitCodes.contains(exitCode) ? Outcome::Succeeded : Outcome::Failed;
    }

    bool operator==(const RestartPolicy&) const = default;
};

/// `never`, `on-failure`, `always`.
[[nodiscard]] std::string_view toString(RestartPolicy::Policy policy) noexcept;
[[nodiscard]] std::optional<RestartPolicy::Policy> restartPolicyFromString(std::string_view text) noexcept;

} // namespace turnspit

#pragma once

#include <optional>
#include <string_view>

namespace turnspit {

/// What a service is. Words as in the contract: `kept`, `scheduled`, `manual`, `built-in`, `queue`.
enum class ServiceKind { Kept, Scheduled, Manual, BuiltIn, Queue };

/// Where a service stands. Words as in the contract: `backing-off` and so on.
enum class ServiceState {
    Stopped,    ///< nothing of it is left, by wish
    Starting,
    Running,
    Waiting,    ///< next run known, or held
    BackingOff, ///< failed, tried again at a known time
    Stopping,
    Failed,     ///< ended badly, not tried again by itself
    Completed,  ///< ended well, nothing more planned
    Disabled,
    Invalid,    ///< its file has an error and nothing of it runs
};

/// How a run ended.
enum class Outcome {
    Succeeded,
    Failed,    ///< exit code, signal or exception
    TimedOut,
    Stopped,   ///< ended after we asked
    Killed,    ///< by us, after the limit or on demand
    Abandoned, ///< in-process, did not stop
    Skipped,   ///< overlap or held; the reason says which
    Missed,
    Unknown,   ///< its end was not seen
};

/// Who or what began a run.
enum class Trigger { Start, Schedule, CatchUp, Restart, Dependency, Window, Tray, Ctl };

[[nodiscard]] std::string_view toString(ServiceKind kind) noexcept;
[[nodiscard]] std::string_view toString(ServiceState state) noexcept;
[[nodiscard]] std::string_view toString(Outcome outcome) noexcept;
[[nodiscard]] std::string_view toString(Trigger trigger) noexcept;

[[nodiscard]] std::optional<ServiceKind> serviceKindFromString(std::string_view text) noexcept;
[[nodiscard]] std::optional<ServiceState> serviceStateFromString(std::string_view text) noexcept;
[[nodiscard]] std::optional<Outcome> outcomeFromString(std::string_view text) noexcept;
[[nodiscard]] std::optional<Trigger> triggerFromString(std::string_view text) noexcept;

/// `SIGKILL` for 9; `SIGRT` for a real-time signal and anything else without a name of its own.
[[nodiscard]] std::string_view signalName(int number) noexcept;

/// 15 for `SIGTERM` and `TERM`; nullopt for anything that is not a signal's name.
[[nodiscard]] std::optional<int> signalFromName(std::string_view name) noexcept;

} // namespace turnspit

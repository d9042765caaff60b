#include <turnspit/base/states.h>

#include <array>
#include <csignal>
#include <cstddef>

namespace turnspit {

namespace {

using namespace std::string_view_literals;

constexpr std::array kinds{"kept"sv, "scheduled"sv, "manual"sv, "built-in"sv, "queue"sv};
constexpr std::array states{"stopped"sv,  "starting"sv, "running"sv,   "waiting"sv,  "backing-off"sv,
                            "stopping"sv, "failed"sv,   "completed"sv, "disabled"sv, "invalid"sv};
constexpr std::array outcomes{"succeeded"sv, "failed"sv,  "timed-out"sv, "stopped"sv, "killed"sv,
                              "abandoned"sv, "skipped"sv, "missed"sv,    "unknown"sv};
constexpr std::array triggers{"start"sv,      "schedule"sv, "catch-up"sv, "restart"sv,
                              "dependency"sv, "window"sv,   "tray"sv,     "ctl"sv};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view text) noexcept
{
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == text)
            return static_cast<Enum>(i);
    }
    return std::nullopt;
}

struct SignalName
{
    int number;
    std::string_view name;
};

constexpr std::array signalNames{
    SignalName{SIGHUP, "SIGHUP"},       SignalName{SIGINT, "SIGINT"},     SignalName{SIGQUIT, "SIGQUIT"},
    SignalName{SIGILL, "SIGILL"},       SignalName{SIGTRAP, "SIGTRAP"},   SignalName{SIGABRT, "SIGABRT"},
    SignalName{SIGBUS, "SIGBUS"},       SignalName{SIGFPE, "SIGFPE"},     SignalName{SIGKILL, "SIGKILL"},
    SignalName{SIGUSR1, "SIGUSR1"},     SignalName{SIGSEGV, "SIGSEGV"},   SignalName{SIGUSR2, "SIGUSR2"},
    SignalName{SIGPIPE, "SIGPIPE"},     SignalName{SIGALRM, "SIGALRM"},   SignalName{SIGTERM, "SIGTERM"},
    SignalName{SIGCHLD, "SIGCHLD"},     SignalName{SIGCONT, "SIGCONT"},   SignalName{SIGSTOP, "SIGSTOP"},
    SignalName{SIGTSTP, "SIGTSTP"},     SignalName{SIGTTIN, "SIGTTIN"},   SignalName{SIGTTOU, "SIGTTOU"},
    SignalName{SIGURG, "SIGURG"},       SignalName{SIGXCPU, "SIGXCPU"},   SignalName{SIGXFSZ, "SIGXFSZ"},
    SignalName{SIGVTALRM, "SIGVTALRM"}, SignalName{SIGPROF, "SIGPROF"},   SignalName{SIGWINCH, "SIGWINCH"},
    SignalName{SIGSYS, "SIGSYS"},
#ifdef SIGPWR
    SignalName{SIGPWR, "SIGPWR"},
#endif
#ifdef SIGIO
    SignalName{SIGIO, "SIGIO"},
#endif
#ifdef SIGSTKFLT
    SignalName{SIGSTKFLT, "SIGSTKFLT"},
#endif
};

} // namespace

std::string_view toString(ServiceKind kind) noexcept
{
    return kinds[static_cast<std::size_t>(kind)];
}

std::string_view toString(ServiceState state) noexcept
{
    return states[static_cast<std::size_t>(state)];
}

std::string_view toString(Outcome outcome) noexcept
{
    return outcomes[static_cast<std::size_t>(outcome)];
}

std::string_view toString(Trigger trigger) noexcept
{
    return triggers[static_cast<std::size_t>(trigger)];
}

std::optional<ServiceKind> serviceKindFromString(std::string_view text) noexcept
{
    return find<ServiceKind>(kinds, text);
}

std::optional<ServiceState> serviceStateFromString(std::string_view text) noexcept
{
    return find<ServiceState>(states, text);
}

std::optional<Outcome> outcomeFromString(std::string_view text) noexcept
{
    return find<Outcome>(outcomes, text);
}

std::optional<Trigger> triggerFromString(std::string_view text) noexcept
{
    return find<Trigger>(triggers, text);
}

std::string_view signalName(int number) noexcept
{
    for (const SignalName& entry : signalNames) {
        if (entry.number == number)
            return entry.name;
    }
    return "SIGRT";
}

std::optional<int> signalFromName(std::string_view name) noexcept
{
    for (const SignalName& entry : signalNames) {
        if (entry.name == name || entry.name.substr(3) == name)
            return entry.number;
    }
    return std::nullopt;
}

} // namespace turnspit

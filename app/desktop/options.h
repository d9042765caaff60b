#pragma once

#include <turnspit/base/places.h>

#include <optional>
#include <string>

namespace turnspit::desktop {

/// What `turnspit` was asked to do, or what it says instead of doing anything.
struct CommandLine
{
    Places::Overrides places;
    bool minimized = false;      ///< come up in the tray, without a window if that is possible
    std::string action;          ///< of the desktop entry: `add-service` or `hold-schedules`; "": none
    std::optional<int> exitCode; ///< set: print `text` and end with it
    std::string text;            ///< help and version for stdout, a usage error (exit code 2) for stderr
};

[[nodiscard]] CommandLine parseCommandLine(int argc, const char* const* argv);

} // namespace turnspit::desktop

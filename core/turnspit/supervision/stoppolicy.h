#pragma once

#include <turnspit/base/units.h>

#include <csignal>
#include <string>
#include <vector>

namespace turnspit {

/// The table [stop] of a service file, as values with its defaults.
struct StopPolicy
{
    int signal = SIGTERM;                            ///< a number
    Milliseconds timeout = std::chrono::seconds(10); ///< then SIGKILL to everything left of the run; 0: at once
    std::vector<std::string> command;                ///< argv, instead of the signal; empty: the signal

    bool operator==(const StopPolicy&) const = default;
};

} // namespace turnspit

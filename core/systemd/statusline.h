#pragma once

#include <turnspit/base/states.h>

#include <map>
#include <string>

namespace turnspit {

/// How many services are in which state.
using StateCounts = std::map<ServiceState, int>;

/// `9 services running, 2 waiting, 1 failed`: those that run, then whatever is on its way, waits or has gone wrong.
[[nodiscard]] std::string runningLine(const StateCounts& counts);

/// `Stopping: 3 services left`, or `Stopping` where none is.
[[nodiscard]] std::string stoppingLine(const StateCounts& counts);

} // namespace turnspit

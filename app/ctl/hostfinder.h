#pragma once

#include "hosts.h"

#include <turnspit/async/task.h>
#include <turnspit/base/places.h>

namespace turnspit::ctl {

/// Asks every control socket of the runtime folder who it is, all at once; one that says nothing within 2 s is silent.
[[nodiscard]] Task<QList<FoundHost>> findHosts(Places places);

} // namespace turnspit::ctl

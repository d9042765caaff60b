#pragma once

#include <turnspit/control/values.h>

namespace turnspit {

/// What the why line offers to do about the state of a service.
enum class Remedy { ShowLog, Start, StartNow, RunAgain, RunNow, Stop, Restart, RestartNow, WaitLonger, KillNow, Enable, Edit, Resume, Restore };

/// At most three that fit the state and its reason, the likeliest first. `goodIsKept`: of its broken file.
[[nodiscard]] QList<Remedy> remedies(const ServiceInfo& service, bool goodIsKept = false);

/// The words on its button.
[[nodiscard]] QString text(Remedy remedy);

} // namespace turnspit

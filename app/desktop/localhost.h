#pragma once

#include "sessionchoice.h"

#include <turnspit/base/error.h>

#include <memory>

namespace turnspit::desktop {

/// A host in this process: the engine on its own thread, served to this window and on the control socket.
/// Refused where another host has the state folder: attach to that one then.
[[nodiscard]] Result<std::unique_ptr<OpenSession>> openLocalHost(const Places& places);

} // namespace turnspit::desktop

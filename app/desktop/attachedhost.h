#pragma once

#include "sessionchoice.h"

#include <memory>

namespace turnspit::desktop {

/// The host that listens in these places; where none does, it is tried again until one does.
[[nodiscard]] std::unique_ptr<OpenSession> attachToHost(const Places& places);

} // namespace turnspit::desktop

#pragma once

#include <turnspit/async/task.h>

namespace turnspit::ctl {

/// Ends when the process has ended (of any parent), or after ten seconds: a host inside a program that goes on is no
/// reason to wait for ever. Needs a Qt event loop.
[[nodiscard]] Task<> waitForProcessEnd(int pid);

} // namespace turnspit::ctl

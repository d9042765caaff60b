#pragma once

#include "sessionchoice.h"

#include <turnspit/base/error.h>
#include <turnspit/config/hostsettings.h>
#include <turnspit/session/hostlock.h>

#include <memory>

namespace turnspit::desktop {

/// What a host in this process needs before it is made.
struct LocalHostParts
{
    Places places;
    HostSettings settings;
    std::string keeper;
    HostLock lock;
};

/// Reads the settings, takes the lock and finds the keeper beside the program in `programFolder`: files, no matter in which thread.
/// Refused where another host has the state folder: attach to that one then.
[[nodiscard]] Result<LocalHostParts> prepareLocalHost(const Places& places, const std::string& programFolder);

/// A host in this process: the engine on its own thread, served to this window and on the control socket.
[[nodiscard]] std::unique_ptr<OpenSession> openLocalHost(LocalHostParts parts);

} // namespace turnspit::desktop

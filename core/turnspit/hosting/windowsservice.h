#pragma once

#include <turnspit/hosting/servicecontrol.h>

#include <memory>
#include <optional>

namespace turnspit {

class HostBuilder;

/// What a program may say to useWindowsService.
struct WindowsServiceOptions
{
    /// Else that of this process; null: it is no service. A test gives one of its own.
    std::optional<std::unique_ptr<ServiceControl>> control = {};
};

/// The host as a service of Windows (B91): it says that it starts, that it runs once the host has started, that it stops, and how it
/// ended; a stop that the service control manager asks for, and the end of the system, are a stop of the application. True where this
/// process is such a service; elsewhere, on other systems always, it does nothing. So does a second call for a builder.
///
/// UNTESTED on Windows, where the library has not been built yet: what speaks to Windows was written by its documentation and has only
/// been compiled. What is above it is tested with a manager that is not real.
///
/// Its exit code for the manager: 0; 1064 (ERROR_EXCEPTION_IN_SERVICE) where the host did not start; 1067 (ERROR_PROCESS_ABORTED) where
/// HostStopResult::exitCode is not 0. A service begins in the folder of the system: give it `--host.content-root` in its command line. Nobody
/// reads its standard error: give it a FileLog.
bool useWindowsService(HostBuilder& builder, WindowsServiceOptions options = {});

} // namespace turnspit

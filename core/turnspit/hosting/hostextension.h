#pragma once

#include <turnspit/async/task.h>

#include <functional>
#include <memory>

namespace turnspit {

class ServiceProvider;
struct HostStopResult;

/// Goes along with a host without being one of its services: what tells the world outside of the host's life, and must still be there
/// when the last service has stopped. Lives on the host thread: made when the host is built, destroyed with it, before its services.
class HostExtension
{
public:
    virtual ~HostExtension() = default;
    HostExtension(const HostExtension&) = delete;
    HostExtension& operator=(const HostExtension&) = delete;

    /// The host has stopped, so; in the host thread, before who asked for it hears of it. What it throws is logged.
    virtual void stopped([[maybe_unused]] const HostStopResult& result) {}

    /// After that, and awaited before who asked for the stop hears of it: what is still to be told outside. Destroyed where it stands, a
    /// few turns of the loop later at the earliest, when the time for the stop is over. What it throws is logged.
    [[nodiscard]] virtual Task<> finish() { co_return; }

protected:
    HostExtension() = default;
};

/// Finds its ApplicationLifetime, ServiceControllers, LoggerFactory and Clock in `services`. Throws nothing.
using HostExtensionFactory = std::function<std::unique_ptr<HostExtension>(ServiceProvider& services)>;

} // namespace turnspit

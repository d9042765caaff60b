#pragma once

#include <turnspit/async/task.h>

#include <stop_token>

namespace turnspit {

/// What a host starts and stops. One object per start: made, called and destroyed in its worker thread, in a scope of its own (T20).
///
/// Every start that ended well is followed by exactly one stop; a start that threw, or never ran, by none. An exception out of start
/// is the service's failure; one out of stop is reported and stops nothing else.
class HostedService
{
public:
    virtual ~HostedService() = default;
    HostedService(const HostedService&) = delete;
    HostedService& operator=(const HostedService&) = delete;

    /// `cancelled`: the start is no longer wanted (stopped meanwhile, start timeout); end with OperationCancelled or rolled back.
    virtual Task<> start(std::stop_token cancelled) = 0;

    /// Stops gracefully; `hurry` says that the time for that is over. What has not ended a moment later is abandoned (T6).
    virtual Task<> stop(std::stop_token hurry) = 0;

protected:
    HostedService() = default;
};

/// Hooks around start and stop, for a service that derives from this besides. In each phase all services are called before the next
/// phase begins: starting, start, started; stopping, stop, stopped. Each does nothing unless overridden.
class HostedLifecycleService
{
public:
    virtual ~HostedLifecycleService() = default;

    virtual Task<> starting(std::stop_token cancelled);
    virtual Task<> started(std::stop_token cancelled);
    virtual Task<> stopping(std::stop_token hurry);
    virtual Task<> stopped(std::stop_token hurry);
};

} // namespace turnspit

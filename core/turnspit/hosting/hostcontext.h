#pragma once

#include <turnspit/di/serviceprovider.h>
#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/tickreports.h>
#include <turnspit/hosting/workerpool.h>
#include <turnspit/logging/logger.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace turnspit {

/// What the services of a host may use as long as one of them lives, even an abandoned one. Members are destroyed from the last to the
/// first.
struct HostEnvironment
{
    explicit HostEnvironment(Clock& hostClock) : clock(hostClock), logs(hostClock), log(logs) {}

    Clock& clock;
    LoggerFactory logs;
    Logger<Host> log;
    std::shared_ptr<Mailbox> mailbox; ///< of the host thread
    std::shared_ptr<TickReports> tickReports;
    std::unique_ptr<ApplicationLifetime> lifetime;
    std::shared_ptr<ServiceProvider> provider;
    std::atomic<std::uint64_t> faults = 0; ///< executes that have failed: a line of calls does not go on behind one
};

/// Turns of the loop that code gets after its deadline to unwind what its token has woken.
constexpr int graceTurns = 16;

/// What controllers need of their host. Belongs to the host thread.
struct HostContext
{
    std::shared_ptr<HostEnvironment> environment;
    HostOptions options;
    std::function<double()> random;
    WorkerPool* pool = nullptr;
    bool stopping = false;                                    ///< nothing is started any more
    bool hurried = false;                                     ///< the wait was given up
    std::function<void(NamedError)> stopHost;                 ///< a fault with FailureBehaviour::StopHost
    std::vector<NamedError>* stopErrors = nullptr;            ///< while the host stops: what stop calls throw, in their order
    std::function<void()> changed;                            ///< of any controller
    std::function<void()> endLine = [] {};                    ///< who is in a line of calls and was not called is as if it were in none
    std::deque<ServiceController>* controllers = nullptr;     ///< of all services

    [[nodiscard]] Clock& clock() const { return environment->clock; }
    [[nodiscard]] const Logger<Host>& log() const { return environment->log; }
    [[nodiscard]] Milliseconds reapTimeout() const { return hurried ? std::min(options.reapTimeout, Milliseconds(100)) : options.reapTimeout; }
};

} // namespace turnspit

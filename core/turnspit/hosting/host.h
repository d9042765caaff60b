#pragma once

#include <turnspit/async/aggregateerror.h>
#include <turnspit/async/task.h>
#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/servicecontroller.h>

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace turnspit {

class HostBuilder;
struct HostBuilderSettings;
class Mailbox;
class ServiceControllers;
class ServiceProvider;

/// How the stop of a host ended.
struct HostStopResult
{
    std::vector<ServiceStopResult> services;   ///< in the order in which they ended: those that ran, and who was abandoned before and lives
    std::vector<NamedError> errors;            ///< faults that stopped the host (StopHost), then what stop calls threw, in their order
    bool waitGivenUp = false;                  ///< a second signal ended the wait (T14)

    [[nodiscard]] bool anythingAbandoned() const;
    [[nodiscard]] bool threadsAlive() const;   ///< somebody's code still runs: leave by _Exit

    /// 6: something was abandoned; else 1 where there are `errors`, 0 where there are none. A service that failed by itself (StopService) is
    /// none of them, unless the host ends because nothing is left to do (HostOptions::stopWhenIdle).
    [[nodiscard]] int exitCode() const;

    /// One error as it is, several as AggregateError (B18, B41); returns where there is none.
    void throwErrors() const;
};

/// Runs hosted services: a handle, whose core lives on a thread of its own. Built by HostBuilder.
///
/// Destroying a host that runs stops nothing gracefully: every service sees its stop requested, suspended bodies are destroyed in
/// their threads, and a thread that does not come back within HostOptions::reapTimeout is left alive. It never hangs; stop() before is the
/// better way. Who awaits start, stop or close meanwhile gets OperationCancelled.
class Host
{
public:
    /// `argc` and `argv` must outlive the host; makes a QCoreApplication where there is none. Options are read from the command line
    /// (`--host.shutdown-timeout=60s`); the settings say from where else.
    [[nodiscard]] static HostBuilder createBuilder(int& argc, char** argv);
    [[nodiscard]] static HostBuilder createBuilder(int& argc, char** argv, HostBuilderSettings settings);
    [[nodiscard]] static HostBuilder createBuilder();

    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    /// In order: log Starting; options are checked; objects are made; all starting; all start; all started; callbacks of started; log
    /// Started (B1). Services in the order of registration, but after what they need (ServiceOptions::needs, after), each after the one
    /// before has ended, or all beside each other (servicesStartConcurrently), where only start itself waits for what is needed (T10).
    ///
    /// Options that are wrong end the start before anything is made: OptionsError, of several types AggregateError (B12).
    ///
    /// What a service throws ends the start: the ones that had started are stopped in reverse order, and the exception comes out of
    /// here as it was (several: AggregateError) (T5). `cancelled`, the start timeout and stopApplication cancel the start:
    /// OperationCancelled, unless something else was the cause. Once; std::logic_error the second time.
    ///
    /// Await it in any thread with an event loop; a GUI's goes on meanwhile (T15). The same for the other two.
    [[nodiscard]] Task<> start(std::stop_token cancelled = {});

    /// In order: log Stopping; all stopping; callbacks of stopping; all stop; all stopped; callbacks of stopped; log Stopped (B14), in
    /// reverse order of the start. Errors are collected. Ends within shutdownTimeout, or at once when `hurry` is stopped, with names of who was late
    /// (T6). A second one waits for the first and gives the same result (T7).
    [[nodiscard]] Task<HostStopResult> stop(std::stop_token hurry = {});

    /// stop, then closes the container: singletons that have a `Task<> close()` are awaited, in reverse order of creation, within what is
    /// left of the time for the stop (B25, B64); where the stop has ended before, within as much again. What they throw, and who is late,
    /// is in the result besides. Nothing can be had from services() afterwards. Where a thread was left alive, so is the container (T6).
    [[nodiscard]] Task<HostStopResult> close(std::stop_token hurry = {});

    /// Waits until somebody stops the application or `cancelled` is stopped, then stop().
    [[nodiscard]] Task<HostStopResult> waitForShutdown(std::stop_token cancelled = {});

    /// For main: start, wait for SIGINT, SIGTERM, SIGQUIT or stopApplication, close; the exit code (HostStopResult::exitCode, 1 where the
    /// start failed). A second signal, unless it comes together with the first, ends the wait at once (T14), also that for a start. In the main
    /// thread; runs its event loop, also that of a QApplication: QCoreApplication::quit, and the last window that is closed, are a stop of
    /// the application. Says in the log, category `turnspit::Lifetime`, that the application has started and that it ends
    /// (HostOptions::statusMessages, B85), and why the exit code is 1. SIGPIPE ends nothing meanwhile, where nobody has said what it does.
    /// std::logic_error: there is no application, it lives in another thread, or its event loop turns already.
    int run();

    [[nodiscard]] ApplicationLifetime& lifetime() const noexcept;

    /// The host thread.
    [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const noexcept;

    /// Host thread only.
    [[nodiscard]] ServiceControllers& controllers() const noexcept;

    /// The root of all scopes. Singletons only.
    [[nodiscard]] ServiceProvider& services() const noexcept;

private:
    friend class HostBuilder;
    struct Private;
    explicit Host(std::unique_ptr<Private> d);
    void tellStatus();
    std::unique_ptr<Private> m_d;
};

} // namespace turnspit

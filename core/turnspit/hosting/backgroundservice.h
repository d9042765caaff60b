#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>
#include <turnspit/hosting/hostedservice.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>

namespace turnspit {

/// A service that is one long piece of work: override execute, nothing else.
///
/// Belongs to the thread that calls start. Order of events: start returns at once; execute begins from that thread's event loop,
/// exactly once, even if stop comes before (it then sees a token that is stopped already, B31); stop requests `stopping` and waits
/// for execute to end.
class BackgroundService : public HostedService
{
public:
    enum class Execution { Running, Completed, Faulted, Cancelled };

    ~BackgroundService() override;

    /// Completes at once (B28). `cancelled` that is stopped already: execute is never called, execution() is Cancelled (B30); stopped
    /// later it also stops `stopping` (B29).
    Task<> start(std::stop_token cancelled) override;

    /// Before start: does nothing. Else returns, normally, when execute has ended or `hurry` is stopped (B33).
    Task<> stop(std::stop_token hurry) override;

    /// Requests `stopping` and destroys execute where it is suspended; does not wait; may be called at any time but from inside execute,
    /// and again (B35). The host does so before it destroys the object; whoever destroys one by himself while execute is suspended
    /// does it first, since the members of the derived class go before those of this one.
    void dispose();

    /// nullopt before start (B32).
    [[nodiscard]] std::optional<Execution> execution() const noexcept { return m_execution; }

    /// What ended execute; null unless Faulted or Cancelled.
    [[nodiscard]] std::exception_ptr executionError() const noexcept { return m_error; }

protected:
    BackgroundService() = default;

    /// The work. Return when `stopping` is requested. An exception ends the service as failed; OperationCancelled is silent only
    /// while stopping, a fault like any other else (B40).
    virtual Task<> execute(std::stop_token stopping) = 0;

private:
    friend class ServiceRun;
    void onExecutionEnded(std::function<void()> call) { m_onEnded = std::move(call); }
    Task<> begin();
    void ended(Execution how, std::exception_ptr error);

    std::unique_ptr<LinkedStopSource> m_stopping;
    std::optional<Execution> m_execution;
    std::exception_ptr m_error;
    Event m_ended;
    std::function<void()> m_onEnded;
    std::optional<TaskScope> m_tasks{std::in_place}; // last: the frame of execute goes first; none after dispose
};

} // namespace turnspit

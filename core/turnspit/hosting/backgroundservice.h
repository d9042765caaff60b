#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>
#include <turnspit/hosting/hostedservice.h>

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>

namespace turnspit {

/// A service that is one long piece of work: override execute, nothing else.
///
/// Belongs to the thread that calls start. Order of events: start returns at once; execute begins from that thread's event loop,
/// exactly once, even if stop comes before (it then sees a token that is stopped already, B31); stop requests `stopping` and waits
/// for execute to end.
///
/// A host requests `stopping` of a service with Affinity::Dedicated from its own thread, when that one's turn to stop comes: a loop
/// that never awaits, `while (!stopping.stop_requested()) work();`, ends all the same. What is awaited with `stopping` goes on in the
/// service's thread as always; only a std::stop_callback of the service's own runs where the request is made.
class BackgroundService : public HostedService
{
public:
    enum class Execution { Running, Completed, Faulted, Cancelled };

    ~BackgroundService() override;

    /// Completes at once (B28). `cancelled` that is stopped already: execute is never called, execution() is Cancelled (B30); stopped
    /// later it also stops `stopping` (B29).
    Task<> start(std::stop_token cancelled) override;

    /// Before start: does nothing. Else returns, normally, when execute has ended or `hurry` is stopped (B33).
    /// Who waits for it first goes on in the turn of the event loop in which execute ends, after that, and may destroy this.
    Task<> stop(std::stop_token hurry) override;

    /// Requests `stopping` and destroys execute where it is suspended; does not wait; may be called at any time but from inside execute,
    /// and again (B35). The host does so before it destroys the object; whoever destroys one by himself while execute is suspended
    /// does it first, since the members of the derived class go before those of this one.
    virtual void dispose();

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
    [[nodiscard]] virtual class PeriodicService* asPeriodic() noexcept { return nullptr; }
    /// In start, once execute is certain to follow.
    virtual void aboutToExecute() {}
    void ended(Execution how, std::exception_ptr error);

    /// The frame around execute: destroys itself when that has ended.
    struct Frame;
    Frame run();

    struct Forward
    {
        void operator()() const noexcept { std::stop_source(source).request_stop(); }
        std::stop_source source;
    };

    std::stop_source m_stopping{std::nostopstate}; // of the host, which may request it from another thread; else made in start
    std::optional<std::stop_callback<Forward>> m_onCancelled;
    std::optional<Execution> m_execution;
    std::exception_ptr m_error;
    Event m_ended;
    std::function<void()> m_onEnded;
    std::coroutine_handle<> m_frame; // null: none any more, or not yet
};

} // namespace turnspit

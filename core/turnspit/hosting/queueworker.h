#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/wait.h>
#include <turnspit/base/clock.h>
#include <turnspit/di/injection.h>
#include <turnspit/di/options.h>
#include <turnspit/di/serviceprovider.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/queueworkerstatus.h>
#include <turnspit/logging/logger.h>
#include <turnspit/queues/messagequeue.h>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace turnspit {

/// Thrown by a handler: no other attempt will do better. The message becomes a dead letter at once.
class MessageRejected : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What a handler may derive from. Any class with such a `handle` is one.
class MessageHandler
{
public:
    virtual ~MessageHandler() = default;

    /// Returns when the message is done. An exception: it is tried again later; MessageRejected: never; OperationCancelled while `stopping`
    /// is stopped: it is given back as if it had not been tried. Messages come at least once: the same one may come again.
    virtual Task<> handle(const Message& message, std::stop_token stopping) = 0;
};

template <class T>
concept HandlesMessages = requires(T& handler, const Message& message, std::stop_token stopping) {
    { handler.handle(message, stopping) } -> std::same_as<Task<>>;
};

/// What a worker does with its messages when it is stopped.
enum class AtStop {
    GiveBack, ///< handlers see `stopping` stopped at once; what they leave is given back to the queue
    Finish,   ///< what is in hand is finished, then as GiveBack
    Drain,    ///< the queue is closed, for good and for all who use the object, and worked off, then as GiveBack
};

struct QueueWorkerOptions
{
    int concurrency = 1;                                   ///< messages in hand at the same time
    Milliseconds retryDelay = std::chrono::seconds(1);     ///< before the second attempt; doubles with each
    Milliseconds maxRetryDelay = std::chrono::minutes(5);
    double jitter = 0.1;                                   ///< give or take that part of the delay
    AtStop atStop = AtStop::GiveBack;
    Milliseconds grace = std::chrono::seconds(20);         ///< Finish and Drain: for so long at most; less than the stop timeout
};

/// What all queue workers are, whatever their handlers: see QueueWorker.
class QueueWorkerBase : public BackgroundService
{
public:
    /// How often the status is looked at and told.
    static constexpr std::chrono::seconds statusInterval{1};

    ~QueueWorkerBase() override;

    /// As BackgroundService. What is not settled when `hurry` is stopped is destroyed where it is suspended, and given back.
    Task<> stop(std::stop_token hurry) override;

    [[nodiscard]] const QueueWorkerStatus& status() const noexcept { return m_status; }

protected:
    /// std::out_of_range for a concurrency below 1, a negative time, or a jitter that is not from 0 to 1.
    QueueWorkerBase(MessageQueue& queue, ServiceScopeFactory& scopes, LoggerBase log, QueueWorkerOptions options);

    /// Gets the handler from `scope` and calls it.
    virtual Task<> handle(ServiceScope& scope, const Message& message, std::stop_token stopping) = 0;

    Task<> execute(std::stop_token stopping) final;

private:
    friend class ServiceRun;

    /// A message that this worker holds.
    struct Held
    {
        Message message;
        LinkedStopSource stop; ///< of its handler
        bool lost = false;     ///< its time was over before it was done

        Held(Message own, std::stop_token stopping) : message(std::move(own)), stop(std::move(stopping)) {}
    };
    using HeldPtr = std::shared_ptr<Held>;

    void onStatusChanged(std::function<void()> call) { m_onStatus = std::move(call); }
    Task<> receiveAll(std::stop_token intake);
    Task<> work(HeldPtr held);

    /// Gets the handler, calls it, closes the scope: one unit, whose first failure counts.
    Task<std::exception_ptr> tryHandler(HeldPtr held);

    Task<> settle(HeldPtr held, std::exception_ptr error);
    Task<> ack(HeldPtr held);
    Task<> retry(HeldPtr held, std::string what);
    Task<> reject(HeldPtr held, std::string what);
    Task<> giveBack(HeldPtr held);
    [[nodiscard]] Milliseconds delayAfter(int attempts);
    Task<> keepHeld();
    Task<> extend(HeldPtr held);
    Task<> look();
    Task<> lookThenSet(Event& over);
    /// Once nothing is in hand any more. A queue that is away is not waited for.
    Task<> lookLast();
    Task<> tellStatus();
    void tell();
    Task<> atStop(std::stop_token stopping);

    MessageQueue& m_queue;
    ServiceScopeFactory& m_scopes;
    const LoggerBase m_log;
    const QueueWorkerOptions m_options;

    std::list<HeldPtr> m_held; ///< not settled
    std::stop_source m_handlersStop;
    std::stop_source m_hurried;
    std::minstd_rand m_random{std::random_device{}()};
    QueueWorkerStatus m_status;
    std::optional<QueueWorkerStatus> m_told;
    bool m_silent = false; ///< the queue, when it was looked at last
    std::function<void()> m_onStatus;
};

/// Works off a queue: each message in a scope of its own, with a Handler of that scope (T12).
///
/// `services().addSingleton<MessageQueue, MemoryQueue>(); addScoped<MailHandler>(); addHostedService<QueueWorker<MailHandler>>("mail");`
/// with options of its own: `builder.configure<QueueWorker<MailHandler>::Settings>([](auto& o) { o.concurrency = 4; })`.
///
/// Order of events for a message: received -> scope -> handler -> scope closed -> acked; where any of those before the last fails, given back
/// after a delay that grows with the attempts, or, after the last one, a dead letter. A failing ack is not followed by anything: the message
/// comes again. While a handler works, its message is extended; where it is not this worker's any more, the handler's `stopping` is stopped and the
/// message left to whoever has it now. A handler that blocks its thread blocks that too: give it Affinity::Dedicated and a visibility that is long enough.
///
/// A handler that nobody registered fails the build of the host (B68); an error out of receive fails the service, not its messages.
/// A queue that does not answer is waited for: the log says so, once, and QueueWorkerStatus::lastError.
template <HandlesMessages Handler, std::derived_from<MessageQueue> Queue = MessageQueue>
class QueueWorker : public QueueWorkerBase
{
public:
    struct Settings : QueueWorkerOptions
    {};

    QueueWorker(Queue& queue, ServiceScopeFactory& scopes, Logger<Handler> log, Options<Settings> settings)
        : QueueWorkerBase(queue, scopes, log, *settings)
    {}
    ~QueueWorker() override { dispose(); }

    /// What the host looks for when it is built.
    [[nodiscard]] static Dependency handlerDependency() { return detail::dependencyOn<Handler>(); }

protected:
    Task<> handle(ServiceScope& scope, const Message& message, std::stop_token stopping) override
    {
        return scope.get<Handler>().handle(message, std::move(stopping));
    }
};

} // namespace turnspit

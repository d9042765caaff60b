#include <turnspit/hosting/queueworker.h>

#include <turnspit/base/units.h>
#include <turnspit/async/aggregateerror.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace turnspit {

namespace {

/// How long a queue may take to say what is left in it when its worker ends.
constexpr std::chrono::milliseconds lastLook{100};

/// Turns of the loop that handlers get to unwind when the time is over; the host gives a few more.
constexpr int lastTurns = 8;

/// Before what a queue said that was asked how it is.
const std::string noAnswer = "the queue does not answer: ";

enum class Verdict { Done, Cancelled, Rejected, Failed };

Verdict judge(const std::exception_ptr& error, bool stopped)
{
    if (!error)
        return Verdict::Done;
    try {
        std::rethrow_exception(error);
    } catch (const MessageRejected&) {
        return Verdict::Rejected;
    } catch (const OperationCancelled&) {
        return stopped ? Verdict::Cancelled : Verdict::Failed; // at any other time a fault like any other (B40)
    } catch (...) {
        return Verdict::Failed;
    }
}

QueueWorkerOptions checked(QueueWorkerOptions options)
{
    if (options.concurrency < 1)
        throw std::out_of_range("concurrency: must be at least 1");
    if (!(options.jitter >= 0 && options.jitter <= 1)) // not a number is neither
        throw std::out_of_range("jitter: must be from 0 to 1");
    for (auto* const time : {&options.retryDelay, &options.maxRetryDelay, &options.grace}) {
        if (*time < Milliseconds(0))
            throw std::out_of_range("retryDelay, maxRetryDelay and grace: must not be negative");
        *time = std::min(*time, longestQueueTime);
    }
    return options;
}

} // namespace

QueueWorkerBase::QueueWorkerBase(MessageQueue& queue, ServiceScopeFactory& scopes, LoggerBase log, QueueWorkerOptions options)
    : m_queue(queue), m_scopes(scopes), m_log(std::move(log)), m_options(checked(options))
{}

QueueWorkerBase::~QueueWorkerBase()
{
    dispose();
}

Task<> QueueWorkerBase::execute(std::stop_token stopping)
{
    std::exception_ptr error;
    LinkedStopSource intake(m_options.atStop == AtStop::Drain ? m_handlersStop.get_token() : stopping);
    const auto failed = [&](std::exception_ptr failure) {
        if (!error)
            error = std::move(failure);
        intake.requestStop();
        m_handlersStop.request_stop();
    };
    TaskScope loops(failed);
    TaskScope helpers(failed);
    helpers.spawn(atStop(stopping));
    helpers.spawn(keepHeld());
    helpers.spawn(tellStatus());
    for (int i = 0; i < m_options.concurrency; ++i)
        loops.spawn(receiveAll(intake.token()));
    co_await loops.join();
    co_await lookLast();
    tell();
    if (error)
        std::rethrow_exception(error);
}

Task<> QueueWorkerBase::receiveAll(std::stop_token intake)
{
    while (auto message = co_await m_queue.receive(intake))
        co_await work(std::make_shared<Held>(*std::move(message), m_handlersStop.get_token()));
}

Task<> QueueWorkerBase::work(HeldPtr held)
{
    if (held->stop.stopRequested()) // came together with the stop
        co_return co_await giveBack(held);
    const auto place = m_held.insert(m_held.end(), held);
    m_status.inHand = int(m_held.size());
    const auto error = co_await tryHandler(held);
    m_held.erase(place); // from here on nobody else settles it
    m_status.inHand = int(m_held.size());
    if (held->lost)
        m_log.warning("message {} was not done in its time, and is left to whoever has it now", held->message.id);
    else
        co_await settle(held, error);
}

Task<std::exception_ptr> QueueWorkerBase::tryHandler(HeldPtr held)
{
    std::exception_ptr error;
    try {
        auto scope = m_scopes.createScope();
        try {
            co_await handle(scope, held->message, held->stop.token());
        } catch (...) {
            error = std::current_exception();
        }
        co_await scope.close();
    } catch (...) {
        if (!error)
            error = std::current_exception();
    }
    co_return error;
}

// One outcome for each message, none of which can be cancelled.
Task<> QueueWorkerBase::settle(HeldPtr held, std::exception_ptr error)
{
    switch (judge(error, held->stop.stopRequested())) {
    case Verdict::Done: co_await ack(held); break;
    case Verdict::Cancelled: co_await giveBack(held); break;
    case Verdict::Rejected: co_await reject(held, describe(error)); break;
    case Verdict::Failed: co_await retry(held, describe(error)); break;
    }
}

Task<> QueueWorkerBase::ack(HeldPtr held)
{
    if (const auto acked = co_await m_queue.ack(held->message)) {
        ++m_status.done;
        m_status.lastError.clear();
    } else {
        m_log.error("message {} is done, but the queue does not know: it may come again: {}", held->message.id, acked.error().text());
    }
}

Task<> QueueWorkerBase::retry(HeldPtr held, std::string what)
{
    const Message& message = held->message;
    const int limit = m_queue.options().maxAttempts;
    const bool last = limit > 0 && message.attempts >= limit;
    const Milliseconds delay = delayAfter(message.attempts);
    m_status.lastError = what;
    const auto nacked = co_await m_queue.nack(message, {delay, what});
    if (!nacked) {
        m_log.error("message {} failed, and could not be given back: it comes again when its time is over: {} ({})", message.id, what,
                    nacked.error().text());
    } else if (last) {
        ++m_status.dead;
        m_log.error("message {} is a dead letter after {} attempts: {}", message.id, message.attempts, what);
    } else {
        ++m_status.retried;
        m_log.warning("message {} failed at attempt {} and is tried again in {}: {}", message.id, message.attempts, formatDuration(delay), what);
    }
}

Task<> QueueWorkerBase::reject(HeldPtr held, std::string what)
{
    m_status.lastError = what;
    if (const auto buried = co_await m_queue.bury(held->message, what)) {
        ++m_status.dead;
        m_log.error("message {} was rejected and is a dead letter: {}", held->message.id, what);
    } else {
        m_log.error("message {} was rejected, but the queue does not know: it may come again: {} ({})", held->message.id, what,
                    buried.error().text());
    }
}

Task<> QueueWorkerBase::giveBack(HeldPtr held)
{
    if (const auto nacked = co_await m_queue.nack(held->message, {.reason = "its worker was stopped", .counts = false}))
        ++m_status.givenBack;
    else
        m_log.warning("message {} could not be given back: it comes again when its time is over: {}", held->message.id, nacked.error().text());
}

Milliseconds QueueWorkerBase::delayAfter(int attempts)
{
    const double doubled = double(m_options.retryDelay.count()) * std::exp2(std::min(attempts, 63) - 1);
    const double delay = std::min(doubled, double(m_options.maxRetryDelay.count()));
    std::uniform_real_distribution<double> spread(1.0 - m_options.jitter, 1.0 + m_options.jitter);
    return Milliseconds(std::int64_t(delay * spread(m_random)));
}

// While it works.

Task<> QueueWorkerBase::keepHeld()
{
    const Milliseconds every = std::max(m_queue.options().visibility / 3, Milliseconds(1));
    std::exception_ptr error;
    TaskScope extending([&](std::exception_ptr failure) { error = std::move(failure); });
    for (;;) {
        co_await delay(every);
        if (error)
            std::rethrow_exception(error);
        for (const auto& held : m_held)
            extending.spawn(extend(held));
    }
}

Task<> QueueWorkerBase::extend(HeldPtr held)
{
    const auto extended = co_await m_queue.extend(held->message, m_queue.options().visibility);
    if (!extended && extended.error().kind == ErrorKind::Refused) {
        held->lost = true;
        held->stop.requestStop();
    }
}

Task<> QueueWorkerBase::look()
{
    const auto queue = co_await m_queue.status();
    if (queue) {
        m_status.queue = *queue;
        if (std::exchange(m_silent, false)) {
            m_log.info("the queue answers again");
            if (m_status.lastError.starts_with(noAnswer)) // else a message has failed meanwhile
                m_status.lastError.clear();
        }
    } else if (!std::exchange(m_silent, true)) {
        // Else nothing would be seen of it: who receives waits it out.
        m_status.lastError = noAnswer + queue.error().text();
        m_log.warning("{}", m_status.lastError);
    }
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): outlives the scope that owns this
Task<> QueueWorkerBase::lookThenSet(Event& over)
{
    co_await look();
    over.set();
}

Task<> QueueWorkerBase::lookLast()
{
    Event over;
    const auto limit = Clock::current().createTimer([&over] { over.set(); });
    limit->startOnce(lastLook);
    TaskScope looking([&over](const std::exception_ptr&) { over.set(); }); // the last one that was seen stands
    looking.spawn(lookThenSet(over));
    co_await over.wait();
}

Task<> QueueWorkerBase::tellStatus()
{
    for (;;) {
        co_await look();
        tell();
        co_await delay(statusInterval);
    }
}

void QueueWorkerBase::tell()
{
    if (m_told == m_status)
        return;
    m_told = m_status;
    if (m_onStatus)
        m_onStatus();
}

// Stop.

Task<> QueueWorkerBase::atStop(std::stop_token stopping)
{
    co_await untilStopped(std::move(stopping));
    if (m_options.atStop == AtStop::Drain)
        m_queue.close();
    if (m_options.atStop != AtStop::GiveBack)
        co_await delay(m_options.grace, m_hurried.get_token());
    m_handlersStop.request_stop();
}

Task<> QueueWorkerBase::stop(std::stop_token hurry)
{
    const std::stop_callback forward(hurry, [source = m_hurried]() mutable noexcept { source.request_stop(); });
    co_await BackgroundService::stop(hurry);
    m_handlersStop.request_stop();
    for (int turn = 0; turn < lastTurns && execution() == Execution::Running; ++turn)
        co_await yieldToLoop(); // for those that Finish or Drain let go on until now
    if (execution() != Execution::Running)
        co_return;
    dispose();
    TaskScope givingBack([this](const std::exception_ptr& error) {
        m_log.warning("a message could not be given back: it comes again when its time is over: {}", describe(error));
    });
    for (const auto& held : std::exchange(m_held, {}))
        givingBack.spawn(giveBack(held));
    co_await givingBack.join();
    m_status.inHand = 0;
    tell();
}

} // namespace turnspit

#pragma once

#include <turnspit/async/task.h>
#include <turnspit/base/error.h>
#include <turnspit/queues/message.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace turnspit {

/// The queue itself does not work any more: what receive throws.
class QueueError : public std::runtime_error
{
public:
    explicit QueueError(Error error) : std::runtime_error(error.text()), m_error(std::move(error)) {}

    [[nodiscard]] const Error& error() const noexcept { return m_error; }

private:
    Error m_error;
};

/// Messages that are worked off at least once.
///
/// A message is delivered to one receiver at a time. It is that receiver's until it is acked, given back (nack), buried, or its time
/// (QueueOptions::visibility, unless extended) is over: then it is delivered again, as the next attempt. So a message whose worker died
/// is not lost, and one whose worker was slow is worked on twice: handlers are made for that. After QueueOptions::maxAttempts it goes to
/// the dead letters. Those that are delivered the first time come in the order in which they were sent; one
/// that comes again may come before or after those that wait, so who gives one back that he cannot do now says a delay.
///
/// Each function may be called in any thread with an event loop; its task goes on in that one. A task that is given up half-way has
/// happened or not; a receive that is given up or stopped loses no message, what had been meant for it is delivered to another one.
/// The queue outlives every one of its tasks.
class MessageQueue
{
public:
    virtual ~MessageQueue() = default;
    MessageQueue(const MessageQueue&) = delete;
    MessageQueue& operator=(const MessageQueue&) = delete;

    /// When it answers, the message is in the queue, as safely as that keeps anything. Refused: closed. Failed: larger than this queue
    /// takes, or what it keeps messages in does not work.
    [[nodiscard]] virtual Task<Result<SentMessage>> send(NewMessage message) = 0;

    /// `while (auto message = co_await queue.receive(stopping))`: the next message, waiting for one; nullopt when stop was requested
    /// (looked at before what there is, T2), and when the queue is closed and has nothing to deliver right now. QueueError when it never
    /// will again; what passes by itself, a lost connection or a full disk, is waited out.
    [[nodiscard]] virtual Task<std::optional<Message>> receive(std::stop_token stop = {}) = 0;

    // The four ways on for a delivered message. Refused: it is not this receiver's any more, since its time was over or it was settled.

    /// Done: the queue forgets it.
    [[nodiscard]] Task<Result<>> ack(const Message& message) { return settle(message.receipt, Done{}); }

    /// Not done: it is delivered again after a while, or becomes a dead letter if that was its last attempt.
    [[nodiscard]] Task<Result<>> nack(const Message& message, Nack how = {})
    {
        how.delay = bounded(how.delay);
        return settle(message.receipt, std::move(how));
    }

    /// Never to be done: a dead letter at once.
    [[nodiscard]] Task<Result<>> bury(const Message& message, std::string reason) { return settle(message.receipt, Bury{std::move(reason)}); }

    /// Its time is over `by` from now on, whatever it was before; 0 or less: now.
    [[nodiscard]] Task<Result<>> extend(const Message& message, Milliseconds by) { return settle(message.receipt, Extend{bounded(by)}); }

    /// The newest `limit`, newest first.
    [[nodiscard]] virtual Task<Result<std::vector<DeadLetter>>> deadLetters(int limit = 100) = 0;

    /// A dead letter is delivered again, as if it had just been sent; its attempts count from 1. Failed: there is no such one.
    [[nodiscard]] virtual Task<Result<>> revive(std::string id) = 0;

    /// A dead letter is forgotten. Failed: there is no such one.
    [[nodiscard]] virtual Task<Result<>> discard(std::string id) = 0;

    [[nodiscard]] virtual Task<Result<QueueStatus>> status() = 0;

    /// For draining: this object takes no more messages, and receivers get what can be delivered now, then nullopt. Any thread; again is fine.
    virtual void close() = 0;

    [[nodiscard]] const QueueOptions& options() const noexcept { return m_options; }

protected:
    /// std::out_of_range for a visibility below 1 ms, or a negative number. What is longer or more than can be is as much as can be.
    explicit MessageQueue(const QueueOptions& options);

    /// A time from now on that can be counted with.
    [[nodiscard]] static constexpr Milliseconds bounded(Milliseconds time) { return std::clamp(time, Milliseconds(0), longestQueueTime); }

    struct Done
    {};
    struct Bury
    {
        std::string reason;
    };
    struct Extend
    {
        Milliseconds by;
    };
    using Settlement = std::variant<Done, Nack, Bury, Extend>;

    virtual Task<Result<>> settle(std::string receipt, Settlement how) = 0;

private:
    const QueueOptions m_options;
};

/// The error of a settlement that came too late.
[[nodiscard]] Error notHeld();
/// The error of a send to a closed queue.
[[nodiscard]] Error queueIsClosed();
/// The error of a dead letter that is not there.
[[nodiscard]] Error noSuchDeadLetter(const std::string& id);
/// The reason of a message that died because nobody settled it in time.
inline constexpr const char* timeWasOver = "its worker did not settle it in time";

} // namespace turnspit

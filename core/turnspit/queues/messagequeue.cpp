#include <turnspit/queues/messagequeue.h>

#include <limits>

namespace turnspit {

namespace {

QueueOptions checked(QueueOptions options)
{
    if (options.visibility < Milliseconds(1))
        throw std::out_of_range("visibility: must be at least 1 ms");
    if (options.maxAttempts < 0)
        throw std::out_of_range("maxAttempts: must not be negative");
    if (options.dedupWindow < Milliseconds(0))
        throw std::out_of_range("dedupWindow: must not be negative");
    options.visibility = std::min(options.visibility, longestQueueTime);
    options.dedupWindow = std::min(options.dedupWindow, longestQueueTime);
    options.maxDeadLetters = std::min<std::uint64_t>(options.maxDeadLetters, std::numeric_limits<std::int64_t>::max());
    return options;
}

} // namespace

MessageQueue::MessageQueue(const QueueOptions& options) : m_options(checked(options)) {}

Error notHeld()
{
    return {ErrorKind::Refused, "the message is not held any more: its time was over, or it was settled already"};
}

Error queueIsClosed()
{
    return {ErrorKind::Refused, "the queue is closed and takes no more messages"};
}

Error noSuchDeadLetter(const std::string& id)
{
    return {ErrorKind::Failed, "there is no dead letter '" + id + "'"};
}

} // namespace turnspit

#pragma once

#include <turnspit/di/options.h>
#include <turnspit/queues/messagequeue.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace turnspit {

struct SqliteQueueOptions : QueueOptions
{
    std::string file;            ///< one queue each; made where it is missing, readable for this user only; no link, its folder may be
    bool survivePowerLoss = true; ///< false: what was sent survives the end of any process, not that of the machine; faster
};

/// Messages in a SQLite file: they survive the end of every process, at any instant. Several processes may use one file, on one machine.
///
/// A thread of its own does the work; what callers ask for at the same time is committed together, so many at a time are cheaper than one
/// after the other. What is delivered was committed as delivered before. Times are the wall clock's, on whose thread-wise clock the object
/// was made. While another process holds the file locked for seconds, or the disk is full, sends and settlements fail and receivers wait.
/// Where the file is deleted or moved meanwhile, or is damaged, the queue has come to its end: all fails, receive with QueueError.
class SqliteQueue : public MessageQueue
{
public:
    /// Body and key together, in bytes; send fails for a larger one. (SQLite takes a little more, which its dead letter needs.)
    static constexpr std::size_t largestMessage = 900'000'000;

    /// Opens or makes the file: may take a while. QueueError in words where that is not possible.
    explicit SqliteQueue(Options<SqliteQueueOptions> options);

    /// What was asked for is done first. What receivers hold stays theirs until its time is over.
    ~SqliteQueue() override;

    Task<Result<SentMessage>> send(NewMessage message) override;
    Task<std::optional<Message>> receive(std::stop_token stop = {}) override;
    Task<Result<std::vector<DeadLetter>>> deadLetters(int limit = 100) override;
    Task<Result<>> revive(std::string id) override;
    Task<Result<>> discard(std::string id) override;
    Task<Result<QueueStatus>> status() override;
    void close() override;

    /// Transactions committed so far; for tests and figures.
    [[nodiscard]] std::uint64_t commits() const noexcept;

protected:
    Task<Result<>> settle(std::string receipt, Settlement how) override;

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace turnspit

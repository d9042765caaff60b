#pragma once

#include <redis/redisaddress.h>
#include <turnspit/di/options.h>
#include <turnspit/queues/messagequeue.h>

#include <cstddef>
#include <memory>
#include <string>

namespace turnspit {

struct RedisQueueOptions : QueueOptions
{
    RedisAddress server = {};
    std::string name = "turnspit";                    ///< of the queue: its keys are `{NAME}:messages` and so on, in one slot of a cluster
    Milliseconds patience = std::chrono::seconds(5);   ///< for an answer, or for a connection where there is none; then it is an error
    Milliseconds reconnectDelay = std::chrono::milliseconds(100); ///< after the first failure; doubles
    Milliseconds maxReconnectDelay = std::chrono::seconds(10);
};

/// Messages in Redis (6.2 or later), as streams: for work that is shared by several machines.
///
/// The stream `{NAME}:messages` has a consumer group, in which each object is a consumer of its own; what an object that has gone held is claimed
/// by the others when its time is over (XAUTOCLAIM). What waits for its delay is in sorted set `{NAME}:delayed`, dead letters are in the stream
/// `{NAME}:dead`. Delivered again, a message comes after those that wait. How safe a message is, is a matter of the server's own settings.
///
/// A thread of its own does the work, with two connections: one waits for messages. Where the connection is lost, it comes back by itself: receivers
/// wait, what is asked for meanwhile waits for `patience`; so it is where the server has become another one's replica. What had no answer when it was lost is Unreachable, and may have been done; a key makes a
/// second send safe. An extension by more than QueueOptions::visibility holds as long as this object lives.
class RedisQueue : public MessageQueue
{
public:
    /// Body and key together, in bytes; send fails for a larger one, which would end the connection of all.
    static constexpr std::size_t largestMessage = 500'000'000;

    /// Returns at once. std::out_of_range for options that cannot be.
    explicit RedisQueue(Options<RedisQueueOptions> options);

    /// What was asked for is sent first.
    ~RedisQueue() override;

    Task<Result<SentMessage>> send(NewMessage message) override;
    Task<std::optional<Message>> receive(std::stop_token stop = {}) override;
    Task<Result<std::vector<DeadLetter>>> deadLetters(int limit = 100) override;
    Task<Result<>> revive(std::string id) override;
    Task<Result<>> discard(std::string id) override;
    Task<Result<QueueStatus>> status() override;
    void close() override;

protected:
    Task<Result<>> settle(std::string receipt, Settlement how) override;

private:
    Task<Result<>> takeDead(std::string id, bool back);

    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace turnspit

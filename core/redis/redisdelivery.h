#pragma once

#include <turnspit/queues/message.h>

#include <cstdint>
#include <string>

struct redisReply;

namespace turnspit {

/// A delivery, as a receipt names it.
struct RedisDelivery
{
    std::string entry;
    std::string consumer;
    std::string count;

    [[nodiscard]] std::string receipt() const { return entry + ' ' + count + ' ' + consumer; }
    /// Of anything else than a receipt: one that nobody holds.
    [[nodiscard]] static RedisDelivery parse(const std::string& receipt);
};

/// What an entry of the stream with these fields is to `consumer`, to whom it was delivered `count` times.
[[nodiscard]] Message deliveredMessage(const redisReply& entry, const redisReply& fields, std::int64_t count,
                                       const std::string& consumer);

/// An entry of the stream of dead letters, whose shape was looked at.
[[nodiscard]] DeadLetter deadLetter(const redisReply& entry);

} // namespace turnspit

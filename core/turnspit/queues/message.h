#pragma once

#include <turnspit/base/time.h>
#include <turnspit/base/units.h>

#include <cstdint>
#include <string>

namespace turnspit {

/// No time of a queue is longer: what is, such as Milliseconds::max(), counts as this, a hundred years.
inline constexpr Milliseconds longestQueueTime = std::chrono::days(36'525);

/// What is given to a queue.
struct NewMessage
{
    std::string body;      ///< any bytes
    std::string key = {};  ///< de-duplication: a message whose key was sent within QueueOptions::dedupWindow is not sent again; empty: none
    Milliseconds delay{0}; ///< not delivered before; negative: as 0
};

/// What became of it.
struct SentMessage
{
    std::string id;         ///< of the message; of the one that was sent before, where it is a duplicate
    bool duplicate = false;
};

/// One delivery of a message. Belongs to its receiver for QueueOptions::visibility, or as long as it is extended.
struct Message
{
    std::string id;      ///< the same at each delivery
    std::string body;
    std::string key;     ///< as sent
    int attempts = 1;    ///< deliveries that count, this one included
    WallTime sent{};
    std::string receipt; ///< names this delivery to the queue
};

/// A message that is not delivered any more.
struct DeadLetter
{
    std::string id;
    std::string body;
    std::string key;
    int attempts = 0;
    WallTime sent{};
    WallTime died{};
    std::string reason; ///< what its last failure said
};

/// How a message is given back.
struct Nack
{
    Milliseconds delay{0};  ///< not delivered before; negative: as 0
    std::string reason{};   ///< one line for the dead letter, if it becomes one
    bool counts = true;     ///< false: through no fault of the message; the attempt is taken back
};

/// How many messages are where. The first four are the queue's, whoever uses it; the others this object's since it was made.
struct QueueStatus
{
    std::uint64_t depth = 0;    ///< can be received now
    std::uint64_t delayed = 0;  ///< not yet
    std::uint64_t inFlight = 0; ///< delivered, and neither acked nor given back
    std::uint64_t dead = 0;     ///< dead letters
    std::uint64_t sent = 0;     ///< duplicates not counted
    std::uint64_t acked = 0;
    std::uint64_t nacked = 0;   ///< given back; what died by it included

    bool operator==(const QueueStatus&) const = default;
};

/// What holds for all messages of a queue. Everybody who uses the same queue says the same.
struct QueueOptions
{
    Milliseconds visibility = std::chrono::seconds(30); ///< how long a delivered message is its receiver's; then it is delivered again
    int maxAttempts = 5;                                ///< after so many it is a dead letter instead of delivered again; 0: no limit
    Milliseconds dedupWindow = std::chrono::minutes(5);
    std::uint64_t maxDeadLetters = 10'000;              ///< the oldest go
};

} // namespace turnspit

#pragma once

#include <turnspit/queues/message.h>

#include <cstdint>
#include <string>

namespace turnspit {

/// What is observable about a worker and its queue.
struct QueueWorkerStatus
{
    QueueStatus queue;           ///< as it was when it was looked at last
    int inHand = 0;              ///< messages that this worker works on
    std::uint64_t done = 0;      ///< acked by this worker since it was started, as all that follow
    std::uint64_t retried = 0;   ///< given back for another attempt
    std::uint64_t dead = 0;      ///< rejected, or their last attempt failed
    std::uint64_t givenBack = 0; ///< through no fault of theirs
    std::string lastError;       ///< what the last failure said, of a message or of the queue; kept until one is done, or the queue answers again

    bool operator==(const QueueWorkerStatus&) const = default;
};

} // namespace turnspit

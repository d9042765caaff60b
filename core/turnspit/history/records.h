#pragma once

#include <turnspit/base/ids.h>
#include <turnspit/base/states.h>
#include <turnspit/base/time.h>

#include <cstdint>
#include <optional>
#include <string>

namespace turnspit {

/// One execution of a service as history keeps it. A run that lives has neither end nor outcome; one that never was (`skipped`,
/// `missed`) has both and begins when it ends.
struct Run
{
    RunId id;
    std::string service;
    Trigger trigger = Trigger::Start;
    std::uint32_t attempt = 1;
    WallTime begin;
    std::optional<WallTime> end = {};
    std::optional<Outcome> outcome = {};
    std::optional<int> exitCode = {};
    std::optional<int> signal = {};
    std::string reason = {};                      ///< one line; "" where the outcome says it all
    std::optional<std::uint64_t> peakMemory = {}; ///< bytes
    std::optional<double> cpuSeconds = {};        ///< user and system
    std::uint64_t logLines = 0;                   ///< entries of streams o and e
    std::uint32_t logBeginSegment = 0;            ///< 0: not known; else the slice of its log, begin to end
    std::uint64_t logBeginOffset = 0;
    std::uint32_t logEndSegment = 0;              ///< 0: lives, or not known
    std::uint64_t logEndOffset = 0;
    std::optional<int> pid = {};                  ///< of the leader; in-process: none

    bool operator==(const Run&) const = default;
};

/// Something that happened in the host, for `events`.
struct HistoryEvent
{
    std::uint64_t id = 0; ///< given when it is added; grows
    WallTime time;
    std::string kind;    ///< one word: `host-started`, `service-failed`, ...
    std::string service; ///< "": the host itself
    std::string text;    ///< one line

    bool operator==(const HistoryEvent&) const = default;
};

} // namespace turnspit

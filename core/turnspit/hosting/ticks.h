#pragma once

#include <turnspit/base/rare.h>
#include <turnspit/base/states.h>
#include <turnspit/base/time.h>

#include <cstdint>
#include <optional>
#include <string>

namespace turnspit {

/// How the ticks of a periodic service stand: what its host hears of them.
struct Ticks
{
    bool ticking = false;
    std::optional<Trigger> trigger;
    std::optional<Outcome> lastOutcome;
    std::uint64_t count = 0;
    std::optional<WallTime> last;
    std::optional<WallTime> seriesNext;
    Rare<std::string> lastError; ///< none: empty
};

} // namespace turnspit

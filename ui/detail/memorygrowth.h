#pragma once

#include <turnspit/control/values.h>

namespace turnspit {

/// By which share the memory of the run that lives has grown during the last hour: 0.4 is 40 %. Null where that is not
/// much, or too short a time is known of it; the first minutes of a run, in which it fills its memory, do not count.
/// `samples`: oldest first.
[[nodiscard]] std::optional<double> memoryGrowth(const QList<UsageSample>& samples, WallTime now);

} // namespace turnspit

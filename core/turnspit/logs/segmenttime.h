#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/time.h>
#include <turnspit/logs/segmentlines.h>

#include <cstdint>
#include <optional>
#include <string>

namespace turnspit {

/// The time of the last whole entry of a segment; nullopt: it has none, or is gone.
[[nodiscard]] Result<std::optional<WallTime>> lastTimeOf(const std::string& folder, std::uint32_t segment);

/// Where the first entry not before `time` begins; the end of the last whole entry where there is none. A search by halves: a few
/// dozen reads whatever the size.
[[nodiscard]] Result<std::uint64_t> offsetAtTime(const std::string& folder, std::uint32_t segment, WallTime time);

} // namespace turnspit

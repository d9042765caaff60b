#pragma once

#include <turnspit/base/error.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace turnspit {

/// Configured durations have millisecond grain: it is the smallest unit of the grammar.
using Milliseconds = std::chrono::milliseconds;

/// `250ms`, `5s`, `1h30m`, `2w`: integers with `ms s m h d w`, joined, no spaces, no fractions, each unit at most once and in
/// falling order. The error names the units.
[[nodiscard]] Result<Milliseconds> parseDuration(std::string_view text);

/// The shortest text that parseDuration reads back: `1h30m`, `0s`.
[[nodiscard]] std::string formatDuration(Milliseconds duration);

/// `16MB`, `64KiB`: an integer with `B KB MB GB` (decimal) or `KiB MiB GiB`. The error names the units.
[[nodiscard]] Result<std::uint64_t> parseSize(std::string_view text);

/// The shortest exact text that parseSize reads back: `100MB`, `1KiB`, `1001B`.
[[nodiscard]] std::string formatSize(std::uint64_t bytes);

} // namespace turnspit

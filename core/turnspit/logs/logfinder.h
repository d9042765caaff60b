#pragma once

#include <turnspit/logs/logpattern.h>
#include <turnspit/logs/logreader.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// Numbers first, first + 1, ... first + count - 1.
struct NumberSpan
{
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    bool operator==(const NumberSpan&) const = default;
};

/// One piece of a line is looked for at most so many entries behind the one before it: both a view that joins and a search that
/// begins in the middle of a log see the same lines then.
inline constexpr std::uint64_t maxPieceDistance = 16;

/// Lines of a log in a range of numbers.
struct LineSearch
{
    std::optional<LogPattern> pattern; ///< nullopt: every line
    std::string streams;               ///< of `o`, `e`, `h`; "": all
    std::uint64_t first = 0;           ///< lines whose first entry is in [first, end)
    std::uint64_t end = 0;
    GivenUp givenUp = {};
};

struct LineMatches
{
    std::vector<NumberSpan> lines; ///< of the first entries of the lines that match, ascending
    std::uint64_t next = 0;        ///< LineSearch::end when done, else go on here
};

/// One step of a search: ends when all is looked at, after about `time`, or with some ten thousand matches. Lines are looked at as
/// withoutControls shows them, their pieces joined. Refreshes the reader where the range lies behind what it knows.
[[nodiscard]] Result<LineMatches> findLines(LogReader& log, const LineSearch& search, std::chrono::milliseconds time);

} // namespace turnspit

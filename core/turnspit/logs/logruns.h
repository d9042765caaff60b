#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/ids.h>
#include <turnspit/logs/logentry.h>

#include <optional>
#include <string>
#include <string_view>

namespace turnspit {

/// `run 41 began pid 812 trigger schedule attempt 1`, `run 41 ended failed exit 3`: the marks that bound a run's slice.
struct RunMark
{
    enum class What { Began, Ended };
    What what = What::Began;
    RunId run;
    std::string_view rest; ///< what follows: `pid 812 trigger schedule attempt 1`
};

/// nullopt: the text of this `h` entry is another mark.
[[nodiscard]] std::optional<RunMark> parseRunMark(std::string_view text) noexcept;

/// Where a run is in its service's log, marks included.
struct RunSlice
{
    RunId run;
    WallTime began;
    LogRange range;     ///< open at the end while it lives
    bool ended = false; ///< the mark of its end is there
    bool operator==(const RunSlice&) const = default;
};

/// The run that began last, by its mark, searched backwards from the end of the log; nullopt: no mark is left.
[[nodiscard]] Result<std::optional<RunSlice>> findLastRun(const std::string& folder);

/// This run, where its first mark is still there.
[[nodiscard]] Result<std::optional<RunSlice>> findRun(const std::string& folder, RunId run);

} // namespace turnspit

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnspit {

/// Why a run of a command failed, in words that a person can act on: "`node` was not found in PATH (exit 127)", "`x` is not
/// executable (exit 126)", "exit 3", "killed by signal 9, perhaps out of memory". `commandName` is the first word of the command.
/// With a signal the exit code counts for nothing; with neither: "exit status not available". Any thread.
[[nodiscard]] std::string describeExit(std::optional<int> exitCode, std::optional<int> signal,
                                       std::string_view commandName);

} // namespace turnspit

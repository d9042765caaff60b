#pragma once

#include <turnspit/base/error.h>

#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// Splits a line like a shell would, without being one: white space separates, '...' is taken as it is, in "..." a
/// backslash escapes `"`, `\`, `$`, a backtick and a line break, elsewhere the next character. Variables, globs, `~`,
/// `#`, `|`, `&` and the like are ordinary characters. An open quote or a backslash at the end is an error (its column
/// is that in `line`, from 1, in code points).
[[nodiscard]] Result<std::vector<std::string>> splitCommandLine(std::string_view line);

/// One line that splitCommandLine, and a shell, read back as `arguments`.
[[nodiscard]] std::string joinCommandLine(const std::vector<std::string>& arguments);

/// The first thing in an unquoted place of `line` that only a shell would act on (`|`, `&&`, `>`, `$HOME`, `*.log`,
/// `~/x`, ...), empty where there is none: what a person has to be told when a command runs without a shell.
[[nodiscard]] std::string findShellSyntax(std::string_view line);

} // namespace turnspit

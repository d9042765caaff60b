#pragma once

#include <turnspit/base/error.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace turnspit {

/// One variable. Those of an environment file are secret: whoever shows a definition shows `masked` instead of the
/// value.
struct EnvironmentVariable
{
    std::string name;
    std::string value;
    bool secret = false;

    [[nodiscard]] const std::string& shown() const { return secret ? masked : value; }

    static const std::string masked; ///< "********", whatever the length

    bool operator==(const EnvironmentVariable&) const = default;
};

/// `NAME=value` lines as in .env files: blank lines and lines beginning with # are skipped, `export ` in front is
/// allowed, a value may be in '...' (taken as it is) or "..." (with \n \t \r \" \\ \$ escapes; both may span lines); an
/// unquoted one ends at the end of the line or at a # after white space, and is trimmed. Nothing is expanded. The last
/// of two equal names wins. CRLF and a byte order mark are accepted. The error has file, line and column and never
/// shows a value.
[[nodiscard]] Result<std::vector<EnvironmentVariable>> parseEnvironmentFile(std::string_view text,
                                                                            const std::string& fileName);

/// Reads and parses; a missing or unreadable file is an error that names it.
[[nodiscard]] Result<std::vector<EnvironmentVariable>> readEnvironmentFile(const std::string& path);

/// A name that an environment can hold: not empty, no `=`, no NUL.
[[nodiscard]] bool isEnvironmentName(std::string_view name) noexcept;

} // namespace turnspit

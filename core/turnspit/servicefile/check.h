#pragma once

#include <turnspit/base/time.h>
#include <turnspit/config/toml.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

enum class Severity {
    Error,   ///< the service would be `invalid`
    Warning, ///< it can be run, but hardly does what was meant
};

struct Finding
{
    Severity severity = Severity::Error;
    Error error; ///< with file, line and column

    /// `FILE:LINE:COL: warning: message`; errors without the word.
    [[nodiscard]] std::string text() const;

    bool operator==(const Finding&) const = default;
};

/// What a check may look at besides the file.
struct CheckContext
{
    std::map<std::string, std::string> environment; ///< of the host: PATH, HOME
    TomlTable defaults = {};
    std::optional<WallTime> now = {}; ///< for warnings about times; none: no such warnings
};

/// Everything that is wrong or looks wrong with a service file, in the order of the file: all errors; where there are
/// none, warnings: the program is not in the service's PATH, the folder or environment file is not there, shell syntax
/// without a shell,
/// `&`, nohup and setsid, cron's day fields that match either, an `at` that is past, local times that daylight saving
/// skips or repeats. Looks at the file system, starts nothing.
[[nodiscard]] std::vector<Finding> checkServiceFile(std::string_view text, const std::string& fileName,
                                                    const std::string& name, const CheckContext& context);

} // namespace turnspit

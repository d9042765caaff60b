#pragma once

#include <turnspit/base/time.h>
#include <turnspit/config/toml.h>
#include <turnspit/servicefile/definition.h>
#include <turnspit/servicefile/edit.h>

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
    std::string key = {};           ///< `schedule.cron`: what it is about; "": the text as a whole, `name`: the name
    std::optional<Change> fix = {}; ///< the edit that would mend it, where there is one that cannot be wrong

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
/// `&`, nohup, setsid and -d, cron's day fields that match either, cron more often than each 10 s, an `at` that is past, local
/// times that daylight saving skips or repeats, a stop without any time. Looks at the file system, starts nothing.
[[nodiscard]] std::vector<Finding> checkServiceFile(std::string_view text, const std::string& fileName,
                                                    const std::string& name, const CheckContext& context);

/// A service file while it is being written.
struct FileInspection
{
    std::string text;                      ///< with the edits made; as it came where one of them cannot be made
    std::optional<Definition> definition;  ///< null: there are errors. A missing command alone does not count as one here
    std::vector<std::string> given;        ///< keys that the text itself has, dotted, sorted; variables as `environment.NAME`
    std::string commandLine;               ///< `command` as one line, as it is written or as a shell would read it; "": none
    std::string stopCommandLine;           ///< the same of `stop.command`
    std::string executable;                ///< absolute: what would be started; "": not found
    int argumentCount = 0;                 ///< without the program
    std::vector<Finding> findings;         ///< as checkServiceFile; where errors are elsewhere, warnings about the command too
};

/// Makes the edits one after another, and says what the result means and what is wrong with it. An edit that removes a key
/// that is not there is one that has been made. Looks at the file system, starts nothing.
[[nodiscard]] FileInspection inspectServiceFile(std::string_view text, const std::vector<Change>& edits, const std::string& fileName,
                                                const std::string& name, const CheckContext& context);

/// What a schedule means, before it is saved.
struct ScheduleEcho
{
    std::string sentence; ///< see describe
    std::vector<WallTime> times;
    std::vector<std::string> warnings;
};

/// Of the [schedule] in the text, which needs no command.
[[nodiscard]] Result<ScheduleEcho> echoSchedule(std::string_view text, const TomlTable& defaults, WallTime now, int count);

} // namespace turnspit

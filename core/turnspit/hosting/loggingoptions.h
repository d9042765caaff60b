#pragma once

#include <turnspit/logging/logsink.h>

#include <map>
#include <string>

namespace turnspit {

class TomlReader;

/// Which levels a host's loggers say, from the keys of `[logging]`; changes of the files count at once.
///
///     [logging]
///     level = "info"
///     [logging.levels]
///     "acme::Sync" = "debug"    # a category, or the beginning of some
///     qt = "warning"
///
/// Or `--logging.level=debug`, `--logging.levels.acme=trace`.
struct LoggingOptions
{
    LogLevel level = LogLevel::Info;
    std::map<std::string, LogLevel> levels; ///< by the beginning of the category; the longest counts

    void bind(TomlReader& from);

    bool operator==(const LoggingOptions&) const = default;
};

} // namespace turnspit

#pragma once

#include <turnspit/servicefile/definition.h>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// A definition, or everything that is wrong with its file: never empty then, in the order of the file, each with file,
/// line and column. The text() of the first is the `reason` of an invalid service.
using ParsedDefinition = std::expected<Definition, std::vector<Error>>;

/// Reads a service file. `defaults` is [defaults] of turnspit.toml (HostSettings::defaults): its keys lie under those
/// of the file, and errors in them name turnspit.toml. Where the two do not fit together, the file wins quietly: `cron`
/// in the file replaces `every` of the defaults, `manual = true` their [schedule], and `always` of the defaults is no
/// policy for a scheduled or manual service. Any thread.
[[nodiscard]] ParsedDefinition parseDefinition(std::string_view text, const std::string& fileName,
                                               const std::string& name, const TomlTable& defaults = {});

/// Errors that every service file under these defaults would have: unknown keys, wrong types, values out of range.
[[nodiscard]] std::vector<Error> checkDefaults(const TomlTable& defaults);

} // namespace turnspit

#pragma once

#include <turnspit/config/toml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// One key of a service file and the type that its value wants.
struct DefinitionKey
{
    std::string_view path; ///< `restart.policy`
    TomlType type;         ///< Array for commands, which may be a String as well
};

/// All of them, in the order in which a person writes them.
[[nodiscard]] std::span<const DefinitionKey> definitionKeys();

/// The type that `key` wants, for whoever takes values from people; any `environment.NAME` is a String. Null: no such
/// key.
[[nodiscard]] std::optional<TomlType> typeOfKey(std::string_view key);

/// Keys of the contract that are not built yet and are refused whatever their value. All are keys or tables of the
/// root.
[[nodiscard]] std::span<const std::string_view> refusedKeys();

/// Where an unknown key may belong: "`policy` belongs into [restart]"; empty where that is not known. `path` is that of
/// the table with its dot ("restart."), empty for the root.
[[nodiscard]] std::string explainMisplacedKey(std::string_view path, std::string_view key);

} // namespace turnspit

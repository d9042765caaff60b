#pragma once

#include <turnspit/config/toml.h>
#include <turnspit/config/tomllayout.h>

#include <string>
#include <string_view>

namespace turnspit {

// Edits of a TOML text that leave everything else as it is, byte by byte: comments, order, formatting, line breaks, a
// byte order mark. The result is parsed, and the edit refused where anything but the meant key would differ. The text
// must be valid TOML: otherwise its error is returned.

/// `restart.policy`, `environment."a.b"`: the parts of a key as they may stand in a file.
[[nodiscard]] Result<KeyPath> parseKeyPath(std::string_view text);

/// The reverse.
[[nodiscard]] std::string formatKeyPath(const KeyPath& path);

/// `valueText` is TOML, as it may stand to the right of `key =`. Replaces the bytes of the value where the key is
/// there; else adds the key behind the last one of its table: in the inline table, under the header or beside the
/// dotted keys that make the table now, or under a new header at the end of the text.
[[nodiscard]] Result<std::string> setTomlValue(std::string_view text, const std::string& fileName, const KeyPath& path,
                                               std::string_view valueText);

/// Deletes the lines of the key (in an inline table: the key and a comma), and the header that has no key any more
/// then. A table goes with all its keys. Comment lines stay. Refused (kind Refused) where there is no such key.
[[nodiscard]] Result<std::string> removeTomlKey(std::string_view text, const std::string& fileName,
                                                const KeyPath& path);

} // namespace turnspit

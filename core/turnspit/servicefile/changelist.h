#pragma once

#include <turnspit/servicefile/servicefilestore.h>

#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// The list of changes that undo takes back, as a text: `[[change]]` tables, the newest last.
[[nodiscard]] std::string formatChanges(const std::vector<ServiceFileStore::Change>& changes);

/// What formatChanges wrote. Changes that are damaged are left out, so are names that would lead out of our folders; a
/// text that cannot be read at all holds none.
[[nodiscard]] std::vector<ServiceFileStore::Change> parseChanges(const std::string& text);

/// 3 for the version `00000003.toml`; 0 for anything else.
[[nodiscard]] unsigned versionNumber(std::string_view name) noexcept;

} // namespace turnspit

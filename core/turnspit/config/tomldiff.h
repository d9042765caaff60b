#pragma once

#include <turnspit/config/toml.h>

#include <string>
#include <vector>

namespace turnspit {

/// A key whose value is not the same in two tables.
struct TomlDifference
{
    enum class What { New, Changed, Removed };

    std::string key; ///< dotted: `sync.retries`
    What what = What::Changed;

    bool operator==(const TomlDifference&) const = default;

    /// `sync.retries: changed`. Without the values, which may be secrets.
    [[nodiscard]] std::string text() const;
};

/// Sorted by key. Tables are looked into, arrays are one value; a table in the place of a value removes that and adds
/// its keys.
[[nodiscard]] std::vector<TomlDifference> differences(const TomlTable& before, const TomlTable& now);

} // namespace turnspit

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// The way to one key: {"restart", "policy"}.
using KeyPath = std::vector<std::string>;

/// Where the keys and tables of a TOML text stand, in bytes. Ranges are [begin, end).
struct TomlLayout
{
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    struct Item
    {
        KeyPath path;               ///< from the root
        std::size_t begin = 0;      ///< of the key, or of the header's `[`
        std::size_t valueBegin = 0; ///< of the value; a header has none
        std::size_t valueEnd = 0;
        std::size_t lineBegin = 0; ///< of its first line; of the key for a key in an inline table
        std::size_t lineEnd = 0;   ///< behind the line break of its last line
        std::size_t header = none; ///< the item whose table it stands in; none: above the first header
        std::size_t parent = none; ///< the item whose inline table it stands in
        bool isHeader = false;
        bool isArrayHeader = false; ///< [[...]]
    };

    std::vector<Item> items; ///< in the order of the text
    std::size_t begin = 0;   ///< behind a byte order mark
    std::string lineBreak;   ///< of the first line: "\n" or "\r\n"

    /// The text must be valid TOML; null where it is not. Keys of tables within arrays are not listed.
    [[nodiscard]] static std::optional<TomlLayout> scan(std::string_view text);
};

} // namespace turnspit

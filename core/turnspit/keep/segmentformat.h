#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace turnspit::keep {

/// `2026-11-22T08:44:24.123456Z o | `: 27 bytes of time, then at these places the letter of the stream and a space or
/// `+`.
inline constexpr std::size_t entryPrefixSize = 32;
inline constexpr std::size_t entryStreamAt = 28;
inline constexpr std::size_t entryMoreAt = 29;

/// Bytes of text in one entry; what is longer goes on in the next.
inline constexpr std::size_t maxEntryText = 64U << 10U;

/// `00000007.log`
[[nodiscard]] inline std::string segmentName(std::uint32_t number)
{
    char name[16];
    std::snprintf(name, sizeof name, "%08u.log", number);
    return name;
}

/// 7 for `00000007.log`; 0 for any other name.
[[nodiscard]] inline std::uint32_t segmentNumber(std::string_view name)
{
    if (name.size() != 12 || !name.ends_with(".log"))
        return 0;
    std::uint32_t number = 0;
    for (const char c : name.substr(0, 8)) {
        if (c < '0' || c > '9')
            return 0;
        number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return number;
}

} // namespace turnspit::keep

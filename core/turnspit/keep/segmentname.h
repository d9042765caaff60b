#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace turnspit::keep {

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

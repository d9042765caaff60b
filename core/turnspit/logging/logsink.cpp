#include <turnspit/logging/logsink.h>

#include <algorithm>
#include <array>

namespace turnspit {

namespace {
constexpr std::array<std::string_view, 7> names{"trace", "debug", "info", "warning", "error", "critical", "off"};
} // namespace

std::string_view toString(LogLevel level) noexcept
{
    return names.at(static_cast<std::size_t>(level));
}

std::optional<LogLevel> logLevelFromString(std::string_view text) noexcept
{
    const auto* const found = std::find(names.begin(), names.end(), text);
    if (found == names.end())
        return std::nullopt;
    return static_cast<LogLevel>(found - names.begin());
}

} // namespace turnspit

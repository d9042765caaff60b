#include <turnspit/supervision/restartpolicy.h>

#include <array>

namespace turnspit {

namespace {

using namespace std::string_view_literals;

constexpr std::array names{"never"sv, "on-failure"sv, "always"sv};

} // namespace

std::string_view toString(RestartPolicy::Policy policy) noexcept
{
    return names[static_cast<std::size_t>(policy)];
}

std::optional<RestartPolicy::Policy> restartPolicyFromString(std::string_view text) noexcept
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text)
            return static_cast<RestartPolicy::Policy>(i);
    }
    return std::nullopt;
}

} // namespace turnspit

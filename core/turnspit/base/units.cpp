#include <turnspit/base/units.h>

#include <array>
#include <limits>

namespace turnspit {

namespace {

struct DurationUnit
{
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr std::array<DurationUnit, 6> durationUnits{{{"w", 7LL * 24 * 3600 * 1000},
                                                     {"d", 24LL * 3600 * 1000},
                                                     {"h", 3600LL * 1000},
                                                     {"m", 60LL * 1000},
                                                     {"s", 1000},
                                                     {"ms", 1}}};

struct SizeUnit
{
    std::string_view name;
    std::uint64_t bytes;
};

// In the order in which formatSize prefers them.
constexpr std::array<SizeUnit, 7> sizeUnits{{{"GiB", 1ULL << 30},
                                             {"GB", 1'000'000'000},
                                             {"MiB", 1ULL << 20},
                                             {"MB", 1'000'000},
                                             {"KiB", 1ULL << 10},
                                             {"KB", 1'000},
                                             {"B", 1}}};

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes the digits at the front of `text`; false where there are none or the number is out of range.
bool takeNumber(std::string_view& text, std::uint64_t& value)
{
    if (text.empty() || !isDigit(text.front()))
        return false;
    value = 0;
    while (!text.empty() && isDigit(text.front())) {
        const auto digit = static_cast<std::uint64_t>(text.front() - '0');
        if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10)
            return false;
        value = value * 10 + digit;
        text.remove_prefix(1);
    }
    return true;
}

std::unexpected<Error> badDuration(std::string_view text)
{
    return fail(ErrorKind::InvalidDefinition,
                "\"" + std::string(text) + "\" is not a duration: write integers with the units ms, s, m, h, d or w, such as \"30s\" or \"1h30m\"");
}

std::unexpected<Error> badSize(std::string_view text)
{
    return fail(ErrorKind::InvalidDefinition, "\"" + std::string(text) + "\" is not a size: write an integer with one of the units B, KB, MB, GB, KiB, MiB or GiB, such as \"16MB\"");
}

} // namespace

Result<Milliseconds> parseDuration(std::string_view text)
{
    constexpr auto limit = std::numeric_limits<std::int64_t>::max() / 1'000'000; // fits nanoseconds too
    std::string_view rest = text;
    std::int64_t total = 0;
    std::size_t nextUnit = 0;
    if (rest.empty())
        return badDuration(text);
    while (!rest.empty()) {
        std::uint64_t number = 0;
        if (!takeNumber(rest, number))
            return badDuration(text);
        std::size_t length = 0;
        while (length < rest.size() && !isDigit(rest[length]))
            ++length;
        const std::string_view name = rest.substr(0, length);
        rest.remove_prefix(length);
        std::size_t unit = nextUnit;
        while (unit < durationUnits.size() && durationUnits[unit].name != name)
            ++unit;
        if (unit == durationUnits.size())
            return badDuration(text);
        const auto factor = static_cast<std::uint64_t>(durationUnits[unit].milliseconds);
        if (number > static_cast<std::uint64_t>(limit) / factor ||
            static_cast<std::int64_t>(number * factor) > limit - total)
            return fail(ErrorKind::InvalidDefinition, "\"" + std::string(text) + "\" is too long a duration");
        total += static_cast<std::int64_t>(number * factor);
        nextUnit = unit + 1;
    }
    return Milliseconds(total);
}

std::string formatDuration(Milliseconds duration)
{
    std::int64_t rest = duration.count();
    if (rest <= 0)
        return "0s";
    std::string out;
    for (const DurationUnit& unit : durationUnits) {
        if (const std::int64_t n = rest / unit.milliseconds; n > 0 && unit.name != "w") {
            out += std::to_string(n);
            out += unit.name;
            rest %= unit.milliseconds;
        } else if (n > 0 && rest % unit.milliseconds == 0) {
            out += std::to_string(n);
            out += unit.name;
            rest = 0;
        }
    }
    return out;
}

Result<std::uint64_t> parseSize(std::string_view text)
{
    std::string_view rest = text;
    std::uint64_t number = 0;
    if (!takeNumber(rest, number))
        return badSize(text);
    for (const SizeUnit& unit : sizeUnits) {
        if (rest != unit.name)
            continue;
        if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / unit.bytes)
            return fail(ErrorKind::InvalidDefinition, "\"" + std::string(text) + "\" is too large a size");
        return number * unit.bytes;
    }
    return badSize(text);
}

std::string formatSize(std::uint64_t bytes)
{
    std::string shortest = std::to_string(bytes) + "B";
    for (const SizeUnit& unit : sizeUnits) {
        if (bytes == 0 || bytes % unit.bytes != 0)
            continue;
        std::string text = std::to_string(bytes / unit.bytes);
        text += unit.name;
        if (text.size() < shortest.size())
            shortest = std::move(text);
    }
    return shortest;
}

} // namespace turnspit

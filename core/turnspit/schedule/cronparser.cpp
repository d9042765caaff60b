#include <turnspit/schedule/cronparser.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace turnspit {

using namespace std::string_view_literals;

namespace {

constexpr std::array monthNames{"jan"sv, "feb"sv, "mar"sv, "apr"sv, "may"sv, "jun"sv,
                                "jul"sv, "aug"sv, "sep"sv, "oct"sv, "nov"sv, "dec"sv};
constexpr std::array weekdayNames{"sun"sv, "mon"sv, "tue"sv, "wed"sv, "thu"sv, "fri"sv, "sat"sv};

struct Shorthand
{
    std::string_view name;
    std::string_view fields;
};

constexpr std::array shorthands{Shorthand{"@yearly", "0 0 1 1 *"},  Shorthand{"@annually", "0 0 1 1 *"},
                                Shorthand{"@monthly", "0 0 1 * *"}, Shorthand{"@weekly", "0 0 * * 0"},
                                Shorthand{"@daily", "0 0 * * *"},   Shorthand{"@midnight", "0 0 * * *"},
                                Shorthand{"@hourly", "0 * * * *"}};

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

/// For a message: short, one line, valid UTF-8 or at least no half of a character of ours.
std::string quoted(std::string_view text)
{
    constexpr std::size_t longest = 32;
    std::string out = "\"";
    for (const char c : text.substr(0, longest))
        out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? '?' : c;
    if (text.size() > longest)
        out += "...";
    return out + '"';
}

std::string shown(std::string_view value)
{
    const bool number = !value.empty() && value.size() <= 20 && std::ranges::all_of(value, isDigit);
    return number ? std::string(value) : quoted(value);
}

constexpr std::uint64_t bit(unsigned value)
{
    return std::uint64_t(1) << value;
}

/// A day of the month that no month of the set has.
bool neverMatches(std::uint64_t days, std::uint64_t months)
{
    constexpr std::array<unsigned, 13> longest{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned month = 1; month <= 12; ++month) {
        for (unsigned day = 1; day <= longest[month]; ++day) {
            if ((months & bit(month)) != 0 && (days & bit(day)) != 0)
                return false;
        }
    }
    return true;
}

} // namespace

struct CronParser::Field
{
    std::string_view name;
    unsigned least;
    unsigned most;
    std::span<const std::string_view> names; ///< of the values from least on
    std::string_view range;                  ///< as messages say it

    bool isWeekday() const { return names.size() == weekdayNames.size(); }
    unsigned last() const { return isWeekday() ? 6 : most; } ///< the last value that is not another's second name
};

namespace {

constexpr std::array<CronParser::Field, 6> allFields{{{"second", 0, 59, {}, "0-59"},
                                                      {"minute", 0, 59, {}, "0-59"},
                                                      {"hour", 0, 23, {}, "0-23"},
                                                      {"day of month", 1, 31, {}, "1-31"},
                                                      {"month", 1, 12, monthNames, "1-12 or jan-dec"},
                                                      {"weekday", 0, 7, weekdayNames, "0-7 or sun-sat"}}};

} // namespace

Result<Cron> Cron::parse(std::string_view expression)
{
    return CronParser(expression).parse();
}

/// `position` points into m_text; columns count code points.
std::unexpected<Error> CronParser::failAt(const char* position, std::string message) const
{
    Error error{ErrorKind::InvalidDefinition, std::move(message)};
    const std::string_view before = m_text.substr(0, static_cast<std::size_t>(position - m_text.data()));
    error.column = 1 + static_cast<int>(std::ranges::count_if(before, [](char c) { return (c & 0xC0) != 0x80; }));
    return fail(std::move(error));
}

Result<Cron> CronParser::parse()
{
    std::string_view rest = m_text;
    while (!rest.empty() && isBlank(rest.front()))
        rest.remove_prefix(1);
    while (!rest.empty() && isBlank(rest.back()))
        rest.remove_suffix(1);
    if (rest.empty())
        return failAt(m_text.data(), "the cron expression is empty: write five fields, such as \"*/5 * * * *\"");
    if (rest.front() != '@')
        return parseFields(rest, std::string(rest));

    const std::string name = lower(rest);
    if (name == "@reboot")
        return failAt(rest.data(), "@reboot is not a time: set run_at_start = true instead");
    std::string known;
    for (const Shorthand& shorthand : shorthands) {
        if (shorthand.name == name)
            return CronParser(shorthand.fields).parseFields(shorthand.fields, std::string(rest));
        known += known.empty() ? "" : ", ";
        known += shorthand.name;
    }
    return failAt(rest.data(), quoted(rest) + " is not known: write one of " + known + ", or five fields");
}

Result<Cron> CronParser::parseFields(std::string_view fields, std::string written)
{
    std::vector<std::string_view> texts;
    for (std::size_t i = 0; i < fields.size();) {
        const std::size_t begin = i;
        while (i < fields.size() && !isBlank(fields[i]))
            ++i;
        texts.push_back(fields.substr(begin, i - begin));
        while (i < fields.size() && isBlank(fields[i]))
            ++i;
    }
    if (texts.size() != 5 && texts.size() != 6)
        return failAt(texts.size() > 6 ? texts[6].data() : texts.front().data(),
                      "a cron expression has five fields (minute, hour, day of month, month, weekday), or six with the "
                      "second first, not " +
                          std::to_string(texts.size()));

    std::array<std::uint64_t, 6> sets{bit(0)};
    const std::size_t firstField = 6 - texts.size();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto set = parseField(allFields[firstField + i], texts[i]);
        if (!set)
            return fail(set.error());
        sets[firstField + i] = *set;
    }

    Cron cron;
    cron.m_text = std::move(written);
    cron.m_hasSeconds = firstField == 0;
    cron.m_dayRestricted = texts[3 - firstField].front() != '*';
    cron.m_weekdayRestricted = texts[5 - firstField].front() != '*';
    cron.m_seconds = sets[0];
    cron.m_minutes = sets[1];
    cron.m_hours = sets[2];
    cron.m_days = sets[3];
    cron.m_months = sets[4];
    cron.m_weekdays = (sets[5] & 0x7F) | (sets[5] >> 7); // 7 is Sunday too
    if (!cron.restrictsDayOfMonthAndWeekday() && neverMatches(sets[3], sets[4]))
        return failAt(texts[3 - firstField].data(), "this can never match: day " + std::string(texts[3 - firstField]) +
                                                        " does not exist in month " +
                                                        std::string(texts[4 - firstField]));
    return cron;
}

Result<std::uint64_t> CronParser::parseField(const Field& field, std::string_view text) const
{
    std::uint64_t set = 0;
    for (;;) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const auto element = parseElement(field, text.substr(0, comma));
        if (!element)
            return element;
        set |= *element;
        if (comma == text.size())
            return set;
        text.remove_prefix(comma + 1);
    }
}

/// `*`, `N` or `N-M`, each with or without `/STEP`.
Result<std::uint64_t> CronParser::parseElement(const Field& field, std::string_view text) const
{
    if (text.empty())
        return failAt(text.data(), std::string(field.name) + " has an empty place in its list");
    const std::size_t slash = text.find('/');
    const std::string_view range = text.substr(0, slash);
    unsigned first = field.least;
    unsigned last = field.last();
    if (range != "*") {
        // A sign of its own would be a range without a beginning: "-5".
        const std::size_t dash = range.find('-');
        const auto begin = parseValue(field, range.substr(0, dash), false);
        if (!begin)
            return fail(begin.error());
        first = *begin;
        if (dash != std::string_view::npos) {
            const auto end = parseValue(field, range.substr(dash + 1), first > 0);
            if (!end)
                return fail(end.error());
            last = *end;
        } else if (slash == std::string_view::npos) {
            last = first;
        } else {
            last = std::max(first, last);
        }
        if (last < first) {
            const std::string_view from = range.substr(0, dash);
            const std::string_view to = range.substr(dash + 1);
            const bool named = !isDigit(from.front()) && !field.names.empty();
            const auto spoken = [&](unsigned value) {
                return named ? std::string(field.names[value - field.least]) : std::to_string(value);
            };
            std::string instead;
            if (first <= field.last())
                instead = std::string(from) + (first < field.last() ? "-" + spoken(field.last()) : "") + ",";
            instead += (last > field.least ? spoken(field.least) + "-" : "") + std::string(to);
            return failAt(range.data(), std::string(field.name) + " range " + std::string(range) +
                                            " ends before it begins: write " + instead);
        }
    }
    unsigned step = 1;
    if (slash != std::string_view::npos) {
        const auto value = parseStep(field, text.substr(slash + 1));
        if (!value)
            return fail(value.error());
        step = *value;
    }
    std::uint64_t set = 0;
    for (unsigned value = first; value <= last; value += step)
        set |= bit(value);
    return set;
}

/// At the end of a range that does not begin with it, `sun` is 7, so that `fri-sun` is one.
Result<unsigned> CronParser::parseValue(const Field& field, std::string_view text, bool endOfRange) const
{
    const auto wrong = [&] {
        return failAt(text.data(), std::string(field.name) + " must be " + std::string(field.range) + ", not " + shown(text));
    };
    if (!text.empty() && text.size() <= 4 && std::ranges::all_of(text, isDigit)) {
        unsigned value = 0;
        for (const char c : text)
            value = value * 10 + static_cast<unsigned>(c - '0');
        if (value < field.least || value > field.most)
            return wrong();
        return value;
    }
    const auto name = std::ranges::find(field.names, lower(text));
    if (name == field.names.end())
        return wrong();
    const auto value = field.least + static_cast<unsigned>(name - field.names.begin());
    return endOfRange && field.isWeekday() && value == 0 ? 7 : value;
}

Result<unsigned> CronParser::parseStep(const Field& field, std::string_view text) const
{
    unsigned value = 0;
    if (text.size() <= 4 && std::ranges::all_of(text, isDigit)) {
        for (const char c : text)
            value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value < 1 || value > field.most)
        return failAt(text.data(), std::string(field.name) + " step must be 1-" + std::to_string(field.most) + ", not " +
                                       shown(text));
    return value;
}

} // namespace turnspit

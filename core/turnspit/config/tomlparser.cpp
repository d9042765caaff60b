// The one translation unit that sees tomlplusplus: its header takes seconds to compile.
#include <turnspit/config/toml.h>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <turnspit/config/tomllayout.h>
#include <turnspit/config/tomlmessage.h>

namespace turnspit {

namespace {

using FileName = std::shared_ptr<const std::string>;

TextOrigin originOf(const toml::source_region& region, const FileName& file)
{
    return TextOrigin{file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

TomlDateTime convertDate(const toml::date& date)
{
    return TomlDateTime{.year = date.year, .month = date.month, .day = date.day, .offsetMinutes = {}};
}

void putTime(TomlDateTime& into, const toml::time& time)
{
    into.hour = time.hour;
    into.minute = time.minute;
    into.second = time.second;
    into.nanosecond = static_cast<int>(time.nanosecond);
}

TomlTable convert(const toml::table& table, const FileName& file);

TomlValue convert(const toml::node& node, const FileName& file)
{
    const auto make = [&]() -> TomlValue {
        switch (node.type()) {
        case toml::node_type::string: return TomlValue(node.as_string()->get());
        case toml::node_type::integer: return TomlValue(node.as_integer()->get());
        case toml::node_type::floating_point: return TomlValue(node.as_floating_point()->get());
        case toml::node_type::boolean: return TomlValue(node.as_boolean()->get());
        case toml::node_type::date: return {TomlType::Date, convertDate(node.as_date()->get())};
        case toml::node_type::time: {
            TomlDateTime time;
            putTime(time, node.as_time()->get());
            return {TomlType::Time, time};
        }
        case toml::node_type::date_time: {
            const toml::date_time& moment = node.as_date_time()->get();
            TomlDateTime time = convertDate(moment.date);
            putTime(time, moment.time);
            if (moment.offset)
                time.offsetMinutes = moment.offset->minutes;
            return {TomlType::DateTime, time};
        }
        case toml::node_type::array: {
            TomlValue::Array items;
            for (const toml::node& item : *node.as_array())
                items.push_back(convert(item, file));
            return TomlValue(std::move(items));
        }
        default: return TomlValue(convert(*node.as_table(), file));
        }
    };
    TomlValue value = make();
    value.origin = originOf(node.source(), file);
    return value;
}

TomlTable convert(const toml::table& table, const FileName& file)
{
    TomlTable out;
    for (const auto& [key, node] : table)
        out.set(TomlEntry{std::string(key.str()), originOf(key.source(), file), convert(node, file)});
    return out;
}

} // namespace

Result<TomlTable> parseToml(std::string_view text, const std::string& fileName)
{
    const toml::parse_result parsed = toml::parse(text);
    const auto file = std::make_shared<const std::string>(fileName);
    if (parsed)
        return convert(parsed.table(), file);
    const toml::parse_error& error = parsed.error();
    const TextOrigin where = originOf(error.source(), file);
    return std::unexpected(explainTomlError(text, error.description(), where));
}

Result<TomlValue> parseTomlValue(std::string_view text, const std::string& sourceName)
{
    const auto first = text.find_first_not_of(" \t");
    const std::string_view trimmed = first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
    const std::string line = "v = " + std::string(trimmed);
    const toml::parse_result parsed = toml::parse(line);
    const auto file = std::make_shared<const std::string>(sourceName);
    // Nothing may follow the value: no comment, and no line break with another key behind it.
    const auto layout = parsed ? TomlLayout::scan(line) : std::nullopt;
    if (!layout || layout->items.empty() || layout->items.front().valueEnd != line.size())
        return std::unexpected(TextOrigin{file}.error("\"" + std::string(text) + "\" is not a TOML value"));
    TomlTable table = convert(parsed.table(), file);
    return *table.value("v");
}

} // namespace turnspit

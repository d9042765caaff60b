#include <turnspit/config/toml.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace turnspit {

Error TextOrigin::error(std::string message) const
{
    return Error{ErrorKind::InvalidDefinition, std::move(message), file ? *file : std::string(), line, column};
}

std::string_view toString(TomlType type) noexcept
{
    switch (type) {
    case TomlType::String:
        return "a string";
    case TomlType::Integer:
        return "an integer";
    case TomlType::Float:
        return "a number with a fraction";
    case TomlType::Boolean:
        return "true or false";
    case TomlType::Date:
        return "a date";
    case TomlType::Time:
        return "a time of day";
    case TomlType::DateTime:
        return "a date and time";
    case TomlType::Array:
        return "an array";
    case TomlType::Table:
        return "a table";
    }
    return "a value";
}

// ---- TomlTable

TomlTable::TomlTable() noexcept = default;
TomlTable::TomlTable(const TomlTable& other) = default;
TomlTable::TomlTable(TomlTable&& other) noexcept = default;
TomlTable& TomlTable::operator=(const TomlTable& other) = default;
TomlTable& TomlTable::operator=(TomlTable&& other) noexcept = default;
TomlTable::~TomlTable() = default;

namespace {

auto lowerBound(const std::vector<TomlEntry>& entries, std::string_view key)
{
    return std::ranges::lower_bound(entries, key, {},
                                    [](const TomlEntry& entry) -> std::string_view { return entry.key; });
}

} // namespace

const TomlEntry* TomlTable::find(std::string_view key) const
{
    const auto it = lowerBound(m_entries, key);
    return it != m_entries.end() && it->key == key ? &*it : nullptr;
}

const TomlValue* TomlTable::value(std::string_view key) const
{
    const TomlEntry* entry = find(key);
    return entry ? &entry->value : nullptr;
}

const TomlValue* TomlTable::valueAt(std::string_view dottedPath) const
{
    const TomlTable* table = this;
    while (table) {
        const auto dot = dottedPath.find('.');
        const TomlValue* found = table->value(dottedPath.substr(0, dot));
        if (!found || dot == std::string_view::npos)
            return found;
        dottedPath.remove_prefix(dot + 1);
        table = found->table();
    }
    return nullptr;
}

void TomlTable::set(TomlEntry entry)
{
    const auto at = lowerBound(m_entries, entry.key) - m_entries.begin();
    if (at < std::ssize(m_entries) && m_entries[static_cast<std::size_t>(at)].key == entry.key)
        m_entries[static_cast<std::size_t>(at)] = std::move(entry);
    else
        m_entries.insert(m_entries.begin() + at, std::move(entry));
}

void TomlTable::remove(std::string_view key)
{
    const auto it = lowerBound(m_entries, key);
    if (it != m_entries.end() && it->key == key)
        m_entries.erase(it);
}

bool TomlTable::operator==(const TomlTable& other) const
{
    return std::ranges::equal(m_entries, other.m_entries, [](const TomlEntry& a, const TomlEntry& b) {
        return a.key == b.key && a.value == b.value;
    });
}

// ---- TomlValue

TomlType TomlValue::type() const noexcept
{
    switch (m_data.index()) {
    case 0:
        return TomlType::String;
    case 1:
        return TomlType::Integer;
    case 2:
        return TomlType::Float;
    case 3:
        return TomlType::Boolean;
    case 4:
        return std::get<Moment>(m_data).type;
    case 5:
        return TomlType::Array;
    default:
        return TomlType::Table;
    }
}

const TomlDateTime* TomlValue::dateTime() const
{
    const Moment* moment = std::get_if<Moment>(&m_data);
    return moment ? &moment->time : nullptr;
}

bool TomlValue::operator==(const TomlValue& other) const
{
    if (const double* number = floating(); number && other.floating())
        return std::bit_cast<std::uint64_t>(*number) == std::bit_cast<std::uint64_t>(*other.floating()) ||
               (std::isnan(*number) && std::isnan(*other.floating()));
    return m_data == other.m_data;
}

TomlTable mergeToml(const TomlTable& under, const TomlTable& over)
{
    TomlTable merged = under;
    for (const TomlEntry& entry : over.entries()) {
        const TomlValue* below = under.value(entry.key);
        TomlEntry result = entry;
        if (below && below->table() && entry.value.table())
            *result.value.table() = mergeToml(*below->table(), *entry.value.table());
        merged.set(std::move(result));
    }
    return merged;
}

// ---- text

std::string quoteToml(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                char escape[8];
                std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
                out += escape;
            } else {
                out += c;
            }
        }
    }
    return out + '"';
}

std::string quoteTomlKey(std::string_view key)
{
    const auto isBare = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !key.empty() && std::ranges::all_of(key, isBare) ? std::string(key) : quoteToml(key);
}

namespace {

std::string formatFloat(double number)
{
    if (std::isnan(number))
        return "nan";
    if (std::isinf(number))
        return number > 0 ? "inf" : "-inf";
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    std::string out(text, end);
    if (out.find_first_of(".e") == std::string::npos)
        out += ".0";
    return out;
}

std::string formatMoment(TomlType type, const TomlDateTime& time)
{
    char text[96];
    std::string out;
    if (type != TomlType::Time) {
        std::snprintf(text, sizeof text, "%04d-%02d-%02d", time.year, time.month, time.day);
        out += text;
    }
    if (type == TomlType::DateTime)
        out += 'T';
    if (type != TomlType::Date) {
        std::snprintf(text, sizeof text, "%02d:%02d:%02d", time.hour, time.minute, time.second);
        out += text;
        if (time.nanosecond != 0) {
            std::snprintf(text, sizeof text, ".%09d", time.nanosecond);
            out += text;
            out.erase(out.find_last_not_of('0') + 1);
        }
    }
    if (time.offsetMinutes) {
        const int offset = *time.offsetMinutes;
        if (offset == 0)
            return out + 'Z';
        std::snprintf(text, sizeof text, "%c%02d:%02d", offset < 0 ? '-' : '+', std::abs(offset) / 60,
                      std::abs(offset) % 60);
        out += text;
    }
    return out;
}

} // namespace

std::string formatToml(const TomlValue& value)
{
    std::string out;
    switch (value.type()) {
    case TomlType::String:
        return quoteToml(*value.string());
    case TomlType::Integer:
        return std::to_string(*value.integer());
    case TomlType::Float:
        return formatFloat(*value.floating());
    case TomlType::Boolean:
        return *value.boolean() ? "true" : "false";
    case TomlType::Date:
    case TomlType::Time:
    case TomlType::DateTime:
        return formatMoment(value.type(), *value.dateTime());
    case TomlType::Array:
        for (const TomlValue& item : *value.array())
            out += (out.empty() ? "" : ", ") + formatToml(item);
        return "[" + out + "]";
    case TomlType::Table:
        for (const TomlEntry& entry : value.table()->entries())
            out += (out.empty() ? "" : ", ") + quoteTomlKey(entry.key) + " = " + formatToml(entry.value);
        return out.empty() ? "{}" : "{ " + out + " }";
    }
    return out;
}

} // namespace turnspit

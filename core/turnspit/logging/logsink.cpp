#include <turnspit/logging/logsink.h>

#include <algorithm>
#include <array>

namespace turnspit {

namespace {
constexpr std::array<std::string_view, 7> names{"trace", "debug", "info", "warning", "error", "critical", "off"};

/// What ends a value, or would be taken for something else.
bool needsQuotes(std::string_view value)
{
    return value.empty() || std::ranges::any_of(value, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f';
    });
}

void appendQuoted(std::string& line, std::string_view value)
{
    constexpr std::string_view digits = "0123456789abcdef";
    line += '"';
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (c == '\n') {
            line += "\\n";
        } else if (c == '\t') {
            line += "\\t";
        } else if (byte < ' ' || c == '\x7f') {
            line += "\\x";
            line += digits[byte >> 4];
            line += digits[byte & 15];
        } else {
            line += c;
        }
    }
    line += '"';
}

} // namespace

void appendLogFields(std::string& line, const LogRecord& record)
{
    if (record.eventId != 0)
        line += " event=" + std::to_string(record.eventId);
    for (const LogField& field : record.fields) {
        line += ' ';
        line += field.name;
        line += '=';
        if (needsQuotes(field.value))
            appendQuoted(line, field.value);
        else
            line += field.value;
    }
}

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

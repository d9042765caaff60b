#include <turnspit/logs/logentry.h>

namespace turnspit {

std::optional<LogPrefix> parseLogPrefix(std::string_view line) noexcept
{
    if (line.size() < logPrefixSize || line[26] != 'Z' || line[27] != ' ' || line[30] != '|' || line[31] != ' ')
        return std::nullopt;
    const char stream = line[28];
    if ((stream != 'o' && stream != 'e' && stream != 'h') || (line[29] != ' ' && line[29] != '+'))
        return std::nullopt;
    return LogPrefix{stream, line[29] == '+'};
}

WallTime parseLogTime(std::string_view line) noexcept
{
    return parseRfc3339(line.substr(0, 27)).value_or(WallTime{});
}

LogEntry parseLogEntry(std::string_view line)
{
    LogEntry entry;
    const auto prefix = parseLogPrefix(line);
    entry.stream = prefix ? prefix->stream : '?';
    if (prefix) {
        entry.continues = prefix->continues;
        entry.time = parseLogTime(line);
        line.remove_prefix(logPrefixSize);
    }
    entry.text = line;
    return entry;
}

void appendRaw(std::string& out, const LogEntry& entry)
{
    if (entry.stream != 'o' && entry.stream != 'e')
        return;
    out += entry.text;
    if (!entry.continues)
        out += '\n';
}

} // namespace turnspit

#pragma once

#include <turnspit/base/time.h>

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace turnspit {

/// A place in the log of one service: `segment` is the number in the file's name, `offset` bytes into it. A place that names an
/// entry is the first byte of its prefix. Places order as the log does; {0, 0} is before everything.
struct LogPosition
{
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
    auto operator<=>(const LogPosition&) const = default;
};

/// A slice of a log: entries that begin at or after `begin` and before `end`. The default is the whole log, what is yet to come
/// included.
struct LogRange
{
    LogPosition begin;
    LogPosition end{std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint64_t>::max()};
    bool operator==(const LogRange&) const = default;
};

/// The number of an entry that was read without an index.
inline constexpr std::uint64_t unnumbered = std::numeric_limits<std::uint64_t>::max();

/// One entry of a segment, or several joined into the line that the service wrote (then n, time and position are the first
/// one's, end is the last one's).
struct LogEntry
{
    std::uint64_t n = unnumbered; ///< from 0, the first entry that this log ever had; `unnumbered`: not known
    WallTime time;
    char stream = 'o';      ///< `o` stdout, `e` stderr, `h` mark of the host; `?`: a damaged line, all of it in `text`
    bool continues = false; ///< the text goes on in the next entry of the same stream
    std::string text;       ///< the service's own bytes, without the newline; any bytes
    LogPosition position;
    LogPosition end;        ///< where the next entry begins in this segment

    bool operator==(const LogEntry&) const = default;
};

/// Bytes before the text of an entry: `2026-11-22T08:44:24.123456Z o | `.
inline constexpr std::size_t logPrefixSize = 32;

/// What the prefix of a line says.
struct LogPrefix
{
    char stream = '?';
    bool continues = false;
};

/// The prefix of a line (without its newline), time not yet read; nullopt: not an entry, the line is damaged.
[[nodiscard]] std::optional<LogPrefix> parseLogPrefix(std::string_view line) noexcept;

/// The time of a line that parseLogPrefix accepted; the epoch where the text is no time.
[[nodiscard]] WallTime parseLogTime(std::string_view line) noexcept;

/// The entry in a line without its newline; a damaged one comes back with stream `?`. Places and number are the caller's.
[[nodiscard]] LogEntry parseLogEntry(std::string_view line);

/// Appends what `--raw` prints of this entry: the bytes of `o` and `e`, and a newline unless it continues; nothing of others.
void appendRaw(std::string& out, const LogEntry& entry);

} // namespace turnspit

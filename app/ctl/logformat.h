#pragma once

#include "commandline.h"
#include "outputstream.h"

#include <turnspit/control/values.h>

#include <array>
#include <deque>
#include <string>
#include <string_view>

namespace turnspit::ctl {

/// Appends the entry as it is on disk: `2026-11-22T08:44:24.123456Z o | text` and a newline.
void appendEntryLine(std::string& out, const LogEntryInfo& entry);

/// Appends `{"time":...,"service":...,"stream":...,"text":...}` and a newline; `b64` instead of `text` where the bytes
/// are not UTF-8, `"more":true` where the text goes on.
void appendEntryJson(std::string& out, std::string_view serviceAsJson, const LogEntryInfo& entry);

/// Appends the text with quotes and escapes. It must be UTF-8.
void appendJsonString(std::string& out, std::string_view utf8);

/// Writes the entries of one service in one of the formats.
class LogPrinter
{
public:
    /// `labelled`: each line after `NAME | ` (not with JSON, where the service is a key).
    LogPrinter(OutputStream& out, LogFormat format, const QString& service, bool labelled);

    void print(const LogEntryInfo& entry);

    /// Ends lines that are still open, once nothing more comes.
    void finish();

private:
    void printRaw(const LogEntryInfo& entry);
    void addRaw(char stream, std::string_view text, bool more);
    void endOpenLine();
    void flushHeld(std::string& held);

    /// A line that is held back until it is whole is at most so long.
    static constexpr std::size_t maxHeld = 1 << 20;

    OutputStream& m_out;
    LogFormat m_format;
    std::string m_label;
    std::string m_serviceAsJson;
    // Raw: bytes of `o` and `e`. Pieces are written as they come, while no other stream's line is open.
    char m_open = 0;
    std::array<std::string, 2> m_held;
};

} // namespace turnspit::ctl

#pragma once

#include <turnspit/logging/logsink.h>

#include <string>

namespace turnspit {

/// Standard error where that is the journal: each line begins with its syslog level, `<4>acme::DataSync [data-sync] text event=1001 id=7` (B86), from
/// which the journal makes PRIORITY; it stamps the time itself. Any thread.
///
/// Not through the journal's own socket: standard error also leads there from a container that has nothing else of systemd.
class JournalSink final : public LogSink
{
public:
    void write(const LogRecord& record) noexcept override;
};

/// What JournalSink writes, newline included: further lines of the text have the level too, and are indented by two spaces.
[[nodiscard]] std::string formatJournalLine(const LogRecord& record);

} // namespace turnspit

#pragma once

#include <turnspit/logging/logsink.h>

namespace turnspit {

/// Standard error, one write a line: `2026-11-22T08:44:24.123456Z info acme::DataSyncService [data-sync-service] text`.
class StderrSink final : public LogSink
{
public:
    void write(const LogRecord& entry) noexcept override;
};

/// The line above without newline; further lines of the text are indented by two spaces.
[[nodiscard]] std::string formatLogLine(const LogRecord& entry);

} // namespace turnspit

#pragma once

#include <turnspit/logging/logsink.h>

#include <cstdint>

namespace turnspit {

/// A terminal or what stands in for it, one write a line:
/// `2026-11-22T08:44:24.123456Z info acme::DataSyncService [data-sync-service] text event=1001 id=7`.
class ConsoleSink final : public LogSink
{
public:
    enum class Colours : std::uint8_t {
        Auto, ///< on a terminal that has them (TERM is not `dumb`), unless NO_COLOR is set
        Never,
        Always,
    };

    /// Standard error, or another file descriptor, which must stay open. What is below `least` is left out.
    explicit ConsoleSink(Colours colours = Colours::Auto, LogLevel least = LogLevel::Trace, int fd = 2);

    void write(const LogRecord& record) noexcept override;

private:
    int m_fd;
    LogLevel m_least;
    bool m_colours;
};

/// The line above without newline; further lines of the text are indented by two spaces. `coloured`: the level in its colour, time
/// and category faint, by the sequences of a terminal.
[[nodiscard]] std::string formatLogLine(const LogRecord& record, bool coloured = false);

} // namespace turnspit

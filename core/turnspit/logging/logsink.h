#pragma once

#include <turnspit/base/time.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace turnspit {

enum class LogLevel { Trace, Debug, Info, Warning, Error, Critical, Off };

[[nodiscard]] std::string_view toString(LogLevel level) noexcept; ///< `trace`, `debug`, `info`, `warning`, `error`, `critical`, `off`
[[nodiscard]] std::optional<LogLevel> logLevelFromString(std::string_view text) noexcept;

/// A named value, as text without quotes.
struct LogField
{
    std::string_view name;
    std::string value;
};

/// One thing that was said. The views live as long as the call of LogSink::write.
struct LogRecord
{
    WallTime time{};
    LogLevel level = LogLevel::Info;
    int eventId = 0;           ///< 0: none; those of the host are in hosting/hostevents.h
    std::string_view category; ///< the type that speaks: `acme::DataSyncService`
    std::string_view service;  ///< the hosted service whose work this is, or is about; "": none
    std::string_view text;     ///< UTF-8, may hold newlines, none at its end; without the fields
    std::span<const LogField> fields = {}; ///< named values, in their order
};

/// ` event=1001 id=7 city="New York"`, on one line, for the end of a text: the number of the event, where there is one, and the named values.
/// Values that are empty or hold spaces, quotes, `=` or control characters are quoted.
void appendLogFields(std::string& line, const LogRecord& record);

/// Where log lines go. write is called from any thread, by several at once, in the thread that speaks; it must be quick, throws
/// nothing, and says nothing to a logger itself: that would come back to it.
class LogSink
{
public:
    virtual ~LogSink() = default;
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;

    virtual void write(const LogRecord& entry) noexcept = 0;

    /// It keeps lines for others than who reads the log of the program: where no other sink is there, standard error gets them too.
    [[nodiscard]] virtual bool isBesides() const noexcept { return false; }

protected:
    LogSink() = default;
};

} // namespace turnspit

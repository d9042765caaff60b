#include <systemd/journalsink.h>

#include <cerrno>
#include <new>

#include <unistd.h>

namespace turnspit {

namespace {

char syslogLevel(LogLevel level)
{
    switch (level) {
    case LogLevel::Critical:
        return '2';
    case LogLevel::Error:
        return '3';
    case LogLevel::Warning:
        return '4';
    case LogLevel::Info:
    case LogLevel::Off:
        return '6';
    case LogLevel::Debug:
    case LogLevel::Trace:
        break;
    }
    return '7';
}

} // namespace

std::string formatJournalLine(const LogRecord& record)
{
    const std::string prefix{'<', syslogLevel(record.level), '>'};
    std::string out = prefix;
    out += record.category;
    if (!record.service.empty()) {
        out += " [";
        out += record.service;
        out += ']';
    }
    out += ' ';
    for (const char c : record.text) {
        out += c;
        if (c == '\n')
            out += prefix + "  ";
    }
    appendLogFields(out, record);
    out += '\n';
    return out;
}

void JournalSink::write(const LogRecord& record) noexcept
{
    try {
        const std::string line = formatJournalLine(record);
        std::string_view left = line;
        while (!left.empty()) {
            const auto written = ::write(STDERR_FILENO, left.data(), left.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return; // nobody to tell
            left.remove_prefix(static_cast<std::size_t>(written));
        }
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): a log line is not worth the program
    }
}

} // namespace turnspit

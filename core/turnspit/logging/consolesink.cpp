#include <turnspit/logging/consolesink.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <unistd.h>

namespace turnspit {

namespace {

constexpr std::string_view faint = "\033[2m";
constexpr std::string_view plain = "\033[0m";

std::string_view colourOf(LogLevel level)
{
    switch (level) {
    case LogLevel::Trace:
    case LogLevel::Debug:
        return faint;
    case LogLevel::Info:
        return "\033[32m";
    case LogLevel::Warning:
        return "\033[33m";
    default:
        return "\033[1;31m";
    }
}

bool hasColours(int fd)
{
    if (::isatty(fd) == 0)
        return false;
    const char* const refused = std::getenv("NO_COLOR"); // NOLINT(concurrency-mt-unsafe)
    const char* const terminal = std::getenv("TERM");    // NOLINT(concurrency-mt-unsafe)
    return !(refused && *refused) && terminal && std::string_view(terminal) != "dumb";
}

} // namespace

std::string formatLogLine(const LogRecord& record, bool coloured)
{
    std::string out;
    const auto append = [&](std::string_view text, std::string_view colour) {
        if (coloured)
            out += colour;
        out += text;
        if (coloured)
            out += plain;
        out += ' ';
    };
    append(formatRfc3339(record.time), faint);
    append(toString(record.level), colourOf(record.level));
    append(record.category, faint);
    if (!record.service.empty()) {
        out += '[';
        out += record.service;
        out += "] ";
    }
    for (const char c : record.text) {
        out += c;
        if (c == '\n')
            out += "  ";
    }
    appendLogFields(out, record);
    return out;
}

ConsoleSink::ConsoleSink(Colours colours, LogLevel least, int fd)
    : m_fd(fd), m_least(least), m_colours(colours == Colours::Always || (colours == Colours::Auto && hasColours(fd)))
{}

void ConsoleSink::write(const LogRecord& record) noexcept
{
    if (record.level < m_least)
        return;
    try {
        std::string line = formatLogLine(record, m_colours);
        line += '\n';
        const char* from = line.data();
        std::size_t left = line.size();
        while (left > 0) {
            const auto written = ::write(m_fd, from, left);
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return; // nobody to tell
            from += written;
            left -= static_cast<std::size_t>(written);
        }
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): a log line is not worth the program
    }
}

} // namespace turnspit

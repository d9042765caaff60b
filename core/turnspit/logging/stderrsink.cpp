#include <turnspit/logging/stderrsink.h>

#include <cerrno>
#include <new>
#include <unistd.h>

namespace turnspit {

std::string formatLogLine(const LogRecord& entry)
{
    std::string out = formatRfc3339(entry.time);
    out += ' ';
    out += toString(entry.level);
    out += ' ';
    out += entry.category;
    if (!entry.service.empty()) {
        out += " [";
        out += entry.service;
        out += ']';
    }
    out += ' ';
    for (const char c : entry.text) {
        out += c;
        if (c == '\n')
            out += "  ";
    }
    return out;
}

void StderrSink::write(const LogRecord& entry) noexcept
{
    try {
        std::string line = formatLogLine(entry);
        line += '\n';
        const char* from = line.data();
        std::size_t left = line.size();
        while (left > 0) {
            const auto written = ::write(STDERR_FILENO, from, left);
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

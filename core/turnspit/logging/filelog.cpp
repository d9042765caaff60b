#include <turnspit/logging/filelog.h>

#include <turnspit/logging/consolesink.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

namespace {

void writeAll(int fd, std::string_view text) noexcept
{
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return; // nowhere to say it
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

FileLog::FileLog(std::string file, bool alsoOnStderr) : m_file(std::move(file)), m_alsoOnStderr(alsoOnStderr)
{
    open();
    if (m_fd < 0)
        std::fprintf(stderr, "cannot write the log %s: %s\n", m_file.c_str(), std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
}

FileLog::~FileLog()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

void FileLog::open()
{
    m_fd = ::open(m_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat info{};
    m_size = m_fd >= 0 && ::fstat(m_fd, &info) == 0 ? static_cast<std::size_t>(info.st_size) : 0;
}

void FileLog::rotate()
{
    const std::string first = m_file + ".1";
    std::rename(first.c_str(), (m_file + ".2").c_str());
    std::rename(m_file.c_str(), first.c_str());
    const int before = m_fd;
    open();
    if (m_fd < 0)
        m_fd = before; // no descriptor is to be had, perhaps: better too long a file than none
    else
        ::close(before);
    m_size = 0; // where that was in vain too: not again for each line
}

void FileLog::write(const LogRecord& record) noexcept
{
    try {
        std::string line = formatLogLine(record);
        line += '\n';
        const std::lock_guard lock(m_mutex);
        if (m_alsoOnStderr)
            writeAll(STDERR_FILENO, line);
        if (m_fd < 0)
            return;
        if (m_size + line.size() > maxSize)
            rotate();
        writeAll(m_fd, line);
        m_size += line.size();
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): out of memory; there is nobody to tell
    }
}

} // namespace turnspit

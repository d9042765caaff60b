#pragma once

#include <turnspit/logging/logsink.h>

#include <mutex>
#include <string>

namespace turnspit {

/// A program's own log: lines as those of ConsoleSink in a file that is rotated (FILE, FILE.1, FILE.2) and, unless told, on stderr.
/// Any thread.
class FileLog final : public LogSink
{
public:
    /// A file that cannot be written is said once on stderr, and stderr goes on.
    explicit FileLog(std::string file, bool alsoOnStderr = true);
    ~FileLog() override;

    void write(const LogRecord& record) noexcept override;

private:
    void open();
    void rotate();

    static constexpr std::size_t maxSize = 5'000'000;

    std::mutex m_mutex;
    std::string m_file;
    bool m_alsoOnStderr;
    int m_fd = -1;
    std::size_t m_size = 0;
};

} // namespace turnspit

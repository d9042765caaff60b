#pragma once

#include <turnspit/logging/logsink.h>

#include <mutex>
#include <string>

namespace turnspit {

/// A program's own log: lines with time and level on stderr and in a file that is rotated (FILE, FILE.1, FILE.2). Any thread.
class FileLog final : public LogSink
{
public:
    /// A file that cannot be written is said once on stderr, and stderr goes on.
    explicit FileLog(std::string file);
    ~FileLog() override;

    void write(const LogRecord& record) noexcept override;

private:
    void open();
    void rotate();

    static constexpr std::size_t maxSize = 5'000'000;

    std::mutex m_mutex;
    std::string m_file;
    int m_fd = -1;
    std::size_t m_size = 0;
};

} // namespace turnspit

#pragma once

#include <redis/redisaddress.h>

#include <QByteArray>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>

namespace turnspit {

/// A real redis-server of a test's own: on loopback, on a port that was free, in a folder that goes with it.
class RedisServer
{
public:
    /// std::runtime_error where it does not come up.
    explicit RedisServer(QStringList arguments = {});
    ~RedisServer();

    [[nodiscard]] RedisAddress address() const;

    /// As kill -9. What was written before is there again after start.
    void kill();
    void start();

    /// Stopped and continued: it does not answer meanwhile.
    void freeze();
    void thaw();

    /// What redis-cli prints for a command.
    QByteArray cli(const QStringList& words) const;

private:
    class Program;

    QTemporaryDir m_folder;
    QStringList m_arguments;
    quint16 m_port = 0;
    std::unique_ptr<Program> m_program;
};

} // namespace turnspit

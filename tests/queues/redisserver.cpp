#include "redisserver.h"

#include <QHostAddress>
#include <QTcpServer>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace turnspit {

namespace {
constexpr int startLimit = 20000; // ms
}

/// A program that runs, and what it says. No QProcess: ThreadSanitizer ends who begins one (support/sanitizers.h), and it
/// is to see the threads of the queue.
class RedisServer::Program
{
public:
    explicit Program(const QStringList& words)
    {
        std::vector<std::string> texts;
        for (const QString& word : words)
            texts.push_back(word.toStdString());
        std::vector<char*> arguments;
        for (std::string& text : texts)
            arguments.push_back(text.data());
        arguments.push_back(nullptr);

        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::system_error(errno, std::generic_category(), "pipe2");
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
        const int error = ::posix_spawnp(&m_pid, arguments.front(), &actions, nullptr, arguments.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        m_output = ends[0];
        if (error != 0) {
            ::close(m_output);
            throw std::system_error(error, std::generic_category(), texts.front());
        }
    }
    ~Program()
    {
        send(SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
        ::close(m_output);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void send(int signal) const { ::kill(m_pid, signal); }

    /// Empty: it says no more, or nothing for `limit` ms.
    [[nodiscard]] QByteArray read(int limit) const
    {
        pollfd readable{m_output, POLLIN, 0};
        std::array<char, 4096> some{};
        if (::poll(&readable, 1, limit) <= 0)
            return {};
        const auto got = ::read(m_output, some.data(), some.size());
        return got > 0 ? QByteArray(some.data(), got) : QByteArray();
    }

private:
    pid_t m_pid = 0;
    int m_output = -1;
};

RedisServer::RedisServer(QStringList arguments) : m_arguments(std::move(arguments))
{
    QTcpServer probe;
    if (!probe.listen(QHostAddress::LocalHost))
        throw std::runtime_error("no free port on loopback");
    m_port = probe.serverPort();
    probe.close();
    start();
}

RedisServer::~RedisServer() = default;

void RedisServer::start()
{
    m_program = std::make_unique<Program>(QStringList{QStringLiteral("redis-server"), QStringLiteral("--port"), QString::number(m_port),
                                                      QStringLiteral("--bind"), QStringLiteral("127.0.0.1"), QStringLiteral("--dir"),
                                                      m_folder.path(), QStringLiteral("--save"), QString(), QStringLiteral("--appendonly"),
                                                      QStringLiteral("yes"), QStringLiteral("--appendfsync"), QStringLiteral("always")}
                                          + m_arguments);
    QByteArray said;
    while (!said.contains("Ready to accept connections")) {
        const QByteArray more = m_program->read(startLimit);
        if (more.isEmpty())
            throw std::runtime_error("redis-server does not come up: " + said.toStdString());
        said += more;
    }
}

void RedisServer::kill()
{
    m_program.reset();
}

void RedisServer::freeze()
{
    m_program->send(SIGSTOP);
}

void RedisServer::thaw()
{
    m_program->send(SIGCONT);
}

RedisAddress RedisServer::address() const
{
    return {.host = "127.0.0.1", .port = m_port};
}

QByteArray RedisServer::cli(const QStringList& words) const
{
    const Program program(QStringList{QStringLiteral("redis-cli"), QStringLiteral("-p"), QString::number(m_port)} + words);
    QByteArray out;
    for (QByteArray more = program.read(startLimit); !more.isEmpty(); more = program.read(startLimit))
        out += more;
    return out.trimmed();
}

} // namespace turnspit

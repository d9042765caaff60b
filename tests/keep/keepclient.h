#pragma once

#include <turnspit/keep/protocol.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QString>
#include <QTest>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace turnspit::keep::test {

/// A real turnspit-keep, our own child, on a state folder.
class KeeperProcess
{
public:
    explicit KeeperProcess(std::string folder) : m_folder(std::move(folder)) {}
    ~KeeperProcess() { kill(); }
    KeeperProcess(const KeeperProcess&) = delete;
    KeeperProcess& operator=(const KeeperProcess&) = delete;

    void start()
    {
        const std::string program = std::string(qgetenv("TURNSPIT_BIN").constData()) + "/turnspit-keep";
        char* const arguments[] = {const_cast<char*>(program.c_str()), const_cast<char*>("--state-dir"),
                                   m_folder.data(), nullptr};
        if (::posix_spawn(&m_pid, program.c_str(), nullptr, nullptr, arguments, environ) != 0)
            m_pid = -1;
    }

    [[nodiscard]] pid_t pid() const { return m_pid; }

    void kill()
    {
        if (m_pid <= 0)
            return;
        ::kill(m_pid, SIGKILL);
        int status = 0;
        ::waitpid(m_pid, &status, 0);
        m_pid = -1;
    }

    /// Exit code, once it has ended by itself; -1 after 20 s.
    int waitForEnd()
    {
        QElapsedTimer timer;
        timer.start();
        while (m_pid > 0 && timer.elapsed() < 20000) {
            int status = 0;
            if (::waitpid(m_pid, &status, WNOHANG) == m_pid) {
                m_pid = -1;
                return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
            }
            ::poll(nullptr, 0, 5);
        }
        return -1;
    }

private:
    std::string m_folder;
    pid_t m_pid = -1;
};

/// A host as bytes on a socket: sends messages, waits for messages.
class Client
{
public:
    ~Client() { close(); }
    Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connect(const std::string& folder)
    {
        close();
        QElapsedTimer timer;
        timer.start();
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = folder + "/keep.sock";
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        while (timer.elapsed() < 20000) {
            m_fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
                return true;
            close();
            ::poll(nullptr, 0, 5);
        }
        return false;
    }

    void close()
    {
        if (m_fd >= 0)
            ::close(std::exchange(m_fd, -1));
        m_decoder = {};
        m_messages.clear();
    }

    void send(const HostMessage& message) { sendBytes(encode(message)); }

    void sendBytes(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t n = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                return;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    /// The next message of type T for which `fits` holds; others stay in the queue. nullopt after `patience` ms or at
    /// the end.
    template <class T>
    std::optional<T> next(const std::function<bool(const T&)>& fits = {}, int patience = 30000)
    {
        QElapsedTimer timer;
        timer.start();
        std::size_t looked = 0;
        while (true) {
            for (; looked < m_messages.size(); ++looked) {
                if (const T* found = std::get_if<T>(&m_messages[looked]); found && (!fits || fits(*found))) {
                    T out = *found;
                    m_messages.erase(m_messages.begin() + static_cast<std::ptrdiff_t>(looked));
                    return out;
                }
            }
            const auto left = patience - static_cast<int>(timer.elapsed());
            if (left <= 0 || !receive(left))
                return std::nullopt;
        }
    }

    template <class T>
    std::optional<T> nextOf(RunId run, int patience = 30000)
    {
        return next<T>([run](const T& m) { return m.run == run; }, patience);
    }

    std::optional<Began> began(RunId run)
    {
        return next<Began>([run](const Began& m) { return m.run.run == run; });
    }

    std::optional<Welcome> hello()
    {
        send(Hello{protocolVersion, "test", 2'000'000'000});
        return next<Welcome>();
    }

    /// As a host does: an end of the connection before the welcome means that this keeper was just going (a child that
    /// had not come to its exec may have held the socket of a killed one), so try again.
    std::optional<Welcome> greet(const std::string& folder)
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 20000) {
            if (!connect(folder))
                break;
            if (auto welcome = hello())
                return welcome;
        }
        return std::nullopt;
    }

    /// The messages in the order in which they came and were not taken.
    std::deque<KeeperMessage>& queue() { return m_messages; }

    /// Waits for more; false: none came, or the connection has ended.
    bool receive(int patience)
    {
        pollfd ready{m_fd, POLLIN, 0};
        if (m_fd < 0 || ::poll(&ready, 1, patience) <= 0)
            return false;
        char buffer[65536];
        const ssize_t n = ::recv(m_fd, buffer, sizeof buffer, 0);
        if (n <= 0) {
            m_ended = true;
            return false;
        }
        m_decoder.feed({buffer, static_cast<std::size_t>(n)});
        while (true) {
            auto message = m_decoder.next();
            if (!message || !*message)
                return message.has_value();
            m_messages.push_back(std::move(**message));
        }
    }

    [[nodiscard]] bool ended() const { return m_ended; }

private:
    int m_fd = -1;
    bool m_ended = false;
    KeeperDecoder m_decoder;
    std::deque<KeeperMessage> m_messages;
};

struct Entry
{
    std::string time;
    char stream = 0;
    bool more = false;
    std::string text;
};

/// All entries of the segments of a log folder, oldest first; a line that is no entry comes with stream '?'.
inline std::vector<Entry> readLog(const std::string& folder)
{
    std::vector<Entry> out;
    for (const QString& name :
         QDir(QString::fromStdString(folder)).entryList({QStringLiteral("*.log")}, QDir::Files, QDir::Name)) {
        QFile file(QString::fromStdString(folder) + QLatin1Char('/') + name);
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray bytes = file.readAll();
        qsizetype at = 0;
        while (at < bytes.size()) {
            qsizetype end = bytes.indexOf('\n', at);
            const bool whole = end >= 0;
            if (!whole)
                end = bytes.size();
            const std::string line(bytes.constData() + at, static_cast<std::size_t>(end - at));
            at = end + 1;
            if (whole && line.size() >= 32 && line[26] == 'Z' && line.substr(30, 2) == "| " && line[27] == ' ')
                out.push_back({line.substr(0, 27), line[28], line[29] == '+', line.substr(32)});
            else
                out.push_back({{}, '?', false, line});
        }
    }
    return out;
}

/// What the service wrote to one stream, joined as readers do.
inline std::string joined(const std::vector<Entry>& entries, char stream)
{
    std::string out;
    for (const Entry& entry : entries)
        if (entry.stream == stream)
            out += entry.text + (entry.more ? "" : "\n");
    return out;
}

inline bool hasMark(const std::vector<Entry>& entries, const std::string& text)
{
    return std::ranges::any_of(entries, [&](const Entry& entry) { return entry.stream == 'h' && entry.text == text; });
}

inline bool isAlive(pid_t pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray text = file.readAll();
    const qsizetype name = text.lastIndexOf(')');
    return name > 0 && text.size() > name + 2 && text[name + 2] != 'Z' && text[name + 2] != 'X';
}

} // namespace turnspit::keep::test

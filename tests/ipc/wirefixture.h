#pragma once

#include <ipc/controlserver.h>
#include <support/await.h>
#include <support/fakesession.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>
#include <QTemporaryDir>

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace turnspit {

/// One end of a control socket, as bytes. Reads only when told to, so that a test can be a slow client.
class RawClient
{
public:
    explicit RawClient(const QString& path)
    {
        m_fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.toLocal8Bit().constData(), sizeof address.sun_path - 1);
        m_connected = ::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    [[nodiscard]] bool isConnected() const { return m_connected; }

    void close()
    {
        m_notifier.reset();
        if (m_fd >= 0)
            ::close(std::exchange(m_fd, -1));
    }

    /// Sends what the socket takes, turning the loop in between; false when the peer has gone.
    bool send(QByteArray bytes)
    {
        return spinUntil([&] {
            if (bytes.isEmpty())
                return true;
            const ssize_t sent = ::send(m_fd, bytes.constData(), static_cast<size_t>(bytes.size()), MSG_NOSIGNAL);
            if (sent > 0)
                bytes.remove(0, static_cast<qsizetype>(sent));
            else if (errno != EAGAIN)
                return m_broken = true;
            if (!bytes.isEmpty())
                QCoreApplication::processEvents();
            return bytes.isEmpty();
        }) && !m_broken;
    }
    bool sendLine(const QByteArray& line) { return send(line + '\n'); }

    /// The next line without its newline; empty at the end of the connection.
    QByteArray line()
    {
        bool found = false;
        (void)spinUntil([&] {
            pull();
            return (found = m_in.contains('\n')) || m_ended;
        });
        if (!found)
            return {};
        const QByteArray out = m_in.left(m_in.indexOf('\n'));
        m_in.remove(0, out.size() + 1);
        return out;
    }
    QJsonObject object() { return QJsonDocument::fromJson(line()).object(); }

    /// The peer has closed and nothing is left to read.
    bool isClosed()
    {
        return spinUntil([&] {
            pull();
            return m_ended;
        }) && m_in.isEmpty();
    }

    /// The peer has closed; what it sent before may still be there.
    bool isEnded()
    {
        return spinUntil([&] {
            pull();
            m_in.clear();
            return m_ended;
        });
    }

private:
    void pull()
    {
        char buffer[65536];
        for (;;) {
            const ssize_t got = ::recv(m_fd, buffer, sizeof buffer, 0);
            if (got > 0)
                m_in.append(buffer, static_cast<qsizetype>(got));
            else if (got == 0 || errno != EAGAIN)
                m_ended = true;
            if (got <= 0)
                break;
        }
        if (!m_ended && !m_in.contains('\n')) {
            // Wakes the loop that the caller turns.
            if (!m_notifier)
                m_notifier = std::make_unique<QSocketNotifier>(m_fd, QSocketNotifier::Read);
        } else {
            m_notifier.reset();
        }
    }

    int m_fd = -1;
    bool m_connected = false;
    bool m_ended = false;
    bool m_broken = false;
    QByteArray m_in;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

/// A served FakeSession in a folder of its own.
struct WireFixture
{
    explicit WireFixture(ControlServerOptions options = {}) : server(fake, options)
    {
        if (!server.listen(path()))
            qFatal("cannot listen");
    }

    [[nodiscard]] QString path() const { return folder.filePath(QStringLiteral("host.sock")); }

    /// Says hello and reads the answer.
    static bool greet(RawClient& client)
    {
        client.sendLine(R"({"jsonrpc":"2.0","id":0,"method":"hello","params":{"protocol":1,"client":"test"}})");
        return client.object().value(QLatin1StringView("result")).isObject();
    }

    QTemporaryDir folder;
    FakeSession fake;
    ControlServer server;
};

} // namespace turnspit

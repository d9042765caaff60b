#include "singleinstance.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace turnspit::desktop {
namespace {

constexpr auto patience = 5s;
constexpr qint64 longestMessage = 64 * 1024;

std::string socketPath(const Places& places)
{
    return places.runtime + "/desktop.sock";
}

Error systemError(const std::string& what, const std::string& path)
{
    return {ErrorKind::Failed, what + " " + path + ": " + std::strerror(errno)};
}

int connectTo(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return -1;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    return fd;
}

using Deadline = std::chrono::steady_clock::time_point;

int left(Deadline deadline)
{
    return static_cast<int>(
        std::max(0ms, ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now())).count());
}

std::string readLine(int fd, Deadline deadline)
{
    std::string line;
    while (!line.ends_with('\n')) {
        pollfd waiting{fd, POLLIN, 0};
        char bytes[512];
        if (::poll(&waiting, 1, left(deadline)) <= 0)
            return {};
        const ssize_t size = ::read(fd, bytes, sizeof bytes);
        if (size <= 0)
            return {};
        line.append(bytes, static_cast<std::size_t>(size));
    }
    return line;
}

QString text(const std::string& bytes)
{
    return QString::fromStdString(bytes);
}

} // namespace

Result<InstanceLock> InstanceLock::take(const Places& places)
{
    const std::string path = places.runtime + "/desktop.lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fail(systemError("cannot open", path));
    InstanceLock lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (errno == EWOULDBLOCK)
        return fail(ErrorKind::Refused, "another Turnspit window uses " + places.runtime);
    return fail(systemError("cannot lock", path));
}

InstanceLock::~InstanceLock()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

Result<LaunchAnswer> tellRunning(const Places& places, const LaunchMessage& message)
{
    const std::string path = socketPath(places);
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    const QJsonObject object{{QLatin1String("state_dir"), text(message.stateDir)},
                             {QLatin1String("raise"), message.raise},
                             {QLatin1String("token"), text(message.token)},
                             {QLatin1String("action"), text(message.action)}};
    const QByteArray line = QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    // It holds the lock before it listens: one that has just started is given time.
    for (;;) {
        const int fd = connectTo(path);
        std::string said;
        if (fd >= 0) {
            if (::send(fd, line.constData(), static_cast<std::size_t>(line.size()), MSG_NOSIGNAL) == line.size())
                said = readLine(fd, deadline);
            ::close(fd);
        }
        const QString answer =
            QJsonDocument::fromJson(QByteArray::fromStdString(said)).object().value(QLatin1String("answer")).toString();
        if (answer == QLatin1String("ok"))
            return LaunchAnswer::Ok;
        if (answer == QLatin1String("ending"))
            return LaunchAnswer::Ending;
        if (answer == QLatin1String("other"))
            return LaunchAnswer::OtherState;
        if (left(deadline) == 0)
            return fail(ErrorKind::TimedOut, "Turnspit runs already, but does not answer at " + path);
        ::poll(nullptr, 0, 50);
    }
}

LaunchServer::LaunchServer(const Places& places, QObject* parent)
    : QObject(parent), m_path(socketPath(places)), m_stateDir(text(places.state)),
      m_listening([this](std::unique_ptr<QLocalSocket> client) {
          QLocalSocket* const socket = client.release();
          socket->setParent(this);
          connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
          connect(socket, &QLocalSocket::readyRead, this, [this, socket] { read(*socket); });
          read(*socket);
      })
{
}

LaunchServer::~LaunchServer() = default;

Result<> LaunchServer::listen()
{
    if (m_path.size() > maxSocketPath)
        return fail("the socket path " + m_path + " is too long; choose another folder with --runtime-dir");
    return m_listening.listen(text(m_path));
}

void LaunchServer::read(QLocalSocket& socket)
{
    if (socket.bytesAvailable() > longestMessage)
        return socket.abort();
    if (!socket.canReadLine())
        return;
    const QJsonObject said{{QLatin1String("answer"), answer(socket.readLine())}};
    socket.write(QJsonDocument(said).toJson(QJsonDocument::Compact) + '\n');
    socket.disconnectFromServer(); // when that is written
}

QString LaunchServer::answer(const QByteArray& line)
{
    const QJsonObject message = QJsonDocument::fromJson(line).object();
    if (message.value(QLatin1String("state_dir")).toString() != m_stateDir)
        return QStringLiteral("other");
    if (m_ending)
        return QStringLiteral("ending");
    const QString token = message.value(QLatin1String("token")).toString();
    if (const QString action = message.value(QLatin1String("action")).toString(); !action.isEmpty())
        Q_EMIT actionRequested(action, token);
    else if (message.value(QLatin1String("raise")).toBool(true))
        Q_EMIT raiseRequested(token);
    return QStringLiteral("ok");
}

} // namespace turnspit::desktop

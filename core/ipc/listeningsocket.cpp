#include <ipc/listeningsocket.h>

#include <QFile>
#include <QLocalSocket>
#include <QSocketNotifier>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace turnspit {

namespace {

constexpr int backlog = 128;
constexpr int acceptedATurn = 64; // others of the loop have their turn, too
constexpr std::chrono::milliseconds pause{200};

Error cannotListen(const QByteArray& path, int error)
{
    return Error{ErrorKind::Failed, "cannot listen on " + path.toStdString() + ": " + std::strerror(error)}; // NOLINT(concurrency-mt-unsafe)
}

} // namespace

ListeningSocket::ListeningSocket(std::function<void(std::unique_ptr<QLocalSocket>)> connected) : m_connected(std::move(connected)) {}

ListeningSocket::~ListeningSocket()
{
    close();
}

Result<> ListeningSocket::listen(const QString& path)
{
    const QByteArray place = QFile::encodeName(path);
    // Nobody connects before it is closed to others and listened on.
    const QByteArray draft = place + ".new";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (static_cast<std::size_t>(draft.size()) >= sizeof address.sun_path)
        return fail(cannotListen(place, ENAMETOOLONG));
    std::memcpy(address.sun_path, draft.constData(), static_cast<std::size_t>(draft.size()));

    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(cannotListen(place, errno));
    ::unlink(draft.constData()); // of one that was killed just here
    struct stat file{};
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::chmod(draft.constData(), 0600) != 0
        || ::listen(fd, backlog) != 0 || ::lstat(draft.constData(), &file) != 0
        || ::rename(draft.constData(), place.constData()) != 0) {
        const int error = errno;
        ::close(fd);
        ::unlink(draft.constData());
        return fail(cannotListen(place, error));
    }
    m_path = path;
    m_fd = fd;
    m_device = file.st_dev;
    m_inode = file.st_ino;
    m_notifier = std::make_unique<QSocketNotifier>(fd, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { accept(); });
    m_pause = Clock::current().createTimer([this] { m_notifier->setEnabled(true); });
    return {};
}

void ListeningSocket::close()
{
    if (m_fd < 0)
        return;
    m_notifier.reset();
    m_pause.reset();
    const QByteArray place = QFile::encodeName(std::exchange(m_path, {}));
    struct stat file{};
    if (::lstat(place.constData(), &file) == 0 && file.st_dev == m_device && file.st_ino == m_inode)
        ::unlink(place.constData());
    ::close(std::exchange(m_fd, -1));
}

void ListeningSocket::accept()
{
    for (int accepted = 0; accepted < acceptedATurn && m_fd >= 0; ++accepted) {
        const int client = ::accept4(m_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno != EAGAIN) { // no descriptor or no memory: the loop would turn for nothing until there is
                m_notifier->setEnabled(false);
                m_pause->startOnce(pause);
            }
            return;
        }
        auto socket = std::make_unique<QLocalSocket>();
        if (!socket->setSocketDescriptor(client)) {
            ::close(client);
            continue;
        }
        m_connected(std::move(socket));
    }
}

} // namespace turnspit

#include <systemd/notifysocket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace turnspit {

Result<std::unique_ptr<SystemdNotifier>> NotifySocket::open(const std::string& address)
{
    sockaddr_un where{};
    if (address.size() < 2 || (address.front() != '/' && address.front() != '@'))
        return fail("NOTIFY_SOCKET is neither a path nor the name of an abstract socket: " + address);
    if (address.size() >= sizeof where.sun_path)
        return fail("NOTIFY_SOCKET is too long for a socket: " + address);
    where.sun_family = AF_UNIX;
    address.copy(where.sun_path, address.size());
    // A path ends with a zero byte, an abstract name with its last byte.
    socklen_t size = offsetof(sockaddr_un, sun_path) + address.size() + 1;
    if (address.front() == '@') {
        where.sun_path[0] = '\0';
        --size;
    }
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(std::string("cannot make a socket: ") + std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    return std::unique_ptr<SystemdNotifier>(new NotifySocket(fd, where, size));
}

NotifySocket::~NotifySocket()
{
    ::close(m_fd);
}

SystemdNotifier::Delivery NotifySocket::notify(std::string_view lines) noexcept
{
    while (true) {
        // Not connected: a manager that was started anew has another socket at the same address.
        const auto sent = ::sendto(m_fd, lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&m_address), m_size);
        if (sent >= 0)
            return Delivery::Sent;
        if (errno == EINTR)
            continue;
        return errno == EAGAIN || errno == ENOBUFS ? Delivery::Busy : Delivery::Lost;
    }
}

} // namespace turnspit

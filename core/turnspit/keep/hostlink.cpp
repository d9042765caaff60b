#include <turnspit/keep/hostlink.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace turnspit::keep {

namespace {

constexpr std::size_t maxRefused = 8;
constexpr int readsBeforeRefusal = 16;
constexpr int maxGathered = 16;
constexpr std::chrono::microseconds maxGathering{500};

void watch(int epoll, int operation, int fd, std::uint32_t events)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll, operation, fd, &event);
}

} // namespace

HostLink::HostLink() : m_epoll(::epoll_create1(EPOLL_CLOEXEC)) {}

HostLink::~HostLink()
{
    closeListening();
    for (const int fd : m_refused)
        ::close(fd);
    if (m_connection >= 0)
        ::close(m_connection);
    ::close(m_epoll);
}

int HostLink::listen(const std::string& path)
{
    // Made beside its place and renamed into it: whoever finds the socket can connect.
    const std::string fresh = path + ".new";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (fresh.size() >= sizeof address.sun_path)
        return ENAMETOOLONG;
    std::memcpy(address.sun_path, fresh.c_str(), fresh.size() + 1);
    ::unlink(fresh.c_str());
    m_listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (m_listening < 0)
        return errno;
    if (::bind(m_listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(fresh.c_str(), 0600) != 0 || ::listen(m_listening, 16) != 0 ||
        ::rename(fresh.c_str(), path.c_str()) != 0)
        return errno;
    m_path = path;
    watch(m_epoll, EPOLL_CTL_ADD, m_listening, EPOLLIN);
    return 0;
}

void HostLink::closeListening()
{
    if (m_listening < 0)
        return;
    if (!m_path.empty())
        ::unlink(m_path.c_str());
    ::close(std::exchange(m_listening, -1));
}

void HostLink::work()
{
    epoll_event events[8];
    const int count = ::epoll_wait(m_epoll, events, 8, 0);
    // The connection first: a host that has gone makes room for the one that is waiting.
    for (int i = 0; i < count; ++i) {
        if (m_connection < 0 || events[i].data.fd != m_connection)
            continue;
        if ((events[i].events & EPOLLOUT) != 0)
            flush();
        if ((events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
            readConnection(1); // a thousand spawns are no reason to leave the pipes alone meanwhile
    }
    for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd == m_listening) {
            accept();
        } else if (std::ranges::find(m_refused, fd) != m_refused.end()) {
            char waste[4096];
            if (::recv(fd, waste, sizeof waste, MSG_DONTWAIT) <= 0) {
                ::close(fd);
                std::erase(m_refused, fd);
            }
        }
    }
}

void HostLink::accept()
{
    while (true) {
        const int fd = ::accept4(m_listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        ucred peer{};
        socklen_t size = sizeof peer;
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != ::geteuid()) {
            ::close(fd);
            continue;
        }
        if (m_connection >= 0)
            readConnection(readsBeforeRefusal); // it may have gone
        if (m_connection >= 0) {
            const std::string frame = encode(KeeperMessage(Refused{"another host is connected to this keeper"}));
            ::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            ::shutdown(fd, SHUT_WR);
            if (m_refused.size() == maxRefused) {
                ::close(m_refused.front());
                m_refused.erase(m_refused.begin());
            }
            m_refused.push_back(fd);
            watch(m_epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
            continue;
        }
        m_connection = fd;
        m_decoder = {};
        m_out.clear();
        m_sent = 0;
        m_gathered = 0;
        m_wantsToWrite = false;
        watch(m_epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

void HostLink::readConnection(int reads)
{
    char buffer[65536];
    for (int i = 0; i < reads && m_connection >= 0; ++i) {
        const ssize_t got = ::recv(m_connection, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0) {
            lost();
            return;
        }
        m_decoder.feed({buffer, static_cast<std::size_t>(got)});
        while (m_connection >= 0) {
            auto message = m_decoder.next();
            if (!message) {
                send(Refused{message.error().message});
                drop();
                return;
            }
            if (!*message)
                break;
            onMessage(**message);
        }
    }
}

void HostLink::send(const KeeperMessage& message)
{
    if (m_connection < 0)
        return;
    encode(message, m_out);
    const Instant now = BootClock::now();
    if (m_gathered == 0)
        m_gatheredSince = now;
    if (++m_gathered >= maxGathered || now - m_gatheredSince >= maxGathering)
        sendGathered();
}

void HostLink::sendGathered()
{
    if (std::exchange(m_gathered, 0) > 0 && !m_wantsToWrite)
        flush();
}

void HostLink::flush()
{
    while (m_connection >= 0 && m_sent < m_out.size()) {
        const ssize_t n = ::send(m_connection, m_out.data() + m_sent, m_out.size() - m_sent, MSG_NOSIGNAL);
        if (n > 0)
            m_sent += static_cast<std::size_t>(n);
        else if (n < 0 && errno == EAGAIN)
            break;
        else if (n < 0 && errno != EINTR)
            break; // the end of the connection is noticed by reading, where it is safe to forget it
    }
    if (m_sent == m_out.size()) {
        m_sent = 0;
        m_out.clear();
        if (m_out.capacity() > (256U << 10U))
            m_out.shrink_to_fit();
    } else if (m_sent > (1U << 20U)) {
        m_out.erase(0, std::exchange(m_sent, 0));
    }
    const bool wants = !m_out.empty();
    if (wants != m_wantsToWrite && m_connection >= 0) {
        m_wantsToWrite = wants;
        watch(m_epoll, EPOLL_CTL_MOD, m_connection, wants ? EPOLLIN | EPOLLOUT : static_cast<std::uint32_t>(EPOLLIN));
    }
}

void HostLink::drop()
{
    flush();
    lost();
}

void HostLink::lost()
{
    if (m_connection < 0)
        return;
    ::close(std::exchange(m_connection, -1));
    m_out.clear();
    m_sent = 0;
    if (onLost)
        onLost();
}

} // namespace turnspit::keep

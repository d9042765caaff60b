#pragma once

#include <systemd/systemdnotifier.h>
#include <turnspit/base/error.h>

#include <memory>
#include <string>

#include <sys/un.h>

namespace turnspit {

/// Sends datagrams to the socket of NOTIFY_SOCKET: a path, or `@name` in the abstract name space (B89).
///
/// Of its own rather than libsystemd's sd_notify, which waits as long as the manager does not read (with eleven messages unread on a
/// kernel's default), and with it the host thread and all that the host looks after would.
class NotifySocket final : public SystemdNotifier
{
public:
    /// An Error where it is no address of a local socket. Nobody needs to listen yet.
    [[nodiscard]] static Result<std::unique_ptr<SystemdNotifier>> open(const std::string& address);
    ~NotifySocket() override;

    Delivery notify(std::string_view lines) noexcept override;

private:
    NotifySocket(int fd, const sockaddr_un& address, socklen_t size) : m_fd(fd), m_address(address), m_size(size) {}

    int m_fd;
    sockaddr_un m_address;
    socklen_t m_size;
};

} // namespace turnspit

#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/places.h>

#include <utility>

namespace turnspit {

/// One host a state folder: `<state>/host.lock` is locked for the host's life and holds its pid and socket path. The truth is the
/// lock, not the file; a file that a killed host left says nothing.
class HostLock
{
public:
    /// Refused with the pid and the socket of the host that holds it.
    [[nodiscard]] static Result<HostLock> take(const Places& places);

    HostLock(HostLock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    HostLock& operator=(HostLock&&) = delete;
    ~HostLock();

private:
    explicit HostLock(int fd) : m_fd(fd) {}
    int m_fd;
};

} // namespace turnspit

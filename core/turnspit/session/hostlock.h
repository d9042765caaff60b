#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/places.h>
#include <turnspit/base/time.h>

#include <optional>
#include <string>
#include <utility>

namespace turnspit {

/// One host a state folder: `<state>/host.lock` is locked for the host's life and holds its pid and socket path. The truth is the
/// lock, not the file; a file that a killed host left says nothing.
class HostLock
{
public:
    /// Refused with the pid and the socket of the host that holds it.
    [[nodiscard]] static Result<HostLock> take(const Places& places);

    /// The same for another kind of host: `file` holds this pid and `socket`. Refused with `taken`, which says what runs already, and
    /// the pid and the socket of who holds it.
    [[nodiscard]] static Result<HostLock> take(const std::string& file, const std::string& socket, const std::string& taken);

    HostLock(HostLock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_lastSign(other.m_lastSign) {}
    HostLock& operator=(HostLock&&) = delete;
    ~HostLock();

    /// When the host before this one gave a sign of life for the last time; none: there was none.
    [[nodiscard]] std::optional<WallTime> lastSign() const { return m_lastSign; }

    /// The host of this state folder gives a sign of life, which outlives it. One file attribute, not waited for until it is on
    /// disk; where it cannot be set, an older sign counts.
    static void giveSign(const Places& places);

private:
    explicit HostLock(int fd) : m_fd(fd) {}
    int m_fd;
    std::optional<WallTime> m_lastSign;
};

} // namespace turnspit

#include <turnspit/session/hostlock.h>

#include <turnspit/config/textfile.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

Result<HostLock> HostLock::take(const Places& places)
{
    return take(places.hostLock(), places.hostSocket(), "another host runs on the state folder " + places.state);
}

Result<HostLock> HostLock::take(const std::string& file, const std::string& ownSocket, const std::string& taken)
{
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fail(systemError("cannot open", file, errno));
    HostLock lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return fail(systemError("cannot lock", file, errno));
        char text[512] = {};
        const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
        const std::string holder(text, size > 0 ? static_cast<std::size_t>(size) : 0);
        const auto newline = holder.find('\n');
        const std::string pid = holder.substr(0, newline);
        std::string socket = newline == std::string::npos ? std::string() : holder.substr(newline + 1);
        while (!socket.empty() && socket.back() == '\n')
            socket.pop_back();
        return fail(ErrorKind::Refused, taken + ": pid " + (pid.empty() ? "unknown" : pid) + ", socket " + (socket.empty() ? "unknown" : socket));
    }
    if (struct stat before{}; ::fstat(fd, &before) == 0 && before.st_size > 0)
        lock.m_lastSign = WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::seconds(before.st_mtim.tv_sec) +
                                                                                  std::chrono::nanoseconds(before.st_mtim.tv_nsec)));
    const std::string text = std::to_string(::getpid()) + "\n" + ownSocket + "\n";
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return fail(systemError("cannot write", file, errno));
    return lock;
}

void HostLock::giveSign(const Places& places)
{
    (void)::utimensat(AT_FDCWD, places.hostLock().c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

HostLock::~HostLock()
{
    // The file stays: to remove it would let two hosts lock two files of the same name.
    if (m_fd >= 0)
        ::close(m_fd);
}

} // namespace turnspit

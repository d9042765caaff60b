#include <turnspit/config/textfile.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

namespace {

class Descriptor
{
public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return m_number; }
    explicit operator bool() const { return m_number >= 0; }

    /// What close() of the system returns; a second call does nothing.
    int close() { return m_number >= 0 ? ::close(std::exchange(m_number, -1)) : 0; }

private:
    int m_number;
};

bool writeAll(int number, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(number, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::string folderOf(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// The file behind a link, so that the link survives; the path itself where there is none.
std::string behindLinks(const std::string& path)
{
    char resolved[PATH_MAX];
    return ::realpath(path.c_str(), resolved) ? std::string(resolved) : path;
}

} // namespace

Error systemError(const std::string& what, const std::string& path, int errorNumber)
{
    return Error{ErrorKind::Failed, what + " " + path + ": " + std::strerror(errorNumber)};
}

Result<std::string> readTextFile(const std::string& path)
{
    // Not blocking: a FIFO in the place of a file must not hang the host.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
        return fail(systemError("cannot read", path, errno));
    struct stat status = {};
    if (::fstat(file.number(), &status) != 0)
        return fail(systemError("cannot read", path, errno));
    if (S_ISDIR(status.st_mode))
        return fail("cannot read " + path + ": it is a folder");
    if (!S_ISREG(status.st_mode))
        return fail("cannot read " + path + ": it is not a regular file");
    std::string text;
    char block[65536];
    for (;;) {
        const ssize_t count = ::read(file.number(), block, sizeof block);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError("cannot read", path, errno));
        if (count == 0)
            return text;
        text.append(block, static_cast<std::size_t>(count));
        if (text.size() > maxTextFile)
            return fail("cannot read " + path + ": it is larger than 4MiB, which no file of settings is");
    }
}

Result<> writeTextFile(const std::string& path, const std::string& text, Durability durability)
{
    const std::string target = behindLinks(path);
    const std::string folder = folderOf(target);
    // Begins with a dot and does not end in .toml: whoever lists the folder meanwhile passes it over.
    std::string temporary = folder + "/.turnspit-XXXXXX";
    Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file)
        return fail(systemError("cannot write in", folder, errno));
    struct stat status = {};
    mode_t mode = 0600;
    if (::stat(target.c_str(), &status) == 0) {
        mode = status.st_mode & 07777;
        // Root edits a user's file: it stays the user's, who could not read it otherwise. Others may not give files away, and need not.
        if (::fchown(file.number(), status.st_uid, status.st_gid) != 0)
            mode &= 01777;
    }
    const bool durable = durability == Durability::Full;
    const bool written =
        writeAll(file.number(), text) && ::fchmod(file.number(), mode) == 0 && (!durable || ::fsync(file.number()) == 0);
    if (!written || file.close() != 0 || ::rename(temporary.c_str(), target.c_str()) != 0) {
        const int errorNumber = errno;
        ::unlink(temporary.c_str());
        return fail(systemError("cannot write", path, errorNumber));
    }
    if (!durable)
        return {};
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory)
        ::fsync(directory.number());
    return {};
}

Result<> makeFolders(const std::string& path)
{
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
            return fail(systemError("cannot make the folder", part, errno));
        if (slash == std::string::npos)
            break;
    }
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return fail(systemError("cannot make the folder", path, errno));
    if (!S_ISDIR(status.st_mode))
        return fail("cannot make the folder " + path + ": a file of that name is in the way");
    return {};
}

} // namespace turnspit

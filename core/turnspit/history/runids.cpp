#include <turnspit/history/runids.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace turnspit {

namespace {

std::uint64_t readNumber(const std::string& path)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
    if (!file)
        return 0;
    char text[32];
    const std::size_t size = std::fread(text, 1, sizeof text, file.get());
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text, text + size, value);
    return error == std::errc() && end < text + size && *end == '\n' ? value : 0;
}

std::unexpected<Error> systemError(const std::string& path)
{
    return fail("cannot write " + path + ": " + std::strerror(errno));
}

} // namespace

RunIds::RunIds(std::string file, std::uint64_t last, std::uint64_t reserved)
    : m_file(std::move(file)), m_last(last), m_reserved(reserved)
{
}

RunIds::RunIds(RunIds&& other) noexcept
    : m_file(std::exchange(other.m_file, {})), m_last(other.m_last), m_reserved(other.m_reserved)
{
}

RunIds::~RunIds()
{
    // Where this cannot be written, a gap in the ids is all that comes of it.
    if (!m_file.empty())
        std::ignore = write(m_last);
}

Result<RunIds> RunIds::open(std::string file, RunId used)
{
    const std::uint64_t last = std::max(readNumber(file), used.value);
    RunIds ids(std::move(file), last, last);
    if (const auto reserved = ids.reserve(); !reserved) {
        ids.m_file.clear();
        return fail(reserved.error());
    }
    return ids;
}

Result<RunId> RunIds::next()
{
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (m_last < m_reserved)
                return RunId{++m_last};
        }
        if (const auto reserved = reserve(); !reserved)
            return fail(reserved.error());
    }
}

bool RunIds::isLow() const
{
    const std::lock_guard lock(m_mutex);
    return m_last + block / 2 >= m_reserved;
}

Result<> RunIds::reserve()
{
    const std::lock_guard writing(m_writing);
    std::uint64_t wanted = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (m_last + block / 2 < m_reserved)
            return {}; // somebody else did it meanwhile
        wanted = std::max(m_reserved, m_last) + block;
    }
    if (auto written = write(wanted); !written)
        return written;
    const std::lock_guard lock(m_mutex);
    m_reserved = wanted;
    return {};
}

void RunIds::raise(RunId used)
{
    const std::lock_guard lock(m_mutex);
    m_last = std::max(m_last, used.value);
}

Result<> RunIds::write(std::uint64_t value)
{
    const std::string temporary = m_file + ".new";
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return systemError(temporary);
    const std::string text = std::to_string(value) + "\n";
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
    const int error = errno;
    ::close(fd);
    if (!written) {
        errno = error;
        return systemError(temporary);
    }
    if (std::rename(temporary.c_str(), m_file.c_str()) != 0)
        return systemError(m_file);
    // The new name is on disk before an id is given that only it covers.
    const auto slash = m_file.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : m_file.substr(0, slash + 1);
    const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        ::fsync(dir);
        ::close(dir);
    }
    return {};
}

} // namespace turnspit

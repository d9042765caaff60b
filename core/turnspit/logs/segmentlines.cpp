#include <turnspit/logs/segmentlines.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

namespace {

constexpr std::size_t firstBlock = 64 * 1024;
constexpr std::size_t forwardBlock = 256 * 1024;
constexpr std::size_t backwardBlock = 64 * 1024;

std::unexpected<Error> systemError(const std::string& doing)
{
    return fail(doing + ": " + std::strerror(errno));
}

/// Where the first newline at or after `offset` is; nullopt: there is none.
Result<std::optional<std::uint64_t>> findNewline(const SegmentFile& file, std::uint64_t offset)
{
    // The first look is short: most lines end within it.
    std::size_t size = 4096;
    std::string block;
    for (;;) {
        block.resize(size);
        const auto got = file.read(offset, block.data(), block.size());
        if (!got)
            return fail(got.error());
        if (const void* newline = std::memchr(block.data(), '\n', *got))
            return offset + static_cast<std::uint64_t>(static_cast<const char*>(newline) - block.data());
        if (*got < block.size())
            return std::nullopt;
        offset += *got;
        size = forwardBlock;
    }
}

} // namespace

Result<std::vector<std::uint32_t>> listSegments(const std::string& folder)
{
    std::vector<std::uint32_t> numbers;
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
    if (!dir) {
        if (errno == ENOENT)
            return numbers;
        return systemError("cannot read the log folder " + folder);
    }
    while (const dirent* item = ::readdir(dir.get())) {
        const std::string_view name = item->d_name;
        if (name.size() != 12 || !name.ends_with(".log"))
            continue;
        std::uint32_t number = 0;
        bool digits = true;
        for (const char c : name.substr(0, 8)) {
            digits = digits && c >= '0' && c <= '9';
            number = number * 10 + static_cast<std::uint32_t>(c - '0');
        }
        if (digits && number > 0)
            numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::string segmentPath(const std::string& folder, std::uint32_t number)
{
    char name[16];
    std::snprintf(name, sizeof name, "/%08u.log", number);
    return folder + name;
}

Result<std::optional<SegmentFile>> SegmentFile::open(const std::string& folder, std::uint32_t number)
{
    const std::string path = segmentPath(folder, number);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        if (errno == ENOENT)
            return std::nullopt;
        return systemError("cannot read " + path);
    }
    return SegmentFile(fd, number);
}

SegmentFile::SegmentFile(SegmentFile&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_number(other.m_number) {}

SegmentFile& SegmentFile::operator=(SegmentFile&& other) noexcept
{
    std::swap(m_fd, other.m_fd);
    std::swap(m_number, other.m_number);
    return *this;
}

SegmentFile::~SegmentFile()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

Result<SegmentFile::Status> SegmentFile::status() const
{
    struct stat info{};
    if (::fstat(m_fd, &info) != 0)
        return systemError("cannot look at a log segment");
    return Status{static_cast<std::uint64_t>(info.st_size), info.st_ino, info.st_nlink == 0};
}

Result<std::size_t> SegmentFile::read(std::uint64_t offset, char* out, std::size_t size) const
{
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = ::pread(m_fd, out + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0) {
            if (errno == EINTR)
                continue;
            return systemError("cannot read a log segment");
        }
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

SegmentLines::SegmentLines(SegmentFile file, std::uint64_t offset)
    : m_file(std::move(file)), m_lineOffset(offset), m_offset(offset)
{
}

Result<std::optional<std::string_view>> SegmentLines::next()
{
    for (bool fresh = false;; fresh = true) {
        const char* data = m_buffer.data();
        if (const void* found = std::memchr(data + m_searched, '\n', m_filled - m_searched)) {
            const auto newline = static_cast<std::size_t>(static_cast<const char*>(found) - data);
            std::string_view line(data + m_begin, newline - m_begin);
            m_lineOffset = m_offset;
            m_offset += line.size() + 1;
            m_begin = m_searched = newline + 1;
            return line.substr(0, maxLogLine);
        }
        m_searched = m_filled;
        if (m_filled - m_begin > maxLogLine)
            return overlong();
        if (m_short) {
            // Bytes at the end of the file without a newline: the keeper may cut them back and write others in their place, so they
            // are not kept from one call to the next.
            m_begin = m_filled = m_searched = 0;
            if (fresh)
                return std::nullopt;
        }
        if (const auto filled = fill(); !filled)
            return fail(filled.error());
    }
}

Result<std::optional<std::string_view>> SegmentLines::overlong()
{
    const auto newline = findNewline(m_file, m_offset + (m_filled - m_begin));
    if (!newline)
        return fail(newline.error());
    if (!*newline) {
        m_begin = m_filled = m_searched = 0;
        return std::nullopt;
    }
    const std::string_view line(m_buffer.data() + m_begin, maxLogLine);
    m_lineOffset = m_offset;
    m_offset = **newline + 1;
    m_begin = m_filled = m_searched = 0;
    return line;
}

Result<> SegmentLines::fill()
{
    if (m_begin > 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_filled - m_begin);
        m_filled -= m_begin;
        m_searched -= m_begin;
        m_begin = 0;
    }
    // The first block is small: who reads the sixty lines of a window needs no more.
    const std::size_t block = m_buffer.empty() ? firstBlock : forwardBlock;
    if (m_buffer.size() < m_filled + block / 2)
        m_buffer.resize(m_filled + block);
    const auto got = m_file.read(m_offset + m_filled, m_buffer.data() + m_filled, m_buffer.size() - m_filled);
    if (!got)
        return fail(got.error());
    m_filled += *got;
    m_short = m_filled < m_buffer.size();
    return {};
}

SegmentLinesBackwards::SegmentLinesBackwards(SegmentFile file, std::uint64_t end)
    : m_file(std::move(file)), m_base(end), m_lineOffset(end), m_lineEnd(end)
{
}

Result<std::optional<std::string_view>> SegmentLinesBackwards::next()
{
    while (!m_aligned) {
        if (const void* found = ::memrchr(m_buffer.data(), '\n', m_end)) {
            m_end = static_cast<std::size_t>(static_cast<const char*>(found) - m_buffer.data()) + 1;
            m_aligned = true;
            break;
        }
        m_end = 0; // torn bytes: passed over
        const auto filled = fill();
        if (!filled)
            return fail(filled.error());
        if (!*filled)
            return std::nullopt;
    }
    if (m_end == 0 && m_base == 0)
        return std::nullopt;

    for (;;) {
        // The newline at m_end - 1 ends the line that is looked for.
        const std::size_t search = m_end == 0 ? 0 : m_end - 1;
        const void* found = search == 0 ? nullptr : ::memrchr(m_buffer.data(), '\n', search);
        if (found || (m_base == 0 && m_end > 0)) {
            const std::size_t begin =
                found ? static_cast<std::size_t>(static_cast<const char*>(found) - m_buffer.data()) + 1 : 0;
            m_lineOffset = m_base + begin;
            m_lineEnd = m_base + m_end;
            const std::string_view line(m_buffer.data() + begin, m_end - 1 - begin);
            m_end = begin;
            return line.substr(0, maxLogLine);
        }
        if (m_end > maxLogLine)
            return overlong();
        const auto filled = fill();
        if (!filled)
            return fail(filled.error());
        if (!*filled)
            return std::nullopt;
    }
}

Result<std::optional<std::string_view>> SegmentLinesBackwards::overlong()
{
    m_lineEnd = m_base + m_end;
    std::uint64_t begin = m_base;
    std::string block(backwardBlock, '\0');
    while (begin > 0) {
        const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(begin, block.size()));
        const auto got = m_file.read(begin - size, block.data(), size);
        if (!got)
            return fail(got.error());
        if (*got < size)
            return std::nullopt;
        if (const void* found = ::memrchr(block.data(), '\n', size)) {
            begin -= size - (static_cast<std::size_t>(static_cast<const char*>(found) - block.data()) + 1);
            break;
        }
        begin -= size;
    }
    m_buffer.resize(maxLogLine);
    const auto got = m_file.read(begin, m_buffer.data(), m_buffer.size());
    if (!got)
        return fail(got.error());
    m_lineOffset = m_base = begin;
    m_end = 0;
    return std::string_view(m_buffer.data(), *got);
}

Result<bool> SegmentLinesBackwards::fill()
{
    if (m_base == 0)
        return false;
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(m_base, std::max(backwardBlock, m_end)));
    std::string joined(size + m_end, '\0');
    const auto got = m_file.read(m_base - size, joined.data(), size);
    if (!got)
        return fail(got.error());
    if (*got < size)
        return false; // the file was cut under us
    std::memcpy(joined.data() + size, m_buffer.data(), m_end);
    m_buffer = std::move(joined);
    m_base -= size;
    m_end += size;
    return true;
}

Result<std::uint64_t> nextLineStart(const SegmentFile& file, std::uint64_t offset)
{
    if (offset == 0)
        return std::uint64_t{0};
    const auto newline = findNewline(file, offset - 1);
    if (!newline)
        return fail(newline.error());
    if (*newline)
        return **newline + 1;
    return endOfLines(file);
}

Result<std::uint64_t> endOfLines(const SegmentFile& file)
{
    const auto status = file.status();
    if (!status)
        return fail(status.error());
    std::uint64_t end = status->size;
    std::string block(4096, '\0');
    while (end > 0) {
        const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(end, block.size()));
        const auto got = file.read(end - size, block.data(), size);
        if (!got)
            return fail(got.error());
        if (const void* found = ::memrchr(block.data(), '\n', *got))
            return end - size + static_cast<std::uint64_t>(static_cast<const char*>(found) - block.data()) + 1;
        end -= size;
    }
    return std::uint64_t{0};
}

} // namespace turnspit

#include <turnspit/keep/logbudget.h>
#include <turnspit/keep/segmentformat.h>
#include <turnspit/keep/segmentwriter.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// The files of a segment writer: which there are, which is in use, what has to go.
namespace turnspit::keep {

using namespace std::chrono;

namespace {

constexpr std::uint64_t roomForMarks = 256;

/// mkdir -p, 0700.
void makeFolder(const std::string& path)
{
    for (std::size_t at = 1; at != std::string::npos;) {
        at = path.find('/', at);
        const std::string upTo = path.substr(0, at);
        ::mkdir(upTo.c_str(), 0700);
        if (at != std::string::npos)
            ++at;
    }
}

} // namespace

std::string SegmentWriter::pathOf(std::uint32_t segment) const
{
    return m_plan.folder + '/' + segmentName(segment);
}

void SegmentWriter::readFolder()
{
    m_older.clear();
    m_total = 0;
    m_segment = 0;
    m_size = 0;
    if (DIR* folder = ::opendir(m_plan.folder.c_str())) {
        while (const dirent* found = ::readdir(folder)) {
            struct stat st{};
            const std::uint32_t number = segmentNumber(found->d_name);
            if (number != 0 && ::fstatat(::dirfd(folder), found->d_name, &st, 0) == 0 && S_ISREG(st.st_mode)) {
                m_older.push_back({number, static_cast<std::uint64_t>(st.st_size)});
                m_total += static_cast<std::uint64_t>(st.st_size);
            }
        }
        ::closedir(folder);
    }
    if (m_older.empty())
        return;
    std::ranges::sort(m_older, {}, &Segment::number);
    const Segment newest = m_older.back();
    m_older.pop_back();
    m_total -= newest.size;
    if (!openSegment(newest.number)) {
        m_segment = newest.number;
        m_size = newest.size;
        m_total += newest.size;
    }
}

bool SegmentWriter::openSegment(std::uint32_t number)
{
    closeSegment();
    const std::string path = pathOf(number);
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    m_fd = ::open(path.c_str(), flags, 0600);
    if (m_fd < 0 && errno == ENOENT) {
        makeFolder(m_plan.folder);
        m_fd = ::open(path.c_str(), flags, 0600);
    }
    if (m_fd < 0) {
        m_error = errno;
        return false;
    }
    struct stat st{};
    ::fstat(m_fd, &st);
    if (number == m_segment)
        m_total -= std::min(m_size, m_total);
    m_segment = number;
    m_size = static_cast<std::uint64_t>(st.st_size);
    m_total += m_size;
    if (m_size > 0)
        readTail();
    else if (!m_older.empty() && m_last == WallTime{}) {
        // The newest segment is empty: the time to stay above stands in the one before.
        const Segment before = m_older.back();
        const int newest = std::exchange(m_fd, ::open(pathOf(before.number).c_str(), O_RDONLY | O_CLOEXEC));
        const std::uint64_t size = std::exchange(m_size, before.size);
        if (m_fd >= 0) {
            readTail();
            ::close(m_fd);
        }
        m_fd = newest;
        m_size = size;
    }
    return true;
}

/// Somebody has removed the segment in use: goes on in a new one, whose number nobody knows yet.
void SegmentWriter::startAgain()
{
    const std::uint32_t next = m_segment + 1;
    closeSegment();
    readFolder();
    if (m_segment < next) {
        if (m_segment != 0)
            m_older.push_back({m_segment, m_size});
        m_segment = next;
        m_size = 0;
        closeSegment();
        openSegment(next);
    }
}

void SegmentWriter::closeSegment()
{
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = -1;
}

bool SegmentWriter::rotate()
{
    if (m_segment != 0)
        m_older.push_back({m_segment, m_size});
    const std::uint32_t next = m_segment + 1;
    if (openSegment(next))
        return true;
    // The next write tries again.
    m_segment = next;
    m_size = 0;
    return false;
}

/// Cuts back a torn entry; learns the time of the last one and whether a stream's text was to go on.
void SegmentWriter::readTail()
{
    std::string tail(std::min<std::uint64_t>(m_size, 2 * (entryPrefixSize + maxEntryText + 1)), '\0');
    const ssize_t got = ::pread(m_fd, tail.data(), tail.size(), static_cast<off_t>(m_size - tail.size()));
    if (got != static_cast<ssize_t>(tail.size()))
        return;
    const std::size_t newline = tail.rfind('\n');
    const std::size_t torn = newline == std::string::npos ? tail.size() : tail.size() - newline - 1;
    if (torn > 0 && ::ftruncate(m_fd, static_cast<off_t>(m_size - torn)) == 0) {
        m_size -= torn;
        m_total -= torn;
        tail.resize(tail.size() - torn);
    }

    bool seen[2] = {false, false};
    bool seenTime = false;
    while (!tail.empty() && !(seen[0] && seen[1])) {
        const std::size_t before = tail.size() < 2 ? std::string::npos : tail.rfind('\n', tail.size() - 2);
        const std::size_t begin = before == std::string::npos ? 0 : before + 1;
        const std::string_view line = std::string_view(tail).substr(begin);
        if (line.size() > entryPrefixSize) {
            if (const auto time = parseRfc3339(line.substr(0, 27)); time && !seenTime) {
                m_last = std::max(m_last, *time);
                seenTime = true;
            }
            const int index = line[entryStreamAt] == 'o' ? 0 : line[entryStreamAt] == 'e' ? 1 : -1;
            if (index >= 0 && !seen[index]) {
                seen[index] = true;
                m_parts[static_cast<std::size_t>(index)].open = line[entryMoreAt] == '+';
            }
        }
        tail.resize(begin);
    }
}

void SegmentWriter::removeOldest()
{
    const Segment oldest = m_older.front();
    m_older.erase(m_older.begin());
    ::unlink(pathOf(oldest.number).c_str());
    m_total -= std::min(oldest.size, m_total);
    if (m_budget)
        m_budget->removed(oldest.size);
    m_removedUpTo = oldest.number;
}

void SegmentWriter::removeUpTo(std::uint32_t segment)
{
    if (segment == m_segment && m_size > 0)
        rotate();
    while (!m_older.empty() && m_older.front().number <= segment)
        removeOldest();
}

void SegmentWriter::makeRoom(std::uint64_t bytes)
{
    while (m_total + bytes + roomForMarks > m_plan.maxSize && !m_older.empty())
        removeOldest();
    if (m_budget && !m_budget->fits(bytes + roomForMarks))
        m_budget->makeRoom(bytes + roomForMarks);
}

void SegmentWriter::prune(WallTime now)
{
    if (m_plan.maxAge.count() <= 0)
        return;
    const WallTime limit = now - m_plan.maxAge;
    const auto isOld = [&](std::uint32_t number) {
        struct stat st{};
        return ::stat(pathOf(number).c_str(), &st) == 0 &&
               WallTime(seconds(st.st_mtim.tv_sec) + microseconds(st.st_mtim.tv_nsec / 1000)) < limit;
    };
    std::uint32_t upTo = 0;
    for (const Segment& segment : m_older) {
        if (!isOld(segment.number))
            break;
        upTo = segment.number;
    }
    // What holds no more than the mark of an earlier removal stays: else each one would make room for the next.
    const bool all = m_older.empty() || upTo == m_older.back().number;
    if (all && m_size > roomForMarks && !hasPartial() && isOld(m_segment))
        upTo = m_segment;
    if (upTo == 0)
        return;
    removeUpTo(upTo);
    retry(now);
}

} // namespace turnspit::keep

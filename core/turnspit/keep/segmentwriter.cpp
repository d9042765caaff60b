#include <turnspit/keep/segmentwriter.h>

#include <turnspit/keep/logbudget.h>
#include <turnspit/keep/segmentname.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit::keep {

using namespace std::chrono;

namespace {

constexpr std::size_t prefixSize = 32;
constexpr std::size_t maxText = 64U << 10U;
constexpr std::uint64_t smallestSegment = 1024;
constexpr std::size_t scratchSize = 512U << 10U;
constexpr std::size_t maxWaitingMarks = 64;
constexpr std::uint64_t roomForMarks = 256;
constexpr milliseconds retryPause{100};

/// Entries on their way to the file. One for each thread: writers fill and empty it within one call.
struct Scratch
{
    std::unique_ptr<char[]> data{new char[scratchSize + prefixSize + maxText + 1]};
    std::size_t used = 0;
    char prefix[prefixSize + 1] = "0000-00-00T00:00:00.000000Z o | ";
    sys_seconds second{seconds::min()};
};

Scratch& scratch()
{
    thread_local Scratch instance;
    return instance;
}

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

SegmentWriter::SegmentWriter(LogPlan plan, LogBudget* budget) : m_budget(budget)
{
    setPlan(plan);
    readFolder();
    if (m_budget)
        m_budget->attach(m_plan.folder, this);
}

SegmentWriter::~SegmentWriter()
{
    setFailing(false);
    if (m_budget)
        m_budget->detach(m_plan.folder);
    closeSegment();
}

void SegmentWriter::setPlan(const LogPlan& plan)
{
    m_plan = plan;
    m_plan.maxSize = std::max(m_plan.maxSize, 4 * smallestSegment);
    // At least four segments within the cap: making room then costs a quarter of the log, not all of it.
    m_segmentLimit = std::max(std::min(m_plan.segmentSize, m_plan.maxSize / 4), smallestSegment);
    m_maxText = std::min<std::uint64_t>(maxText, m_segmentLimit - prefixSize - 1);
}

std::string SegmentWriter::pathOf(std::uint32_t segment) const
{
    return m_plan.folder + '/' + segmentName(segment);
}

// ---- entries --------------------------------------------------------------------------------------------------------------

void SegmentWriter::stamp(WallTime now)
{
    m_last = std::max(m_last, now);
    Scratch& s = scratch();
    const sys_seconds second = floor<seconds>(m_last);
    if (second != s.second) {
        formatRfc3339(m_last, s.prefix);
        s.second = second;
        return;
    }
    auto micros = static_cast<unsigned>((m_last - second).count());
    for (char* digit = s.prefix + 25; digit >= s.prefix + 20; --digit) {
        *digit = static_cast<char>('0' + micros % 10);
        micros /= 10;
    }
}

void SegmentWriter::entry(LogStream stream, char more, std::string_view a, std::string_view b)
{
    Scratch& s = scratch();
    const std::size_t size = prefixSize + a.size() + b.size() + 1;
    const bool full = m_size + s.used + size > m_segmentLimit && m_size + s.used > 0;
    if (full || s.used + size > scratchSize) {
        flush();
        if (full && m_size > 0)
            rotate();
        stamp(m_last); // a flush may have made room in the logs of others, and stamped their marks
    }
    char* out = s.data.get() + s.used;
    std::memcpy(out, s.prefix, prefixSize);
    out[28] = static_cast<char>(stream);
    out[29] = more;
    out += prefixSize;
    if (!a.empty())
        std::memcpy(out, a.data(), a.size());
    out += a.size();
    if (!b.empty())
        std::memcpy(out, b.data(), b.size());
    out[b.size()] = '\n';
    s.used += size;
    if (stream != LogStream::Host) {
        part(stream).open = more == '+';
        ++m_lines;
    }
}

void SegmentWriter::append(LogStream stream, std::string_view bytes, WallTime now)
{
    stamp(now);
    Part& p = part(stream);
    while (!bytes.empty()) {
        const auto* newline = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
        std::string_view line = bytes.substr(0, newline ? static_cast<std::size_t>(newline - bytes.data()) : bytes.size());
        bytes.remove_prefix(line.size() + (newline ? 1 : 0));

        while (p.text.size() + line.size() > m_maxText) {
            // A plan with smaller segments can leave more waiting than now fits into one entry.
            const std::size_t waiting = std::min(p.text.size(), m_maxText);
            const std::string_view piece = line.substr(0, m_maxText - waiting);
            entry(stream, '+', std::string_view(p.text).substr(0, waiting), piece);
            p.text.erase(0, waiting);
            line.remove_prefix(piece.size());
        }
        if (newline) {
            entry(stream, ' ', p.text, line);
            p.text.clear();
        } else {
            p.text.append(line);
        }
    }
    if (p.text.empty() && p.text.capacity() > 4096)
        std::string().swap(p.text);
    flush();
}

void SegmentWriter::flushPartial(LogStream stream, WallTime now)
{
    Part& p = part(stream);
    if (p.text.empty())
        return;
    stamp(now);
    entry(stream, '+', p.text, {});
    std::string().swap(p.text);
    flush();
}

void SegmentWriter::flushPartial(WallTime now)
{
    flushPartial(LogStream::Out, now);
    flushPartial(LogStream::Err, now);
}

void SegmentWriter::finish(LogStream stream)
{
    Part& p = part(stream);
    // An entry that said "goes on" needs one that does not, or readers would join it with the first line of the next run.
    if (p.text.empty() && !p.open)
        return;
    entry(stream, ' ', p.text, {});
    std::string().swap(p.text);
}

void SegmentWriter::finishStreams(WallTime now)
{
    stamp(now);
    finish(LogStream::Out);
    finish(LogStream::Err);
    flush();
}

void SegmentWriter::mark(std::string_view text, WallTime now)
{
    stamp(now);
    if (struct stat st{}; m_fd >= 0 && ::fstat(m_fd, &st) == 0 && st.st_nlink == 0)
        startAgain();
    std::string clean(text.substr(0, m_maxText));
    std::ranges::replace(clean, '\n', ' ');
    entry(LogStream::Host, ' ', clean, {});
    flush();
}

void SegmentWriter::retry(WallTime now)
{
    stamp(now);
    m_retryAt = {};
    if (m_failing)
        resume();
    if (!m_failing && m_removedUpTo != 0)
        writeRemoved();
}

// ---- files ----------------------------------------------------------------------------------------------------------------

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
    if (m_fd < 0)
        return false;
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
    std::string tail(std::min<std::uint64_t>(m_size, 2 * (prefixSize + maxText + 1)), '\0');
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
        if (line.size() > prefixSize) {
            if (const auto time = parseRfc3339(line.substr(0, 27)); time && !seenTime) {
                m_last = std::max(m_last, *time);
                seenTime = true;
            }
            const int index = line[28] == 'o' ? 0 : line[28] == 'e' ? 1 : -1;
            if (index >= 0 && !seen[index]) {
                seen[index] = true;
                m_parts[static_cast<std::size_t>(index)].open = line[29] == '+';
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
        return ::stat(pathOf(number).c_str(), &st) == 0
            && WallTime(seconds(st.st_mtim.tv_sec) + microseconds(st.st_mtim.tv_nsec / 1000)) < limit;
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

// ---- writing --------------------------------------------------------------------------------------------------------------

void SegmentWriter::flush()
{
    Scratch& s = scratch();
    if (s.used == 0)
        return;
    const std::string_view entries(s.data.get(), s.used);
    s.used = 0;
    if (m_failing && (BootClock::now() < m_retryAt || !resume())) {
        fellShort(entries);
        return;
    }
    makeRoom(entries.size());
    if (m_removedUpTo != 0)
        writeRemoved();
    if (m_size > 0 && m_size + entries.size() > m_segmentLimit)
        rotate();
    writeOut(entries);
}

bool SegmentWriter::writeRemoved()
{
    return writeNow(LogStream::Host, "removed: segments up to " + segmentName(std::exchange(m_removedUpTo, 0)).substr(0, 8));
}

/// Past the buffer, in front of what is in it.
bool SegmentWriter::writeNow(LogStream stream, std::string_view text)
{
    stamp(m_last);
    std::string line(scratch().prefix, prefixSize);
    line[28] = static_cast<char>(stream);
    line[29] = ' ';
    line += text;
    line += '\n';
    if (m_size > 0 && m_size + line.size() > m_segmentLimit)
        rotate();
    return writeOut(line);
}

bool SegmentWriter::writeOut(std::string_view entries)
{
    if (m_fd < 0 && !openSegment(std::max(m_segment, 1U))) {
        fellShort(entries);
        m_retryAt = BootClock::now() + retryPause;
        return false;
    }
    std::size_t done = 0;
    while (done < entries.size()) {
        const ssize_t n = ::write(m_fd, entries.data() + done, entries.size() - done);
        if (n > 0) {
            done += static_cast<std::size_t>(n);
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        const std::size_t newline = done == 0 ? std::string_view::npos : entries.rfind('\n', done - 1);
        const std::size_t whole = newline == std::string_view::npos ? 0 : newline + 1;
        if (whole < done && ::ftruncate(m_fd, static_cast<off_t>(m_size + whole)) != 0)
            closeSegment(); // opening it again cuts the torn entry back
        m_size += whole;
        m_total += whole;
        if (m_budget)
            m_budget->added(whole);
        fellShort(entries.substr(whole));
        m_retryAt = BootClock::now() + retryPause;
        return false;
    }
    m_size += done;
    m_total += done;
    if (m_budget)
        m_budget->added(done);
    return true;
}

void SegmentWriter::setFailing(bool failing)
{
    if (m_budget && failing != m_failing)
        m_budget->failing(failing);
    m_failing = failing;
}

/// These entries were not kept: counts them; marks wait until writing works again.
void SegmentWriter::fellShort(std::string_view lost)
{
    setFailing(true);
    while (lost.size() > prefixSize) {
        const std::size_t newline = std::min(lost.find('\n'), lost.size() - 1);
        const std::string_view text = lost.substr(prefixSize, newline - prefixSize);
        if (lost[28] != static_cast<char>(LogStream::Host)) {
            ++m_lostLines;
            --m_lines;
            m_parts[lost[28] == static_cast<char>(LogStream::Err) ? 1 : 0].lost = true;
            m_lostBytes += text.size() + (lost[29] == ' ' ? 1 : 0);
        } else if (m_waitingMarks.size() < maxWaitingMarks) {
            m_waitingMarks.emplace_back(text);
        }
        lost.remove_prefix(newline + 1);
    }
}

/// Says what was not kept; false: still no room even for that.
bool SegmentWriter::resume()
{
    std::vector<std::string> marks = std::exchange(m_waitingMarks, {});
    if (m_lostLines > 0) {
        marks.insert(marks.begin(),
            "not kept: " + std::to_string(m_lostLines) + " lines, " + std::to_string(m_lostBytes) + " bytes");
    }
    // The file is what counts now, not what was to be written.
    closeSegment();
    setFailing(!openSegment(std::max(m_segment, 1U)));
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (!m_failing)
            makeRoom(marks[i].size() + prefixSize + 1);
        const bool counts = m_lostLines > 0 && i == 0;
        if (!m_failing && writeNow(LogStream::Host, marks[i])) {
            if (counts)
                m_lostLines = m_lostBytes = 0;
            continue;
        }
        // writeNow has put the one that failed back among those that wait; the count is made anew the next time.
        setFailing(true);
        m_retryAt = BootClock::now() + retryPause;
        m_waitingMarks.assign(marks.begin() + static_cast<std::ptrdiff_t>(counts ? i + 1 : i), marks.end());
        return false;
    }
    // A text that was to go on, and whose next piece was lost, ends here: what comes next is another line.
    for (const LogStream stream : {LogStream::Out, LogStream::Err}) {
        Part& p = part(stream);
        if (std::exchange(p.lost, false) && std::exchange(p.open, false) && !m_failing)
            writeNow(stream, {});
    }
    return !m_failing;
}

} // namespace turnspit::keep

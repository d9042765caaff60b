#include <turnspit/keep/segmentwriter.h>

#include <turnspit/keep/logbudget.h>
#include <turnspit/keep/segmentformat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include <sys/stat.h>
#include <unistd.h>

namespace turnspit::keep {

using namespace std::chrono;

namespace {

constexpr std::uint64_t smallestSegment = 1024;
constexpr std::size_t scratchSize = 512U << 10U;
constexpr std::size_t maxWaitingMarks = 64;
constexpr milliseconds retryPause{100};

/// Entries on their way to the file. One for each thread: writers fill and empty it within one call.
struct Scratch
{
    std::unique_ptr<char[]> data{new char[scratchSize + entryPrefixSize + maxEntryText + 1]};
    std::size_t used = 0;
    char prefix[entryPrefixSize + 1] = "0000-00-00T00:00:00.000000Z o | ";
    sys_seconds second{seconds::min()};
};

Scratch& scratch()
{
    thread_local Scratch instance;
    return instance;
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
    m_maxText = std::min<std::uint64_t>(maxEntryText, m_segmentLimit - entryPrefixSize - 1);
}

// ---- entries
// --------------------------------------------------------------------------------------------------------------

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
    const std::size_t size = entryPrefixSize + a.size() + b.size() + 1;
    const bool full = m_size + s.used + size > m_segmentLimit && m_size + s.used > 0;
    if (full || s.used + size > scratchSize) {
        flush();
        if (full && m_size > 0)
            rotate();
        stamp(m_last); // a flush may have made room in the logs of others, and stamped their marks
    }
    char* out = s.data.get() + s.used;
    std::memcpy(out, s.prefix, entryPrefixSize);
    out[entryStreamAt] = static_cast<char>(stream);
    out[entryMoreAt] = more;
    out += entryPrefixSize;
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
        std::string_view line =
            bytes.substr(0, newline ? static_cast<std::size_t>(newline - bytes.data()) : bytes.size());
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
    // An entry that said "goes on" needs one that does not, or readers would join it with the first line of the next
    // run.
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
    m_retryAt = {}; // marks are few, and the beginning of a run is one: its output need not wait for the next attempt
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

// ---- writing
// --------------------------------------------------------------------------------------------------------------

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
    return writeNow(LogStream::Host,
                    "removed: segments up to " + segmentName(std::exchange(m_removedUpTo, 0)).substr(0, 8));
}

/// Past the buffer, in front of what is in it.
bool SegmentWriter::writeNow(LogStream stream, std::string_view text)
{
    stamp(m_last);
    std::string line(scratch().prefix, entryPrefixSize);
    line[entryStreamAt] = static_cast<char>(stream);
    line[entryMoreAt] = ' ';
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
        m_error = n < 0 ? errno : ENOSPC;
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
        m_budget->failing(failing, m_error);
    m_failing = failing;
}

/// These entries were not kept: counts them; marks wait until writing works again.
void SegmentWriter::fellShort(std::string_view lost)
{
    setFailing(true);
    while (lost.size() > entryPrefixSize) {
        const std::size_t newline = std::min(lost.find('\n'), lost.size() - 1);
        const std::string_view text = lost.substr(entryPrefixSize, newline - entryPrefixSize);
        if (lost[entryStreamAt] != static_cast<char>(LogStream::Host)) {
            ++m_lostLines;
            --m_lines;
            m_parts[lost[entryStreamAt] == static_cast<char>(LogStream::Err) ? 1 : 0].lost = true;
            m_lostBytes += text.size() + (lost[entryMoreAt] == ' ' ? 1 : 0);
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
            makeRoom(marks[i].size() + entryPrefixSize + 1);
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

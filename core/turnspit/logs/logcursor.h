#pragma once

#include <turnspit/logs/logentry.h>
#include <turnspit/logs/logpattern.h>
#include <turnspit/logs/segmentlines.h>

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// Becomes true, in any thread, when nobody wants what is searched for any more; null: never.
using GivenUp = std::shared_ptr<const std::atomic<bool>>;

/// ErrorKind::Cancelled where that is so.
[[nodiscard]] Result<> unlessGivenUp(const GivenUp& givenUp);

/// Which entries are wanted.
struct LogFilter
{
    std::string streams = {};                  ///< of `o`, `e`, `h`; "": all, damaged lines too
    std::optional<WallTime> since = {};
    std::optional<WallTime> until = {};        ///< inclusive
    std::optional<LogPattern> pattern = {};
    bool joined = false;                       ///< lines as the service wrote them; the pattern sees the joined text
    bool plain = false;                        ///< the pattern sees the text as withoutControls shows it
    GivenUp givenUp = {};                      ///< an expression may take long over a single line: who searches looks at this before each

    [[nodiscard]] bool matches(std::string_view text) const;
    [[nodiscard]] bool wantsStream(char stream) const { return streams.empty() || streams.find(stream) != std::string::npos; }
};

/// Puts entries that continue together with what follows of the same stream. Keeps at most maxJoined bytes a stream: a longer
/// line comes in pieces, all but the last with `continues`. The marks that bound runs end what a run left open.
class LogJoiner
{
public:
    static constexpr std::size_t maxJoined = 1 << 20;

    /// Appends to `out` the lines that this entry completes.
    void add(LogEntry entry, std::vector<LogEntry>& out);

    [[nodiscard]] bool isOpen(char stream) const
    {
        return (stream == 'o' && m_open[0]) || (stream == 'e' && m_open[1]);
    }

    [[nodiscard]] bool isJoining() const { return m_open[0] || m_open[1]; }

    /// Appends what is still open, with `continues`, in the order of the log.
    void flush(std::vector<LogEntry>& out);

private:
    void close(std::vector<LogEntry>& out, bool continues);

    std::array<std::optional<LogEntry>, 2> m_open; ///< `o`, `e`
};

/// Reads a slice of a service's log forwards, while the keeper appends, rotates and removes segments: a torn last entry is not
/// shown, a removed segment is passed over. Any thread, one at a time; memory is bounded by a few MiB whatever the log is.
///
/// Segments are read in the order of their numbers. The end of the slice is fixed when it is met: what is appended later is
/// LogFollower's.
class LogCursor
{
public:
    /// A folder that does not exist is an empty log. `firstNumber`: the number of the entry at range.begin, where known.
    LogCursor(std::string folder, LogRange range = {}, LogFilter filter = {}, std::uint64_t firstNumber = unnumbered);

    /// The next wanted entries: at most maxEntries (one or two more where joined lines end together), and fewer, perhaps none,
    /// once `budget` bytes of log were looked at, or behind a whole line after `deadline`, so that a long search can be done in steps: each
    /// looks at one entry at least. Done at atEnd(). Cancelled where it is given up.
    [[nodiscard]] Result<std::vector<LogEntry>> next(std::size_t maxEntries, std::uint64_t budget = 16 << 20,
                                                     std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max());

    [[nodiscard]] bool atEnd() const { return m_atEnd; }

    /// Is there a line, wanted or not, of which only a part was read?
    [[nodiscard]] bool isJoining() const { return m_joiner.isJoining(); }

    /// What is wanted of such lines, as far as they were read; they go on as lines of their own.
    [[nodiscard]] std::vector<LogEntry> takeOpen();

    /// Where the next entry would be read: what is before has been looked at.
    [[nodiscard]] LogPosition position() const { return m_position; }

    /// The number of the entry that would be read next; `unnumbered` where the first was not given, or the filter passed over some.
    [[nodiscard]] std::uint64_t number() const { return m_number; }

    /// Segments inside the slice were removed before they were read.
    [[nodiscard]] bool lostSegments() const { return m_lost; }

    /// Bytes of log looked at so far.
    [[nodiscard]] std::uint64_t scanned() const { return m_scanned; }

private:
    [[nodiscard]] Result<bool> openNext();
    [[nodiscard]] Result<> list(std::uint32_t after);
    void take(std::string_view line, std::vector<LogEntry>& out);
    void deliver(std::vector<LogEntry>& lines, std::vector<LogEntry>& out) const;
    void finish(std::vector<LogEntry>& out);

    std::string m_folder;
    LogRange m_range;
    LogFilter m_filter;
    std::uint64_t m_number;
    LogPosition m_position;
    std::unique_ptr<SegmentLines> m_lines; ///< null: between segments
    std::deque<std::uint32_t> m_segments;  ///< yet to read
    LogJoiner m_joiner;
    std::uint64_t m_scanned = 0;
    std::uint32_t m_expected = 0; ///< the segment that should come next; 0: any
    bool m_listed = false;
    bool m_atEnd = false;
    bool m_lost = false;
    bool m_skipRest = false; ///< of this segment: past `until`
};

} // namespace turnspit

#pragma once

#include <turnspit/base/time.h>
#include <turnspit/keep/messages.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit::keep {

class LogBudget;

/// The letter of an entry. `Host` is what Turnspit says itself and is written by mark() only, so no service can forge a
/// mark.
enum class LogStream : char { Out = 'o', Err = 'e', Host = 'h' };

/// Writes the log of one service: segments `00000001.log`, `00000002.log`, ... in one folder, each a sequence of
/// entries of a 32-byte prefix (`2026-11-22T08:44:24.123456Z o | `), the service's own bytes and a newline.
///
/// Order of events of an append: stamp the block once -> entries in one buffer -> where the segment is full: a new one
/// -> where a cap would be exceeded: the oldest segments go first, then the mark that says so -> one write.
///
/// Never fails towards its caller: where the disk is full or the folder gone, entries are counted instead; the torn one
/// is cut back, and the first write that works again is the mark `not kept: 812 lines, 9000 bytes`. Marks that could
/// not be written follow it.
///
/// One thread; a folder has one writer at a time. Allocates nothing for each line.
class SegmentWriter
{
public:
    /// Opens the newest segment, if there is one, and cuts back what an earlier life left torn. `budget` may be null.
    SegmentWriter(LogPlan plan, LogBudget* budget);
    ~SegmentWriter();
    SegmentWriter(const SegmentWriter&) = delete;
    SegmentWriter& operator=(const SegmentWriter&) = delete;

    /// Bytes as the service wrote them, cut anywhere. An unfinished line waits for its end, for flushPartial or for 64
    /// KiB.
    void append(LogStream stream, std::string_view bytes, WallTime now);

    /// Unfinished lines are there, and nobody knows whether they go on.
    [[nodiscard]] bool hasPartial() const { return !m_parts[0].text.empty() || !m_parts[1].text.empty(); }

    /// Writes unfinished lines as entries that go on (`+`); call it after 200 ms of silence.
    void flushPartial(WallTime now);
    void flushPartial(LogStream stream, WallTime now);

    /// The streams have ended: writes unfinished lines as complete ones. Call it before a new run begins, too: the life
    /// before may have left a line that was to go on.
    void finishStreams(WallTime now);

    /// One entry of stream h; a newline in the text becomes a space.
    void mark(std::string_view text, WallTime now);

    /// What was lost is still to be said: call retry() now and then.
    [[nodiscard]] bool failing() const { return m_failing; }
    void retry(WallTime now);

    /// New caps; they hold from the next write on.
    void setPlan(const LogPlan& plan);
    [[nodiscard]] const LogPlan& plan() const { return m_plan; }

    /// Where the next entry will be. Entries before it are in the file.
    [[nodiscard]] LogPosition end() const { return {m_segment, m_size}; }

    /// Entries of streams o and e that this writer has written.
    [[nodiscard]] std::uint64_t lines() const { return m_lines; }

    /// Time of the last entry; the epoch where there is none.
    [[nodiscard]] WallTime lastTime() const { return m_last; }

    /// Bytes of all segments.
    [[nodiscard]] std::uint64_t total() const { return m_total; }

    /// Removes segments that were last written before now - maxAge.
    void prune(WallTime now);

    /// Removes all segments up to this one; the one in use is closed first. The mark follows with the next write.
    void removeUpTo(std::uint32_t segment);

private:
    struct Segment
    {
        std::uint32_t number;
        std::uint64_t size;
    };
    struct Part
    {
        std::string text;
        bool open = false; ///< the last entry of this stream says that its text goes on
        bool lost = false; ///< something of this stream was not kept and resume() has not been through
    };

    [[nodiscard]] std::string pathOf(std::uint32_t segment) const;
    [[nodiscard]] Part& part(LogStream stream) { return m_parts[stream == LogStream::Err ? 1 : 0]; }
    void stamp(WallTime now);
    void entry(LogStream stream, char more, std::string_view a, std::string_view b);
    void finish(LogStream stream);
    void flush();

    void readFolder();
    bool openSegment(std::uint32_t number);
    void closeSegment();
    void startAgain();
    bool rotate();
    void readTail();
    void makeRoom(std::uint64_t bytes);
    void removeOldest();
    bool writeNow(LogStream stream, std::string_view text);
    bool writeRemoved();
    bool writeOut(std::string_view entries);
    void fellShort(std::string_view lost);
    bool resume();
    void setFailing(bool failing);

    LogPlan m_plan;
    LogBudget* m_budget;
    std::uint64_t m_segmentLimit = 0;
    std::size_t m_maxText = 0;

    int m_fd = -1;
    std::uint32_t m_segment = 0; ///< 0: none yet
    std::uint64_t m_size = 0;
    std::uint64_t m_total = 0;
    std::vector<Segment> m_older;    ///< oldest first, without the one in use
    std::uint32_t m_removedUpTo = 0; ///< removed, and not said yet

    WallTime m_last{};
    std::array<Part, 2> m_parts;
    std::uint64_t m_lines = 0;

    bool m_failing = false;
    int m_error = 0; ///< errno of what failed last
    Instant m_retryAt{};
    std::uint64_t m_lostLines = 0;
    std::uint64_t m_lostBytes = 0;
    std::vector<std::string> m_waitingMarks;
};

} // namespace turnspit::keep

#pragma once

#include <turnspit/logs/logentry.h>
#include <turnspit/logs/segmentlines.h>

#include <deque>
#include <string>
#include <vector>

namespace turnspit {

/// What is new in a service's log since a place. Any thread, one at a time. Asking when nothing is new costs a few system calls
/// (one fstat for each of the last segments, one look for the next).
///
/// Order: all that a segment holds comes before what a later one holds; runs that live side by side have segments of their own
/// and come as they grow.
class LogFollower
{
public:
    /// Segments that are watched for growth at once: as many runs of one service may live side by side.
    static constexpr std::size_t maxWatched = 16;

    /// `position`: the first entry wanted, as LogEntry::end or LogReader::end() give it.
    LogFollower(std::string folder, LogPosition position);

    struct News
    {
        std::vector<LogEntry> entries;
        bool more = false;         ///< the limit was reached: ask again at once
        bool lostSegments = false; ///< the keeper removed segments before they were read
    };

    /// At most maxEntries and about maxBytes of them.
    [[nodiscard]] Result<News> poll(std::size_t maxEntries = 4096, std::size_t maxBytes = 1 << 20);

    /// Where to go on with another follower: behind what was read of the newest segment.
    [[nodiscard]] LogPosition position() const { return m_position; }

private:
    [[nodiscard]] Result<> findSegments();
    [[nodiscard]] Result<> openPending(News& news);

    std::string m_folder;
    LogPosition m_position;
    std::uint32_t m_newest = 0; ///< segments up to this one are known
    std::uint32_t m_expected = 0; ///< the segment that should come next; 0: any
    std::deque<std::uint32_t> m_pending; ///< known, not yet opened
    std::vector<SegmentLines> m_watched; ///< ascending; all but the last are read to their end
    bool m_begun = false;
};

} // namespace turnspit

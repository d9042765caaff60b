#pragma once

#include <turnspit/logs/logentry.h>
#include <turnspit/logs/segmentlines.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// Sparse line index of one service's log: where every 256th entry begins. Built by counting newlines as the log grows, kept
/// beside each segment as a cache (`00000001.idx`) that is checked against the log and rebuilt when anything does not fit.
/// Any thread, one at a time; several processes may index the same folder.
///
/// Numbers count from the first entry that the log ever had. The caches remember the first number of their segment; where none
/// does, numbering begins at the end of the last one remembered, or at 0 with the first segment that is still there. Numbers follow
/// the order of segments: while runs of one service live side by side and an older segment grows, the numbers behind it move.
class LogIndex
{
public:
    static constexpr std::uint32_t every = 256;

    enum class Cache { Use, Ignore }; ///< Ignore: neither read nor written

    explicit LogIndex(std::string folder, Cache cache = Cache::Use);

    /// Takes in what was appended, rotated and removed since. A folder that does not exist is an empty log. Cost: one listing and
    /// one open and fstat a segment, plus what is new at the speed of reading.
    [[nodiscard]] Result<> refresh();

    /// For who wants to see the end of a large log at once: where nothing is indexed yet and caches leave more than `tooMuch` bytes to
    /// read, only the entries in the last `bytes` of the newest segment are taken in, numbered from 0, and the answer is true. The next
    /// refresh() takes in all, and numbering() grows.
    [[nodiscard]] Result<bool> peek(std::uint64_t bytes, std::uint64_t tooMuch);

    [[nodiscard]] std::uint64_t firstNumber() const; ///< of the oldest entry that is still there
    [[nodiscard]] std::uint64_t endNumber() const;   ///< of the entry that comes next
    [[nodiscard]] std::uint64_t count() const { return endNumber() - firstNumber(); }

    /// Grows when entries that had a number have another one since: an older segment grew, or one was written anew.
    [[nodiscard]] std::uint64_t numbering() const { return m_numbering; }

    /// Where to begin reading to meet entry n: a place at or before it and how many entries to pass over.
    struct Seek
    {
        LogPosition position;
        std::uint32_t skip = 0;
        std::uint64_t number = 0; ///< n
    };
    [[nodiscard]] std::optional<Seek> seek(std::uint64_t n) const;

    /// The number of the first entry that begins at or after `position`; reads at most 256 entries.
    [[nodiscard]] Result<std::uint64_t> numberAt(LogPosition position) const;

    /// One segment as far as it is indexed.
    struct Segment
    {
        std::uint32_t number = 0;
        std::uint64_t inode = 0;
        std::uint64_t firstNumber = 0;
        std::uint64_t entries = 0;
        std::uint64_t indexed = 0;          ///< bytes, whole entries only
        std::vector<std::uint64_t> offsets; ///< of entries 0, 256, 512, ...
        std::uint64_t saved = 0;            ///< `indexed` of the cache on disk; 0: none
        std::uint64_t known = 0;            ///< entries that have been given numbers
    };
    [[nodiscard]] const std::vector<Segment>& segments() const { return m_segments; }

    [[nodiscard]] static std::string cachePath(const std::string& folder, std::uint32_t segment);

private:
    [[nodiscard]] Result<bool> extend(Segment& segment, bool& cached);
    [[nodiscard]] Result<> count(Segment& segment, const SegmentFile& file);
    [[nodiscard]] bool loadCache(Segment& segment, const SegmentFile& file, std::uint64_t inode, std::uint64_t size) const;
    void saveCache(Segment& segment) const;
    [[nodiscard]] std::uint64_t numberBefore(std::uint32_t firstSegment) const;
    void removeOrphans(std::uint32_t firstSegment) const;

    std::string m_folder;
    Cache m_cache;
    std::vector<Segment> m_segments;
    std::string m_block;
    std::uint64_t m_numbering = 0;
    bool m_peeked = false; ///< only the end is known
    std::uint64_t m_end = 0; ///< one past the last number ever given
};

} // namespace turnspit

#pragma once

#include <turnspit/base/error.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// Numbers of the segments in a service's log folder, ascending; a folder that does not exist has none.
[[nodiscard]] Result<std::vector<std::uint32_t>> listSegments(const std::string& folder);

/// `FOLDER/00000001.log`.
[[nodiscard]] std::string segmentPath(const std::string& folder, std::uint32_t number);

/// An open segment, read only. What was opened stays readable when the keeper removes it.
class SegmentFile
{
public:
    /// nullopt: there is no such segment (any more).
    [[nodiscard]] static Result<std::optional<SegmentFile>> open(const std::string& folder, std::uint32_t number);

    SegmentFile(SegmentFile&& other) noexcept;
    SegmentFile& operator=(SegmentFile&& other) noexcept;
    ~SegmentFile();

    [[nodiscard]] std::uint32_t number() const { return m_number; }

    struct Status
    {
        std::uint64_t size = 0;
        std::uint64_t inode = 0;
        bool removed = false; ///< no name leads to it any more
    };
    [[nodiscard]] Result<Status> status() const;

    /// Fewer bytes than asked for only at the end of the file.
    [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, char* out, std::size_t size) const;

private:
    SegmentFile(int fd, std::uint32_t number) : m_fd(fd), m_number(number) {}

    int m_fd = -1;
    std::uint32_t m_number = 0;
};

/// A line longer than this is damage (the keeper cuts at 64 KiB); its first bytes are shown, the rest is passed over.
inline constexpr std::size_t maxLogLine = 1 << 20;

/// The whole lines of a segment, forwards, in blocks. A last line without its newline is not there yet.
class SegmentLines
{
public:
    SegmentLines(SegmentFile file, std::uint64_t offset);

    /// The next line without its newline, valid until the next call; nullopt: no whole line more at present (later calls look again).
    [[nodiscard]] Result<std::optional<std::string_view>> next();

    /// Where the line that next() gave last begins, and where the one after it does.
    [[nodiscard]] std::uint64_t lineOffset() const { return m_lineOffset; }
    [[nodiscard]] std::uint64_t offset() const { return m_offset; }

    [[nodiscard]] const SegmentFile& file() const { return m_file; }

private:
    [[nodiscard]] Result<> fill();
    [[nodiscard]] Result<std::optional<std::string_view>> overlong();

    SegmentFile m_file;
    std::string m_buffer;
    std::size_t m_begin = 0;   ///< of what is unread in m_buffer
    std::size_t m_filled = 0;  ///< bytes in m_buffer
    std::size_t m_searched = 0; ///< no newline in m_buffer before this
    bool m_short = false;      ///< the buffer reaches to where the file ended when it was read
    std::uint64_t m_lineOffset = 0;
    std::uint64_t m_offset = 0;
};

/// The whole lines of a segment, backwards from `end` (which is the beginning of a line or the end of the file; a torn last line
/// is passed over).
class SegmentLinesBackwards
{
public:
    SegmentLinesBackwards(SegmentFile file, std::uint64_t end);

    /// The line before the one given last, without its newline, valid until the next call; nullopt: at the beginning.
    [[nodiscard]] Result<std::optional<std::string_view>> next();

    [[nodiscard]] std::uint64_t lineOffset() const { return m_lineOffset; }
    [[nodiscard]] std::uint64_t lineEnd() const { return m_lineEnd; } ///< behind the newline

private:
    [[nodiscard]] Result<bool> fill();
    [[nodiscard]] Result<std::optional<std::string_view>> overlong();

    SegmentFile m_file;
    std::string m_buffer;
    std::uint64_t m_base = 0;      ///< offset of m_buffer[0] in the file
    std::size_t m_end = 0;         ///< what lies before is unread
    std::uint64_t m_lineOffset = 0;
    std::uint64_t m_lineEnd = 0;
    bool m_aligned = false;        ///< m_end is known to be behind a newline
};

/// Where the first whole line at or after `offset` begins; the end of the last whole line where there is none.
[[nodiscard]] Result<std::uint64_t> nextLineStart(const SegmentFile& file, std::uint64_t offset);

/// Behind the last whole line.
[[nodiscard]] Result<std::uint64_t> endOfLines(const SegmentFile& file);

} // namespace turnspit

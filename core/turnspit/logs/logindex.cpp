#include <turnspit/logs/logindex.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

namespace {

/// A cache file: this, then the offsets, in the byte order of the machine that wrote it.
struct CacheHeader
{
    std::array<char, 4> magic{'T', 'S', 'I', 'X'};
    std::uint32_t version = 1;
    std::uint32_t segment = 0;
    std::uint32_t every = LogIndex::every;
    std::uint64_t inode = 0;
    std::uint64_t firstNumber = 0;
    std::uint64_t entries = 0;
    std::uint64_t indexed = 0;
    std::uint64_t offsets = 0;
    std::uint64_t checksum = 0; ///< FNV-1a of all before, and of the offsets
};
static_assert(sizeof(CacheHeader) == 64);

std::uint64_t fnv(std::uint64_t hash, const void* data, std::size_t size)
{
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i)
        hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
    return hash;
}

std::uint64_t checksum(const CacheHeader& header, const std::vector<std::uint64_t>& offsets)
{
    const std::uint64_t hash = fnv(0xcbf29ce484222325ULL, &header, offsetof(CacheHeader, checksum));
    return fnv(hash, offsets.data(), offsets.size() * sizeof(std::uint64_t));
}

/// The header and offsets of a cache that is whole; what it says of the log is for the caller to check.
bool readCache(const std::string& path, CacheHeader& header, std::vector<std::uint64_t>& offsets)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
    if (!file || std::fread(&header, sizeof header, 1, file.get()) != 1)
        return false;
    const CacheHeader expected;
    if (header.magic != expected.magic || header.version != expected.version || header.every != expected.every
        || header.offsets != (header.entries + LogIndex::every - 1) / LogIndex::every)
        return false;
    struct stat info{};
    if (::fstat(::fileno(file.get()), &info) != 0
        || static_cast<std::uint64_t>(info.st_size) != sizeof header + header.offsets * sizeof(std::uint64_t))
        return false;
    offsets.resize(header.offsets);
    if (!offsets.empty() && std::fread(offsets.data(), sizeof(std::uint64_t), offsets.size(), file.get()) != offsets.size())
        return false;
    return checksum(header, offsets) == header.checksum;
}

bool isLineStart(const SegmentFile& file, std::uint64_t offset)
{
    char before = '\n';
    if (offset == 0)
        return true;
    const auto got = file.read(offset - 1, &before, 1);
    return got && *got == 1 && before == '\n';
}

/// Segment numbers of the cache files in a folder.
std::vector<std::uint32_t> listCaches(const std::string& folder)
{
    std::vector<std::uint32_t> numbers;
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
    if (!dir)
        return numbers;
    while (const dirent* item = ::readdir(dir.get())) {
        const std::string name = item->d_name;
        if (name.size() == 12 && name.ends_with(".idx") && name.find_first_not_of("0123456789") == 8)
            numbers.push_back(static_cast<std::uint32_t>(std::stoul(name.substr(0, 8))));
    }
    return numbers;
}

} // namespace

LogIndex::LogIndex(std::string folder, Cache cache) : m_folder(std::move(folder)), m_cache(cache) {}

std::string LogIndex::cachePath(const std::string& folder, std::uint32_t segment)
{
    char name[16];
    std::snprintf(name, sizeof name, "/%08u.idx", segment);
    return folder + name;
}

Result<> LogIndex::refresh()
{
    const auto numbers = listSegments(m_folder);
    if (!numbers)
        return fail(numbers.error());

    if (m_peeked) {
        m_peeked = false;
        m_segments.clear();
        m_end = 0;
        ++m_numbering;
    }
    const std::uint32_t oldFront = m_segments.empty() ? 0 : m_segments.front().number;
    std::vector<Segment> segments;
    std::vector<bool> known; ///< the segment's first number is
    auto old = m_segments.begin();
    for (const std::uint32_t number : *numbers) {
        while (old != m_segments.end() && old->number < number)
            ++old;
        Segment segment;
        const bool had = old != m_segments.end() && old->number == number;
        if (had)
            segment = std::move(*old++);
        segment.number = number;
        bool cached = false;
        const auto there = extend(segment, cached);
        if (!there) {
            m_segments = {}; // parts were moved from: the next refresh begins anew
            return fail(there.error());
        }
        if (!*there)
            continue;
        segments.push_back(std::move(segment));
        known.push_back(had || cached);
    }

    std::uint64_t number = m_end;
    const auto anchor = std::find(known.begin(), known.end(), true);
    if (anchor != known.end()) {
        const auto at = static_cast<std::size_t>(anchor - known.begin());
        number = segments[at].firstNumber;
        for (std::size_t i = 0; i < at; ++i)
            number -= std::min(number, segments[i].entries);
    } else if (!segments.empty() && m_cache == Cache::Use) {
        number = std::max(number, numberBefore(segments.front().number));
    }
    bool moved = false;
    for (Segment& segment : segments) {
        moved = moved || (segment.known > 0 && segment.firstNumber != number) || segment.known > segment.entries;
        segment.known = segment.entries;
        segment.firstNumber = number;
        number += segment.entries;
    }
    if (moved)
        ++m_numbering;
    m_segments = std::move(segments);
    m_end = number;

    if (m_cache == Cache::Use && !m_segments.empty()) {
        for (Segment& segment : m_segments) {
            // The live segment's cache is renewed as it doubles, so that opening a large log again stays cheap.
            const bool live = &segment == &m_segments.back();
            if (live ? segment.indexed > 2 * segment.saved : segment.indexed != segment.saved)
                saveCache(segment);
        }
        if (m_segments.front().number != oldFront && m_segments.front().saved > 0)
            removeOrphans(m_segments.front().number);
    }
    return {};
}

Result<bool> LogIndex::extend(Segment& segment, bool& cached)
{
    auto opened = SegmentFile::open(m_folder, segment.number);
    if (!opened)
        return fail(opened.error());
    if (!*opened)
        return false;
    const SegmentFile& file = **opened;
    const auto status = file.status();
    if (!status)
        return fail(status.error());

    if (segment.indexed == 0 && m_cache == Cache::Use)
        cached = loadCache(segment, file, status->inode, status->size);
    if (segment.indexed > 0
        && (segment.inode != status->inode || status->size < segment.indexed || !isLineStart(file, segment.indexed))) {
        Segment fresh;
        fresh.number = segment.number;
        fresh.firstNumber = segment.firstNumber;
        fresh.known = std::numeric_limits<std::uint64_t>::max(); // written anew: its numbers mean other entries
        segment = std::move(fresh);
    }
    segment.inode = status->inode;
    if (status->size > segment.indexed) {
        if (const auto counted = count(segment, file); !counted)
            return fail(counted.error());
    }
    return true;
}

Result<> LogIndex::count(Segment& segment, const SegmentFile& file)
{
    std::uint64_t lineStart = segment.indexed;
    std::uint64_t offset = segment.indexed;
    if (m_block.empty())
        m_block.resize(512 * 1024);
    for (;;) {
        const auto got = file.read(offset, m_block.data(), m_block.size());
        if (!got)
            return fail(got.error());
        const char* const begin = m_block.data();
        const char* const end = begin + *got;
        for (const char* at = begin; at < end;) {
            const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
            if (!newline)
                break;
            if (segment.entries++ % every == 0)
                segment.offsets.push_back(lineStart);
            at = newline + 1;
            lineStart = offset + static_cast<std::uint64_t>(at - begin);
        }
        if (*got < m_block.size())
            break;
        offset += *got;
    }
    segment.indexed = lineStart;
    return {};
}

Result<bool> LogIndex::peek(std::uint64_t bytes, std::uint64_t tooMuch)
{
    if (!m_segments.empty() || m_end > 0)
        return false;
    const auto numbers = listSegments(m_folder);
    if (!numbers)
        return fail(numbers.error());
    std::uint64_t unread = 0;
    for (const std::uint32_t number : *numbers) {
        const auto file = SegmentFile::open(m_folder, number);
        if (!file)
            return fail(file.error());
        if (!*file)
            continue;
        const auto status = (*file)->status();
        if (!status)
            return fail(status.error());
        Segment segment;
        segment.number = number;
        if (m_cache == Cache::Use)
            (void)loadCache(segment, **file, status->inode, status->size);
        unread += status->size - segment.indexed;
        if (number != numbers->back() || unread <= tooMuch)
            continue;
        Segment tail;
        tail.number = number;
        tail.inode = status->inode;
        const auto start = nextLineStart(**file, status->size - std::min(status->size, bytes));
        if (!start)
            return fail(start.error());
        tail.indexed = *start;
        if (const auto counted = count(tail, **file); !counted)
            return fail(counted.error());
        tail.known = tail.entries;
        if (tail.entries == 0)
            return false;
        m_end = tail.entries;
        m_segments.push_back(std::move(tail));
        m_peeked = true;
    }
    return m_peeked;
}

bool LogIndex::loadCache(Segment& segment, const SegmentFile& file, std::uint64_t inode, std::uint64_t size) const
{
    CacheHeader header;
    std::vector<std::uint64_t> offsets;
    if (!readCache(cachePath(m_folder, segment.number), header, offsets))
        return false;
    if (header.segment != segment.number || header.inode != inode || header.indexed > size
        || !isLineStart(file, header.indexed) || (!offsets.empty() && !isLineStart(file, offsets.back())))
        return false;
    segment.inode = inode;
    segment.firstNumber = header.firstNumber;
    segment.entries = header.entries;
    segment.indexed = header.indexed;
    segment.offsets = std::move(offsets);
    segment.saved = header.indexed;
    return true;
}

void LogIndex::saveCache(Segment& segment) const
{
    CacheHeader header;
    header.segment = segment.number;
    header.inode = segment.inode;
    header.firstNumber = segment.firstNumber;
    header.entries = segment.entries;
    header.indexed = segment.indexed;
    header.offsets = segment.offsets.size();
    header.checksum = checksum(header, segment.offsets);

    // A cache that cannot be written (full disk, foreign folder) costs time at the next opening, nothing else.
    const std::string path = cachePath(m_folder, segment.number);
    std::string temporary = path + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0)
        return;
    std::FILE* file = ::fdopen(fd, "wb");
    bool good = file != nullptr;
    if (file) {
        good = std::fwrite(&header, sizeof header, 1, file) == 1
            && std::fwrite(segment.offsets.data(), sizeof(std::uint64_t), segment.offsets.size(), file)
                == segment.offsets.size();
        good = std::fclose(file) == 0 && good;
    } else {
        ::close(fd);
    }
    if (good && ::rename(temporary.c_str(), path.c_str()) == 0)
        segment.saved = segment.indexed;
    else
        ::unlink(temporary.c_str());
}

std::uint64_t LogIndex::numberBefore(std::uint32_t firstSegment) const
{
    std::uint64_t number = 0;
    for (const std::uint32_t segment : listCaches(m_folder)) {
        CacheHeader header;
        std::vector<std::uint64_t> offsets;
        if (segment < firstSegment && readCache(cachePath(m_folder, segment), header, offsets))
            number = std::max(number, header.firstNumber + header.entries);
    }
    return number;
}

void LogIndex::removeOrphans(std::uint32_t firstSegment) const
{
    for (const std::uint32_t segment : listCaches(m_folder)) {
        if (segment < firstSegment)
            ::unlink(cachePath(m_folder, segment).c_str());
    }
}

std::uint64_t LogIndex::firstNumber() const
{
    return m_segments.empty() ? m_end : m_segments.front().firstNumber;
}

std::uint64_t LogIndex::endNumber() const
{
    return m_end;
}

std::optional<LogIndex::Seek> LogIndex::seek(std::uint64_t n) const
{
    auto segment = std::upper_bound(m_segments.begin(), m_segments.end(), n,
                                    [](std::uint64_t number, const Segment& s) { return number < s.firstNumber; });
    // Empty segments share their first number with the next one.
    while (segment != m_segments.begin()) {
        --segment;
        const std::uint64_t inSegment = n - segment->firstNumber;
        if (inSegment < segment->entries) {
            return Seek{{segment->number, segment->offsets[inSegment / every]},
                        static_cast<std::uint32_t>(inSegment % every), n};
        }
        if (segment->entries > 0)
            break;
    }
    return std::nullopt;
}

Result<std::uint64_t> LogIndex::numberAt(LogPosition position) const
{
    auto segment = std::lower_bound(m_segments.begin(), m_segments.end(), position.segment,
                                    [](const Segment& s, std::uint32_t number) { return s.number < number; });
    if (segment == m_segments.end())
        return m_end;
    if (segment->number != position.segment || position.offset == 0)
        return segment->firstNumber;
    if (position.offset >= segment->indexed)
        return segment->firstNumber + segment->entries;
    if (position.offset <= segment->offsets.front())
        return segment->firstNumber;

    const auto mark = std::upper_bound(segment->offsets.begin(), segment->offsets.end(), position.offset) - 1;
    std::uint64_t number = segment->firstNumber + static_cast<std::uint64_t>(mark - segment->offsets.begin()) * every;
    auto file = SegmentFile::open(m_folder, segment->number);
    if (!file)
        return fail(file.error());
    if (!*file)
        return segment->firstNumber + segment->entries;
    SegmentLines lines(std::move(**file), *mark);
    while (lines.offset() < position.offset) {
        const auto line = lines.next();
        if (!line)
            return fail(line.error());
        if (!*line)
            break;
        ++number;
    }
    return number;
}

} // namespace turnspit

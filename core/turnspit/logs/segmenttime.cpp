#include <turnspit/logs/segmenttime.h>

#include <turnspit/logs/logentry.h>

namespace turnspit {

namespace {

/// Reads on to the first entry whose time is not before `time`. True: lines.lineOffset() is its place.
Result<bool> readTo(SegmentLines& lines, WallTime time, bool onlyFirst)
{
    for (;;) {
        const auto line = lines.next();
        if (!line)
            return fail(line.error());
        if (!*line)
            return false;
        if (!parseLogPrefix(**line))
            continue; // damage has no time
        if (parseLogTime(**line) >= time)
            return true;
        if (onlyFirst)
            return false;
    }
}

} // namespace

Result<std::optional<WallTime>> lastTimeOf(const std::string& folder, std::uint32_t segment)
{
    auto file = SegmentFile::open(folder, segment);
    if (!file)
        return fail(file.error());
    if (!*file)
        return std::nullopt;
    const auto status = (*file)->status();
    if (!status)
        return fail(status.error());
    SegmentLinesBackwards lines(std::move(**file), status->size);
    for (;;) {
        const auto line = lines.next();
        if (!line)
            return fail(line.error());
        if (!*line)
            return std::nullopt;
        if (parseLogPrefix(**line))
            return parseLogTime(**line);
    }
}

Result<std::uint64_t> offsetAtTime(const std::string& folder, std::uint32_t segment, WallTime time)
{
    constexpr std::uint64_t scanAtOnce = 128 * 1024;
    auto file = SegmentFile::open(folder, segment);
    if (!file)
        return fail(file.error());
    if (!*file)
        return std::uint64_t{0};
    const auto status = (*file)->status();
    if (!status)
        return fail(status.error());

    // The entry looked for begins at or after `low`, a line's start. Every entry that begins at or after `high` is late enough.
    std::uint64_t low = 0;
    std::uint64_t high = status->size;
    while (high - low > scanAtOnce) {
        const std::uint64_t middle = low + (high - low) / 2;
        const auto start = nextLineStart(**file, middle);
        if (!start)
            return fail(start.error());
        if (*start >= high || *start <= low) {
            high = middle;
            continue;
        }
        auto probe = SegmentFile::open(folder, segment);
        if (!probe)
            return fail(probe.error());
        if (!*probe)
            return std::uint64_t{0};
        SegmentLines lines(std::move(**probe), *start);
        const auto late = readTo(lines, time, true);
        if (!late)
            return fail(late.error());
        if (*late) {
            high = middle;
        } else {
            low = lines.offset();
            if (low >= high)
                break;
        }
    }
    SegmentLines lines(std::move(**file), low);
    const auto found = readTo(lines, time, false);
    if (!found)
        return fail(found.error());
    return *found ? lines.lineOffset() : lines.offset();
}

} // namespace turnspit

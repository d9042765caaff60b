#include <turnspit/logs/logreader.h>

#include <turnspit/logs/segmenttime.h>

#include <algorithm>

namespace turnspit {

LogReader::LogReader(std::string folder, LogIndex::Cache cache) : m_folder(std::move(folder)), m_index(m_folder, cache) {}

Result<> LogReader::refresh()
{
    return m_index.refresh();
}

Result<std::vector<LogEntry>> LogReader::read(std::uint64_t first, std::size_t count)
{
    const std::uint64_t last = first + std::min<std::uint64_t>(count, unnumbered - 1 - first);
    for (;;) {
        std::vector<LogEntry> entries;
        const auto seek = m_index.seek(std::max(first, m_index.firstNumber()));
        if (!seek || seek->number - seek->skip >= last)
            return entries;
        LogRange range;
        range.begin = seek->position;
        LogCursor cursor(m_folder, range, {}, seek->number - seek->skip);
        while (!cursor.atEnd() && !cursor.lostSegments() && cursor.number() < last) {
            auto some = cursor.next(static_cast<std::size_t>(std::min<std::uint64_t>(last - cursor.number(), 4096)));
            if (!some)
                return fail(some.error());
            for (LogEntry& entry : *some) {
                if (entry.n >= first && entry.n < last)
                    entries.push_back(std::move(entry));
            }
        }
        if (!cursor.lostSegments())
            return entries;
        // The keeper removed what the index still knew: go by what is left.
        const std::uint64_t before = m_index.firstNumber();
        if (const auto refreshed = refresh(); !refreshed)
            return fail(refreshed.error());
        if (m_index.firstNumber() == before)
            return entries;
    }
}

Result<std::vector<LogEntry>> LogReader::tail(std::size_t count, LogRange range, const LogFilter& filter) const
{
    std::optional<LogPosition> none;
    return tail(count, range, filter, std::chrono::steady_clock::time_point::max(), none);
}

Result<std::vector<LogEntry>> LogReader::tail(std::size_t count, LogRange range, const LogFilter& filter,
                                              std::chrono::steady_clock::time_point deadline, std::optional<LogPosition>& rest) const
{
    rest.reset();
    std::vector<LogEntry> entries;
    const auto segments = listSegments(m_folder);
    if (!segments)
        return fail(segments.error());
    for (auto number = segments->rbegin(); number != segments->rend() && entries.size() < count; ++number) {
        if (*number > range.end.segment)
            continue;
        if (*number < range.begin.segment)
            break;
        auto file = SegmentFile::open(m_folder, *number);
        if (!file)
            return fail(file.error());
        if (!*file)
            continue;
        const auto status = (*file)->status();
        if (!status)
            return fail(status.error());
        std::uint64_t end = status->size;
        if (*number == range.end.segment)
            end = std::min(end, range.end.offset);
        const std::uint64_t begin = *number == range.begin.segment ? range.begin.offset : 0;
        SegmentLinesBackwards lines(std::move(**file), end);
        while (entries.size() < count) {
            if (const auto wanted = unlessGivenUp(filter.givenUp); !wanted)
                return fail(wanted.error());
            const auto line = lines.next();
            if (!line)
                return fail(line.error());
            if (!*line || lines.lineOffset() < begin)
                break;
            if (rest && filter.pattern && std::chrono::steady_clock::now() >= deadline) {
                std::reverse(entries.begin(), entries.end());
                return entries;
            }
            rest = LogPosition{*number, lines.lineOffset()};
            const auto prefix = parseLogPrefix(**line);
            if (prefix && (filter.since || filter.until)) {
                const WallTime time = parseLogTime(**line);
                if (filter.since && time < *filter.since)
                    break;
                if (filter.until && time > *filter.until)
                    continue;
            }
            if (!filter.wantsStream(prefix ? prefix->stream : '?'))
                continue;
            if (filter.pattern && !filter.pattern->matches(prefix ? (*line)->substr(logPrefixSize) : **line))
                continue;
            LogEntry entry = parseLogEntry(**line);
            entry.position = {*number, lines.lineOffset()};
            entry.end = {*number, lines.lineEnd()};
            entries.push_back(std::move(entry));
        }
    }
    rest.reset();
    std::reverse(entries.begin(), entries.end());
    return entries;
}

Result<LogPosition> LogReader::positionAt(WallTime time) const
{
    const auto segments = listSegments(m_folder);
    if (!segments)
        return fail(segments.error());
    for (const std::uint32_t number : *segments) {
        const auto last = lastTimeOf(m_folder, number);
        if (!last)
            return fail(last.error());
        if (!*last || **last < time)
            continue;
        const auto offset = offsetAtTime(m_folder, number, time);
        if (!offset)
            return fail(offset.error());
        return LogPosition{number, *offset};
    }
    return end();
}

Result<LogPosition> LogReader::end() const
{
    const auto segments = listSegments(m_folder);
    if (!segments)
        return fail(segments.error());
    for (auto number = segments->rbegin(); number != segments->rend(); ++number) {
        const auto file = SegmentFile::open(m_folder, *number);
        if (!file)
            return fail(file.error());
        if (!*file)
            continue;
        const auto offset = endOfLines(**file);
        if (!offset)
            return fail(offset.error());
        return LogPosition{*number, *offset};
    }
    return LogPosition{};
}

} // namespace turnspit

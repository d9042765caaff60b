#include <turnspit/logs/logfollower.h>

#include <unistd.h>

namespace turnspit {

LogFollower::LogFollower(std::string folder, LogPosition position) : m_folder(std::move(folder)), m_position(position) {}

Result<> LogFollower::findSegments()
{
    if (m_begun && !m_watched.empty()) {
        // Usually the next segment has the next number; only where the newest one is gone it may have any.
        const auto newest = m_watched.back().file().status();
        if (!newest)
            return fail(newest.error());
        if (!newest->removed && ::access(segmentPath(m_folder, m_newest + 1).c_str(), F_OK) != 0)
            return {};
    }
    const auto numbers = listSegments(m_folder);
    if (!numbers)
        return fail(numbers.error());
    const std::uint32_t from = m_begun ? m_newest + 1 : m_position.segment;
    for (const std::uint32_t number : *numbers) {
        if (number >= from) {
            m_pending.push_back(number);
            m_newest = number;
        }
    }
    if (!m_begun) {
        m_begun = true;
        m_expected = m_position.segment;
    }
    return {};
}

Result<> LogFollower::openPending(News& news)
{
    const std::uint32_t number = m_pending.front();
    auto file = SegmentFile::open(m_folder, number);
    if (!file)
        return fail(file.error());
    m_pending.pop_front();
    if (!*file)
        return {};
    if (m_expected > 0 && number != m_expected)
        news.lostSegments = true;
    m_expected = number + 1;
    std::uint64_t offset = 0;
    if (number == m_position.segment) {
        const auto start = nextLineStart(**file, m_position.offset);
        if (!start)
            return fail(start.error());
        offset = *start;
    }
    m_position = {number, offset};
    m_watched.emplace_back(std::move(**file), offset);
    if (m_watched.size() > maxWatched)
        m_watched.erase(m_watched.begin());
    return {};
}

Result<LogFollower::News> LogFollower::poll(std::size_t maxEntries, std::size_t maxBytes)
{
    News news;
    std::size_t bytes = 0;
    // Segments are listed before they are read: what came before a new one is then seen before it.
    if (const auto found = findSegments(); !found)
        return fail(found.error());
    for (std::size_t i = 0;;) {
        if (i == m_watched.size()) {
            if (m_pending.empty())
                break;
            if (const auto opened = openPending(news); !opened)
                return fail(opened.error());
            i = m_watched.empty() ? 0 : m_watched.size() - 1;
            continue;
        }
        SegmentLines& lines = m_watched[i];
        const auto status = lines.file().status();
        if (!status)
            return fail(status.error());
        while (status->size > lines.offset()) {
            if (news.entries.size() >= maxEntries || bytes >= maxBytes) {
                news.more = true;
                return news;
            }
            const auto line = lines.next();
            if (!line)
                return fail(line.error());
            if (!*line)
                break;
            LogEntry entry = parseLogEntry(**line);
            entry.position = {lines.file().number(), lines.lineOffset()};
            entry.end = {lines.file().number(), lines.offset()};
            bytes += (*line)->size() + 1;
            if (entry.end > m_position)
                m_position = entry.end;
            news.entries.push_back(std::move(entry));
        }
        if (status->removed && i + 1 < m_watched.size())
            m_watched.erase(m_watched.begin() + static_cast<std::ptrdiff_t>(i));
        else
            ++i;
    }
    return news;
}

} // namespace turnspit

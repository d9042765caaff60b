#include <turnspit/logs/logcursor.h>

#include <turnspit/logs/logruns.h>
#include <turnspit/logs/plaintext.h>
#include <turnspit/logs/segmenttime.h>

#include <algorithm>
#include <utility>

namespace turnspit {

Result<> unlessGivenUp(const GivenUp& givenUp)
{
    if (givenUp && givenUp->load(std::memory_order_relaxed))
        return fail(ErrorKind::Cancelled, "nobody waits for it any more");
    return {};
}

bool LogFilter::matches(std::string_view text) const
{
    if (!pattern)
        return true;
    return plain && hasControls(text) ? pattern->matches(withoutControls(text)) : pattern->matches(text);
}

void LogJoiner::add(LogEntry entry, std::vector<LogEntry>& out)
{
    if (entry.stream != 'o' && entry.stream != 'e') {
        if (entry.stream == 'h' && parseRunMark(entry.text))
            close(out, false);
        out.push_back(std::move(entry));
        return;
    }
    std::optional<LogEntry>& open = m_open[entry.stream == 'o' ? 0 : 1];
    if (open) {
        open->text += entry.text;
        open->continues = entry.continues;
        open->end = entry.end;
    } else {
        open = std::move(entry);
    }
    if (!open->continues || open->text.size() >= maxJoined) {
        out.push_back(std::move(*open));
        open.reset();
    }
}

void LogJoiner::flush(std::vector<LogEntry>& out)
{
    close(out, true);
}

void LogJoiner::close(std::vector<LogEntry>& out, bool continues)
{
    const std::size_t from = out.size();
    for (std::optional<LogEntry>& open : m_open) {
        if (!open)
            continue;
        open->continues = continues;
        out.push_back(std::move(*open));
        open.reset();
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
              [](const LogEntry& a, const LogEntry& b) { return a.position < b.position; });
}

LogCursor::LogCursor(std::string folder, LogRange range, LogFilter filter, std::uint64_t firstNumber)
    : m_folder(std::move(folder)), m_range(range), m_filter(std::move(filter)), m_number(firstNumber),
      m_position(range.begin)
{
}

Result<std::vector<LogEntry>> LogCursor::next(std::size_t maxEntries, std::uint64_t budget, std::chrono::steady_clock::time_point deadline)
{
    std::vector<LogEntry> out;
    const std::uint64_t begin = m_scanned;
    const std::uint64_t until = m_scanned + budget;
    while (!m_atEnd && out.size() < maxEntries && m_scanned < until) {
        if (m_filter.pattern) {
            if (const auto wanted = unlessGivenUp(m_filter.givenUp); !wanted)
                return fail(wanted.error());
            if (m_scanned > begin && !m_joiner.isJoining() && std::chrono::steady_clock::now() >= deadline)
                break;
        }
        if (!m_lines) {
            const auto opened = openNext();
            if (!opened)
                return fail(opened.error());
            if (!*opened) {
                finish(out);
                break;
            }
        }
        if (m_range.end <= LogPosition{m_lines->file().number(), m_lines->offset()}) {
            finish(out);
            break;
        }
        const auto line = m_skipRest ? std::optional<std::string_view>{} : m_lines->next();
        if (!line)
            return fail(line.error());
        if (*line) {
            m_position = {m_lines->file().number(), m_lines->offset()};
            m_scanned += (*line)->size() + 1;
            take(**line, out);
            continue;
        }
        // At the end of what this segment held just now. Where it was the last one known, the keeper may have written to it and
        // begun another since: then it is read once more before the next one is.
        if (m_segments.empty()) {
            if (const auto listed = list(m_lines->file().number()); !listed)
                return fail(listed.error());
            if (!m_segments.empty() && !m_skipRest)
                continue;
        }
        m_lines.reset();
    }
    return out;
}

Result<> LogCursor::list(std::uint32_t after)
{
    const auto numbers = listSegments(m_folder);
    if (!numbers)
        return fail(numbers.error());
    for (const std::uint32_t number : *numbers) {
        if (number > after && number <= m_range.end.segment)
            m_segments.push_back(number);
    }
    return {};
}

Result<bool> LogCursor::openNext()
{
    if (!m_listed) {
        m_listed = true;
        if (const auto listed = list(m_range.begin.segment > 0 ? m_range.begin.segment - 1 : 0); !listed)
            return fail(listed.error());
        m_expected = m_range.begin.segment;
    }
    while (!m_segments.empty()) {
        const std::uint32_t number = m_segments.front();
        m_segments.pop_front();
        auto file = SegmentFile::open(m_folder, number);
        if (!file)
            return fail(file.error());
        if (!*file)
            continue;
        if (m_expected > 0 && number != m_expected) {
            m_lost = true;
            m_number = unnumbered;
        }
        m_expected = number + 1;

        std::uint64_t offset = 0;
        if (number == m_range.begin.segment && m_range.begin.offset > 0) {
            const auto start = nextLineStart(**file, m_range.begin.offset);
            if (!start)
                return fail(start.error());
            offset = *start;
        }
        if (m_filter.since) {
            const auto start = offsetAtTime(m_folder, number, *m_filter.since);
            if (!start)
                return fail(start.error());
            if (*start > offset) {
                offset = *start;
                m_number = unnumbered;
            }
        }
        m_skipRest = false;
        m_lines = std::make_unique<SegmentLines>(std::move(**file), offset);
        m_position = {number, offset};
        return true;
    }
    return false;
}

void LogCursor::take(std::string_view line, std::vector<LogEntry>& out)
{
    const std::uint64_t number = m_number == unnumbered ? unnumbered : m_number++;
    const auto prefix = parseLogPrefix(line);
    const char stream = prefix ? prefix->stream : '?';

    if (prefix && (m_filter.since || m_filter.until)) {
        const WallTime time = parseLogTime(line);
        if (m_filter.until && time > *m_filter.until) {
            // Time does not go back within a segment.
            m_skipRest = true;
            m_number = unnumbered;
            return;
        }
        if (m_filter.since && time < *m_filter.since)
            return;
    }
    // The joiner looks at all marks: they end lines that a run left open.
    const bool joining = m_filter.joined && (stream == 'h' || m_joiner.isOpen(stream) || (prefix && prefix->continues));
    const bool wanted = m_filter.wantsStream(stream);
    if (!wanted && !(joining && stream == 'h'))
        return;
    if (!joining && m_filter.pattern) {
        const std::string_view text = prefix ? line.substr(logPrefixSize) : line;
        if (!m_filter.matches(text))
            return;
    }

    LogEntry entry = parseLogEntry(line);
    entry.n = number;
    entry.position = {m_lines->file().number(), m_lines->lineOffset()};
    entry.end = {m_lines->file().number(), m_lines->offset()};
    if (!joining) {
        out.push_back(std::move(entry));
        return;
    }
    std::vector<LogEntry> lines;
    m_joiner.add(std::move(entry), lines);
    deliver(lines, out);
}

void LogCursor::deliver(std::vector<LogEntry>& lines, std::vector<LogEntry>& out) const
{
    for (LogEntry& line : lines) {
        if (m_filter.wantsStream(line.stream) && m_filter.matches(line.text))
            out.push_back(std::move(line));
    }
}

std::vector<LogEntry> LogCursor::takeOpen()
{
    std::vector<LogEntry> lines;
    std::vector<LogEntry> out;
    m_joiner.flush(lines);
    deliver(lines, out);
    return out;
}

void LogCursor::finish(std::vector<LogEntry>& out)
{
    std::vector<LogEntry> lines;
    m_joiner.flush(lines);
    deliver(lines, out);
    m_lines.reset();
    m_atEnd = true;
}

} // namespace turnspit

#include <turnspit/session/logpages.h>

#include <turnspit/logs/logcursor.h>
#include <turnspit/logs/logfinder.h>
#include <turnspit/logs/logruns.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace turnspit {

namespace {

constexpr std::size_t cachedReaders = 32;
constexpr std::size_t pageBytes = 1 << 20;         ///< a page ends once it holds so much; an answer of 16 MiB holds any page
constexpr std::uint64_t pageScan = 64ULL << 20;    ///< and once so much was searched, so that a long search is answered in steps
constexpr std::uint64_t searchStep = 16ULL << 20;
constexpr std::chrono::milliseconds pageSearch(250); ///< and once so long was searched: an expression may be slow, and others wait
constexpr std::size_t maxPageEntries = 10'000;
constexpr std::uint64_t spanChunk = 128; ///< entries that are read at once, of up to 64 KiB each
constexpr std::uint64_t spanGap = 256;   ///< a shorter way to the next span is read through rather than sought
constexpr std::chrono::milliseconds findStep(30);
constexpr std::uint64_t peekBytes = 1 << 20;          ///< of the end of a log
constexpr std::uint64_t peekBehind = 32ULL << 20;     ///< that takes so long to index that a person would notice

struct Cursor
{
    LogPosition position;
    std::uint64_t number = unnumbered;
};

QString cursorText(const Cursor& cursor)
{
    return QStringLiteral("%1:%2:%3").arg(cursor.position.segment).arg(cursor.position.offset).arg(cursor.number);
}

std::optional<Cursor> cursorFromText(const QString& text)
{
    const QStringList parts = text.split(QLatin1Char(':'));
    if (parts.size() != 3)
        return std::nullopt;
    bool good[3] = {};
    Cursor cursor;
    cursor.position.segment = parts[0].toUInt(&good[0]);
    cursor.position.offset = parts[1].toULongLong(&good[1]);
    cursor.number = parts[2].toULongLong(&good[2]);
    return good[0] && good[1] && good[2] ? std::optional(cursor) : std::nullopt;
}

LogEntryInfo infoOf(LogEntry&& entry, std::uint64_t number)
{
    LogEntryInfo info;
    info.n = entry.n != unnumbered ? entry.n : number;
    info.time = entry.time;
    info.stream = entry.stream;
    info.text = QByteArray::fromStdString(entry.text);
    info.more = entry.continues;
    return info;
}

Result<std::string> streamsOf(const QString& text)
{
    std::string streams;
    for (const QChar c : text) {
        const char stream = c.toLatin1();
        if (stream == ',' || stream == ' ')
            continue;
        if (stream != 'o' && stream != 'e' && stream != 'h')
            return fail(ErrorKind::Protocol, "`streams` are o, e and h, not \"" + text.toStdString() + "\"");
        streams.push_back(stream);
    }
    return streams;
}

Result<LogFilter> filterOf(const LogQuery& query)
{
    LogFilter filter;
    auto streams = streamsOf(query.streams);
    if (!streams)
        return fail(streams.error());
    filter.streams = *std::move(streams);
    filter.since = query.since;
    filter.until = query.until;
    if (!query.grep.isEmpty()) {
        auto pattern = LogPattern::compile(query.grep.toStdString());
        if (!pattern)
            return fail(ErrorKind::Protocol, "`grep`: " + pattern.error().message);
        filter.pattern = *std::move(pattern);
        filter.joined = true;
    }
    return filter;
}

/// Which entries between the spans belong to lines of the spans: pieces that follow one another closely enough.
class PiecesBehind
{
public:
    /// Is this entry, the next one in the log, wanted? `inSpan`: it is asked for itself.
    bool take(const LogEntry& entry, bool inSpan)
    {
        if (entry.stream != 'o' && entry.stream != 'e') {
            if (entry.stream == 'h' && parseRunMark(entry.text))
                m_open = {};
            return inSpan;
        }
        auto& open = m_open[entry.stream == 'o' ? 0 : 1];
        const bool wanted = inSpan || (open && entry.n - *open <= maxPieceDistance);
        open = wanted && entry.continues ? std::optional(entry.n) : std::nullopt;
        return wanted;
    }

    /// May an entry of this number still be such a piece?
    [[nodiscard]] bool expects(std::uint64_t number) const
    {
        return std::ranges::any_of(m_open, [number](const auto& open) { return open && number - *open <= maxPieceDistance; });
    }

private:
    std::array<std::optional<std::uint64_t>, 2> m_open; ///< number of the last piece
};

} // namespace

LogReader& LogPages::reader(const std::string& folder)
{
    for (auto it = m_readers.begin(); it != m_readers.end(); ++it) {
        if (it->folder == folder) {
            m_readers.splice(m_readers.begin(), m_readers, it);
            return m_readers.front().reader;
        }
    }
    m_readers.push_front(Cached{folder, LogReader(folder)});
    if (m_readers.size() > cachedReaders)
        m_readers.pop_back();
    return m_readers.front().reader;
}

Result<LogPage> LogPages::read(const LogPageQuery& request)
{
    if (const auto wanted = unlessGivenUp(request.givenUp); !wanted)
        return fail(wanted.error());
    const auto deadline = std::chrono::steady_clock::now() + pageSearch;
    const LogQuery& query = request.query;
    auto filter = filterOf(query);
    if (!filter)
        return fail(filter.error());
    filter->givenUp = request.givenUp;
    LogReader& log = reader(request.folder);
    if (!query.spans.isEmpty())
        return readSpans(log, query.spans);
    LogRange range = request.range;

    Cursor from;
    if (!query.cursor.isEmpty()) {
        const auto cursor = cursorFromText(query.cursor);
        if (!cursor)
            return fail(ErrorKind::Protocol, "`cursor`: the cursor \"" + query.cursor.toStdString() + "\" is none of ours");
        from = *cursor;
        range.begin = from.position;
    } else {
        if (request.findLastRun) {
            auto slice = findLastRun(request.folder);
            if (!slice)
                return fail(slice.error());
            if (*slice)
                range = (*slice)->range;
            if (request.open)
                range.end = LogRange{}.end;
        }
        if (query.since) {
            auto begin = log.positionAt(*query.since);
            if (!begin)
                return fail(begin.error());
            range.begin = std::max(range.begin, *begin);
        }
        if (auto refreshed = log.refresh(); !refreshed)
            return fail(refreshed.error());
        if (query.before && *query.before < log.endNumber()) {
            auto first = log.read(*query.before, 1);
            if (!first)
                return fail(first.error());
            // Removed already: so is everything before it.
            range.end = std::min(range.end, first->empty() ? range.begin : first->front().position);
        }
        auto number = log.numberAt(range.begin);
        from = Cursor{range.begin, number ? *number : unnumbered};
    }

    LogPage page;
    page.live = request.live;
    const std::size_t limit = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(query.count, 1)), 1, maxPageEntries);

    if (query.last && query.cursor.isEmpty()) {
        TailSearch atOnce;
        TailSearch& tail = request.tail ? *request.tail : atOnce;
        if (!tail.end) {
            auto end = log.end();
            if (!end)
                return fail(end.error());
            tail.end = std::min(range.end, *end);
        }
        range.end = *tail.end;
        const auto count = static_cast<std::size_t>(std::max(*query.last, 0)) - tail.found.size();
        auto entries = log.tail(count, {range.begin, tail.rest.value_or(range.end)}, *filter,
                                request.tail ? deadline : std::chrono::steady_clock::time_point::max(), tail.rest);
        if (!entries)
            return fail(entries.error());
        std::ranges::move(std::exchange(tail.found, {}), std::back_inserter(*entries));
        tail.done = !tail.rest;
        if (!tail.done) {
            tail.found = *std::move(entries);
            return page;
        }
        std::uint64_t next = unnumbered;
        if (auto number = log.numberAt(range.end))
            next = *number;
        // Too many for one answer: the page begins where they begin, and goes on from there.
        std::size_t bytes = 0;
        std::size_t fitting = 0;
        while (fitting < entries->size() && fitting < limit && bytes < pageBytes)
            bytes += (*entries)[fitting++].text.size();
        page.atEnd = fitting == entries->size();
        page.cursor = page.atEnd ? cursorText({range.end, next}) : cursorText({(*entries)[fitting].position, (*entries)[fitting].n});
        for (std::size_t i = 0; i < fitting; ++i) {
            LogEntry& entry = (*entries)[i];
            if (entry.n == unnumbered) {
                if (auto number = log.numberAt(entry.position))
                    entry.n = *number;
            }
            page.entries.append(infoOf(std::move(entry), 0));
        }
        return page;
    }

    LogCursor cursor(request.folder, range, *filter, from.number);
    std::size_t bytes = 0;
    std::size_t chunk = 16;
    std::uint64_t number = from.number;
    while (!cursor.atEnd() && static_cast<std::size_t>(page.entries.size()) < limit && bytes < pageBytes && cursor.scanned() < pageScan) {
        if (filter->pattern && cursor.scanned() > 0 && std::chrono::steady_clock::now() >= deadline)
            break;
        auto entries = cursor.next(std::min(chunk, limit - static_cast<std::size_t>(page.entries.size())), searchStep, deadline);
        if (!entries)
            return fail(entries.error());
        std::size_t added = 0;
        for (LogEntry& entry : *entries) {
            added += entry.text.size();
            if (entry.n != unnumbered)
                number = entry.n + 1;
            page.entries.append(infoOf(std::move(entry), number));
        }
        bytes += added;
        if (added < 64 * 1024)
            chunk = std::min<std::size_t>(chunk * 2, 2048);
    }
    page.atEnd = cursor.atEnd();
    page.cursor = cursorText({cursor.position(), number});
    if (cursor.lostSegments())
        page.note = QStringLiteral("older entries were removed while the log was read");
    return page;
}

Result<LogPage> LogPages::readSpans(LogReader& log, const QList<LogSpan>& spans)
{
    if (spans.last().end() > log.endNumber()) {
        if (const auto refreshed = log.refresh(); !refreshed)
            return fail(refreshed.error());
    }
    LogPage page;
    std::size_t bytes = 0;
    for (qsizetype i = 0; i < spans.size();) {
        PiecesBehind pieces;
        for (std::uint64_t n = std::max<std::uint64_t>(spans[i].first, log.firstNumber());;) {
            while (i < spans.size() && spans[i].end() <= n)
                ++i;
            const bool near = i < spans.size() && spans[i].first <= n + spanGap;
            if (n >= log.endNumber() || (!near && !pieces.expects(n)))
                break;
            const std::uint64_t upTo = near ? spans[i].end() : n + 1;
            auto entries = log.read(n, static_cast<std::size_t>(std::clamp<std::uint64_t>(upTo - n, maxPieceDistance, spanChunk)));
            if (!entries)
                return fail(entries.error());
            if (entries->empty()) { // gone meanwhile: what is left begins later
                n = std::max(n + 1, log.firstNumber());
                continue;
            }
            for (LogEntry& entry : *entries) {
                while (i < spans.size() && spans[i].end() <= entry.n)
                    ++i;
                n = entry.n + 1;
                const bool inSpan = i < spans.size() && entry.n >= spans[i].first;
                if (!pieces.take(entry, inSpan))
                    continue;
                bytes += entry.text.size();
                page.entries.append(infoOf(std::move(entry), 0));
                if (bytes >= pageBytes || static_cast<std::size_t>(page.entries.size()) >= maxPageEntries) {
                    page.atEnd = i >= spans.size();
                    return page;
                }
            }
        }
        if (i < spans.size() && spans[i].first >= log.endNumber())
            break;
    }
    return page;
}

Result<LogExtent> LogPages::extent(const LogPageQuery& request, std::optional<WallTime> at)
{
    LogReader& log = reader(request.folder);
    LogRange range = request.range;
    if (request.findLastRun) {
        auto slice = findLastRun(request.folder);
        if (!slice)
            return fail(slice.error());
        if (*slice)
            range = (*slice)->range;
        if (request.open)
            range.end = LogRange{}.end;
    }
    // Who asks for the first time sees the end at once, and asks again; then all is indexed.
    bool peeked = false;
    if (range == LogRange{} && !at) {
        auto end = log.peek(peekBytes, peekBehind);
        if (!end)
            return fail(end.error());
        peeked = *end;
    }
    if (!peeked) {
        if (auto refreshed = log.refresh(); !refreshed)
            return fail(refreshed.error());
    }
    LogExtent extent;
    extent.live = request.live;
    extent.numbering = log.index().numbering();
    const auto first = log.numberAt(range.begin);
    if (!first)
        return fail(first.error());
    const auto end = log.numberAt(range.end);
    if (!end)
        return fail(end.error());
    extent.first = *first;
    extent.end = std::max(*first, *end);
    for (const LogIndex::Segment& segment : log.index().segments()) {
        const auto inside = [&segment](LogPosition place) {
            return place.segment < segment.number ? 0 : place.segment > segment.number ? segment.indexed : std::min(place.offset, segment.indexed);
        };
        extent.bytes += static_cast<qint64>(inside(range.end) - std::min(inside(range.begin), inside(range.end)));
    }
    if (at) {
        const auto place = log.positionAt(*at);
        if (!place)
            return fail(place.error());
        const auto number = log.numberAt(*place);
        if (!number)
            return fail(number.error());
        extent.at = std::clamp<std::uint64_t>(*number, extent.first, extent.end);
    }
    return extent;
}

Result<LogFound> LogPages::find(const std::string& folder, const LogFind& query, const GivenUp& givenUp)
{
    if (const auto wanted = unlessGivenUp(givenUp); !wanted)
        return fail(wanted.error());
    LineSearch search;
    search.givenUp = givenUp;
    auto streams = streamsOf(query.streams);
    if (!streams)
        return fail(streams.error());
    search.streams = *std::move(streams);
    if (!query.pattern.isEmpty()) {
        auto pattern = LogPattern::compile(query.pattern.toStdString(),
                                           query.caseSensitive ? LogPattern::Case::Sensitive : LogPattern::Case::Insensitive);
        if (!pattern)
            return fail(ErrorKind::Protocol, "`pattern`: " + pattern.error().message);
        search.pattern = *std::move(pattern);
    }
    search.first = query.first;
    search.end = query.end;
    const auto matches = findLines(reader(folder), search, findStep);
    if (!matches)
        return fail(matches.error());
    LogFound found;
    found.next = matches->next;
    found.lines.reserve(static_cast<qsizetype>(matches->lines.size()));
    for (const NumberSpan& span : matches->lines)
        found.lines.append({span.first, span.count});
    return found;
}

} // namespace turnspit

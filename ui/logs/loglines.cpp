#include <ui/logs/loglines.h>

#include <algorithm>

namespace turnspit {
namespace {

/// What a line costs besides its text.
constexpr qint64 lineCost = 128;

qint64 cost(const LogLine& line)
{
    return line.text.size() + lineCost;
}

void extend(LogLine& line, const LogEntryInfo& entry)
{
    const qsizetype kept = line.hiddenBytes > 0 ? 0 : std::min(entry.text.size(), LogLines::maxLineBytes - line.text.size());
    line.text += entry.text.left(kept);
    line.hiddenBytes += entry.text.size() - kept;
    line.isOpen = entry.more;
    line.lastPiece = entry.n;
}

void append(QList<LogSpan>& spans, quint64 number)
{
    if (!spans.isEmpty() && spans.last().end() == number)
        ++spans.last().count;
    else
        spans.append({number, 1});
}

} // namespace

LogLines::LogLines(HostSession& session, QObject* parent) : QObject(parent), m_session(session), m_tasks(std::make_unique<TaskScope>()) {}

LogLines::~LogLines() = default;

void LogLines::reset(const QString& service)
{
    ++m_generation;
    m_service = service;
    m_lines.clear();
    m_bytes = 0;
    m_end = 0;
    m_wanted.clear();
    m_fetching = false;
}

const LogLine* LogLines::find(quint64 number) const
{
    const auto it = m_lines.find(number);
    return it == m_lines.end() ? nullptr : &it->second;
}

QList<LogSpan> LogLines::missing(const QList<LogSpan>& lines) const
{
    QList<LogSpan> out;
    for (const LogSpan& span : lines) {
        auto it = m_lines.lower_bound(span.first);
        for (quint64 n = span.first; n < std::min(span.end(), m_end); ++n) {
            while (it != m_lines.end() && it->first < n)
                ++it;
            if (it == m_lines.end() || it->first != n) {
                append(out, n);
                continue;
            }
            const LogLine& line = it->second;
            const bool mayGoOn = line.isOpen && line.seenEnd <= line.lastPiece + maxPieceDistance;
            if ((mayGoOn || line.isGone) && line.seenEnd < m_end)
                append(out, n);
        }
    }
    return out;
}

void LogLines::want(const QList<LogSpan>& lines, bool heads)
{
    m_wanted = lines;
    m_wantedHeads = heads;
    if (m_fetching || missing(lines).isEmpty())
        return;
    m_fetching = true;
    m_tasks->spawn(fetch(m_generation));
}

Task<> LogLines::fetch(quint64 generation)
{
    while (generation == m_generation) {
        const QList<LogSpan> lines = m_wanted;
        const bool read = co_await load(lines, m_wantedHeads);
        if (generation != m_generation)
            co_return;
        if (!read || missing(m_wanted).isEmpty())
            break;
    }
    if (generation == m_generation)
        m_fetching = false;
}

Task<bool> LogLines::load(QList<LogSpan> lines, bool heads)
{
    const quint64 generation = m_generation;
    for (QList<LogSpan> asked = missing(lines); !asked.isEmpty(); asked = missing(lines)) {
        LogQuery query;
        query.service = m_service;
        for (const LogSpan& span : std::as_const(asked)) {
            // What begins before may go on in these lines.
            const quint64 first = heads ? span.first : span.first - std::min(span.first, maxPieceDistance);
            if (!query.spans.isEmpty() && first <= query.spans.last().end())
                query.spans.last().count = span.end() - query.spans.last().first;
            else
                query.spans.append({first, span.end() - first});
        }
        const quint64 end = m_end;
        const auto page = co_await m_session.readLog(std::move(query));
        if (generation != m_generation)
            co_return false;
        if (!page || (page->entries.isEmpty() && !page->atEnd)) {
            Q_EMIT failed(page ? Error{ErrorKind::Failed, "the host answered nothing"} : page.error());
            co_return false;
        }
        take(*page, asked, end);
        // Where what lies before fills a page by itself, it is done without.
        heads = heads || (!page->atEnd && page->entries.last().n < asked.first().first);
        Q_EMIT arrived();
        if (generation != m_generation)
            co_return false;
    }
    co_return true;
}

std::map<quint64, LogLine> LogLines::joined(const QList<LogEntryInfo>& entries, quint64 end)
{
    std::map<quint64, LogLine> lines;
    std::map<quint64, LogLine>::iterator open[2] = {lines.end(), lines.end()};
    for (const LogEntryInfo& entry : entries) {
        LogLine line;
        line.time = entry.time;
        line.stream = entry.stream;
        line.seenEnd = end;
        if (entry.stream != 'o' && entry.stream != 'e') {
            if (entry.text.startsWith("run ")) // the mark of a run's begin or end closes what the run left open
                open[0] = open[1] = lines.end();
            extend(line, entry);
            lines.insert_or_assign(entry.n, std::move(line));
            continue;
        }
        auto& head = open[entry.stream == 'o' ? 0 : 1];
        if (head != lines.end() && entry.n - head->second.lastPiece <= maxPieceDistance) {
            extend(head->second, entry);
            line.isPiece = true;
            line.lastPiece = entry.n;
            lines.insert_or_assign(entry.n, std::move(line));
            if (!entry.more)
                head = lines.end();
            continue;
        }
        extend(line, entry);
        const auto at = lines.insert_or_assign(entry.n, std::move(line)).first;
        head = entry.more ? at : lines.end();
    }
    return lines;
}

void LogLines::take(const LogPage& page, const QList<LogSpan>& asked, quint64 end)
{
    std::map<quint64, LogLine> lines = joined(page.entries, end);
    // A page with too many bytes ends early; its last line may then lack pieces, but it has had more than is shown of one.
    const quint64 answered = page.atEnd ? std::numeric_limits<quint64>::max() : page.entries.last().n + 1;
    for (const LogSpan& span : asked) {
        for (quint64 n = span.first; n < std::min(span.end(), answered); ++n) {
            LogLine& slot = m_lines[n];
            m_bytes -= slot.lastPiece > 0 || slot.seenEnd > 0 ? cost(slot) : 0;
            if (const auto it = lines.find(n); it != lines.end()) {
                slot = std::move(it->second);
            } else {
                slot = {};
                slot.isPiece = slot.isGone = true;
            }
            slot.seenEnd = std::max<quint64>(end, 1);
            m_bytes += cost(slot);
        }
    }
    trim();
}

void LogLines::trim()
{
    if (m_bytes <= maxBytes)
        return;
    std::map<quint64, LogLine> kept;
    m_bytes = 0;
    for (const LogSpan& span : m_wanted) {
        for (auto it = m_lines.lower_bound(span.first); it != m_lines.end() && it->first < span.end(); ++it) {
            m_bytes += cost(it->second);
            kept.emplace_hint(kept.end(), it->first, std::move(it->second));
        }
    }
    m_lines = std::move(kept);
}

} // namespace turnspit

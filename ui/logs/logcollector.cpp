#include <ui/logs/logcollector.h>

#include <algorithm>

namespace turnspit {
namespace {

constexpr quint64 linesAtOnce = 4000;

} // namespace

qint64 LogChoice::size() const
{
    return lines ? lines->rank(end) - lines->rank(first) : static_cast<qint64>(end - first);
}

LogCollector::LogCollector(HostSession& session, QString service, LogChoice choice)
    : m_session(session), m_service(std::move(service)), m_choice(std::move(choice)), m_at(m_choice.first)
{
}

double LogCollector::progress() const
{
    const auto all = static_cast<double>(m_choice.end - m_choice.first);
    return all > 0 ? static_cast<double>(m_at - m_choice.first) / all : 1.0;
}

QList<LogSpan> LogCollector::spans(quint64& behind) const
{
    QList<LogSpan> spans;
    if (!m_choice.lines) {
        behind = std::min(m_choice.end, m_at + linesAtOnce);
        const quint64 before = std::min(m_at, LogLines::maxPieceDistance); // what begins there may go on here
        spans.append({m_at - before, behind - m_at + before});
        return spans;
    }
    behind = m_choice.end;
    quint64 count = 0;
    for (auto line = m_choice.lines->from(m_at); line && *line < m_choice.end; line = m_choice.lines->from(*line + 1)) {
        if (count++ == linesAtOnce) {
            behind = *line;
            break;
        }
        if (!spans.isEmpty() && spans.last().end() == *line)
            ++spans.last().count;
        else
            spans.append({*line, 1});
    }
    return spans;
}

Task<Result<std::vector<LogLine>>> LogCollector::next()
{
    std::vector<LogLine> out;
    while (out.empty() && m_at < m_choice.end) {
        quint64 behind = 0;
        LogQuery query;
        query.service = m_service;
        query.spans = spans(behind);
        if (query.spans.isEmpty()) {
            m_at = m_choice.end;
            break;
        }
        auto page = co_await m_session.readLog(query);
        if (page && !page->atEnd && (page->entries.isEmpty() || page->entries.last().n < m_at)) {
            // What lies before fills a page by itself: it is done without.
            query.spans.first().count -= m_at - query.spans.first().first;
            query.spans.first().first = m_at;
            page = co_await m_session.readLog(query);
        }
        if (!page)
            co_return fail(page.error());
        if (!page->atEnd && page->entries.isEmpty())
            co_return fail(ErrorKind::Failed, "the host answered nothing");
        std::map<quint64, LogLine> lines = LogLines::joined(page->entries, m_choice.end);
        if (!page->atEnd) {
            behind = std::min(behind, page->entries.last().n + 1);
            // A line that the page cut off is read with the next one, whole; unless it fills pages by itself.
            for (const auto& [number, line] : lines) {
                if (line.isOpen && !line.isPiece && number > m_at && number < behind)
                    behind = number;
            }
        }
        for (auto& [number, line] : lines) {
            if (number >= m_at && number < behind && !line.isPiece && (!m_choice.lines || m_choice.lines->contains(number)))
                out.push_back(std::move(line));
        }
        m_at = behind;
    }
    co_return out;
}

} // namespace turnspit

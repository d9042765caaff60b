#include <ui/logs/logsearch.h>

#include <turnspit/async/wait.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

/// So many entries backwards at once: few enough that the first answer comes at once.
constexpr quint64 firstChunk = 16'384;
constexpr quint64 largestChunk = 1 << 20;

/// A line that was cut off by the end of the log is looked at again when it has gone on.
constexpr quint64 overlap = 16;

constexpr Milliseconds retryAfter = 2s;

} // namespace

LogSearch::LogSearch(HostSession& session, QObject* parent)
    : QObject(parent), m_session(session), m_tasks(std::make_unique<TaskScope>())
{
}

LogSearch::~LogSearch() = default;

void LogSearch::start(const QString& service, const LogPatternQuery& what, const LogExtent& extent, quint64 near)
{
    stop();
    m_service = service;
    m_what = what;
    m_first = extent.first;
    m_end = extent.end;
    m_scannedFirst = m_scannedEnd = std::clamp(near, m_first, m_end);
    m_active = true;
    m_tasks->spawn(run(m_generation));
}

void LogSearch::stop()
{
    ++m_generation;
    m_active = false;
    m_lines.clear();
    // One of its tasks may be running right now: it ends at its next check, its frame goes when the stack is empty.
    m_retired.push_back(std::exchange(m_tasks, std::make_unique<TaskScope>()));
    QMetaObject::invokeMethod(this, [this] { m_retired.clear(); }, Qt::QueuedConnection);
}

void LogSearch::setExtent(const LogExtent& extent)
{
    if (!m_active)
        return;
    if (extent.first > m_first)
        m_lines.removeBefore(extent.first);
    m_first = extent.first;
    m_end = std::max(extent.end, extent.first);
    m_scannedFirst = std::max(m_scannedFirst, m_first);
    m_scannedEnd = std::max(m_scannedEnd, m_scannedFirst);
    m_more.set();
    m_more.reset();
}

double LogSearch::progress() const
{
    return m_end > m_first ? static_cast<double>(m_scannedEnd - m_scannedFirst) / static_cast<double>(m_end - m_first) : 1.0;
}

Task<> LogSearch::run(quint64 generation)
{
    quint64 chunk = firstChunk;
    bool wasForward = false;
    while (generation == m_generation) {
        const bool ahead = m_scannedEnd < m_end;
        const bool behind = m_scannedFirst > m_first;
        if (!ahead && !behind) {
            co_await m_more.wait();
            continue;
        }
        // A log that grows all the time does not keep the search from its beginning.
        const bool forward = ahead && !(behind && wasForward && m_end - m_scannedEnd < largestChunk);
        LogFind find;
        find.service = m_service;
        find.pattern = m_what.pattern;
        find.caseSensitive = m_what.caseSensitive;
        find.streams = m_what.streams;
        find.first = forward ? std::max(m_scannedFirst, m_scannedEnd - std::min(m_scannedEnd, overlap))
                             : m_scannedFirst - std::min(chunk, m_scannedFirst - m_first);
        find.end = forward ? m_end : m_scannedFirst;
        const quint64 bottom = find.first;
        // A step backwards counts when all of its chunk is looked at; one forwards at once.
        bool whole = false;
        for (int steps = 0; !whole; ++steps) {
            const auto found = co_await m_session.findInLog(find);
            if (generation != m_generation)
                co_return;
            if (!found) {
                Q_EMIT failed(found.error());
                if (generation == m_generation)
                    co_await delay(retryAfter);
                break;
            }
            for (const LogSpan& span : found->lines)
                m_lines.insert(span.first, span.count);
            m_lines.removeBefore(m_first);
            find.first = found->next;
            whole = find.first >= find.end;
            if (forward) {
                m_scannedEnd = std::clamp(found->next, m_scannedEnd, std::max(m_scannedEnd, m_end));
                whole = true; // the end has moved meanwhile
            } else if (whole) {
                m_scannedFirst = std::max(std::min(m_scannedFirst, bottom), m_first);
                chunk = steps == 0 ? std::min(chunk * 2, largestChunk) : std::max(chunk / 2, firstChunk);
            }
            Q_EMIT changed();
            if (generation != m_generation)
                co_return;
        }
        wasForward = forward;
    }
}

} // namespace turnspit

#include <ui/logs/logfeed.h>

#include <turnspit/async/wait.h>
#include <ui/text/words.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr Milliseconds frame = 40ms; // at most 25 changes a second
constexpr Milliseconds retryAfter = 2s;
constexpr auto measureEvery = 1s;

} // namespace

LogFeed::LogFeed(HostSession& session, QObject* parent)
    : QObject(parent), m_session(session), m_lines(new LogLines(session, this)), m_search(new LogSearch(session, this)),
      m_silence(Clock::current().createTimer([this] {
          m_rate = 0;
          m_measured.reset();
          Q_EMIT statusChanged();
      })),
      m_tasks(std::make_unique<TaskScope>())
{
    connect(m_lines, &LogLines::arrived, this, &LogFeed::arrived);
    connect(m_lines, &LogLines::failed, this, [this](const Error& error) { setNote(words::notRead(error)); });
    connect(m_search, &LogSearch::failed, this, [this](const Error& error) { setNote(words::notRead(error)); });
    connect(m_search, &LogSearch::changed, this, [this] {
        if (!m_showing) {
            m_showing = true;
            m_tasks->spawn(showFound(m_generation));
        }
    });
}

LogFeed::~LogFeed() = default;

LogExtentQuery LogFeed::extentQuery() const
{
    LogExtentQuery query;
    query.service = m_service;
    query.allRuns = m_part == Part::Whole;
    if (m_part == Part::Run)
        query.run = m_run;
    return query;
}

void LogFeed::open(const QString& service)
{
    if (service == m_service)
        return;
    m_service = service;
    m_part = Part::Whole;
    m_run = {};
    m_filter = {};
    reopen();
}

void LogFeed::setPart(Part part, RunId run)
{
    if (part == m_part && run == m_run)
        return;
    m_part = part;
    m_run = run;
    reopen();
}

void LogFeed::reopen()
{
    m_lines->reset(m_service);
    m_search->stop();
    m_extent = {};
    m_loaded = m_service.isEmpty();
    m_note.clear();
    restart();
}

void LogFeed::restart()
{
    const quint64 generation = ++m_generation;
    m_showing = false;
    m_measured.reset();
    m_rate = 0;
    m_silence->stop();
    // One of its tasks may be running right now: it ends at its next check, its frame goes when the stack is empty.
    m_retired.push_back(std::exchange(m_tasks, std::make_unique<TaskScope>()));
    QMetaObject::invokeMethod(this, [this] { m_retired.clear(); }, Qt::QueuedConnection);
    if (m_service.isEmpty()) {
        QMetaObject::invokeMethod(this, [this] { Q_EMIT replaced(); }, Qt::QueuedConnection);
        return;
    }
    m_tasks->spawn(watch(generation));
}

void LogFeed::setActive(bool active)
{
    m_active = active;
    if (active) {
        m_activated.set();
        m_activated.reset();
    }
}

void LogFeed::setNote(const QString& note)
{
    if (note != m_note) {
        m_note = note;
        Q_EMIT statusChanged();
    }
}

void LogFeed::setFilter(const LogPatternQuery& what, std::optional<quint64> near)
{
    if (what == m_filter)
        return;
    m_filter = what;
    if (isFiltered() && m_loaded)
        m_search->start(m_service, what, m_extent, near.value_or(m_extent.end));
    else
        m_search->stop();
    QMetaObject::invokeMethod(this, &LogFeed::changed, Qt::QueuedConnection);
}

qint64 LogFeed::rows() const
{
    return isFiltered() ? m_search->lines().size() : static_cast<qint64>(m_extent.end - m_extent.first);
}

quint64 LogFeed::lineAt(qint64 row) const
{
    return isFiltered() ? m_search->lines().at(row) : m_extent.first + static_cast<quint64>(row);
}

qint64 LogFeed::rowOf(quint64 line) const
{
    if (isFiltered())
        return m_search->lines().rank(line);
    return static_cast<qint64>(std::clamp(line, m_extent.first, m_extent.end) - m_extent.first);
}

QList<LogSpan> LogFeed::spansOf(qint64 row, qint64 count, const LogExtent& extent) const
{
    QList<LogSpan> spans;
    if (!isFiltered()) {
        const auto all = static_cast<qint64>(extent.end - extent.first);
        const qint64 first = std::clamp<qint64>(row, 0, all);
        const qint64 end = std::clamp<qint64>(row + count, first, all);
        if (end > first)
            spans.append({extent.first + static_cast<quint64>(first), static_cast<quint64>(end - first)});
        return spans;
    }
    const LineSet& lines = m_search->lines();
    for (qint64 at = std::max<qint64>(row, 0); at < std::min(row + count, lines.size()); ++at) {
        const quint64 line = lines.at(at);
        if (!spans.isEmpty() && spans.last().end() == line)
            ++spans.last().count;
        else
            spans.append({line, 1});
    }
    return spans;
}

void LogFeed::want(qint64 row, qint64 count)
{
    m_lines->want(spansOf(row, count, m_extent), isFiltered());
}

void LogFeed::measure(const LogExtent& extent)
{
    const Instant now = Clock::current().now();
    m_silence->startOnce(2 * measureEvery);
    if (!m_measured || extent.end < m_measured->second) {
        m_measured = {now, extent.end};
        return;
    }
    const std::chrono::duration<double> passed = now - m_measured->first;
    if (passed < measureEvery)
        return;
    m_rate = static_cast<double>(extent.end - m_measured->second) / passed.count();
    m_measured = {now, extent.end};
    Q_EMIT statusChanged();
}

Task<> LogFeed::watch(quint64 generation)
{
    LogExtentQuery query = extentQuery();
    while (generation == m_generation) {
        if (!m_active) {
            co_await m_activated.wait();
            continue;
        }
        const auto extent = co_await m_session.logExtent(query);
        if (generation != m_generation)
            co_return;
        if (!extent) {
            setNote(words::notRead(extent.error()));
            query.behind.reset();
            co_await delay(retryAfter);
            continue;
        }
        const bool renumbered = m_loaded && extent->numbering != m_extent.numbering;
        const bool first = !m_loaded || renumbered;
        if (renumbered) {
            m_lines->reset(m_service);
            m_search->stop();
        }
        m_lines->setEnd(extent->end);
        if (m_tail > 0 && !isFiltered()) {
            const auto all = static_cast<qint64>(extent->end - extent->first);
            co_await m_lines->load(spansOf(all - m_tail, m_tail, *extent), false);
            if (generation != m_generation)
                co_return;
        }
        m_extent = *extent;
        m_loaded = true;
        if (isFiltered() && !m_search->isActive())
            m_search->start(m_service, m_filter, m_extent, m_extent.end);
        m_search->setExtent(m_extent);
        if (first || m_lines->find(m_extent.end - 1) != nullptr)
            setNote({});
        measure(m_extent);
        if (generation != m_generation)
            co_return;
        if (first)
            Q_EMIT replaced();
        else
            Q_EMIT changed();
        if (generation != m_generation || !m_extent.live)
            co_return;
        query.behind = m_extent.end;
        co_await delay(frame);
    }
}

Task<> LogFeed::showFound(quint64 generation)
{
    if (m_tail > 0)
        co_await m_lines->load(spansOf(rows() - m_tail, m_tail, m_extent), true);
    else
        co_await yieldToLoop();
    if (generation != m_generation)
        co_return;
    Q_EMIT changed();
    if (generation != m_generation)
        co_return;
    Q_EMIT statusChanged();
    co_await delay(frame);
    if (generation == m_generation)
        m_showing = false;
    // What was found meanwhile.
    if (generation == m_generation)
        Q_EMIT changed();
}

Task<std::optional<quint64>> LogFeed::lineAtTime(WallTime time)
{
    LogExtentQuery query = extentQuery();
    query.at = time;
    const auto extent = co_await m_session.logExtent(std::move(query));
    if (!extent || !extent->at)
        co_return std::nullopt;
    co_return *extent->at;
}

} // namespace turnspit

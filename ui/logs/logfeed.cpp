#include <ui/logs/logfeed.h>

#include <turnspit/async/wait.h>
#include <ui/text/words.h>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr int pageEntries = 1000;
constexpr Milliseconds frame = 33ms; // at most 30 changes a second
constexpr Milliseconds countEvery = 500ms;
constexpr Milliseconds retryAfter = 2s;

std::optional<quint64> numberOf(const LogEntryInfo& entry)
{
    return entry.n == std::numeric_limits<quint64>::max() ? std::nullopt : std::optional(entry.n);
}

} // namespace

LogFeed::LogFeed(HostSession& session, QObject* parent)
    : QObject(parent), m_session(session), m_tasks(std::make_unique<TaskScope>())
{
}

LogFeed::~LogFeed() = default;

LogQuery LogFeed::query() const
{
    LogQuery query;
    query.service = m_service;
    query.allRuns = true;
    query.count = pageEntries;
    return query;
}

void LogFeed::open(const QString& service)
{
    if (service != m_service) {
        m_service = service;
        reopen();
    }
}

void LogFeed::reopen()
{
    m_window.clear();
    m_following = true;
    m_loaded = m_service.isEmpty();
    m_atStart = false;
    m_atEnd = true;
    m_newest.reset();
    m_note.clear();
    restart();
}

void LogFeed::restart()
{
    const quint64 generation = ++m_generation;
    m_paging = false;
    // One of its tasks may be running right now: it ends at its next check, its frame goes when the stack is empty.
    m_retired.push_back(std::exchange(m_tasks, std::make_unique<TaskScope>()));
    QMetaObject::invokeMethod(this, [this] { m_retired.clear(); }, Qt::QueuedConnection);
    if (m_service.isEmpty()) {
        QMetaObject::invokeMethod(this, [this] { Q_EMIT replaced(); }, Qt::QueuedConnection);
        return;
    }
    m_tasks->spawn(m_following ? follow(generation) : watch(generation));
}

void LogFeed::setFollowing(bool following)
{
    if (following == m_following || m_service.isEmpty())
        return;
    m_following = following;
    restart();
    Q_EMIT followingChanged();
}

void LogFeed::setNote(const QString& note)
{
    if (note != m_note) {
        m_note = note;
        Q_EMIT statusChanged();
    }
}

std::optional<quint64> LogFeed::newEntries() const
{
    if (m_following || m_atEnd)
        return 0;
    const auto last = m_window.lastNumber();
    if (!last || !m_newest)
        return std::nullopt;
    return *m_newest > *last ? *m_newest - *last : 0;
}

Task<Result<LogPage>> LogFeed::lastOf(LogQuery query)
{
    // A page has a limit in bytes; of too many entries it holds the first ones. Fewer are asked for until all fit.
    query.last = pageEntries;
    query.count = pageEntries;
    for (;;) {
        auto page = co_await m_session.readLog(query);
        if (!page || page->atEnd || *query.last == 1)
            co_return page;
        query.last = std::clamp(static_cast<int>(page->entries.size() / 2), 1, *query.last - 1);
    }
}

Task<bool> LogFeed::loadEnd(quint64 generation)
{
    const auto page = co_await lastOf(query());
    if (!isCurrent(generation))
        co_return false;
    if (!page) {
        setNote(words::error(page.error()));
        co_return false;
    }
    m_window.clear();
    m_window.append(page->entries, page->cursor);
    m_atStart = page->entries.isEmpty();
    m_atEnd = true;
    m_loaded = true;
    setNote(page->note);
    Q_EMIT replaced();
    co_return true;
}

Task<> LogFeed::follow(quint64 generation)
{
    bool placed = m_loaded && m_atEnd && !m_window.endCursor().isEmpty();
    while (isCurrent(generation)) {
        if (!placed) {
            placed = co_await loadEnd(generation);
            if (!isCurrent(generation))
                co_return;
            if (!placed) {
                co_await delay(retryAfter);
                continue;
            }
        }
        LogQuery next = query();
        next.cursor = m_window.endCursor();
        const auto page = co_await m_session.followLog(std::move(next));
        if (!isCurrent(generation))
            co_return;
        if (!page) {
            setNote(words::error(page.error()));
            placed = false;
            co_await delay(retryAfter);
            continue;
        }
        m_window.append(page->entries, page->cursor);
        if (m_window.trimFront())
            m_atStart = false;
        if (!page->note.isEmpty())
            setNote(page->note);
        if (!page->entries.isEmpty())
            Q_EMIT changed();
        if (!isCurrent(generation))
            co_return;
        placed = page->atEnd; // else it grows faster than it is shown: go on from its end
        co_await delay(page->live || !page->entries.isEmpty() ? frame : retryAfter);
    }
}

Task<> LogFeed::watch(quint64 generation)
{
    while (!m_loaded && !co_await loadEnd(generation)) {
        if (!isCurrent(generation))
            co_return;
        co_await delay(retryAfter);
    }
    QString cursor = m_window.endCursor();
    while (isCurrent(generation)) {
        LogQuery added = query();
        added.cursor = cursor;
        added.count = 1;
        const auto page = co_await m_session.followLog(std::move(added));
        if (!isCurrent(generation))
            co_return;
        if (!page || (page->entries.isEmpty() && !page->live)) {
            co_await delay(retryAfter);
            continue;
        }
        if (page->entries.isEmpty())
            continue;
        LogQuery end = query();
        end.last = 1;
        const auto newest = co_await m_session.readLog(std::move(end));
        if (!isCurrent(generation))
            co_return;
        cursor = newest ? newest->cursor : page->cursor;
        m_newest = numberOf(newest && !newest->entries.isEmpty() ? newest->entries.last() : page->entries.last());
        m_atEnd = false;
        Q_EMIT statusChanged();
        co_await delay(countEvery);
    }
}

void LogFeed::loadEarlier()
{
    if (m_paging || m_atStart || !m_window.firstNumber())
        return;
    m_paging = true;
    m_tasks->spawn(earlier(m_generation));
}

Task<> LogFeed::earlier(quint64 generation)
{
    const auto first = m_window.firstNumber();
    LogQuery before = query();
    before.before = first;
    const auto page = co_await lastOf(std::move(before));
    if (!isCurrent(generation))
        co_return;
    m_paging = false;
    if (!page || m_window.firstNumber() != first) // the front went meanwhile: what came does not fit any more
        co_return;
    m_atStart = page->entries.isEmpty();
    if (m_atStart)
        co_return;
    m_window.prepend(page->entries, page->cursor);
    if (m_window.trimBack())
        m_atEnd = false;
    Q_EMIT changed();
}

void LogFeed::loadLater()
{
    if (m_paging || m_following || m_atEnd || m_window.isEmpty())
        return;
    m_paging = true;
    m_tasks->spawn(later(m_generation));
}

Task<> LogFeed::later(quint64 generation)
{
    LogQuery after = query();
    after.cursor = m_window.endCursor();
    const auto page = co_await m_session.readLog(std::move(after));
    if (!isCurrent(generation))
        co_return;
    m_paging = false;
    if (!page)
        co_return;
    m_window.append(page->entries, page->cursor);
    if (m_window.trimFront())
        m_atStart = false;
    m_atEnd = page->atEnd;
    Q_EMIT changed();
    Q_EMIT statusChanged();
}

} // namespace turnspit

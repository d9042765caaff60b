#include "logsource.h"

#include <turnspit/async/wait.h>

namespace turnspit::ctl {

namespace {

/// Enough to make a request cheap, few enough for the memory of one page to serve for the next.
constexpr int entriesAPage = 8192;

} // namespace

LogSource::LogSource(HostSession& session, LogQuery selection, bool follow)
    : m_session(session), m_query(std::move(selection)), m_follow(follow)
{
    m_query.count = entriesAPage;
    ask();
}

Task<> LogSource::fetch(HostSession& session, LogQuery query, bool wait, Promise<Result<LogPage>> promise)
{
    promise.set(wait ? co_await session.followLog(query) : co_await session.readLog(query));
}

void LogSource::ask()
{
    Promise<Result<LogPage>> promise;
    m_coming = promise.future();
    m_scope.spawn(fetch(m_session, m_query, m_caughtUp && m_follow, std::move(promise)));
}

Task<Result<>> LogSource::advance()
{
    m_page = {};
    if (m_atEnd)
        co_return Result<>{};
    auto page = co_await *std::exchange(m_coming, std::nullopt);
    if (!page)
        co_return fail(page.error());
    m_page = *std::move(page);
    if (!m_follow && !m_page.atEnd && m_page.live && !std::exchange(m_endFixed, true)) {
        if (const auto fixed = co_await fixEnd(); !fixed)
            co_return fixed;
    }
    afterPage();
    if (m_coming)
        co_await yieldToLoop(); // lets the request go out before the caller is busy with this page
    co_return Result<>{};
}

Task<Result<>> LogSource::fixEnd()
{
    LogQuery last = m_query;
    last.cursor.clear();
    last.last = 1;
    const auto page = co_await m_session.readLog(last);
    if (!page)
        co_return fail(page.error());
    if (!page->entries.isEmpty())
        m_end = page->entries.back().time;
    co_return Result<>{};
}

void LogSource::afterPage()
{
    // Times never fall within a log, so all that is later was written since.
    if (m_end && !m_page.entries.isEmpty() && m_page.entries.back().time > *m_end) {
        const auto later = std::ranges::upper_bound(m_page.entries, *m_end, {}, &LogEntryInfo::time);
        m_page.entries.erase(later, m_page.entries.end());
        m_page.atEnd = true;
    }

    m_query.cursor = m_page.cursor;
    m_caughtUp = m_caughtUp || m_page.atEnd;
    const bool mayGrow = m_query.run ? m_page.live : true;
    m_atEnd = m_page.atEnd && !(m_follow && mayGrow);
    if (m_atEnd)
        return;
    if (m_caughtUp) {
        m_query.last.reset();
        m_query.allRuns = !m_query.run;
    }
    ask();
}

} // namespace turnspit::ctl

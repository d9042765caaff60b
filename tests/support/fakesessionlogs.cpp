#include "fakesession.h"

#include <turnspit/control/json.h>

#include <QRegularExpression>

#include <algorithm>

/// Logs, as they are read, followed and searched.
namespace turnspit {

FakeSession::Selection FakeSession::selectionOf(const LogQuery& query, bool& live)
{
    const quint64 size = m_logs[query.service].size();
    const RunRecord* run = nullptr;
    const bool whole = query.allRuns || query.since || query.until || !query.grep.isEmpty();
    if (query.run) {
        run = find(*query.run);
    } else if (!whole) {
        for (const RunRecord& each : m_runs) {
            if (each.info.service == query.service)
                run = &each;
        }
    }
    if (!run) {
        const ServiceKind kind = m_services.value(query.service).kind;
        live = whole || kind == ServiceKind::BuiltIn || kind == ServiceKind::Queue;
        return {0, size};
    }
    live = !run->info.end;
    return {run->logBegin, live ? size : run->logEnd};
}

LogPage FakeSession::spansPage(const LogQuery& query) const
{
    constexpr quint64 pieceDistance = 16;
    const Log log = m_logs.value(query.service);
    LogPage page;
    for (const LogSpan& span : query.spans) {
        QHash<char, quint64> open; // streams with a line that goes on, and the number of its last piece
        const auto expects = [&open](char stream, quint64 n) { return open.contains(stream) && n - open[stream] <= pieceDistance; };
        for (quint64 n = span.first; n < log.size(); ++n) {
            if (n >= span.end() && !expects('o', n) && !expects('e', n))
                break;
            const LogEntryInfo entry = log.at(n);
            if (n >= span.end() && !expects(entry.stream, n))
                continue;
            if (entry.more)
                open[entry.stream] = n;
            else
                open.remove(entry.stream);
            if (page.entries.isEmpty() || page.entries.last().n < n)
                page.entries.append(entry);
        }
    }
    return page;
}

LogPage FakeSession::page(const LogQuery& query)
{
    constexpr qsizetype maxPage = 4 << 20;
    if (!query.spans.isEmpty())
        return spansPage(query);
    LogPage page;
    auto [begin, end] = selectionOf(query, page.live);
    if (query.before)
        end = std::clamp(*query.before, begin, end);
    const Log& log = m_logs[query.service];
    const QRegularExpression pattern(query.grep);
    const auto fits = [&](const LogEntryInfo& entry) {
        return (query.streams.isEmpty() || query.streams.contains(QLatin1Char(entry.stream)))
               && (query.grep.isEmpty() || pattern.match(QString::fromUtf8(entry.text)).hasMatch())
               && (!query.since || entry.time >= *query.since) && (!query.until || entry.time < *query.until);
    };
    quint64 at = begin;
    if (!query.cursor.isEmpty()) {
        at = query.cursor.toULongLong();
    } else if (query.last) {
        at = end;
        for (int left = *query.last; left > 0 && at > begin; --at)
            left -= fits(log.at(at - 1));
    }
    qsizetype bytes = 0;
    for (; at < end && page.entries.size() < query.count && bytes < maxPage; ++at) {
        const LogEntryInfo entry = log.at(at);
        if (!fits(entry))
            continue;
        bytes += entry.text.size();
        page.entries.append(entry);
    }
    page.atEnd = at >= end;
    page.cursor = QString::number(at);
    return page;
}

Task<Result<LogPage>> FakeSession::readLog(LogQuery query)
{
    if (const auto entered = co_await enter(QStringLiteral("readLog"), toJson(query)); !entered)
        co_return fail(entered.error());
    if (const auto here = known(query.service); !here)
        co_return fail(here.error());
    co_return page(query);
}

Task<Result<LogPage>> FakeSession::followLog(LogQuery query)
{
    if (const auto entered = co_await enter(QStringLiteral("followLog"), toJson(query)); !entered)
        co_return fail(entered.error());
    if (const auto here = known(query.service); !here)
        co_return fail(here.error());
    bool expired = false;
    const auto timer = Clock::current().createTimer([this, &expired, alive = std::weak_ptr(m_alive)] {
        expired = true;
        if (!alive.expired())
            m_changes.wake();
    });
    timer->startOnce(std::chrono::seconds(20));
    for (;;) {
        LogPage found = page(query);
        if (!found.entries.isEmpty() || !found.live || expired)
            co_return found;
        co_await nextChange();
    }
}

Task<Result<LogExtent>> FakeSession::logExtent(LogExtentQuery query)
{
    if (const auto entered = co_await enter(QStringLiteral("logExtent"), toJson(query)); !entered)
        co_return fail(entered.error());
    if (const auto here = known(query.service); !here)
        co_return fail(here.error());
    LogQuery selection;
    selection.service = query.service;
    selection.run = query.run;
    selection.allRuns = query.allRuns;
    bool expired = false;
    const auto timer = Clock::current().createTimer([this, &expired, alive = std::weak_ptr(m_alive)] {
        expired = true;
        if (!alive.expired())
            m_changes.wake();
    });
    timer->startOnce(std::chrono::seconds(20));
    for (;;) {
        LogExtent extent;
        const auto [begin, end] = selectionOf(selection, extent.live);
        extent.live = extent.live || !query.run;
        extent.first = begin;
        extent.end = end;
        extent.bytes = static_cast<qint64>(100 * (end - begin));
        if (query.at) {
            quint64 n = begin;
            const Log& log = m_logs[query.service];
            while (n < end && log.at(n).time < *query.at)
                ++n;
            extent.at = n;
        }
        if (!query.behind || *query.behind != end || !extent.live || expired)
            co_return extent;
        co_await nextChange();
    }
}

Task<Result<LogFound>> FakeSession::findInLog(LogFind query)
{
    constexpr quint64 step = 50'000; // entries that are looked at before it answers
    if (const auto entered = co_await enter(QStringLiteral("findInLog"), toJson(query)); !entered)
        co_return fail(entered.error());
    if (const auto here = known(query.service); !here)
        co_return fail(here.error());
    const QRegularExpression pattern(query.pattern, query.caseSensitive ? QRegularExpression::NoPatternOption
                                                                        : QRegularExpression::CaseInsensitiveOption);
    if (!pattern.isValid())
        co_return fail(ErrorKind::Protocol, "`pattern`: the expression is wrong: " + pattern.errorString().toStdString());
    LogFound found;
    found.next = std::min(query.end, query.first + step);
    const Log& log = m_logs[query.service];
    for (quint64 n = query.first; n < std::min(found.next, log.size()); ++n) {
        const LogEntryInfo entry = log.at(n);
        if ((!query.streams.isEmpty() && !query.streams.contains(QLatin1Char(entry.stream)))
            || !pattern.match(QString::fromUtf8(entry.text)).hasMatch())
            continue;
        if (!found.lines.isEmpty() && found.lines.last().end() == n)
            ++found.lines.last().count;
        else
            found.lines.append({n, 1});
    }
    co_return found;
}

} // namespace turnspit

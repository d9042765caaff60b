#include <turnspit/services/enginesession.h>

#include <turnspit/async/thread.h>
#include <turnspit/async/wait.h>
#include <turnspit/services/engine.h>
#include <turnspit/services/filework.h>
#include <turnspit/services/historyask.h>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

/// An answer without entries is given after so long.
constexpr auto followLimit = 20s;
/// Looked again after so long though nobody said that there is more: logs of built-in services are written by nobody who tells.
constexpr auto followLook = 1s;

LogPosition positionOf(std::uint32_t segment, std::uint64_t offset)
{
    return {segment, offset};
}

/// Where a run's log is, as far as history knows; nullopt: not at all.
std::optional<LogRange> sliceOf(const Run& run)
{
    if (run.logBeginSegment == 0 && run.logEndSegment == 0)
        return std::nullopt; // {0, 0} alone is the beginning of the first log
    LogRange range;
    range.begin = positionOf(run.logBeginSegment, run.logBeginOffset);
    if (run.logEndSegment != 0)
        range.end = positionOf(run.logEndSegment, run.logEndOffset);
    return range;
}

class Watching
{
public:
    Watching(Engine& engine, std::string service) : m_engine(engine), m_service(std::move(service)) { m_engine.watchLog(m_service, true); }
    ~Watching() { m_engine.watchLog(m_service, false); }
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;

private:
    Engine& m_engine;
    std::string m_service;
};

} // namespace

Task<Result<LogPageQuery>> EngineSession::select(LogQuery query, bool follow)
{
    const std::string service = query.service.toStdString();
    const Unit* const unit = m_engine.unit(service);
    LogPageQuery selection;
    selection.folder = m_engine.logFolder(service);
    const bool searchAll = query.allRuns || query.since || query.until || !query.grep.isEmpty();
    if (query.run) {
        const RunId id = *query.run;
        if (unit && unit->live() && unit->live()->id == id && unit->live()->pid > 0) {
            selection.range.begin = positionOf(unit->live()->logBegin.segment, unit->live()->logBegin.offset);
            selection.open = true;
            selection.live = true;
        } else {
            auto run = co_await askHistory(m_engine.history(), [id](HistoryStore& store) { return store.run(id); });
            if (!run)
                co_return fail(run.error());
            if (!*run || (*run)->service != service)
                co_return fail("there is no run " + std::to_string(id.value) + " of `" + service + "`");
            if (const auto slice = sliceOf(**run))
                selection.range = *slice;
            else
                selection.range.end = selection.range.begin; // it never wrote anything
        }
    } else {
        selection.open = follow || (unit && unit->live());
        // One run's log grows as long as that run lives; all of them, for ever.
        selection.live = (unit && unit->live()) || (follow && (searchAll || !unit));
        if (!searchAll && query.cursor.isEmpty()) {
            if (unit && unit->live() && unit->live()->pid > 0) {
                selection.range.begin = positionOf(unit->live()->logBegin.segment, unit->live()->logBegin.offset);
            } else if (unit) {
                std::optional<LogRange> slice;
                if (unit->lastEnded())
                    slice = sliceOf(*unit->lastEnded());
                if (slice)
                    selection.range = *slice;
                else
                    selection.findLastRun = true;
                if (follow)
                    selection.range.end = LogRange{}.end;
            }
        }
    }
    if (!unit && !m_engine.controller(service)) {
        // A service that was removed keeps its log, but not its name.
        co_return fail(unknown(query.service));
    }
    selection.query = std::move(query);
    co_return selection;
}

Thread& EngineSession::logThread()
{
    // Of its own: a search keeps it busy as long as it takes, and service files must not wait for that.
    if (!m_logThread)
        m_logThread = std::make_unique<Thread>(QStringLiteral("logs"));
    return *m_logThread;
}

Task<Result<LogPage>> EngineSession::page(LogPageQuery selection)
{
    co_return co_await onThread(logThread(), [pages = m_pages, query = std::move(selection)] { return pages->read(query); });
}

Task<Result<LogPage>> EngineSession::readLog(LogQuery query)
{
    co_await yieldToLoop();
    auto selection = co_await select(std::move(query), false);
    if (!selection)
        co_return fail(selection.error());
    co_return co_await page(*std::move(selection));
}

Task<Result<LogPage>> EngineSession::followLog(LogQuery query)
{
    co_await yieldToLoop();
    const std::string service = query.service.toStdString();
    const Watching watching(m_engine, service);
    const Instant deadline = m_engine.clock().now() + followLimit;
    for (;;) {
        // Taken before the page is read: what is written meanwhile sets the event.
        Event& event = m_engine.logEvent(service);
        std::stop_source late;
        auto timer = m_engine.clock().createTimer([&late] { late.request_stop(); });
        auto selection = co_await select(query, true);
        if (!selection)
            co_return fail(selection.error());
        auto found = co_await page(*selection);
        if (!found || !found->entries.isEmpty() || !found->live || m_engine.clock().now() >= deadline)
            co_return found;
        query.cursor = found->cursor; // what was searched without a hit is not searched again
        query.last.reset();
        if (!found->atEnd)
            continue;
        timer->startOnce(std::min<std::chrono::nanoseconds>(followLook, deadline - m_engine.clock().now()));
        co_await event.wait(late.get_token());
    }
}

Task<Result<LogExtent>> EngineSession::extentOf(LogPageQuery selection, std::optional<WallTime> at)
{
    co_return co_await onThread(logThread(),
                                [pages = m_pages, query = std::move(selection), at] { return pages->extent(query, at); });
}

Task<Result<LogExtent>> EngineSession::logExtent(LogExtentQuery query)
{
    co_await yieldToLoop();
    const std::string service = query.service.toStdString();
    const Watching watching(m_engine, service);
    const Instant deadline = m_engine.clock().now() + followLimit;
    LogQuery wanted;
    wanted.service = query.service;
    wanted.run = query.run;
    wanted.allRuns = query.allRuns;
    for (;;) {
        // Taken before the log is looked at: what is written meanwhile sets the event.
        Event& event = m_engine.logEvent(service);
        std::stop_source late;
        auto timer = m_engine.clock().createTimer([&late] { late.request_stop(); });
        auto selection = co_await select(wanted, false);
        if (!selection)
            co_return fail(selection.error());
        if (!query.run)
            selection->live = true; // another run may come
        auto extent = co_await extentOf(*selection, query.at);
        if (!extent || !query.behind || extent->end != *query.behind || !extent->live || m_engine.clock().now() >= deadline)
            co_return extent;
        timer->startOnce(std::min<std::chrono::nanoseconds>(followLook, deadline - m_engine.clock().now()));
        co_await event.wait(late.get_token());
    }
}

Task<Result<LogFound>> EngineSession::findInLog(LogFind query)
{
    co_await yieldToLoop();
    const std::string service = query.service.toStdString();
    if (!m_engine.unit(service) && !m_engine.controller(service))
        co_return fail(unknown(query.service));
    co_return co_await onThread(logThread(), [pages = m_pages, folder = m_engine.logFolder(service), query = std::move(query)] {
        return pages->find(folder, query);
    });
}

} // namespace turnspit

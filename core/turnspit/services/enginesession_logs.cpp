#include <turnspit/services/enginesession.h>

#include <turnspit/services/engine.h>
#include <turnspit/services/historyask.h>

namespace turnspit {

namespace {

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
        selection.live = (unit && unit->live()) || query.allRuns || (follow && (searchAll || !unit));
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

Result<std::string> EngineSession::logFolderOf(const QString& service) const
{
    const std::string name = service.toStdString();
    if (!m_engine.unit(name) && !m_engine.controller(name))
        return fail(unknown(service));
    return m_engine.logFolder(name);
}

LogWatches& EngineSession::logWatches()
{
    return m_engine.logWatches();
}

Task<Result<LogPage>> EngineSession::readLog(LogQuery query)
{
    return m_logs.read(std::move(query));
}

Task<Result<LogPage>> EngineSession::followLog(LogQuery query)
{
    return m_logs.follow(std::move(query));
}

Task<Result<LogExtent>> EngineSession::logExtent(LogExtentQuery query)
{
    return m_logs.extent(query);
}

Task<Result<LogFound>> EngineSession::findInLog(LogFind query)
{
    return m_logs.find(std::move(query));
}

} // namespace turnspit

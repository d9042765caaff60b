#include <turnspit/services/housekeeping.h>

#include <turnspit/services/engine.h>
#include <turnspit/services/enginelink.h>
#include <turnspit/session/filework.h>
#include <turnspit/services/historyask.h>
#include <turnspit/servicefile/servicefilestore.h>

#include <filesystem>
#include <stdexcept>

namespace turnspit {

namespace {

struct Upkeep
{
    std::uint64_t logBytes = 0;
    std::vector<std::string> purged; ///< services whose logs and backups are gone for good
};

/// On the files thread.
Upkeep upkeep(const Places& places, WallTime now)
{
    Upkeep done;
    done.purged = ServiceFileStore(places).purge(now);
    std::error_code ignored;
    for (const std::string& name : done.purged)
        std::filesystem::remove_all(places.logFolder(name), ignored);
    std::error_code error;
    for (auto it = std::filesystem::recursive_directory_iterator(places.logsFolder(), error);
         !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
        if (it->is_regular_file(ignored))
            done.logBytes += it->file_size(ignored);
    }
    return done;
}

} // namespace

Housekeeping::Housekeeping(EngineOptions& options, EngineLink& engine, Logger<Housekeeping> log)
    : PeriodicService(std::chrono::minutes(5)), m_options(options), m_engine(engine), m_log(std::move(log))
{}

Task<> Housekeeping::tick(std::stop_token stopping)
{
    Engine* const engine = m_engine.engine();
    if (!engine || stopping.stop_requested())
        co_return;
    engine->pruneLogs();
    const WallTime now = engine->clock().wallNow();
    const Upkeep done = co_await onThread(engine->files(), [places = m_options.places, now, own = m_options.builtInLogs] {
        if (own)
            (void)own->upkeep(now);
        return upkeep(places, now);
    });
    if (!m_engine.engine())
        co_return;
    engine->publisher().setLogBytes(static_cast<qint64>(done.logBytes));
    const auto keep = m_options.settings.historyKeep;
    const auto removed = co_await askHistory(engine->history(), [now, keep, purged = done.purged](HistoryStore& store) -> Result<std::uint64_t> {
        for (const std::string& name : purged) {
            if (auto forgotten = store.forget(name); !forgotten)
                return fail(forgotten.error());
        }
        return store.prune(now - keep);
    });
    if (!removed)
        throw std::runtime_error("history: " + removed.error().text());
    m_log.info("logs take {}; {} old records removed", formatSize(done.logBytes), *removed);
}

} // namespace turnspit

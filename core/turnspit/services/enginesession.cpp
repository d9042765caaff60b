#include <turnspit/services/enginesession.h>

#include <turnspit/async/wait.h>
#include <turnspit/services/conversions.h>
#include <turnspit/services/engine.h>
#include <turnspit/services/historyask.h>
#include <turnspit/session/controllers.h>

namespace turnspit {

EngineSession::EngineSession(Engine& engine)
    : m_engine(engine), m_store(engine.options().places), m_logs(*this, engine.clock()),
      m_trials(engine.options().keeperProgram, engine.clock())
{
    engine.publisher().onDelta = [this](const Delta& delta) { Q_EMIT deltaArrived(delta); };
}

EngineSession::~EngineSession()
{
    m_engine.publisher().onDelta = {};
}

Error EngineSession::unknown(const QString& name) const
{
    return Error{ErrorKind::NoSuchService, "there is no service `" + name.toStdString() + "`"};
}

Task<Result<Snapshot>> EngineSession::snapshot()
{
    co_await yieldToLoop();
    co_return m_engine.publisher().snapshot();
}

Task<Result<>> EngineSession::subscribe()
{
    co_await yieldToLoop();
    Q_EMIT snapshotReplaced(m_engine.publisher().snapshot());
    co_return Result<>{};
}

Task<Result<HostInfo>> EngineSession::hostStatus()
{
    co_await yieldToLoop();
    co_return m_engine.publisher().host();
}

Task<Result<>> EngineSession::shutdown()
{
    co_await yieldToLoop();
    m_engine.lifetime().stopApplication();
    co_return Result<>{};
}

Task<Result<QList<UsageSample>>> EngineSession::usage(QString name)
{
    co_await yieldToLoop();
    const std::string service = name.toStdString();
    if (!m_engine.unit(service) && !m_engine.controller(service))
        co_return fail(unknown(name));
    co_return m_engine.usage().of(service);
}

Task<Result<QList<ServiceUsage>>> EngineSession::usageHistory(UsageQuery query)
{
    co_await yieldToLoop();
    QList<ServiceUsage> usages;
    usages.reserve(query.names.size());
    for (const QString& name : std::as_const(query.names)) {
        ServiceUsage usage{name, m_engine.usage().of(name.toStdString(), query.span)};
        if (query.since)
            usage.samples.removeIf([&](const UsageSample& sample) { return sample.time <= *query.since; });
        usages.append(std::move(usage));
    }
    co_return usages;
}

Task<Result<QList<QueueInfo>>> EngineSession::queues()
{
    co_await yieldToLoop();
    co_return queuesOf(m_engine.controllers());
}

Task<Result<QList<RunInfo>>> EngineSession::runs(RunQuery query)
{
    co_await yieldToLoop();
    const std::string service = query.service.toStdString();
    QList<RunInfo> list;
    if (query.id) {
        auto run = co_await askHistory(m_engine.history(), [id = *query.id](HistoryStore& store) { return store.run(id); });
        if (!run)
            co_return fail(run.error());
        if (*run)
            list.append(infoOf(**run));
        co_return list;
    }
    HistoryStore::RunQuery wanted;
    wanted.service = service;
    wanted.limit = static_cast<std::uint32_t>(std::clamp(query.limit, 0, 10'000));
    if (query.before)
        wanted.before = *query.before;
    wanted.outcomes.assign(query.outcomes.begin(), query.outcomes.end());
    auto found = co_await askHistory(m_engine.history(), [wanted](HistoryStore& store) { return store.runs(wanted); });
    if (!found)
        co_return fail(found.error());
    if (found->empty() && !service.empty() && !m_engine.unit(service) && !m_engine.controller(service))
        co_return fail(unknown(query.service));
    for (const Run& run : *found)
        list.append(infoOf(run));
    co_return list;
}

Task<Result<QList<PlannedRun>>> EngineSession::nextRuns(int count, QString service)
{
    co_await yieldToLoop();
    const int limit = std::clamp(count, 0, 1000);
    const std::string only = service.toStdString();
    if (!only.empty() && !m_engine.unit(only) && !m_engine.controller(only))
        co_return fail(unknown(service));
    QList<PlannedRun> planned;
    for (const auto& [name, unit] : m_engine.units()) {
        if (!only.empty() && only != name)
            continue;
        for (const WallTime at : unit->plannedTimes(limit))
            planned.append(PlannedRun{QString::fromStdString(name), at});
    }
    for (const ServiceController* controller : m_engine.controllers()) {
        if (!only.empty() && only != controller->name())
            continue;
        if (const auto at = controller->status().nextTick)
            planned.append(PlannedRun{QString::fromStdString(controller->name()), *at});
    }
    std::ranges::sort(planned, {}, [](const PlannedRun& run) { return std::pair(run.at, run.service); });
    if (planned.size() > limit)
        planned.resize(limit);
    co_return planned;
}

Task<Result<QList<StopInfo>>> EngineSession::stopping()
{
    co_await yieldToLoop();
    QList<StopInfo> stops;
    for (const auto& [name, unit] : m_engine.units()) {
        if (auto stop = unit->stopInfo())
            stops.append(*std::move(stop));
    }
    co_return stops;
}

Task<Result<QList<HoldInfo>>> EngineSession::holds()
{
    co_await yieldToLoop();
    QList<HoldInfo> holds;
    for (const auto& [name, until] : m_engine.holdEnds().all()) {
        const QString shown = QString::fromStdString(name);
        if (m_engine.publisher().row(shown)) // its file may be gone, and come back before the end
            holds.append(HoldInfo{shown, until});
    }
    co_return holds;
}

Task<Result<QList<HostEvent>>> EngineSession::events(EventQuery query)
{
    co_await yieldToLoop();
    HistoryStore::EventQuery wanted;
    wanted.since = query.since;
    wanted.limit = static_cast<std::uint32_t>(std::clamp(query.limit, 0, 10'000));
    auto found = co_await askHistory(m_engine.history(), [wanted](HistoryStore& store) { return store.events(wanted); });
    if (!found)
        co_return fail(found.error());
    QList<HostEvent> list;
    for (const HistoryEvent& event : *found)
        list.append(HostEvent{event.time, QString::fromStdString(event.kind), QString::fromStdString(event.service), QString::fromStdString(event.text)});
    co_return list;
}

} // namespace turnspit

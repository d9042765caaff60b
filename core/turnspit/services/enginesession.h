#pragma once

#include <turnspit/async/task.h>
#include <turnspit/control/hostsession.h>
#include <turnspit/servicefile/servicefilestore.h>
#include <turnspit/session/logqueries.h>
#include <turnspit/services/trials.h>

#include <memory>

namespace turnspit {

class Engine;
class Unit;

/// The engine as its clients see it, on the host thread: what the control socket serves, and what LocalSession carries to other
/// threads. Lives within the engine's start and stop.
class EngineSession final : public HostSession, private LogQueries::Source
{
    Q_OBJECT
public:
    explicit EngineSession(Engine& engine);
    ~EngineSession() override;

    bool isInProcess() const override { return true; }
    bool isLocalMachine() const override { return true; }
    Connection connection() const override { return Connection::Connected; }

    Task<Result<Snapshot>> snapshot() override;
    Task<Result<>> subscribe() override;
    Task<Result<QList<ActionResult>>> act(ActionRequest request) override;
    Task<Result<RunInfo>> run(QString name, Trigger trigger) override;
    Task<Result<RunInfo>> awaitRun(RunId id) override;
    Task<Result<>> stopRun(RunId id) override;
    Task<Result<>> extendStop(QString name, Milliseconds by) override;
    Task<Result<ServiceInfo>> awaitState(QString name, QString state, std::optional<Milliseconds> timeout) override;
    Task<Result<DefinitionInfo>> definition(QString name) override;
    Task<Result<ActionResult>> add(AddRequest request) override;
    Task<Result<ActionResult>> update(UpdateRequest request) override;
    Task<Result<ActionResult>> remove(QString name) override;
    Task<Result<QString>> undo() override;
    Task<Result<QList<Diagnostic>>> check(QString name, QString text) override;
    Task<Result<SchedulePreview>> previewSchedule(QString text, int count) override;
    Task<Result<QList<RunInfo>>> runs(RunQuery query) override;
    Task<Result<QList<PlannedRun>>> nextRuns(int count, QString service = {}) override;
    Task<Result<QList<HostEvent>>> events(EventQuery query) override;
    Task<Result<LogPage>> readLog(LogQuery query) override;
    Task<Result<LogPage>> followLog(LogQuery query) override;
    Task<Result<HostInfo>> hostStatus() override;
    Task<Result<QStringList>> reload() override;
    Task<Result<>> shutdown() override;
    Task<Result<QList<StopInfo>>> stopping() override;
    Task<Result<QList<UsageSample>>> usage(QString name) override;
    Task<Result<Inspection>> inspect(InspectRequest request) override;
    Task<Result<quint64>> beginTry(TryRequest request) override;
    Task<Result<TryPage>> followTry(quint64 id, qint64 cursor) override;
    Task<Result<>> stopTry(quint64 id) override;
    Task<Result<LogExtent>> logExtent(LogExtentQuery query) override;
    Task<Result<LogFound>> findInLog(LogFind query) override;
    Task<Result<GoodVersion>> restore(QString name, bool dryRun) override;
    Task<Result<QList<HoldInfo>>> holds() override;
    Task<Result<QList<ServiceUsage>>> usageHistory(UsageQuery query) override;
    Task<Result<QList<QueueInfo>>> queues() override;

    /// What is tried ends now; called before this goes.
    Task<> endTries() { return m_trials.endAll(); }

private:
    // enginesession_actions.cpp
    [[nodiscard]] Result<QStringList> targets(const ActionRequest& request) const;
    Task<ActionResult> actOn(QString name, ActionRequest request);
    Task<ActionResult> actOnUnit(std::string name, ActionRequest request);
    [[nodiscard]] Result<> switchDisabled(const std::string& name, bool disabled);
    void takePresentFiles(const std::vector<std::string>& names);

    // enginesession_files.cpp
    [[nodiscard]] Result<> rescan(const std::map<std::string, bool>& startNew = {});

    // enginesession_logs.cpp: LogQueries::Source
    Task<Result<LogPageQuery>> select(LogQuery query, bool follow) override;
    Result<std::string> logFolderOf(const QString& service) const override;
    LogWatches& logWatches() override;

    [[nodiscard]] Error unknown(const QString& name) const;

    Engine& m_engine;
    ServiceFileStore m_store;
    LogQueries m_logs;
    Trials m_trials;
};

} // namespace turnspit

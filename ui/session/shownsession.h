#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <functional>
#include <memory>

namespace turnspit {

/// A session that stands for one of several: what looks at it sees another host from show() on, as if the one before had been lost and
/// this one had come back in its place. Calls under way are answered Unreachable then; who had subscribed is subscribed there.
///
/// The sessions that are shown belong to others, and may go while they are shown: then it is not connected.
class ShownSession final : public HostSession
{
    Q_OBJECT
public:
    explicit ShownSession(HostSession& first, QObject* parent = nullptr);
    ~ShownSession() override;

    void show(HostSession& session);

    /// Null: it has gone.
    [[nodiscard]] HostSession* shown() const { return m_target; }

    bool isInProcess() const override { return m_target && m_target->isInProcess(); }
    bool isLocalMachine() const override { return m_target && m_target->isLocalMachine(); }
    Connection connection() const override { return m_target ? m_target->connection() : Connection::Lost; }

    Task<Result<>> subscribe() override;
    Task<Result<Snapshot>> snapshot() override;
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

private:
    /// Calls of one target under way; they end with it.
    struct Calls
    {
        TaskScope scope;
    };
    template <class T>
    using Call = std::function<Task<Result<T>>(HostSession&)>;
    template <class T>
    Task<Result<T>> forward(Call<T> call);

    void connectTo(HostSession& session);
    void gone();
    Task<> subscribeAgain();

    HostSession* m_target = nullptr;
    bool m_wantsDeltas = false;
    bool m_changing = false;  ///< the snapshot of the one that is shown now is on its way
    QList<Delta> m_early;     ///< came before it
    std::unique_ptr<QObject> m_context; ///< of the connections to the target
    std::unique_ptr<Calls> m_calls;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace turnspit

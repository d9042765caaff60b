#pragma once

#include <turnspit/control/hostsession.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace turnspit {

/// A session that has every call done by another one: how it gets there, and who else that is, is for the class derived
/// from this.
class ForwardingSession : public HostSession
{
    Q_OBJECT
public:
    using HostSession::HostSession;

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

protected:
    using Call = std::function<Task<>(HostSession&)>;

    /// Has the call done by the other session, perhaps in another thread, and answers when it has ended; an error where
    /// it could not be done, or not to its end. Called from the thread of this session, which may go meanwhile.
    [[nodiscard]] virtual Task<Result<>> carry(Call call) = 0;

    /// A call with an answer.
    template <class T>
    [[nodiscard]] Task<Result<T>> forward(std::function<Task<Result<T>>(HostSession&)> ask)
    {
        const auto answer = std::make_shared<std::optional<Result<T>>>();
        const auto done = co_await carry(
            [ask = std::move(ask), answer](HostSession& session) { return keep<T>(ask(session), answer); });
        if (!done)
            co_return fail(done.error());
        co_return *std::move(*answer);
    }

private:
    template <class T>
    static Task<> keep(Task<Result<T>> asked, std::shared_ptr<std::optional<Result<T>>> answer)
    {
        answer->emplace(co_await std::move(asked));
    }
};

} // namespace turnspit

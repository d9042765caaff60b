#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/control/hostsession.h>

#include <functional>
#include <memory>

namespace turnspit {

/// A session of a host in this process, for another thread (the main one): every call hops to the host thread and back, so that
/// nothing here waits, and nothing is answered synchronously.
///
/// The host's own session comes and goes with the host: attach and detach are called on the host thread. Until it is attached,
/// calls answer Unreachable; destroying the LocalSession gives up its calls and nothing else.
class LocalSession final : public HostSession
{
    Q_OBJECT
public:
    /// The end on the host thread; outlives whichever side goes first.
    class Link
    {
    public:
        Link();
        ~Link();
        /// Host thread.
        void attach(HostSession& session);
        void detach();

    private:
        friend class LocalSession;
        struct HostSide;
        Task<> subscribeAgain();
        std::shared_ptr<Mailbox> home; ///< of the LocalSession
        std::function<void(std::function<void(LocalSession&)>)> toLocal;
        std::unique_ptr<HostSide> host; ///< host thread only, as the next one
        bool subscribedOnce = false;    ///< a host that is attached later begins with a snapshot
    };

    LocalSession(std::shared_ptr<Mailbox> hostMailbox, QObject* parent = nullptr);
    ~LocalSession() override;

    [[nodiscard]] const std::shared_ptr<Link>& link() const { return m_link; }

    bool isInProcess() const override { return true; }
    bool isLocalMachine() const override { return true; }
    Connection connection() const override { return m_connection; }

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

private:
    template <class T>
    using Call = std::function<Task<Result<T>>(HostSession&)>;

    template <class T>
    Task<Result<T>> forward(Call<T> call);

    void setConnection(Connection connection);

    std::shared_ptr<Mailbox> m_hostMailbox;
    std::shared_ptr<Link> m_link;
    std::shared_ptr<LocalSession*> m_self; ///< nulled when this goes; main thread only
    Connection m_connection = Connection::Connecting;
};

} // namespace turnspit

#pragma once

#include <ipc/wireclient.h>

#include <turnspit/async/promise.h>
#include <turnspit/control/hostsession.h>

#include <QPointer>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace turnspit {

/// A HostSession over the control socket of a host on this machine.
///
/// Unreachable: no host listens, or the connection ended before the answer. With `reconnect` a lost connection is tried again, after
/// 0.2 s at first and at most 2 s; what was subscribed is subscribed again and begins with snapshotReplaced.
class RemoteSession final : public HostSession
{
    Q_OBJECT
public:
    struct Options
    {
        QString client = QStringLiteral("turnspit"); ///< who asks; for the host's log
        bool reconnect = false;
    };

    /// What the host said in its greeting.
    struct Greeting
    {
        int protocol = 0;
        QString host;
        int pid = 0;
        QString version;
        QStringList features;
    };

    explicit RemoteSession(Options options, QObject* parent = nullptr);
    ~RemoteSession() override;

    /// Answers when the host has greeted, or with the reason why not; with `reconnect` it goes on trying after that. Once.
    [[nodiscard]] Task<Result<Greeting>> open(QString path);

    /// Of the present or last connection.
    [[nodiscard]] const Greeting& greeting() const noexcept { return m_greeting; }

    [[nodiscard]] bool isInProcess() const override { return false; }
    [[nodiscard]] bool isLocalMachine() const override { return true; }
    [[nodiscard]] Connection connection() const override { return m_connection; }

    [[nodiscard]] Task<Result<Snapshot>> snapshot() override;
    [[nodiscard]] Task<Result<>> subscribe() override;
    [[nodiscard]] Task<Result<QList<ActionResult>>> act(ActionRequest request) override;
    [[nodiscard]] Task<Result<RunInfo>> run(QString name, Trigger trigger) override;
    [[nodiscard]] Task<Result<RunInfo>> awaitRun(RunId id) override;
    [[nodiscard]] Task<Result<>> stopRun(RunId id) override;
    [[nodiscard]] Task<Result<>> extendStop(QString name, Milliseconds by) override;
    [[nodiscard]] Task<Result<ServiceInfo>> awaitState(QString name, QString state, std::optional<Milliseconds> timeout) override;
    [[nodiscard]] Task<Result<DefinitionInfo>> definition(QString name) override;
    [[nodiscard]] Task<Result<ActionResult>> add(AddRequest request) override;
    [[nodiscard]] Task<Result<ActionResult>> update(UpdateRequest request) override;
    [[nodiscard]] Task<Result<ActionResult>> remove(QString name) override;
    [[nodiscard]] Task<Result<QString>> undo() override;
    [[nodiscard]] Task<Result<QList<Diagnostic>>> check(QString name, QString text) override;
    [[nodiscard]] Task<Result<SchedulePreview>> previewSchedule(QString text, int count) override;
    [[nodiscard]] Task<Result<QList<RunInfo>>> runs(RunQuery query) override;
    [[nodiscard]] Task<Result<QList<PlannedRun>>> nextRuns(int count, QString service = {}) override;
    [[nodiscard]] Task<Result<QList<HostEvent>>> events(EventQuery query) override;
    [[nodiscard]] Task<Result<LogPage>> readLog(LogQuery query) override;
    [[nodiscard]] Task<Result<LogPage>> followLog(LogQuery query) override;
    [[nodiscard]] Task<Result<HostInfo>> hostStatus() override;
    [[nodiscard]] Task<Result<QStringList>> reload() override;
    [[nodiscard]] Task<Result<>> shutdown() override;
    [[nodiscard]] Task<Result<QList<StopInfo>>> stopping() override;
    [[nodiscard]] Task<Result<QList<UsageSample>>> usage(QString name) override;
    [[nodiscard]] Task<Result<Inspection>> inspect(InspectRequest request) override;
    [[nodiscard]] Task<Result<quint64>> beginTry(TryRequest request) override;
    [[nodiscard]] Task<Result<TryPage>> followTry(quint64 id, qint64 cursor) override;
    [[nodiscard]] Task<Result<>> stopTry(quint64 id) override;
    [[nodiscard]] Task<Result<LogExtent>> logExtent(LogExtentQuery query) override;
    [[nodiscard]] Task<Result<LogFound>> findInLog(LogFind query) override;
    [[nodiscard]] Task<Result<GoodVersion>> restore(QString name, bool dryRun) override;
    [[nodiscard]] Task<Result<QList<HoldInfo>>> holds() override;
    [[nodiscard]] Task<Result<QList<ServiceUsage>>> usageHistory(UsageQuery query) override;
    [[nodiscard]] Task<Result<QList<QueueInfo>>> queues() override;

private:
    using Value = Result<QJsonValue>;

    Task<Value> call(QString method, QJsonObject params);
    void tryToOpen();
    void opened(const QJsonObject& greeting);
    void closed(const Error& why);
    void notified(const QString& method, const QJsonObject& params);
    void setConnection(Connection connection);

    void fetchSnapshot(const QString& method, std::move_only_function<void(Result<>)> done);
    void install(Snapshot snapshot);
    void receive(const Delta& delta, std::optional<Revision> from);
    void apply(const Delta& delta);

    Options m_options;
    WireClient m_client;
    QString m_path;
    Greeting m_greeting;
    Connection m_connection = Connection::Lost;
    Error m_lastError{ErrorKind::Unreachable, "the session was not opened"};
    std::optional<Promise<Result<Greeting>>> m_opening;

    bool m_wantsDeltas = false;
    std::optional<Snapshot> m_snapshot; ///< kept while subscribed
    bool m_fetching = false;
    struct Early
    {
        Delta delta;
        std::optional<Revision> from;
    };
    std::vector<Early> m_early; ///< deltas that came while a snapshot was on its way

    std::chrono::milliseconds m_backoff;
    std::unique_ptr<ClockTimer> m_retry;
};

} // namespace turnspit

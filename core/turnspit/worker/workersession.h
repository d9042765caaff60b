#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/mailbox.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/hostsession.h>
#include <turnspit/session/holdends.h>
#include <turnspit/session/logqueries.h>
#include <turnspit/session/publisher.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace turnspit {

class ApplicationLifetime;
class RecentEvents;
class ServiceController;
class ServiceControllers;
class ServiceLogs;

/// The hosted services of a plain host as its clients see them, on the host thread.
///
/// There are no service files, no schedules in files and no history: what is about those is Refused, saying so, and there are no
/// runs to list. A name that is not there is NoSuchService, whatever is asked.
class WorkerSession final : public HostSession, private LogQueries::Source
{
    Q_OBJECT
public:
    struct Parts
    {
        HostInfo host;
        ServiceControllers& controllers;
        ApplicationLifetime& lifetime;
        std::string hidden;               ///< the service that is the control socket itself
        std::string logsFolder;
        std::shared_ptr<ServiceLogs> logs; ///< null: nothing is kept
        std::shared_ptr<RecentEvents> events;
    };

    explicit WorkerSession(Parts parts);
    ~WorkerSession() override;

    void setShuttingDown();
    /// What has changed is told now.
    void tellAll();

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

private:
    /// Somebody waits for a state of a service.
    struct Waiter
    {
        std::string service;
        std::string state; ///< as `wait --state` takes it
        std::optional<ServiceInfo> reached;
        Event settled;
    };
    class Waiting;

    [[nodiscard]] std::vector<ServiceController*> controllers() const;
    [[nodiscard]] ServiceController* find(const QString& name) const;
    [[nodiscard]] Error unknown(const QString& name) const;
    [[nodiscard]] Error noFiles() const;
    /// What has no file is asked about: NoSuchService where it is not even there.
    [[nodiscard]] Error noFileOf(const QString& name) const;
    [[nodiscard]] Result<QStringList> targets(const ActionRequest& request) const;
    void changed();
    void logWritten(const std::string& service);
    Task<> upkeep();
    void setHoldEnd(const QString& name, std::optional<WallTime> end);
    void holdOver(const std::string& name);
    Task<> resume(ServiceController& controller);

    // LogQueries::Source
    Task<Result<LogPageQuery>> select(LogQuery query, bool follow) override;
    Result<std::string> logFolderOf(const QString& service) const override;
    Event& logEvent(const std::string& service) override;
    void watchLog(const std::string& service, bool on) override;

    Parts m_parts;
    Clock& m_clock;
    Publisher m_publisher;
    HoldEnds m_holdEnds;
    std::shared_ptr<const void> m_watch; ///< of the controllers
    bool m_shuttingDown = false;
    std::set<Waiter*> m_waiters;
    std::map<std::string, std::unique_ptr<Event>> m_logEvents;
    std::map<std::string, int> m_watched;
    class Listener;
    std::shared_ptr<Listener> m_listener; ///< of what the logs write, in other threads
    LogQueries m_logs;
    TaskScope m_tasks; // last: its frames use all of the above
};

} // namespace turnspit

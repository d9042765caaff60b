#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/mailbox.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/session/filelesssession.h>
#include <turnspit/session/holdends.h>
#include <turnspit/session/logqueries.h>
#include <turnspit/session/publisher.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace turnspit {

class ApplicationLifetime;
class ConfigurationReload;
class LogNews;
class RecentEvents;
class ServiceController;
class ServiceControllers;
class ServiceLogs;

/// The hosted services of a plain host as its clients see them, on the host thread.
class WorkerSession final : public FilelessSession, private LogQueries::Source
{
    Q_OBJECT
public:
    struct Parts
    {
        HostInfo host;
        ServiceControllers& controllers;
        ApplicationLifetime& lifetime;
        ConfigurationReload& configuration;
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
    /// The same, and who waits for what has come has an answer: a state, or lines of a log. Not for longer than a second.
    Task<> settle();

    bool isInProcess() const override { return true; }
    bool isLocalMachine() const override { return true; }
    Connection connection() const override { return Connection::Connected; }

    Task<Result<Snapshot>> snapshot() override;
    Task<Result<>> subscribe() override;
    Task<Result<QList<ActionResult>>> act(ActionRequest request) override;
    Task<Result<RunInfo>> run(QString name, Trigger trigger) override;
    Task<Result<ServiceInfo>> awaitState(QString name, QString state, std::optional<Milliseconds> timeout) override;
    Task<Result<DefinitionInfo>> definition(QString name) override;
    Task<Result<QList<PlannedRun>>> nextRuns(int count, QString service = {}) override;
    Task<Result<QList<HostEvent>>> events(EventQuery query) override;
    Task<Result<LogPage>> readLog(LogQuery query) override;
    Task<Result<LogPage>> followLog(LogQuery query) override;
    Task<Result<HostInfo>> hostStatus() override;
    Task<Result<QStringList>> reload() override;
    Task<Result<>> shutdown() override;
    Task<Result<LogExtent>> logExtent(LogExtentQuery query) override;
    Task<Result<LogFound>> findInLog(LogFind query) override;
    Task<Result<QList<HoldInfo>>> holds() override;
    Task<Result<QList<QueueInfo>>> queues() override;

private:
    /// Somebody waits for a state of a service.
    struct Waiter
    {
        std::string service;
        std::string state; ///< as `wait --state` takes it
        std::uint64_t ticks = 0; ///< that it had made when the wait began: one that is over at once is seen by the next only
        std::optional<ServiceInfo> reached;
        Event settled;
    };
    class Waiting;

    [[nodiscard]] std::vector<ServiceController*> controllers() const;
    [[nodiscard]] ServiceController* find(const QString& name) const;
    [[nodiscard]] bool has(const QString& name) const override { return find(name) != nullptr; }
    [[nodiscard]] Result<QStringList> targets(const ActionRequest& request) const;
    void changed();
    Task<> upkeep();
    void setHoldEnd(const QString& name, std::optional<WallTime> end);
    void holdOver(const std::string& name);
    Task<> resume(ServiceController& controller);

    // workersession_logs.cpp: LogQueries::Source
    Task<Result<LogPageQuery>> select(LogQuery query, bool follow) override;
    Result<std::string> logFolderOf(const QString& service) const override;
    LogWatches& logWatches() override { return m_logWatches; }

    Parts m_parts;
    Clock& m_clock;
    Publisher m_publisher;
    HoldEnds m_holdEnds;
    std::shared_ptr<const void> m_watch; ///< of the controllers
    bool m_shuttingDown = false;
    std::set<Waiter*> m_waiters;
    std::shared_ptr<LogNews> m_logNews; ///< of what is written in other threads
    LogWatches m_logWatches;
    LogQueries m_logs;
    TaskScope m_tasks; // last: its frames use all of the above
};

} // namespace turnspit

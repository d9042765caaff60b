#pragma once

#include "waiters.h"

#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/hostsession.h>

#include <QHash>
#include <QJsonObject>
#include <QMap>
#include <QSet>

#include <functional>
#include <memory>
#include <optional>

namespace turnspit {

/// A row to put into a FakeSession.
[[nodiscard]] inline ServiceInfo serviceNamed(const QString& name, ServiceState state = ServiceState::Stopped,
                                              ServiceKind kind = ServiceKind::Kept)
{
    ServiceInfo service;
    service.name = name;
    service.state = state;
    service.kind = kind;
    service.since = Clock::current().wallNow();
    return service;
}

/// A host in memory, for tests of everything that talks to a HostSession. It keeps the contract (tests/contract runs over it) and
/// acts out the commands of its services: `true` ends well, `false` with exit code 1, `seq A B` writes the numbers and ends well,
/// anything else runs until it is stopped. No process, file or thread; time is the Clock's.
class FakeSession final : public HostSession
{
    Q_OBJECT
public:
    struct Call
    {
        QString name;       ///< of the method of HostSession
        QJsonObject params; ///< as on the wire
    };
    using LogText = std::function<QByteArray(quint64 n)>;

    explicit FakeSession(QObject* parent = nullptr);
    ~FakeSession() override;

    // The script: what happens in the host. Each change is one delta, sent inside the call.

    [[nodiscard]] const HostInfo& host() const noexcept { return m_host; }
    void setHost(const HostInfo& host);
    void setInProcess(bool inProcess) { m_inProcess = inProcess; }
    void setConnection(Connection connection);

    /// Adds services or replaces those of the same names.
    void put(const QList<ServiceInfo>& services);
    void put(const ServiceInfo& service) { put(QList{service}); }
    void drop(const QString& name);
    /// The text of the service's file, with what the row takes from it (group, kind, disabled).
    void setText(const QString& name, const QString& text) { applyText(name, text); }
    /// Somebody has broken the file of the service; what it held before is kept if `keeps`.
    void breakText(const QString& name, const QString& text, bool keeps = true);
    [[nodiscard]] ServiceInfo service(const QString& name) const { return m_services.value(name); }
    void setState(const QString& name, ServiceState state);
    /// Everything anew with a revision far away, as after a lost connection.
    void replaceAll();
    [[nodiscard]] Revision revision() const noexcept { return m_revision; }

    RunId beginRun(const QString& name, Trigger trigger = Trigger::Start);
    void endRun(RunId id, Outcome outcome, std::optional<int> exitCode = 0);
    /// Ended runs, one a minute until now.
    void addPastRuns(const QString& name, int count);

    /// The log consists of `count` entries whose text is made when it is read.
    void setLog(const QString& name, quint64 count, LogText text);
    void say(const QString& name, const QByteArray& text, char stream = 'o', bool more = false);
    /// A run that is in the history as it stands here, id and all; newer than those before it.
    void addRun(const RunInfo& info);
    /// What `definition` answers besides the text.
    void setValues(const QString& name, const QJsonObject& values, const QStringList& changes = {})
    {
        m_values.insert(name, {values, changes});
    }
    /// What `nextRuns` answers for the service, instead of its row's next run.
    void setPlanned(const QString& name, const QList<WallTime>& times) { m_planned.insert(name, times); }
    /// What `usage` answers for the service.
    void setUsage(const QString& name, const QList<UsageSample>& samples) { m_usage.insert(name, samples); }
    /// What `queues` answers for the service of that name.
    void setQueue(const QueueInfo& queue) { m_queues.insert(queue.name, queue); }
    void addEvent(const HostEvent& event) { m_events.append(event); }
    void setReloadAnswer(const QStringList& lines) { m_reloadAnswer = lines; }

    /// What inspect searches programs with; else PATH is /usr/bin:/bin and HOME is /.
    void setEnvironment(const QMap<QString, QString>& environment) { m_environment = environment; }
    /// Output and end of what is tried, beside what the command itself does.
    void sayInTry(quint64 id, const QByteArray& text, char stream = 'o');
    void endTry(quint64 id, int exitCode);

    // How it answers.

    /// The next call of this name gets the error.
    void failNext(const QString& call, const Error& error) { m_failures[call].append(error); }
    /// The ticks of built-in services, which have no run of their own, fail with this.
    void failTicks(const QString& reason) { m_tickFailure = reason; }
    /// Calls of this name wait until they are released.
    void hold(const QString& call) { m_held.insert(call); }
    void release(const QString& call);
    /// Starts and stops of the service stay `starting` and `stopping` until released.
    void holdTransitions(const QString& name) { m_heldTransitions.insert(name); }
    void releaseTransitions(const QString& name);

    /// What was asked, in order.
    [[nodiscard]] const QList<Call>& calls() const noexcept { return m_calls; }
    [[nodiscard]] int callCount(const QString& name) const;
    void forgetCalls() { m_calls.clear(); }

    [[nodiscard]] bool isInProcess() const override { return m_inProcess; }
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

Q_SIGNALS:
    void shutdownRequested();

private:
    struct Log
    {
        quint64 generated = 0; ///< entries that are made on reading; the said ones come after them
        LogText text;
        QList<LogEntryInfo> said;

        [[nodiscard]] quint64 size() const { return generated + static_cast<quint64>(said.size()); }
        [[nodiscard]] LogEntryInfo at(quint64 n) const;
    };
    struct RunRecord
    {
        RunInfo info;
        quint64 logBegin = 0;
        quint64 logEnd = 0; ///< of an ended one
    };
    struct Undo
    {
        QString name;
        QString text;
        bool wasRemoved = false;
    };
    struct Try
    {
        TryPage page; ///< all of it
        WallTime begin;
    };
    using Selection = std::pair<quint64, quint64>;

    /// Every call begins with it: is noted, waits while held, returns to the loop, and fails where it is told to.
    Task<Result<>> enter(QString call, QJsonObject params);
    /// One turn of the event loop; OperationCancelled when this object has gone meanwhile.
    Task<> turn();
    /// The next change of anything; OperationCancelled when this object has gone meanwhile.
    Task<> nextChange();
    Task<> whileHeld(QString name);
    Task<> actOutCommand(QString name, RunId id);

    void changed(const QList<ServiceInfo>& services, const QStringList& removed = {}, bool host = false);
    void announce(const Delta& delta);
    [[nodiscard]] RunRecord* liveRun(const QString& name);
    [[nodiscard]] RunRecord* find(RunId id);
    [[nodiscard]] Result<QStringList> namesOf(const ActionRequest& request) const;
    [[nodiscard]] Result<> known(const QString& name) const;
    Task<> actOn(ActionRequest request, QString name, ActionResult* out);
    Task<> startOne(QString name, ActionRequest request, ActionResult* out);
    Task<> stopOne(QString name, Outcome outcome, ActionRequest request, bool wait);
    void setHeldFlag(const QString& name, bool held);
    void holdUntil(const QString& name, std::optional<WallTime> until);
    Task<> endHold(QString name, WallTime until);
    /// As the product edits it; what cannot be edited stays.
    [[nodiscard]] static QString edited(const QString& text, const KeyEdit& edit);
    void applyText(const QString& name, const QString& text);
    void mend(const QString& name, const QString& text);
    [[nodiscard]] LogPage page(const LogQuery& query);
    [[nodiscard]] LogPage spansPage(const LogQuery& query) const;
    [[nodiscard]] Selection selectionOf(const LogQuery& query, bool& live);
    [[nodiscard]] WallTime now() const { return Clock::current().wallNow(); }

    HostInfo m_host;
    bool m_inProcess = true;
    Connection m_connection = Connection::Connected;
    bool m_subscribed = false;
    Revision m_revision{1};
    QMap<QString, ServiceInfo> m_services;
    QMap<QString, QString> m_texts;
    QMap<QString, GoodVersion> m_good; ///< of those whose file is broken
    std::vector<RunRecord> m_runs;
    quint64 m_lastRun = 0;
    QHash<QString, Log> m_logs;
    QHash<QString, std::pair<QJsonObject, QStringList>> m_values;
    QHash<QString, QList<WallTime>> m_planned;
    QHash<QString, QList<UsageSample>> m_usage;
    QMap<QString, QueueInfo> m_queues;
    QList<HostEvent> m_events;
    QStringList m_reloadAnswer;
    QMap<QString, QString> m_environment{{QStringLiteral("PATH"), QStringLiteral("/usr/bin:/bin")},
                                         {QStringLiteral("HOME"), QStringLiteral("/")}};
    QMap<quint64, Try> m_tries;
    QList<Undo> m_undo;
    QMap<QString, WallTime> m_killAt; ///< of the stops under way
    QMap<QString, WallTime> m_holdEnds;
    QList<std::pair<QString, ServiceState>> m_passed; ///< every state that was entered, in order

    QList<Call> m_calls;
    QHash<QString, QList<Error>> m_failures;
    std::optional<QString> m_tickFailure;
    QSet<QString> m_held;
    QSet<QString> m_heldTransitions;
    Waiters m_changes; ///< woken at every change of anything
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    TaskScope m_tasks; // last: its tasks use the rest
};

} // namespace turnspit

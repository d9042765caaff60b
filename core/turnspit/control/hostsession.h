#pragma once

#include <turnspit/async/task.h>
#include <turnspit/control/values.h>

#include <QObject>

namespace turnspit {

/// A client's view of one host, in this process or over the control socket: the same calls, values and order of events.
///
/// Belongs to one thread; signals come there. Commands are lazy tasks: nothing is asked until they are awaited, no answer comes
/// before the awaiting function has returned to the event loop, and each answers with a value or an Error, never an exception
/// (OperationCancelled when the session is destroyed meanwhile). When a command has answered, a snapshot, `runs` and logs already show
/// what it did.
class HostSession : public QObject
{
    Q_OBJECT
public:
    enum class Connection { Connecting, Connected, Lost };

    explicit HostSession(QObject* parent = nullptr) : QObject(parent) {}

    /// Does quitting this program stop the services?
    [[nodiscard]] virtual bool isInProcess() const = 0;
    /// May a path of the host be opened here?
    [[nodiscard]] virtual bool isLocalMachine() const = 0;
    [[nodiscard]] virtual Connection connection() const = 0;

    /// The present state; while subscribed it is kept and answered from memory.
    [[nodiscard]] virtual Task<Result<Snapshot>> snapshot() = 0;

    /// From now on snapshotReplaced and deltaArrived come; a lost connection that returns begins with snapshotReplaced again.
    [[nodiscard]] virtual Task<Result<>> subscribe() = 0;

    /// An unknown name: NoSuchService, and nothing is done for the others either. One result a name, sorted by name.
    [[nodiscard]] virtual Task<Result<QList<ActionResult>>> act(ActionRequest request) = 0;

    /// One run now, without arming the schedule. Answers when it has begun (or could not: an Error). Refused: busy and overlap says
    /// skip, a kept service.
    [[nodiscard]] virtual Task<Result<RunInfo>> run(QString name, Trigger trigger) = 0;

    /// Answers when the run has ended, with its record; at once where it has.
    [[nodiscard]] virtual Task<Result<RunInfo>> awaitRun(RunId id) = 0;

    /// Ends this run only, politely (as stop), without remembering it as a person's wish.
    [[nodiscard]] virtual Task<Result<>> stopRun(RunId id) = 0;

    /// The stop under way gets so much more time from now. Refused where none is.
    [[nodiscard]] virtual Task<Result<>> extendStop(QString name, Milliseconds by) = 0;

    /// Satisfied by the present state or any passed through from now on. `ended` = stopped, failed, completed or waiting.
    /// TimedOut after `timeout`, if given.
    [[nodiscard]] virtual Task<Result<ServiceInfo>> awaitState(QString name, QString state, std::optional<Milliseconds> timeout) = 0;

    [[nodiscard]] virtual Task<Result<DefinitionInfo>> definition(QString name) = 0;
    [[nodiscard]] virtual Task<Result<ActionResult>> add(AddRequest request) = 0;
    [[nodiscard]] virtual Task<Result<ActionResult>> update(UpdateRequest request) = 0;
    [[nodiscard]] virtual Task<Result<ActionResult>> remove(QString name) = 0;
    /// Takes back the last remove or edit; says in words what was taken back.
    [[nodiscard]] virtual Task<Result<QString>> undo() = 0;
    /// What is wrong with a service file of this text; empty: nothing.
    [[nodiscard]] virtual Task<Result<QList<Diagnostic>>> check(QString name, QString text) = 0;

    /// The `[schedule]` of a service file's text: sentence and next runs.
    [[nodiscard]] virtual Task<Result<SchedulePreview>> previewSchedule(QString text, int count) = 0;

    [[nodiscard]] virtual Task<Result<QList<RunInfo>>> runs(RunQuery query) = 0;
    /// Of all services, or of one.
    [[nodiscard]] virtual Task<Result<QList<PlannedRun>>> nextRuns(int count, QString service = {}) = 0;
    [[nodiscard]] virtual Task<Result<QList<HostEvent>>> events(EventQuery query) = 0;

    /// A page of a log, from disk.
    [[nodiscard]] virtual Task<Result<LogPage>> readLog(LogQuery query) = 0;

    /// As readLog, but an answer without entries waits until there is one, the selection cannot grow any more, or 20 s have passed.
    /// The client asks again with the page's cursor: who reads slowly is not waited for, and nothing piles up for them.
    [[nodiscard]] virtual Task<Result<LogPage>> followLog(LogQuery query) = 0;

    [[nodiscard]] virtual Task<Result<HostInfo>> hostStatus() = 0;
    /// Applies changes from disk now; the differences, a line each.
    [[nodiscard]] virtual Task<Result<QStringList>> reload() = 0;
    /// Stops all and ends the host; answers when it has begun.
    [[nodiscard]] virtual Task<Result<>> shutdown() = 0;

    /// The stops under way of commands, sorted by name. Their limits change by extendStop, stop and shutdown, which send no delta.
    [[nodiscard]] virtual Task<Result<QList<StopInfo>>> stopping() = 0;
    /// What the host sampled of a service during the last ten minutes, oldest first; nothing is sampled for it. Built-in services have
    /// none. New samples show in the rows of deltas.
    [[nodiscard]] virtual Task<Result<QList<UsageSample>>> usage(QString name) = 0;

    /// What a service file would mean and what is wrong with it, while it is written. Changes nothing.
    [[nodiscard]] virtual Task<Result<Inspection>> inspect(InspectRequest request) = 0;

    /// Runs the command once in the environment and folder of the service that the text describes: no run of it, no record, no log,
    /// no file. Answers with a number for followTry when it was begun; a command that is not there is begun and has ended (127).
    /// Its whole process tree is killed when the command ends, ten minutes after its start, and when nobody has followed it for
    /// some seconds. Refused: an invalid text, too many at once.
    [[nodiscard]] virtual Task<Result<quint64>> beginTry(TryRequest request) = 0;

    /// What it wrote since `cursor` (0: from the start). An answer with nothing new waits until there is something, the end included,
    /// or 20 s have passed. After the end was told it may be forgotten.
    [[nodiscard]] virtual Task<Result<TryPage>> followTry(quint64 id, qint64 cursor) = 0;

    /// Asks it to end as a stop does (SIGTERM, 2 s later SIGKILL). An id that is not there any more is fine.
    [[nodiscard]] virtual Task<Result<>> stopTry(quint64 id) = 0;

    /// Where a log begins and ends, in numbers; with `behind` it waits until that changes.
    [[nodiscard]] virtual Task<Result<LogExtent>> logExtent(LogExtentQuery query) = 0;

    /// One step of a search, of a few dozen milliseconds at most: whoever does not ask again has given up.
    [[nodiscard]] virtual Task<Result<LogFound>> findInLog(LogFind query) = 0;

    /// Writes what the broken file of a service held when it was good last, as an edit that undo takes back; with `dryRun` it is only
    /// told. Refused: the file is good, or no good version of it is kept.
    [[nodiscard]] virtual Task<Result<GoodVersion>> restore(QString name, bool dryRun) = 0;

    /// The holds that end by themselves, sorted by name. Where only the end of one becomes another, its row comes in a delta all the same.
    [[nodiscard]] virtual Task<Result<QList<HoldInfo>>> holds() = 0;

    /// What the host sampled of several services, or during a longer time than `usage` tells of; in the order of the names that were given.
    [[nodiscard]] virtual Task<Result<QList<ServiceUsage>>> usageHistory(UsageQuery query) = 0;

    /// What the queue workers of the host count, sorted by name; those that have never run are left out. No delta says that a figure is
    /// another: who shows them asks again.
    [[nodiscard]] virtual Task<Result<QList<QueueInfo>>> queues() = 0;

Q_SIGNALS:
    void snapshotReplaced(const turnspit::Snapshot& snapshot);
    void deltaArrived(const turnspit::Delta& delta);
    void connectionChanged(turnspit::HostSession::Connection connection);
};

} // namespace turnspit

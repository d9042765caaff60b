#include <ui/session/shownsession.h>

#include <turnspit/async/promise.h>
#include <turnspit/async/wait.h>

namespace turnspit {

namespace {

template <class T>
Task<> runCall(Task<Result<T>> call, Promise<Result<T>> promise)
{
    promise.set(co_await std::move(call));
}

} // namespace

ShownSession::ShownSession(HostSession& first, QObject* parent) : HostSession(parent)
{
    connectTo(first);
}

ShownSession::~ShownSession()
{
    *m_alive = false;
    m_calls.reset();
}

void ShownSession::connectTo(HostSession& session)
{
    m_target = &session;
    m_calls = std::make_unique<Calls>();
    m_context = std::make_unique<QObject>();
    connect(&session, &HostSession::snapshotReplaced, m_context.get(), [this](const Snapshot& snapshot) {
        if (m_wantsDeltas && !m_changing)
            Q_EMIT snapshotReplaced(snapshot);
    });
    connect(&session, &HostSession::deltaArrived, m_context.get(), [this](const Delta& delta) {
        if (m_changing)
            m_early.append(delta);
        else if (m_wantsDeltas)
            Q_EMIT deltaArrived(delta);
    });
    connect(&session, &HostSession::connectionChanged, m_context.get(), [this](Connection connection) { Q_EMIT connectionChanged(connection); });
    connect(&session, &QObject::destroyed, m_context.get(), [this] { gone(); });
}

void ShownSession::gone()
{
    m_target = nullptr;
    m_calls.reset();
    m_changing = false;
    m_early.clear();
    Q_EMIT connectionChanged(Connection::Lost);
}

void ShownSession::show(HostSession& session)
{
    if (m_target == &session)
        return;
    if (m_target)
        gone();
    connectTo(session);
    Q_EMIT connectionChanged(session.connection());
    if (m_wantsDeltas)
        m_calls->scope.spawn(subscribeAgain());
}

Task<> ShownSession::subscribeAgain()
{
    // Somebody else may be subscribed there already, and whether that session tells all once more is its own business. Its deltas
    // count from its own snapshot, which must come before them.
    m_changing = true;
    const auto subscribed = co_await m_target->subscribe();
    auto snapshot = subscribed ? co_await m_target->snapshot() : Result<Snapshot>(fail(subscribed.error()));
    m_changing = false;
    const auto early = std::exchange(m_early, {});
    if (!snapshot)
        co_return; // not connected: it begins with a snapshot when it is
    Q_EMIT snapshotReplaced(*snapshot);
    for (const Delta& delta : early) {
        if (delta.revision > snapshot->revision)
            Q_EMIT deltaArrived(delta);
    }
}

template <class T>
Task<Result<T>> ShownSession::forward(Call<T> call)
{
    const auto alive = m_alive;
    if (!m_target) {
        co_await yieldToLoop();
        co_return fail(ErrorKind::Unreachable, "the program has ended");
    }
    Promise<Result<T>> promise;
    auto future = promise.future();
    m_calls->scope.spawn(runCall<T>(call(*m_target), std::move(promise)));
    try {
        co_return co_await std::move(future);
    } catch (const OperationCancelled&) {
        if (!*alive)
            throw; // this has gone, not what it showed
    }
    co_return fail(ErrorKind::Unreachable, "another host is shown now");
}

Task<Result<>> ShownSession::subscribe()
{
    return forward<void>([this](HostSession& s) {
        m_wantsDeltas = true;
        return s.subscribe();
    });
}

Task<Result<Snapshot>> ShownSession::snapshot()
{
    return forward<Snapshot>([](HostSession& s) { return s.snapshot(); });
}

Task<Result<QList<ActionResult>>> ShownSession::act(ActionRequest request)
{
    return forward<QList<ActionResult>>([request](HostSession& s) { return s.act(request); });
}

Task<Result<RunInfo>> ShownSession::run(QString name, Trigger trigger)
{
    return forward<RunInfo>([name, trigger](HostSession& s) { return s.run(name, trigger); });
}

Task<Result<RunInfo>> ShownSession::awaitRun(RunId id)
{
    return forward<RunInfo>([id](HostSession& s) { return s.awaitRun(id); });
}

Task<Result<>> ShownSession::stopRun(RunId id)
{
    return forward<void>([id](HostSession& s) { return s.stopRun(id); });
}

Task<Result<>> ShownSession::extendStop(QString name, Milliseconds by)
{
    return forward<void>([name, by](HostSession& s) { return s.extendStop(name, by); });
}

Task<Result<ServiceInfo>> ShownSession::awaitState(QString name, QString state, std::optional<Milliseconds> timeout)
{
    return forward<ServiceInfo>([name, state, timeout](HostSession& s) { return s.awaitState(name, state, timeout); });
}

Task<Result<DefinitionInfo>> ShownSession::definition(QString name)
{
    return forward<DefinitionInfo>([name](HostSession& s) { return s.definition(name); });
}

Task<Result<ActionResult>> ShownSession::add(AddRequest request)
{
    return forward<ActionResult>([request](HostSession& s) { return s.add(request); });
}

Task<Result<ActionResult>> ShownSession::update(UpdateRequest request)
{
    return forward<ActionResult>([request](HostSession& s) { return s.update(request); });
}

Task<Result<ActionResult>> ShownSession::remove(QString name)
{
    return forward<ActionResult>([name](HostSession& s) { return s.remove(name); });
}

Task<Result<QString>> ShownSession::undo()
{
    return forward<QString>([](HostSession& s) { return s.undo(); });
}

Task<Result<QList<Diagnostic>>> ShownSession::check(QString name, QString text)
{
    return forward<QList<Diagnostic>>([name, text](HostSession& s) { return s.check(name, text); });
}

Task<Result<SchedulePreview>> ShownSession::previewSchedule(QString text, int count)
{
    return forward<SchedulePreview>([text, count](HostSession& s) { return s.previewSchedule(text, count); });
}

Task<Result<QList<RunInfo>>> ShownSession::runs(RunQuery query)
{
    return forward<QList<RunInfo>>([query](HostSession& s) { return s.runs(query); });
}

Task<Result<QList<PlannedRun>>> ShownSession::nextRuns(int count, QString service)
{
    return forward<QList<PlannedRun>>([count, service](HostSession& s) { return s.nextRuns(count, service); });
}

Task<Result<QList<HostEvent>>> ShownSession::events(EventQuery query)
{
    return forward<QList<HostEvent>>([query](HostSession& s) { return s.events(query); });
}

Task<Result<LogPage>> ShownSession::readLog(LogQuery query)
{
    return forward<LogPage>([query](HostSession& s) { return s.readLog(query); });
}

Task<Result<LogPage>> ShownSession::followLog(LogQuery query)
{
    return forward<LogPage>([query](HostSession& s) { return s.followLog(query); });
}

Task<Result<HostInfo>> ShownSession::hostStatus()
{
    return forward<HostInfo>([](HostSession& s) { return s.hostStatus(); });
}

Task<Result<QStringList>> ShownSession::reload()
{
    return forward<QStringList>([](HostSession& s) { return s.reload(); });
}

Task<Result<>> ShownSession::shutdown()
{
    return forward<void>([](HostSession& s) { return s.shutdown(); });
}

Task<Result<QList<StopInfo>>> ShownSession::stopping()
{
    return forward<QList<StopInfo>>([](HostSession& s) { return s.stopping(); });
}

Task<Result<QList<UsageSample>>> ShownSession::usage(QString name)
{
    return forward<QList<UsageSample>>([name](HostSession& s) { return s.usage(name); });
}

Task<Result<Inspection>> ShownSession::inspect(InspectRequest request)
{
    return forward<Inspection>([request](HostSession& s) { return s.inspect(request); });
}

Task<Result<quint64>> ShownSession::beginTry(TryRequest request)
{
    return forward<quint64>([request](HostSession& s) { return s.beginTry(request); });
}

Task<Result<TryPage>> ShownSession::followTry(quint64 id, qint64 cursor)
{
    return forward<TryPage>([id, cursor](HostSession& s) { return s.followTry(id, cursor); });
}

Task<Result<>> ShownSession::stopTry(quint64 id)
{
    return forward<void>([id](HostSession& s) { return s.stopTry(id); });
}

Task<Result<LogExtent>> ShownSession::logExtent(LogExtentQuery query)
{
    return forward<LogExtent>([query](HostSession& s) { return s.logExtent(query); });
}

Task<Result<LogFound>> ShownSession::findInLog(LogFind query)
{
    return forward<LogFound>([query](HostSession& s) { return s.findInLog(query); });
}

Task<Result<GoodVersion>> ShownSession::restore(QString name, bool dryRun)
{
    return forward<GoodVersion>([name, dryRun](HostSession& s) { return s.restore(name, dryRun); });
}

Task<Result<QList<HoldInfo>>> ShownSession::holds()
{
    return forward<QList<HoldInfo>>([](HostSession& s) { return s.holds(); });
}

Task<Result<QList<ServiceUsage>>> ShownSession::usageHistory(UsageQuery query)
{
    return forward<QList<ServiceUsage>>([query](HostSession& s) { return s.usageHistory(query); });
}

Task<Result<QList<QueueInfo>>> ShownSession::queues()
{
    return forward<QList<QueueInfo>>([](HostSession& s) { return s.queues(); });
}

} // namespace turnspit

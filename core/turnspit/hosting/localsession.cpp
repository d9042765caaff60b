#include <turnspit/hosting/localsession.h>

#include <turnspit/async/promise.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>

namespace turnspit {

struct LocalSession::Link::HostSide
{
    HostSession* session = nullptr;
    bool subscribed = false;
    QObject context;    ///< of the connections to the session
    TaskScope scope;    ///< the calls under way
};

LocalSession::Link::Link() = default;
LocalSession::Link::~Link() = default;

namespace {

/// A session's own snapshot is its revision at the moment of the answer, and this goes on with it before anything else
/// happens on the host thread: what is told from here on begins with the revision after it.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): both outlive the scope that owns this
Task<Result<Snapshot>> snapshotAndSubscribe(HostSession& session, bool& subscribed)
{
    auto snapshot = co_await session.snapshot();
    if (snapshot)
        subscribed = true;
    co_return snapshot;
}

template <class T>
Task<> runCall(Task<Result<T>> call, Promise<Result<T>> promise)
{
    promise.set(co_await std::move(call));
}

} // namespace

void LocalSession::Link::attach(HostSession& session)
{
    host = std::make_unique<HostSide>();
    host->session = &session;
    QObject::connect(&session, &HostSession::deltaArrived, &host->context, [this](const Delta& delta) {
        if (host->subscribed)
            toLocal([delta](LocalSession& local) { Q_EMIT local.deltaArrived(delta); });
    });
    toLocal([](LocalSession& local) { local.setConnection(Connection::Connected); });
    if (subscribedOnce)
        host->scope.spawn(subscribeAgain());
}

Task<> LocalSession::Link::subscribeAgain()
{
    auto snapshot = co_await snapshotAndSubscribe(*host->session, host->subscribed);
    if (snapshot)
        toLocal([snapshot = *std::move(snapshot)](LocalSession& local) { Q_EMIT local.snapshotReplaced(snapshot); });
}

void LocalSession::Link::detach()
{
    host.reset();
    toLocal([](LocalSession& local) { local.setConnection(Connection::Lost); });
}

LocalSession::LocalSession(std::shared_ptr<Mailbox> hostMailbox, QObject* parent)
    : HostSession(parent), m_hostMailbox(std::move(hostMailbox)), m_link(std::make_shared<Link>()),
      m_self(std::make_shared<LocalSession*>(this))
{
    m_link->home = Mailbox::current();
    m_link->toLocal = [home = m_link->home, self = m_self](std::function<void(LocalSession&)> call) {
        home->post([self, call = std::move(call)] {
            if (*self)
                call(**self);
        });
    };
}

LocalSession::~LocalSession()
{
    *m_self = nullptr;
    // What is under way on the host's side belongs to that thread; if it has ended, so have the calls.
    m_hostMailbox->post([link = m_link] { link->host.reset(); });
}

void LocalSession::setConnection(Connection connection)
{
    if (m_connection == connection)
        return;
    m_connection = connection;
    Q_EMIT connectionChanged(connection);
}

template <class T>
Task<Result<T>> LocalSession::forward(Call<T> call)
{
    const auto self = m_self;
    const auto hostMailbox = m_hostMailbox;
    const auto link = m_link;
    co_await yieldToLoop(); // a quick host thread could have its answer ready before it is waited for
    if (!*self)
        throw OperationCancelled{};
    Promise<Result<T>> promise;
    auto future = promise.future();
    const bool posted = hostMailbox->post([link, call = std::move(call), promise = std::move(promise)]() mutable {
        if (link->host)
            link->host->scope.spawn(runCall<T>(call(*link->host->session), std::move(promise)));
        else
            promise.set(fail(ErrorKind::Unreachable, "the host is not running"));
    });
    if (!posted)
        co_return fail(ErrorKind::Unreachable, "the host has ended");
    try {
        co_return co_await std::move(future);
    } catch (const OperationCancelled&) {
        if (!*self)
            throw; // this session has gone, not the host
    }
    co_return fail(ErrorKind::Unreachable, "the host has ended");
}

Task<Result<Snapshot>> LocalSession::snapshot()
{
    return forward<Snapshot>([](HostSession& s) { return s.snapshot(); });
}

Task<Result<>> LocalSession::subscribe()
{
    const auto self = m_self;
    auto snapshot = co_await forward<Snapshot>([link = m_link.get()](HostSession& s) {
        link->subscribedOnce = true;
        return snapshotAndSubscribe(s, link->host->subscribed);
    });
    if (!*self)
        throw OperationCancelled{};
    if (!snapshot)
        co_return fail(snapshot.error());
    Q_EMIT snapshotReplaced(*snapshot);
    co_return Result<>{};
}

Task<Result<QList<ActionResult>>> LocalSession::act(ActionRequest request)
{
    return forward<QList<ActionResult>>([request](HostSession& s) { return s.act(request); });
}

Task<Result<RunInfo>> LocalSession::run(QString name, Trigger trigger)
{
    return forward<RunInfo>([name, trigger](HostSession& s) { return s.run(name, trigger); });
}

Task<Result<RunInfo>> LocalSession::awaitRun(RunId id)
{
    return forward<RunInfo>([id](HostSession& s) { return s.awaitRun(id); });
}

Task<Result<>> LocalSession::stopRun(RunId id)
{
    return forward<void>([id](HostSession& s) { return s.stopRun(id); });
}

Task<Result<>> LocalSession::extendStop(QString name, Milliseconds by)
{
    return forward<void>([name, by](HostSession& s) { return s.extendStop(name, by); });
}

Task<Result<ServiceInfo>> LocalSession::awaitState(QString name, QString state, std::optional<Milliseconds> timeout)
{
    return forward<ServiceInfo>([name, state, timeout](HostSession& s) { return s.awaitState(name, state, timeout); });
}

Task<Result<DefinitionInfo>> LocalSession::definition(QString name)
{
    return forward<DefinitionInfo>([name](HostSession& s) { return s.definition(name); });
}

Task<Result<ActionResult>> LocalSession::add(AddRequest request)
{
    return forward<ActionResult>([request](HostSession& s) { return s.add(request); });
}

Task<Result<ActionResult>> LocalSession::update(UpdateRequest request)
{
    return forward<ActionResult>([request](HostSession& s) { return s.update(request); });
}

Task<Result<ActionResult>> LocalSession::remove(QString name)
{
    return forward<ActionResult>([name](HostSession& s) { return s.remove(name); });
}

Task<Result<QString>> LocalSession::undo()
{
    return forward<QString>([](HostSession& s) { return s.undo(); });
}

Task<Result<QList<Diagnostic>>> LocalSession::check(QString name, QString text)
{
    return forward<QList<Diagnostic>>([name, text](HostSession& s) { return s.check(name, text); });
}

Task<Result<SchedulePreview>> LocalSession::previewSchedule(QString text, int count)
{
    return forward<SchedulePreview>([text, count](HostSession& s) { return s.previewSchedule(text, count); });
}

Task<Result<QList<RunInfo>>> LocalSession::runs(RunQuery query)
{
    return forward<QList<RunInfo>>([query](HostSession& s) { return s.runs(query); });
}

Task<Result<QList<PlannedRun>>> LocalSession::nextRuns(int count, QString service)
{
    return forward<QList<PlannedRun>>([count, service](HostSession& s) { return s.nextRuns(count, service); });
}

Task<Result<QList<HostEvent>>> LocalSession::events(EventQuery query)
{
    return forward<QList<HostEvent>>([query](HostSession& s) { return s.events(query); });
}

Task<Result<LogPage>> LocalSession::readLog(LogQuery query)
{
    return forward<LogPage>([query](HostSession& s) { return s.readLog(query); });
}

Task<Result<LogPage>> LocalSession::followLog(LogQuery query)
{
    return forward<LogPage>([query](HostSession& s) { return s.followLog(query); });
}

Task<Result<HostInfo>> LocalSession::hostStatus()
{
    return forward<HostInfo>([](HostSession& s) { return s.hostStatus(); });
}

Task<Result<QStringList>> LocalSession::reload()
{
    return forward<QStringList>([](HostSession& s) { return s.reload(); });
}

Task<Result<>> LocalSession::shutdown()
{
    return forward<void>([](HostSession& s) { return s.shutdown(); });
}

Task<Result<QList<StopInfo>>> LocalSession::stopping()
{
    return forward<QList<StopInfo>>([](HostSession& s) { return s.stopping(); });
}

Task<Result<QList<UsageSample>>> LocalSession::usage(QString name)
{
    return forward<QList<UsageSample>>([name](HostSession& s) { return s.usage(name); });
}

Task<Result<Inspection>> LocalSession::inspect(InspectRequest request)
{
    return forward<Inspection>([request](HostSession& s) { return s.inspect(request); });
}

Task<Result<quint64>> LocalSession::beginTry(TryRequest request)
{
    return forward<quint64>([request](HostSession& s) { return s.beginTry(request); });
}

Task<Result<TryPage>> LocalSession::followTry(quint64 id, qint64 cursor)
{
    return forward<TryPage>([id, cursor](HostSession& s) { return s.followTry(id, cursor); });
}

Task<Result<>> LocalSession::stopTry(quint64 id)
{
    return forward<void>([id](HostSession& s) { return s.stopTry(id); });
}

Task<Result<LogExtent>> LocalSession::logExtent(LogExtentQuery query)
{
    return forward<LogExtent>([query](HostSession& s) { return s.logExtent(query); });
}

Task<Result<LogFound>> LocalSession::findInLog(LogFind query)
{
    return forward<LogFound>([query](HostSession& s) { return s.findInLog(query); });
}

Task<Result<GoodVersion>> LocalSession::restore(QString name, bool dryRun)
{
    return forward<GoodVersion>([name, dryRun](HostSession& s) { return s.restore(name, dryRun); });
}

Task<Result<QList<HoldInfo>>> LocalSession::holds()
{
    return forward<QList<HoldInfo>>([](HostSession& s) { return s.holds(); });
}

Task<Result<QList<ServiceUsage>>> LocalSession::usageHistory(UsageQuery query)
{
    return forward<QList<ServiceUsage>>([query](HostSession& s) { return s.usageHistory(query); });
}

Task<Result<QList<QueueInfo>>> LocalSession::queues()
{
    return forward<QList<QueueInfo>>([](HostSession& s) { return s.queues(); });
}

} // namespace turnspit

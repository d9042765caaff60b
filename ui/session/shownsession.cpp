#include <ui/session/shownsession.h>

#include <turnspit/async/promise.h>
#include <turnspit/async/wait.h>

namespace turnspit {

namespace {

Task<> runCall(Task<> call, Promise<Result<>> promise)
{
    co_await std::move(call);
    promise.set({});
}

} // namespace

ShownSession::ShownSession(HostSession& first, QObject* parent) : ForwardingSession(parent)
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

Task<Result<>> ShownSession::carry(Call call)
{
    const auto alive = m_alive;
    if (!m_target) {
        co_await yieldToLoop();
        co_return fail(ErrorKind::Unreachable, "the program has ended");
    }
    Promise<Result<>> promise;
    auto future = promise.future();
    m_calls->scope.spawn(runCall(call(*m_target), std::move(promise)));
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

} // namespace turnspit

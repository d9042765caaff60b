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

Task<> runCall(Task<> call, Promise<Result<>> promise)
{
    co_await std::move(call);
    promise.set({});
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
    : ForwardingSession(parent), m_hostMailbox(std::move(hostMailbox)), m_link(std::make_shared<Link>()),
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

Task<Result<>> LocalSession::carry(Call call)
{
    const auto self = m_self;
    const auto hostMailbox = m_hostMailbox;
    const auto link = m_link;
    co_await yieldToLoop(); // a quick host thread could have its answer ready before it is waited for
    if (!*self)
        throw OperationCancelled{};
    Promise<Result<>> promise;
    auto future = promise.future();
    const bool posted = hostMailbox->post([link, call = std::move(call), promise = std::move(promise)]() mutable {
        if (link->host)
            link->host->scope.spawn(runCall(call(*link->host->session), std::move(promise)));
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

} // namespace turnspit

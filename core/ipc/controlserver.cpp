#include <ipc/controlserver.h>

#include <ipc/serverconnection.h>
#include <turnspit/control/json.h>

#include <algorithm>

#include <sys/socket.h>
#include <unistd.h>

namespace turnspit {

namespace {

/// Of the process at the other end; nullopt where the kernel does not say.
std::optional<unsigned int> peerUid(const QLocalSocket& socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(static_cast<int>(socket.socketDescriptor()), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return std::nullopt;
    return peer.uid;
}

} // namespace

ControlServer::ControlServer(HostSession& session, ControlServerOptions options, QObject* parent)
    : QObject(parent), m_session(&session), m_options(options),
      m_listening([this](std::unique_ptr<QLocalSocket> socket) { admit(std::move(socket)); })
{
    connect(&session, &HostSession::deltaArrived, this, &ControlServer::distribute);
    connect(&session, &HostSession::snapshotReplaced, this, &ControlServer::distributeSnapshot);
}

ControlServer::~ControlServer()
{
    m_listening.close(); // the socket goes first: a client that sees the end and no socket knows that nobody was killed
    for (ServerConnection* connection : std::exchange(m_connections, {}))
        delete connection;
}

Result<> ControlServer::listen(const QString& path)
{
    return m_listening.listen(path);
}

void ControlServer::admit(std::unique_ptr<QLocalSocket> socket)
{
    const bool full = connectionCount() >= m_options.maxConnections;
    const bool ours = peerUid(*socket) == m_options.allowedUid.value_or(geteuid());
    auto* connection = new ServerConnection(*this, socket.release());
    m_connections.push_back(connection);
    if (!ours)
        connection->refuse({wire::InvalidRequest, "this host belongs to another user", {}, true});
    else if (full)
        connection->refuse({wire::Unreachable,
                            "this host has " + std::to_string(m_options.maxConnections)
                                + " connections already: end one of its clients",
                            {}, true});
}

void ControlServer::forget(ServerConnection* connection)
{
    if (std::erase(m_connections, connection) == 0)
        return;
    connection->deleteLater(); // a task of the connection may be what noticed its end
    countSubscribers();
    noteQuiet();
}

void ControlServer::countSubscribers()
{
    const auto count = static_cast<int>(std::count_if(m_connections.begin(), m_connections.end(),
                                                      [](const auto* connection) { return connection->isSubscribed(); }));
    if (count != std::exchange(m_subscribers, count))
        Q_EMIT subscriberCountChanged(count);
}

void ControlServer::distribute(const Delta& delta)
{
    if (m_connections.empty())
        return;
    const QByteArray line = wire::notificationLine(QStringLiteral("delta"), toJson(delta));
    for (ServerConnection* connection : std::vector(m_connections)) // one that is ended by it leaves the list
        connection->deliver(delta, line);
}

void ControlServer::distributeSnapshot(const Snapshot& snapshot)
{
    for (ServerConnection* connection : std::vector(m_connections))
        connection->deliverReplaced(snapshot.revision);
}

bool ControlServer::isQuiet() const
{
    return std::all_of(m_connections.begin(), m_connections.end(), [](const auto* c) { return c->isQuiet(); });
}

void ControlServer::noteQuiet()
{
    if (m_finishing && isQuiet())
        m_quiet.set();
}

Task<> ControlServer::finish(Milliseconds limit)
{
    m_listening.close();
    m_finishing = true;
    for (ServerConnection* connection : m_connections)
        connection->stopReading();
    const auto timer = Clock::current().createTimer([this] { m_quiet.set(); });
    timer->startOnce(limit);
    noteQuiet();
    co_await m_quiet.wait();
    for (ServerConnection* connection : std::exchange(m_connections, {}))
        connection->deleteLater();
    countSubscribers();
}

} // namespace turnspit

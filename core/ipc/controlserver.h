#pragma once

#include <ipc/listeningsocket.h>
#include <turnspit/async/event.h>
#include <turnspit/async/task.h>
#include <turnspit/base/error.h>
#include <turnspit/base/units.h>
#include <turnspit/control/hostsession.h>

#include <QPointer>

#include <memory>
#include <vector>

namespace turnspit {

class ServerConnection;

struct ControlServerOptions
{
    int maxConnections = 200;              ///< one more gets an error that says so
    int maxUnderWay = 64;                  ///< requests of one connection; beyond it no more are read
    std::optional<unsigned int> allowedUid; ///< of the peer; not given: the effective one of this process
};

/// Serves a HostSession on a Unix socket, as resources/protocol.md says.
///
/// Lives in the thread of the session, which must outlive it. The caller has locked the state folder before listen: the socket is
/// put into place by a rename, which takes over whatever is there. Requests of one connection run beside each other and are
/// answered as they end. The destructor closes everything at once; it must not run inside a call of the session.
class ControlServer : public QObject
{
    Q_OBJECT
public:
    explicit ControlServer(HostSession& session, ControlServerOptions options = {}, QObject* parent = nullptr);
    ~ControlServer() override;

    /// The folder of `path` exists and is closed to others. Readable and writable for this user alone.
    [[nodiscard]] Result<> listen(const QString& path);

    /// The path it listens on; empty before and after.
    [[nodiscard]] const QString& path() const { return m_listening.path(); }

    [[nodiscard]] int connectionCount() const noexcept { return static_cast<int>(m_connections.size()); }

    /// Connections that want deltas: while there is one, usage is sampled more often.
    [[nodiscard]] int subscriberCount() const noexcept { return m_subscribers; }

    /// The last step of a shutdown: takes no more connections and requests, lets the answers to `host.shutdown` and all that is
    /// written reach the clients, for at most `limit`, then closes all connections. Requests still under way are not answered.
    [[nodiscard]] Task<> finish(Milliseconds limit = Milliseconds(1000));

Q_SIGNALS:
    void subscriberCountChanged(int count);

private:
    friend class ServerConnection;

    void admit(std::unique_ptr<QLocalSocket> socket);
    void forget(ServerConnection* connection);
    void countSubscribers();
    void distribute(const Delta& delta);
    void distributeSnapshot(const Snapshot& snapshot);
    void noteQuiet();
    [[nodiscard]] bool isQuiet() const;

    QPointer<HostSession> m_session;
    ControlServerOptions m_options;
    ListeningSocket m_listening;
    std::vector<ServerConnection*> m_connections; // children of this object
    int m_subscribers = 0;
    bool m_sessionSubscribed = false;
    bool m_finishing = false;
    Event m_quiet;
};

} // namespace turnspit

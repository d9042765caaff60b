#include <ipc/sessionsocket.h>

#include <ipc/controlserver.h>

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace turnspit {

namespace {

class SessionSocket final : public SessionServer
{
public:
    SessionSocket(HostSession& session, const std::function<void(int)>& subscribers) : m_server(session)
    {
        QObject::connect(&m_server, &ControlServer::subscriberCountChanged, &m_server, subscribers);
    }

    Result<> listen(const std::string& path) { return m_server.listen(QString::fromStdString(path)); }
    Task<> finish() override { return m_server.finish(); }

private:
    ControlServer m_server;
};

} // namespace

bool isListenedOn(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    const bool answered = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
    ::close(fd);
    return answered;
}

SessionServerFactory controlSocket(std::string path)
{
    return [path = std::move(path)](HostSession& session, std::function<void(int)> subscribers) -> Result<std::unique_ptr<SessionServer>> {
        // Another host with another state folder: to listen would take its socket over, by a rename.
        if (isListenedOn(path))
            return fail(ErrorKind::Refused, "the control socket " + path + " is taken by another host; choose another folder with --runtime-dir");
        auto server = std::make_unique<SessionSocket>(session, subscribers);
        if (auto listening = server->listen(path); !listening)
            return fail(listening.error());
        return server;
    };
}

} // namespace turnspit

#include "enginecontracthost.h"

#include <ipc/remotesession.h>
#include <ipc/sessionsocket.h>

#include <QTest>

using namespace turnspit;

namespace {

/// RemoteSession, control socket, EngineSession: what turnspitctl and an attached window see of turnspitd.
class SocketContractHost final : public EngineContractHost
{
public:
    SocketContractHost() : EngineContractHost(Own)
    {
        const std::string path = m_options.places.hostSocket();
        m_options.servers.push_back(controlSocket(path));
        startHost();
        m_session = std::make_unique<RemoteSession>(RemoteSession::Options{});
        if (!await(m_session->open(QString::fromStdString(path))))
            qFatal("cannot connect");
    }
    ~SocketContractHost() override { endHost(); }

    HostSession& session() override { return *m_session; }
    void destroySession() override { m_session.reset(); }

private:
    std::unique_ptr<RemoteSession> m_session;
};

} // namespace

int main(int argc, char* argv[])
{
    const QCoreApplication application(argc, argv);
    SessionContract suite([] { return std::make_unique<SocketContractHost>(); });
    return QTest::qExec(&suite, argc, argv);
}

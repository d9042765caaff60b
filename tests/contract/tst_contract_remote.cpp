#include "sessioncontract.h"
#include "sorting.h"

#include <ipc/controlserver.h>
#include <ipc/remotesession.h>
#include <support/await.h>
#include <support/fakesession.h>

#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;

namespace {

/// RemoteSession, socket, ControlServer, FakeSession: what a client of another process sees.
class RemoteContractHost final : public ContractHost
{
public:
    RemoteContractHost()
    {
        const QString path = m_folder.filePath(QStringLiteral("host.sock"));
        if (!m_server.listen(path))
            qFatal("cannot listen");
        m_session = std::make_unique<RemoteSession>(RemoteSession::Options{});
        if (!await(m_session->open(path)))
            qFatal("cannot connect");
    }

    HostSession& session() override { return *m_session; }
    void destroySession() override { m_session.reset(); }
    QString talkerCommand() override { return QStringLiteral("[\"talker\"]"); }
    void talk(const QString& name, const QByteArray& line) override { m_fake.say(name, line); }
    void emptyFile(const QString& name) override { m_fake.breakText(name, {}); }
    void provideQueue(const QString& name) override { sorting::add(m_fake, name); }

private:
    QTemporaryDir m_folder;
    FakeSession m_fake;
    ControlServer m_server{m_fake};
    std::unique_ptr<RemoteSession> m_session;
};

} // namespace

int main(int argc, char* argv[])
{
    const QCoreApplication application(argc, argv);
    SessionContract suite([] { return std::make_unique<RemoteContractHost>(); });
    return QTest::qExec(&suite, argc, argv);
}

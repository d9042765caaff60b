// Tells the time each second to whoever connects, until he leaves or the program ends:
//
//     clockserver --clock.port=7777 &
//     nc localhost 7777
//
// A hosted service by hand: start and stop, with a stop source of its own, for work that is not one long execute.

#include <turnspit/async/periodictimer.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>
#include <turnspit/base/time.h>
#include <turnspit/config/tomlreader.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/logging/logger.h>

#include <QTcpServer>
#include <QTcpSocket>

using namespace std::chrono_literals;

namespace {

struct ClockOptions
{
    int port = 7777; ///< 0: any that is free

    void bind(turnspit::TomlReader& reader) { reader.readInteger("port", port, 0, 65535); }
};

class ClockServer final : public turnspit::HostedService
{
public:
    /// The stop source is linked to the end of the application, so that everybody is told at once then, and not only when it is this
    /// service's turn.
    ClockServer(turnspit::Options<ClockOptions> options, turnspit::ApplicationLifetime& lifetime, turnspit::Logger<ClockServer> log)
        : m_options(std::move(options)), m_log(std::move(log)), m_stopping(lifetime.stopping())
    {}

    turnspit::Task<> start(std::stop_token) override
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            while (QTcpSocket* const client = m_server.nextPendingConnection())
                m_clients.spawn(serve(client, m_stopping.token()));
        });
        if (!m_server.listen(QHostAddress::LocalHost, quint16(m_options->port)))
            throw std::runtime_error(m_server.errorString().toStdString()); // the host does not start
        m_log.info("listens on port {}", m_server.serverPort());
        co_return;
    }

    /// Nobody in there waits for the network once he is told, so this needs no hurry.
    turnspit::Task<> stop(std::stop_token) override
    {
        m_server.close();
        m_stopping.requestStop(); // also where only this service is stopped, and the application goes on
        co_await m_clients.join();
        m_log.info("all clients have gone");
    }

private:
    turnspit::Task<> serve(QTcpSocket* socket, std::stop_token stopping)
    {
        turnspit::LinkedStopSource gone(stopping); // when the service ends, or this client does
        const std::unique_ptr<QTcpSocket> client(socket); // goes before `gone`, which it tells that it goes
        QObject::connect(client.get(), &QTcpSocket::disconnected, client.get(), [&gone] { gone.requestStop(); });
        turnspit::PeriodicTimer timer{1s};
        do {
            client->write(QByteArray::fromStdString(turnspit::formatRfc3339(turnspit::wallClockNow()) + '\n'));
        } while (co_await timer.nextTick(gone.token()));
        if (stopping.stop_requested())
            client->write("goodbye\n");
        client->flush();
    }

    turnspit::Options<ClockOptions> m_options;
    turnspit::Logger<ClockServer> m_log;
    turnspit::LinkedStopSource m_stopping;
    QTcpServer m_server;
    turnspit::TaskScope m_clients; // last: who is left goes first
};

} // namespace

int main(int argc, char** argv)
{
    auto builder = turnspit::Host::createBuilder(argc, argv);
    builder.configure<ClockOptions>("clock");
    builder.services().addHostedService<ClockServer>();
    return builder.build()->run();
}

#include <ipc/wireclient.h>

#include <QLocalSocket>
#include <QPointer>

#include <chrono>

namespace turnspit {

namespace {

using Key = QLatin1StringView;
constexpr std::chrono::seconds helloLimit{10};

} // namespace

WireClient::WireClient(QString client, QObject* parent) : QObject(parent), m_client(std::move(client)) {}

WireClient::~WireClient()
{
    if (m_socket)
        m_socket->disconnect(this);
}

void WireClient::open(const QString& path)
{
    if (m_socket)
        close(Error{ErrorKind::Cancelled, "the connection was opened anew"});
    m_path = path;
    m_lines = wire::LineBuffer(wire::maxAnswer);
    m_socket = new QLocalSocket(this);
    connect(m_socket, &QLocalSocket::connected, this, &WireClient::connected);
    connect(m_socket, &QLocalSocket::errorOccurred, this, &WireClient::failed);
    connect(m_socket, &QLocalSocket::disconnected, this, &WireClient::failed);
    connect(m_socket, &QLocalSocket::readyRead, this, &WireClient::read);
    m_helloDeadline = Clock::current().createTimer([this] {
        close(Error{ErrorKind::Unreachable, "the host at " + m_path.toStdString() + " does not answer"});
    });
    m_helloDeadline->startOnce(helloLimit);
    m_socket->connectToServer(path);
}

void WireClient::connected()
{
    write(QStringLiteral("hello"),
          {{Key("protocol"), wire::protocolVersion}, {Key("client"), m_client}},
          [this](Result<QJsonValue> greeting) {
              if (!greeting) {
                  if (m_socket) // otherwise the connection has ended already, and said so
                      close(Error{ErrorKind::Unreachable, "the host at " + m_path.toStdString() + " turned this client away: "
                                                              + greeting.error().message});
                  return;
              }
              m_helloDeadline.reset();
              m_open = true;
              Q_EMIT opened(greeting->toObject());
          });
}

void WireClient::failed()
{
    if (!m_socket)
        return;
    const QLocalSocket::LocalSocketError error = m_socket->error();
    const std::string path = m_path.toStdString();
    if (error == QLocalSocket::ServerNotFoundError || error == QLocalSocket::ConnectionRefusedError) {
        const bool missing = error == QLocalSocket::ServerNotFoundError;
        close(Error{ErrorKind::Unreachable, "no host is running (" + path + (missing ? " is not there" : " is not listened on")
                                                + "): start turnspitd or the desktop"});
        return;
    }
    const QPointer<WireClient> self = this;
    read(); // what came before the end
    if (!self || !m_socket)
        return;
    if (error == QLocalSocket::SocketAccessError)
        close(Error{ErrorKind::Unreachable, "the host at " + path + " belongs to another user"});
    else if (error == QLocalSocket::PeerClosedError || error == QLocalSocket::UnknownSocketError)
        close(Error{ErrorKind::Unreachable, "the host at " + path + " ended the connection"});
    else
        close(Error{ErrorKind::Unreachable, "cannot reach the host at " + path + ": " + m_socket->errorString().toStdString()});
}

void WireClient::close(Error why)
{
    QLocalSocket* socket = std::exchange(m_socket, nullptr);
    if (!socket)
        return;
    socket->disconnect(this);
    socket->abort();
    socket->deleteLater();
    m_open = false;
    m_helloDeadline.reset();
    const QPointer<WireClient> self = this;
    for (auto& [id, answer] : std::exchange(m_pending, {})) {
        answer(fail(why));
        if (!self)
            return;
    }
    Q_EMIT closed(why);
}

void WireClient::send(const QString& method, const QJsonObject& params, Answer answer)
{
    write(method, params, std::move(answer));
}

void WireClient::write(const QString& method, const QJsonObject& params, Answer answer)
{
    const qint64 id = m_nextId++;
    m_pending.emplace(id, std::move(answer));
    m_socket->write(wire::requestLine(id, method, params));
}

void WireClient::read()
{
    const QPointer<WireClient> self = this;
    while (m_socket) {
        if (const auto line = m_lines.next()) {
            const auto message = wire::parseMessage(*line);
            if (message)
                handle(*message);
            else
                close(Error{ErrorKind::Protocol, "the host at " + m_path.toStdString() + " sent " + message.error().message});
            if (!self)
                return;
            continue;
        }
        if (m_lines.isTooLong())
            return close(Error{ErrorKind::Protocol, "the host at " + m_path.toStdString() + " sent a line of more than 16 MiB"});
        if (m_socket->state() != QLocalSocket::ConnectedState && m_socket->bytesAvailable() == 0)
            return; // gone, or never there
        const QByteArray bytes = m_socket->read(256 << 10);
        if (bytes.isEmpty())
            return;
        m_lines.feed(bytes);
    }
}

void WireClient::handle(const wire::Message& message)
{
    if (message.isNotification()) {
        Q_EMIT notified(message.method, message.params);
        return;
    }
    if (!message.id.isDouble()) {
        // An error without an id is about the connection, and its last line.
        close(Error{ErrorKind::Unreachable, "the host at " + m_path.toStdString() + " ended the connection: "
                                                + (message.error ? message.error->message : "no reason given")});
        return;
    }
    const auto pending = m_pending.find(message.id.toInteger());
    if (pending == m_pending.end())
        return;
    Answer answer = std::move(pending->second);
    m_pending.erase(pending);
    if (message.error)
        answer(fail(*message.error));
    else
        answer(message.result);
}

} // namespace turnspit

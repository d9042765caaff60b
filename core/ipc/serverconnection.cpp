#include <ipc/serverconnection.h>

#include <ipc/controlserver.h>
#include <turnspit/control/json.h>
#include <turnspit/control/jsonfields.h>

#include <sys/socket.h>

namespace turnspit {

namespace {

using Key = QLatin1StringView;

QByteArray deltaLine(const HeldChanges::Merged& merged)
{
    QJsonObject params = toJson(merged.delta);
    if (merged.from.value + 1 != merged.delta.revision.value)
        params.insert(Key("from"), static_cast<qint64>(merged.from.value));
    return wire::notificationLine(QStringLiteral("delta"), params);
}

Error tooLarge()
{
    return Error{ErrorKind::Failed, "the answer would exceed 16 MiB: ask for less (a smaller `limit` or `count`)"};
}

} // namespace

ServerConnection::ServerConnection(ControlServer& server, QLocalSocket* socket)
    : QObject(&server), m_server(server), m_socket(socket)
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(readAhead);
    m_deadline = Clock::current().createTimer([this] { abort(); });
    m_deadline->startOnce(helloLimit);
    connect(m_socket, &QLocalSocket::readyRead, this, &ServerConnection::readMore);
    connect(m_socket, &QLocalSocket::bytesWritten, this, &ServerConnection::progressed);
    connect(m_socket, &QLocalSocket::disconnected, this, [this] { m_server.forget(this); });
    // What came with the connection itself was announced before anyone listened.
    QMetaObject::invokeMethod(
        this,
        [this] {
            readMore();
            if (m_socket->state() == QLocalSocket::UnconnectedState)
                m_server.forget(this);
        },
        Qt::QueuedConnection);
}

ServerConnection::~ServerConnection()
{
    m_socket->disconnect(this);
    m_socket->flush(); // what is written goes out as far as nobody has to be waited for
}

bool ServerConnection::mayBegin() const
{
    return (m_state == State::Silent || m_state == State::Open) && m_underWay < m_server.m_options.maxUnderWay
           && m_socket->bytesToWrite() <= holdAbove;
}

void ServerConnection::readMore()
{
    if (m_state == State::Closing) {
        m_socket->readAll(); // so that the client's writes do not end before it has read the error
        return;
    }
    if (std::exchange(m_reading, true))
        return; // a task that ended at once; the loop below goes on by itself
    while (mayBegin()) {
        if (const auto line = m_lines.next()) {
            handle(*line);
        } else if (m_lines.isTooLong()) {
            refuse({wire::InvalidRequest, "a request of more than 1 MiB", {}, true});
        } else {
            if (m_socket->state() != QLocalSocket::ConnectedState && m_socket->bytesAvailable() == 0)
                break; // gone, perhaps without a word
            const QByteArray bytes = m_socket->read(64 << 10);
            if (bytes.isEmpty())
                break;
            m_lines.feed(bytes);
        }
    }
    m_reading = false;
}

void ServerConnection::handle(const QByteArray& line)
{
    const auto parsed = wire::parseRequest(line);
    if (!parsed) {
        const wire::Refusal& refusal = parsed.error();
        if (refusal.closes || m_state == State::Silent)
            refuse(refusal);
        else if (!refusal.id.isUndefined())
            write(wire::errorLine(refusal.id, refusal.code, refusal.message));
        return;
    }
    const wire::Request& request = *parsed;
    if (m_state == State::Silent)
        return greet(request);
    if (request.method == Key("subscribe"))
        return begin(answerSubscribe(request));
    if (const wire::Method* method = wire::findMethod(request.method))
        return begin(answerCall(request, *method));
    if (request.isNotification())
        return;
    if (request.method == Key("hello"))
        write(wire::errorLine(request.id, wire::InvalidRequest, "hello was said already"));
    else
        write(wire::errorLine(request.id, wire::UnknownMethod,
                              "this host has no method `" + request.method.left(64).toStdString() + '`'));
}

void ServerConnection::greet(const wire::Request& request)
{
    const QJsonValue id = request.isNotification() ? QJsonValue() : request.id;
    if (request.method != Key("hello") || request.isNotification())
        return refuse({wire::InvalidRequest, "the first request must be hello", id, true});
    JsonFields fields(request.params);
    int protocol = 0;
    QString client;
    fields.read("protocol", protocol);
    fields.read("client", client);
    if (!fields.isGiven("protocol"))
        fields.wrong("protocol", "must be given");
    if (fields.error())
        return refuse({wire::InvalidParameters, fields.error()->message, id, true});
    if (protocol != wire::protocolVersion)
        return refuse({wire::InvalidRequest,
                       "this host speaks protocol " + std::to_string(wire::protocolVersion) + ", not "
                           + std::to_string(protocol) + ": use a client of the same release",
                       id, true});
    m_state = State::Greeting;
    begin(answerHello(id));
}

void ServerConnection::begin(Task<> task)
{
    ++m_underWay;
    m_tasks.spawn(std::move(task));
}

void ServerConnection::ended()
{
    --m_underWay;
    readMore();
    m_server.noteQuiet();
}

Task<> ServerConnection::answerHello(QJsonValue id)
{
    Result<HostInfo> host = fail(ErrorKind::Cancelled, "the host is ending");
    try {
        if (m_server.m_session)
            host = co_await m_server.m_session->hostStatus();
    } catch (const OperationCancelled&) { // NOLINT(bugprone-empty-catch): the session has gone, the error stands
    }
    if (m_state == State::Greeting) {
        if (host) {
            m_state = State::Open;
            m_deadline->stop();
            write(wire::resultLine(id, QJsonObject{
                {Key("protocol"), wire::protocolVersion},
                {Key("host"), host->host},
                {Key("pid"), host->pid},
                {Key("version"), host->version},
                {Key("features"), QJsonArray::fromStringList(host->features)},
            }));
        } else {
            refuse({wire::codeOf(host.error().kind), host.error().message, id, true});
        }
    }
    ended();
}

Task<Result<QByteArray>> ServerConnection::subscription(QJsonValue id)
{
    const QPointer<HostSession>& session = m_server.m_session;
    if (!m_server.m_sessionSubscribed) {
        if (const auto done = co_await session->subscribe(); !done)
            co_return fail(done.error());
        m_server.m_sessionSubscribed = true;
    }
    if (!session)
        throw OperationCancelled{};
    const auto snapshot = co_await session->snapshot();
    if (!snapshot)
        co_return fail(snapshot.error());
    m_known = std::max(m_known, snapshot->revision);
    m_held.restFrom(snapshot->revision);
    co_return wire::resultLine(id, toJson(*snapshot));
}

Task<> ServerConnection::answerSubscribe(wire::Request request)
{
    // Deltas from here on are held, and sent behind the snapshot.
    ++m_snapshotsUnderWay;
    m_subscribed = true;
    Result<QByteArray> line = fail(ErrorKind::Cancelled, "the host is ending");
    try {
        if (m_server.m_session)
            line = co_await subscription(request.id);
    } catch (const OperationCancelled&) { // NOLINT(bugprone-empty-catch): the session has gone, the error stands
    }
    if (line && line->size() > wire::maxAnswer)
        line = fail(tooLarge());
    if (!line)
        m_subscribed = false;
    answer(request, line);
    if (--m_snapshotsUnderWay == 0)
        flushHeld();
    m_server.countSubscribers();
    ended();
}

Task<Result<QByteArray>> ServerConnection::lineFor(QJsonValue id, QJsonObject params, const wire::Method& method)
{
    for (;;) {
        if (!m_server.m_session)
            throw OperationCancelled{};
        const Result<QJsonValue> result = co_await method.call(*m_server.m_session, params);
        if (!result)
            co_return fail(result.error());
        QByteArray line = wire::resultLine(id, *result);
        if (line.size() <= wire::maxAnswer)
            co_return line;
        if (!method.askForLess || !method.askForLess(params, *result))
            co_return fail(tooLarge());
    }
}

Task<> ServerConnection::answerCall(wire::Request request, const wire::Method& method)
{
    const bool mustAnswer = method.name == "host.shutdown";
    const bool isSnapshot = method.name == "snapshot";
    m_mustAnswer += mustAnswer;
    m_snapshotsUnderWay += isSnapshot;
    Result<QByteArray> line = fail(ErrorKind::Cancelled, "the host is ending");
    try {
        line = co_await lineFor(request.id, request.params, method);
    } catch (const OperationCancelled&) { // NOLINT(bugprone-empty-catch): the session has gone, the error stands
    }
    answer(request, line);
    m_mustAnswer -= mustAnswer;
    m_snapshotsUnderWay -= isSnapshot;
    if (isSnapshot && m_snapshotsUnderWay == 0)
        flushHeld();
    ended();
}

void ServerConnection::answer(const wire::Request& request, const Result<QByteArray>& line)
{
    if (request.isNotification())
        return;
    // What a command did is known to its client before the answer.
    if (m_snapshotsUnderWay == 0)
        flushHeld();
    write(line ? *line : wire::errorLine(request.id, line.error()));
}

void ServerConnection::deliver(const Delta& delta, const QByteArray& line)
{
    if (!m_subscribed || m_state == State::Closing)
        return;
    const bool holds = m_snapshotsUnderWay > 0 || !m_held.isEmpty() || m_socket->bytesToWrite() > holdAbove;
    m_known = delta.revision;
    if (holds)
        m_held.add(delta);
    else
        write(line);
}

void ServerConnection::deliverReplaced(Revision revision)
{
    if (!m_subscribed || revision == m_known || m_state == State::Closing)
        return;
    m_known = revision;
    m_held.replaceAll(revision);
    if (m_snapshotsUnderWay == 0 && m_socket->bytesToWrite() <= holdAbove)
        flushHeld();
}

void ServerConnection::flushHeld()
{
    if (m_subscribed && !m_held.isEmpty())
        write(deltaLine(m_held.take()));
}

void ServerConnection::write(const QByteArray& line)
{
    if (m_state == State::Closing || m_socket->state() != QLocalSocket::ConnectedState)
        return;
    if (m_socket->bytesToWrite() > closeAbove)
        return abort();
    const bool wasIdle = m_socket->bytesToWrite() == 0;
    m_socket->write(line);
    if (wasIdle)
        watchProgress();
}

void ServerConnection::progressed()
{
    if (m_state == State::Closing)
        return closeWhenSent();
    watchProgress();
    if (m_socket->bytesToWrite() < sendBelow && m_snapshotsUnderWay == 0)
        flushHeld();
    readMore();
    m_server.noteQuiet();
}

void ServerConnection::watchProgress()
{
    if (m_state == State::Silent || m_state == State::Greeting)
        return; // the deadline of hello stands
    if (m_socket->bytesToWrite() > 0)
        m_deadline->startOnce(progressLimit);
    else
        m_deadline->stop();
}

void ServerConnection::refuse(const wire::Refusal& refusal)
{
    write(wire::errorLine(refusal.id.isUndefined() ? QJsonValue() : refusal.id, refusal.code, refusal.message));
    m_state = State::Closing;
    m_deadline->startOnce(progressLimit);
    closeWhenSent();
}

void ServerConnection::closeWhenSent()
{
    if (m_socket->bytesToWrite() > 0 || m_socket->state() != QLocalSocket::ConnectedState)
        return;
    // Half of it: closing the socket under a client that still writes could take the error from it.
    ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
    m_deadline->startOnce(lingerLimit);
    readMore();
}

void ServerConnection::abort()
{
    m_state = State::Closing;
    m_socket->abort();
    m_server.forget(this);
}

} // namespace turnspit

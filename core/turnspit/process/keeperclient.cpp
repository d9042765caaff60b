#include <turnspit/process/keeperclient.h>

#include <QProcess>

#include <unistd.h>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

constexpr auto retryWhileStarting = 10ms;
constexpr auto retryInTrouble = 1s;
constexpr int triesBeforeTrouble = 500; // 5 s of them: the next keeper waits until it has ended what was left of the last one's runs

} // namespace

KeeperClient::KeeperClient(Options options, QObject* parent) : QObject(parent), m_options(std::move(options))
{
    m_retry = Clock::system().createTimer([this] { connectToKeeper(); });
}

KeeperClient::~KeeperClient()
{
    close();
}

Result<std::string> KeeperClient::findProgram(const std::string& applicationDir)
{
    if (const char* path = std::getenv("TURNSPIT_KEEP"); path && *path) { // NOLINT(concurrency-mt-unsafe): read-only
        if (::access(path, X_OK) == 0)
            return path;
        return fail(std::string("TURNSPIT_KEEP names ") + path + ", which cannot be executed");
    }
    const std::string beside = applicationDir + "/turnspit-keep";
    const std::string libexec = applicationDir + "/../libexec/turnspit/turnspit-keep";
    for (const std::string& path : {beside, libexec}) {
        if (::access(path.c_str(), X_OK) == 0)
            return path;
    }
    return fail("turnspit-keep was not found: looked for " + beside + " and " + libexec);
}

void KeeperClient::open()
{
    m_open = true;
    m_tries = 0;
    m_started = false;
    connectToKeeper();
}

void KeeperClient::close()
{
    m_open = false;
    m_ready = false;
    m_retry->stop();
    if (m_socket) {
        m_socket->disconnect(this);
        if (m_socket->state() == QLocalSocket::ConnectedState) {
            m_socket->write(QByteArray::fromStdString(keep::encode(keep::HostMessage(keep::Goodbye{}))));
            m_socket->flush();
        }
        m_socket.reset();
    }
}

void KeeperClient::connectToKeeper()
{
    if (!m_open)
        return;
    if (m_socket)
        m_socket.release()->deleteLater(); // perhaps we are inside one of its signals
    m_decoder = {};
    m_connected = false;
    m_socket = std::make_unique<QLocalSocket>();
    connect(m_socket.get(), &QLocalSocket::connected, this, &KeeperClient::connected);
    connect(m_socket.get(), &QLocalSocket::disconnected, this, &KeeperClient::disconnected);
    connect(m_socket.get(), &QLocalSocket::readyRead, this, &KeeperClient::received);
    connect(m_socket.get(), &QLocalSocket::errorOccurred, this, [this](QLocalSocket::LocalSocketError) {
        // The state is not unconnected yet when this comes; the end of a connection that stood is `disconnected`'s.
        if (m_connected)
            return;
        m_socket->disconnect(this);
        if (!std::exchange(m_started, true))
            startKeeper();
        retryLater();
    });
    m_socket->connectToServer(QString::fromStdString(m_options.places.keeperSocket()));
}

void KeeperClient::startKeeper()
{
    QProcess keeper;
    keeper.setProgram(QString::fromStdString(m_options.program));
    keeper.setArguments({QStringLiteral("--state-dir"), QString::fromStdString(m_options.places.state)});
    keeper.setWorkingDirectory(QStringLiteral("/"));
    keeper.setStandardInputFile(QProcess::nullDevice());
    keeper.setStandardOutputFile(QProcess::nullDevice());
    keeper.setStandardErrorFile(QProcess::nullDevice());
    if (!keeper.startDetached() && onTrouble)
        onTrouble(Error{ErrorKind::Failed, "cannot start " + m_options.program + ": " + keeper.errorString().toStdString()});
}

void KeeperClient::retryLater()
{
    if (++m_tries < triesBeforeTrouble) {
        m_retry->startOnce(retryWhileStarting);
        return;
    }
    if (m_tries == triesBeforeTrouble && onTrouble)
        onTrouble(Error{ErrorKind::Unreachable, "the keeper does not answer at " + m_options.places.keeperSocket() + "; see " +
                                                    m_options.places.state + "/keep.log"});
    m_started = false; // it may have died as well: the next try starts another, the lock decides which one stays
    m_retry->startOnce(retryInTrouble);
}

void KeeperClient::connected()
{
    m_connected = true;
    keep::Hello hello;
    hello.host = m_options.hostName;
    hello.logTotalSize = m_options.logTotalSize;
    m_socket->write(QByteArray::fromStdString(keep::encode(keep::HostMessage(hello))));
}

void KeeperClient::disconnected()
{
    const bool wasReady = std::exchange(m_ready, false);
    m_keeperPid = 0;
    m_socket->disconnect(this);
    if (wasReady) {
        m_tries = 0;
        m_started = false;
        if (onLost)
            onLost();
    }
    retryLater();
}

void KeeperClient::received()
{
    const QByteArray bytes = m_socket->readAll();
    m_decoder.feed({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    for (;;) {
        auto message = m_decoder.next();
        if (!message) {
            if (onTrouble)
                onTrouble(message.error().in("the keeper sent something that is not in the protocol"));
            m_socket->abort();
            return;
        }
        if (!*message)
            return;
        if (const auto* welcome = std::get_if<keep::Welcome>(&**message)) {
            m_ready = true;
            m_tries = 0;
            m_keeperPid = welcome->pid;
            if (onWelcome)
                onWelcome(*welcome);
        } else if (const auto* refused = std::get_if<keep::Refused>(&**message)) {
            if (onTrouble)
                onTrouble(Error{ErrorKind::Refused, "the keeper refused this host: " + refused->reason});
        } else if (onMessage) {
            onMessage(**message);
        }
        if (!m_socket)
            return; // closed by a callback
    }
}

bool KeeperClient::send(const keep::HostMessage& message)
{
    if (!m_ready)
        return false;
    const std::string bytes = keep::encode(message);
    m_socket->write(bytes.data(), static_cast<qint64>(bytes.size()));
    // Where somebody waits for a process, not only in the next turn of the loop: the keeper spawns beside what we do meanwhile. Not so a stop:
    // what the person wishes is written first, in this turn.
    if (std::holds_alternative<keep::Spawn>(message))
        m_socket->flush();
    return true;
}

} // namespace turnspit

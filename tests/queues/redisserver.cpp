#include "redisserver.h"

#include <QHostAddress>
#include <QProcess>
#include <QTcpServer>

#include <csignal>
#include <stdexcept>

namespace turnspit {

RedisServer::RedisServer(QStringList arguments) : m_arguments(std::move(arguments))
{
    QTcpServer probe;
    if (!probe.listen(QHostAddress::LocalHost))
        throw std::runtime_error("no free port on loopback");
    m_port = probe.serverPort();
    probe.close();
    start();
}

RedisServer::~RedisServer()
{
    kill();
}

void RedisServer::start()
{
    m_process = std::make_unique<QProcess>();
    m_process->setProcessChannelMode(QProcess::MergedChannels);
    m_process->start(QStringLiteral("redis-server"),
                     QStringList{QStringLiteral("--port"), QString::number(m_port), QStringLiteral("--bind"), QStringLiteral("127.0.0.1"),
                                 QStringLiteral("--dir"), m_folder.path(), QStringLiteral("--save"), QString(), QStringLiteral("--appendonly"),
                                 QStringLiteral("yes"), QStringLiteral("--appendfsync"), QStringLiteral("always")}
                         + m_arguments);
    QByteArray said;
    while (!said.contains("Ready to accept connections")) {
        if (!m_process->waitForReadyRead(20000))
            throw std::runtime_error("redis-server does not come up: " + said.toStdString() + m_process->errorString().toStdString());
        said += m_process->readAll();
    }
}

void RedisServer::kill()
{
    m_process->kill();
    m_process->waitForFinished(10000);
}

void RedisServer::freeze()
{
    ::kill(pid_t(m_process->processId()), SIGSTOP);
}

void RedisServer::thaw()
{
    ::kill(pid_t(m_process->processId()), SIGCONT);
}

RedisAddress RedisServer::address() const
{
    return {.host = "127.0.0.1", .port = m_port};
}

QByteArray RedisServer::cli(const QStringList& words) const
{
    QProcess process;
    process.start(QStringLiteral("redis-cli"), QStringList{QStringLiteral("-p"), QString::number(m_port)} + words);
    process.waitForFinished(10000);
    return process.readAll().trimmed();
}

} // namespace turnspit

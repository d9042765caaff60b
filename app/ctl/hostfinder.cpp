#include "hostfinder.h"

#include <ipc/remotesession.h>
#include <ipc/sessionsocket.h>
#include <turnspit/async/taskscope.h>

#include <QDir>
#include <QFile>

#include <chrono>

namespace turnspit::ctl {

namespace {

constexpr std::chrono::seconds patience{2};

/// The pid that the holder of this lock has written there, whoever that was.
std::optional<int> pidIn(const std::string& lockFile)
{
    QFile file(QString::fromStdString(lockFile));
    bool good = false;
    const int pid = file.open(QIODevice::ReadOnly) ? file.readLine(32).trimmed().toInt(&good) : 0;
    return good ? std::optional(pid) : std::nullopt;
}

Task<> ask(RemoteSession& session, FoundHost& host, std::optional<Error>& error, Event& done)
{
    const auto greeting = co_await session.open(host.socket);
    if (greeting) {
        host.pid = greeting->pid;
        host.version = greeting->version;
        if (host.what != u"worker") {
            host.name = greeting->host;
            host.what = greeting->host == u"turnspit" ? QStringLiteral("desktop") : QStringLiteral("host");
        }
        const auto snapshot = co_await session.snapshot();
        if (snapshot) {
            host.since = snapshot->host.since;
            host.counts = countOf(snapshot->services);
            host.state = FoundHost::State::Answers;
        } else {
            error = snapshot.error();
        }
    } else {
        error = greeting.error();
    }
    done.set();
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the list outlives the scope that owns this
Task<> look(FoundHost& host)
{
    RemoteSession session({.client = QStringLiteral("turnspitctl"), .reconnect = false});
    std::optional<Error> error;
    Event done;
    const auto timer = Clock::current().createTimer([&done] { done.set(); });
    timer->startOnce(patience);
    TaskScope scope;
    scope.spawn(ask(session, host, error, done));
    co_await done.wait();
    if (host.state == FoundHost::State::Answers)
        co_return;
    if (isListenedOn(host.socket.toStdString())) {
        host.state = FoundHost::State::Silent;
        host.error = error ? QString::fromStdString(error->text()) : QStringLiteral("no answer within %1 s").arg(patience.count());
    } else {
        host.state = FoundHost::State::Gone;
        host.error = QStringLiteral("it was killed: its socket is left");
    }
}

} // namespace

Task<QList<FoundHost>> findHosts(Places places)
{
    QList<FoundHost> hosts;
    const QString main = QString::fromStdString(places.hostSocket());
    if (QFile::exists(main))
        hosts.append({.name = QStringLiteral("host"), .what = QStringLiteral("host"), .socket = main});
    const QDir workers(QString::fromStdString(places.workersFolder()));
    for (const QString& file : workers.entryList({QStringLiteral("*.sock")}, QDir::System, QDir::Name)) {
        const QString name = file.chopped(5);
        if (isServiceName(name.toStdString()))
            hosts.append({.name = name, .what = QStringLiteral("worker"), .socket = workers.filePath(file)});
    }
    TaskScope scope;
    for (FoundHost& host : hosts)
        scope.spawn(look(host));
    co_await scope.join();
    erase_if(hosts, [](const FoundHost& host) { return host.state == FoundHost::State::Gone && !QFile::exists(host.socket); }); // ended meanwhile
    for (FoundHost& host : hosts) {
        if (!host.pid)
            host.pid = pidIn(host.what == u"worker" ? places.workerLock(host.name.toStdString()) : places.hostLock());
    }
    co_return hosts;
}

} // namespace turnspit::ctl

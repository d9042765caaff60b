#include "workers.h"

#include "pulse.h"

#include <ipc/remotesession.h>
#include <ipc/sessionsocket.h>
#include <turnspit/async/onthread.h>
#include <turnspit/async/wait.h>
#include <turnspit/base/clock.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <QDir>
#include <QFile>
#include <QFileSystemWatcher>

namespace turnspit::desktop {

namespace {

constexpr std::chrono::seconds patience{2}; // with one that is connected to and says nothing

} // namespace

/// Watches the folder of the sockets, which may not be there yet. Made, used and destroyed on the files thread.
class Workers::Folder
{
public:
    Folder(const Places& places, std::function<void(QStringList)> tell)
        : m_runtime(QString::fromStdString(places.runtime)), m_workers(QString::fromStdString(places.workersFolder())), m_tell(std::move(tell))
    {
        QObject::connect(&m_watcher, &QFileSystemWatcher::directoryChanged, &m_watcher, [this] { look(); });
        look();
    }

private:
    void look()
    {
        // Watched before it is read: what comes meanwhile is told by itself.
        for (const QString& folder : {m_runtime, m_workers}) {
            if (!m_watcher.directories().contains(folder) && QFile::exists(folder))
                m_watcher.addPath(folder);
        }
        QStringList names;
        for (const QString& file : QDir(m_workers).entryList({QStringLiteral("*.sock")}, QDir::System, QDir::Name)) {
            if (isServiceName(file.chopped(5).toStdString()))
                names += file.chopped(5);
        }
        m_tell(names);
    }

    QString m_runtime;
    QString m_workers;
    std::function<void(QStringList)> m_tell;
    QFileSystemWatcher m_watcher;
};

Workers::Workers(const Places& places, Thread& files) : m_places(places), m_files(files), m_folder(std::make_shared<std::unique_ptr<Folder>>())
{
    auto tell = [this, alive = std::weak_ptr(m_alive), home = Mailbox::current()](const QStringList& names) {
        home->post([this, alive, names] {
            if (!alive.expired())
                filesAre(names);
        });
    };
    m_files.mailbox()->post([folder = m_folder, places, tell = std::move(tell)] { *folder = std::make_unique<Folder>(places, tell); });
}

Workers::~Workers()
{
    m_files.mailbox()->post([folder = m_folder] { folder->reset(); });
}

QString Workers::socketOf(const QString& name) const
{
    return QString::fromStdString(m_places.workerSocket(name.toStdString()));
}

QList<HostEntry> Workers::entries() const
{
    QList<HostEntry> list;
    for (const auto& [name, worker] : m_workers)
        list += worker.entry;
    return list;
}

HostSession* Workers::session(const QString& name) const
{
    const auto worker = m_workers.find(name);
    return worker == m_workers.end() ? nullptr : worker->second.session.get();
}

const HostMirror* Workers::mirror(const QString& name) const
{
    const auto worker = m_workers.find(name);
    return worker == m_workers.end() ? nullptr : worker->second.mirror.get();
}

bool Workers::isSilent(const QString& name) const
{
    const auto worker = m_workers.find(name);
    return worker != m_workers.end() && worker->second.entry.state == HostEntry::State::Silent;
}

void Workers::dismiss(const QStringList& names)
{
    for (const QString& name : names) {
        if (const auto worker = m_workers.find(name); worker != m_workers.end() && worker->second.entry.isOver())
            m_workers.erase(worker);
    }
    Q_EMIT changed();
}

void Workers::filesAre(const QStringList& names)
{
    for (const QString& name : names) {
        const auto known = m_workers.find(name);
        if (m_connecting.contains(name) || (known != m_workers.end() && !known->second.entry.isOver()))
            continue;
        m_connecting += name;
        m_tasks.spawn(connectTo(name));
    }
}

Task<> Workers::connectTo(QString name)
{
    auto session = std::make_unique<RemoteSession>(RemoteSession::Options{.client = QStringLiteral("turnspit"), .reconnect = false});
    RemoteSession& peer = *session;
    // One that hangs is shown all the same: somebody listens there.
    const auto late = Clock::current().createTimer([this, name, &session] {
        install(name, std::move(session), HostEntry::State::Silent);
        Q_EMIT answering(name, false);
    });
    late->startOnce(patience);
    while (!co_await peer.open(socketOf(name))) {
        if (session) { // nobody, or nobody yet: the folder tells when somebody puts another socket there
            m_connecting.removeOne(name);
            co_return;
        }
        if (co_await onThread(m_files, [socket = socketOf(name).toStdString()] { return isListenedOn(socket); })) {
            co_await delay(patience);
            continue;
        }
        m_connecting.removeOne(name);
        lost(name);
        co_return;
    }
    late->stop();
    m_connecting.removeOne(name);
    if (session)
        install(name, std::move(session), HostEntry::State::Answers);
    else
        setAnswers(name, true);
    m_workers.at(name).pulse = std::make_unique<Pulse>(peer, [this, name](bool answers) { setAnswers(name, answers); });
}

void Workers::install(const QString& name, std::unique_ptr<RemoteSession> session, HostEntry::State state)
{
    Worker& worker = m_workers[name];
    worker.entry.key = worker.entry.name = name;
    worker.entry.state = state;
    worker.entry.at.reset();
    worker.pulse.reset();
    auto mirrorBefore = std::exchange(worker.mirror, std::make_unique<HostMirror>(*session));
    mirrorBefore.reset();
    const auto before = std::exchange(worker.session, std::move(session));
    connect(worker.session.get(), &HostSession::connectionChanged, this, [this, name](HostSession::Connection connection) {
        if (connection == HostSession::Connection::Lost)
            lost(name);
    });
    connect(worker.mirror.get(), &HostMirror::servicesChanged, this, [this, name] { refresh(name); });
    worker.mirror->attach();
    Q_EMIT connected(name);
    Q_EMIT changed();
}

void Workers::setAnswers(const QString& name, bool answers)
{
    HostEntry& entry = m_workers.at(name).entry;
    entry.state = answers ? HostEntry::State::Answers : HostEntry::State::Silent;
    Q_EMIT changed();
    Q_EMIT answering(name, answers);
}

void Workers::refresh(const QString& name)
{
    Worker& worker = m_workers.at(name);
    const ServiceCounts counts = countOf(worker.mirror->model().services());
    if (std::exchange(worker.entry.counts, counts) != counts)
        Q_EMIT changed();
}

void Workers::lost(const QString& name)
{
    if (m_connecting.contains(name))
        return; // an attempt to connect has come to nothing
    // A program that ends takes its socket away before it lets go of its clients.
    m_files.mailbox()->post([this, name, alive = std::weak_ptr(m_alive), home = Mailbox::current(), socket = socketOf(name),
                             at = Clock::current().wallNow()] {
        home->post([this, name, alive, at, left = QFile::exists(socket)] {
            if (!alive.expired())
                isLost(name, at, left);
        });
    });
}

void Workers::isLost(const QString& name, WallTime at, bool socketLeft)
{
    const auto found = m_workers.find(name);
    if (found == m_workers.end() || found->second.session->connection() != HostSession::Connection::Lost)
        return;
    HostEntry& entry = found->second.entry;
    const HostInfo* const host = found->second.mirror->host();
    const bool killed = socketLeft && !(host && host->shuttingDown);
    entry.state = killed ? HostEntry::State::Killed : HostEntry::State::Ended;
    entry.at = at;
    Q_EMIT changed();
    Q_EMIT ended(name, killed);
}

} // namespace turnspit::desktop

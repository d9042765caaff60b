#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/base/places.h>
#include <ui/hosts/hostentry.h>

#include <QObject>

#include <map>
#include <memory>

namespace turnspit {
class HostMirror;
class HostSession;
class RemoteSession;
} // namespace turnspit

namespace turnspit::desktop {

class Pulse;

/// The programs that show their services in the runtime folder: finds and connects them by itself, and knows which of them do not answer,
/// and how those have ended that it has seen alive. A socket that a program left before this looked is nobody. Main thread; files are
/// looked at on `files`.
class Workers final : public QObject
{
    Q_OBJECT
public:
    /// `files` must outlive this.
    Workers(const Places& places, Thread& files);
    ~Workers() override;

    /// Sorted by name.
    [[nodiscard]] QList<HostEntry> entries() const;

    /// Null: no such program.
    [[nodiscard]] HostSession* session(const QString& name) const;

    /// What is known of its services, the last of it where it has gone. Null: no such program.
    [[nodiscard]] const HostMirror* mirror(const QString& name) const;

    /// It is there, and does not answer.
    [[nodiscard]] bool isSilent(const QString& name) const;

    /// Only those that are over; their sessions go.
    void dismiss(const QStringList& names);

Q_SIGNALS:
    /// Any entry is another now.
    void changed();
    /// It has another session from now on; the one before goes after this.
    void connected(const QString& name);
    /// It is connected, or there is somebody to connect to, and nothing comes from there; or it does again.
    void answering(const QString& name, bool answers);
    void ended(const QString& name, bool killed);

private:
    struct Worker
    {
        std::unique_ptr<RemoteSession> session;
        std::unique_ptr<HostMirror> mirror;
        std::unique_ptr<Pulse> pulse; ///< while it is connected
        HostEntry entry;
    };
    class Folder;

    void filesAre(const QStringList& names);
    Task<> connectTo(QString name);
    void install(const QString& name, std::unique_ptr<RemoteSession> session, HostEntry::State state);
    void setAnswers(const QString& name, bool answers);
    void lost(const QString& name);
    void isLost(const QString& name, WallTime at, bool socketLeft);
    void refresh(const QString& name);
    [[nodiscard]] QString socketOf(const QString& name) const;

    Places m_places;
    Thread& m_files;
    std::shared_ptr<std::unique_ptr<Folder>> m_folder; ///< what is in it: the files thread only
    std::map<QString, Worker> m_workers;
    QStringList m_connecting;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< what comes back from the files thread looks at it first
    TaskScope m_tasks; // last: destroyed before what its tasks use
};

} // namespace turnspit::desktop

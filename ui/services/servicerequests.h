#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QObject>

namespace turnspit {

/// Asks the host to do something with services and says in words where it refuses or cannot. Waits for nothing: what has come of it
/// is told by the host's deltas. The session must outlive it.
class ServiceRequests final : public QObject
{
    Q_OBJECT
public:
    /// `trigger`: from where the person asked, for the history.
    ServiceRequests(HostSession& session, Trigger trigger, QObject* parent = nullptr);

    /// `until`: of a hold that ends by itself.
    void act(Action action, const QStringList& names, std::optional<WallTime> until = {});
    /// One run of each.
    void run(const QStringList& names);
    /// Once more: a run of one that has single runs, a start of one that is kept.
    void again(const ServiceInfo& service);
    void enableAndStart(const QStringList& names);
    /// The stop under way gets so much more time.
    void extendStop(const QString& name, Milliseconds by);

Q_SIGNALS:
    /// A sentence for a person.
    void refused(const QString& why);
    /// The limit of a stop is another now.
    void stopExtended();
    /// The host has done what was asked; what it changed was told before.
    void done();

private:
    Task<> ask(Action action, QStringList names, std::optional<WallTime> until = {});
    Task<> begin(QString name);
    Task<> enableThenStart(QStringList names);
    Task<> extend(QString name, Milliseconds by);
    void refuse(const QString& name, const QString& why);

    HostSession& m_session;
    Trigger m_trigger;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit

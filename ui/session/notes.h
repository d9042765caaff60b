#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QHash>

namespace turnspit {

class HostMirror;

/// Keeps in the mirror's model what the files of the services in sight say about them (`description`). Nothing tells when that changes, so
/// each is asked for again after half a minute, one after another. Session and mirror must outlive it.
class Notes final : public QObject
{
    Q_OBJECT
public:
    Notes(HostSession& session, HostMirror& mirror, QObject* parent = nullptr);
    ~Notes() override;

    /// These are in sight. Called again and again while somebody looks: nothing is asked without it.
    void look(const QStringList& names);

private:
    Task<> ask(QStringList names);

    HostSession& m_session;
    HostMirror& m_mirror;
    QHash<QString, Instant> m_asked;
    bool m_asking = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit

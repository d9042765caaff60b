#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QSet>

namespace turnspit {

class HostMirror;

/// Keeps in the mirror's model how busy the services in sight were that are kept running: one question for all of them
/// every ten seconds, for what is new since, and one for those that have come into sight. Session and mirror must
/// outlive it.
class CpuTrails final : public QObject
{
    Q_OBJECT
public:
    CpuTrails(HostSession& session, HostMirror& mirror, QObject* parent = nullptr);
    ~CpuTrails() override;

    /// These are in sight. Called again and again while somebody looks: nothing is asked without it.
    void look(const QStringList& names);

private:
    Task<> ask(QStringList known, QStringList fresh);
    void take(const QList<ServiceUsage>& usages, bool whole);

    HostSession& m_session;
    HostMirror& m_mirror;
    QSet<QString> m_known; ///< whose trails are up to date but for the last seconds
    Instant m_asked{};
    bool m_asking = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit

#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

namespace turnspit {

class HostMirror;

/// Keeps the limits of the stops under way in the mirror's model: asks when a service is seen stopping, once a second while there
/// is one, since a limit moves without a delta, and when told to. Session and mirror must outlive it.
class Stops final : public QObject
{
    Q_OBJECT
public:
    Stops(HostSession& session, HostMirror& mirror, QObject* parent = nullptr);
    ~Stops() override;

    /// While nobody looks nothing is asked.
    void setActive(bool active);

    /// A limit may have moved just now.
    void refresh();

Q_SIGNALS:
    /// The model knows other limits now.
    void changed();

private:
    void look();
    Task<> watch();
    Task<> ask();

    HostSession& m_session;
    HostMirror& m_mirror;
    bool m_active = true;
    bool m_watching = false;
    QStringList m_stopping;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit

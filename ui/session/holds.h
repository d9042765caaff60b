#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

namespace turnspit {

class ServiceModel;

/// Keeps in the model when holds end: asks when a row that is held comes, one question at a time. Session and model
/// must outlive it.
class Holds final : public QObject
{
    Q_OBJECT
public:
    Holds(HostSession& session, ServiceModel& model, QObject* parent = nullptr);
    ~Holds() override;

private:
    void look(const QList<ServiceInfo>& came);
    Task<> ask();

    HostSession& m_session;
    ServiceModel& m_model;
    bool m_asking = false;
    bool m_again = false; ///< something came meanwhile
    TaskScope m_tasks;    ///< last: destroyed before what its tasks use
};

} // namespace turnspit

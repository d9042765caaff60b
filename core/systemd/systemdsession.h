#pragma once

#include <systemd/statusline.h>
#include <turnspit/async/promise.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/base/error.h>
#include <turnspit/control/hostsession.h>
#include <turnspit/control/sessionserver.h>

#include <QObject>

#include <map>
#include <memory>

namespace turnspit {

class SystemdReporter;

/// Where a session's end finds the reporter, while there is one. Host thread only.
struct SystemdLink
{
    SystemdReporter* reporter = nullptr;
};

/// A host's session as systemd sees it: the services of its files are what the status counts, not those built in, and SIGHUP is a
/// reload of the session.
class SystemdSession final : public SessionServer
{
public:
    SystemdSession(std::shared_ptr<SystemdLink> link, HostSession& session);
    ~SystemdSession() override;

    Task<> finish() override { co_return; }

private:
    Task<Result<>> reload();
    Task<> performReload(Promise<Result<>> done);
    Task<> follow();
    void replaced(const Snapshot& snapshot);
    void changed(const Delta& delta);
    void set(const ServiceInfo& service);
    void tell();

    std::shared_ptr<SystemdLink> m_link;
    HostSession& m_session;
    std::map<QString, ServiceState> m_states;
    QObject m_context;
    TaskScope m_tasks; // last: its frames go first
};

} // namespace turnspit

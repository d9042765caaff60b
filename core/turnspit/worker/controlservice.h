#pragma once

#include <turnspit/control/sessionserver.h>
#include <turnspit/hosting/hostedservice.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/session/hostlock.h>
#include <turnspit/session/recentevents.h>
#include <turnspit/session/servicelogs.h>
#include <turnspit/worker/exposecontrol.h>

#include <memory>
#include <optional>
#include <string>

namespace turnspit {

class ApplicationLifetime;
class ConfigurationReload;
class ServiceControllers;
class WorkerSession;

/// Opens the control socket of a plain host: up before any service starts, down after all have stopped, which is later than this is gone
/// where the host stops: an extension of the host closes it then. On the host thread.
class ControlService final : public HostedService, public HostedLifecycleService
{
public:
    static constexpr Affinity affinity = Affinity::Host;
    static constexpr bool ofHost = true;
    static constexpr const char* serviceName = "control";

    /// What is open. Closed on the host thread.
    struct Door
    {
        Door();
        ~Door();
        Door(const Door&) = delete;
        Door& operator=(const Door&) = delete;
        /// Tells the clients what has changed, then lets go of them.
        void close();
        /// The same where there is time: what they wait for and what is on its way reaches them, within two seconds. Closed also where it is
        /// destroyed half-way.
        Task<> finish();
        void shut();

        std::optional<HostLock> lock;
        std::shared_ptr<ServiceLogs> logs; ///< null: none are kept
        std::unique_ptr<WorkerSession> session;
        std::unique_ptr<SessionServer> server;
    };

    struct Parts
    {
        std::string name;
        ControlOptions options;
        std::shared_ptr<RecentEvents> events;
        std::shared_ptr<Door> door; ///< held by the registration, which is the last of the host to go
    };

    ControlService(Parts parts, ServiceControllers& controllers, ApplicationLifetime& lifetime, ConfigurationReload& configuration);

    /// A start that fails later ends here: closes what is open.
    ~ControlService() override;

    Task<> starting(std::stop_token cancelled) override;
    Task<> start(std::stop_token cancelled) override;
    Task<> stop(std::stop_token hurry) override;
    Task<> stopping(std::stop_token hurry) override;
    Task<> stopped(std::stop_token hurry) override;

private:
    Parts m_parts;
    Door& m_door;
    ServiceControllers& m_controllers;
    ApplicationLifetime& m_lifetime;
    ConfigurationReload& m_configuration;
    bool m_hostStops = false; ///< the door is closed when it has stopped
};

} // namespace turnspit

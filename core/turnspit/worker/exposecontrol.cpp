#include <turnspit/worker/exposecontrol.h>

#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/configurationreload.h>
#include <turnspit/hosting/hostextension.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/worker/controlservice.h>

#include <stdexcept>

namespace turnspit {

namespace {

/// Closes the door of a program when all of its services have stopped.
class Doorkeeper final : public HostExtension
{
public:
    explicit Doorkeeper(std::shared_ptr<ControlService::Door> door) : m_door(std::move(door)) {}
    ~Doorkeeper() override { m_door->shut(); }

    Task<> finish() override { return m_door->finish(); }

private:
    std::shared_ptr<ControlService::Door> m_door;
};

} // namespace

HostBuilder& exposeControl(HostBuilder& builder, std::string name, ControlOptions options)
{
    if (!isServiceName(name))
        throw std::invalid_argument("exposeControl: \"" + name + "\" is no name: 1 to 64 of A-Za-z0-9._-, beginning with a letter or digit");
    if (name == "turnspit" || name == "turnspitd")
        throw std::invalid_argument("exposeControl: the name " + name + " belongs to the program of that name");
    for (const HostedRegistration& hosted : builder.services().hosted()) {
        if (hosted.name == ControlService::serviceName)
            throw std::logic_error(hosted.ofHost ? "exposeControl: a program shows itself under one name"
                                                 : "exposeControl: the service 'control' (" + hosted.typeName + ") has the name of the one that is the control socket; give it another name");
    }
    ControlService::Parts parts;
    parts.name = std::move(name);
    parts.options = std::move(options);
    parts.door = std::make_shared<ControlService::Door>();
    if (parts.options.logs) {
        parts.door->logs = std::make_shared<ServiceLogs>();
        builder.addLogSink(parts.door->logs);
    }
    parts.events = std::make_shared<RecentEvents>();
    builder.addLogSink(parts.events);
    builder.addExtension([door = parts.door](ServiceProvider&) { return std::make_unique<Doorkeeper>(door); });
    ServiceOptions service;
    service.onFailure = FailureBehaviour::StopHost;
    builder.services().addHostedService<ControlService>(
        ControlService::serviceName,
        [parts](ServiceControllers& controllers, ApplicationLifetime& lifetime, ConfigurationReload& configuration) {
            return std::make_unique<ControlService>(parts, controllers, lifetime, configuration);
        },
        service);
    return builder;
}

} // namespace turnspit

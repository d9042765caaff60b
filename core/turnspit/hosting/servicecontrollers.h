#pragma once

#include <turnspit/hosting/hostedregistration.h>
#include <turnspit/hosting/servicecontroller.h>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace turnspit {

/// The services of a host. Lives on the host thread, every function is called there. Can be injected: a service with Affinity::Host
/// may take `ServiceControllers&`.
class ServiceControllers
{
public:
    class Private;
    explicit ServiceControllers(Private& d) : m_d(d) {}
    ServiceControllers(const ServiceControllers&) = delete;
    ServiceControllers& operator=(const ServiceControllers&) = delete;

    /// In the order of registration; those added at run time at the end. Valid as long as the host.
    [[nodiscard]] std::vector<ServiceController*> list() const;

    /// Null where there is none.
    [[nodiscard]] ServiceController* find(std::string_view name) const;

    /// A service that comes later: `add(HostedRegistration::of<T>("name", options))`. It is known at once and stopped with the host, but not started.
    /// An Error where the name is taken or none (HostServiceCollection), or a dependency is missing.
    [[nodiscard]] Result<ServiceController*> add(HostedRegistration registration);

    /// Called when any status has changed or a service was added, posted: once a loop turn. One listener; {} ends it.
    void onChanged(std::function<void()> call);

    /// The same for any number of listeners: `call` is called as long as what this returns is held.
    [[nodiscard]] std::shared_ptr<const void> watch(std::function<void()> call);

    /// Every worker thread that services share has answered its last heartbeat (HostOptions::heartbeat). A thread that was given up
    /// with what blocks it does not answer either.
    [[nodiscard]] bool workersAnswer() const;

private:
    Private& m_d;
};

} // namespace turnspit

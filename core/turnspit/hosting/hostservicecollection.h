#pragma once

#include <turnspit/di/servicecollection.h>
#include <turnspit/hosting/hostedregistration.h>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace turnspit {

/// The services of a host to be built: what the container makes, and what the host runs, in the order of the calls.
class HostServiceCollection : public ServiceCollection
{
public:
    /// T is made by its constructor, whose parameters are injected; once per start. Its name comes from the type (`data-sync-service`);
    /// a name that is taken is std::logic_error: a type that is there twice needs names (T9). A name is 1 to 64 of A-Za-z0-9._-, beginning
    /// with a letter or digit, as people type it; else std::invalid_argument.
    template <std::derived_from<HostedService> T>
    HostServiceCollection& addHostedService(ServiceOptions options = {})
    {
        return addHosted(HostedRegistration::of<T>({}, std::move(options)));
    }

    template <std::derived_from<HostedService> T>
    HostServiceCollection& addHostedService(std::string name, ServiceOptions options = {})
    {
        return addHosted(HostedRegistration::of<T>(std::move(name), std::move(options)));
    }

    /// `factory` returns std::unique_ptr<T>; its parameters are injected.
    template <std::derived_from<HostedService> T, class Factory>
        requires requires { &Factory::operator(); }
    HostServiceCollection& addHostedService(Factory factory, ServiceOptions options = {})
    {
        return addHosted(HostedRegistration::of<T>({}, std::move(options), std::move(factory)));
    }

    template <std::derived_from<HostedService> T, class Factory>
        requires requires { &Factory::operator(); }
    HostServiceCollection& addHostedService(std::string name, Factory factory, ServiceOptions options = {})
    {
        return addHosted(HostedRegistration::of<T>(std::move(name), std::move(options), std::move(factory)));
    }

    HostServiceCollection& addHosted(HostedRegistration registration);

    [[nodiscard]] const std::vector<HostedRegistration>& hosted() const noexcept { return m_hosted; }

private:
    std::vector<HostedRegistration> m_hosted;
    std::unordered_map<std::string, std::size_t> m_places; ///< of each name in it
};

} // namespace turnspit

#pragma once

#include <turnspit/di/servicecollection.h>
#include <turnspit/hosting/hostedservice.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/queueworker.h>
#include <turnspit/hosting/readiness.h>

#include <algorithm>
#include <concepts>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace turnspit {

/// `data-sync-service` for `acme::DataSyncService`; template arguments are left out.
[[nodiscard]] std::string serviceNameFromType(std::string_view typeName);

/// What the host knows of a service before there is an object of it.
struct HostedRegistration
{
    std::string name;                   ///< unique in the host; as isServiceName has it
    std::string typeName;               ///< `acme::DataSyncService`
    bool named = false;                 ///< the name was given, not derived from the type
    bool periodic = false;
    bool queueWorker = false;
    bool completes = false;             ///< execute may end by itself
    bool saysReady = false;             ///< takes a Readiness
    bool ofHost = false;                ///< the host's own, which is counted nowhere: `static constexpr bool ofHost` of the class
    std::shared_ptr<const ServiceOptions> options; ///< never null
    std::vector<Dependency> dependencies;
    std::vector<Dependency> fromScopes; ///< what it gets out of scopes of its own while it runs: must be there too (B68)

    /// In the worker thread, from a scope of its own.
    [[nodiscard]] std::unique_ptr<HostedService> make(ServiceProvider& scope) const;

    /// The name is `data-sync-service` for acme::DataSyncService where none is given.
    template <std::derived_from<HostedService> T>
    [[nodiscard]] static HostedRegistration of(std::string name = {}, ServiceOptions options = {})
    {
        static_assert(!std::is_abstract_v<T>, "turnspit: this service is abstract; override `Task<> execute(std::stop_token)` of a BackgroundService, "
                                              "`tick` of a PeriodicService, `start` and `stop` of a HostedService, with these very parameters.");
        if constexpr (std::is_abstract_v<T>)
            return {};
        else
            return describe<T>(std::move(name), std::move(options), detail::Recipe<T, Owned<T>>::byConstructor());
    }

    /// `factory` returns std::unique_ptr<T>, and keeps no pointer of its own; its parameters are injected like those of a constructor.
    template <std::derived_from<HostedService> T, class Factory>
    [[nodiscard]] static HostedRegistration of(std::string name, ServiceOptions options, Factory factory)
    {
        return describe<T>(std::move(name), std::move(options), detail::Recipe<T, Owned<T>>::byFactory(std::move(factory)));
    }

private:
    /// For a recipe: the object belongs to whoever has it made.
    template <class T>
    struct Owned
    {
        using Product = std::unique_ptr<HostedService>;

        template <class Implementation, class... Argument>
        static Product construct(Argument&&... argument)
        {
            return std::make_unique<Implementation>(std::forward<Argument>(argument)...);
        }
        static Product adopt(std::unique_ptr<T> made)
        {
            if (!made)
                throw std::logic_error("the factory of '" + turnspit::typeName<T>() + "' returned null");
            return made;
        }
    };

    /// Thousands have the same ones: those that are as they were made are one object.
    [[nodiscard]] static std::shared_ptr<const ServiceOptions> shared(ServiceOptions options);

    template <class T>
    static HostedRegistration describe(std::string name, ServiceOptions options, detail::Recipe<T, Owned<T>> recipe)
    {
        HostedRegistration out;
        out.typeName = turnspit::typeName<T>();
        out.named = !name.empty();
        out.name = out.named ? std::move(name) : serviceNameFromType(out.typeName);
        out.periodic = std::derived_from<T, PeriodicService>;
        out.queueWorker = std::derived_from<T, QueueWorkerBase>;
        out.completes = std::derived_from<T, BackgroundService> && !out.periodic;
        if constexpr (requires { { T::affinity } -> std::convertible_to<Affinity>; }) {
            if (!options.affinity)
                options.affinity = T::affinity;
        }
        if constexpr (requires { { T::ofHost } -> std::convertible_to<bool>; })
            out.ofHost = T::ofHost;
        out.options = shared(std::move(options));
        out.dependencies = std::move(recipe.dependencies);
        if constexpr (requires { T::handlerDependency(); })
            out.fromScopes.push_back(T::handlerDependency());
        out.saysReady = std::ranges::any_of(out.dependencies, [](const auto& each) { return each.type == typeid(Readiness); });
        out.m_make = std::move(recipe.make);
        return out;
    }

    std::function<std::unique_ptr<HostedService>(detail::Injector&)> m_make;
};

} // namespace turnspit

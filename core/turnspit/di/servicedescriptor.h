#pragma once

#include <turnspit/di/injection.h>

#include <map>
#include <memory>
#include <string>
#include <typeindex>
#include <vector>

namespace turnspit {

enum class Lifetime {
    Singleton, ///< one for the container
    Scoped,    ///< one a scope
    Transient, ///< a new one each time
};

namespace detail {

/// One registration.
struct ServiceDescriptor
{
    std::type_index type;
    std::string typeName;
    std::string implementationName;
    Lifetime lifetime = Lifetime::Singleton;
    std::vector<Dependency> dependencies;
    std::function<Made<void>(ServiceProvider&)> make; ///< the object as a pointer to `type`
    std::shared_ptr<void> instance;                   ///< handed in ready-made: not disposed by the container

    /// `Interface(Implementation)`, or one name where they are the same.
    [[nodiscard]] std::string label() const
    {
        return typeName == implementationName ? typeName : typeName + "(" + implementationName + ")";
    }
};

/// All registrations, immutable once built.
struct ServiceGraph
{
    std::vector<std::unique_ptr<ServiceDescriptor>> descriptors;
    std::map<std::type_index, std::vector<const ServiceDescriptor*>> byType; ///< in the order of registration

    [[nodiscard]] const std::vector<const ServiceDescriptor*>& all(std::type_index type) const;

    /// Null: nobody registered it.
    [[nodiscard]] const ServiceDescriptor* last(std::type_index type) const;

    /// Always there, though nobody registers them: ServiceProvider, ServiceScopeFactory.
    [[nodiscard]] static bool isBuiltIn(std::type_index type);

    /// One sentence for each thing that is wrong.
    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] std::vector<std::string> problemsOf(const std::string& consumer, const std::vector<Dependency>& dependencies) const;
};

} // namespace detail

} // namespace turnspit

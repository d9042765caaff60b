#pragma once

#include <turnspit/di/injection.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <utility>
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
    std::string key; ///< empty: none
    Lifetime lifetime = Lifetime::Singleton;
    std::vector<Dependency> dependencies;
    std::function<Made(Injector&)> make;
    std::shared_ptr<void> instance; ///< handed in ready-made: not disposed by the container

    /// What each of the dependencies is given; null: the provider is asked (all of a type, what is always there). Set at build.
    std::vector<const ServiceDescriptor*> plan;

    /// Counts those of the same lifetime. Set at build.
    std::size_t slot = 0;

    /// Transient ones: the first scoped one below; null: none. Set at build.
    const ServiceDescriptor* scopedBelow = nullptr;

    /// `Interface(Implementation)`, or one name where they are the same; `[key]` where there is one.
    [[nodiscard]] std::string label() const
    {
        return (typeName == implementationName ? typeName : typeName + "(" + implementationName + ")") + (key.empty() ? "" : "[" + key + "]");
    }
};

/// All registrations, immutable once built.
struct ServiceGraph
{
    std::vector<std::unique_ptr<ServiceDescriptor>> descriptors;
    using ByKey = std::map<std::string, std::vector<const ServiceDescriptor*>, std::less<>>;
    std::map<std::type_index, ByKey> byType; ///< each in the order of registration

    /// How many there are of a lifetime. Set at build.
    std::size_t slotCounts[3] = {};

    /// The last one without a key, by the address of the type's name: a short cut for those who ask. Set at build. A type may have its
    /// name twice, in two shared libraries: who asks by an address that no registration has is answered from byType.
    std::unordered_map<const char*, const ServiceDescriptor*> lastByName;

    void add(std::unique_ptr<ServiceDescriptor> descriptor);

    [[nodiscard]] const std::vector<const ServiceDescriptor*>& all(std::type_index type, std::string_view key) const;

    /// Null: nobody registered it.
    [[nodiscard]] const ServiceDescriptor* last(std::type_index type, std::string_view key) const;

    /// What a dependency is given.
    [[nodiscard]] std::vector<const ServiceDescriptor*> given(const Dependency& dependency) const;

    /// Always there, though nobody registers them: ServiceProvider, ServiceScopeFactory.
    [[nodiscard]] static bool isBuiltIn(std::type_index type);

    /// Fills `scopedBelow` in. What is wrong, one sentence for each thing.
    [[nodiscard]] std::vector<std::string> finish();
    /// How that could be had which nobody registered; a sentence.
    [[nodiscard]] std::string mendMissing(const Dependency& dependency) const;

    /// What is missing and has no fallback.
    [[nodiscard]] std::vector<std::string> problemsOf(const std::string& consumer, const std::vector<Dependency>& dependencies) const;
};

// How to mend what is refused, wherever that is found; a sentence each.

[[nodiscard]] std::string mendCaptive(const ServiceDescriptor& scoped, const std::string& singleton);

[[nodiscard]] std::string mendCircle();

} // namespace detail

} // namespace turnspit

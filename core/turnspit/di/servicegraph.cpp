#include <turnspit/di/servicedescriptor.h>

#include <algorithm>
#include <set>

namespace turnspit::detail {

namespace {

/// Depth first from one registration: circles, and what a singleton holds captive.
class Walk
{
public:
    Walk(const ServiceGraph& graph, std::vector<std::string>& problems) : m_graph(graph), m_problems(problems) {}

    void from(const ServiceDescriptor& descriptor) { visit(descriptor, nullptr); }

private:
    void visit(const ServiceDescriptor& descriptor, const ServiceDescriptor* singleton)
    {
        if (const auto seen = std::find(m_path.begin(), m_path.end(), &descriptor); seen != m_path.end()) {
            reportCircle(seen);
            return;
        }
        if (descriptor.lifetime == Lifetime::Scoped && singleton) {
            report("Cannot consume scoped service '" + descriptor.label() + "' from singleton '" + singleton->label() + "'. "
                   + mendCaptive(descriptor, singleton->label()));
            return;
        }
        if (descriptor.lifetime == Lifetime::Singleton)
            singleton = &descriptor;
        // Once without and once below each singleton is enough: what is below does not depend on more.
        if (!m_visited.emplace(&descriptor, singleton).second)
            return;
        m_path.push_back(&descriptor);
        for (const auto& dependency : descriptor.dependencies) {
            for (const auto* each : m_graph.given(dependency))
                visit(*each, singleton);
        }
        m_path.pop_back();
    }

    void reportCircle(std::vector<const ServiceDescriptor*>::const_iterator begin)
    {
        // Every member of a circle finds it: the first in the order of registration speaks for all.
        std::vector<const ServiceDescriptor*> circle(begin, m_path.cend());
        std::set<const ServiceDescriptor*> members(circle.begin(), circle.end());
        if (!m_circles.insert(std::move(members)).second)
            return;
        std::string chain;
        for (const auto* member : circle)
            chain += member->label() + " -> ";
        report("A circular dependency was detected for the service of type '" + circle.front()->label() + "'.\n" + chain
               + circle.front()->label() + "\n" + mendCircle());
    }

    void report(std::string problem)
    {
        if (std::find(m_problems.begin(), m_problems.end(), problem) == m_problems.end())
            m_problems.push_back(std::move(problem));
    }

    const ServiceGraph& m_graph;
    std::vector<std::string>& m_problems;
    std::vector<const ServiceDescriptor*> m_path;
    std::set<std::pair<const ServiceDescriptor*, const ServiceDescriptor*>> m_visited;
    std::set<std::set<const ServiceDescriptor*>> m_circles;
};

/// Depth first through transient ones; a circle ends it, which is reported elsewhere.
const ServiceDescriptor* findScoped(const ServiceGraph& graph, const ServiceDescriptor& descriptor, std::set<const ServiceDescriptor*>& seen)
{
    if (descriptor.lifetime == Lifetime::Scoped)
        return &descriptor;
    if (descriptor.lifetime == Lifetime::Singleton || !seen.insert(&descriptor).second)
        return nullptr;
    for (const auto& dependency : descriptor.dependencies) {
        for (const auto* each : graph.given(dependency)) {
            if (const auto* scoped = findScoped(graph, *each, seen))
                return scoped;
        }
    }
    return nullptr;
}

} // namespace

void ServiceGraph::add(std::unique_ptr<ServiceDescriptor> descriptor)
{
    lastByName.clear(); // where a build has failed before
    byType[descriptor->type][descriptor->key].push_back(descriptor.get());
    descriptors.push_back(std::move(descriptor));
}

const std::vector<const ServiceDescriptor*>& ServiceGraph::all(std::type_index type, std::string_view key) const
{
    static const std::vector<const ServiceDescriptor*> none;
    const auto ofType = byType.find(type);
    if (ofType == byType.end())
        return none;
    const auto found = ofType->second.find(key);
    return found == ofType->second.end() ? none : found->second;
}

const ServiceDescriptor* ServiceGraph::last(std::type_index type, std::string_view key) const
{
    if (key.empty()) {
        if (const auto found = lastByName.find(type.name()); found != lastByName.end())
            return found->second;
    }
    const auto& known = all(type, key);
    return known.empty() ? nullptr : known.back();
}

std::vector<const ServiceDescriptor*> ServiceGraph::given(const Dependency& dependency) const
{
    if (dependency.kind == Dependency::All)
        return all(dependency.type, dependency.key);
    const auto* one = last(dependency.type, dependency.key);
    return one ? std::vector{one} : std::vector<const ServiceDescriptor*>();
}

bool ServiceGraph::isBuiltIn(std::type_index type)
{
    return type == typeid(ServiceProvider) || type == typeid(ServiceScopeFactory);
}

std::string ServiceGraph::mendMissing(const Dependency& dependency) const
{
    const std::string& name = dependency.typeName;
    if (const auto ofType = byType.find(dependency.type); ofType != byType.end()) {
        // Under another key than the one that was asked for; how a key is asked for is said too.
        std::string keys;
        for (const auto& [key, known] : ofType->second)
            keys += (keys.empty() ? "" : ", ") + (key.empty() ? "no key" : "'" + key + "'");
        return "It is registered with " + keys + ": " + (dependency.key.empty() ? "take Keyed<" + name + ", \"key\">" : "take that")
               + ", or register another one.";
    }
    for (const auto& descriptor : descriptors) {
        if (descriptor->implementationName == name)
            return "It is registered as '" + descriptor->typeName + "': take that, or register it as itself.";
    }
    return dependency.key.empty() ? "Register it: addSingleton<" + name + ">(), addScoped or addTransient."
                                  : "Register it: addKeyedSingleton<" + name + ">(\"" + dependency.key + "\"), addKeyedScoped or addKeyedTransient.";
}

std::string mendCaptive(const ServiceDescriptor& scoped, const std::string& singleton)
{
    return "Make '" + singleton + "' scoped too, or '" + scoped.label() + "' a singleton, or let '" + singleton
           + "' take a ServiceScopeFactory& and get it from a scope.";
}

std::string mendCircle()
{
    return "Let one of them take a ServiceProvider& and get the next one later, when it is needed.";
}

std::vector<std::string> ServiceGraph::problemsOf(const std::string& consumer, const std::vector<Dependency>& dependencies) const
{
    std::vector<std::string> out;
    for (const auto& dependency : dependencies) {
        if (dependency.kind == Dependency::One && !dependency.fallback && !last(dependency.type, dependency.key)
            && !(dependency.key.empty() && isBuiltIn(dependency.type)))
            out.push_back("Unable to resolve service for type " + dependency.label() + " while attempting to activate '" + consumer + "'. "
                          + mendMissing(dependency));
    }
    return out;
}

std::vector<std::string> ServiceGraph::finish()
{
    std::vector<std::string> out;
    for (const auto& descriptor : descriptors) {
        for (auto& problem : problemsOf(descriptor->implementationName, descriptor->dependencies))
            out.push_back(std::move(problem));
    }
    Walk walk(*this, out);
    for (const auto& descriptor : descriptors)
        walk.from(*descriptor);
    for (const auto& descriptor : descriptors) {
        std::set<const ServiceDescriptor*> seen;
        if (descriptor->lifetime == Lifetime::Transient)
            descriptor->scopedBelow = findScoped(*this, *descriptor, seen);
    }
    std::ranges::fill(slotCounts, 0);
    for (const auto& descriptor : descriptors) {
        descriptor->slot = slotCounts[static_cast<std::size_t>(descriptor->lifetime)]++;
        descriptor->plan.clear();
        for (const auto& dependency : descriptor->dependencies)
            descriptor->plan.push_back(dependency.kind == Dependency::One ? last(dependency.type, dependency.key) : nullptr);
    }
    for (const auto& descriptor : descriptors) {
        if (descriptor->key.empty())
            lastByName[descriptor->type.name()] = last(descriptor->type, {});
    }
    return out;
}

} // namespace turnspit::detail

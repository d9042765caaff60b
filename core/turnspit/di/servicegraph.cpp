#include <turnspit/di/servicedescriptor.h>

#include <algorithm>
#include <set>

namespace turnspit::detail {

namespace {

std::string missing(const std::string& type, const std::string& consumer)
{
    return "Unable to resolve service for type '" + type + "' while attempting to activate '" + consumer + "'.";
}

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
            report("Cannot consume scoped service '" + descriptor.typeName + "' from singleton '" + singleton->typeName + "'.");
            return;
        }
        if (descriptor.lifetime == Lifetime::Singleton)
            singleton = &descriptor;
        // Once without and once below each singleton is enough: what is below does not depend on more.
        if (!m_visited.emplace(&descriptor, singleton).second)
            return;
        m_path.push_back(&descriptor);
        for (const auto& dependency : descriptor.dependencies) {
            if (dependency.kind == Dependency::All) {
                for (const auto* each : m_graph.all(dependency.type))
                    visit(*each, singleton);
            } else if (const auto* one = m_graph.last(dependency.type)) {
                visit(*one, singleton);
            }
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
        report("A circular dependency was detected for the service of type '" + circle.front()->typeName + "'.\n" + chain
               + circle.front()->label());
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

} // namespace

const std::vector<const ServiceDescriptor*>& ServiceGraph::all(std::type_index type) const
{
    static const std::vector<const ServiceDescriptor*> none;
    const auto found = byType.find(type);
    return found == byType.end() ? none : found->second;
}

const ServiceDescriptor* ServiceGraph::last(std::type_index type) const
{
    const auto& known = all(type);
    return known.empty() ? nullptr : known.back();
}

bool ServiceGraph::isBuiltIn(std::type_index type)
{
    return type == typeid(ServiceProvider) || type == typeid(ServiceScopeFactory);
}

std::vector<std::string> ServiceGraph::problemsOf(const std::string& consumer, const std::vector<Dependency>& dependencies) const
{
    std::vector<std::string> out;
    for (const auto& dependency : dependencies) {
        if (dependency.kind == Dependency::One && !last(dependency.type) && !isBuiltIn(dependency.type))
            out.push_back(missing(dependency.typeName, consumer));
    }
    return out;
}

std::vector<std::string> ServiceGraph::problems() const
{
    std::vector<std::string> out;
    for (const auto& descriptor : descriptors) {
        for (auto& problem : problemsOf(descriptor->implementationName, descriptor->dependencies))
            out.push_back(std::move(problem));
    }
    Walk walk(*this, out);
    for (const auto& descriptor : descriptors)
        walk.from(*descriptor);
    return out;
}

} // namespace turnspit::detail

#include <turnspit/di/servicecollection.h>

namespace turnspit {

namespace {

std::string joined(const std::vector<std::string>& problems)
{
    std::string out = "Some services are not able to be constructed:";
    for (const auto& problem : problems)
        out += "\n- " + problem;
    return out;
}

} // namespace

ServiceGraphError::ServiceGraphError(std::vector<std::string> problems)
    : std::logic_error(joined(problems)), m_problems(std::move(problems))
{}

ServiceCollection::ServiceCollection() : m_graph(std::make_shared<detail::ServiceGraph>()) {}
ServiceCollection::~ServiceCollection() = default;
ServiceCollection::ServiceCollection(ServiceCollection&&) noexcept = default;
ServiceCollection& ServiceCollection::operator=(ServiceCollection&&) noexcept = default;

ServiceCollection& ServiceCollection::add(Descriptor descriptor)
{
    checkNotBuilt(descriptor->typeName);
    m_graph->add(std::move(descriptor));
    return *this;
}

void ServiceCollection::checkNotBuilt(const std::string& what) const
{
    if (m_built)
        throw std::logic_error("The services are built already: '" + what + "' cannot be added or changed any more.");
}

bool ServiceCollection::has(const std::type_info& type, std::string_view key) const
{
    return m_graph->last(type, key) != nullptr;
}

void* ServiceCollection::instanceOf(const std::type_info& type) const
{
    const auto* descriptor = m_graph->last(type, {});
    return descriptor ? descriptor->instance.get() : nullptr;
}

std::shared_ptr<ServiceProvider> ServiceCollection::build(const std::vector<std::pair<std::string, std::vector<Dependency>>>& consumers,
                                                          std::vector<std::string> problems)
{
    if (m_built)
        throw std::logic_error("The services are built already: build can be called once.");

    // Sources that nobody registered, such as options that nobody configured.
    const auto addFallbacks = [this](const std::vector<Dependency>& dependencies) {
        for (const auto& dependency : dependencies) {
            if (!dependency.fallback || m_graph->last(dependency.type, dependency.key))
                continue;
            add(std::make_unique<detail::ServiceDescriptor>(detail::ServiceDescriptor{dependency.type, dependency.typeName, dependency.typeName,
                                                                                      dependency.key, Lifetime::Singleton, {}, {}, dependency.fallback(), {}}));
        }
    };
    for (std::size_t i = 0; i < m_graph->descriptors.size(); ++i)
        addFallbacks(m_graph->descriptors[i]->dependencies);
    for (const auto& consumer : consumers)
        addFallbacks(consumer.second);

    for (auto& problem : m_graph->finish())
        problems.push_back(std::move(problem));
    for (const auto& [name, dependencies] : consumers) {
        for (auto& problem : m_graph->problemsOf(name, dependencies))
            problems.push_back(std::move(problem));
    }
    if (!problems.empty())
        throw ServiceGraphError(std::move(problems));
    m_built = true;
    return std::make_shared<ServiceProvider>(ServiceProvider::Passkey{}, m_graph, nullptr);
}

} // namespace turnspit

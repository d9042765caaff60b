#include <turnspit/di/serviceprovider.h>

#include <turnspit/di/servicedescriptor.h>

#include <algorithm>

namespace turnspit {

namespace {

/// What this thread is making: a factory may ask the provider itself, past the check at build.
thread_local std::vector<const detail::ServiceDescriptor*> making;

struct Making
{
    explicit Making(const detail::ServiceDescriptor& descriptor)
    {
        if (const auto seen = std::find(making.begin(), making.end(), &descriptor); seen != making.end()) {
            std::string chain;
            for (auto member = seen; member != making.end(); ++member)
                chain += (*member)->label() + " -> ";
            throw ServiceError("A circular dependency was detected for the service of type '" + descriptor.typeName + "'.\n" + chain
                               + descriptor.label());
        }
        making.push_back(&descriptor);
    }
    ~Making() { making.pop_back(); }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;
};

} // namespace

ServiceProvider::ServiceProvider(Passkey, std::shared_ptr<const detail::ServiceGraph> graph, std::shared_ptr<ServiceProvider> root)
    : m_graph(std::move(graph)), m_root(root), m_isRoot(!root)
{}

ServiceProvider::~ServiceProvider()
{
    dispose();
}

bool ServiceProvider::isRoot() const noexcept
{
    return m_isRoot;
}

std::shared_ptr<ServiceProvider> ServiceProvider::root()
{
    auto out = m_isRoot ? shared_from_this() : m_root.lock();
    if (!out)
        throw ServiceError("The service provider is disposed: its container has ended.");
    return out;
}

void ServiceProvider::checkOpen() const
{
    if (m_disposed)
        throw ServiceError("The service provider is disposed.");
}

std::shared_ptr<void> ServiceProvider::require(const std::type_info& type)
{
    if (auto out = resolve(type))
        return out;
    throw ServiceError("No service for type '" + typeName(type) + "' has been registered.");
}

std::shared_ptr<void> ServiceProvider::resolve(const std::type_info& type)
{
    const auto parent = root();
    const std::lock_guard lock(m_mutex);
    checkOpen();
    if (std::type_index(type) == typeid(ServiceProvider))
        return {std::shared_ptr<void>(), this};
    if (std::type_index(type) == typeid(ServiceScopeFactory)) {
        auto factory = std::make_shared<ServiceScopeFactory>(parent);
        m_created.push_back({factory, {}});
        return factory;
    }
    const auto* descriptor = m_graph->last(type);
    return descriptor ? instance(*descriptor) : nullptr;
}

std::vector<std::shared_ptr<void>> ServiceProvider::resolveAll(const std::type_info& type)
{
    const auto parent = root();
    const std::lock_guard lock(m_mutex);
    checkOpen();
    std::vector<std::shared_ptr<void>> out;
    for (const auto* descriptor : m_graph->all(type))
        out.push_back(instance(*descriptor));
    return out;
}

std::shared_ptr<void> ServiceProvider::instance(const detail::ServiceDescriptor& descriptor)
{
    if (descriptor.instance)
        return descriptor.instance;
    if (descriptor.lifetime == Lifetime::Transient)
        return make(descriptor);
    if (descriptor.lifetime == Lifetime::Singleton && !m_isRoot) {
        const auto parent = root();
        const std::lock_guard lock(parent->m_mutex);
        parent->checkOpen();
        return parent->instance(descriptor);
    }
    if (descriptor.lifetime == Lifetime::Scoped && m_isRoot)
        throw ServiceError("Cannot resolve scoped service '" + descriptor.typeName + "' from root provider.");
    if (const auto known = m_instances.find(&descriptor); known != m_instances.end())
        return known->second;
    return m_instances.emplace(&descriptor, make(descriptor)).first->second;
}

std::shared_ptr<void> ServiceProvider::make(const detail::ServiceDescriptor& descriptor)
{
    const Making guard(descriptor);
    auto made = descriptor.make(*this);
    m_created.push_back({made.object, std::move(made.close)});
    return std::move(made.object);
}

ServiceScope ServiceProvider::createScope()
{
    const auto parent = root();
    const std::lock_guard lock(parent->m_mutex);
    parent->checkOpen();
    return ServiceScope(std::make_shared<ServiceProvider>(Passkey{}, m_graph, parent));
}

void ServiceProvider::prepareSingletons(const std::vector<Dependency>& dependencies)
{
    const std::lock_guard lock(m_mutex);
    checkOpen();
    const auto prepare = [this](const detail::ServiceDescriptor& descriptor) {
        if (descriptor.lifetime == Lifetime::Singleton)
            (void)instance(descriptor);
        else
            prepareSingletons(descriptor.dependencies);
    };
    for (const auto& dependency : dependencies) {
        if (dependency.kind == Dependency::All) {
            for (const auto* each : m_graph->all(dependency.type))
                prepare(*each);
        } else if (const auto* one = m_graph->last(dependency.type)) {
            prepare(*one);
        }
    }
}

std::vector<std::string> ServiceProvider::check(const std::string& consumer, const std::vector<Dependency>& dependencies) const
{
    return m_graph->problemsOf(consumer, dependencies);
}

void ServiceProvider::dispose()
{
    std::vector<Created> created;
    {
        const std::lock_guard lock(m_mutex);
        m_disposed = true;
        created.swap(m_created);
        m_instances.clear();
    }
    while (!created.empty())
        created.pop_back();
}

Task<> ServiceProvider::close()
{
    const auto self = shared_from_this(); // the handle may go while something is being closed
    std::vector<Created> created;
    {
        const std::lock_guard lock(m_mutex);
        m_disposed = true;
        created.swap(m_created);
        m_instances.clear();
    }
    while (!created.empty()) {
        if (created.back().close)
            co_await created.back().close();
        created.pop_back();
    }
}

ServiceScope& ServiceScope::operator=(ServiceScope&& other) noexcept
{
    if (this != &other) {
        if (m_provider)
            m_provider->dispose();
        m_provider = std::move(other.m_provider);
    }
    return *this;
}

ServiceScope::~ServiceScope()
{
    if (m_provider)
        m_provider->dispose();
}

Task<> ServiceScope::close()
{
    return m_provider->close();
}

ServiceScope ServiceScopeFactory::createScope()
{
    const auto root = m_root.lock();
    if (!root)
        throw ServiceError("The service provider is disposed: its container has ended.");
    return root->createScope();
}

} // namespace turnspit

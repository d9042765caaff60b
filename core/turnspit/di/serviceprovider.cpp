#include <turnspit/di/serviceprovider.h>

#include <turnspit/base/typename.h>
#include <turnspit/di/servicedescriptor.h>

#include <algorithm>
#include <ranges>

namespace turnspit {

namespace {

using detail::ServiceDescriptor;

/// What this thread is making: a factory may ask the provider itself, past the check at build.
struct Making
{
    const ServiceDescriptor* descriptor; // null: not registered itself, and the following say what it is
    std::string ownLabel = {};
    std::string ownKey = {};

    [[nodiscard]] std::string label() const { return descriptor ? descriptor->label() : ownLabel; }
    [[nodiscard]] const std::string& key() const { return descriptor ? descriptor->key : ownKey; }
};
thread_local std::vector<Making> making;

struct MakingOne
{
    explicit MakingOne(const ServiceDescriptor& descriptor)
    {
        const auto seen = std::ranges::find(making, &descriptor, &Making::descriptor);
        if (seen != making.end()) {
            std::string chain;
            for (auto member = seen; member != making.end(); ++member)
                chain += member->label() + " -> ";
            throw ServiceError("A circular dependency was detected for the service of type '" + descriptor.label() + "'.\n" + chain
                               + descriptor.label());
        }
        making.push_back({&descriptor});
    }
    ~MakingOne() { making.pop_back(); }
    MakingOne(const MakingOne&) = delete;
    MakingOne& operator=(const MakingOne&) = delete;
};

std::string quoted(const std::type_info& type, std::string_view key)
{
    return Dependency{Dependency::One, type, typeName(type), std::string(key)}.label();
}

} // namespace

struct ServiceProvider::Created
{
    std::shared_ptr<void> object;
    std::function<Task<>()> close;
    const ServiceDescriptor* descriptor;
};

/// Goes from its end, however it goes.
class ServiceProvider::CreatedList
{
public:
    CreatedList() = default;
    CreatedList(CreatedList&&) noexcept = default;
    CreatedList& operator=(CreatedList&&) = delete;
    ~CreatedList()
    {
        while (!list.empty())
            list.pop_back();
    }
    std::vector<Created> list;
};

ServiceProvider::Activation::Activation(std::string label, std::string key)
{
    making.push_back({nullptr, std::move(label), std::move(key)});
}

ServiceProvider::Activation::~Activation()
{
    making.pop_back();
}

std::string ServiceProvider::currentKey()
{
    return making.empty() ? std::string() : making.back().key();
}

ServiceProvider::ServiceProvider(Passkey, std::shared_ptr<const detail::ServiceGraph> graph, std::shared_ptr<ServiceProvider> root)
    : m_graph(std::move(graph)), m_root(root), m_isRoot(!root), m_created(std::make_unique<CreatedList>())
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
    checkOpen();
    auto out = m_isRoot ? shared_from_this() : m_root.lock();
    if (!out)
        throw ServiceError("The service provider is disposed: its container has ended.");
    if (!m_isRoot)
        out->checkOpen();
    return out;
}

void ServiceProvider::checkOpen() const
{
    if (m_disposed)
        throw ServiceError("The service provider is disposed.");
}

std::shared_ptr<void> ServiceProvider::require(const std::type_info& type, std::string_view key)
{
    if (auto out = resolve(type, key))
        return out;
    if (making.empty())
        throw ServiceError("No service for type " + quoted(type, key) + " has been registered.");
    throw ServiceError("Unable to resolve service for type " + quoted(type, key) + " while attempting to activate '"
                       + making.back().label() + "'.");
}

std::shared_ptr<void> ServiceProvider::resolve(const std::type_info& type, std::string_view key)
{
    const auto parent = root();
    const std::lock_guard lock(m_mutex);
    if (key.empty() && std::type_index(type) == typeid(ServiceProvider))
        return {std::shared_ptr<void>(), this};
    if (key.empty() && std::type_index(type) == typeid(ServiceScopeFactory)) {
        if (!m_scopeFactory)
            m_scopeFactory = std::make_shared<ServiceScopeFactory>(parent);
        return m_scopeFactory;
    }
    const auto* descriptor = m_graph->last(type, key);
    return descriptor ? instance(*descriptor) : parent->fallback(type, key);
}

std::shared_ptr<void> ServiceProvider::fallback(const std::type_info& type, std::string_view key)
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::ranges::find(m_fallbacks, std::type_index(type), [](const auto& each) { return each.first; });
    return found == m_fallbacks.end() || !key.empty() ? nullptr : found->second;
}

std::vector<std::shared_ptr<void>> ServiceProvider::resolveAll(const std::type_info& type, std::string_view key)
{
    const auto parent = root();
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<void>> out;
    for (const auto* descriptor : m_graph->all(type, key))
        out.push_back(instance(*descriptor));
    return out;
}

std::shared_ptr<void> ServiceProvider::instance(const ServiceDescriptor& descriptor)
{
    if (descriptor.instance)
        return descriptor.instance;
    if (descriptor.lifetime == Lifetime::Singleton && !m_isRoot) {
        const auto parent = root();
        const std::lock_guard lock(parent->m_mutex);
        return parent->instance(descriptor);
    }
    checkScoped(descriptor);
    if (descriptor.lifetime == Lifetime::Transient)
        return make(descriptor);
    const auto place = [&] { return std::ranges::lower_bound(m_instances, &descriptor, std::less<>(), &Instance::first); };
    if (const auto known = place(); known != m_instances.end() && known->first == &descriptor)
        return known->second;
    auto made = make(descriptor);
    m_instances.emplace(place(), &descriptor, made); // looked for again: making one makes others
    return made;
}

void ServiceProvider::checkScoped(const ServiceDescriptor& descriptor) const
{
    const auto* scoped = descriptor.lifetime == Lifetime::Scoped ? &descriptor : descriptor.scopedBelow;
    if (!m_isRoot || !scoped)
        return;
    const auto singleton = std::ranges::find_if(making.rbegin(), making.rend(), [](const Making& each) {
        return each.descriptor && each.descriptor->lifetime == Lifetime::Singleton;
    });
    if (singleton != making.rend())
        throw ServiceError("Cannot consume scoped service '" + scoped->label() + "' from singleton '" + singleton->label() + "'.");
    if (scoped == &descriptor)
        throw ServiceError("Cannot resolve scoped service '" + descriptor.label() + "' from root provider.");
    throw ServiceError("Cannot resolve '" + descriptor.label() + "' from root provider because it requires scoped service '" + scoped->label()
                       + "'.");
}

std::shared_ptr<void> ServiceProvider::make(const ServiceDescriptor& descriptor)
{
    const MakingOne guard(descriptor);
    auto made = descriptor.make(*this);
    auto& created = m_created->list;
    if (created.capacity() == 0)
        created.reserve(8);
    created.push_back({made.object, std::move(made.close), &descriptor});
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
    for (const auto& dependency : dependencies) {
        for (const auto* each : m_graph->given(dependency)) {
            if (each->lifetime == Lifetime::Singleton)
                (void)instance(*each);
            else
                prepareSingletons(each->dependencies);
        }
        if (dependency.fallback && !m_graph->last(dependency.type, dependency.key)
            && std::ranges::find(m_fallbacks, dependency.type, [](const auto& each) { return each.first; }) == m_fallbacks.end())
            m_fallbacks.emplace_back(dependency.type, dependency.fallback());
    }
}

std::vector<std::string> ServiceProvider::check(const std::string& consumer, const std::vector<Dependency>& dependencies) const
{
    return m_graph->problemsOf(consumer, dependencies);
}

ServiceProvider::CreatedList ServiceProvider::end()
{
    const std::lock_guard lock(m_mutex);
    m_disposed = true;
    m_instances.clear();
    m_scopeFactory.reset();
    m_fallbacks.clear();
    CreatedList out;
    out.list.swap(m_created->list);
    return out;
}

void ServiceProvider::dispose()
{
    (void)end();
}

Task<> ServiceProvider::close(std::function<void(const NamedError&)> onError)
{
    const auto self = shared_from_this(); // the handle may go while something is being closed
    std::vector<NamedError> errors;
    {
        CreatedList created = end();
        while (!created.list.empty()) {
            // A copy: what is closed may be the last to hold itself.
            if (const auto call = created.list.back().close) {
                m_closing = created.list.back().descriptor->label();
                try {
                    co_await call();
                } catch (...) {
                    errors.push_back({m_closing, std::current_exception()});
                    if (onError)
                        onError(errors.back());
                }
                m_closing.clear();
            }
            created.list.pop_back();
        }
    }
    throwErrors("One or more services failed to close.", std::move(errors));
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

#include <turnspit/di/serviceprovider.h>

#include <turnspit/base/typename.h>
#include <turnspit/di/servicedescriptor.h>

#include <algorithm>
#include <ranges>

namespace turnspit {

namespace {

using detail::Making;
using detail::ServiceDescriptor;

thread_local const Making* making = nullptr;

std::string label(const Making& one)
{
    return one.descriptor ? one.descriptor->label() : std::string(one.ownLabel);
}

/// It is among them from now on: what is below it is looked at once, however many ways lead there.
bool isNew(const ServiceDescriptor& descriptor, std::vector<const ServiceDescriptor*>& seen)
{
    if (std::ranges::find(seen, &descriptor) != seen.end())
        return false;
    seen.push_back(&descriptor);
    return true;
}

struct MakingOne
{
    explicit MakingOne(const ServiceDescriptor& descriptor) : self{&descriptor, {}, {}, making}
    {
        for (const auto* each = making; each; each = each->outer) {
            if (each->descriptor == &descriptor)
                refuseCircle(each);
        }
        making = &self;
    }
    ~MakingOne() { making = self.outer; }
    MakingOne(const MakingOne&) = delete;
    MakingOne& operator=(const MakingOne&) = delete;

    [[noreturn]] void refuseCircle(const Making* begin) const
    {
        std::string chain = self.descriptor->label();
        for (const auto* member = self.outer; member != begin; member = member->outer)
            chain = label(*member) + " -> " + chain;
        throw ServiceError("A circular dependency was detected for the service of type '" + self.descriptor->label() + "'.\n" + label(*begin)
                           + " -> " + chain + "\n" + detail::mendCircle());
    }

    Making self;
};

} // namespace

struct ServiceProvider::Created
{
    detail::Made made;
    const ServiceDescriptor* descriptor;
};

/// Goes from its end, however it goes.
class ServiceProvider::CreatedList
{
public:
    explicit CreatedList(std::vector<Created> own) noexcept : list(std::move(own)) {}
    CreatedList(CreatedList&&) noexcept = default;
    CreatedList& operator=(CreatedList&&) = delete;
    ~CreatedList()
    {
        while (!list.empty())
            list.pop_back();
    }
    std::vector<Created> list;
};

/// What it has made, and where in that the one instance of a descriptor is.
struct ServiceProvider::Own
{
    explicit Own(std::size_t slots) : more(slots > std::size(few) ? std::make_unique<std::uint32_t[]>(slots) : nullptr) {}

    /// Its place in `created`, from 1 on; 0: not made.
    [[nodiscard]] std::uint32_t& place(std::size_t slot) { return more ? more[slot] : few[slot]; }

    std::vector<Created> created; ///< in the order of creation
    std::uint32_t few[8] = {};
    std::unique_ptr<std::uint32_t[]> more;
};

ServiceProvider::Activation::Activation(std::string_view label, std::string_view key) : m_making{nullptr, label, key, making}
{
    making = &m_making;
}

ServiceProvider::Activation::~Activation()
{
    making = m_making.outer;
}

std::string ServiceProvider::currentKey()
{
    return !making ? std::string() : making->descriptor ? making->descriptor->key : std::string(making->ownKey);
}

ServiceProvider::ServiceProvider(Passkey, std::shared_ptr<const detail::ServiceGraph> graph, const std::shared_ptr<ServiceProvider>& root)
    : m_graph(std::move(graph)), m_root(root), m_shared(root ? nullptr : std::make_unique<Shared>())
{}

ServiceProvider::~ServiceProvider()
{
    dispose();
}

bool ServiceProvider::isRoot() const noexcept
{
    return m_shared != nullptr;
}

ServiceProvider& ServiceProvider::root(std::shared_ptr<ServiceProvider>& kept)
{
    checkOpen();
    if (m_shared)
        return *this;
    kept = m_root.lock();
    if (!kept)
        throw ServiceError("The service provider is disposed: its container has ended.");
    kept->checkOpen();
    return *kept;
}

void ServiceProvider::checkOpen() const
{
    if (m_disposed)
        throw ServiceError("The service provider is disposed.");
}

void ServiceProvider::refuse(const std::type_info& type, std::string_view key) const
{
    const Dependency wanted{Dependency::One, type, typeName(type), std::string(key)};
    throw ServiceError((making ? "Unable to resolve service for type " + wanted.label() + " while attempting to activate '" + label(*making) + "'. "
                               : "No service for type " + wanted.label() + " has been registered. ")
                       + m_graph->mendMissing(wanted));
}

void* ServiceProvider::requireObject(const std::type_info& type, std::string_view key)
{
    {
        std::shared_ptr<ServiceProvider> kept;
        (void)root(kept);
        const Lock own = lock();
        if (const auto* descriptor = m_graph->last(type, key))
            return object(*descriptor);
    }
    return require(type, key).get();
}

std::shared_ptr<void> ServiceProvider::require(const std::type_info& type, std::string_view key)
{
    if (auto out = resolve(type, key))
        return out;
    refuse(type, key);
}

std::shared_ptr<void> ServiceProvider::resolve(const std::type_info& type, std::string_view key)
{
    std::shared_ptr<ServiceProvider> kept;
    auto& parent = root(kept);
    const Lock own = lock();
    if (const auto* descriptor = m_graph->last(type, key))
        return shared(*descriptor);
    if (!key.empty())
        return nullptr;
    const Lock shared = parent.lock();
    auto out = builtIn(type, parent);
    return out ? out : parent.fallback(type);
}

std::shared_ptr<void> ServiceProvider::builtIn(const std::type_info& type, ServiceProvider& parent)
{
    if (type == typeid(ServiceProvider))
        return {std::shared_ptr<void>(), this};
    if (type != typeid(ServiceScopeFactory))
        return nullptr;
    auto& factory = parent.m_shared->scopeFactory;
    if (!factory)
        factory = std::make_shared<ServiceScopeFactory>(parent.weak_from_this());
    return factory;
}

std::shared_ptr<void> ServiceProvider::fallback(std::type_index type)
{
    const auto& known = m_shared->fallbacks;
    const auto found = std::ranges::find(known, type, [](const auto& each) { return each.first; });
    return found == known.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<void>> ServiceProvider::resolveAll(const std::type_info& type, std::string_view key)
{
    std::shared_ptr<ServiceProvider> kept;
    (void)root(kept);
    const Lock own = lock();
    std::vector<std::shared_ptr<void>> out;
    for (const auto* descriptor : m_graph->all(type, key))
        out.push_back(shared(*descriptor));
    return out;
}

void* ServiceProvider::object(const ServiceDescriptor& descriptor)
{
    if (descriptor.instance)
        return descriptor.instance.get();
    if (descriptor.lifetime != Lifetime::Singleton || isRoot())
        return created(descriptor).made.object.get();
    std::shared_ptr<ServiceProvider> kept;
    auto& parent = root(kept);
    const Lock shared = parent.lock();
    return parent.object(descriptor);
}

std::shared_ptr<void> ServiceProvider::shared(const ServiceDescriptor& descriptor)
{
    if (descriptor.instance)
        return descriptor.instance;
    if (descriptor.lifetime != Lifetime::Singleton || isRoot())
        return created(descriptor).made.object;
    std::shared_ptr<ServiceProvider> kept;
    auto& parent = root(kept);
    const Lock shared = parent.lock();
    return parent.shared(descriptor);
}

const ServiceProvider::Created& ServiceProvider::created(const ServiceDescriptor& descriptor)
{
    checkOpen(); // whoever waited for the lock finds it as it is now
    if (isRoot())
        checkScoped(descriptor);
    if (!m_own)
        m_own = std::make_unique<Own>(m_graph->slotCounts[static_cast<std::size_t>(isRoot() ? Lifetime::Singleton : Lifetime::Scoped)]);
    const bool once = descriptor.lifetime != Lifetime::Transient;
    if (const auto place = once ? m_own->place(descriptor.slot) : 0)
        return m_own->created[place - 1];
    make(descriptor);
    if (once)
        m_own->place(descriptor.slot) = static_cast<std::uint32_t>(m_own->created.size());
    return m_own->created.back();
}

void ServiceProvider::checkScoped(const ServiceDescriptor& descriptor) const
{
    const auto* scoped = descriptor.lifetime == Lifetime::Scoped ? &descriptor : descriptor.scopedBelow;
    if (!scoped)
        return;
    const auto* singleton = making;
    while (singleton && !(singleton->descriptor && singleton->descriptor->lifetime == Lifetime::Singleton))
        singleton = singleton->outer;
    if (singleton)
        throw ServiceError("Cannot consume scoped service '" + scoped->label() + "' from singleton '" + label(*singleton) + "'. "
                           + detail::mendCaptive(*scoped, label(*singleton)));
    constexpr const char* mend = " Get it from a scope: createScope().";
    if (scoped == &descriptor)
        throw ServiceError("Cannot resolve scoped service '" + descriptor.label() + "' from root provider." + mend);
    throw ServiceError("Cannot resolve '" + descriptor.label() + "' from root provider because it requires scoped service '" + scoped->label()
                       + "'." + mend);
}

void ServiceProvider::make(const ServiceDescriptor& descriptor)
{
    const MakingOne guard(descriptor);
    detail::Injector arguments(*this, descriptor.plan.data());
    auto made = descriptor.make(arguments);
    checkOpen(); // a factory may do anything
    auto& list = m_own->created;
    if (list.capacity() == 0)
        list.reserve(std::clamp<std::size_t>(m_graph->slotCounts[static_cast<std::size_t>(descriptor.lifetime)], 1, 8));
    list.push_back({std::move(made), &descriptor});
}

ServiceScope ServiceProvider::createScope()
{
    if (!isRoot()) {
        std::shared_ptr<ServiceProvider> kept;
        return root(kept).createScope();
    }
    checkOpen();
    return ServiceScope(std::make_shared<ServiceProvider>(Passkey{}, m_graph, shared_from_this()));
}

void ServiceProvider::prepareSingletons(const std::vector<Dependency>& dependencies)
{
    const Lock own = lock();
    checkOpen();
    Seen seen;
    prepareSingletons(dependencies, seen);
}

void ServiceProvider::prepareSingletons(const std::vector<Dependency>& dependencies, Seen& seen)
{
    for (const auto& dependency : dependencies) {
        for (const auto* each : m_graph->given(dependency)) {
            if (each->lifetime == Lifetime::Singleton)
                (void)object(*each);
            else if (isNew(*each, seen))
                prepareSingletons(each->dependencies, seen);
        }
        if (dependency.fallback && !m_graph->last(dependency.type, dependency.key) && !fallback(dependency.type))
            m_shared->fallbacks.emplace_back(dependency.type, dependency.fallback());
    }
}

bool ServiceProvider::hasPrepared(const std::vector<Dependency>& dependencies)
{
    const Lock own = lock();
    Seen seen;
    return !m_disposed && hasPrepared(dependencies, seen);
}

bool ServiceProvider::hasPrepared(const std::vector<Dependency>& dependencies, Seen& seen)
{
    const auto isMade = [&](const auto* each) {
        if (each->lifetime != Lifetime::Singleton)
            return !isNew(*each, seen) || hasPrepared(each->dependencies, seen);
        return each->instance || (m_own && m_own->place(each->slot) != 0);
    };
    return std::ranges::all_of(dependencies, [&](const auto& dependency) {
        const bool falls = dependency.fallback && !m_graph->last(dependency.type, dependency.key);
        return (!falls || fallback(dependency.type)) && std::ranges::all_of(m_graph->given(dependency), isMade);
    });
}

std::vector<std::string> ServiceProvider::check(const std::string& consumer, const std::vector<Dependency>& dependencies) const
{
    return m_graph->problemsOf(consumer, dependencies);
}

std::string ServiceProvider::closing() const
{
    return m_closing ? m_closing->label() : std::string();
}

ServiceProvider::CreatedList ServiceProvider::end()
{
    const Lock own = lock();
    m_disposed = true; // the factory of scopes and the fallbacks stay as long as this: what is destroyed now may hold them
    const auto made = std::exchange(m_own, nullptr);
    return CreatedList(made ? std::move(made->created) : std::vector<Created>());
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
            if (const auto each = created.list.back(); each.made.close) {
                m_closing = each.descriptor;
                try {
                    co_await each.made.close(each.made.closed);
                } catch (...) {
                    errors.push_back({closing(), std::current_exception()});
                    if (onError)
                        onError(errors.back());
                }
                m_closing = nullptr;
            }
            created.list.pop_back();
        }
    }
    throwErrors("One or more services failed to close.", std::move(errors));
}

void* detail::Injector::nextObject(const std::type_info& type)
{
    const auto* planned = next();
    return planned ? m_provider.object(*planned) : m_provider.requireObject(type, {});
}

std::shared_ptr<void> detail::Injector::nextShared(const std::type_info& type, std::string_view key)
{
    const auto* planned = next();
    return planned ? m_provider.shared(*planned) : m_provider.require(type, key);
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

#pragma once

#include <turnspit/async/task.h>
#include <turnspit/di/dependency.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <typeindex>
#include <typeinfo>
#include <vector>

namespace turnspit {

namespace detail {
struct ServiceDescriptor;
struct ServiceGraph;
} // namespace detail

class ServiceScope;

/// A service that cannot be had: not registered, scoped asked of the root, or the container is closed.
class ServiceError : public std::logic_error
{
public:
    using std::logic_error::logic_error;
};

/// Gives services: singletons of the whole container, scoped and transient ones of its scope, which live as long as that. Can be
/// injected itself: in a scope it is that scope's, in a singleton the root's.
///
/// The root may be used from any thread (singletons are made one at a time); a scope belongs to one thread.
class ServiceProvider : public std::enable_shared_from_this<ServiceProvider>
{
public:
    struct Passkey
    {
    private:
        friend class ServiceProvider;
        friend class ServiceCollection;
        Passkey() = default;
    };
    ServiceProvider(Passkey, std::shared_ptr<const detail::ServiceGraph> graph, std::shared_ptr<ServiceProvider> root);
    ~ServiceProvider();
    ServiceProvider(const ServiceProvider&) = delete;
    ServiceProvider& operator=(const ServiceProvider&) = delete;

    /// The last registration; ServiceError where there is none (B57, B58).
    template <class T>
    [[nodiscard]] T& get()
    {
        return *getShared<T>();
    }

    template <class T>
    [[nodiscard]] std::shared_ptr<T> getShared()
    {
        return std::static_pointer_cast<T>(require(typeid(T)));
    }

    /// Null where there is none.
    template <class T>
    [[nodiscard]] std::shared_ptr<T> find()
    {
        return std::static_pointer_cast<T>(resolve(typeid(T)));
    }

    /// Every registration, in order; the last is the one that get gives.
    template <class T>
    [[nodiscard]] std::vector<std::shared_ptr<T>> getAll()
    {
        std::vector<std::shared_ptr<T>> out;
        for (auto& object : resolveAll(typeid(T)))
            out.push_back(std::static_pointer_cast<T>(std::move(object)));
        return out;
    }

    [[nodiscard]] ServiceScope createScope();

    [[nodiscard]] bool isRoot() const noexcept;

    /// Makes the singletons that these need, and theirs, in this thread, so that a scope in another thread finds them made.
    void prepareSingletons(const std::vector<Dependency>& dependencies);

    /// What these cannot have, one sentence each, as at build; for what is asked of a built container later.
    [[nodiscard]] std::vector<std::string> check(const std::string& consumer, const std::vector<Dependency>& dependencies) const;

    /// Destroys what this made, in reverse order of creation (B63). Nothing can be had afterwards. May be called again.
    void dispose();

    /// The same, but what has a `Task<> close()` is closed, and awaited, first.
    Task<> close();

private:
    struct Created
    {
        std::shared_ptr<void> object;
        std::function<Task<>()> close;
    };

    std::shared_ptr<void> require(const std::type_info& type);
    std::shared_ptr<void> resolve(const std::type_info& type);
    std::vector<std::shared_ptr<void>> resolveAll(const std::type_info& type);
    std::shared_ptr<void> instance(const detail::ServiceDescriptor& descriptor);
    std::shared_ptr<void> make(const detail::ServiceDescriptor& descriptor);
    std::shared_ptr<ServiceProvider> root();
    void checkOpen() const;

    std::shared_ptr<const detail::ServiceGraph> m_graph;
    std::weak_ptr<ServiceProvider> m_root; // empty in the root itself
    bool m_isRoot;
    mutable std::recursive_mutex m_mutex; // recursive: making one makes others
    std::map<const detail::ServiceDescriptor*, std::shared_ptr<void>> m_instances; // guarded
    std::vector<Created> m_created;                                                // guarded
    bool m_disposed = false;                                                       // guarded
};

/// A lifetime of scoped services; ends with this object. Belongs to one thread.
class ServiceScope
{
public:
    explicit ServiceScope(std::shared_ptr<ServiceProvider> provider) : m_provider(std::move(provider)) {}
    ServiceScope(ServiceScope&&) noexcept = default;
    ServiceScope& operator=(ServiceScope&& other) noexcept;
    ~ServiceScope();

    [[nodiscard]] ServiceProvider& provider() const noexcept { return *m_provider; }

    template <class T>
    [[nodiscard]] T& get() const
    {
        return m_provider->get<T>();
    }

    /// Asynchronous disposal; the destructor is the fallback.
    Task<> close();

private:
    std::shared_ptr<ServiceProvider> m_provider;
};

/// Makes scopes; injected where somebody needs one per message or request. Any thread.
class ServiceScopeFactory
{
public:
    explicit ServiceScopeFactory(std::weak_ptr<ServiceProvider> root) : m_root(std::move(root)) {}

    [[nodiscard]] ServiceScope createScope();

private:
    std::weak_ptr<ServiceProvider> m_root;
};

} // namespace turnspit

#pragma once

#include <turnspit/async/aggregateerror.h>
#include <turnspit/async/task.h>
#include <turnspit/di/dependency.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

namespace turnspit {

namespace detail {
struct ServiceDescriptor;
struct ServiceGraph;
class Injector;

/// What a thread is making: a factory may ask the provider itself, past the check at build.
struct Making
{
    const ServiceDescriptor* descriptor; ///< null: not registered itself, and the following say what it is
    std::string_view ownLabel;
    std::string_view ownKey;
    const Making* outer = nullptr; ///< what that is made for
};
} // namespace detail

class ServiceScope;
class ServiceScopeFactory;

/// A service that cannot be had: not registered, scoped asked of the root, or the container is closed.
class ServiceError : public std::logic_error
{
public:
    using std::logic_error::logic_error;
};

/// Gives services: singletons of the whole container, scoped and transient ones of its scope, which live as long as that. Can be
/// injected itself: in a scope it is that scope's, in a singleton the root's (B73).
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
    ServiceProvider(Passkey, std::shared_ptr<const detail::ServiceGraph> graph, const std::shared_ptr<ServiceProvider>& root);
    ~ServiceProvider();
    ServiceProvider(const ServiceProvider&) = delete;
    ServiceProvider& operator=(const ServiceProvider&) = delete;

    /// The last registration; ServiceError where there is none (B57, B58). `key`: of those under it (B72); the same below.
    template <class T>
    [[nodiscard]] T& get(std::string_view key = {})
    {
        return *static_cast<T*>(requireObject(typeid(T), key));
    }

    template <class T>
    [[nodiscard]] std::shared_ptr<T> getShared(std::string_view key = {})
    {
        return std::static_pointer_cast<T>(require(typeid(T), key));
    }

    /// Null where there is none.
    template <class T>
    [[nodiscard]] std::shared_ptr<T> find(std::string_view key = {})
    {
        return std::static_pointer_cast<T>(resolve(typeid(T), key));
    }

    /// Every registration, in order; the last is the one that get gives.
    template <class T>
    [[nodiscard]] std::vector<std::shared_ptr<T>> getAll(std::string_view key = {})
    {
        std::vector<std::shared_ptr<T>> out;
        for (auto& object : resolveAll(typeid(T), key))
            out.push_back(std::static_pointer_cast<T>(std::move(object)));
        return out;
    }

    [[nodiscard]] ServiceScope createScope();

    [[nodiscard]] bool isRoot() const noexcept;

    /// Of the root: makes the singletons that these need, and theirs, in this thread, so that a scope in another thread finds them made;
    /// and the fallbacks of what nobody registered, for those who ask for it after the container was built.
    void prepareSingletons(const std::vector<Dependency>& dependencies);

    /// That would make nothing.
    [[nodiscard]] bool hasPrepared(const std::vector<Dependency>& dependencies);

    /// What these cannot have, one sentence each, as at build; for what is asked of a built container later.
    [[nodiscard]] std::vector<std::string> check(const std::string& consumer, const std::vector<Dependency>& dependencies) const;

    /// While it lives, this thread makes something that is not registered itself: messages name it `label`, and `key` is its ServiceKey.
    /// Both outlive it.
    class Activation
    {
    public:
        Activation(std::string_view label, std::string_view key);
        ~Activation();
        Activation(const Activation&) = delete;
        Activation& operator=(const Activation&) = delete;

    private:
        detail::Making m_making;
    };

    /// Of what this thread is making right now; empty: none.
    [[nodiscard]] static std::string currentKey();

    /// Destroys what this made, in reverse order of creation (B63). Nothing can be had afterwards, of the root also not from its scopes
    /// (B66). May be called again.
    void dispose();

    /// The same, but what has a `Task<> close()` is closed, and awaited, first (B64). One that throws keeps none of the others from it:
    /// afterwards the error comes out as it is, several as AggregateError (B65). `onError` is told of each besides.
    Task<> close(std::function<void(const NamedError&)> onError = {});

    /// Whose close is awaited right now; empty: nobody's.
    [[nodiscard]] std::string closing() const;

private:
    friend class detail::Injector;
    struct Created;
    class CreatedList;
    struct Own;

    /// What only the root has, since only that is used by several threads.
    struct Shared
    {
        std::recursive_mutex mutex; // recursive: making one makes others
        std::shared_ptr<ServiceScopeFactory> scopeFactory;
        std::vector<std::pair<std::type_index, std::shared_ptr<void>>> fallbacks;
    };
    using Lock = std::unique_lock<std::recursive_mutex>;

    void* requireObject(const std::type_info& type, std::string_view key);
    std::shared_ptr<void> require(const std::type_info& type, std::string_view key);
    std::shared_ptr<void> resolve(const std::type_info& type, std::string_view key);
    std::vector<std::shared_ptr<void>> resolveAll(const std::type_info& type, std::string_view key);
    [[noreturn]] void refuse(const std::type_info& type, std::string_view key) const;
    std::shared_ptr<void> builtIn(const std::type_info& type, ServiceProvider& parent);
    std::shared_ptr<void> fallback(std::type_index type);

    using Seen = std::vector<const detail::ServiceDescriptor*>;
    void prepareSingletons(const std::vector<Dependency>& dependencies, Seen& seen);
    bool hasPrepared(const std::vector<Dependency>& dependencies, Seen& seen);

    // Locked, in the root; the object stays as long as this.
    void* object(const detail::ServiceDescriptor& descriptor);
    std::shared_ptr<void> shared(const detail::ServiceDescriptor& descriptor);
    const Created& created(const detail::ServiceDescriptor& descriptor);
    void make(const detail::ServiceDescriptor& descriptor);

    void checkScoped(const detail::ServiceDescriptor& descriptor) const;
    [[nodiscard]] Lock lock() const { return m_shared ? Lock(m_shared->mutex) : Lock(); }
    /// Itself, or what `kept` then holds.
    ServiceProvider& root(std::shared_ptr<ServiceProvider>& kept);
    void checkOpen() const;
    [[nodiscard]] CreatedList end();

    std::shared_ptr<const detail::ServiceGraph> m_graph;
    std::weak_ptr<ServiceProvider> m_root; // empty in the root itself
    std::unique_ptr<Shared> m_shared;      // null but in the root
    std::unique_ptr<Own> m_own;            // guarded in the root; null: nothing was made yet
    const detail::ServiceDescriptor* m_closing = nullptr;
    std::atomic<bool> m_disposed = false;
};

namespace detail {

/// What a recipe takes its arguments from, one after the other: as planned at build, or by asking the provider.
class Injector
{
public:
    /// `plan`: of a descriptor; null: there is none.
    explicit Injector(ServiceProvider& provider, const ServiceDescriptor* const* plan = nullptr) noexcept
        : m_provider(provider), m_plan(plan)
    {}

    template <class T>
    [[nodiscard]] T& object()
    {
        return *static_cast<T*>(nextObject(typeid(T)));
    }
    template <class T>
    [[nodiscard]] std::shared_ptr<T> shared(std::string_view key = {})
    {
        return std::static_pointer_cast<T>(nextShared(typeid(T), key));
    }
    template <class T>
    [[nodiscard]] std::vector<std::shared_ptr<T>> all()
    {
        (void)next();
        return m_provider.getAll<T>();
    }

private:
    const ServiceDescriptor* next() noexcept { return m_plan ? *m_plan++ : nullptr; }
    void* nextObject(const std::type_info& type);
    std::shared_ptr<void> nextShared(const std::type_info& type, std::string_view key);

    ServiceProvider& m_provider;
    const ServiceDescriptor* const* m_plan;
};

} // namespace detail

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
    [[nodiscard]] T& get(std::string_view key = {}) const
    {
        return m_provider->get<T>(key);
    }

    /// Asynchronous disposal (B74); the destructor is the fallback.
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

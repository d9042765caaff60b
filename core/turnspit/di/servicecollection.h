#pragma once

#include <turnspit/di/injection.h>
#include <turnspit/di/options.h>
#include <turnspit/di/servicedescriptor.h>

#include <concepts>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace turnspit {

/// The services cannot be made as registered: what() names every fault with the types concerned.
class ServiceGraphError : public std::logic_error
{
public:
    explicit ServiceGraphError(std::vector<std::string> problems);

    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return m_problems; }

private:
    std::vector<std::string> m_problems;
};

/// Says what services there are; build() makes the container, once. After that it is read-only (std::logic_error). One thread.
///
/// Three ways to say how a service is made: by its constructor, whose parameters are deduced; by a factory lambda, whose parameters
/// are deduced too; or ready-made, which the container then never destroys by itself.
///
/// A type may be registered several times: who asks for one gets the last, who asks for all gets them in order (B58). Under a key it is
/// another service altogether: who asks without the key never sees it (B72). An empty key is none.
class ServiceCollection
{
public:
    ServiceCollection();
    ~ServiceCollection();
    ServiceCollection(ServiceCollection&&) noexcept;
    ServiceCollection& operator=(ServiceCollection&&) noexcept;

    template <class T, std::derived_from<T> Implementation = T>
    ServiceCollection& addSingleton()
    {
        return addByConstructor<T, Implementation>(Lifetime::Singleton);
    }
    template <class T, std::derived_from<T> Implementation = T>
    ServiceCollection& addScoped()
    {
        return addByConstructor<T, Implementation>(Lifetime::Scoped);
    }
    template <class T, std::derived_from<T> Implementation = T>
    ServiceCollection& addTransient()
    {
        return addByConstructor<T, Implementation>(Lifetime::Transient);
    }

    /// `factory` returns std::unique_ptr, std::shared_ptr or a value of a T, or of something derived from it. One of a singleton is called
    /// by one thread at a time; of scoped and transient ones by as many as have scopes, at the same time.
    template <class T, class Factory>
    ServiceCollection& addSingleton(Factory factory)
    {
        return addByFactory<T>(Lifetime::Singleton, std::move(factory));
    }
    template <class T, class Factory>
    ServiceCollection& addScoped(Factory factory)
    {
        return addByFactory<T>(Lifetime::Scoped, std::move(factory));
    }
    template <class T, class Factory>
    ServiceCollection& addTransient(Factory factory)
    {
        return addByFactory<T>(Lifetime::Transient, std::move(factory));
    }

    /// Ready-made: stays the caller's, and must outlive the container. std::logic_error for none.
    template <class T>
    ServiceCollection& addInstance(T& object)
    {
        return addKeyedInstance<T>({}, object);
    }
    template <class T>
    ServiceCollection& addInstance(std::shared_ptr<T> object)
    {
        return addKeyedInstance<T>({}, std::move(object));
    }

    /// The same under a key: had by `Keyed<T, "key">` as a parameter, or from the provider by `get<T>("key")`.
    template <class T, std::derived_from<T> Implementation = T>
    ServiceCollection& addKeyedSingleton(std::string key)
    {
        return addByConstructor<T, Implementation>(Lifetime::Singleton, std::move(key));
    }
    template <class T, std::derived_from<T> Implementation = T>
    ServiceCollection& addKeyedScoped(std::string key)
    {
        return addByConstructor<T, Implementation>(Lifetime::Scoped, std::move(key));
    }
    template <class T, std::derived_from<T> Implementation = T>
    ServiceCollection& addKeyedTransient(std::string key)
    {
        return addByConstructor<T, Implementation>(Lifetime::Transient, std::move(key));
    }
    template <class T, class Factory>
    ServiceCollection& addKeyedSingleton(std::string key, Factory factory)
    {
        return addByFactory<T>(Lifetime::Singleton, std::move(factory), std::move(key));
    }
    template <class T, class Factory>
    ServiceCollection& addKeyedScoped(std::string key, Factory factory)
    {
        return addByFactory<T>(Lifetime::Scoped, std::move(factory), std::move(key));
    }
    template <class T, class Factory>
    ServiceCollection& addKeyedTransient(std::string key, Factory factory)
    {
        return addByFactory<T>(Lifetime::Transient, std::move(factory), std::move(key));
    }
    template <class T>
    ServiceCollection& addKeyedInstance(std::string key, T& object)
    {
        return addKeyedInstance<T>(std::move(key), std::shared_ptr<T>(std::shared_ptr<void>(), &object));
    }
    template <class T>
    ServiceCollection& addKeyedInstance(std::string key, std::shared_ptr<T> object)
    {
        if (!object)
            throw std::logic_error("the instance of '" + typeName<T>() + "' is null");
        auto descriptor = describe<T, T>(Lifetime::Singleton, std::move(key));
        descriptor->instance = std::move(object);
        return add(std::move(descriptor));
    }

    /// Changes the options that are injected as Options<T>; in the order of the calls, after all reads.
    template <class T, std::invocable<T&> Function>
    ServiceCollection& configure(Function change)
    {
        checkNotBuilt(typeName<T>());
        source<T>().addChange(std::move(change));
        return *this;
    }

    /// The same for those of a name, had by OptionsMonitor<T>::get(name); those without are others.
    template <class T, std::invocable<T&> Function>
    ServiceCollection& configureNamed(const std::string& name, Function change)
    {
        checkNotBuilt(typeName<T>());
        source<T>(name).addChange(std::move(change));
        return *this;
    }

    /// Reads the options of this name, "" for those without, from somewhere: `read(T&, std::vector<std::string>& failures)`.
    /// `place(failure)` says from where, for what a validation finds wrong with what was read; "": nowhere.
    template <class T, std::invocable<T&, std::vector<std::string>&> Function>
    ServiceCollection& readOptions(const std::string& name, Function read, std::function<std::string(const std::string&)> place = {})
    {
        checkNotBuilt(typeName<T>());
        source<T>(name).addRead(std::move(read), std::move(place));
        return *this;
    }

    /// Judges the options once they are configured, those with names too; all failures of one are one OptionsError. `test(const T&)`
    /// returns Result<>, or a list of texts.
    template <class T, OptionsTest<T> Function>
    ServiceCollection& validate(Function test)
    {
        checkNotBuilt(typeName<T>());
        source<T>().addTest([test = std::move(test)](const T& options, std::vector<std::string>& failures) {
            detail::judge(test(options), failures);
        });
        return *this;
    }

    /// `isGood(const T&)` or else `failure`.
    template <class T, std::predicate<const T&> Function>
    ServiceCollection& validate(Function isGood, std::string failure)
    {
        checkNotBuilt(typeName<T>());
        source<T>().addTest([isGood = std::move(isGood), failure = std::move(failure)](const T& options, std::vector<std::string>& failures) {
            if (!isGood(options))
                failures.push_back(failure);
        });
        return *this;
    }

    /// The options as configured so far. What is wrong has its default: a host says it before it starts.
    template <class T>
    [[nodiscard]] std::shared_ptr<const T> options()
    {
        return source<T>().soFar();
    }

    /// They stay as they are, also where what they are read from changes later.
    template <class T>
    ServiceCollection& fixOptions()
    {
        source<T>().fix();
        return *this;
    }

    /// Every type of options that was configured, read or judged, in that order.
    [[nodiscard]] const std::vector<std::shared_ptr<detail::OptionsSourceBase>>& optionsSources() const noexcept { return m_options; }

    /// T is registered, under this key.
    template <class T>
    [[nodiscard]] bool contains(std::string_view key = {}) const
    {
        return has(typeid(T), key);
    }

    /// Checks the whole graph, shadowed registrations too: missing services, circles, scoped ones in singletons. `consumers` are checked
    /// besides: names with what they ask for in scopes of their own. `problems` are reported with those found here. ServiceGraphError.
    [[nodiscard]] std::shared_ptr<ServiceProvider> build(const std::vector<std::pair<std::string, std::vector<Dependency>>>& consumers = {},
                                                         std::vector<std::string> problems = {});

protected:
    /// std::logic_error that names `what` once build() has been called.
    void checkNotBuilt(const std::string& what) const;

private:
    using Descriptor = std::unique_ptr<detail::ServiceDescriptor>;

    template <class T, class Implementation>
    static Descriptor describe(Lifetime lifetime, std::string key)
    {
        return std::make_unique<detail::ServiceDescriptor>(detail::ServiceDescriptor{
            std::type_index(typeid(T)), typeName<T>(), typeName<Implementation>(), std::move(key), lifetime, {}, {}, {}, {}});
    }

    template <class T>
    static void fill(detail::ServiceDescriptor& descriptor, detail::Recipe<T> recipe)
    {
        descriptor.dependencies = std::move(recipe.dependencies);
        descriptor.make = std::move(recipe.make);
    }

    template <class T, class Implementation>
    ServiceCollection& addByConstructor(Lifetime lifetime, std::string key = {})
    {
        auto descriptor = describe<T, Implementation>(lifetime, std::move(key));
        fill<T>(*descriptor, detail::Recipe<T>::template byConstructor<Implementation>());
        return add(std::move(descriptor));
    }

    template <class T, class Factory>
    ServiceCollection& addByFactory(Lifetime lifetime, Factory factory, std::string key = {})
    {
        auto descriptor = describe<T, T>(lifetime, std::move(key));
        fill<T>(*descriptor, detail::Recipe<T>::byFactory(std::move(factory)));
        return add(std::move(descriptor));
    }

    template <class T>
    detail::OptionsSource<T>& source()
    {
        using Source = detail::OptionsSource<T>;
        if (void* known = instanceOf(typeid(Source)))
            return *static_cast<Source*>(known);
        auto made = std::make_shared<Source>();
        addInstance<Source>(made);
        m_options.push_back(made);
        return *made;
    }

    template <class T>
    detail::OptionsSource<T>& source(const std::string& name)
    {
        if (name.empty())
            return source<T>();
        bool isNew = false;
        const auto named = source<T>().addNamed(name, isNew);
        if (isNew)
            m_options.push_back(named);
        return *named;
    }

    ServiceCollection& add(Descriptor descriptor);
    [[nodiscard]] bool has(const std::type_info& type, std::string_view key) const;
    [[nodiscard]] void* instanceOf(const std::type_info& type) const;

    std::shared_ptr<detail::ServiceGraph> m_graph;
    std::vector<std::shared_ptr<detail::OptionsSourceBase>> m_options;
    bool m_built = false;
};

} // namespace turnspit

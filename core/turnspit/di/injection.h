#pragma once

#include <turnspit/async/task.h>
#include <turnspit/di/dependency.h>
#include <turnspit/di/keyed.h>
#include <turnspit/di/serviceprovider.h>
#include <turnspit/base/typename.h>

#include <concepts>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace turnspit {

/// A type that is injected by value, made from a service: `using InjectedFrom = Source;` and a constructor from `Source&`. Where
/// nobody registers the source and it can be made from nothing, one is. Logger<T> and Options<T> are such types.
template <class V>
concept InjectedValue = requires { typename V::InjectedFrom; } && std::constructible_from<V, typename V::InjectedFrom&>;

namespace detail {

template <class V>
struct IsSharedPointer : std::false_type
{};
template <class T>
struct IsSharedPointer<std::shared_ptr<T>> : std::true_type
{};

template <class V>
struct IsAll : std::false_type
{};
template <class T>
struct IsAll<std::vector<std::shared_ptr<T>>> : std::true_type
{};

template <class V>
struct IsKeyed : std::false_type
{};
template <class T, KeyText Key>
struct IsKeyed<Keyed<T, Key>> : std::true_type
{};

/// What is injected by value.
template <class V>
concept ValueParameter =
    IsSharedPointer<V>::value || IsAll<V>::value || IsKeyed<V>::value || std::same_as<V, ServiceKey> || InjectedValue<V>;

template <class T, class Self>
concept ReferenceParameter = std::is_class_v<T> && !ValueParameter<std::remove_const_t<T>>
                             && !std::is_base_of_v<std::remove_const_t<T>, Self>;

/// `Parameter` as a constructor or a function declares it. Takes from the injector what addDependency says of it, in the same order.
template <class Parameter>
decltype(auto) inject(Injector& from)
{
    using Plain = std::remove_cvref_t<Parameter>;
    if constexpr (IsSharedPointer<Plain>::value)
        return from.shared<std::remove_const_t<typename Plain::element_type>>();
    else if constexpr (IsAll<Plain>::value)
        return from.all<typename Plain::value_type::element_type>();
    else if constexpr (IsKeyed<Plain>::value)
        return Plain(from.shared<typename Plain::Service>(Plain::key));
    else if constexpr (std::same_as<Plain, ServiceKey>)
        return ServiceKey{ServiceProvider::currentKey()};
    else if constexpr (InjectedValue<Plain>)
        return Plain(from.object<typename Plain::InjectedFrom>());
    else
        return from.object<Plain>();
}

template <class T>
Dependency dependencyOn(Dependency::Kind kind = Dependency::One)
{
    return {kind, std::type_index(typeid(T)), typeName<T>(), {}, {}};
}

/// What a parameter needs; nothing for what is known without the container.
template <class Parameter>
void addDependency(std::vector<Dependency>& to)
{
    using Plain = std::remove_cvref_t<Parameter>;
    if constexpr (IsSharedPointer<Plain>::value) {
        to.push_back(dependencyOn<std::remove_const_t<typename Plain::element_type>>());
    } else if constexpr (IsAll<Plain>::value) {
        to.push_back(dependencyOn<typename Plain::value_type::element_type>(Dependency::All));
    } else if constexpr (IsKeyed<Plain>::value) {
        to.push_back(dependencyOn<typename Plain::Service>());
        to.back().key = Plain::key;
    } else if constexpr (InjectedValue<Plain>) {
        using Source = typename Plain::InjectedFrom;
        to.push_back(dependencyOn<Source>());
        if constexpr (std::default_initializable<Source>)
            to.back().fallback = [] { return std::make_shared<Source>(); };
    } else if constexpr (!std::same_as<Plain, ServiceKey>) {
        to.push_back(dependencyOn<Plain>());
    }
}

template <class... Parameter>
std::vector<Dependency> dependenciesOf()
{
    std::vector<Dependency> out;
    (addDependency<Parameter>(out), ...);
    return out;
}

// The recorder: overload resolution picks the conversion that a parameter needs, which makes the compiler look at the conversion's
// exception specification, which defines `recordedParameter` for that place. So the parameter list is known without a call.
template <class Self, std::size_t Place>
struct Slot
{
    friend auto recordedParameter(Slot);
};

template <class Self, std::size_t Place, class Parameter>
struct Record
{
    friend auto recordedParameter(Slot<Self, Place>) { return std::type_identity<Parameter>{}; }
    static constexpr bool value = true;
};

template <class Self, std::size_t Place>
struct RecordingArgument
{
    template <class T>
        requires ReferenceParameter<T, Self>
    operator T&() const noexcept(Record<Self, Place, T&>::value);
    template <class T>
        requires ValueParameter<T>
    operator T() const noexcept(Record<Self, Place, T>::value);
};

template <class Self>
struct AnyArgument
{
    template <class T>
        requires ReferenceParameter<T, Self>
    operator T&() const;
    template <class T>
        requires ValueParameter<T>
    operator T() const;
};

/// Fits nothing but a service that is taken by value or as `T&&`.
template <class Self>
struct ByValueArgument
{
    template <class T>
        requires(ReferenceParameter<T, Self> && !std::is_const_v<T>)
    operator T&&() const;
};

template <class Self, class Places>
struct Constructor;

template <class Self, std::size_t... Place>
struct Constructor<Self, std::index_sequence<Place...>>
{
    static constexpr bool fits = std::is_constructible_v<Self, decltype((void)Place, AnyArgument<Self>{})...>;

    template <std::size_t At>
    static constexpr bool takesByValue =
        std::is_constructible_v<Self, std::conditional_t<Place == At, ByValueArgument<Self>, AnyArgument<Self>>...>;
    static constexpr bool takesAnyByValue = (takesByValue<Place> || ...);

    template <class S>
    using Recorded = decltype(S(RecordingArgument<S, Place>{}...));
};

template <class Self, class Arities = std::make_index_sequence<9>>
struct Constructors;

template <class Self, std::size_t... Arity>
struct Constructors<Self, std::index_sequence<Arity...>>
{
    static constexpr int count = (0 + ... + (Constructor<Self, std::make_index_sequence<Arity>>::fits ? 1 : 0));
    static constexpr std::size_t arity = (0 + ... + (Constructor<Self, std::make_index_sequence<Arity>>::fits ? Arity : 0));
};

template <class Signature>
struct CallSignature;
template <class R, class C, class... P>
struct CallSignature<R (C::*)(P...) const>
{
    using Result = R;
    using Parameters = std::tuple<P...>;
};
template <class R, class C, class... P>
struct CallSignature<R (C::*)(P...)> : CallSignature<R (C::*)(P...) const>
{};
template <class R, class... P>
struct CallSignature<R (*)(P...)> : CallSignature<R (std::tuple<>::*)(P...) const>
{};

template <class Function>
struct SignatureOf : CallSignature<Function>
{};
template <class Function>
    requires requires { &Function::operator(); }
struct SignatureOf<Function> : CallSignature<decltype(&Function::operator())>
{};

template <class P>
constexpr bool canBeInjected = ValueParameter<std::remove_cvref_t<P>>
                               || (std::is_lvalue_reference_v<P> && std::is_class_v<std::remove_cvref_t<P>>);

/// A service that was made, and how it is closed where it wants to be (`Task<> close()`).
struct Made
{
    std::shared_ptr<void> object;            ///< as a pointer to the type that it is registered as
    Task<> (*close)(void* closed) = nullptr; ///< null: it does not want to be
    void* closed = nullptr;                  ///< the object, as `close` takes it
};

/// What the container keeps of a T that was made.
template <class T>
struct Kept
{
    using Product = Made;

    template <class Implementation, class... Argument>
    static Made construct(Argument&&... argument)
    {
        return keep(std::make_shared<Implementation>(std::forward<Argument>(argument)...));
    }

    /// Of what a factory returns.
    template <class Result>
    static Made adopt(Result&& result)
    {
        using Plain = std::remove_cvref_t<Result>;
        if constexpr (IsSharedPointer<Plain>::value) {
            return keep(std::forward<Result>(result));
        } else if constexpr (requires { typename Plain::deleter_type; }) {
            return keep(std::shared_ptr<typename Plain::element_type>(std::forward<Result>(result)));
        } else {
            static_assert(std::derived_from<Plain, T>, "turnspit: a factory returns std::unique_ptr, std::shared_ptr or a value of the service.");
            return keep(std::make_shared<Plain>(std::forward<Result>(result)));
        }
    }

private:
    template <class Implementation>
    static Made keep(std::shared_ptr<Implementation> object)
    {
        if (!object)
            throw std::logic_error("the factory of '" + typeName<T>() + "' returned null");
        Made out;
        if constexpr (requires { { object->close() } -> std::same_as<Task<>>; }) {
            out.closed = object.get();
            out.close = [](void* closed) { return static_cast<Implementation*>(closed)->close(); };
        }
        out.object = std::shared_ptr<T>(std::move(object));
        return out;
    }
};

/// How a T is made, and what for. `Keeper` says what becomes of it: as Kept.
template <class T, class Keeper = Kept<T>>
struct Recipe
{
    std::vector<Dependency> dependencies;
    std::function<typename Keeper::Product(Injector&)> make;

    template <std::derived_from<T> Implementation = T>
    static Recipe byConstructor()
    {
        using Found = Constructors<Implementation>;
        static_assert(Found::count != 0,
                      "turnspit: no public constructor of this service can be injected. Each parameter must be a T& or std::shared_ptr<T> "
                      "of a registered service, Keyed<T, \"key\">, std::vector<std::shared_ptr<T>>, ServiceKey, Logger<T> or Options<T>, and there "
                      "are at most eight; otherwise register a factory lambda, which takes any number.");
        static_assert(Found::count <= 1, "turnspit: several constructors of this service can be injected; say which by a factory lambda.");
        if constexpr (Found::count == 1) {
            using Chosen = Constructor<Implementation, std::make_index_sequence<Found::arity>>;
            static_assert(!Chosen::takesAnyByValue, "turnspit: the constructor takes a service by value, which would copy it; take T& or "
                                                    "std::shared_ptr<T>, or register a factory lambda.");
            if constexpr (!Chosen::takesAnyByValue)
                return constructed<Implementation, Chosen>(std::make_index_sequence<Found::arity>{});
        }
        return {};
    }

    template <class Factory>
    static Recipe byFactory(Factory factory)
    {
        return called<typename SignatureOf<Factory>::Parameters>(
            std::move(factory), std::make_index_sequence<std::tuple_size_v<typename SignatureOf<Factory>::Parameters>>{});
    }

private:
    template <class Implementation, class Chosen, std::size_t... Place>
    static Recipe constructed(std::index_sequence<Place...>)
    {
        static_assert(sizeof(typename Chosen::template Recorded<Implementation>) > 0);
        return {dependenciesOf<typename decltype(recordedParameter(Slot<Implementation, Place>{}))::type...>(),
                [](Injector& from) {
                    // A tuple first: braces give the order of the parameters.
                    std::tuple<typename decltype(recordedParameter(Slot<Implementation, Place>{}))::type...> arguments{
                        inject<typename decltype(recordedParameter(Slot<Implementation, Place>{}))::type>(from)...};
                    return std::apply(
                        [](auto&&... argument) {
                            return Keeper::template construct<Implementation>(std::forward<decltype(argument)>(argument)...);
                        },
                        std::move(arguments));
                }};
    }

    template <class Parameters, class Factory, std::size_t... Place>
    static Recipe called(Factory factory, std::index_sequence<Place...>)
    {
        static_assert((canBeInjected<std::tuple_element_t<Place, Parameters>> && ...),
                      "turnspit: a factory's parameters must be T& or std::shared_ptr<T> of registered services, "
                      "Keyed<T, \"key\">, std::vector<std::shared_ptr<T>>, ServiceKey, Logger<T>, Options<T> or ServiceProvider&.");
        return {dependenciesOf<std::tuple_element_t<Place, Parameters>...>(),
                [call = std::move(factory)](Injector& from) mutable {
                    std::tuple<decltype(inject<std::tuple_element_t<Place, Parameters>>(from))...> arguments{
                        inject<std::tuple_element_t<Place, Parameters>>(from)...};
                    return Keeper::adopt(std::apply(call, std::move(arguments)));
                }};
    }
};

} // namespace detail

} // namespace turnspit

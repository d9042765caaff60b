#pragma once

#include <fmt/core.h>

#include <string_view>
#include <tuple>
#include <type_traits>

namespace turnspit {

/// A value with a name, which goes with what is said: to the sinks as a field of its own, in text as ` id=7`.
/// `log.info("order shipped", kv("id", order.id), kv("to", order.city))`. It counts for no `{}`. The name should be lower case
/// letters, digits and `_`; both must live until the call ends, which temporaries do.
template <class T>
struct NamedValue
{
    std::string_view name;
    const T& value;
};

template <class T>
[[nodiscard]] constexpr NamedValue<T> kv(std::string_view name, const T& value) noexcept
{
    return {name, value};
}

/// The number of an event, for who looks for it by machine: `log.warning("queue is full", EventId(1017))`; in text ` event=1017`. The
/// host's are in hosting/hostevents.h; programs begin at 1000.
struct EventId
{
    constexpr explicit EventId(int id) noexcept : number(id) {}
    int number;
};

namespace detail {

template <class T>
struct IsNamedValue : std::false_type
{};
template <class T>
struct IsNamedValue<NamedValue<T>> : std::true_type
{};

template <class Argument>
constexpr bool isNamedValue = IsNamedValue<std::remove_cvref_t<Argument>>::value;
template <class Argument>
constexpr bool isEventId = std::is_same_v<std::remove_cvref_t<Argument>, EventId>;
/// What `{}` stands for.
template <class Argument>
constexpr bool isFormatted = !isNamedValue<Argument> && !isEventId<Argument>;

template <class Arguments>
struct FormatOf;
template <class... Args>
struct FormatOf<std::tuple<std::type_identity<Args>...>>
{
    using Type = fmt::format_string<Args...>;
};

/// The arguments of a call that `{}` stands for, each in a type_identity.
template <class... Args>
using Formatted = decltype(std::tuple_cat(
    std::conditional_t<isFormatted<Args>, std::tuple<std::type_identity<Args>>, std::tuple<>>{}...));

template <class Argument>
constexpr auto formatted(Argument& argument)
{
    if constexpr (isFormatted<Argument>)
        return std::tuple<Argument&>(argument);
    else
        return std::tuple<>();
}

} // namespace detail

/// The format of a call with these arguments, checked at compile time.
template <class... Args>
using LogFormat = typename detail::FormatOf<detail::Formatted<Args...>>::Type;

} // namespace turnspit

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace turnspit {

namespace detail {

/// A text as a template argument.
template <std::size_t Size>
struct KeyText
{
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is what one writes
    consteval KeyText(const char (&literal)[Size])
    {
        for (std::size_t i = 0; i < Size; ++i)
            text[i] = literal[i];
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text, Size - 1}; }

    char text[Size] = {};
};

} // namespace detail

/// A service that was registered under a key, injected: `explicit Index(Keyed<Cache, "big"> cache)`. Never null.
template <class T, detail::KeyText Key>
class Keyed
{
public:
    using Service = T;
    static constexpr std::string_view key = Key.view();
    static_assert(!key.empty(), "turnspit: an empty key is no key; take T& instead.");

    explicit Keyed(std::shared_ptr<T> service) noexcept : m_service(std::move(service)) {}

    [[nodiscard]] T& operator*() const noexcept { return *m_service; }
    [[nodiscard]] T* operator->() const noexcept { return m_service.get(); }
    [[nodiscard]] const std::shared_ptr<T>& shared() const noexcept { return m_service; }

private:
    std::shared_ptr<T> m_service;
};

/// The key under which the service that takes it was registered, injected; empty: none. A hosted service gets its name.
struct ServiceKey
{
    std::string value;
};

} // namespace turnspit

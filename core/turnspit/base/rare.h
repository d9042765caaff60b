#pragma once

#include <memory>
#include <utility>

namespace turnspit {

/// As std::optional, for what most do not have: takes the room of a pointer where there is none.
template <class T>
class Rare
{
public:
    Rare() noexcept = default;
    Rare(T value)
        : m_value(std::make_unique<T>(std::move(value))) {} // NOLINT(google-explicit-constructor): as std::optional
    Rare(const Rare& other) : m_value(other ? std::make_unique<T>(*other) : nullptr) {}
    Rare(Rare&&) noexcept = default;
    Rare& operator=(Rare&&) noexcept = default;
    Rare& operator=(const Rare& other) { return *this = Rare(other); }
    ~Rare() = default;

    explicit operator bool() const noexcept { return m_value != nullptr; }
    [[nodiscard]] bool has_value() const noexcept { return m_value != nullptr; }
    [[nodiscard]] T& operator*() noexcept { return *m_value; }
    [[nodiscard]] const T& operator*() const noexcept { return *m_value; }
    [[nodiscard]] T* operator->() noexcept { return m_value.get(); }
    [[nodiscard]] const T* operator->() const noexcept { return m_value.get(); }
    void reset() noexcept { m_value.reset(); }

    /// Made where there is none.
    [[nodiscard]] T& some()
    {
        if (!m_value)
            m_value = std::make_unique<T>();
        return *m_value;
    }

    bool operator==(const Rare& other) const
    {
        return has_value() == other.has_value() && (!m_value || *m_value == *other.m_value);
    }

private:
    std::unique_ptr<T> m_value;
};

} // namespace turnspit

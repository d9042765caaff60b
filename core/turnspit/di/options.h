#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace turnspit {

namespace detail {

/// What was configured for one type of options; made into the value at its first use.
template <class T>
class OptionsSource
{
public:
    void add(std::function<void(T&)> change) { m_changes.push_back(std::move(change)); }

    std::shared_ptr<const T> value()
    {
        std::call_once(m_once, [this] {
            auto value = std::make_shared<T>();
            for (const auto& change : m_changes)
                change(*value);
            m_value = std::move(value);
        });
        return m_value;
    }

private:
    std::vector<std::function<void(T&)>> m_changes;
    std::once_flag m_once;
    std::shared_ptr<const T> m_value;
};

} // namespace detail

/// Options of a program or a service, injected: a T as configure<T> left it. Any thread.
template <class T>
class Options
{
public:
    using InjectedFrom = detail::OptionsSource<T>;
    explicit Options(InjectedFrom& source) : m_value(source.value()) {}

    [[nodiscard]] const T& operator*() const noexcept { return *m_value; }
    [[nodiscard]] const T* operator->() const noexcept { return m_value.get(); }

private:
    std::shared_ptr<const T> m_value;
};

} // namespace turnspit

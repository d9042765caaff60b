#pragma once

#include <turnspit/base/typename.h>
#include <turnspit/di/optionssource.h>

#include <memory>
#include <utility>

namespace turnspit {

/// Options of a program or a service, injected: a T as it was when this was made, for good. A service, made anew for each start, so
/// has what counts at its start; who wants to follow changes takes OptionsMonitor<T>. OptionsError where what was configured is
/// wrong, which a host says before it starts anything. Any thread.
template <class T>
class Options
{
public:
    using InjectedFrom = detail::OptionsSource<T>;
    explicit Options(InjectedFrom& source) : m_value(source.value()) {}

    /// Made by hand: `MemoryQueue queue(QueueOptions{.maxAttempts = 3})`.
    Options(T value) : m_value(std::make_shared<const T>(std::move(value))) {}

    [[nodiscard]] const T& operator*() const noexcept { return *m_value; }
    [[nodiscard]] const T* operator->() const noexcept { return m_value.get(); }

private:
    std::shared_ptr<const T> m_value;
};

} // namespace turnspit

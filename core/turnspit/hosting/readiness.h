#pragma once

#include <functional>
#include <utility>

namespace turnspit {

/// How a service says that it can be used, where others need it ready: its constructor takes a `Readiness&`, and its start or execute
/// calls set(). One a start; belongs to the service's thread. A service that takes none is ready once it is started.
class Readiness
{
public:
    Readiness() = default;
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;

    /// Until the service ends; a second call does nothing.
    void set()
    {
        if (!std::exchange(m_set, true) && m_onSet)
            m_onSet();
    }
    [[nodiscard]] bool isSet() const noexcept { return m_set; }

private:
    friend class ServiceRun;
    bool m_set = false;
    std::function<void()> m_onSet;
};

} // namespace turnspit

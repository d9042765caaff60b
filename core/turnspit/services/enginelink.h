#pragma once

namespace turnspit {

class Engine;

/// Where other services of the host find the engine while it runs. A singleton of the host; host thread only.
class EngineLink
{
public:
    /// Null: not started yet, or stopped.
    [[nodiscard]] Engine* engine() const noexcept { return m_engine; }

private:
    friend class Engine;
    Engine* m_engine = nullptr;
};

} // namespace turnspit

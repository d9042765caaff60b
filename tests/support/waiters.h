#pragma once

#include <turnspit/async/promise.h>

#include <vector>

namespace turnspit {

/// Tasks that wait for the next change of something. Destroyed with tasks waiting: they get OperationCancelled.
class Waiters
{
public:
    [[nodiscard]] Future<bool> next()
    {
        m_waiting.emplace_back();
        return m_waiting.back().future();
    }

    void wake()
    {
        for (auto& waiting : std::exchange(m_waiting, {}))
            waiting.set(true);
    }

private:
    std::vector<Promise<bool>> m_waiting;
};

} // namespace turnspit

#pragma once

#include <turnspit/hosting/backgroundservice.h>

#include <memory>
#include <semaphore>

namespace turnspit::test {

/// Blocks its thread until let go.
class Blocker final : public BackgroundService
{
public:
    struct Gate
    {
        std::binary_semaphore entered{0};
        std::binary_semaphore go{0};
    };
    explicit Blocker(std::shared_ptr<Gate> gate) : m_gate(std::move(gate)) {}

protected:
    Task<> execute(std::stop_token) override
    {
        m_gate->entered.release();
        m_gate->go.acquire();
        co_return;
    }

private:
    std::shared_ptr<Gate> m_gate;
};

} // namespace turnspit::test

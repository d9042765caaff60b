#pragma once

#include <turnspit/base/places.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/logging/logger.h>

#include <functional>

namespace turnspit {

struct EngineOptions;
class EngineLink;

/// The one service that every host of ours has: keeps logs within their age, history within its days, removed services within
/// theirs, and counts what the logs take. On the host thread, where the engine is; what blocks goes to the engine's files thread.
class Housekeeping final : public PeriodicService
{
public:
    static constexpr Affinity affinity = Affinity::Host;

    Housekeeping(EngineOptions& options, EngineLink& engine, Logger<Housekeeping> log);

protected:
    Task<> tick(std::stop_token stopping) override;

private:
    EngineOptions& m_options;
    EngineLink& m_engine;
    Logger<Housekeeping> m_log;
};

} // namespace turnspit

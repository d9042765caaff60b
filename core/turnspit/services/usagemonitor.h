#pragma once

#include <turnspit/base/time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// Samples what process trees use: one thread, blocks on /proc.
class UsageMonitor
{
public:
    struct Target
    {
        std::string service;
        std::uint64_t run = 0;
        int pid = 0;
    };

    struct Usage
    {
        std::string service;
        std::uint64_t run = 0;
        std::optional<double> cpuPercent; ///< 100 is one core; null at the first sample of a run
        std::int64_t memoryBytes = 0;     ///< resident
    };

    /// One sample of each; a tree that is gone is left out.
    [[nodiscard]] std::vector<Usage> sample(const std::vector<Target>& targets);

private:
    struct Before
    {
        std::uint64_t ticks = 0;
        Instant at;
    };
    std::map<std::uint64_t, Before> m_before; // by run
};

} // namespace turnspit

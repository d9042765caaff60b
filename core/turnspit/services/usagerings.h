#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/control/values.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// What each service used during the last ten minutes, as it was sampled. Host thread.
///
/// Bounded: of samples that come closer than five seconds together some are left out, so that a service has at most 123 of 24 bytes,
/// and one of which nothing was sampled for ten minutes has none. Kept on the clock that nobody sets.
class UsageRings
{
public:
    static constexpr std::chrono::minutes span{10};
    static constexpr std::chrono::seconds spacing{5};

    explicit UsageRings(Clock& clock) : m_clock(clock) {}

    /// A sample taken at `at`, not before the one that was added last for this service.
    void add(const std::string& service, Instant at, std::optional<double> cpuPercent, std::int64_t memoryBytes);

    /// A round of sampling is over: who has no sample of it (`at` is that of the round) did not run, which is marked once by a sample
    /// without figures; what has become too old goes.
    void endRound(Instant at);

    /// Oldest first; empty for a service that is not known.
    [[nodiscard]] QList<UsageSample> of(const std::string& service) const;

    /// How many are kept, of all services.
    [[nodiscard]] std::size_t size() const;

private:
    struct Sample
    {
        Instant at;
        float cpuPercent = -1; ///< negative: not known
        std::int64_t memoryBytes = -1;
    };
    using Ring = std::vector<Sample>;
    static void append(Ring& ring, const Sample& sample);

    Clock& m_clock;
    std::map<std::string, Ring> m_rings;
};

} // namespace turnspit

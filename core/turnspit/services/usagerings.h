#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/control/values.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// What each service used during the last ten minutes, the last hour and the last day, as it was sampled. Host thread.
///
/// Bounded: of the last ten minutes samples that come closer than five seconds together are left out in part; of a longer time there is
/// one for each of its steps: the mean CPU and the most memory. So a service has some 400 of 24 bytes after a day, and one of which
/// nothing was sampled for a day has none. Kept on the clock that nobody sets.
class UsageRings
{
public:
    static constexpr std::chrono::seconds shortest{600};
    static constexpr std::chrono::seconds longest{86'400};

    explicit UsageRings(Clock& clock) : m_clock(clock) {}

    /// A sample taken at `at`, not before the one that was added last for this service.
    void add(const std::string& service, Instant at, std::optional<double> cpuPercent, std::int64_t memoryBytes);

    /// A round of sampling is over: who has no sample of it (`at` is that of the round) did not run, which is marked once by a sample
    /// without figures; what has become too old goes.
    void endRound(Instant at);

    /// Oldest first; empty for a service that is not known. From the finest of those that reach back as far as `span`.
    [[nodiscard]] QList<UsageSample> of(const std::string& service, std::chrono::nanoseconds span = shortest) const;

    /// How many are kept, of all services.
    [[nodiscard]] std::size_t size() const;

private:
    struct Sample
    {
        Instant at; ///< where it stands for several, that of the first
        float cpuPercent = -1; ///< negative: not known
        std::int64_t memoryBytes = -1; ///< negative: nothing ran
    };
    struct Reach
    {
        std::chrono::seconds span;
        std::chrono::seconds step; ///< between two samples
    };
    static constexpr std::array<Reach, 3> reaches{Reach{shortest, std::chrono::seconds(5)}, Reach{std::chrono::seconds(3600), std::chrono::seconds(30)},
                                                  Reach{longest, std::chrono::seconds(600)}};
    struct Ring
    {
        std::vector<Sample> samples;
        int meanOf = 0; ///< how many CPU figures the last one is the mean of
    };
    struct Service
    {
        std::array<Ring, reaches.size()> rings;
        Instant last; ///< when it was sampled last
    };
    static void thinOut(Ring& ring, const Sample& sample);
    static void condense(Ring& ring, const Reach& reach, const Sample& sample);
    static void append(Service& service, const Sample& sample);

    Clock& m_clock;
    std::map<std::string, Service> m_services;
};

} // namespace turnspit

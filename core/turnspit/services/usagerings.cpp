#include <turnspit/services/usagerings.h>

#include <algorithm>

namespace turnspit {

void UsageRings::append(Ring& ring, const Sample& sample)
{
    // The newest always shows, and gives way later where it stands in the middle of a crowd.
    const std::size_t size = ring.size();
    if (size >= 2 && ring[size - 1].at - ring[size - 2].at < spacing && sample.at - ring[size - 2].at < 2 * spacing)
        ring.pop_back();
    ring.push_back(sample);
}

void UsageRings::add(const std::string& service, Instant at, std::optional<double> cpuPercent, std::int64_t memoryBytes)
{
    append(m_rings[service], {at, static_cast<float>(cpuPercent.value_or(-1)), memoryBytes});
}

void UsageRings::endRound(Instant at)
{
    for (auto it = m_rings.begin(); it != m_rings.end();) {
        Ring& ring = it->second;
        if (ring.back().at < at && ring.back().memoryBytes >= 0)
            append(ring, {at, -1, -1});
        const auto young = std::ranges::find_if(ring, [at](const Sample& sample) { return sample.at >= at - span; });
        ring.erase(ring.begin(), young);
        it = ring.empty() ? m_rings.erase(it) : std::next(it);
    }
}

QList<UsageSample> UsageRings::of(const std::string& service) const
{
    QList<UsageSample> samples;
    const auto found = m_rings.find(service);
    if (found == m_rings.end())
        return samples;
    const Instant now = m_clock.now();
    const WallTime wall = m_clock.wallNow();
    for (const Sample& sample : found->second) {
        if (sample.at < now - span)
            continue;
        UsageSample out;
        out.time = wall - std::chrono::duration_cast<WallTime::duration>(now - sample.at);
        if (sample.cpuPercent >= 0)
            out.cpuPercent = static_cast<double>(sample.cpuPercent);
        if (sample.memoryBytes >= 0)
            out.memoryBytes = sample.memoryBytes;
        samples.append(out);
    }
    return samples;
}

std::size_t UsageRings::size() const
{
    std::size_t size = 0;
    for (const auto& [service, ring] : m_rings)
        size += ring.size();
    return size;
}

} // namespace turnspit

#include <turnspit/services/usagerings.h>

#include <algorithm>

namespace turnspit {

void UsageRings::thinOut(Ring& ring, const Sample& sample)
{
    // The newest always shows, and gives way later where it stands in the middle of a crowd.
    std::vector<Sample>& samples = ring.samples;
    const std::size_t size = samples.size();
    constexpr auto step = reaches.front().step;
    if (size >= 2 && samples[size - 1].at - samples[size - 2].at < step && sample.at - samples[size - 2].at < 2 * step)
        samples.pop_back();
    samples.push_back(sample);
}

void UsageRings::condense(Ring& ring, const Reach& reach, const Sample& sample)
{
    const bool known = sample.cpuPercent >= 0;
    Sample* const last = ring.samples.empty() ? nullptr : &ring.samples.back();
    const bool sameStep = last && sample.at - last->at < reach.step;
    if (sameStep && sample.memoryBytes < 0)
        return; // where it goes on not running, a later round marks it
    if (!sameStep || last->memoryBytes < 0) {
        ring.samples.push_back(sample);
        ring.meanOf = known ? 1 : 0;
        return;
    }
    last->memoryBytes = std::max(last->memoryBytes, sample.memoryBytes);
    if (known) {
        const float before = ring.meanOf > 0 ? last->cpuPercent : 0;
        last->cpuPercent = before + (sample.cpuPercent - before) / static_cast<float>(++ring.meanOf);
    }
}

void UsageRings::append(Service& service, const Sample& sample)
{
    thinOut(service.rings.front(), sample);
    for (std::size_t i = 1; i < reaches.size(); ++i)
        condense(service.rings.at(i), reaches.at(i), sample);
}

void UsageRings::add(const std::string& service, Instant at, std::optional<double> cpuPercent, std::int64_t memoryBytes)
{
    Service& kept = m_services[service];
    kept.last = at;
    append(kept, {at, static_cast<float>(cpuPercent.value_or(-1)), memoryBytes});
}

void UsageRings::endRound(Instant at)
{
    for (auto it = m_services.begin(); it != m_services.end();) {
        Service& service = it->second;
        bool empty = true;
        for (std::size_t i = 0; i < reaches.size(); ++i) {
            Ring& ring = service.rings.at(i);
            if (service.last < at && !ring.samples.empty() && ring.samples.back().memoryBytes >= 0) {
                const Sample gap{at, -1, -1};
                if (i == 0)
                    thinOut(ring, gap);
                else
                    condense(ring, reaches.at(i), gap);
            }
            const auto young = std::ranges::find_if(
                ring.samples, [&](const Sample& sample) { return sample.at >= at - reaches.at(i).span; });
            ring.samples.erase(ring.samples.begin(), young);
            empty = empty && ring.samples.empty();
        }
        it = empty ? m_services.erase(it) : std::next(it);
    }
}

QList<UsageSample> UsageRings::of(const std::string& service, std::chrono::nanoseconds span) const
{
    QList<UsageSample> samples;
    const auto found = m_services.find(service);
    if (found == m_services.end())
        return samples;
    std::size_t fit = 0;
    while (fit + 1 < reaches.size() && reaches.at(fit).span < span)
        ++fit;
    const Instant now = m_clock.now();
    const WallTime wall = m_clock.wallNow();
    for (const Sample& sample : found->second.rings.at(fit).samples) {
        if (sample.at < now - std::min<std::chrono::nanoseconds>(span, reaches.at(fit).span))
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
    for (const auto& [name, service] : m_services) {
        for (const Ring& ring : service.rings)
            size += ring.samples.size();
    }
    return size;
}

} // namespace turnspit

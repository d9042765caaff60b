#include <turnspit/session/holdends.h>

#include <algorithm>

namespace turnspit {

using namespace std::chrono_literals;

HoldEnds::HoldEnds(Clock& clock, Over over)
    : m_clock(clock), m_over(std::move(over)), m_timer(clock.createTimer([this] { look(); }))
{
}

bool HoldEnds::set(const std::string& service, std::optional<WallTime> end)
{
    if (of(service) == end)
        return false;
    if (end)
        m_ends[service] = *end;
    else
        m_ends.erase(service);
    rearm();
    return true;
}

std::optional<WallTime> HoldEnds::of(const std::string& service) const
{
    const auto found = m_ends.find(service);
    return found == m_ends.end() ? std::nullopt : std::optional(found->second);
}

void HoldEnds::rearm()
{
    if (!m_timer)
        return;
    m_timer->stop();
    if (m_ends.empty())
        return;
    const WallTime first =
        std::ranges::min_element(m_ends, {}, &std::pair<const std::string, WallTime>::second)->second;
    // In steps of at most an hour: what moves the wall clock without a word is noticed then at the latest.
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(first - m_clock.wallNow());
    m_timer->startOnce(std::clamp<std::chrono::nanoseconds>(left, 0ns, 1h));
}

void HoldEnds::halt()
{
    m_timer.reset();
}

void HoldEnds::look()
{
    const WallTime now = m_clock.wallNow();
    std::map<std::string, WallTime> over;
    for (const auto& [service, end] : m_ends) {
        if (end <= now)
            over.emplace(service, end);
    }
    std::erase_if(m_ends, [now](const auto& entry) { return entry.second <= now; });
    rearm();
    for (const auto& [service, end] : over)
        m_over(service, end);
}

} // namespace turnspit

#include <turnspit/schedule/cronwalk.h>

#include <algorithm>

namespace turnspit {

using namespace std::chrono;

CronWalk::CronWalk(const Cron& cron, const TimeZone& zone, WallTime after)
    : m_cron(cron), m_zone(zone)
{
    constexpr WallTime earliest = sys_days(year(1) / 1 / 2);
    constexpr WallTime latest = sys_days(year(9999) / 12 / 30);
    if (after >= latest) {
        m_ended = true;
        return;
    }
    m_segment = zone.segmentAt(std::max(after, earliest));
    m_from = m_segment.local(std::max(after, earliest)) + seconds(1);
    // In the second pass of a repeated hour: the first one has had its runs.
    if (m_segment.begin && !cron.followsElapsedTime())
        m_from = std::max(m_from, LocalTime(floor<seconds>(*m_segment.begin).time_since_epoch() + m_segment.previousOffset));
}

std::optional<WallTime> CronWalk::next()
{
    while (!m_ended) {
        const auto candidate = m_cron.nextLocal(m_from);
        if (!candidate)
            break;
        const WallTime wall(candidate->time_since_epoch() - m_segment.offset);
        if (!m_segment.end || wall < *m_segment.end) {
            m_from = *candidate + seconds(1);
            return wall;
        }

        const WallTime transition = *m_segment.end;
        const LocalTime oldReading = m_segment.local(transition);
        const seconds oldOffset = m_segment.offset;
        m_segment = m_zone.segmentAt(transition);
        const LocalTime newReading = m_segment.local(transition);
        m_from = m_cron.followsElapsedTime() ? newReading : std::max(newReading, oldReading);
        if (*candidate < newReading && isLost(*candidate, newReading, m_segment.offset - oldOffset)) {
            m_from = newReading + seconds(1);
            return transition;
        }
    }
    m_ended = true;
    return std::nullopt;
}

/// Whether any time from `skipped` on that the clock jumps over has to be made up for. It has not where the expression follows
/// elapsed time and the reading that comes in its place matches as well.
bool CronWalk::isLost(LocalTime skipped, LocalTime gapEnd, seconds gap) const
{
    if (!m_cron.followsElapsedTime())
        return true;
    for (std::optional<LocalTime> time = skipped; time && *time < gapEnd; time = m_cron.nextLocal(*time + seconds(1))) {
        if (!m_cron.matches(*time + gap))
            return true;
    }
    return false;
}

} // namespace turnspit

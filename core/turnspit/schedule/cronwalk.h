#pragma once

#include <turnspit/schedule/cron.h>

namespace turnspit {

/// The runs of an expression one after another; cheaper than Cron::next for each, because it remembers the stretch of time with
/// one offset that it is in. Both must outlive it. One thread.
class CronWalk
{
public:
    CronWalk(const Cron& cron, const TimeZone& zone, WallTime after);

    /// The next run; null at the end of the year 9999.
    [[nodiscard]] std::optional<WallTime> next();

private:
    [[nodiscard]] bool isLost(LocalTime skipped, LocalTime gapEnd, std::chrono::seconds gap) const;

    const Cron& m_cron;
    const TimeZone& m_zone;
    TimeZone::Segment m_segment;
    LocalTime m_from; ///< where the search goes on, in the local time of m_segment
    bool m_ended = false;
};

} // namespace turnspit

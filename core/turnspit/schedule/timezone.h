#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/time.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <QTimeZone>

namespace turnspit {

/// What a clock on the wall of some place shows. Without a zone it is no point in time.
using LocalTime = std::chrono::local_seconds;

/// A time zone as schedules use it: everything is computed in UTC from offsets and transitions, because a local QDateTime is
/// invalid where a transition skips it and silently the second one where it comes twice. Values; any thread.
class TimeZone
{
public:
    /// A stretch of time with one offset from UTC. The next one may have the same offset.
    struct Segment
    {
        std::optional<WallTime> begin; ///< the transition that began it; null: always
        std::optional<WallTime> end;   ///< the transition that ends it; null: never
        std::chrono::seconds offset{0};
        std::chrono::seconds previousOffset{0}; ///< before `begin`; the same as offset where begin is null

        [[nodiscard]] LocalTime local(WallTime time) const;
    };

    /// UTC.
    TimeZone();

    /// "system" (the zone that the machine is set to now; UTC where it is set to none) or an IANA id such as "Europe/Berlin".
    /// Fails with InvalidDefinition: the id is unknown, or no time zone data is installed at all.
    [[nodiscard]] static Result<TimeZone> find(std::string_view id);

    /// The error of `find` for an unknown id, as it reads where the zone files should be in `folder`.
    [[nodiscard]] static Error unknown(std::string_view id, const std::string& folder = "/usr/share/zoneinfo");

    /// The IANA id; for "system" the id that it stood for when it was looked up.
    [[nodiscard]] std::string id() const;

    /// Begin is at or before `time`, end after it.
    [[nodiscard]] Segment segmentAt(WallTime time) const;

    [[nodiscard]] LocalTime toLocal(WallTime time) const { return segmentAt(time).local(time); }

    /// The contract's rule: a local time that a transition skips is the instant of that transition (the next valid time), one
    /// that comes twice is the first.
    [[nodiscard]] WallTime toWall(LocalTime time) const;

    /// `2026-11-22T02:00:00+01:00`.
    [[nodiscard]] std::string format(WallTime time) const;

    bool operator==(const TimeZone& other) const { return m_zone == other.m_zone; }

private:
    explicit TimeZone(QTimeZone zone);

    QTimeZone m_zone;
};

} // namespace turnspit

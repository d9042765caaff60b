#pragma once

#include <turnspit/control/values.h>

#include <QHash>

namespace turnspit {

/// For how long schedules are held.
enum class HoldSpan { Hour, UntilTomorrow, UntilResumed };

/// Null: until somebody resumes. Tomorrow begins at midnight where the person is, so that what is planned for that
/// night runs.
[[nodiscard]] std::optional<WallTime> endOf(HoldSpan span, WallTime now);

/// Part of the host itself rather than something that a person has added. It is in the list like any other; with
/// nothing beside it there is nothing to look after yet.
[[nodiscard]] bool isOfHost(const ServiceInfo& service);

/// An object of its host rather than a command with a file: it has neither runs nor settings of its own.
[[nodiscard]] bool isHosted(const ServiceInfo& service);

/// It ticks, and a person who holds all schedules means it, too: the host's own upkeep is not among them.
[[nodiscard]] bool isSchedule(const ServiceInfo& service);

/// What holding or resuming all schedules concerns.
struct Schedules
{
    QStringList holdable; ///< not held, or held until a time: what somebody holds until they resume it stays held
    QStringList held;     ///< also what somebody has held by itself

    /// `ends`: of the holds that end by themselves.
    [[nodiscard]] static Schedules of(const QList<ServiceInfo>& services, const QHash<QString, WallTime>& ends);
};

} // namespace turnspit

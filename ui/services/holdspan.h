#pragma once

#include <turnspit/control/values.h>

#include <QHash>

namespace turnspit {

/// For how long schedules are held.
enum class HoldSpan { Hour, UntilTomorrow, UntilResumed };

/// Null: until somebody resumes. Tomorrow begins at midnight where the person is, so that what is planned for that night runs.
[[nodiscard]] std::optional<WallTime> endOf(HoldSpan span, WallTime now);

/// What holding or resuming all schedules concerns.
struct Schedules
{
    QStringList holdable; ///< not held, or held until a time: what somebody holds until they resume it stays held
    QStringList held;

    /// `ends`: of the holds that end by themselves.
    [[nodiscard]] static Schedules of(const QList<ServiceInfo>& services, const QHash<QString, WallTime>& ends);
};

} // namespace turnspit

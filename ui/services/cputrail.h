#pragma once

#include <turnspit/control/values.h>

#include <QMetaType>

namespace turnspit {

/// How busy a service that is kept running was during the last ten minutes, as the list shows it.
struct CpuTrail
{
    static constexpr std::chrono::minutes span{10};

    /// A run that has ended since.
    struct End
    {
        WallTime time{};
        Outcome outcome = Outcome::Succeeded;
        bool operator==(const End&) const = default;
    };
    QList<UsageSample> samples; ///< oldest first; each holds until the next one, the last until `now`
    QList<End> ends;
    WallTime now{};

    [[nodiscard]] bool isEmpty() const { return samples.isEmpty(); }
    [[nodiscard]] double most() const; ///< 0 where nothing is known

    /// "CPU between 0.1 % and 5.2 % in the last 10 minutes, 2 runs ended"; also for those who hear the list. Empty
    /// where nothing is known.
    [[nodiscard]] QString sentence() const;
};

} // namespace turnspit

Q_DECLARE_METATYPE(turnspit::CpuTrail)

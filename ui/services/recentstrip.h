#pragma once

#include <turnspit/control/values.h>

#include <QMetaType>

namespace turnspit {

/// The last ended runs of one service, as the list shows them: the oldest first, at most `capacity`.
struct RecentStrip
{
    static constexpr qsizetype capacity = 12;

    struct Entry
    {
        Outcome outcome = Outcome::Succeeded;
        std::optional<double> duration;   ///< seconds; null where nothing ran
        std::optional<WallTime> end = {}; ///< as well
        bool operator==(const Entry&) const = default;
    };
    QList<Entry> entries;

    bool operator==(const RecentStrip&) const = default;

    [[nodiscard]] bool isEmpty() const { return entries.isEmpty(); }

    /// Of those that ran; null where none did.
    [[nodiscard]] std::optional<double> medianDuration() const;

    /// "8 of 10 runs good, median 1 m 58 s"; also for those who hear the list. Empty where there are no runs.
    [[nodiscard]] QString sentence() const;

    /// `newestFirst` as a query of runs answers it; live ones are left out.
    [[nodiscard]] static RecentStrip of(const QList<RunInfo>& newestFirst);
};

} // namespace turnspit

Q_DECLARE_METATYPE(turnspit::RecentStrip)

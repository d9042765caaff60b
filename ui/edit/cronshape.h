#pragma once

#include <QList>
#include <QString>
#include <QTime>

#include <optional>

namespace turnspit {

/// Cron expressions that are said without cron: each day, on weekdays, on a day of the month, at one time.
struct CronShape
{
    enum Kind { Daily, Weekly, Monthly };
    Kind kind = Daily;
    QTime time;          ///< hour and minute
    QList<int> weekdays; ///< as Qt counts, 1 is Monday; sorted; of Weekly
    int day = 1;         ///< of Monthly

    bool operator==(const CronShape&) const = default;
};

/// Null: takes a person who knows cron.
[[nodiscard]] std::optional<CronShape> cronShape(const QString& expression);

[[nodiscard]] QString toCron(const CronShape& shape);

} // namespace turnspit

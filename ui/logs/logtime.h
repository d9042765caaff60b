#pragma once

#include <turnspit/base/time.h>

#include <QString>

#include <optional>

namespace turnspit {

/// How the time of a line is shown.
enum class LogTimes { Local, Relative, Utc, Hidden };

/// "13:58:01.204" today, "11-27 13:58:01" before; UTC with "Z"; relative: "12 s ago"; "" where it is hidden.
[[nodiscard]] QString logTimeText(WallTime time, LogTimes how, WallTime now);

/// The longest that logTimeText gives, in characters.
[[nodiscard]] int logTimeWidth(LogTimes how);

/// What a person writes to go to a time: "13:58", "13:58:01" (the last time it was that late), "-10m", "-1h30m", "yesterday 22:00",
/// "2026-11-28", "2026-11-28 13:58"; local time. nullopt: not understood.
[[nodiscard]] std::optional<WallTime> parseJump(const QString& text, WallTime now);

} // namespace turnspit

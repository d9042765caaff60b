#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/time.h>

#include <QString>
#include <QTimeZone>

#include <chrono>
#include <string>

namespace turnspit::ctl {

/// A time as a person types it: RFC 3339 with an offset, local `YYYY-MM-DD[ HH:MM[:SS]]`, `HH:MM[:SS]` (today), or a
/// duration ago (`10m`). A local time that the zone skips is later by what was skipped, one that comes twice is the
/// first of both. The error names what may be written.
[[nodiscard]] Result<WallTime> parseTime(const std::string& text, WallTime now, const QTimeZone& zone);

/// The two largest units, cut: `2d 3h`, `5m 12s`, `4s`, `250ms`.
[[nodiscard]] QString spanText(std::chrono::microseconds span);

/// `in 5m 12s`, `4s ago`, `now`.
[[nodiscard]] QString relativeText(WallTime time, WallTime now);

/// `2026-11-22 09:44:24`
[[nodiscard]] QString localText(WallTime time, const QTimeZone& zone);

/// Decimal units, three digits at most: `512 B`, `3.4 MB`.
[[nodiscard]] QString sizeText(qint64 bytes);

} // namespace turnspit::ctl

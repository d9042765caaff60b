#pragma once

#include "context.h"
#include "table.h"

namespace turnspit::ctl {

[[nodiscard]] QString words(std::string_view ascii);

/// The state with its flags: `waiting, held`; in its colour.
[[nodiscard]] Table::Cell stateCell(const ServiceInfo& service);

/// How the last run ended, and why: `failed (exit 3): REASON`; empty where nothing has ended yet.
[[nodiscard]] QString lastText(const ServiceInfo& service);

/// The same of one run; while it runs: empty.
[[nodiscard]] QString endText(const RunInfo& run);

[[nodiscard]] QString cpuText(const ServiceInfo& service);
[[nodiscard]] QString memoryText(const ServiceInfo& service);

/// The lines of `status` and the head of `show`. `heldUntil`: when its hold ends by itself.
[[nodiscard]] QString describe(const ServiceInfo& service, std::optional<WallTime> heldUntil, WallTime now,
                               const Style& style);

/// The table of `runs`.
[[nodiscard]] std::string runsTable(const QList<RunInfo>& runs, bool withService, WallTime now, const Style& style);

} // namespace turnspit::ctl

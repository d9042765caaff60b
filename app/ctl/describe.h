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

/// What else is known of a service.
struct More
{
    std::optional<WallTime> heldUntil = {}; ///< when its hold ends by itself
    std::optional<QueueInfo> queue = {};    ///< of a queue worker
};

/// The lines of `status` and the head of `show`.
[[nodiscard]] QString describe(const ServiceInfo& service, const More& more, WallTime now, const Style& style);

/// The table of `runs`.
[[nodiscard]] std::string runsTable(const QList<RunInfo>& runs, bool withService, WallTime now, const Style& style);

} // namespace turnspit::ctl

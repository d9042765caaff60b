#pragma once

#include <turnspit/async/task.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/values.h>

#include <vector>

namespace turnspit {

class ServiceController;

// A hosted service as the clients of a host see it, and what they may do with it. Host thread.

/// As `list` shows it.
[[nodiscard]] ServiceInfo rowOf(const ServiceController& controller);

/// It has no file: `values` says what it did, if it ticks.
[[nodiscard]] DefinitionInfo definitionOf(const ServiceController& controller);

/// What those of them that are queue workers and have run count, sorted by name.
[[nodiscard]] QList<QueueInfo> queuesOf(const std::vector<ServiceController*>& controllers);

/// Answers when it is done, or with `wait` false when it has begun: then it goes on by itself. A kill is a stop with limit 0; enabling and
/// disabling is for what has a file.
[[nodiscard]] Task<ActionResult> actOn(ServiceController& controller, ActionRequest request);

/// One tick now; answers when it has ended. No run of a record: its id is 0.
[[nodiscard]] Task<Result<RunInfo>> runNow(ServiceController& controller, Trigger trigger, Clock& clock);

/// Ended, as `wait --state ended` means it.
[[nodiscard]] bool isEnded(ServiceState state);

/// Is it `word`: a state, or `ended`? nullopt: no such word.
[[nodiscard]] std::optional<bool> isInState(ServiceState state, const std::string& word);

} // namespace turnspit

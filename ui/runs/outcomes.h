#pragma once

#include <turnspit/control/values.h>

#include <QIcon>

/// What follows from how a run ended.
namespace turnspit::outcomes {

/// The shape of the outcome; of what still runs, that of the state.
[[nodiscard]] QIcon icon(const RunInfo& run);

/// Did it end badly, so that somebody should look?
[[nodiscard]] bool isTrouble(Outcome outcome);

/// All those, in the order of Outcome.
[[nodiscard]] QList<Outcome> troubles();

/// Was there a process at all? Not of what was skipped or missed.
[[nodiscard]] bool hasRun(const RunInfo& run);

} // namespace turnspit::outcomes

#include <ui/runs/outcomes.h>

#include <ui/theme/icons.h>
#include <ui/theme/stateicon.h>

namespace turnspit::outcomes {

QIcon icon(const RunInfo& run)
{
    return run.outcome ? outcomeIcon(*run.outcome) : stateIcon(ServiceState::Running);
}

bool isTrouble(Outcome outcome)
{
    return troubles().contains(outcome);
}

QList<Outcome> troubles()
{
    return {Outcome::Failed, Outcome::TimedOut, Outcome::Killed, Outcome::Abandoned, Outcome::Unknown};
}

bool hasRun(const RunInfo& run)
{
    return run.outcome != Outcome::Skipped && run.outcome != Outcome::Missed;
}

} // namespace turnspit::outcomes

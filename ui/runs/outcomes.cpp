#include <ui/runs/outcomes.h>

#include <ui/theme/icons.h>
#include <ui/theme/stateicon.h>
#include <ui/theme/tones.h>

namespace turnspit::outcomes {

QColor tone(Outcome outcome, bool dark)
{
    return tones::ofOutcome(outcome, dark);
}

QIcon icon(std::optional<Outcome> outcome)
{
    return outcome ? outcomeIcon(*outcome) : stateIcon(ServiceState::Running);
}

void paint(QPainter& painter, const QRectF& square, Outcome outcome, const QColor& color)
{
    paintOutcome(painter, square, outcome, color);
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

#pragma once

#include <turnspit/control/values.h>

#include <QColor>
#include <QIcon>

class QPainter;
class QRectF;

/// How the end of a run looks: a shape of its own for each, so that the colour never carries it alone.
namespace turnspit::outcomes {

/// At least 4.3:1 on common backgrounds.
[[nodiscard]] QColor tone(Outcome outcome, bool dark);

/// Any size, coloured for the application's palette of the moment, in the text's colour on a selected row. Nothing: it still runs.
[[nodiscard]] QIcon icon(std::optional<Outcome> outcome);

/// Draws the shape into a square.
void paint(QPainter& painter, const QRectF& square, Outcome outcome, const QColor& color);

/// Did it end badly, so that somebody should look?
[[nodiscard]] bool isTrouble(Outcome outcome);

/// All those, in the order of Outcome.
[[nodiscard]] QList<Outcome> troubles();

/// Was there a process at all? Not of what was skipped or missed.
[[nodiscard]] bool hasRun(const RunInfo& run);

} // namespace turnspit::outcomes

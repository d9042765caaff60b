#pragma once

#include <turnspit/base/states.h>

#include <QIcon>
#include <QStringList>

class QPainter;
class QRectF;

namespace turnspit {

/// The drawn shape of a state: any size, coloured for the application's palette of the moment, in the text's colour on a selected
/// row. All ten differ in silhouette, so that none depends on its colour.
[[nodiscard]] QIcon stateIcon(ServiceState state);

/// With a small mark at its lower right for the most urgent of a service's flags (ServiceInfo::flags).
[[nodiscard]] QIcon stateIcon(ServiceState state, const QStringList& flags);

/// Draws the shape into a square.
void paintState(QPainter& painter, const QRectF& square, ServiceState state, const QColor& color);

} // namespace turnspit

#pragma once

#include <turnspit/base/states.h>

#include <QIcon>

class QPainter;
class QRectF;

namespace turnspit {

/// The drawn shape of how a run ended. All nine differ without their colours.
[[nodiscard]] QIcon outcomeIcon(Outcome outcome);

/// Draws it into a square, for delegates.
void paintOutcome(QPainter& painter, const QRectF& square, Outcome outcome, const QColor& color);

/// What a button or menu entry does, in the palette's text colour: a file of resources/icons/action, such as `start` or `run-now`.
/// Null where there is none.
[[nodiscard]] QIcon actionIcon(const QString& name);

/// The icon in the panel: the product's wheel with what is wrong or under way at its corner.
enum class TrayShape { Outline, Filled, Working, Failed, Held, Unreachable };

/// With the product's own plate behind, for panels of any colour.
[[nodiscard]] QIcon trayIcon(TrayShape shape);

/// The shape alone in one colour, for panels that want that.
[[nodiscard]] QIcon traySymbol(TrayShape shape, const QColor& color);

/// What the same shape is called where it is installed for panels that give icons their own colour.
[[nodiscard]] QString traySymbolName(TrayShape shape);

/// The product: the wheel of a spit over its fire; a plainer drawing up to 32 pixels.
[[nodiscard]] QIcon productIcon();

} // namespace turnspit

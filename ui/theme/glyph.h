#pragma once

#include <QColor>
#include <QIcon>

#include <functional>

class QPainter;
class QPalette;
class QRectF;

namespace turnspit {

/// A drawing of resources/icons in one colour: `name` is its path there without the suffix, such as `state/running`. Drawn once
/// for each size and colour and then kept in Qt's pixmap cache. `size` in device pixels; the pixmap's ratio is 1.
[[nodiscard]] QPixmap glyphPixmap(const QString& name, const QSize& size, const QColor& color);

/// The same into a square of logical units, on whole device pixels.
void paintGlyph(QPainter& painter, const QRectF& square, const QString& name, const QColor& color);

/// A drawing with the colours that it has.
[[nodiscard]] QPixmap picturePixmap(const QString& name, const QSize& size);

/// What an icon is painted with: its drawing, the small mark at its lower right ("": none) and the colours of both.
struct GlyphLook
{
    QString name;
    QString badge;
    QColor color;
    QColor badgeColor;
};

/// An icon that asks for its look each time it is painted, so that it follows the application's palette. Disabled and selected
/// icons have the palette's text colours for that instead.
[[nodiscard]] QIcon glyphIcon(std::function<GlyphLook(const QPalette&)> look);

} // namespace turnspit

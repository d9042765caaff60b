#include <ui/theme/glyph.h>

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <cmath>

namespace turnspit {
namespace {

QString fileOf(const QString& name, int side)
{
    const QString base = QStringLiteral(":/turnspit/icons/") + name;
    // Straight lines that lie on the pixels of 16, 32 and 48 fall between those of 24.
    if (side > 20 && side < 28) {
        if (const QString file = base + QStringLiteral("-24.svg"); QFile::exists(file))
            return file;
    }
    return base + QStringLiteral(".svg");
}

QPixmap drawn(const QString& name, const QSize& size, const QColor& color)
{
    const QString key = QStringLiteral("turnspit/%1/%2x%3/%4")
                            .arg(name)
                            .arg(size.width())
                            .arg(size.height())
                            .arg(color.isValid() ? color.name(QColor::HexArgb) : QString());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap(size);
    pixmap.fill(Qt::transparent);
    const int side = std::min(size.width(), size.height());
    QSvgRenderer renderer(fileOf(name, side));
    {
        QPainter painter(&pixmap);
        renderer.render(&painter, QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side));
        if (color.isValid()) {
            painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
            painter.fillRect(pixmap.rect(), color);
        }
    }
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

/// The glyph with its mark. Around the mark a rim is left free, so that both can be told apart in one colour.
QPixmap withBadge(const GlyphLook& look, const QSize& size)
{
    QPixmap pixmap = glyphPixmap(look.name, size, look.color);
    if (look.badge.isEmpty())
        return pixmap;
    const int side = std::min(size.width(), size.height());
    const int mark = (side + 1) / 2;
    const int rim = std::max(1, side / 16);
    const QPoint corner((size.width() + side) / 2 - mark, (size.height() + side) / 2 - mark);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setCompositionMode(QPainter::CompositionMode_Clear);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Qt::black);
    painter.drawRoundedRect(QRectF(corner.x() - rim, corner.y() - rim, mark + 2 * rim, mark + 2 * rim), 2 * rim, 2 * rim);
    painter.setCompositionMode(QPainter::CompositionMode_SourceOver);
    painter.drawPixmap(corner, glyphPixmap(look.badge, QSize(mark, mark), look.badgeColor));
    return pixmap;
}

class GlyphEngine final : public QIconEngine
{
public:
    explicit GlyphEngine(std::function<GlyphLook(const QPalette&)> look) : m_look(std::move(look)) {}

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        GlyphLook look = m_look(palette);
        if (mode == QIcon::Selected)
            look.color = look.badgeColor = palette.color(QPalette::HighlightedText);
        else if (mode == QIcon::Disabled)
            look.color = look.badgeColor = palette.color(QPalette::Disabled, QPalette::Text);
        return withBadge(look, size);
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        const int side = std::min(rect.width(), rect.height());
        const QRect square(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side);
        const qreal ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(square, pixmap((QSizeF(square.size()) * ratio).toSize(), mode, state));
    }

    QList<QSize> availableSizes(QIcon::Mode, QIcon::State) override
    {
        QList<QSize> sizes;
        for (const int side : {16, 22, 24, 32, 48})
            sizes += QSize(side, side);
        return sizes;
    }

    QIconEngine* clone() const override { return new GlyphEngine(*this); }

private:
    std::function<GlyphLook(const QPalette&)> m_look;
};

} // namespace

QPixmap glyphPixmap(const QString& name, const QSize& size, const QColor& color)
{
    return drawn(name, size, color);
}

QPixmap picturePixmap(const QString& name, const QSize& size)
{
    return drawn(name, size, {});
}

void paintGlyph(QPainter& painter, const QRectF& square, const QString& name, const QColor& color)
{
    const qreal ratio = painter.device()->devicePixelRatioF();
    const qreal scale = ratio * std::hypot(painter.transform().m11(), painter.transform().m12());
    const int side = std::max(1, qRound(square.width() * scale));
    const QPointF corner(std::round(square.x() * ratio) / ratio, std::round(square.y() * ratio) / ratio);
    painter.drawPixmap(QRectF(corner, QSizeF(side / scale, side / scale)), glyphPixmap(name, QSize(side, side), color),
                       QRectF(0, 0, side, side));
}

QIcon glyphIcon(std::function<GlyphLook(const QPalette&)> look)
{
    return QIcon(new GlyphEngine(std::move(look)));
}

} // namespace turnspit

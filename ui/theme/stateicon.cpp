#include <ui/theme/stateicon.h>

#include <ui/theme/tones.h>

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>

#include <array>
#include <cmath>
#include <numbers>

namespace turnspit {
namespace {

// All shapes are drawn in a square of 16 units.
constexpr double stroke = 1.7;

QPainterPath outlined(const QPainterPath& path, double width = stroke, Qt::PenStyle style = Qt::SolidLine)
{
    QPainterPathStroker stroker;
    stroker.setWidth(width);
    stroker.setJoinStyle(Qt::RoundJoin);
    stroker.setCapStyle(style == Qt::SolidLine ? Qt::RoundCap : Qt::FlatCap);
    if (style == Qt::DashLine)
        stroker.setDashPattern(QList<qreal>{1.5, 1.15});
    return stroker.createStroke(path);
}

QPainterPath line(std::initializer_list<QPointF> points)
{
    QPainterPath path;
    auto point = points.begin();
    path.moveTo(*point);
    while (++point != points.end())
        path.lineTo(*point);
    return path;
}

QPainterPath circle(double radius)
{
    QPainterPath path;
    path.addEllipse(QPointF(8, 8), radius, radius);
    return path;
}

QPainterPath cross(QPointF center, double reach)
{
    QPainterPath path = line({center + QPointF(-reach, -reach), center + QPointF(reach, reach)});
    path.addPath(line({center + QPointF(-reach, reach), center + QPointF(reach, -reach)}));
    return path;
}

QPainterPath stopped()
{
    QPainterPath square;
    square.addRoundedRect(QRectF(3.2, 3.2, 9.6, 9.6), 1, 1);
    return outlined(square, 1.9);
}

QPainterPath starting()
{
    QPainterPath quarter;
    quarter.moveTo(8, 8);
    quarter.arcTo(QRectF(3.4, 3.4, 9.2, 9.2), 90, -90);
    quarter.closeSubpath();
    return outlined(circle(6.2), 1.5).united(quarter);
}

QPainterPath running()
{
    QPainterPath triangle = line({{6.2, 4.6}, {11.8, 8}, {6.2, 11.4}});
    triangle.closeSubpath();
    return circle(7).subtracted(triangle);
}

QPainterPath waiting()
{
    QPainterPath clock = outlined(circle(6.2), 1.5);
    return clock.united(outlined(line({{8, 4.4}, {8, 8}, {10.6, 9.6}}), 1.5));
}

QPainterPath backingOff()
{
    QPainterPath diamond = line({{8, 0.4}, {15.6, 8}, {8, 15.6}, {0.4, 8}});
    diamond.closeSubpath();
    QPainterPath arc;
    const QRectF around(5, 5, 6, 6);
    arc.arcMoveTo(around, 60);
    arc.arcTo(around, 60, 270);
    QPainterPath head = line({{10.9, 3.9}, {10.9, 7.2}, {7.8, 6.3}});
    head.closeSubpath();
    return diamond.subtracted(outlined(arc, 1.5)).subtracted(head);
}

QPainterPath stopping()
{
    QPainterPath fuse;
    const QRectF around(1, 1, 14, 14);
    fuse.arcMoveTo(around, 90);
    fuse.arcTo(around, 90, -250);
    QPainterPath square;
    square.addRect(QRectF(4.8, 4.8, 6.4, 6.4));
    QPainterPath half;
    half.addRect(QRectF(4.8, 8, 6.4, 3.2));
    return outlined(fuse, 1.5).united(outlined(square, 1.3)).united(half);
}

QPainterPath failed()
{
    QPainterPath octagon;
    for (int corner = 0; corner < 8; ++corner) {
        const double angle = (corner + 0.5) * std::numbers::pi / 4;
        const QPointF point(8 + 7.6 * std::cos(angle), 8 + 7.6 * std::sin(angle));
        corner == 0 ? octagon.moveTo(point) : octagon.lineTo(point);
    }
    octagon.closeSubpath();
    return octagon.subtracted(outlined(cross({8, 8}, 2.7), 1.9));
}

QPainterPath completed()
{
    return outlined(circle(6.2), 1.5).united(outlined(line({{5, 8.2}, {7.2, 10.4}, {11, 5.8}}), 1.7));
}

QPainterPath disabled()
{
    return outlined(circle(6.2), 1.6, Qt::DashLine).united(outlined(line({{4.6, 11.4}, {11.4, 4.6}}), 1.6));
}

QPainterPath invalid()
{
    QPainterPath page = line({{3, 1.2}, {9.4, 1.2}, {13, 4.8}, {13, 14.8}, {3, 14.8}});
    page.closeSubpath();
    return outlined(page, 1.4).united(outlined(cross({8, 9}, 2.1), 1.5));
}

const QPainterPath& shape(ServiceState state)
{
    // In the order of ServiceState.
    static const std::array<QPainterPath, 10> shapes{stopped(), starting(), running(), waiting(),   backingOff(),
                                                     stopping(), failed(),  completed(), disabled(), invalid()};
    return shapes.at(static_cast<std::size_t>(state));
}

class StateIconEngine final : public QIconEngine
{
public:
    explicit StateIconEngine(ServiceState state) : m_state(state) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        const QColor color = mode == QIcon::Selected   ? palette.color(QPalette::HighlightedText)
                             : mode == QIcon::Disabled ? palette.color(QPalette::Disabled, QPalette::Text)
                                                       : tones::ofState(m_state, tones::isDark(palette));
        const int side = std::min(rect.width(), rect.height());
        const QRectF square(rect.x() + (rect.width() - side) / 2.0, rect.y() + (rect.height() - side) / 2.0, side, side);
        paintState(*painter, square, m_state, color);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new StateIconEngine(*this); }

private:
    ServiceState m_state;
};

} // namespace

QIcon stateIcon(ServiceState state)
{
    return QIcon(new StateIconEngine(state));
}

void paintState(QPainter& painter, const QRectF& square, ServiceState state, const QColor& color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(square.topLeft());
    painter.scale(square.width() / 16, square.height() / 16);
    painter.fillPath(shape(state), color);
    painter.restore();
}

} // namespace turnspit

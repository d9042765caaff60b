#include <ui/runs/outcomes.h>

#include <ui/theme/stateicon.h>
#include <ui/theme/tones.h>

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>

#include <array>

namespace turnspit::outcomes {
namespace {

// All shapes are drawn in a square of 16 units.
QPainterPath outlined(const QPainterPath& path, double width, Qt::PenCapStyle cap = Qt::RoundCap, const QList<qreal>& dashes = {})
{
    QPainterPathStroker stroker;
    stroker.setWidth(width);
    stroker.setJoinStyle(Qt::RoundJoin);
    stroker.setCapStyle(cap);
    if (!dashes.isEmpty())
        stroker.setDashPattern(dashes);
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

QPainterPath circle(QPointF center, double radius)
{
    QPainterPath path;
    path.addEllipse(center, radius, radius);
    return path;
}

QPainterPath succeeded()
{
    return outlined(line({{2.6, 8.6}, {6.3, 12.4}, {13.4, 4}}), 2.4);
}

QPainterPath failed()
{
    return outlined(line({{3.4, 3.4}, {12.6, 12.6}}), 2.6).united(outlined(line({{12.6, 3.4}, {3.4, 12.6}}), 2.6));
}

QPainterPath timedOut()
{
    QPainterPath watch = outlined(circle({8, 9.2}, 5.4), 1.6);
    watch = watch.united(outlined(line({{6.4, 1.2}, {9.6, 1.2}}), 1.7)).united(outlined(line({{8, 1.2}, {8, 3.4}}), 1.5));
    return watch.united(outlined(line({{8, 6}, {8, 9.4}, {10.2, 9.4}}), 1.5));
}

QPainterPath stopped()
{
    return outlined(circle({8, 8}, 6), 1.8).united(outlined(line({{4, 12}, {12, 4}}), 1.8));
}

QPainterPath killed()
{
    QPainterPath skull = circle({8, 6.8}, 5.8);
    QPainterPath jaw;
    jaw.addRoundedRect(QRectF(4.9, 9.6, 6.2, 5.4), 1, 1);
    skull = skull.united(jaw);
    for (const QPointF eye : {QPointF(5.7, 7.2), QPointF(10.3, 7.2)})
        skull = skull.subtracted(circle(eye, 1.7));
    for (const double x : {7.0, 9.0})
        skull = skull.subtracted(outlined(line({{x, 12.6}, {x, 15.4}}), 0.9, Qt::FlatCap));
    return skull;
}

QPainterPath abandoned()
{
    QPainterPath triangle = line({{8, 1.6}, {15, 14}, {1, 14}});
    triangle.closeSubpath();
    return triangle.subtracted(outlined(line({{8, 6}, {8, 9.8}}), 1.7)).subtracted(circle({8, 12}, 0.95));
}

QPainterPath skipped()
{
    return outlined(line({{3, 8}, {13, 8}}), 2.6);
}

QPainterPath missed()
{
    return outlined(circle({8, 8}, 5.8), 1.9, Qt::FlatCap, {1.2, 1.2});
}

QPainterPath unknown()
{
    QPainterPath hook;
    hook.moveTo(4.9, 5.4);
    hook.arcTo(QRectF(4.9, 2.2, 6.2, 6.2), 180, -180);
    hook.cubicTo(QPointF(11.1, 8), QPointF(8, 7.6), QPointF(8, 10.4));
    return outlined(hook, 2).united(circle({8, 13.8}, 1.4));
}

const QPainterPath& shape(Outcome outcome)
{
    // In the order of Outcome.
    static const std::array<QPainterPath, 9> shapes{succeeded(), failed(),  timedOut(), stopped(), killed(),
                                                    abandoned(), skipped(), missed(),   unknown()};
    return shapes.at(static_cast<std::size_t>(outcome));
}

class OutcomeIconEngine final : public QIconEngine
{
public:
    explicit OutcomeIconEngine(Outcome outcome) : m_outcome(outcome) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        const QColor color = mode == QIcon::Selected   ? palette.color(QPalette::HighlightedText)
                             : mode == QIcon::Disabled ? palette.color(QPalette::Disabled, QPalette::Text)
                                                       : tone(m_outcome, tones::isDark(palette));
        const int side = std::min(rect.width(), rect.height());
        const QRectF square(rect.x() + (rect.width() - side) / 2.0, rect.y() + (rect.height() - side) / 2.0, side, side);
        outcomes::paint(*painter, square, m_outcome, color);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new OutcomeIconEngine(*this); }

private:
    Outcome m_outcome;
};

} // namespace

QColor tone(Outcome outcome, bool dark)
{
    switch (outcome) {
    case Outcome::Succeeded:
        return tones::ofState(ServiceState::Completed, dark);
    case Outcome::Failed:
    case Outcome::Killed:
    case Outcome::Abandoned:
        return tones::ofState(ServiceState::Failed, dark);
    case Outcome::TimedOut:
    case Outcome::Missed:
        return tones::ofState(ServiceState::BackingOff, dark);
    case Outcome::Stopped:
    case Outcome::Unknown:
        return tones::ofState(ServiceState::Stopped, dark);
    case Outcome::Skipped:
        return tones::ofState(ServiceState::Disabled, dark);
    }
    return {};
}

QIcon icon(std::optional<Outcome> outcome)
{
    return outcome ? QIcon(new OutcomeIconEngine(*outcome)) : stateIcon(ServiceState::Running);
}

void paint(QPainter& painter, const QRectF& square, Outcome outcome, const QColor& color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(square.topLeft());
    painter.scale(square.width() / 16, square.height() / 16);
    painter.fillPath(shape(outcome), color);
    painter.restore();
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

#include <ui/detail/sparkline.h>

#include <ui/text/words.h>
#include <ui/theme/tones.h>

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace turnspit {

Sparkline::Sparkline(const QString& title, Words words, bool fromZero, QWidget* parent)
    : QWidget(parent), m_title(title), m_words(std::move(words)), m_fromZero(fromZero)
{
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Sparkline::setPoints(QList<Point> points, WallTime now, std::chrono::minutes span)
{
    m_points = std::move(points);
    m_now = now;
    m_span = span;
    const QString said = sentence();
    if (said != accessibleDescription()) {
        setAccessibleDescription(said);
        setToolTip(said);
    }
    update();
}

std::optional<double> Sparkline::current() const
{
    return m_points.isEmpty() ? std::nullopt : m_points.last().value;
}

std::optional<Sparkline::Range> Sparkline::range() const
{
    std::optional<Range> range;
    for (const Point& point : m_points) {
        if (!point.value)
            continue;
        if (!range)
            range = Range{*point.value, *point.value};
        range->least = std::min(range->least, *point.value);
        range->most = std::max(range->most, *point.value);
    }
    return range;
}

QString Sparkline::sentence() const
{
    const auto all = range();
    if (!all)
        return tr("%1: not known yet", "%1 is a figure, such as 'CPU'").arg(m_title);
    const int minutes = static_cast<int>(m_span.count());
    const QString between = (minutes < 60 ? tr("between %1 and %2 in the last %n minute(s)", nullptr, minutes)
                                          : tr("between %1 and %2 in the last %n hour(s)", nullptr, minutes / 60))
                                .arg(m_words(all->least), m_words(all->most));
    if (const auto value = current())
        return tr("%1: now %2, %3", "figure, value, 'between … and …'").arg(m_title, m_words(*value), between);
    return tr("%1: %2", "figure, 'between … and …'").arg(m_title, between);
}

QSize Sparkline::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.averageCharWidth() * 44, metrics.height() * 4};
}

QSize Sparkline::minimumSizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.averageCharWidth() * 17, metrics.height() * 4};
}

void Sparkline::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QFontMetrics metrics = fontMetrics();
    const int line = metrics.height();
    const auto now = current();
    const auto all = range();

    QFont strong = font();
    strong.setBold(true);
    painter.setPen(palette().color(QPalette::WindowText));
    const QRect head(0, 0, width(), line);
    const QString value = now ? m_words(*now) : words::nothing();
    painter.drawText(head, Qt::AlignLeading | Qt::AlignVCenter | Qt::TextSingleLine, m_title);
    painter.setFont(strong);
    const int titleWidth = metrics.horizontalAdvance(m_title + QStringLiteral("  "));
    const bool leftToRight = layoutDirection() == Qt::LeftToRight;
    painter.drawText(leftToRight ? head.adjusted(titleWidth, 0, 0, 0) : head.adjusted(0, 0, -titleWidth, 0),
                     Qt::AlignLeading | Qt::AlignVCenter | Qt::TextSingleLine, value);

    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    const QFontMetrics smallMetrics(small);
    const QString most = all ? m_words(all->most) : QString();
    const QString least = all ? m_words(all->least) : QString();
    const int textWidth = std::max({smallMetrics.horizontalAdvance(most), smallMetrics.horizontalAdvance(least),
                                    smallMetrics.averageCharWidth() * 7});
    const int gap = smallMetrics.averageCharWidth();
    // Time runs from left to right in every language, as in every chart.
    const QRectF graph(0.5, line + 3.5, std::max(10, width() - textWidth - gap) - 1, height() - line - 5);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(graph.bottomLeft(), graph.bottomRight());
    if (!all)
        return;

    painter.setFont(small);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const QRectF texts(graph.right() + gap, graph.top() - 2, textWidth, graph.height() + 4);
    painter.drawText(texts, Qt::AlignLeft | Qt::AlignTop | Qt::TextSingleLine, most);
    if (least != most)
        painter.drawText(texts, Qt::AlignLeft | Qt::AlignBottom | Qt::TextSingleLine, least);

    // A line that hardly moves is drawn so, rather than as mountains of noise.
    const double spread = std::max({all->most - all->least, all->most * 0.1, 0.001});
    const double bottom = m_fromZero ? 0 : std::max(0.0, all->least - spread * 0.25);
    const double top = std::max(bottom + 0.001, m_fromZero ? std::max(all->most, 1.0) : std::max(all->most, bottom + spread * 1.25));
    const auto x = [&](WallTime time) {
        const double age = std::chrono::duration<double>(m_now - time) / std::chrono::duration<double>(m_span);
        return graph.right() - std::clamp(age, 0.0, 1.0) * graph.width();
    };
    const auto y = [&](double height) { return graph.bottom() - (height - bottom) / (top - bottom) * (graph.height() - 2); };

    const QColor tone = tones::ofState(ServiceState::Waiting, palette());
    QColor fill = tone;
    fill.setAlpha(40);
    painter.setRenderHint(QPainter::Antialiasing);
    for (qsizetype i = 0; i < m_points.size();) {
        if (!m_points[i].value) {
            ++i;
            continue;
        }
        QPolygonF stroke;
        for (; i < m_points.size() && m_points[i].value; ++i)
            stroke << QPointF(x(m_points[i].time), y(*m_points[i].value));
        const WallTime end = i < m_points.size() ? m_points[i].time : m_now;
        stroke << QPointF(std::max(x(end), stroke.last().x()), stroke.last().y());
        QPolygonF area = stroke;
        area << QPointF(stroke.last().x(), graph.bottom()) << QPointF(stroke.first().x(), graph.bottom());
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawPolygon(area);
        painter.setPen(QPen(tone, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(stroke);
    }
}

} // namespace turnspit

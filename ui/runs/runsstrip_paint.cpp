#include <ui/runs/runsstrip.h>

#include <turnspit/base/clock.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/runmodel.h>
#include <ui/text/words.h>
#include <ui/theme/icons.h>
#include <ui/theme/stateicon.h>
#include <ui/theme/tones.h>

#include <QLocale>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionFocusRect>

#include <algorithm>
#include <array>
#include <cmath>

using namespace std::chrono;

namespace turnspit {

struct RunsStrip::Bar
{
    const RunInfo* run = nullptr;
    QRectF rect;
};

namespace {

/// Of several ends that share one place, the one that a person must not miss.
int weight(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Succeeded:
        return 0;
    case Outcome::Skipped:
        return 1;
    case Outcome::Stopped:
        return 2;
    case Outcome::Missed:
        return 3;
    case Outcome::Unknown:
        return 4;
    case Outcome::TimedOut:
        return 5;
    case Outcome::Abandoned:
        return 6;
    case Outcome::Killed:
        return 7;
    case Outcome::Failed:
        return 8;
    }
    return 0;
}

constexpr int mostLanes = 3;

} // namespace

QSize RunsStrip::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.averageCharWidth() * 90, axisHeight() + metrics.height() * 2};
}

QSize RunsStrip::minimumSizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.averageCharWidth() * 30, axisHeight() + metrics.height() * 2};
}

int RunsStrip::axisHeight() const
{
    return fontMetrics().height() + 4;
}

std::vector<RunsStrip::Bar> RunsStrip::bars() const
{
    const auto& runs = m_runs.runs();
    const WallTime begin = from();
    const WallTime end = until();
    const WallTime now = Clock::current().wallNow();
    std::vector<Bar> bars;
    std::vector<int> lanes;
    std::array<WallTime, mostLanes> laneEnds{};
    int used = 1;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        const WallTime runEnd = run->end.value_or(now);
        int lane = 0;
        while (lane < mostLanes - 1 && outcomes::hasRun(*run) && laneEnds.at(static_cast<std::size_t>(lane)) > run->begin)
            ++lane;
        laneEnds.at(static_cast<std::size_t>(lane)) = std::max(laneEnds.at(static_cast<std::size_t>(lane)), runEnd);
        if (run->begin > end || runEnd < begin)
            continue;
        used = std::max(used, lane + 1);
        const double left = xOf(run->begin);
        const double right = outcomes::hasRun(*run) ? std::max(xOf(runEnd), left + 2) : left;
        bars.push_back({&*run, QRectF(QPointF(left, 0), QPointF(right, 0))});
        lanes.push_back(lane);
    }
    const double top = axisHeight() + 3;
    const double laneHeight = (height() - top - 3) / used;
    const double barHeight = std::min(laneHeight - 2, fontMetrics().height() * 0.9);
    for (std::size_t i = 0; i < bars.size(); ++i) {
        bars[i].rect.moveTop(top + laneHeight * lanes[i] + (laneHeight - barHeight) / 2);
        bars[i].rect.setHeight(barHeight);
    }
    return bars;
}

const RunInfo* RunsStrip::runAt(const QPoint& place) const
{
    const RunInfo* nearest = nullptr;
    double distance = 5; // from so far away a finger or a hand still means it
    for (const Bar& bar : bars()) {
        if (place.y() < bar.rect.top() - 3 || place.y() > bar.rect.bottom() + 3)
            continue;
        const double right = bar.rect.right() + bar.rect.height(); // with the shape at its end
        const double away = place.x() < bar.rect.left() ? bar.rect.left() - place.x() : std::max(0.0, place.x() - right);
        if (away < distance || (away == 0 && distance == 0)) {
            distance = away;
            nearest = bar.run;
        }
    }
    return nearest;
}

void RunsStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    paintUnknownPast(painter);
    paintAxis(painter);
    paintPlanned(painter);
    paintBars(painter);
    const WallTime now = Clock::current().wallNow();
    const double x = xOf(now);
    m_nowDrawnAt = x;
    painter.setPen(QPen(palette().color(QPalette::Text), 1, Qt::DashLine));
    painter.drawLine(QPointF(x, axisHeight()), QPointF(x, height()));
    if (hasFocus()) {
        QStyleOptionFocusRect option;
        option.initFrom(this);
        option.backgroundColor = palette().color(QPalette::Base);
        style()->drawPrimitive(QStyle::PE_FrameFocusRect, &option, &painter, this);
    }
}

void RunsStrip::paintUnknownPast(QPainter& painter) const
{
    if (!m_runs.hasMore() || m_runs.runs().isEmpty())
        return;
    const double x = xOf(m_runs.runs().last().begin);
    if (x <= 0)
        return;
    const QRectF past(0, axisHeight(), std::min<double>(x, width()), height() - axisHeight());
    painter.fillRect(past, QBrush(palette().color(QPalette::Mid), Qt::BDiagPattern));
}

void RunsStrip::paintAxis(QPainter& painter) const
{
    static constexpr std::array steps{60,    300,   600,    900,    1800,   3600,    7200,    10800,
                                      21600, 43200, 86400, 172800, 432000, 864000};
    const QFontMetrics metrics = fontMetrics();
    const double least = metrics.horizontalAdvance(QStringLiteral("00 MMM")) + metrics.averageCharWidth() * 2;
    const double pixelsASecond = width() / duration<double>(m_span).count();
    auto step = std::find_if(steps.begin(), steps.end(), [&](int each) { return each * pixelsASecond >= least; });
    const int stride = step == steps.end() ? steps.back() : *step;

    const QRectF axis(0, 0, width(), axisHeight());
    painter.fillRect(axis, palette().color(QPalette::Window));
    const QString nowWord = tr("now");
    const double nowX = xOf(Clock::current().wallNow());
    const double nowHalf = metrics.horizontalAdvance(nowWord) / 2.0 + metrics.averageCharWidth();
    const QDateTime first = words::local(from());
    QDateTime at = first.date().startOfDay();
    if (stride < 86400) {
        while (at.addSecs(stride) < first)
            at = at.addSecs(stride * std::max<qint64>(1, at.secsTo(first) / stride - 1));
    }
    for (const QDateTime end = words::local(until()); at <= end; at = stride < 86400 ? at.addSecs(stride) : at.addDays(stride / 86400)) {
        const double x = xOf(WallTime(milliseconds(at.toMSecsSinceEpoch())));
        if (x < 0)
            continue;
        painter.setPen(palette().color(QPalette::Midlight));
        painter.drawLine(QPointF(x, axisHeight() - 3), QPointF(x, height()));
        const bool midnight = at.time() == QTime(0, 0);
        const QString text = midnight ? QLocale().toString(at.date(), QStringLiteral("d MMM")) : at.time().toString(QStringLiteral("HH:mm"));
        const double textWidth = metrics.horizontalAdvance(text);
        if (x + 3 + textWidth > width() || (x + 3 + textWidth > nowX - nowHalf && x < nowX + nowHalf))
            continue;
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QPointF(x + 3, (axisHeight() + metrics.ascent() - metrics.descent()) / 2.0), text);
    }
    painter.setPen(palette().color(QPalette::WindowText));
    QFont strong = font();
    strong.setBold(true);
    painter.setFont(strong);
    painter.drawText(QRectF(nowX - nowHalf - 10, 0, 2 * nowHalf + 20, axisHeight()), Qt::AlignCenter, nowWord);
    painter.setFont(font());
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(QPointF(0, axisHeight()), QPointF(width(), axisHeight()));
}

void RunsStrip::paintPlanned(QPainter& painter) const
{
    const double barHeight = fontMetrics().height() * 0.9;
    const double top = axisHeight() + 3 + (height() - axisHeight() - 6 - barHeight) / 2;
    const double barWidth = std::max(5.0, m_usual.value_or(0) / duration<double>(m_span).count() * width());
    painter.setPen(QPen(palette().color(QPalette::PlaceholderText), 1, Qt::DashLine));
    painter.setBrush(Qt::NoBrush);
    double last = -1;
    const WallTime now = Clock::current().wallNow();
    for (const WallTime at : m_planned) {
        const double x = xOf(at);
        if (at < now || x > width() || x < last + 3)
            continue;
        if (x >= 0)
            painter.drawRect(QRectF(std::round(x) + 0.5, std::round(top) + 0.5, std::round(barWidth), std::round(barHeight) - 1));
        last = x + barWidth;
    }
}

void RunsStrip::paintBars(QPainter& painter) const
{
    const auto all = bars();
    painter.setPen(Qt::NoPen);
    for (const Bar& bar : all) {
        if (!outcomes::hasRun(*bar.run))
            continue;
        QColor color = bar.run->outcome ? tones::ofOutcome(*bar.run->outcome, palette()) : tones::ofState(ServiceState::Running, palette());
        color.setAlpha(bar.run->outcome ? 120 : 180);
        painter.fillRect(bar.rect.intersected(QRectF(rect()).adjusted(-2, 0, 2, 0)), color);
    }
    struct Glyph
    {
        QRectF square;
        Outcome outcome;
    };
    std::vector<Glyph> glyphs;
    for (const Bar& bar : all) {
        if (!bar.run->outcome)
            continue;
        const double side = std::min(bar.rect.height(), 14.0);
        const QRectF square(bar.rect.right() - (outcomes::hasRun(*bar.run) ? 0 : side / 2), bar.rect.center().y() - side / 2, side, side);
        const auto crowd = std::find_if(glyphs.rbegin(), glyphs.rend(), [&](const Glyph& glyph) {
            return glyph.square.top() == square.top() && std::abs(glyph.square.left() - square.left()) < side;
        });
        if (crowd == glyphs.rend())
            glyphs.push_back({square, *bar.run->outcome});
        else if (weight(*bar.run->outcome) > weight(crowd->outcome))
            crowd->outcome = *bar.run->outcome;
    }
    for (const Bar& bar : all) {
        if (bar.run->outcome)
            continue;
        const double side = std::min(bar.rect.height(), 14.0);
        const QRectF square(bar.rect.right() - side / 2, bar.rect.center().y() - side / 2, side, side);
        painter.fillRect(square, palette().color(QPalette::Base));
        paintState(painter, square.adjusted(1, 1, -1, -1), ServiceState::Running, tones::ofState(ServiceState::Running, palette()));
    }
    for (const Glyph& glyph : glyphs) {
        painter.fillRect(glyph.square, palette().color(QPalette::Base));
        paintOutcome(painter, glyph.square.adjusted(1, 1, -1, -1), glyph.outcome, tones::ofOutcome(glyph.outcome, palette()));
    }
    if (m_selected) {
        for (const Bar& bar : all) {
            if (bar.run->id != *m_selected)
                continue;
            painter.setPen(QPen(palette().color(QPalette::Text), 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(bar.rect.adjusted(-3, -3, std::min(bar.rect.height(), 14.0) + 3, 3), 3, 3);
        }
    }
}

} // namespace turnspit

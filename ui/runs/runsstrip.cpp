#include <ui/runs/runsstrip.h>

#include <turnspit/base/clock.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/runmodel.h>
#include <ui/runs/runwords.h>
#include <ui/text/words.h>

#include <QApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

using namespace std::chrono;
using namespace std::chrono_literals;

namespace turnspit {

RunsStrip::RunsStrip(const RunModel& runs, QWidget* parent) : QWidget(parent), m_runs(runs)
{
    setObjectName(QStringLiteral("runsStrip"));
    setAccessibleName(tr("Timeline of the runs"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&runs, &QAbstractItemModel::modelReset, this, &RunsStrip::changed);
    connect(&runs, &QAbstractItemModel::rowsInserted, this, &RunsStrip::changed);
    connect(&runs, &QAbstractItemModel::dataChanged, this, &RunsStrip::changed);
    changed();
}

void RunsStrip::changed()
{
    setAccessibleDescription(summary());
    update();
}

void RunsStrip::setPlanned(const QList<WallTime>& times)
{
    if (m_planned == times)
        return;
    m_planned = times;
    changed();
}

void RunsStrip::setUsual(std::optional<double> seconds)
{
    if (m_usual == seconds)
        return;
    m_usual = seconds;
    update();
}

void RunsStrip::setSelected(std::optional<RunId> run)
{
    if (m_selected == run)
        return;
    m_selected = run;
    update();
}

void RunsStrip::reveal(RunId run)
{
    if (const int row = m_runs.rowOf(run); row >= 0) {
        const RunInfo& info = m_runs.runs()[row];
        if (info.end.value_or(info.begin) < from() || info.begin > until())
            lookAt(info.begin + m_span / 2);
    }
}

WallTime RunsStrip::until() const
{
    return m_end ? *m_end : Clock::current().wallNow() + std::min<seconds>(m_span / 4, plannedAhead);
}

void RunsStrip::lookAt(WallTime until)
{
    const WallTime now = Clock::current().wallNow();
    m_end = std::clamp<WallTime>(until, now - longest + m_span / 4, now + plannedAhead);
    changed();
    Q_EMIT windowChanged();
}

void RunsStrip::setSpan(seconds span)
{
    zoom(duration<double>(span) / duration<double>(m_span), Clock::current().wallNow());
}

void RunsStrip::zoom(double factor, WallTime anchor)
{
    const seconds span = std::clamp(seconds(std::llround(static_cast<double>(m_span.count()) * factor)), shortest, longest);
    if (span == m_span)
        return;
    if (m_end) {
        // What is under the pointer stays there.
        const double before = duration<double>(*m_end - anchor) / duration<double>(m_span);
        m_span = span;
        lookAt(anchor + duration_cast<WallTime::duration>(duration<double>(span) * before));
        return;
    }
    m_span = span;
    changed();
    Q_EMIT windowChanged();
}

void RunsStrip::showNow()
{
    m_end.reset();
    changed();
    Q_EMIT windowChanged();
}

void RunsStrip::tick()
{
    if (std::abs(xOf(Clock::current().wallNow()) - m_nowDrawnAt) >= 1 || !m_end)
        update();
}

QString RunsStrip::summary() const
{
    int all = 0;
    int good = 0;
    int bad = 0;
    const WallTime begin = from();
    const WallTime end = until();
    for (const RunInfo& run : m_runs.runs()) {
        if (run.begin > end || run.end.value_or(end) < begin)
            continue;
        ++all;
        good += run.outcome == Outcome::Succeeded ? 1 : 0;
        bad += run.outcome && outcomes::isTrouble(*run.outcome) ? 1 : 0;
    }
    const auto ahead = std::count_if(m_planned.begin(), m_planned.end(), [&](WallTime at) { return at >= begin && at <= end; });
    QStringList parts{tr("%1 succeeded", "a number of runs").arg(good), tr("%1 failed", "a number of runs").arg(bad)};
    if (ahead > 0)
        parts += tr("%1 planned", "a number of runs").arg(ahead);
    return tr("%1 in %2: %3", "a number of runs, a duration, what came of them")
        .arg(QString::number(all), words::duration(m_span), parts.join(QStringLiteral(", ")));
}

double RunsStrip::xOf(WallTime time) const
{
    return duration<double>(time - from()) / duration<double>(m_span) * width();
}

WallTime RunsStrip::timeAt(double x) const
{
    return from() + duration_cast<WallTime::duration>(duration<double>(m_span) * (x / std::max(1, width())));
}

// ---- hands ------------------------------------------------------------------------------------------------------------------------

void RunsStrip::wheelEvent(QWheelEvent* event)
{
    const QPoint turned = event->angleDelta();
    if (std::abs(turned.x()) > std::abs(turned.y()))
        lookAt(until() - duration_cast<WallTime::duration>(duration<double>(m_span) * (turned.x() / 1200.0)));
    else if (turned.y() != 0)
        zoom(std::pow(1.25, -turned.y() / 120.0), timeAt(event->position().x()));
    event->accept();
}

void RunsStrip::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = event->position().toPoint();
    m_endWhenPressed = until();
    m_panning = false;
}

void RunsStrip::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_pressed) {
        setCursor(runAt(event->position().toPoint()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
        return;
    }
    const int moved = event->position().toPoint().x() - m_pressed->x();
    m_panning = m_panning || std::abs(moved) >= QApplication::startDragDistance();
    if (m_panning) {
        setCursor(Qt::ClosedHandCursor);
        lookAt(m_endWhenPressed - duration_cast<WallTime::duration>(duration<double>(m_span) * (double(moved) / std::max(1, width()))));
    }
}

void RunsStrip::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_pressed)
        return;
    m_pressed.reset();
    setCursor(Qt::ArrowCursor);
    if (std::exchange(m_panning, false))
        return;
    if (const RunInfo* const run = runAt(event->position().toPoint()))
        Q_EMIT runClicked(run->id);
}

void RunsStrip::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        lookAt(until() - m_span / 4);
        break;
    case Qt::Key_Right:
        lookAt(until() + m_span / 4);
        break;
    case Qt::Key_Plus:
        zoom(0.8, Clock::current().wallNow());
        break;
    case Qt::Key_Minus:
        zoom(1.25, Clock::current().wallNow());
        break;
    case Qt::Key_End:
        showNow();
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool RunsStrip::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* const help = static_cast<QHelpEvent*>(event);
        const RunInfo* const run = runAt(help->pos());
        QToolTip::showText(help->globalPos(), run ? runwords::sentence(*run, Clock::current().wallNow()) : summary(), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace turnspit

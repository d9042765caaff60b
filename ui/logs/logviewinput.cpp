#include <ui/logs/logview.h>

#include <ui/logs/logfeed.h>

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QScrollBar>
#include <QWheelEvent>

/// What a LogView does with keys, mouse and the other events of its window.
namespace turnspit {
namespace {

constexpr int wheelNotch = 120;
constexpr int rowsANotch = 3;

} // namespace

bool LogView::event(QEvent* event)
{
    // Keys that a window may have given to its actions mean lines here.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto& key = static_cast<const QKeyEvent&>(*event);
        if (key.matches(QKeySequence::Copy) || key.matches(QKeySequence::SelectAll)
            || ((key.key() == Qt::Key_Return || key.key() == Qt::Key_Enter) && m_selection)) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

void LogView::resizeEvent(QResizeEvent*)
{
    m_painter.setWidth(viewport()->width());
    refresh();
}

void LogView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        updateMetrics();
}

void LogView::showEvent(QShowEvent* event)
{
    QAbstractScrollArea::showEvent(event);
    m_feed.setActive(true);
    showAges();
    refresh();
}

void LogView::hideEvent(QHideEvent* event)
{
    QAbstractScrollArea::hideEvent(event);
    m_feed.setActive(false);
    m_ages.stop();
}

void LogView::timerEvent(QTimerEvent* event)
{
    if (event->timerId() == m_ages.timerId())
        viewport()->update();
    else
        QAbstractScrollArea::timerEvent(event);
}

void LogView::wheelEvent(QWheelEvent* event)
{
    const QPoint way = event->angleDelta();
    if (std::abs(way.x()) > std::abs(way.y()) || event->modifiers().testFlag(Qt::ShiftModifier))
        return QAbstractScrollArea::wheelEvent(event);
    m_wheel += way.y() * rowsANotch;
    const int rows = m_wheel / wheelNotch;
    m_wheel -= rows * wheelNotch;
    if (rows != 0)
        scrollLines(-rows);
    event->accept();
}

void LogView::keyPressEvent(QKeyEvent* event)
{
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    if (event->matches(QKeySequence::Copy)) {
        Q_EMIT copyRequested(false);
    } else if (event->key() == Qt::Key_C && event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier)) {
        Q_EMIT copyRequested(true);
    } else if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
    } else if (event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier | Qt::ControlModifier)) {
        QAbstractScrollArea::keyPressEvent(event);
    } else {
        switch (event->key()) {
        case Qt::Key_End: setFollowing(true); break;
        case Qt::Key_Home: scrollLines(-m_feed.rows()); break;
        case Qt::Key_Up: shift ? extendSelection(-1) : scrollLines(-1); break;
        case Qt::Key_Down: shift ? extendSelection(1) : scrollLines(1); break;
        case Qt::Key_PageUp: scrollLines(-std::max(1, visibleRows() - 1)); break;
        case Qt::Key_PageDown: scrollLines(std::max(1, visibleRows() - 1)); break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_selection) {
                Q_EMIT lineActivated(m_selection->end);
                break;
            }
            [[fallthrough]];
        default: QAbstractScrollArea::keyPressEvent(event);
        }
    }
}

void LogView::extendSelection(int rows)
{
    if (m_feed.rows() == 0)
        return;
    const quint64 from = m_selection ? m_selection->end : m_topLine;
    qint64 row = std::clamp<qint64>(m_feed.rowOf(from) + (m_selection ? rows : 0), 0, m_feed.rows() - 1);
    // A piece of a line is no row.
    while (row > 0 && row < m_feed.rows() - 1 && m_feed.line(m_feed.lineAt(row)) && m_feed.line(m_feed.lineAt(row))->isPiece)
        row += rows;
    const quint64 line = m_feed.lineAt(row);
    select(m_selection ? m_selection->anchor : line, line);
    showLine(line);
}

std::optional<quint64> LogView::lineAtY(int y) const
{
    const qint64 rows = m_feed.rows();
    if (rows == 0)
        return std::nullopt;
    const int height = m_painter.rowHeight();
    const Place at = moved(top(), y < 0 ? (y - height + 1) / height : y / height);
    return m_feed.lineAt(std::min(at.row, rows - 1));
}

void LogView::mousePressEvent(QMouseEvent* event)
{
    const auto line = lineAtY(static_cast<int>(event->position().y()));
    if (event->button() != Qt::LeftButton || !line)
        return;
    const LogLine* const held = m_feed.line(*line);
    if (held && LogPainter::isFoldable(*held) && !m_unfolded.contains(*line)) {
        // On the words behind the folded text.
        const int width = textOf(*line, *held).width();
        const auto lineBelow = lineAtY(static_cast<int>(event->position().y()) + m_painter.rowHeight());
        const double cell = (event->position().x() - m_painter.textLeft() + horizontalScrollBar()->value()) / m_painter.cellWidth();
        if (m_painter.isWrapping() ? lineBelow != line : cell > width - 20)
            return unfold(*line);
    }
    const bool extend = m_selection && event->modifiers().testFlag(Qt::ShiftModifier);
    select(extend ? m_selection->anchor : *line, *line);
}

void LogView::mouseMoveEvent(QMouseEvent* event)
{
    if (!event->buttons().testFlag(Qt::LeftButton) || !m_selection)
        return;
    const int y = static_cast<int>(event->position().y());
    if (y < 0)
        scrollLines(-1);
    else if (y > viewport()->height() && top() < bottomTop())
        moveTo(moved(top(), 1));
    if (const auto line = lineAtY(std::clamp(y, 0, viewport()->height() - 1)); line && *line != m_selection->end)
        select(m_selection->anchor, *line);
}

void LogView::contextMenuEvent(QContextMenuEvent* event)
{
    std::optional<quint64> folded;
    const auto line = event->reason() == QContextMenuEvent::Mouse ? lineAtY(event->pos().y())
        : m_selection                                             ? std::optional(m_selection->end)
                                                                  : std::nullopt;
    if (line && m_feed.line(*line) && LogPainter::isFoldable(*m_feed.line(*line)) && !m_unfolded.contains(*line))
        folded = line;
    Q_EMIT menuRequested(event->globalPos(), folded);
}

} // namespace turnspit

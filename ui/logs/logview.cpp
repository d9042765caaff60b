#include <ui/logs/logview.h>

#include <ui/logs/logfeed.h>
#include <ui/logs/logtext.h>
#include <ui/text/words.h>
#include <ui/theme/tones.h>

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QToolButton>
#include <QWheelEvent>

namespace turnspit {
namespace {

constexpr int margin = 6;
constexpr int gutter = 10; // between time and text: the place of the stderr bar

QString timeText(const LogLine& line)
{
    return words::local(line.time).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString bodyText(const LogLine& line)
{
    QString text = logText(line.text);
    if (line.hiddenBytes > 0)
        text += LogView::tr(" … %1 more", "%1 is a size in bytes").arg(words::memory(line.hiddenBytes));
    return text;
}

} // namespace

LogView::LogView(LogFeed& feed, QWidget* parent) : QAbstractScrollArea(parent), m_feed(feed), m_pill(new QToolButton(viewport()))
{
    setObjectName(QStringLiteral("logView"));
    setAccessibleName(tr("Log"));
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setFocusPolicy(Qt::StrongFocus);
    setLayoutDirection(Qt::LeftToRight); // output of commands, whatever the language of the window
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setCursor(Qt::IBeamCursor);

    m_pill->setObjectName(QStringLiteral("newLinesPill"));
    m_pill->setAutoRaise(false);
    m_pill->setArrowType(Qt::DownArrow);
    m_pill->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_pill->setCursor(Qt::ArrowCursor);
    m_pill->setFocusPolicy(Qt::NoFocus);
    m_pill->setToolTip(tr("Go to the end and follow (End)"));
    m_pill->hide();
    connect(m_pill, &QToolButton::clicked, this, &LogView::toEnd);

    connect(&feed, &LogFeed::replaced, this, &LogView::onReplaced);
    connect(&feed, &LogFeed::changed, this, &LogView::onChanged);
    connect(&feed, &LogFeed::statusChanged, this, [this] {
        updatePill();
        viewport()->update();
    });
    updateMetrics();
}

int LogView::visibleRows() const
{
    return std::max(1, viewport()->height() / m_rowHeight);
}

void LogView::updateMetrics()
{
    const QFontMetrics metrics(font());
    m_rowHeight = metrics.lineSpacing();
    m_charWidth = std::max(1, metrics.horizontalAdvance(QLatin1Char('0')));
    m_timeWidth = metrics.horizontalAdvance(QStringLiteral("00:00:00.000"));
    m_markFont = font();
    m_markFont.setItalic(true);
    updateRange();
}

void LogView::updateRange()
{
    const QScopedValueRollback adjusting(m_adjusting, true);
    const LogWindow& window = m_feed.window();
    const int top = std::max(0, static_cast<int>(window.size()) - visibleRows());
    verticalScrollBar()->setPageStep(visibleRows());
    verticalScrollBar()->setRange(0, top);
    if (m_feed.isFollowing())
        m_top = window.firstId() + top;
    m_top = std::clamp(m_top, window.firstId(), window.firstId() + top);
    verticalScrollBar()->setValue(static_cast<int>(m_top - window.firstId()));

    const int width = margin + m_timeWidth + 2 * gutter + m_widest * m_charWidth + margin;
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(4 * m_charWidth);
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
}

void LogView::onReplaced()
{
    m_selection.reset();
    m_widest = 0;
    onChanged();
    horizontalScrollBar()->setValue(0);
}

void LogView::onChanged()
{
    updateRange();
    updatePill();
    viewport()->update();
    // A page that does not fill the view leaves nothing to scroll by which more would be asked for.
    if (m_feed.window().size() < visibleRows())
        m_feed.loadEarlier();
}

void LogView::updatePill()
{
    const auto added = m_feed.newEntries();
    const bool shown = !m_feed.isFollowing() && !m_feed.isAtEnd();
    if (shown) {
        m_pill->setText(added && *added > 0 ? tr("%n new line(s)", nullptr, static_cast<int>(std::min<quint64>(*added, 1'000'000'000)))
                                            : tr("New lines"));
        m_pill->adjustSize();
        m_pill->move((viewport()->width() - m_pill->width()) / 2, viewport()->height() - m_pill->height() - margin);
    }
    m_pill->setVisible(shown);
}

void LogView::scrollContentsBy(int, int)
{
    viewport()->update();
    if (!m_adjusting)
        scrolledByReader();
}

void LogView::scrolledByReader()
{
    const QScrollBar* const bar = verticalScrollBar();
    const qint64 top = m_feed.window().firstId() + bar->value();
    if (top == m_top)
        return; // sideways
    m_top = top;
    const bool atBottom = bar->value() == bar->maximum();
    m_feed.setFollowing(atBottom && m_feed.isAtEnd());
    if (bar->value() < visibleRows())
        m_feed.loadEarlier();
    if (bar->maximum() - bar->value() < visibleRows())
        m_feed.loadLater();
    updatePill();
}

void LogView::toEnd()
{
    m_feed.setFollowing(true);
    updateRange();
    updatePill();
    viewport()->update();
}

void LogView::resizeEvent(QResizeEvent*)
{
    updateRange();
    updatePill();
}

void LogView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateMetrics();
}

void LogView::wheelEvent(QWheelEvent* event)
{
    const bool down = event->angleDelta().y() < 0;
    QAbstractScrollArea::wheelEvent(event);
    // At the bottom the bar does not move any more, though more may have come.
    if (down && verticalScrollBar()->value() == verticalScrollBar()->maximum()) {
        if (m_feed.isAtEnd())
            toEnd();
        else
            m_feed.loadLater();
    }
}

void LogView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        copy();
    } else if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
    } else if (event->key() == Qt::Key_End) {
        toEnd();
    } else if (event->key() == Qt::Key_Home) {
        verticalScrollBar()->setValue(0);
    } else {
        QAbstractScrollArea::keyPressEvent(event); // arrows and pages: the scroll bar's
    }
}

qint64 LogView::lineAt(int y) const
{
    const LogWindow& window = m_feed.window();
    const qint64 line = m_top + (y < 0 ? (y - m_rowHeight + 1) / m_rowHeight : y / m_rowHeight);
    return std::clamp(line, window.firstId(), std::max(window.firstId(), window.endId() - 1));
}

void LogView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_feed.window().isEmpty())
        return;
    const qint64 line = lineAt(static_cast<int>(event->position().y()));
    if (m_selection && event->modifiers().testFlag(Qt::ShiftModifier))
        m_selection->end = line;
    else
        m_selection = Selection{line, line};
    m_feed.setFollowing(false);
    updatePill();
    viewport()->update();
}

void LogView::mouseMoveEvent(QMouseEvent* event)
{
    if (!event->buttons().testFlag(Qt::LeftButton) || !m_selection)
        return;
    const int y = static_cast<int>(event->position().y());
    if (y < 0 || y > viewport()->height())
        verticalScrollBar()->setValue(verticalScrollBar()->value() + (y < 0 ? -1 : 1));
    m_selection->end = lineAt(y);
    viewport()->update();
}

void LogView::contextMenuEvent(QContextMenuEvent* event)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* const copyAction = menu->addAction(tr("&Copy"), this, &LogView::copy);
    copyAction->setEnabled(m_selection.has_value());
    menu->addAction(tr("Select &all"), this, &LogView::selectAll);
    menu->popup(event->globalPos());
}

void LogView::selectAll()
{
    const LogWindow& window = m_feed.window();
    if (window.isEmpty())
        return;
    m_selection = Selection{window.firstId(), window.endId() - 1};
    m_feed.setFollowing(false);
    updatePill();
    viewport()->update();
}

QString LogView::selectedText() const
{
    QString text;
    if (!m_selection)
        return text;
    const LogWindow& window = m_feed.window();
    const qint64 end = std::min(m_selection->last() + 1, window.endId());
    for (qint64 id = std::max(m_selection->first(), window.firstId()); id < end; ++id) {
        text += bodyText(window.at(id - window.firstId()));
        text += QLatin1Char('\n');
    }
    return text;
}

void LogView::copy() const
{
    if (const QString text = selectedText(); !text.isEmpty())
        QGuiApplication::clipboard()->setText(text);
}

QString LogView::placeholder() const
{
    if (m_feed.service().isEmpty())
        return tr("Select a service to see its log.");
    if (!m_feed.note().isEmpty())
        return m_feed.note();
    return m_feed.isLoaded() ? tr("Nothing in this log yet.") : tr("Reading…");
}

void LogView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const LogWindow& window = m_feed.window();
    if (window.isEmpty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        // Said by the program, not by the service: not in the log's font, which the painter takes where nothing else is set.
        QFont plain = QGuiApplication::font();
        plain.setFamily(plain.family());
        painter.setFont(plain);
        painter.drawText(viewport()->rect(), Qt::AlignCenter | Qt::TextWordWrap, placeholder());
        return;
    }
    const int widest = m_widest;
    int y = 0;
    for (qint64 id = m_top; id < window.endId() && y < viewport()->height(); ++id, y += m_rowHeight) {
        const LogLine& line = window.at(id - window.firstId());
        if (line.stream == 'h')
            paintMark(painter, line, y);
        else
            paintLine(painter, line, y, m_selection && id >= m_selection->first() && id <= m_selection->last());
    }
    if (m_widest != widest)
        QMetaObject::invokeMethod(this, &LogView::updateRange, Qt::QueuedConnection);
}

void LogView::paintLine(QPainter& painter, const LogLine& line, int y, bool selected)
{
    const bool dark = tones::isDark(palette());
    const int left = margin - horizontalScrollBar()->value();
    const int textLeft = left + m_timeWidth + 2 * gutter;
    const QRect row(0, y, viewport()->width(), m_rowHeight);
    if (selected)
        painter.fillRect(row, palette().color(QPalette::Highlight));
    if (line.stream == 'e') {
        if (!selected)
            painter.fillRect(row.adjusted(textLeft - gutter, 0, 0, 0), tones::errorStreamTint(dark));
        painter.fillRect(QRect(textLeft - gutter, y, 3, m_rowHeight), tones::errorStreamBar(dark));
    }
    const QColor text = palette().color(selected ? QPalette::HighlightedText : QPalette::Text);
    const QRect timeRect(left, y, m_timeWidth, m_rowHeight);
    painter.setFont(font());
    painter.setPen(selected ? text : palette().color(QPalette::PlaceholderText));
    painter.drawText(timeRect, Qt::AlignLeft | Qt::AlignVCenter, timeText(line));

    // Only what can be seen: a line may have 65,536 characters.
    const QString body = bodyText(line);
    m_widest = std::max(m_widest, static_cast<int>(body.size()));
    const qsizetype columns = std::max(0, (viewport()->width() - textLeft) / m_charWidth + 2);
    painter.setPen(text);
    painter.drawText(QRect(textLeft, y, static_cast<int>(columns + 1) * m_charWidth, m_rowHeight),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip | Qt::TextSingleLine, body.left(columns));
}

void LogView::paintMark(QPainter& painter, const LogLine& line, int y)
{
    painter.setFont(m_markFont);
    const QString text = tr("%1  %2", "time, what happened").arg(timeText(line), bodyText(line));
    const QFontMetrics metrics(m_markFont);
    const int center = y + m_rowHeight / 2;
    const int textLeft = margin + 3 * gutter;
    const int room = std::max(0, viewport()->width() - textLeft - 2 * gutter);
    const QString shown = metrics.elidedText(text, Qt::ElideRight, room);
    const int width = metrics.horizontalAdvance(shown);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(margin, center, textLeft - gutter, center);
    painter.drawLine(textLeft + width + gutter, center, viewport()->width() - margin, center);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(QRect(textLeft, y, room, m_rowHeight), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, shown);
}

} // namespace turnspit

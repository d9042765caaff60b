#include <ui/logs/logview.h>

#include <turnspit/base/clock.h>
#include <ui/logs/logaccess.h>
#include <ui/logs/logfeed.h>

#include <QAccessible>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QPainter>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QToolButton>

namespace turnspit {
namespace {

constexpr std::size_t mostTexts = 1000;
constexpr int pillMargin = 8;
constexpr int ageEvery = 1000; // milliseconds

/// For what is said by the program, not by the service; a font where nothing is set would take the log's.
QFont plainFont()
{
    QFont plain = QGuiApplication::font();
    plain.setFamily(plain.family());
    return plain;
}

} // namespace

LogView::LogView(LogFeed& feed, QWidget* parent) : QAbstractScrollArea(parent), m_feed(feed), m_pill(new QToolButton(viewport()))
{
    QAccessible::installFactory(&logAccess); // before anybody asks for the interface; one that is there is not taken twice
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
    m_pill->setFont(plainFont());
    m_pill->setToolTip(tr("Go to the end and follow (End)"));
    m_pill->setAccessibleName(tr("New lines"));
    m_pill->hide();
    connect(m_pill, &QToolButton::clicked, this, [this] { setFollowing(true); });

    connect(&feed, &LogFeed::replaced, this, &LogView::onReplaced);
    connect(&feed, &LogFeed::changed, this, &LogView::refresh);
    connect(&feed, &LogFeed::arrived, this, &LogView::refresh);
    connect(&feed, &LogFeed::statusChanged, viewport(), qOverload<>(&QWidget::update));
    updateMetrics();
}

int LogView::visibleRows() const
{
    return std::max(1, viewport()->height() / m_painter.rowHeight());
}

void LogView::updateMetrics()
{
    m_painter.setFont(font());
    m_painter.setPalette(palette());
    m_painter.setWidth(viewport()->width());
    m_texts.clear();
    refresh();
}

// ---- where we are ---------------------------------------------------------------------------------------------------------------

const LogText& LogView::textOf(quint64 number, const LogLine& line) const
{
    if (m_texts.size() > mostTexts)
        m_texts.clear();
    Prepared& prepared = m_texts[number];
    const bool unfolded = m_unfolded.contains(number);
    const qsizetype bytes = line.text.size() + line.hiddenBytes;
    if (prepared.bytes != bytes || prepared.unfolded != unfolded)
        prepared = {bytes, unfolded, LogPainter::textOf(line, unfolded)};
    return prepared.text;
}

int LogView::heightOf(qint64 row) const
{
    const quint64 number = m_feed.lineAt(row);
    const LogLine* const line = m_feed.line(number);
    if (!line)
        return 1;
    if (const auto rows = m_painter.rowsOf(*line))
        return *rows;
    return m_painter.rowsOf(textOf(number, *line));
}

LogView::Place LogView::top() const
{
    return {m_feed.rowOf(m_topLine), m_topSub};
}

LogView::Place LogView::bottomTop() const
{
    return moved({m_feed.rows(), 0}, -visibleRows());
}

LogView::Place LogView::moved(Place from, qint64 lines) const
{
    // A screenful is counted row by row; further, each line counts as one.
    constexpr qint64 counted = 2000;
    if (lines > counted || lines < -counted) {
        from = {std::clamp<qint64>(from.row + lines, 0, std::max<qint64>(0, m_feed.rows() - 1)), 0};
        return from;
    }
    const qint64 rows = m_feed.rows();
    qint64 left = lines + from.sub;
    Place at{from.row, 0};
    while (left < 0 && at.row > 0)
        left += heightOf(--at.row);
    if (left < 0)
        return {0, 0};
    while (at.row < rows) {
        const int height = heightOf(at.row);
        if (left < height)
            return {at.row, static_cast<int>(left)};
        left -= height;
        ++at.row;
    }
    return at;
}

void LogView::onReplaced()
{
    m_selection.reset();
    m_currentHit.reset();
    m_unfolded.clear();
    m_texts.clear();
    m_widest = 0;
    m_topLine = 0;
    m_topSub = 0;
    m_letGoEnd = m_feed.extent().end;
    if (!m_following) {
        m_following = true;
        Q_EMIT followingChanged();
    }
    refresh();
    horizontalScrollBar()->setValue(0);
    Q_EMIT selectionChanged();
}

void LogView::refresh()
{
    const QScopedValueRollback adjusting(m_adjusting, true);
    const qint64 rows = m_feed.rows();
    m_feed.setTail(m_following && isVisible() ? visibleRows() + 1 : 0);
    if (m_following || rows > 0)
        m_feed.want(m_following ? rows - 2 * visibleRows() : top().row - visibleRows(), 3 * visibleRows());

    const Place bottom = bottomTop();
    Place at = m_following ? bottom : std::min(top(), bottom);
    if (at.row < rows) {
        const quint64 line = m_feed.lineAt(at.row);
        m_topSub = line == m_topLine || m_following ? at.sub : 0;
        m_topLine = line;
        m_topSub = std::clamp(m_topSub, 0, std::max(0, heightOf(at.row) - 1));
    }
    QScrollBar& bar = *verticalScrollBar();
    const int most = static_cast<int>(std::min<qint64>(bottom.row + (bottom.sub > 0 ? 1 : 0), std::numeric_limits<int>::max()));
    bar.setPageStep(visibleRows());
    bar.setRange(0, most);
    bar.setValue(at >= bottom ? most : static_cast<int>(std::min<qint64>(at.row, most)));

    QScrollBar& sideways = *horizontalScrollBar();
    const int width = m_painter.textLeft() + static_cast<int>((m_widest + 2) * m_painter.cellWidth());
    sideways.setPageStep(viewport()->width());
    sideways.setSingleStep(static_cast<int>(4 * m_painter.cellWidth()));
    sideways.setRange(0, m_painter.isWrapping() ? 0 : std::max(0, width - viewport()->width()));
    updatePill();
    viewport()->update();
}

// ---- going along with the end -----------------------------------------------------------------------------------------------------

void LogView::letGo()
{
    if (!m_following)
        return;
    m_following = false;
    m_letGoEnd = m_feed.extent().end;
    Q_EMIT followingChanged();
}

void LogView::setFollowing(bool following)
{
    if (following && !m_following) {
        m_following = true;
        Q_EMIT followingChanged();
    } else if (!following) {
        letGo();
    }
    refresh();
}

qint64 LogView::newLines() const
{
    return m_following ? 0 : std::max<qint64>(0, m_feed.rows() - m_feed.rowOf(m_letGoEnd));
}

void LogView::updatePill()
{
    const qint64 added = newLines();
    if (added > 0) {
        const int shown = static_cast<int>(std::min<qint64>(added, std::numeric_limits<int>::max()));
        m_pill->setText(tr("%Ln new line(s)", nullptr, shown));
        m_pill->setAccessibleName(m_pill->text());
        m_pill->adjustSize();
        m_pill->move((viewport()->width() - m_pill->width()) / 2, viewport()->height() - m_pill->height() - pillMargin);
    }
    m_pill->setVisible(added > 0);
}

void LogView::moveTo(Place place)
{
    const Place bottom = bottomTop();
    if (place >= bottom)
        place = bottom;
    if (place.row < m_feed.rows()) {
        m_topLine = m_feed.lineAt(place.row);
        m_topSub = place.sub;
    }
    refresh();
}

void LogView::scrollLines(qint64 lines)
{
    const Place to = moved(top(), lines);
    if (lines > 0 && to >= bottomTop())
        return setFollowing(true);
    if (lines < 0 && m_feed.rows() > 0)
        letGo();
    moveTo(to);
}

void LogView::showLine(quint64 line)
{
    const qint64 row = m_feed.rowOf(line);
    const Place first = top();
    letGo();
    const bool seen = row >= first.row && Place{row, 0} < moved(first, visibleRows());
    if (seen)
        refresh();
    else
        moveTo(moved({row, 0}, -visibleRows() / 2));
}

void LogView::scrollTo(quint64 line)
{
    letGo();
    moveTo({m_feed.rowOf(line), 0});
}

void LogView::scrollContentsBy(int, int)
{
    viewport()->update();
    if (m_adjusting)
        return;
    const QScrollBar& bar = *verticalScrollBar();
    const Place before = top();
    const bool wasAtBottom = before >= bottomTop();
    if (bar.value() == bar.maximum()) {
        if (!wasAtBottom)
            setFollowing(true);
        return;
    }
    if (bar.value() == before.row && !wasAtBottom)
        return; // sideways
    letGo();
    moveTo({bar.value(), 0});
}

// ---- selection and folding --------------------------------------------------------------------------------------------------------

void LogView::select(quint64 first, quint64 last)
{
    m_selection = Selection{first, last};
    letGo();
    updatePill();
    viewport()->update();
    Q_EMIT selectionChanged();
}

void LogView::selectAll()
{
    if (m_feed.rows() > 0)
        select(m_feed.lineAt(0), m_feed.lineAt(m_feed.rows() - 1));
}

void LogView::setCurrentHit(std::optional<quint64> line)
{
    m_currentHit = line;
    viewport()->update();
}

void LogView::setHighlight(const QRegularExpression& highlight)
{
    m_painter.setHighlight(highlight);
    viewport()->update();
}

void LogView::setWrap(bool wrap)
{
    m_painter.setWrap(wrap);
    m_topSub = 0;
    refresh();
}

void LogView::setTimes(LogTimes times)
{
    m_painter.setTimes(times);
    showAges();
    refresh();
}

void LogView::showAges()
{
    if (isVisible() && m_painter.times() == LogTimes::Relative)
        m_ages.start(ageEvery, Qt::CoarseTimer, this);
    else
        m_ages.stop();
}

void LogView::unfold(quint64 line)
{
    m_unfolded.insert(line);
    refresh();
}

// ---- painting ---------------------------------------------------------------------------------------------------------------------

QString LogView::placeholder() const
{
    if (m_feed.service().isEmpty())
        return tr("Select a service to see its log.");
    if (!m_feed.note().isEmpty())
        return m_feed.note();
    if (!m_feed.isLoaded())
        return tr("Reading…");
    if (m_feed.isFiltered())
        return m_feed.search().isComplete() ? tr("No line matches the filter.") : tr("Searching…");
    return tr("Nothing in this log yet.");
}

void LogView::paintPlaceholder(QPainter& painter) const
{
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.setFont(plainFont());
    painter.drawText(viewport()->rect(), Qt::AlignCenter | Qt::TextWordWrap, placeholder());
}

QList<std::pair<quint64, QString>> LogView::shownLines() const
{
    QList<std::pair<quint64, QString>> lines;
    const Place first = top();
    int shown = -first.sub;
    for (qint64 row = first.row; row < m_feed.rows() && shown < visibleRows(); ++row) {
        const quint64 number = m_feed.lineAt(row);
        shown += heightOf(row);
        if (const LogLine* const line = m_feed.line(number); line && !line->isPiece)
            lines.append({number, textOf(number, *line).text});
    }
    return lines;
}

void LogView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const qint64 rows = m_feed.rows();
    if (rows == 0)
        return paintPlaceholder(painter);
    LogPainter::Look look;
    look.now = Clock::current().wallNow();
    look.scrolled = horizontalScrollBar()->value();
    look.focused = hasFocus();
    const QRect clip = viewport()->rect();
    const int widest = m_widest;
    const Place first = top();
    int y = -first.sub * m_painter.rowHeight();
    for (qint64 row = first.row; row < rows && y < clip.height(); ++row) {
        const quint64 number = m_feed.lineAt(row);
        const LogLine* const line = m_feed.line(number);
        if (!line) {
            m_painter.paintMissing(painter, y);
            y += m_painter.rowHeight();
            continue;
        }
        if (line->isPiece)
            continue;
        const LogText& text = textOf(number, *line);
        look.selected = m_selection && number >= m_selection->first() && number <= m_selection->last();
        look.current = m_currentHit == number;
        m_painter.paint(painter, *line, text, y, clip, look);
        m_widest = std::max(m_widest, text.width());
        y += heightOf(row) * m_painter.rowHeight();
    }
    if (m_widest != widest)
        QMetaObject::invokeMethod(this, &LogView::refresh, Qt::QueuedConnection);
}

} // namespace turnspit

#include <ui/logs/logpainter.h>

#include <ui/text/words.h>
#include <ui/theme/tones.h>

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace turnspit {
namespace {

constexpr int margin = 6;
constexpr int gutter = 10; // between time and text: the place of the stderr bar
constexpr int barWidth = 3;
constexpr int fewestColumns = 20;

QString hiddenText(qint64 bytes, bool canUnfold)
{
    if (bytes <= 0)
        return {};
    return canUnfold ? QCoreApplication::translate("turnspit::LogView", " … %1 more [Show]", "size of the folded rest of a line").arg(words::memory(bytes))
                     : QCoreApplication::translate("turnspit::LogView", " … %1 more", "size of the rest of a line").arg(words::memory(bytes));
}

} // namespace

void LogPainter::setFont(const QFont& font)
{
    m_font = font;
    m_boldFont = font;
    m_boldFont.setBold(true);
    m_markFont = font;
    m_markFont.setItalic(true);
    const QFontMetricsF metrics(font);
    m_rowHeight = std::max(1, static_cast<int>(std::ceil(metrics.height())) + 1);
    m_ascent = static_cast<int>(std::ceil(metrics.ascent()));
    m_cellWidth = std::max(1.0, metrics.horizontalAdvance(QString(64, QLatin1Char('0'))) / 64);
}

int LogPainter::textLeft() const
{
    const int time = static_cast<int>(std::ceil(logTimeWidth(m_times) * m_cellWidth));
    return margin + time + (time > 0 ? 2 * gutter : gutter);
}

int LogPainter::columns() const
{
    return std::max(fewestColumns, static_cast<int>((m_width - textLeft() - margin) / m_cellWidth));
}

int LogPainter::rowsOf(const LogText& text) const
{
    return m_wrap ? std::max(1, (text.width() + columns() - 1) / columns()) : 1;
}

std::optional<int> LogPainter::rowsOf(const LogLine& line) const
{
    if (line.isPiece)
        return 0;
    if (line.stream == 'h' || !m_wrap || line.text.size() <= columns() / 8)
        return 1;
    return std::nullopt;
}

LogText LogPainter::textOf(const LogLine& line, bool unfolded)
{
    const bool folded = isFoldable(line) && !unfolded;
    LogText text = logText(folded ? QByteArrayView(line.text).first(foldedBytes) : QByteArrayView(line.text));
    const qint64 hidden = line.hiddenBytes + (folded ? line.text.size() - foldedBytes : 0);
    const QString rest = hiddenText(hidden, folded);
    if (!rest.isEmpty()) {
        if (!text.styles.isEmpty())
            text.styles.append(LogText::Style{text.text.size(), {}});
        const int width = text.width();
        text.text += rest;
        for (qsizetype i = 1; !text.cells.isEmpty() && i <= rest.size(); ++i)
            text.cells.append(width + static_cast<int>(i));
    }
    return text;
}

void LogPainter::paint(QPainter& painter, const LogLine& line, const LogText& text, int top, const QRect& clip, const Look& look) const
{
    if (line.stream == 'h')
        return paintMark(painter, line, text, top, look);
    const bool dark = tones::isDark(m_palette);
    const int rows = rowsOf(text);
    const int left = textLeft();
    const QRect all(0, top, m_width, rows * m_rowHeight);
    const QPalette::ColorGroup group = look.focused ? QPalette::Active : QPalette::Inactive;
    // What lies behind the time, and behind the text.
    QColor ground = m_palette.color(look.selected ? group : QPalette::Active, look.selected ? QPalette::Highlight : QPalette::Base);
    QColor behind = ground;
    if (!look.selected) {
        if (line.stream == 'e')
            behind = tones::over(behind, tones::errorStreamTint(dark));
        if (look.current) {
            QColor tint = m_palette.color(QPalette::Highlight);
            tint.setAlphaF(0.18F);
            ground = tones::over(ground, tint);
            behind = tones::over(behind, tint);
        }
    }
    if (look.selected || look.current)
        painter.fillRect(all, ground);
    if (behind != ground)
        painter.fillRect(all.adjusted(left - gutter, 0, 0, 0), behind);

    const double textAt = left - look.scrolled;
    const int columns = this->columns();
    for (int row = 0; row < rows; ++row) {
        const int y = top + row * m_rowHeight;
        if (y + m_rowHeight < clip.top() || y > clip.bottom())
            continue;
        const int first = m_wrap ? row * columns : static_cast<int>(look.scrolled / m_cellWidth);
        const int end = m_wrap ? first + columns : first + columns + 2;
        painter.setClipRect(QRect(left, y, m_width - left, m_rowHeight));
        paintRow(painter, text, first, end, m_wrap ? left - first * m_cellWidth : textAt, y, behind, look);
    }
    painter.setClipping(false);
    if (line.stream == 'e')
        painter.fillRect(QRect(left - gutter, top, barWidth, rows * m_rowHeight), tones::errorStreamBar(dark));
    if (m_times != LogTimes::Hidden) {
        painter.setFont(m_font);
        painter.setPen(look.selected ? m_palette.color(group, QPalette::HighlightedText) : weak(ground));
        const QRect time(margin, top, left - margin - 2 * gutter, m_rowHeight);
        painter.drawText(time, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, logTimeText(line.time, m_times, look.now));
    }
}

QColor LogPainter::weak(const QColor& ground) const
{
    return m_colors.readable(tones::over(ground, m_palette.color(QPalette::PlaceholderText)), ground);
}

void LogPainter::paintRow(QPainter& painter, const LogText& text, int firstCell, int endCell, double left, int y, const QColor& ground,
                          const Look& look) const
{
    qsizetype at = text.indexAt(firstCell);
    const qsizetype end = text.indexAt(endCell);
    if (at >= end)
        return;
    auto style = std::upper_bound(text.styles.begin(), text.styles.end(), at,
                                  [](qsizetype index, const LogText::Style& s) { return index < s.begin; });
    const QPalette::ColorGroup group = look.focused ? QPalette::Active : QPalette::Inactive;
    struct Piece
    {
        qsizetype begin;
        qsizetype end;
        AnsiStyle style;
        AnsiColors::Colors colors;
    };
    QList<Piece> pieces;
    while (at < end) {
        const AnsiStyle now = style == text.styles.begin() ? AnsiStyle{} : std::prev(style)->style;
        const qsizetype behind = style == text.styles.end() ? end : std::min(end, style->begin);
        if (behind > at) {
            AnsiColors::Colors colors = m_colors.of(now, ground);
            if (look.selected)
                colors = {m_palette.color(group, QPalette::HighlightedText), {}};
            pieces.append({at, behind, now, colors});
        }
        at = behind;
        if (style != text.styles.end())
            ++style;
    }
    const auto x = [&](qsizetype index) { return left + text.cellOf(index) * m_cellWidth; };
    for (const Piece& piece : std::as_const(pieces)) {
        if (piece.colors.background.isValid())
            painter.fillRect(QRectF(x(piece.begin), y, x(piece.end) - x(piece.begin), m_rowHeight), piece.colors.background);
    }
    const auto draw = [&](const Piece& piece, const QColor& color) {
        painter.setFont(piece.style.bold ? m_boldFont : m_font);
        painter.setPen(color);
        // What is not one QChar a cell may not have the width of its cells in this font: each cluster goes to its own place.
        qsizetype from = piece.begin;
        while (from < piece.end) {
            qsizetype to = from;
            while (to < piece.end && text.text[to] < QChar(0x300))
                ++to;
            if (to == from) {
                do
                    ++to;
                while (to < piece.end && text.cellOf(to) == text.cellOf(from));
            }
            painter.drawText(QPointF(x(from), y + m_ascent), text.text.mid(from, to - from));
            from = to;
        }
        if (piece.style.underline)
            painter.fillRect(QRectF(x(piece.begin), y + m_ascent + 1, x(piece.end) - x(piece.begin), 1), color);
    };
    const QRegion all = painter.clipRegion();
    const QRegion hits = paintHits(painter, text, firstCell, endCell, left, y, look);
    if (look.selected || hits.isEmpty()) {
        for (const Piece& piece : std::as_const(pieces))
            draw(piece, piece.colors.text);
        return;
    }
    // On the mark of a hit the same colour may be hard to read.
    const QColor mark = tones::findMark(tones::isDark(m_palette));
    for (const bool onHits : {false, true}) {
        painter.setClipRegion(onHits ? all & hits : all - hits);
        for (const Piece& piece : std::as_const(pieces))
            draw(piece, onHits ? m_colors.readable(piece.colors.text, mark) : piece.colors.text);
    }
    painter.setClipRegion(all);
}

QRegion LogPainter::paintHits(QPainter& painter, const LogText& text, int firstCell, int endCell, double left, int y, const Look& look) const
{
    QRegion all;
    if (m_highlight.pattern().isEmpty() || !m_highlight.isValid())
        return all;
    const bool dark = tones::isDark(m_palette);
    // A hit may begin before what is visible, but a long line is not searched from its beginning for every row.
    constexpr int before = 2048;
    const qsizetype begin = text.indexAt(std::max(0, firstCell - before));
    const qsizetype end = text.indexAt(endCell + before);
    auto hits = m_highlight.globalMatch(QStringView(text.text).mid(begin, end - begin));
    while (hits.hasNext()) {
        const auto hit = hits.next();
        if (hit.capturedLength() == 0)
            continue;
        const int from = std::max(firstCell, text.cellOf(begin + hit.capturedStart()));
        const int to = std::min(endCell, text.cellOf(begin + hit.capturedEnd()));
        if (from >= to)
            continue;
        const QRectF rect(left + from * m_cellWidth, y, (to - from) * m_cellWidth, m_rowHeight);
        QColor mark = tones::findMark(dark);
        if (look.selected)
            mark.setAlphaF(0.5F);
        painter.fillRect(rect, mark);
        if (look.current) {
            painter.setPen(tones::findFrame(dark));
            painter.drawRect(rect.adjusted(0, 0, -1, -1));
        }
        all += rect.toRect();
    }
    return all;
}

void LogPainter::paintMark(QPainter& painter, const LogLine& line, const LogText& text, int top, const Look& look) const
{
    const QPalette::ColorGroup group = look.focused ? QPalette::Active : QPalette::Inactive;
    if (look.selected)
        painter.fillRect(QRect(0, top, m_width, m_rowHeight), m_palette.color(group, QPalette::Highlight));
    painter.setFont(m_markFont);
    const QString time = logTimeText(line.time, m_times == LogTimes::Hidden ? LogTimes::Local : m_times, look.now);
    const QString words = QCoreApplication::translate("turnspit::LogView", "%1  %2", "time, what happened").arg(time, text.text);
    const QFontMetrics metrics(m_markFont);
    const int center = top + m_rowHeight / 2;
    const int left = margin + 3 * gutter;
    const int room = std::max(0, m_width - left - 4 * gutter);
    const QString shown = metrics.elidedText(words, Qt::ElideRight, room);
    const int width = metrics.horizontalAdvance(shown);
    const bool begins = line.text.startsWith("run ");
    painter.setPen(m_palette.color(group, look.selected ? QPalette::HighlightedText : QPalette::Mid));
    if (begins) { // marks that bound a run reach over the whole width, others only say what happened
        painter.drawLine(margin, center, left - gutter, center);
        painter.drawLine(left + width + gutter, center, m_width - margin, center);
    } else {
        painter.drawLine(left - 2 * gutter, center, left - gutter, center);
    }
    painter.setPen(look.selected ? m_palette.color(group, QPalette::HighlightedText) : weak(m_palette.color(QPalette::Base)));
    const QRect rect(left, top, room, m_rowHeight);
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, shown);
    if (!m_highlight.pattern().isEmpty() && m_highlight.match(text.text).hasMatch()) {
        painter.setPen(tones::findFrame(tones::isDark(m_palette)));
        painter.drawRect(QRect(left - 4, top, width + 8, m_rowHeight - 1));
    }
}

void LogPainter::paintMissing(QPainter& painter, int top) const
{
    painter.setFont(m_font);
    painter.setPen(m_palette.color(QPalette::PlaceholderText));
    painter.drawText(QRect(textLeft(), top, m_width, m_rowHeight), Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("…"));
}

} // namespace turnspit

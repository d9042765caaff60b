#pragma once

#include <ui/logs/ansicolors.h>
#include <ui/logs/loglines.h>
#include <ui/logs/logtext.h>
#include <ui/logs/logtime.h>

#include <QFont>
#include <QRect>
#include <QRegion>
#include <QRegularExpression>

class QPainter;

namespace turnspit {

/// How rows of a log look, and how much room they take. Text is on a grid of equal cells, so that no row has to be laid out to
/// know its height, and of a long one only what is visible is drawn.
class LogPainter
{
public:
    /// Of a longer line the rest is folded away until it is asked for.
    static constexpr qsizetype foldedBytes = 64 << 10;

    void setFont(const QFont& font);
    void setPalette(const QPalette& palette) { m_palette = palette; m_colors = AnsiColors(palette); }
    void setTimes(LogTimes times) { m_times = times; }
    void setWrap(bool wrap) { m_wrap = wrap; }
    void setHighlight(const QRegularExpression& highlight) { m_highlight = highlight; }
    void setWidth(int width) { m_width = width; }

    [[nodiscard]] LogTimes times() const { return m_times; }
    [[nodiscard]] bool isWrapping() const { return m_wrap; }
    [[nodiscard]] int rowHeight() const { return m_rowHeight; }
    [[nodiscard]] double cellWidth() const { return m_cellWidth; }
    [[nodiscard]] int textLeft() const;

    /// How many cells of text fit beside the time.
    [[nodiscard]] int columns() const;

    /// Cells of this text, and rows that it takes.
    [[nodiscard]] int rowsOf(const LogText& text) const;
    /// The same without looking at the text, where that is enough: 0 for a piece, 1 for a mark or without wrapping.
    [[nodiscard]] std::optional<int> rowsOf(const LogLine& line) const;

    /// The text of a line, folded or not.
    [[nodiscard]] static LogText textOf(const LogLine& line, bool unfolded);
    [[nodiscard]] static bool isFoldable(const LogLine& line) { return line.text.size() > foldedBytes; }

    struct Look
    {
        WallTime now{};
        int scrolled = 0;       ///< to the right, in pixels
        bool selected = false;
        bool focused = true;    ///< the selection is the active one
        bool current = false;   ///< the hit that was gone to
    };

    /// Draws the line with its first row at `top`; only rows inside of `clip`.
    void paint(QPainter& painter, const LogLine& line, const LogText& text, int top, const QRect& clip, const Look& look) const;

    /// A row that is not here yet.
    void paintMissing(QPainter& painter, int top) const;

private:
    void paintMark(QPainter& painter, const LogLine& line, const LogText& text, int top, const Look& look) const;
    /// What is less important than text, and can be read on this ground.
    [[nodiscard]] QColor weak(const QColor& ground) const;
    void paintRow(QPainter& painter, const LogText& text, int firstCell, int endCell, double left, int y, const QColor& ground, const Look& look) const;
    /// Where the marks are.
    QRegion paintHits(QPainter& painter, const LogText& text, int firstCell, int endCell, double left, int y, const Look& look) const;

    QPalette m_palette;
    AnsiColors m_colors{QPalette()};
    QFont m_font;
    QFont m_boldFont;
    QFont m_markFont;
    QRegularExpression m_highlight;
    LogTimes m_times = LogTimes::Local;
    bool m_wrap = false;
    int m_width = 0;
    int m_rowHeight = 1;
    int m_ascent = 1;
    double m_cellWidth = 1;
};

} // namespace turnspit

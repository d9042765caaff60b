#pragma once

#include <QAbstractScrollArea>
#include <QFont>

#include <optional>

class QToolButton;

namespace turnspit {

class LogFeed;
struct LogLine;

/// Paints what a LogFeed holds, the visible lines only. Stays on the same line whatever is added or goes; follows the end until the
/// reader scrolls up or selects, and again from the end on. Selection is by line and survives what arrives.
///
/// objectName logView; its button for new lines is newLinesPill.
class LogView final : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit LogView(LogFeed& feed, QWidget* parent = nullptr);

    /// Text of the selected lines, each with its newline; "" for no selection.
    [[nodiscard]] QString selectedText() const;

    /// Id of the line that is painted first, and how many whole rows there is room for.
    [[nodiscard]] qint64 topLine() const { return m_top; }
    [[nodiscard]] int visibleRows() const;

    void copy() const;
    void selectAll();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    struct Selection
    {
        qint64 anchor;
        qint64 end;
        [[nodiscard]] qint64 first() const { return std::min(anchor, end); }
        [[nodiscard]] qint64 last() const { return std::max(anchor, end); }
    };
    void onReplaced();
    void onChanged();
    void updateMetrics();
    void updateRange();
    void updatePill();
    void scrolledByReader();
    void toEnd();
    [[nodiscard]] qint64 lineAt(int y) const;
    void paintLine(QPainter& painter, const LogLine& line, int y, bool selected);
    void paintMark(QPainter& painter, const LogLine& line, int y);
    [[nodiscard]] QString placeholder() const;

    LogFeed& m_feed;
    QToolButton* m_pill;
    QFont m_markFont;
    int m_rowHeight = 1;
    int m_charWidth = 1;
    int m_timeWidth = 0;
    int m_widest = 0;         ///< in characters, of what was painted so far
    qint64 m_top = 0;         ///< id of the line that is painted first
    bool m_adjusting = false; ///< the scroll bar is moved by us, not by the reader
    std::optional<Selection> m_selection;
};

} // namespace turnspit

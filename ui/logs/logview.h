#pragma once

#include <ui/logs/logpainter.h>

#include <QAbstractScrollArea>
#include <QBasicTimer>

#include <optional>
#include <set>
#include <unordered_map>

class QToolButton;

namespace turnspit {

class LogFeed;

/// Paints rows of a LogFeed, the visible ones only. Stays on the same line whatever is added or goes; follows the end until the
/// reader scrolls up, selects or goes to a line, and again from the end on. The selection is of whole lines, known by their
/// numbers: it stays where it is while lines arrive.
///
/// objectName logView; its button for new lines is newLinesPill.
class LogView final : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit LogView(LogFeed& feed, QWidget* parent = nullptr);

    void setFollowing(bool following);
    [[nodiscard]] bool isFollowing() const { return m_following; }

    void setWrap(bool wrap);
    void setTimes(LogTimes times);
    [[nodiscard]] LogTimes times() const { return m_painter.times(); }
    void setHighlight(const QRegularExpression& highlight);

    /// The hit that was gone to; painted apart from the others.
    void setCurrentHit(std::optional<quint64> line);

    /// Scrolls so that the line is seen (in the middle, if it was not), and lets go of the end.
    void showLine(quint64 line);
    /// Scrolls so that the line is the first one.
    void scrollTo(quint64 line);

    /// Numbers of the selected lines, first and last.
    struct Selection
    {
        quint64 anchor;
        quint64 end;
        [[nodiscard]] quint64 first() const { return std::min(anchor, end); }
        [[nodiscard]] quint64 last() const { return std::max(anchor, end); }
    };
    [[nodiscard]] const std::optional<Selection>& selection() const { return m_selection; }
    void select(quint64 first, quint64 last);
    void selectAll();

    /// The line that is painted first, and how many whole rows there is room for.
    [[nodiscard]] quint64 topLine() const { return m_topLine; }
    [[nodiscard]] int visibleRows() const;

    /// Numbers and texts of the lines that are on the screen; those that are not here yet are left out.
    [[nodiscard]] QList<std::pair<quint64, QString>> shownLines() const;

    /// All of a folded line from now on.
    void unfold(quint64 line);

    /// Lines that came since the reader let go of the end.
    [[nodiscard]] qint64 newLines() const;

Q_SIGNALS:
    void followingChanged();
    void selectionChanged();
    void copyRequested(bool withTimes);
    /// Enter on a selected line.
    void lineActivated(quint64 line);
    void menuRequested(const QPoint& globalPosition, std::optional<quint64> foldedLine);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void timerEvent(QTimerEvent* event) override;

private:
    struct Place
    {
        qint64 row = 0;
        int sub = 0; ///< of its rows on the screen, the first one that is seen
        auto operator<=>(const Place&) const = default;
    };
    struct Prepared
    {
        qsizetype bytes = -1;
        bool unfolded = false;
        LogText text;
    };
    void onReplaced();
    void refresh();
    void updateMetrics();
    void updatePill();
    void showAges();
    void letGo();
    void moveTo(Place place);
    void scrollLines(qint64 lines);
    void extendSelection(int rows);
    [[nodiscard]] Place top() const;
    [[nodiscard]] Place bottomTop() const;
    [[nodiscard]] Place moved(Place from, qint64 lines) const;
    [[nodiscard]] int heightOf(qint64 row) const;
    [[nodiscard]] const LogText& textOf(quint64 number, const LogLine& line) const;
    [[nodiscard]] std::optional<quint64> lineAtY(int y) const;
    [[nodiscard]] QString placeholder() const;
    void paintPlaceholder(QPainter& painter) const;

    LogFeed& m_feed;
    QToolButton* m_pill;
    LogPainter m_painter;
    quint64 m_topLine = 0;
    int m_topSub = 0;
    bool m_following = true;
    bool m_adjusting = false; ///< the scroll bar is moved by us, not by the reader
    quint64 m_letGoEnd = 0;   ///< the log's end when the reader let go
    int m_widest = 0;         ///< in cells, of what was painted so far
    int m_wheel = 0;          ///< of the wheel's way, what is not yet a row
    QBasicTimer m_ages;       ///< runs while ages are shown: they change by themselves
    std::optional<Selection> m_selection;
    std::optional<quint64> m_currentHit;
    std::set<quint64> m_unfolded;
    mutable std::unordered_map<quint64, Prepared> m_texts; ///< of the lines that were looked at last
};

} // namespace turnspit

#pragma once

#include <ui/logs/logsearch.h>

#include <QWidget>

class QLabel;
class QToolButton;

namespace turnspit {

class LogFeed;
class LogPatternField;
class LogView;

/// Finds text in what a LogView shows: all hits are highlighted and counted, one after another is gone to, round and round.
/// objectNames: logFind, logFindNext, logFindPrevious, logFindCount, logFindClose.
class LogFindBar final : public QWidget
{
    Q_OBJECT
public:
    LogFindBar(LogFeed& feed, LogView& view, QWidget* parent = nullptr);

    void open();
    /// Leaves everything as it was: the view follows again if it did, and nobody has scrolled since.
    void leave();

    void next() { step(Direction::Forward); }
    void previous() { step(Direction::Backward); }

    /// "2 of 37 hits"; "" while nothing is looked for.
    [[nodiscard]] QString countText() const;

Q_SIGNALS:
    void countChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    enum class Direction { Forward, Backward };
    void begin();
    void step(Direction direction);
    void resolve();
    void goTo(quint64 line);
    void refresh();
    [[nodiscard]] const LineSet& hits() const;

    LogFeed& m_feed;
    LogView& m_view;
    LogPatternField* m_field;
    QLabel* m_count;
    QToolButton* m_next;
    QToolButton* m_previous;
    LogSearch* m_search;
    mutable LineSet m_shownHits; ///< of a filtered log
    std::optional<Direction> m_wanted; ///< the hit that way is gone to as soon as it is found
    quint64 m_origin = 0;              ///< where the way begins: forward, this line is the first that counts
    std::optional<quint64> m_current;
    bool m_wrapped = false;
    bool m_wasFollowing = false;
    std::optional<quint64> m_top; ///< first line of the view after the last hit was gone to
};

} // namespace turnspit

#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <memory>

class QAbstractItemView;

namespace turnspit::desktop {

/// Tells how fast the window is, for tests/bench/desktop: where TURNSPIT_WATCHDOG is set, lines on stderr, with the nanoseconds of the
/// monotonic clock. Main thread.
///
///     watchdog list ROWS NS X Y HEIGHT   the list was painted with so many rows (those of a group are one); where its rows are on the
///                                        screen and how high one is. Again whenever the number is another one
///     watchdog feedback NS               the list was painted after what is selected, or a state, had changed
///     watchdog late MS CPU               once a second: how late, at most, a timer of 50 ms came, and how much CPU the main thread had
///                                        at most from one to the next: late without it is waiting for the machine
///
/// "Painted": the paint event and what else the event loop had to do for it (the picture is with the display server) are over.
class Watchdog final : public QObject
{
    Q_OBJECT
public:
    /// Null where nobody asked for it.
    [[nodiscard]] static std::unique_ptr<Watchdog> fromEnvironment();

    Watchdog();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void look(QAbstractItemView& list);
    void painted();
    void check();

    QPointer<QAbstractItemView> m_list;
    int m_rows = 0;
    bool m_changed = false; ///< since the list was painted last
    bool m_telling = false;
    QTimer m_timer;
    QElapsedTimer m_since;
    QElapsedTimer m_second;
    double m_latest = 0;
    double m_worked = 0; ///< CPU of this thread so far
    double m_hardest = 0;
};

} // namespace turnspit::desktop

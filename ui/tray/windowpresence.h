#pragma once

#include <turnspit/base/clock.h>

#include <QObject>

#include <memory>

class QWidget;

namespace turnspit {

/// Sees to it that a window is never where nobody can reach it: hidden only while an icon in a tray stands for it, else
/// minimised. Where the icon goes while the window is hidden, or does not come at the start, the window is back,
/// minimised, after a while. The window must outlive it; time is the thread's clock.
class WindowPresence final : public QObject
{
    Q_OBJECT
public:
    explicit WindowPresence(QWidget& window, QObject* parent = nullptr);
    ~WindowPresence() override;

    /// The icon can be reached, or not any more.
    void setTrayVisible(bool visible);
    [[nodiscard]] bool isTrayVisible() const { return m_trayVisible; }

    /// Out of the way: into the tray, or minimised where there is none.
    void putAway();

    /// The program starts quietly: the window is not shown, for half a minute also without an icon.
    void startAway();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void waitForTray(std::chrono::nanoseconds patience);

    QWidget& m_window;
    std::unique_ptr<ClockTimer> m_timer;
    bool m_trayVisible = false;
    bool m_away = false; ///< hidden on purpose
};

} // namespace turnspit

#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/base/time.h>
#include <turnspit/base/units.h>

#include <QObject>

#include <functional>

class QWidget;

namespace turnspit {

/// Lets a widget look again where something has changed: at once after a quiet time, at most once an interval in a storm, and never while
/// it is hidden. Also when it is shown, and when its window becomes the active one: a file that was edited elsewhere tells nobody.
class Refresher final : public QObject
{
    Q_OBJECT
public:
    /// Belongs to `shown`, which `refresh` is for.
    Refresher(QWidget& shown, std::function<void()> refresh, Milliseconds interval = std::chrono::seconds(1));
    ~Refresher() override;

    void request();

    /// What is shown is void: the next request does not wait for the interval to end.
    void forget();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void run();
    Task<> later(Milliseconds delayed);

    QWidget& m_shown;
    std::function<void()> m_refresh;
    Milliseconds m_interval;
    Instant m_last{};
    bool m_wanted = false;
    bool m_waiting = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit

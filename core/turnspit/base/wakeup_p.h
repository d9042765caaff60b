#pragma once

#include <turnspit/base/time.h>

#include <QBasicTimer>
#include <QObject>
#include <QPointer>

#include <functional>
#include <memory>

class QAbstractEventDispatcher;
class QSocketNotifier;

namespace turnspit {

/// Calls a function from this thread's event loop once a time on the boot clock has come, to the microsecond where the
/// system has the means, and also when the machine slept meanwhile. Belongs to one thread, which may have its event
/// loop later.
class WakeUp final : public QObject
{
public:
    explicit WakeUp(std::function<void()> call);
    ~WakeUp() override;
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// Instead of what was said before. Called once, at the earliest then; perhaps again, until another time is said.
    void at(Instant time);
    void never();

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    class Notifier;
    void attach();

    std::function<void()> m_call;
    int m_fd = -1;
    std::unique_ptr<Notifier> m_notifier;
    QPointer<QAbstractEventDispatcher> m_attachedTo;
    QBasicTimer m_coarse; ///< where there is no descriptor left
};

} // namespace turnspit

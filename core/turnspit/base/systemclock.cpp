#include <turnspit/base/clock.h>

#include <QBasicTimer>
#include <QObject>
#include <QThread>
#include <QTimerEvent>

namespace turnspit {

namespace {

using namespace std::chrono;

/// Qt counts milliseconds in an int. Rounds up: a timer that fires early would make its owner re-arm for the rest.
int timerInterval(nanoseconds delay)
{
    constexpr auto longest = milliseconds(std::numeric_limits<int>::max() / 2);
    return static_cast<int>(std::clamp(ceil<milliseconds>(delay), milliseconds(0), milliseconds(longest)).count());
}

/// Without a signal, which takes memory and time: there may be one for each of thousands of services.
class SystemTimer final : public QObject, public ClockTimer
{
public:
    explicit SystemTimer(std::function<void()> fire) : m_fire(std::move(fire)) {}

    void startOnce(nanoseconds delay) override
    {
        m_due = BootClock::now() + std::max(delay, nanoseconds(0));
        m_once = true;
        m_repeat = false;
        arm(timerInterval(delay));
    }

    void startPeriodic(nanoseconds period) override
    {
        m_period = period;
        // Longer than Qt can count: fall back to waiting in pieces.
        m_once = m_repeat = milliseconds(timerInterval(period)) < floor<milliseconds>(period);
        if (m_repeat)
            m_due = BootClock::now() + period;
        arm(std::max(1, timerInterval(period)));
    }

    void stop() override
    {
        Q_ASSERT(thread() == QThread::currentThread());
        m_timer.stop();
    }

protected:
    void timerEvent(QTimerEvent*) override
    {
        if (m_once) {
            m_timer.stop();
            // CLOCK_MONOTONIC, which Qt uses, stands still while the machine sleeps: it can only be late, and a delay
            // longer than Qt can count comes here early.
            if (const auto left = m_due - BootClock::now(); left > milliseconds(1)) {
                arm(timerInterval(left));
                return;
            }
            if (m_repeat) {
                m_due += m_period;
                arm(timerInterval(m_due - BootClock::now()));
            }
        }
        const auto fire = m_fire; // it may destroy this timer, and itself with it
        fire();
    }

private:
    void arm(int interval)
    {
        Q_ASSERT(thread() == QThread::currentThread());
        m_timer.start(interval, Qt::PreciseTimer, this);
    }

    QBasicTimer m_timer;
    std::function<void()> m_fire;
    Instant m_due;
    nanoseconds m_period{0};
    bool m_once = false;
    bool m_repeat = false;
};

class SystemClock final : public Clock
{
public:
    Instant now() const override { return BootClock::now(); }
    WallTime wallNow() const override { return wallClockNow(); }
    std::unique_ptr<ClockTimer> createTimer(std::function<void()> fire) override
    {
        return std::make_unique<SystemTimer>(std::move(fire));
    }
};

} // namespace

Clock& Clock::system() noexcept
{
    static SystemClock clock;
    return clock;
}

} // namespace turnspit

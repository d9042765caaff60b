#include <turnspit/base/clock.h>

#include <QThread>
#include <QTimer>

namespace turnspit {

namespace {

using namespace std::chrono;

/// QTimer counts milliseconds in an int. Rounds up: a timer that fires early would make its owner re-arm for the rest.
int timerInterval(nanoseconds delay)
{
    constexpr auto longest = milliseconds(std::numeric_limits<int>::max() / 2);
    return static_cast<int>(std::clamp(ceil<milliseconds>(delay), milliseconds(0), milliseconds(longest)).count());
}

class SystemTimer final : public ClockTimer
{
public:
    explicit SystemTimer(std::function<void()> fire) : m_fire(std::move(fire))
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.callOnTimeout(&m_timer, [this] { expired(); });
    }

    void startOnce(nanoseconds delay) override
    {
        Q_ASSERT(m_timer.thread() == QThread::currentThread());
        m_due = BootClock::now() + std::max(delay, nanoseconds(0));
        m_once = true;
        m_timer.setSingleShot(true);
        m_timer.start(timerInterval(delay));
    }

    void startPeriodic(nanoseconds period) override
    {
        Q_ASSERT(m_timer.thread() == QThread::currentThread());
        m_once = false;
        // Longer than QTimer can count: fall back to waiting in pieces.
        m_period = period;
        if (milliseconds(timerInterval(period)) < floor<milliseconds>(period)) {
            m_due = BootClock::now() + period;
            m_once = true;
            m_repeat = true;
            m_timer.setSingleShot(true);
        } else {
            m_repeat = false;
            m_timer.setSingleShot(false);
        }
        m_timer.start(std::max(1, timerInterval(period)));
    }

    void stop() override
    {
        Q_ASSERT(m_timer.thread() == QThread::currentThread());
        m_timer.stop();
    }

private:
    void expired()
    {
        if (m_once) {
            // CLOCK_MONOTONIC, which QTimer uses, stands still while the machine sleeps: it can only be late, and a delay
            // longer than QTimer can count comes here early.
            if (const auto left = m_due - BootClock::now(); left > milliseconds(1)) {
                m_timer.start(timerInterval(left));
                return;
            }
            if (m_repeat) {
                m_due += m_period;
                m_timer.start(timerInterval(m_due - BootClock::now()));
            }
        }
        const auto fire = m_fire; // it may destroy this timer, and itself with it
        fire();
    }

    QTimer m_timer;
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

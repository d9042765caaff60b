#include <turnspit/base/clock.h>

#include <turnspit/base/timerqueue_p.h>

namespace turnspit {

namespace {

using std::chrono::nanoseconds;

class SystemTimer final : public ClockTimer, private TimerQueue::Timer
{
public:
    explicit SystemTimer(std::function<void()> fire) : m_fire(std::move(fire)) {}

    void startOnce(nanoseconds delay) override
    {
        if (delay <= nanoseconds(0))
            armAtOnce();
        else
            arm(later(BootClock::now(), delay), nanoseconds(0));
    }
    void startPeriodic(nanoseconds period) override { arm(later(BootClock::now(), period), period); }
    void stop() override { disarm(); }
    void firingUses(const void* begin, std::size_t bytes) override { uses(begin, bytes); }

private:
    void fire() override
    {
        const auto fire = m_fire; // it may destroy this timer, and itself with it
        fire();
    }

    std::function<void()> m_fire;
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

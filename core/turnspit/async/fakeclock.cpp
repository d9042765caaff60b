#include <turnspit/async/fakeclock.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace turnspit {

using std::chrono::nanoseconds;

struct FakeClock::TimerState
{
    std::shared_ptr<Mailbox> mailbox;
    std::function<void()> fire;      // the timer's thread only; none: the timer has gone
    std::uint64_t generation = 0;    // guarded by the clock: a firing that was overtaken by a stop does nothing
    std::optional<Due> due;          // guarded by the clock
    nanoseconds period{0};           // guarded by the clock
};

class FakeClock::Timer final : public ClockTimer
{
public:
    Timer(FakeClock& clock, std::function<void()> fire) : m_clock(clock), m_state(std::make_shared<TimerState>())
    {
        m_state->mailbox = Mailbox::current();
        m_state->fire = std::move(fire);
    }

    ~Timer() override
    {
        stop();
        m_state->fire = {}; // goes here, whoever holds the rest
    }

    void startOnce(nanoseconds delay) override { start(std::max(delay, nanoseconds(0)), nanoseconds(0)); }
    void startPeriodic(nanoseconds period) override { start(period, period); }

    void stop() override
    {
        const std::lock_guard lock(m_clock.m_mutex);
        m_clock.disarm(*m_state);
    }

private:
    void start(nanoseconds delay, nanoseconds period)
    {
        const std::lock_guard lock(m_clock.m_mutex);
        m_clock.disarm(*m_state);
        m_state->period = period;
        m_clock.arm(m_state, later(m_clock.m_now, delay));
    }

    FakeClock& m_clock;
    std::shared_ptr<TimerState> m_state;
};

FakeClock::FakeClock(WallTime start) : m_now(nanoseconds(0)), m_wall(start) {}
FakeClock::~FakeClock() = default;

Instant FakeClock::now() const
{
    const std::lock_guard lock(m_mutex);
    return m_now;
}

WallTime FakeClock::wallNow() const
{
    const std::lock_guard lock(m_mutex);
    return m_wall;
}

std::unique_ptr<ClockTimer> FakeClock::createTimer(std::function<void()> fire)
{
    addMailbox(Mailbox::current());
    return std::make_unique<Timer>(*this, std::move(fire));
}

void FakeClock::arm(const std::shared_ptr<TimerState>& state, Instant due)
{
    state->due = Due{due, m_order++};
    m_armed.emplace(*state->due, state);
}

void FakeClock::disarm(TimerState& state)
{
    ++state.generation;
    if (state.due)
        m_armed.erase(*std::exchange(state.due, std::nullopt));
}

void FakeClock::addMailbox(const std::shared_ptr<Mailbox>& mailbox)
{
    const std::lock_guard lock(m_mutex);
    for (const auto& known : m_mailboxes) {
        if (known.lock() == mailbox)
            return;
    }
    std::erase_if(m_mailboxes, [](const auto& known) { return known.expired(); });
    m_mailboxes.push_back(mailbox);
}

std::size_t FakeClock::armedTimers() const
{
    const std::lock_guard lock(m_mutex);
    return m_armed.size();
}

void FakeClock::quiesce()
{
    for (;;) {
        Mailbox::current()->drain();
        std::vector<std::shared_ptr<Mailbox>> others;
        {
            const std::lock_guard lock(m_mutex);
            for (const auto& known : m_mailboxes) {
                if (auto mailbox = known.lock(); mailbox && !mailbox->isCurrent())
                    others.push_back(std::move(mailbox));
            }
        }
        // All idle, and nothing posted while that was looked at: nobody has work left to hand on.
        const auto posted = [&others] {
            std::uint64_t sum = 0;
            for (const auto& mailbox : others)
                sum += mailbox->posted();
            return sum;
        };
        const std::uint64_t before = posted();
        const bool idle = std::ranges::all_of(others, [](const auto& mailbox) { return mailbox->isIdle(); });
        if (idle && posted() == before && Mailbox::current()->isIdle())
            return;
        std::this_thread::yield();
    }
}

void FakeClock::runUntil(Instant end)
{
    quiesce();
    for (;;) {
        std::shared_ptr<TimerState> state;
        std::uint64_t generation = 0;
        {
            const std::lock_guard lock(m_mutex);
            if (m_armed.empty() || m_armed.begin()->first.at > end) {
                m_wall += std::chrono::duration_cast<WallTime::duration>(end - m_now);
                m_now = end;
                return;
            }
            const Due due = m_armed.begin()->first;
            state = m_armed.begin()->second;
            m_armed.erase(m_armed.begin());
            state->due.reset();
            if (due.at > m_now) {
                m_wall += std::chrono::duration_cast<WallTime::duration>(due.at - m_now);
                m_now = due.at;
            }
            generation = state->generation;
            if (state->period > nanoseconds(0))
                arm(state, later(due.at, state->period));
        }
        const auto run = [this, state, generation] {
            {
                const std::lock_guard lock(m_mutex);
                if (state->generation != generation)
                    return;
            }
            if (const auto fire = state->fire) // a copy: it may destroy the timer
                fire();
        };
        if (state->mailbox->isCurrent())
            run();
        else
            state->mailbox->post(run);
        quiesce();
    }
}

void FakeClock::advance(nanoseconds time)
{
    if (time < nanoseconds(0))
        throw std::out_of_range("FakeClock::advance: time does not run backwards");
    runUntil(later(now(), time));
}

void FakeClock::setWall(WallTime time)
{
    const std::lock_guard lock(m_mutex);
    m_wall = time;
}

void FakeClock::sleep(nanoseconds time)
{
    {
        const std::lock_guard lock(m_mutex);
        m_now += time;
        m_wall += std::chrono::duration_cast<WallTime::duration>(time);
    }
    settle();
}

} // namespace turnspit

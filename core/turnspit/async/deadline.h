#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/base/units.h>

#include <memory>
#include <optional>
#include <stop_token>

namespace turnspit {

/// A token that is stopped at a time, or when another one is: `Deadline deadline(Clock::current(), 5s, stopping); co_await
/// work(deadline.token());`. Belongs to the thread that makes it; the token may be looked at in any.
class Deadline
{
public:
    /// Milliseconds::max(), or what is beyond all time: no limit of its own. 0: now.
    explicit Deadline(Clock& clock, Milliseconds limit = Milliseconds::max(), std::stop_token outer = {}) : m_clock(clock)
    {
        shorten(limit);
        if (outer.stop_possible())
            m_link.emplace(std::move(outer), Forward{m_source});
    }

    [[nodiscard]] std::stop_token token() const noexcept { return m_source.get_token(); }
    [[nodiscard]] bool passed() const noexcept { return m_source.stop_requested(); }
    void expire() noexcept { m_source.request_stop(); }

    /// From now on; a limit that would end later changes nothing.
    void shorten(Milliseconds limit)
    {
        if (limit <= Milliseconds(0)) {
            expire();
            return;
        }
        const Instant now = m_clock.now();
        if (limit > std::chrono::floor<Milliseconds>(Instant::max() - now))
            return; // never
        const Instant end = now + limit;
        if (m_end && *m_end <= end)
            return;
        m_end = end;
        if (!m_timer)
            m_timer = m_clock.createTimer([this] { expire(); });
        m_timer->startOnce(limit);
    }

private:
    struct Forward
    {
        void operator()() const noexcept { std::stop_source(source).request_stop(); }
        std::stop_source source;
    };

    Clock& m_clock;
    std::stop_source m_source;
    std::optional<Instant> m_end;
    std::unique_ptr<ClockTimer> m_timer;
    std::optional<std::stop_callback<Forward>> m_link;
};

} // namespace turnspit

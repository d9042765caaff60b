#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/base/clock.h>
#include <turnspit/hosting/ticks.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace turnspit {

class ServiceRun;

/// What runs have to say of their ticks, on its way to the host thread: the first is heard at once, and what comes within the next 16 ms
/// (a picture of a screen) together after them, so that thousands that tick wake the host thread some times a second. Nothing is left
/// out, and nothing overtakes: what a run posts to the host thread besides takes along the mark at which it was posted.
class TickReports : public std::enable_shared_from_this<TickReports>
{
public:
    using Mark = std::uint64_t;

    /// On the host thread, whose clock it is. `gathers`: as above; else nothing waits, as it must be on the clock of a test, which moves
    /// only when it is told to.
    TickReports(Clock& clock, bool gathers);

    /// From any thread.
    void add(std::shared_ptr<ServiceRun> run, Ticks ticks);

    /// From any thread: after all that this thread has added.
    [[nodiscard]] Mark mark() const noexcept { return m_added.load(std::memory_order_relaxed); }

    /// On the host thread: what was added before `mark` is heard now, if it has not been.
    void hear(Mark mark);

    /// On the host thread: nothing is heard any more, and nothing kept.
    void close();

private:
    struct Report
    {
        std::shared_ptr<ServiceRun> run;
        Ticks ticks;
    };
    void deliver();
    void clearTaken();
    void fetchAhead() const;

    const std::shared_ptr<Mailbox> m_host = Mailbox::current();

    Clock& m_clock;
    const bool m_gathers;

    // The host thread's.
    std::unique_ptr<ClockTimer> m_pause; // null: none was needed yet
    std::vector<Report> m_taken;         // from m_next on
    std::size_t m_next = 0;
    Mark m_heard = 0;

    std::mutex m_mutex;
    std::vector<Report> m_waiting;    // guarded
    std::atomic<Mark> m_added = 0;    // written guarded
    bool m_onTheWay = false;          // guarded: deliver will come
    bool m_closed = false;            // guarded
};

} // namespace turnspit

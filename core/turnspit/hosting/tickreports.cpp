#include <turnspit/hosting/tickreports.h>

#include <turnspit/hosting/servicerun.h>

#include <cstddef>

namespace turnspit {

namespace {
constexpr std::chrono::milliseconds pause(16);
constexpr std::size_t keptCapacity = 1024;
} // namespace

TickReports::TickReports(Clock& clock, bool gathers) : m_clock(clock), m_gathers(gathers) {}

void TickReports::add(std::shared_ptr<ServiceRun> run, Ticks ticks)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_closed)
            return;
        m_waiting.emplace_back(std::move(run), std::move(ticks));
        m_added.fetch_add(1, std::memory_order_relaxed);
        if (std::exchange(m_onTheWay, true))
            return;
    }
    m_host->post([self = shared_from_this()] { self->deliver(); });
}

void TickReports::hear(Mark mark)
{
    while (m_heard < mark) {
        if (m_taken.empty()) {
            const std::lock_guard lock(m_mutex);
            m_taken.swap(m_waiting);
            if (m_taken.empty()) // closed
                return;
        }
        fetchAhead();
        // What hears of it may come here again.
        ++m_heard;
        const Report report = std::move(m_taken[m_next++]);
        if (m_next == m_taken.size())
            clearTaken();
        report.run->ticksReported(report.ticks);
    }
}

/// The runs of thousands, and who listens to them, are no longer in the processor's cache when their turn comes: asked for some turns
/// before, that is a tenth of all that 10,000 ticks cost.
void TickReports::fetchAhead() const
{
    constexpr std::size_t distance = 4;
    if (m_next + 2 * distance < m_taken.size())
        __builtin_prefetch(&m_taken[m_next + 2 * distance].run->m_listener);
    if (m_next + distance >= m_taken.size())
        return;
    if (const auto* const listener = reinterpret_cast<const std::byte*>(m_taken[m_next + distance].run->m_listener)) {
        for (std::size_t line = 0; line < 5; ++line)
            __builtin_prefetch(listener + 64 * line);
    }
}

void TickReports::clearTaken()
{
    m_next = 0;
    m_taken.clear();
    if (m_taken.capacity() > keptCapacity) // what a burst took is not kept for the next one
        std::vector<Report>().swap(m_taken);
}

void TickReports::deliver()
{
    Mark mark = 0;
    bool more = false;
    {
        const std::lock_guard lock(m_mutex);
        mark = m_added;
        more = m_gathers && m_heard < mark && !m_closed;
        m_onTheWay = more;
    }
    if (more) {
        if (!m_pause)
            m_pause = m_clock.createTimer([this] { deliver(); });
        m_pause->startOnce(pause);
    }
    hear(mark);
}

void TickReports::close()
{
    m_pause.reset();
    clearTaken();
    std::vector<Report> left; // destroyed outside the lock
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    left.swap(m_waiting);
}

} // namespace turnspit

#pragma once

#include <turnspit/control/values.h>
#include <turnspit/logging/logsink.h>

#include <deque>
#include <mutex>

namespace turnspit {

/// What happened to a host that keeps no history, as far as it remembers: the last thousand events. Any thread.
class RecentEvents final : public LogSink
{
public:
    void add(HostEvent event);

    /// The newest ones that fit, oldest first.
    [[nodiscard]] QList<HostEvent> find(const EventQuery& query) const;

    /// Takes what has the number of an event.
    void write(const LogRecord& record) noexcept override;
    bool isBesides() const noexcept override { return true; }

private:
    static constexpr std::size_t kept = 1000;

    mutable std::mutex m_mutex;
    std::deque<HostEvent> m_events; // guarded
};

} // namespace turnspit

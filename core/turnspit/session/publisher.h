#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/values.h>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace turnspit {

/// The rows of a host with their revision: collects what changed and tells it as deltas, at most 20 a second. Host thread.
class Publisher
{
public:
    explicit Publisher(Clock& clock);

    /// Sets a row; nothing happens where it is the same.
    void set(const ServiceInfo& row);
    /// The row is told again, though it is the same: what belongs to it elsewhere has changed.
    void touch(const QString& name);
    void remove(const QString& name);
    void setHost(const HostInfo& host);
    void setKeeper(const std::string& words);
    void setShuttingDown();
    void setLogBytes(qint64 bytes);
    /// A fact that a person must see, under a key of its own; "" : over.
    void setProblem(const std::string& key, const std::string& text);

    /// What is told by now: rows set since the last delta are told first.
    [[nodiscard]] Snapshot snapshot();

    [[nodiscard]] const ServiceInfo* row(const QString& name) const;
    [[nodiscard]] const std::map<QString, ServiceInfo>& rows() const { return m_rows; }
    [[nodiscard]] const HostInfo& host() const { return m_host; }

    std::function<void(const Delta&)> onDelta;

    /// Tells what is pending now.
    void flush();

private:
    void schedule();

    static constexpr std::chrono::milliseconds interval{50};

    Clock& m_clock;
    std::unique_ptr<ClockTimer> m_timer;
    bool m_scheduled = false;
    Instant m_last;
    Revision m_revision{1};
    std::map<QString, ServiceInfo> m_rows;
    HostInfo m_host;
    std::map<std::string, std::string> m_problems;
    std::set<QString> m_changed;
    std::set<QString> m_removed;
    bool m_hostChanged = false;
};

} // namespace turnspit

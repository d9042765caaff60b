#include <turnspit/session/publisher.h>

namespace turnspit {

Publisher::Publisher(Clock& clock) : m_clock(clock), m_last(clock.now() - interval)
{
    m_timer = clock.createTimer([this] { flush(); });
}

void Publisher::schedule()
{
    if (std::exchange(m_scheduled, true))
        return;
    // The first change after a quiet time is told at once (in the next turn of the loop), a storm in steps.
    m_timer->startOnce(std::max(std::chrono::nanoseconds(0), m_last + interval - m_clock.now()));
}

void Publisher::set(const ServiceInfo& row)
{
    const auto [it, added] = m_rows.try_emplace(row.name, row);
    if (!added) {
        if (it->second == row)
            return;
        it->second = row;
    }
    m_removed.erase(row.name);
    m_changed.insert(row.name);
    schedule();
}

void Publisher::touch(const QString& name)
{
    if (!m_rows.contains(name))
        return;
    m_changed.insert(name);
    schedule();
}

void Publisher::remove(const QString& name)
{
    if (m_rows.erase(name) == 0)
        return;
    m_changed.erase(name);
    m_removed.insert(name);
    schedule();
}

void Publisher::setHost(const HostInfo& host)
{
    if (m_host == host)
        return;
    m_host = host;
    m_hostChanged = true;
    schedule();
}

void Publisher::setKeeper(const std::string& words)
{
    HostInfo host = m_host;
    host.keeper = QString::fromStdString(words);
    setHost(host);
}

void Publisher::setShuttingDown()
{
    HostInfo host = m_host;
    host.shuttingDown = true;
    setHost(host);
}

void Publisher::setLogBytes(qint64 bytes)
{
    HostInfo host = m_host;
    host.logBytes = bytes;
    setHost(host);
}

void Publisher::setProblem(const std::string& key, const std::string& text)
{
    if (text.empty())
        m_problems.erase(key);
    else
        m_problems[key] = text;
    HostInfo host = m_host;
    host.problems.clear();
    for (const auto& [unused, problem] : m_problems)
        host.problems.append(QString::fromStdString(problem));
    setHost(host);
}

const ServiceInfo* Publisher::row(const QString& name) const
{
    const auto it = m_rows.find(name);
    return it == m_rows.end() ? nullptr : &it->second;
}

Snapshot Publisher::snapshot()
{
    flush();
    Snapshot snapshot;
    snapshot.revision = m_revision;
    snapshot.host = m_host;
    snapshot.services.reserve(static_cast<qsizetype>(m_rows.size()));
    for (const auto& [name, row] : m_rows)
        snapshot.services.append(row);
    return snapshot;
}

void Publisher::flush()
{
    m_scheduled = false;
    m_timer->stop();
    if (m_changed.empty() && m_removed.empty() && !m_hostChanged)
        return;
    m_last = m_clock.now();
    Delta delta;
    delta.revision = Revision{++m_revision.value};
    for (const QString& name : std::exchange(m_changed, {}))
        delta.changed.append(m_rows.at(name));
    for (const QString& name : std::exchange(m_removed, {}))
        delta.removed.append(name);
    if (std::exchange(m_hostChanged, false))
        delta.host = m_host;
    if (onDelta)
        onDelta(delta);
}

} // namespace turnspit

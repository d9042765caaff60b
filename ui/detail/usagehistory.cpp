#include <ui/detail/usagehistory.h>

#include <turnspit/base/clock.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <cmath>

namespace turnspit {

UsageHistory::UsageHistory(HostSession& session, const HostMirror& mirror, QObject* parent)
    : QObject(parent), m_session(session), m_mirror(mirror), m_wasLive(mirror.isLive())
{
    connect(&mirror, &HostMirror::servicesChanged, this, &UsageHistory::takeRow);
    connect(&mirror, &HostMirror::hostChanged, this, &UsageHistory::hostChanged);
}

UsageHistory::~UsageHistory() = default;

void UsageHistory::open(const QString& service)
{
    if (m_service == service)
        return;
    m_service = service;
    fill();
}

void UsageHistory::hostChanged()
{
    // What the host has sampled while it could not be heard is in its memory; another host has another.
    if (!std::exchange(m_wasLive, m_mirror.isLive()) && m_wasLive)
        fill();
}

void UsageHistory::fill()
{
    ++m_generation;
    m_samples.clear();
    Q_EMIT changed();
    if (!m_service.isEmpty() && m_mirror.isLive())
        m_tasks.spawn(load(m_generation));
}

Task<> UsageHistory::load(quint64 generation)
{
    const auto answer = co_await m_session.usage(m_service);
    if (generation != m_generation || !answer)
        co_return;
    // A sample that a delta brought meanwhile stands in the answer, too, with the host's time.
    m_samples = *answer;
    trim();
    takeRow();
    Q_EMIT changed();
}

void UsageHistory::takeRow()
{
    if (m_service.isEmpty())
        return;
    const ServiceInfo* const row = m_mirror.model().find(m_service);
    const bool runs = row && row->pid && row->memoryBytes;
    const UsageSample* const last = m_samples.isEmpty() ? nullptr : &m_samples.last();
    UsageSample sample;
    sample.time = Clock::current().wallNow();
    if (runs) {
        sample.cpuPercent = row->cpuPercent;
        sample.memoryBytes = row->memoryBytes;
        // The host keeps what it sampled in less bits than it sends.
        const bool sameCpu = last && last->cpuPercent.has_value() == sample.cpuPercent.has_value()
                             && (!sample.cpuPercent || std::abs(*last->cpuPercent - *sample.cpuPercent) < 0.001 * (1.0 + *sample.cpuPercent));
        if (sameCpu && last->memoryBytes == sample.memoryBytes)
            return;
    } else if (!last || !last->memoryBytes) {
        return;
    }
    if (last && sample.time < last->time)
        sample.time = last->time; // the clock was set back, or that of the host is ahead
    m_samples.append(sample);
    trim();
    Q_EMIT changed();
}

void UsageHistory::trim()
{
    const WallTime oldest = Clock::current().wallNow() - span;
    // The one before the beginning holds until the next one.
    while (m_samples.size() > 1 && m_samples[1].time <= oldest)
        m_samples.removeFirst();
}

} // namespace turnspit

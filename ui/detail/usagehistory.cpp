#include <ui/detail/usagehistory.h>

#include <turnspit/base/clock.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <cmath>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr int mostSteps = 120; ///< of a longer time

} // namespace

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

void UsageHistory::setSpan(std::chrono::minutes span)
{
    if (std::exchange(m_span, span) != span)
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
    UsageQuery query;
    query.names = {m_service};
    query.span = m_span;
    const auto answer = co_await m_session.usageHistory(query);
    if (generation != m_generation || !answer || answer->isEmpty())
        co_return;
    // A sample that a delta brought meanwhile stands in the answer, too, with the host's time.
    m_samples = answer->first().samples;
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
    append(sample);
    Q_EMIT changed();
}

void UsageHistory::append(const UsageSample& sample)
{
    // So many as there are in ten minutes, however long it is; the newest always shows.
    const auto step = m_span > shortest ? WallTime::duration(m_span) / mostSteps : WallTime::duration(0);
    const qsizetype size = m_samples.size();
    const bool crowded = size >= 2 && m_samples[size - 1].time - m_samples[size - 2].time < step && m_samples[size - 1].memoryBytes && sample.memoryBytes;
    if (crowded)
        m_samples.removeLast();
    m_samples.append(sample);
    const WallTime oldest = Clock::current().wallNow() - m_span;
    // The one before the beginning holds until the next one.
    while (m_samples.size() > 1 && m_samples[1].time <= oldest)
        m_samples.removeFirst();
}

} // namespace turnspit

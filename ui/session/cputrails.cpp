#include <ui/session/cputrails.h>

#include <turnspit/base/clock.h>
#include <ui/services/cputrail.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr auto interval = 10s; ///< what the host takes between two samples while somebody listens

/// The time of one sample is told a little differently each time, since it is kept by another clock.
constexpr auto blur = 1s;

bool isKept(const ServiceInfo& service)
{
    return service.kind == ServiceKind::Kept || service.kind == ServiceKind::Queue;
}

} // namespace

CpuTrails::CpuTrails(HostSession& session, HostMirror& mirror, QObject* parent)
    : QObject(parent), m_session(session), m_mirror(mirror)
{
    connect(&mirror.model(), &ServiceModel::modelReset, this, [this] { m_known.clear(); });
    connect(&session, &HostSession::connectionChanged, this, [this] { m_known.clear(); });
}

CpuTrails::~CpuTrails() = default;

void CpuTrails::look(const QStringList& names)
{
    if (m_asking || !m_mirror.isLive())
        return;
    const bool due = Clock::current().now() - m_asked >= interval;
    QStringList known;
    QStringList fresh;
    for (const QString& name : names) {
        const ServiceInfo* const service = m_mirror.model().find(name);
        if (service && isKept(*service))
            (m_known.contains(name) ? known : fresh) += name;
    }
    if (!due)
        known.clear();
    else
        m_known = QSet<QString>(known.begin(), known.end()); // the others have gone out of sight
    if (known.isEmpty() && fresh.isEmpty())
        return;
    if (due)
        m_asked = Clock::current().now();
    m_asking = true;
    m_tasks.spawn(ask(std::move(known), std::move(fresh)));
}

Task<> CpuTrails::ask(QStringList known, QStringList fresh)
{
    UsageQuery query;
    query.span = CpuTrail::span;
    if (!fresh.isEmpty()) {
        query.names = fresh;
        if (const auto whole = co_await m_session.usageHistory(query)) {
            take(*whole, true);
            m_known += QSet<QString>(fresh.begin(), fresh.end());
        }
    }
    if (!known.isEmpty()) {
        query.names = known;
        query.since = Clock::current().wallNow() - 3 * interval;
        if (const auto news = co_await m_session.usageHistory(query))
            take(*news, false);
        else
            m_known.clear();
    }
    m_asking = false;
}

void CpuTrails::take(const QList<ServiceUsage>& usages, bool whole)
{
    const WallTime now = Clock::current().wallNow();
    for (const ServiceUsage& usage : usages) {
        QList<UsageSample> samples = whole ? usage.samples : m_mirror.model().trail(usage.name);
        if (!samples.isEmpty() && samples.last().time > now + interval) {
            m_known.remove(usage.name); // the clock was set back
            continue;
        }
        for (const UsageSample& sample : usage.samples) {
            if (samples.isEmpty() || sample.time > samples.last().time + blur)
                samples.append(sample);
        }
        // The one before the beginning holds until the next one; alone it says nothing where nothing ran.
        while (samples.size() > 1 && samples[1].time <= now - CpuTrail::span)
            samples.removeFirst();
        if (samples.size() == 1 && !samples.first().memoryBytes && samples.first().time <= now - CpuTrail::span)
            samples.clear();
        m_mirror.model().setTrail(usage.name, samples);
    }
}

} // namespace turnspit

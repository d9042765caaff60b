#include <ui/session/recentruns.h>

#include <turnspit/async/wait.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr Milliseconds gathering = 300ms; ///< what ends meanwhile is asked for together
constexpr int mostAtOnce = 10'000;        ///< what a host answers to one question
constexpr qsizetype mostSingly = 8;       ///< more services than that are one question for all

} // namespace

RecentRuns::RecentRuns(HostSession& session, HostMirror& mirror, QObject* parent)
    : QObject(parent), m_session(session), m_mirror(mirror)
{
    connect(&mirror, &HostMirror::servicesChanged, this, &RecentRuns::look);
    connect(&mirror.model(), &ServiceModel::modelReset, this, [this] {
        m_traces.clear();
        m_wanted.clear();
        m_wantsAll = true;
    });
    // What ended while the connection was away is not in any delta.
    connect(&session, &HostSession::connectionChanged, this, [this](HostSession::Connection connection) {
        m_wantsAll = m_wantsAll || connection == HostSession::Connection::Lost;
    });
}

RecentRuns::~RecentRuns() = default;

void RecentRuns::setActive(bool active)
{
    m_active = active;
    if (active)
        look();
}

void RecentRuns::look()
{
    const QList<ServiceInfo>& services = m_mirror.model().services();
    for (const ServiceInfo& service : services) {
        const Trace now{service.state, service.since, service.nextRun, service.lastOutcome, service.exitCode, service.restarts};
        const auto before = m_traces.find(service.name);
        if (before == m_traces.end()) {
            m_traces.insert(service.name, now);
            if (service.lastOutcome)
                want(service.name); // new here, with a past
        } else if (!(*before == now)) {
            const bool begins = service.state != before->state && service.restarts == before->restarts
                                && (service.state == ServiceState::Starting || service.state == ServiceState::Stopping
                                    || service.state == ServiceState::Running);
            *before = now;
            if (!begins)
                want(service.name);
        }
    }
    if (m_traces.size() > services.size())
        m_traces.removeIf([this](const auto& trace) { return !m_mirror.model().find(trace.key()); });
    if (m_active && !m_asking && (m_wantsAll || !m_wanted.isEmpty()) && !services.isEmpty()) {
        m_asking = true;
        m_tasks.spawn(ask());
    }
}

void RecentRuns::want(const QString& name)
{
    m_wanted.insert(name);
}

Task<> RecentRuns::ask()
{
    while (m_wantsAll || !m_wanted.isEmpty()) {
        if (!m_wantsAll)
            co_await delay(gathering);
        if (!m_active || m_session.connection() != HostSession::Connection::Connected)
            break; // when somebody looks again, and all anew when the host is back
        if (std::exchange(m_wantsAll, false)) {
            m_wanted.clear();
            co_await askAll();
        } else {
            QStringList names(m_wanted.begin(), m_wanted.end());
            m_wanted.clear();
            co_await askSome(std::move(names));
        }
    }
    m_asking = false;
}

Task<> RecentRuns::askAll()
{
    RunQuery query;
    const qsizetype services = m_mirror.model().services().size();
    query.limit = static_cast<int>(std::min<qsizetype>(mostAtOnce, services * (RecentStrip::capacity + 1) + 100));
    const auto runs = co_await m_session.runs(query);
    if (!runs)
        co_return;
    take(*runs, {});
    if (runs->size() < query.limit)
        co_return;
    // Busy ones may have crowded out those that run rarely: these are asked for one by one.
    QStringList rare;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        if (service.lastOutcome && m_mirror.model().recent(service.name).entries.size() < RecentStrip::capacity)
            rare += service.name;
    }
    for (const QString& name : rare) {
        RunQuery one;
        one.service = name;
        one.limit = RecentStrip::capacity + 1;
        if (const auto found = co_await m_session.runs(one))
            take(*found, {name});
    }
}

Task<> RecentRuns::askSome(QStringList names)
{
    if (names.size() > mostSingly) {
        // The newest of all hold what has just ended; a strip that it completes only in part is asked for again below.
        RunQuery query;
        query.limit = static_cast<int>(std::min<qsizetype>(mostAtOnce, names.size() * 4 * RecentStrip::capacity));
        const auto runs = co_await m_session.runs(query);
        if (!runs)
            co_return;
        QHash<QString, int> ended;
        for (const RunInfo& run : *runs)
            ended[run.service] += run.outcome ? 1 : 0;
        const bool whole = runs->size() < query.limit;
        QStringList full;
        for (const QString& name : std::exchange(names, {}))
            (whole || ended.value(name) >= RecentStrip::capacity ? full : names) += name;
        if (!full.isEmpty()) // no names would mean all, also those of which these are only the newest
            take(*runs, full);
    }
    for (const QString& name : names) {
        RunQuery query;
        query.service = name;
        query.limit = RecentStrip::capacity + 1; // one may be alive
        if (const auto runs = co_await m_session.runs(query))
            take(*runs, {name});
    }
}

void RecentRuns::take(const QList<RunInfo>& newestFirst, const QStringList& names)
{
    const QSet<QString> wanted(names.begin(), names.end());
    QHash<QString, QList<RunInfo>> byService;
    for (const RunInfo& run : newestFirst)
        byService[run.service] += run;
    for (auto runs = byService.begin(); runs != byService.end(); ++runs) {
        if (wanted.isEmpty() || wanted.contains(runs.key()))
            m_mirror.model().setRecent(runs.key(), RecentStrip::of(runs.value()));
    }
}

} // namespace turnspit

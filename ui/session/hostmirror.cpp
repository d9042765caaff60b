#include <ui/session/hostmirror.h>

#include <turnspit/async/wait.h>
#include <ui/services/servicemodel.h>
#include <ui/text/words.h>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr Milliseconds flushInterval = 50ms;

} // namespace

HostMirror::HostMirror(HostSession& session, QObject* parent)
    : QObject(parent), m_session(session), m_model(new ServiceModel(this)), m_flushed(Clock::current().now() - flushInterval)
{
    connect(&session, &HostSession::snapshotReplaced, this, &HostMirror::onSnapshot);
    connect(&session, &HostSession::deltaArrived, this, &HostMirror::onDelta);
    connect(&session, &HostSession::connectionChanged, this, &HostMirror::onConnection);
}

HostMirror::~HostMirror() = default;

bool HostMirror::isLive() const
{
    return m_host && m_session.connection() == HostSession::Connection::Connected;
}

void HostMirror::setAnswers(bool answers)
{
    if (std::exchange(m_answers, answers) == answers)
        return;
    refreshAge();
    Q_EMIT hostChanged();
}

void HostMirror::refreshAge()
{
    if (!m_host || (isLive() && m_answers))
        m_model->setAsOf(std::nullopt);
    else if (!m_model->asOf())
        m_model->setAsOf(Clock::current().wallNow());
}

void HostMirror::attach()
{
    if (!m_subscribed && !m_subscribing) {
        m_subscribing = true;
        m_tasks.spawn(subscribe());
    }
}

Task<> HostMirror::subscribe()
{
    const auto subscribed = co_await m_session.subscribe();
    m_subscribing = false;
    m_subscribed = subscribed.has_value();
    // That nobody is there is what the connection says already.
    const bool tells = !subscribed && subscribed.error().kind != ErrorKind::Unreachable;
    m_problem = tells ? words::error(subscribed.error()) : QString();
    Q_EMIT hostChanged();
    if (m_subscribed && !m_host)
        co_await resync();
}

void HostMirror::onConnection()
{
    refreshAge();
    Q_EMIT hostChanged();
    if (m_session.connection() == HostSession::Connection::Connected)
        attach();
}

Task<> HostMirror::resync()
{
    if (m_resyncing)
        co_return;
    m_resyncing = true;
    for (bool behind = true; behind;) {
        const auto snapshot = co_await m_session.snapshot();
        if (!snapshot) {
            m_problem = words::error(snapshot.error());
            Q_EMIT hostChanged();
            break;
        }
        // A delta that came meanwhile may not be in it; a snapshot that brings nothing new ends this all the same.
        behind = m_newest > snapshot->revision && snapshot->revision > m_revision;
        if (snapshot->revision >= m_revision)
            take(*snapshot);
    }
    m_resyncing = false;
}

void HostMirror::onSnapshot(const Snapshot& snapshot)
{
    m_newest = snapshot.revision; // perhaps of a host that counts from the start again
    take(snapshot);
}

void HostMirror::take(const Snapshot& snapshot)
{
    const bool anotherHost =
        !m_host || m_host->host != snapshot.host.host || m_host->stateDir != snapshot.host.stateDir;
    dropPending();
    m_host = snapshot.host;
    m_revision = snapshot.revision;
    m_problem.clear();
    m_model->replace(snapshot.services, anotherHost);
    refreshAge();
    Q_EMIT hostChanged();
    Q_EMIT servicesChanged();
}

void HostMirror::takeOver(const HostMirror& other)
{
    dropPending();
    m_host = other.m_host;
    m_revision = other.m_revision;
    m_newest = other.m_newest;
    m_problem = other.m_problem;
    m_model->replace(other.m_model->services(), true);
    m_model->setAsOf(other.m_model->asOf());
    refreshAge();
    Q_EMIT hostChanged();
    Q_EMIT servicesChanged();
}

void HostMirror::dropPending()
{
    m_changed.clear();
    m_removed.clear();
    m_hostChanged = false;
}

void HostMirror::onDelta(const Delta& delta)
{
    if (delta.revision <= m_revision)
        return;
    m_newest = std::max(m_newest, delta.revision);
    if (!m_host || delta.revision.value != m_revision.value + 1) {
        m_tasks.spawn(resync());
        return;
    }
    m_revision = delta.revision;
    for (const QString& name : delta.removed) {
        m_changed.remove(name);
        if (!m_removed.contains(name))
            m_removed += name;
    }
    for (const ServiceInfo& service : delta.changed)
        m_changed.insert(service.name, service);
    if (delta.host) {
        m_host = delta.host;
        m_hostChanged = true;
    }
    if (m_flushing)
        return;
    const auto sinceLast = std::chrono::duration_cast<Milliseconds>(Clock::current().now() - m_flushed);
    if (sinceLast >= flushInterval) {
        flush();
    } else {
        m_flushing = true;
        m_tasks.spawn(flushLater(flushInterval - sinceLast));
    }
}

void HostMirror::handOn()
{
    if (m_flushing)
        flush(); // what is handed on later is then what comes until then
}

Task<> HostMirror::flushLater(Milliseconds delayed)
{
    co_await delay(delayed);
    m_flushing = false;
    flush();
}

void HostMirror::flush()
{
    m_flushed = Clock::current().now();
    const bool services = !m_changed.isEmpty() || !m_removed.isEmpty();
    // One that was removed and came back is a new row: remove first.
    m_model->apply(std::exchange(m_changed, {}).values(), std::exchange(m_removed, {}));
    if (std::exchange(m_hostChanged, false))
        Q_EMIT hostChanged();
    if (services)
        Q_EMIT servicesChanged();
}

} // namespace turnspit

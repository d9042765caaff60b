#include <ui/quit/quitplan.h>

#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>
#include <ui/tray/overall.h>

#include <algorithm>

namespace turnspit {
namespace {

QuitPlan::Row::State stateOf(const ServiceInfo& service)
{
    if (isLive(service))
        return QuitPlan::Row::State::Stopping;
    if (service.state == ServiceState::Failed && service.reason &&
        service.reason->startsWith(QLatin1String("could not be stopped")))
        return QuitPlan::Row::State::StillAlive;
    return service.lastOutcome == Outcome::Killed ? QuitPlan::Row::State::Killed : QuitPlan::Row::State::Stopped;
}

} // namespace

QuitPlan::QuitPlan(HostSession& session, const HostMirror& mirror, QObject* parent)
    : QObject(parent), m_session(session), m_mirror(mirror), m_clock(Clock::current())
{
}

QuitPlan::~QuitPlan() = default;

void QuitPlan::begin()
{
    m_begun = m_clock.now();
    QStringList names;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        if (service.kind == ServiceKind::BuiltIn)
            continue; // part of the host: they end with it
        if (isLive(service)) {
            m_rows.append(Row{.name = service.name, .sent = {}, .killAt = {}});
            names += service.name;
        } else if (service.state == ServiceState::Waiting) {
            m_armed += service.name;
        }
    }
    connect(&m_mirror, &HostMirror::servicesChanged, this, &QuitPlan::look);
    connect(&m_mirror, &HostMirror::hostChanged, this, &QuitPlan::check);
    m_tasks.spawn(stopAll(names + m_armed));
}

int QuitPlan::stillStopping() const
{
    return static_cast<int>(std::ranges::count(m_rows, Row::State::Stopping, &Row::state));
}

Task<> QuitPlan::stopAll(QStringList names)
{
    if (!names.isEmpty()) {
        ActionRequest request;
        request.action = Action::Stop;
        request.names = std::move(names);
        request.wait = false;
        request.trigger = Trigger::Window;
        request.atQuit = true;
        const auto asked = co_await m_session.act(std::move(request));
        if (!asked) {
            m_problem = words::error(asked.error());
            Q_EMIT changed();
        }
    }
    m_asked = true;
    refreshLimits();
    look();
}

void QuitPlan::look()
{
    if (m_ended || m_cancelled)
        return;
    QStringList late;
    bool different = false;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        const auto row = std::ranges::find(m_rows, service.name, &Row::name);
        if (row == m_rows.end()) {
            // Started meanwhile, from somewhere else: it has to stop too.
            if (m_asked && isLive(service))
                late += service.name;
            continue;
        }
        const Row::State state = stateOf(service);
        if (state != row->state) {
            row->state = state;
            row->took = std::chrono::duration_cast<Milliseconds>(m_clock.now() - m_begun);
            different = true;
        }
    }
    for (const QString& name : std::as_const(late))
        m_rows.insert(std::ranges::lower_bound(m_rows, name, {}, &Row::name),
                      Row{.name = name, .sent = {}, .killAt = {}});
    for (Row& row : m_rows) {
        if (row.state == Row::State::Stopping && !m_mirror.model().find(row.name)) {
            row.state = Row::State::Stopped;
            different = true;
        }
    }
    if (!late.isEmpty())
        m_tasks.spawn(stopAll(late));
    if (different || !late.isEmpty()) {
        refreshLimits();
        Q_EMIT changed();
    }
    check();
}

void QuitPlan::check()
{
    if (m_ended || m_cancelled)
        return;
    if (!m_mirror.isLive() || (m_asked && stillStopping() == 0))
        finish();
}

void QuitPlan::finish()
{
    m_ended = true;
    Q_EMIT ended();
}

void QuitPlan::killAll()
{
    QStringList names;
    for (const Row& row : std::as_const(m_rows)) {
        if (row.state == Row::State::Stopping)
            names += row.name;
    }
    if (!names.isEmpty())
        kill(names);
}

void QuitPlan::kill(const QStringList& names)
{
    ActionRequest request;
    request.action = Action::Kill;
    request.names = names;
    request.wait = false;
    request.trigger = Trigger::Window;
    request.atQuit = true;
    m_tasks.spawn(act(std::move(request)));
}

Task<> QuitPlan::act(ActionRequest request)
{
    const auto done = co_await m_session.act(std::move(request));
    m_problem = done ? QString() : words::error(done.error());
    refreshLimits();
    Q_EMIT changed();
}

void QuitPlan::extend(Milliseconds by)
{
    for (const Row& row : std::as_const(m_rows)) {
        if (row.state == Row::State::Stopping)
            m_tasks.spawn(extendOne(row.name, by));
    }
}

Task<> QuitPlan::extendOne(QString name, Milliseconds by)
{
    // Refused: it has ended meanwhile, or is being killed; the row says so.
    static_cast<void>(co_await m_session.extendStop(name, by));
    refreshLimits();
}

void QuitPlan::refreshLimits()
{
    if (std::exchange(m_asking, true))
        m_askAgain = true;
    else
        m_tasks.spawn(askLimits());
}

Task<> QuitPlan::askLimits()
{
    do {
        m_askAgain = false;
        const auto stops = co_await m_session.stopping();
        if (!stops)
            break;
        bool different = false;
        for (Row& row : m_rows) {
            const auto stop = std::ranges::find(*stops, row.name, &StopInfo::name);
            const auto killAt = stop == stops->end() ? std::nullopt : std::optional(stop->killAt);
            const QString sent = stop == stops->end() ? row.sent : stop->sent;
            different = different || killAt != row.killAt || sent != row.sent;
            row.killAt = killAt;
            row.sent = sent;
        }
        if (different)
            Q_EMIT changed();
    } while (m_askAgain);
    m_asking = false;
}

QStringList QuitPlan::cancel()
{
    m_cancelled = true;
    startAgain(m_armed);
    QStringList names;
    for (const Row& row : std::as_const(m_rows))
        names += row.name;
    return names;
}

void QuitPlan::startAgain(const QStringList& names)
{
    if (names.isEmpty())
        return;
    ActionRequest request;
    request.action = Action::Start;
    request.names = names;
    request.wait = false;
    request.trigger = Trigger::Window;
    m_tasks.spawn(act(std::move(request)));
}

} // namespace turnspit

#include "fakesession.h"

#include <turnspit/async/wait.h>
#include <turnspit/control/json.h>

#include <algorithm>
#include <tuple>

/// The calls of HostSession, but for those about files and logs; what happens in the host is in fakesession.cpp.
namespace turnspit {

namespace {

using Key = QLatin1StringView;

} // namespace

Task<> FakeSession::turn()
{
    const std::weak_ptr<bool> alive = m_alive;
    co_await yieldToLoop();
    if (alive.expired())
        throw OperationCancelled{};
}

Task<> FakeSession::nextChange()
{
    const std::weak_ptr<bool> alive = m_alive;
    co_await m_changes.next();
    if (alive.expired())
        throw OperationCancelled{};
}

Task<Result<>> FakeSession::enter(QString call, QJsonObject params)
{
    m_calls.append({call, params});
    co_await turn();
    while (m_held.contains(call))
        co_await nextChange();
    if (auto failures = m_failures.find(call); failures != m_failures.end() && !failures->isEmpty())
        co_return fail(failures->takeFirst());
    co_return Result<>();
}

Task<> FakeSession::whileHeld(QString name)
{
    while (m_heldTransitions.contains(name))
        co_await nextChange();
}

Result<> FakeSession::known(const QString& name) const
{
    if (m_services.contains(name))
        return {};
    return fail(ErrorKind::NoSuchService, "there is no service `" + name.toStdString() + '`');
}

Result<QStringList> FakeSession::namesOf(const ActionRequest& request) const
{
    QStringList names = request.names;
    for (const QString& name : names) {
        if (const auto here = known(name); !here)
            return fail(here.error());
    }
    for (const ServiceInfo& service : m_services) {
        const bool isMeant = !request.isForWhatTicks() || service.kind == ServiceKind::Scheduled;
        if (isMeant && (request.all || (!request.group.isEmpty() && service.group == request.group)))
            names.append(service.name);
    }
    names.sort();
    names.removeDuplicates();
    return names;
}

Task<Result<Snapshot>> FakeSession::snapshot()
{
    if (const auto entered = co_await enter(QStringLiteral("snapshot"), {}); !entered)
        co_return fail(entered.error());
    co_return Snapshot{m_revision, m_host, m_services.values()};
}

Task<Result<>> FakeSession::subscribe()
{
    if (const auto entered = co_await enter(QStringLiteral("subscribe"), {}); !entered)
        co_return fail(entered.error());
    if (!std::exchange(m_subscribed, true))
        Q_EMIT snapshotReplaced({m_revision, m_host, m_services.values()});
    co_return Result<>();
}

Task<> FakeSession::stopOne(QString name, Outcome outcome, ActionRequest request, bool wait)
{
    ServiceInfo service = m_services.value(name);
    const RunRecord* run = liveRun(name);
    if (!run) {
        if (service.state != ServiceState::Disabled && service.state != ServiceState::Stopped)
            setState(name, ServiceState::Stopped);
        co_return;
    }
    const RunId id = run->info.id;
    const Milliseconds limit = outcome == Outcome::Killed ? Milliseconds(0) : request.timeout.value_or(std::chrono::seconds(10));
    m_killAt.insert(name, now() + limit);
    setState(name, ServiceState::Stopping);
    const auto finish = [](FakeSession& self, QString service, RunId ending, Outcome how) -> Task<> {
        co_await self.turn();
        co_await self.whileHeld(service);
        self.endRun(ending, how, std::nullopt);
    };
    if (wait)
        co_await finish(*this, name, id, outcome);
    else
        m_tasks.spawn(finish(*this, name, id, outcome));
}

Task<> FakeSession::startOne(QString name, ActionRequest request, ActionResult* out)
{
    const ServiceInfo service = m_services.value(name);
    if (service.state == ServiceState::Disabled) {
        out->ok = false;
        out->error = QStringLiteral("%1 is disabled: enable it first").arg(name);
    } else if (service.kind == ServiceKind::Scheduled) {
        if (service.state != ServiceState::Waiting && !liveRun(name)) {
            ServiceInfo armed = service;
            armed.state = ServiceState::Waiting;
            armed.since = now();
            if (!armed.flags.contains(QStringLiteral("held")))
                armed.nextRun = now() + std::chrono::hours(1);
            changed({armed});
        }
    } else if (!liveRun(name)) {
        setState(name, ServiceState::Starting);
        const auto finish = [](FakeSession& self, QString starting, Trigger trigger) -> Task<> {
            co_await self.turn();
            co_await self.whileHeld(starting);
            if (!self.liveRun(starting) && self.m_services.value(starting).state == ServiceState::Starting)
                self.beginRun(starting, trigger);
        };
        if (request.wait)
            co_await finish(*this, name, request.trigger);
        else
            m_tasks.spawn(finish(*this, name, request.trigger));
    }
}

Task<> FakeSession::actOn(ActionRequest request, QString name, ActionResult* out)
{
    const ServiceInfo service = m_services.value(name);
    switch (request.action) {
    case Action::Start: co_await startOne(name, request, out); break;
    case Action::Stop: co_await stopOne(name, Outcome::Stopped, request, request.wait); break;
    case Action::Kill: co_await stopOne(name, Outcome::Killed, request, request.wait); break;
    case Action::Restart:
        co_await stopOne(name, Outcome::Stopped, request, true);
        co_await startOne(name, request, out);
        break;
    case Action::Hold:
    case Action::Resume:
        if (service.kind == ServiceKind::Scheduled) {
            if (request.action == Action::Hold)
                holdUntil(name, request.until);
            else
                setHeldFlag(name, false);
        } else {
            out->ok = false;
            out->error = QStringLiteral("%1 has no schedule").arg(name);
        }
        break;
    case Action::Enable:
    case Action::Disable: {
        const QString value = request.action == Action::Disable ? QStringLiteral("true") : QString();
        applyText(name, edited(m_texts.value(name), {QStringLiteral("disabled"), value}));
        break;
    }
    }
    out->state = m_services.value(name).state;
}

Task<Result<QList<ActionResult>>> FakeSession::act(ActionRequest request)
{
    if (const auto entered = co_await enter(QStringLiteral("act"), toJson(request)); !entered)
        co_return fail(entered.error());
    const auto names = namesOf(request);
    if (!names)
        co_return fail(names.error());
    if (request.action == Action::Hold && request.until && *request.until <= now())
        co_return fail(ErrorKind::Refused, "the hold would be over already");
    QList<ActionResult> results;
    for (const QString& name : *names) {
        ActionResult result;
        result.name = name;
        co_await actOn(request, name, &result);
        results.append(result);
    }
    co_return results;
}

Task<Result<RunInfo>> FakeSession::run(QString name, Trigger trigger)
{
    const auto entered = co_await enter(QStringLiteral("run"), {{Key("name"), name}});
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(name); !here)
        co_return fail(here.error());
    if (m_services.value(name).kind == ServiceKind::Kept)
        co_return fail(ErrorKind::Refused, name.toStdString() + " is kept running: use start");
    if (liveRun(name))
        co_return fail(ErrorKind::Refused, name.toStdString() + " is running already");
    if (m_services.value(name).kind == ServiceKind::BuiltIn && m_tickFailure) {
        RunInfo tick;
        tick.service = name;
        tick.trigger = trigger;
        tick.begin = Clock::current().wallNow();
        tick.end = tick.begin;
        tick.outcome = Outcome::Failed;
        tick.exitCode = 1;
        tick.reason = *m_tickFailure;
        co_return tick;
    }
    const RunId id = beginRun(name, trigger);
    co_return find(id)->info;
}

Task<Result<RunInfo>> FakeSession::awaitRun(RunId id)
{
    const auto entered = co_await enter(QStringLiteral("awaitRun"), {{Key("id"), static_cast<qint64>(id.value)}});
    if (!entered)
        co_return fail(entered.error());
    for (;;) {
        const RunRecord* run = find(id);
        if (!run)
            co_return fail("there is no run " + std::to_string(id.value));
        if (run->info.end)
            co_return run->info;
        co_await nextChange();
    }
}

Task<Result<>> FakeSession::stopRun(RunId id)
{
    const auto entered = co_await enter(QStringLiteral("stopRun"), {{Key("id"), static_cast<qint64>(id.value)}});
    if (!entered)
        co_return fail(entered.error());
    if (!find(id))
        co_return fail("there is no run " + std::to_string(id.value));
    endRun(id, Outcome::Stopped, std::nullopt);
    co_return Result<>();
}

Task<Result<>> FakeSession::extendStop(QString name, Milliseconds by)
{
    const auto entered = co_await enter(QStringLiteral("extendStop"), {{Key("name"), name}, {Key("by"), static_cast<qint64>(by.count())}});
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(name); !here)
        co_return fail(here.error());
    if (m_services.value(name).state != ServiceState::Stopping)
        co_return fail(ErrorKind::Refused, name.toStdString() + " is not being stopped");
    m_killAt[name] += by;
    co_return Result<>();
}

Task<Result<ServiceInfo>> FakeSession::awaitState(QString name, QString state, std::optional<Milliseconds> timeout)
{
    const qsizetype first = m_passed.size();
    const auto entered = co_await enter(QStringLiteral("awaitState"), {{Key("name"), name}, {Key("state"), state}});
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(name); !here)
        co_return fail(here.error());
    const auto wanted = serviceStateFromString(state.toStdString());
    if (!wanted && state != Key("ended"))
        co_return fail("there is no state `" + state.toStdString() + '`');
    const auto fits = [&](ServiceState now) {
        if (wanted)
            return now == *wanted;
        return now == ServiceState::Stopped || now == ServiceState::Failed || now == ServiceState::Completed
               || now == ServiceState::Waiting;
    };
    bool expired = false;
    std::unique_ptr<ClockTimer> timer;
    if (timeout) {
        timer = Clock::current().createTimer([this, &expired, alive = std::weak_ptr(m_alive)] {
            expired = true;
            if (!alive.expired())
                m_changes.wake();
        });
        timer->startOnce(*timeout);
    }
    for (;;) {
        bool satisfied = fits(m_services.value(name).state);
        for (qsizetype n = first; n < m_passed.size(); ++n)
            satisfied = satisfied || (m_passed[n].first == name && fits(m_passed[n].second));
        if (satisfied)
            co_return m_services.value(name);
        if (expired)
            co_return fail(ErrorKind::TimedOut, name.toStdString() + " did not become " + state.toStdString() + " in time");
        co_await nextChange();
    }
}

Task<Result<QList<RunInfo>>> FakeSession::runs(RunQuery query)
{
    if (const auto entered = co_await enter(QStringLiteral("runs"), toJson(query)); !entered)
        co_return fail(entered.error());
    QList<RunInfo> found;
    for (auto run = m_runs.rbegin(); run != m_runs.rend() && found.size() < query.limit; ++run) {
        const RunInfo& info = run->info;
        if ((query.service.isEmpty() || info.service == query.service) && (!query.before || info.id < *query.before)
            && (!query.id || info.id == *query.id)
            && (query.outcomes.isEmpty() || (info.outcome && query.outcomes.contains(*info.outcome))))
            found.append(info);
    }
    co_return found;
}

Task<Result<QList<PlannedRun>>> FakeSession::nextRuns(int count, QString service)
{
    if (const auto entered = co_await enter(QStringLiteral("nextRuns"), {{Key("count"), count}, {Key("service"), service}}); !entered)
        co_return fail(entered.error());
    if (const auto here = service.isEmpty() ? Result<>() : known(service); !here)
        co_return fail(here.error());
    QList<PlannedRun> planned;
    for (const ServiceInfo& each : m_services) {
        if (!service.isEmpty() && each.name != service)
            continue;
        for (const WallTime at : m_planned.value(each.name))
            planned.append({each.name, at});
        if (each.nextRun && !m_planned.contains(each.name))
            planned.append({each.name, *each.nextRun});
    }
    std::sort(planned.begin(), planned.end(), [](const auto& a, const auto& b) {
        return std::tie(a.at, a.service) < std::tie(b.at, b.service);
    });
    co_return planned.mid(0, count);
}

Task<Result<QList<HostEvent>>> FakeSession::events(EventQuery query)
{
    if (const auto entered = co_await enter(QStringLiteral("events"), toJson(query)); !entered)
        co_return fail(entered.error());
    QList<HostEvent> found;
    for (const HostEvent& event : m_events) {
        if (!query.since || event.time >= *query.since)
            found.append(event);
    }
    co_return found.mid(std::max<qsizetype>(0, found.size() - query.limit));
}

Task<Result<HostInfo>> FakeSession::hostStatus()
{
    if (const auto entered = co_await enter(QStringLiteral("hostStatus"), {}); !entered)
        co_return fail(entered.error());
    co_return m_host;
}

Task<Result<QStringList>> FakeSession::reload()
{
    if (const auto entered = co_await enter(QStringLiteral("reload"), {}); !entered)
        co_return fail(entered.error());
    co_return m_reloadAnswer;
}

Task<Result<>> FakeSession::shutdown()
{
    if (const auto entered = co_await enter(QStringLiteral("shutdown"), {}); !entered)
        co_return fail(entered.error());
    m_host.shuttingDown = true;
    changed({}, {}, true);
    Q_EMIT shutdownRequested();
    co_return Result<>();
}

Task<Result<QList<StopInfo>>> FakeSession::stopping()
{
    if (const auto entered = co_await enter(QStringLiteral("stopping"), {}); !entered)
        co_return fail(entered.error());
    QList<StopInfo> stops;
    for (auto it = m_killAt.cbegin(); it != m_killAt.cend(); ++it) {
        const RunRecord* const run = liveRun(it.key());
        if (run && m_services.value(it.key()).state == ServiceState::Stopping)
            stops.append({it.key(), run->info.id, QStringLiteral("SIGTERM"), it.value()});
    }
    co_return stops;
}

Task<Result<QList<HoldInfo>>> FakeSession::holds()
{
    if (const auto entered = co_await enter(QStringLiteral("holds"), {}); !entered)
        co_return fail(entered.error());
    QList<HoldInfo> holds;
    for (auto it = m_holdEnds.cbegin(); it != m_holdEnds.cend(); ++it)
        holds.append({it.key(), it.value()});
    co_return holds;
}

Task<Result<QList<UsageSample>>> FakeSession::usage(QString name)
{
    const auto entered = co_await enter(QStringLiteral("usage"), {{Key("name"), name}});
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(name); !here)
        co_return fail(here.error());
    co_return m_usage.value(name);
}

Task<Result<QList<ServiceUsage>>> FakeSession::usageHistory(UsageQuery query)
{
    if (const auto entered = co_await enter(QStringLiteral("usageHistory"), toJson(query)); !entered)
        co_return fail(entered.error());
    QList<ServiceUsage> usages;
    for (const QString& name : std::as_const(query.names)) {
        ServiceUsage usage{name, m_services.contains(name) ? m_usage.value(name) : QList<UsageSample>()};
        const WallTime oldest = std::max(now() - query.span, query.since ? *query.since + std::chrono::microseconds(1) : WallTime::min());
        usage.samples.removeIf([&](const UsageSample& sample) { return sample.time < oldest; });
        usages.append(usage);
    }
    co_return usages;
}

Task<Result<QList<QueueInfo>>> FakeSession::queues()
{
    if (const auto entered = co_await enter(QStringLiteral("queues"), {}); !entered)
        co_return fail(entered.error());
    co_return m_queues.values();
}

} // namespace turnspit

#include "fakesession.h"

#include <turnspit/async/wait.h>

#include <QRegularExpression>

#include <algorithm>

namespace turnspit {

namespace {

/// The words of `command = [...]` or `command = "..."`, as far as a test needs it.
QStringList commandWords(const QString& text)
{
    static const QRegularExpression line(QStringLiteral("^\\s*command\\s*=\\s*(.*)$"), QRegularExpression::MultilineOption);
    static const QRegularExpression gaps(QStringLiteral("[\\[\\]\",'\\s]+"));
    return line.match(text).captured(1).split(gaps, Qt::SkipEmptyParts);
}

QString textValue(const QString& text, const QString& key)
{
    const QRegularExpression line(QStringLiteral("^\\s*%1\\s*=\\s*\"?([^\"\\n]*)").arg(key), QRegularExpression::MultilineOption);
    return line.match(text).captured(1).trimmed();
}

} // namespace

FakeSession::FakeSession(QObject* parent) : HostSession(parent)
{
    m_host = {.host = QStringLiteral("fake"),
              .pid = 4711,
              .version = QStringLiteral("0.1.0"),
              .features = {QStringLiteral("services")},
              .since = now(),
              .stateDir = QStringLiteral("/fake/state"),
              .configDir = QStringLiteral("/fake/config"),
              .keeper = QStringLiteral("connected (pid 4712)"),
              .problems = {}};
    m_events.append({now(), QStringLiteral("host-started"), {}, QStringLiteral("the host started")});
}

FakeSession::~FakeSession() = default;

void FakeSession::announce(const Delta& delta)
{
    m_revision = delta.revision;
    m_changes.wake();
    if (m_subscribed)
        Q_EMIT deltaArrived(delta);
}

void FakeSession::changed(const QList<ServiceInfo>& services, const QStringList& removed, bool host)
{
    for (const ServiceInfo& service : services) {
        const auto before = m_services.constFind(service.name);
        if (before == m_services.constEnd() || before->state != service.state)
            m_passed.append({service.name, service.state});
        m_services.insert(service.name, service);
    }
    for (const QString& name : removed)
        m_services.remove(name);
    announce({Revision{m_revision.value + 1}, services, removed, host ? std::optional(m_host) : std::nullopt});
}

void FakeSession::setHost(const HostInfo& host)
{
    m_host = host;
    changed({}, {}, true);
}

void FakeSession::setConnection(Connection connection)
{
    if (connection != std::exchange(m_connection, connection))
        Q_EMIT connectionChanged(connection);
}

void FakeSession::put(const QList<ServiceInfo>& services)
{
    changed(services);
}

void FakeSession::drop(const QString& name)
{
    m_texts.remove(name);
    changed({}, {name});
}

void FakeSession::setState(const QString& name, ServiceState state)
{
    ServiceInfo service = m_services.value(name);
    service.name = name;
    service.state = state;
    service.since = now();
    if (state != ServiceState::Waiting && state != ServiceState::BackingOff)
        service.nextRun.reset();
    changed({service});
}

void FakeSession::replaceAll()
{
    m_revision.value += 1000;
    m_changes.wake();
    if (m_subscribed)
        Q_EMIT snapshotReplaced({m_revision, m_host, m_services.values()});
}

FakeSession::RunRecord* FakeSession::find(RunId id)
{
    const auto found = std::find_if(m_runs.begin(), m_runs.end(), [&](const RunRecord& run) { return run.info.id == id; });
    return found == m_runs.end() ? nullptr : &*found;
}

FakeSession::RunRecord* FakeSession::liveRun(const QString& name)
{
    const auto found = std::find_if(m_runs.rbegin(), m_runs.rend(), [&](const RunRecord& run) {
        return run.info.service == name && !run.info.end;
    });
    return found == m_runs.rend() ? nullptr : &*found;
}

RunId FakeSession::beginRun(const QString& name, Trigger trigger)
{
    const RunId id{++m_lastRun};
    RunRecord run;
    run.info.id = id;
    run.info.service = name;
    run.info.trigger = trigger;
    run.info.begin = now();
    run.logBegin = m_logs[name].size();
    m_runs.push_back(run);
    const int pid = 5000 + static_cast<int>(id.value);
    say(name, "run " + QByteArray::number(id.value) + " began pid " + QByteArray::number(pid), 'h');

    ServiceInfo service = m_services.value(name);
    service.name = name;
    service.state = ServiceState::Running;
    service.since = now();
    service.pid = pid;
    service.nextRun.reset();
    service.reason.reset();
    service.flags.removeAll(QStringLiteral("changed"));
    changed({service});
    m_tasks.spawn(actOutCommand(name, id));
    return id;
}

Task<> FakeSession::actOutCommand(QString name, RunId id)
{
    const QStringList words = commandWords(m_texts.value(name));
    const QString program = words.value(0);
    co_await turn();
    if (const RunRecord* run = find(id); !run || run->info.end)
        co_return; // stopped at once
    if (program == QLatin1StringView("true")) {
        endRun(id, Outcome::Succeeded, 0);
    } else if (program == QLatin1StringView("false")) {
        endRun(id, Outcome::Failed, 1);
    } else if (program == QLatin1StringView("seq")) {
        for (int number = words.value(1).toInt(); number <= words.value(2).toInt(); ++number)
            say(name, QByteArray::number(number));
        endRun(id, Outcome::Succeeded, 0);
    }
}

void FakeSession::endRun(RunId id, Outcome outcome, std::optional<int> exitCode)
{
    RunRecord* run = find(id);
    if (!run || run->info.end)
        return;
    RunInfo& info = run->info;
    const QString name = info.service;
    info.end = std::max(now(), info.begin);
    info.outcome = outcome;
    info.exitCode = exitCode;
    info.duration = std::chrono::duration<double>(*info.end - info.begin).count();
    if (outcome == Outcome::Killed)
        info.signal = QStringLiteral("SIGKILL");
    if (outcome == Outcome::Failed)
        info.reason = QStringLiteral("exit code %1").arg(exitCode.value_or(0));
    say(name, "run " + QByteArray::number(id.value) + " ended", 'h');
    run = find(id);
    run->logEnd = m_logs[name].size();
    info.logLines = static_cast<qint64>(run->logEnd - run->logBegin);

    ServiceInfo service = m_services.value(name);
    service.pid.reset();
    service.lastOutcome = outcome;
    service.exitCode = info.exitCode;
    service.signal = info.signal;
    service.reason = info.reason;
    service.since = now();
    const bool byWish = outcome == Outcome::Stopped || outcome == Outcome::Killed;
    if (service.state == ServiceState::Stopping || byWish)
        service.state = ServiceState::Stopped;
    else if (service.kind == ServiceKind::Scheduled)
        service.state = ServiceState::Waiting;
    else
        service.state = outcome == Outcome::Succeeded ? ServiceState::Completed : ServiceState::Failed;
    if (service.state == ServiceState::Waiting && !service.flags.contains(QStringLiteral("held")))
        service.nextRun = now() + std::chrono::hours(1);
    changed({service});
}

void FakeSession::addPastRuns(const QString& name, int count)
{
    for (int n = 0; n < count; ++n) {
        RunRecord run;
        run.info.id = RunId{++m_lastRun};
        run.info.service = name;
        run.info.begin = now() - std::chrono::minutes(count - n);
        run.info.end = run.info.begin + std::chrono::seconds(1);
        run.info.outcome = Outcome::Succeeded;
        run.info.exitCode = 0;
        run.info.duration = 1.0;
        m_runs.push_back(run);
    }
}

void FakeSession::addRun(const RunInfo& info)
{
    m_lastRun = std::max<quint64>(m_lastRun, info.id.value);
    RunRecord run;
    run.info = info;
    m_runs.push_back(run);
    m_changes.wake();
}

LogEntryInfo FakeSession::Log::at(quint64 n) const
{
    if (n >= generated)
        return said.at(static_cast<qsizetype>(n - generated));
    return {.n = n, .time = WallTime(std::chrono::milliseconds(n)), .stream = 'o', .text = text(n)};
}

void FakeSession::setLog(const QString& name, quint64 count, LogText text)
{
    m_logs[name] = {count, std::move(text), {}};
    m_changes.wake();
}

void FakeSession::say(const QString& name, const QByteArray& text, char stream, bool more)
{
    Log& log = m_logs[name];
    log.said.append({.n = log.size(), .time = now(), .stream = stream, .text = text, .more = more});
    m_changes.wake();
}

void FakeSession::release(const QString& call)
{
    m_held.remove(call);
    m_changes.wake();
}

void FakeSession::releaseTransitions(const QString& name)
{
    m_heldTransitions.remove(name);
    m_changes.wake();
}

int FakeSession::callCount(const QString& name) const
{
    return static_cast<int>(std::count_if(m_calls.begin(), m_calls.end(), [&](const Call& call) { return call.name == name; }));
}

void FakeSession::applyText(const QString& name, const QString& text)
{
    m_texts.insert(name, text);
    const bool isNew = !m_services.contains(name);
    ServiceInfo service = m_services.value(name);
    service.name = name;
    service.group = textValue(text, QStringLiteral("group"));
    service.kind = text.contains(QLatin1StringView("[schedule]")) ? ServiceKind::Scheduled
                   : textValue(text, QStringLiteral("manual")) == QLatin1StringView("true") ? ServiceKind::Manual
                                                                                            : ServiceKind::Kept;
    const bool disabled = textValue(text, QStringLiteral("disabled")) == QLatin1StringView("true");
    if (isNew)
        service.since = now();
    if (liveRun(name)) {
        if (!service.flags.contains(QStringLiteral("changed")))
            service.flags.prepend(QStringLiteral("changed"));
    } else if (disabled) {
        service.state = ServiceState::Disabled;
        service.nextRun.reset();
    } else if (service.state == ServiceState::Disabled) {
        service.state = ServiceState::Stopped;
    }
    changed({service});
}

void FakeSession::breakText(const QString& name, const QString& text, bool keeps)
{
    if (keeps)
        m_good.insert(name, {now(), m_texts.value(name)});
    m_texts.insert(name, text);
    ServiceInfo service = m_services.value(name);
    if (liveRun(name))
        service.flags.append(QStringLiteral("file-broken"));
    else
        service.state = ServiceState::Invalid;
    service.reason = QStringLiteral("`command` is missing");
    changed({service});
}

void FakeSession::mend(const QString& name, const QString& text)
{
    m_good.remove(name);
    ServiceInfo service = m_services.value(name);
    service.flags.removeAll(QStringLiteral("file-broken"));
    service.reason.reset();
    if (service.state == ServiceState::Invalid)
        service.state = ServiceState::Stopped;
    m_services.insert(name, service);
    applyText(name, text);
}

void FakeSession::setHeldFlag(const QString& name, bool held)
{
    ServiceInfo service = m_services.value(name);
    const QString flag = QStringLiteral("held");
    if (!held)
        m_holdEnds.remove(name);
    if (service.flags.contains(flag) == held)
        return;
    if (held)
        service.flags.append(flag);
    else
        service.flags.removeAll(flag);
    service.flags.sort();
    service.nextRun.reset();
    if (!held && service.state == ServiceState::Waiting)
        service.nextRun = now() + std::chrono::hours(1);
    changed({service});
}

void FakeSession::holdUntil(const QString& name, std::optional<WallTime> until)
{
    const bool isHeld = m_services.value(name).flags.contains(QStringLiteral("held"));
    const std::optional<WallTime> before = m_holdEnds.contains(name) ? std::optional(m_holdEnds.value(name)) : std::nullopt;
    m_holdEnds.remove(name);
    if (until) {
        m_holdEnds.insert(name, *until);
        m_tasks.spawn(endHold(name, *until));
    }
    setHeldFlag(name, true);
    if (isHeld && before != until)
        changed({m_services.value(name)});
}

Task<> FakeSession::endHold(QString name, WallTime until)
{
    co_await delay(std::chrono::ceil<Milliseconds>(until - now()));
    if (m_holdEnds.contains(name) && m_holdEnds.value(name) == until)
        setHeldFlag(name, false);
}

} // namespace turnspit

#include <turnspit/worker/workersession.h>

#include <turnspit/async/aggregateerror.h>
#include <turnspit/async/wait.h>
#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/configurationreload.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/session/controllers.h>
#include <turnspit/session/filework.h>
#include <turnspit/session/recentevents.h>
#include <turnspit/session/servicelogs.h>
#include <turnspit/worker/lognews.h>

#include <algorithm>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

constexpr auto upkeepPause = 30s;

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): both outlive the scope that owns this
Task<> storeResult(Task<ActionResult> task, ActionResult& slot)
{
    slot = co_await std::move(task);
}

} // namespace

/// A waiter is known as long as its task lives.
class WorkerSession::Waiting
{
public:
    Waiting(WorkerSession& session, Waiter& waiter) : m_session(session), m_waiter(waiter) { m_session.m_waiters.insert(&m_waiter); }
    ~Waiting() { m_session.m_waiters.erase(&m_waiter); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    WorkerSession& m_session;
    Waiter& m_waiter;
};

WorkerSession::WorkerSession(Parts parts)
    : FilelessSession(parts.host.host.toStdString()), m_parts(std::move(parts)), m_clock(Clock::current()), m_publisher(m_clock),
      m_holdEnds(m_clock, [this](const std::string& name, WallTime) { holdOver(name); }),
      m_logNews(std::make_shared<LogNews>([this](const std::string& service) { m_logWatches.written(service); })),
      m_logWatches([this](const std::string& service, bool on) { m_logNews->watch(service, on); }), m_logs(*this, m_clock)
{
    m_publisher.setHost(m_parts.host);
    m_publisher.onDelta = [this](const Delta& delta) { Q_EMIT deltaArrived(delta); };
    m_watch = m_parts.controllers.watch([this] { changed(); });
    changed();
    if (m_parts.logs) {
        m_parts.logs->onWritten([news = m_logNews](const std::string& service) { news->written(service); });
        m_tasks.spawn(upkeep());
    }
}

WorkerSession::~WorkerSession()
{
    m_watch.reset();
    if (m_parts.logs)
        m_parts.logs->onWritten({});
    m_logNews->detach();
}

std::vector<ServiceController*> WorkerSession::controllers() const
{
    auto list = m_parts.controllers.list();
    std::erase_if(list, [this](const ServiceController* controller) { return controller->name() == m_parts.hidden; });
    return list;
}

ServiceController* WorkerSession::find(const QString& name) const
{
    const std::string wanted = name.toStdString();
    return wanted == m_parts.hidden ? nullptr : m_parts.controllers.find(wanted);
}

void WorkerSession::changed()
{
    for (const ServiceController* controller : controllers()) {
        const ServiceInfo row = rowOf(*controller);
        m_publisher.set(row);
        for (Waiter* waiter : m_waiters) {
            if (waiter->reached || waiter->service != controller->name())
                continue;
            // Changes are told once a turn of the loop: a tick may have begun and ended within one.
            const ServiceStatus& status = controller->status();
            const bool ticked = status.ticks > waiter->ticks && waiter->state == toString(ServiceState::Running);
            waiter->ticks = std::min(waiter->ticks, status.ticks); // counted anew by another run
            if (ticked || isInState(row.state, waiter->state).value_or(false)) {
                waiter->reached = row;
                waiter->settled.set();
            }
        }
    }
}

void WorkerSession::setShuttingDown()
{
    m_shuttingDown = true;
    m_holdEnds.halt();
    m_publisher.setShuttingDown();
}

void WorkerSession::tellAll()
{
    changed();
    m_publisher.flush();
}

Task<> WorkerSession::settle()
{
    tellAll();
    co_await m_logs.settle(1s);
}

Task<> WorkerSession::upkeep()
{
    for (;;) {
        const auto done = co_await onThread(m_logs.thread(), [logs = m_parts.logs, now = m_clock.wallNow()] { return logs->upkeep(now); });
        m_publisher.setLogBytes(static_cast<qint64>(done.bytes));
        m_publisher.setProblem("logs", done.trouble);
        co_await delay(upkeepPause, {}, m_clock);
    }
}

Task<Result<Snapshot>> WorkerSession::snapshot()
{
    co_await yieldToLoop();
    changed();
    co_return m_publisher.snapshot();
}

Task<Result<>> WorkerSession::subscribe()
{
    co_await yieldToLoop();
    changed();
    Q_EMIT snapshotReplaced(m_publisher.snapshot());
    co_return Result<>{};
}

Task<Result<HostInfo>> WorkerSession::hostStatus()
{
    co_await yieldToLoop();
    co_return m_publisher.host();
}

Task<Result<>> WorkerSession::shutdown()
{
    co_await yieldToLoop();
    m_parts.lifetime.stopApplication();
    co_return Result<>{};
}

// ---- acting -------------------------------------------------------------------------------------------------------------------------

Result<QStringList> WorkerSession::targets(const ActionRequest& request) const
{
    if (!request.group.isEmpty())
        return fail(ErrorKind::NoSuchService, "there are no groups in " + hostName());
    std::set<QString> names;
    for (const QString& name : request.names) {
        if (!find(name))
            return fail(unknown(name));
        names.insert(name);
    }
    if (request.all) {
        for (const ServiceController* controller : controllers()) {
            if (!request.isForWhatTicks() || controller->status().periodic)
                names.insert(QString::fromStdString(controller->name()));
        }
    }
    return QStringList(names.begin(), names.end());
}

Task<Result<QList<ActionResult>>> WorkerSession::act(ActionRequest request)
{
    co_await yieldToLoop();
    const auto names = targets(request);
    if (!names)
        co_return fail(names.error());
    if (m_shuttingDown && request.action != Action::Kill && request.action != Action::Stop)
        co_return fail(ErrorKind::Refused, hostName() + " is shutting down");
    if (request.action == Action::Hold && request.until && *request.until <= m_clock.wallNow())
        co_return fail(ErrorKind::Refused, "the hold would be over already");
    QList<ActionResult> results(names->size());
    TaskScope scope;
    for (qsizetype i = 0; i < names->size(); ++i)
        scope.spawn(storeResult(actOn(*find(names->at(i)), request), results[i]));
    co_await scope.join();
    for (const ActionResult& result : results) {
        if (result.ok && (request.action == Action::Hold || request.action == Action::Resume))
            setHoldEnd(result.name, request.action == Action::Hold ? request.until : std::nullopt);
    }
    tellAll(); // what it did is told before it is answered
    co_return results;
}

void WorkerSession::setHoldEnd(const QString& name, std::optional<WallTime> end)
{
    if (m_holdEnds.set(name.toStdString(), end))
        m_publisher.touch(name);
}

void WorkerSession::holdOver(const std::string& name)
{
    m_parts.events->add({m_clock.wallNow(), QStringLiteral("hold-ended"), QString::fromStdString(name), QStringLiteral("its hold is over: it goes on by its schedule")});
    if (ServiceController* const controller = m_parts.controllers.find(name))
        m_tasks.spawn(resume(*controller));
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): controllers outlive this session
Task<> WorkerSession::resume(ServiceController& controller)
{
    static_cast<void>(co_await controller.resume()); // what is not periodic was not held
}

Task<Result<RunInfo>> WorkerSession::run(QString name, Trigger trigger)
{
    co_await yieldToLoop();
    ServiceController* const controller = find(name);
    if (!controller)
        co_return fail(unknown(name));
    if (m_shuttingDown)
        co_return fail(ErrorKind::Refused, hostName() + " is shutting down");
    auto ended = co_await runNow(*controller, trigger, m_clock);
    tellAll();
    co_return ended;
}

Task<Result<ServiceInfo>> WorkerSession::awaitState(QString name, QString wanted, std::optional<Milliseconds> timeout)
{
    co_await yieldToLoop();
    const std::string word = wanted.toStdString();
    if (!isInState(ServiceState::Stopped, word))
        co_return fail(ErrorKind::InvalidDefinition, "there is no state `" + word + "`");
    const ServiceController* const controller = find(name);
    if (!controller)
        co_return fail(unknown(name));
    if (*isInState(controller->status().state, word))
        co_return rowOf(*controller);
    Waiter waiter;
    waiter.service = name.toStdString();
    waiter.state = word;
    waiter.ticks = controller->status().ticks;
    const Waiting waiting(*this, waiter);
    std::unique_ptr<ClockTimer> timer;
    if (timeout) {
        timer = m_clock.createTimer([&waiter] { waiter.settled.set(); });
        timer->startOnce(*timeout);
    }
    co_await waiter.settled.wait();
    if (waiter.reached)
        co_return *waiter.reached;
    co_return fail(ErrorKind::TimedOut, "`" + name.toStdString() + "` was not " + word + " within " + formatDuration(*timeout));
}

// ---- looking ------------------------------------------------------------------------------------------------------------------------

Task<Result<DefinitionInfo>> WorkerSession::definition(QString name)
{
    co_await yieldToLoop();
    const ServiceController* const controller = find(name);
    if (!controller)
        co_return fail(unknown(name));
    co_return definitionOf(*controller);
}

Task<Result<QList<PlannedRun>>> WorkerSession::nextRuns(int count, QString service)
{
    co_await yieldToLoop();
    if (!service.isEmpty() && !find(service))
        co_return fail(unknown(service));
    QList<PlannedRun> planned;
    for (const ServiceController* controller : controllers()) {
        const QString name = QString::fromStdString(controller->name());
        if (const auto at = controller->status().nextTick; at && (service.isEmpty() || service == name))
            planned.append(PlannedRun{name, *at});
    }
    std::ranges::sort(planned, {}, [](const PlannedRun& run) { return std::pair(run.at, run.service); });
    if (planned.size() > count)
        planned.resize(std::max(count, 0));
    co_return planned;
}

Task<Result<QList<HostEvent>>> WorkerSession::events(EventQuery query)
{
    co_await yieldToLoop();
    co_return m_parts.events->find(query);
}

Task<Result<QList<HoldInfo>>> WorkerSession::holds()
{
    co_await yieldToLoop();
    QList<HoldInfo> list;
    for (const auto& [name, until] : m_holdEnds.all())
        list.append(HoldInfo{QString::fromStdString(name), until});
    co_return list;
}

Task<Result<QList<QueueInfo>>> WorkerSession::queues()
{
    co_await yieldToLoop();
    co_return queuesOf(controllers());
}

Task<Result<QStringList>> WorkerSession::reload()
{
    co_await yieldToLoop();
    if (m_parts.configuration.files().empty())
        co_return fail(ErrorKind::Refused, hostName() + " reads its options from no file, and it has no service files");
    const auto changed = m_parts.configuration.reload();
    if (!changed)
        co_return fail(ErrorKind::InvalidDefinition, describe(changed.error()));
    QStringList lines;
    for (const TomlDifference& difference : *changed) {
        // HostOptions stay as they were when the host was built.
        const bool later = difference.key.starts_with("host.");
        lines.append(QString::fromStdString(difference.text() + (later ? " (counts from the next start)" : "")));
    }
    co_return lines;
}

} // namespace turnspit

#include <turnspit/worker/workersession.h>

#include <turnspit/async/wait.h>
#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/session/controllers.h>
#include <turnspit/session/filework.h>
#include <turnspit/session/recentevents.h>
#include <turnspit/session/servicelogs.h>

#include <algorithm>
#include <mutex>

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

/// Brings the news that a log was written to from whichever thread spoke, once for many lines, and only of logs that somebody watches.
class WorkerSession::Listener : public std::enable_shared_from_this<Listener>
{
public:
    explicit Listener(WorkerSession& session) : m_session(&session), m_mailbox(Mailbox::current()) {}

    void watch(const std::string& service, bool on)
    {
        const std::lock_guard lock(m_mutex);
        if (on)
            m_watched.insert(service);
        else
            m_watched.erase(service);
    }

    /// Any thread.
    void written(const std::string& service)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_watched.contains(service) || !m_news.insert(service).second || m_news.size() > 1)
            return;
        m_mailbox->post([self = shared_from_this()] { self->tell(); });
    }

    void detach() { m_session = nullptr; }

private:
    void tell()
    {
        std::set<std::string> news;
        {
            const std::lock_guard lock(m_mutex);
            news.swap(m_news);
        }
        for (const std::string& service : news) {
            if (m_session)
                m_session->logWritten(service);
        }
    }

    WorkerSession* m_session; // host thread only
    std::shared_ptr<Mailbox> m_mailbox;
    std::mutex m_mutex;
    std::set<std::string> m_watched; // guarded
    std::set<std::string> m_news;    // guarded
};

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
    : m_parts(std::move(parts)), m_clock(Clock::current()), m_publisher(m_clock),
      m_holdEnds(m_clock, [this](const std::string& name, WallTime) { holdOver(name); }), m_listener(std::make_shared<Listener>(*this)), m_logs(*this, m_clock)
{
    m_publisher.setHost(m_parts.host);
    m_publisher.onDelta = [this](const Delta& delta) { Q_EMIT deltaArrived(delta); };
    m_watch = m_parts.controllers.watch([this] { changed(); });
    changed();
    if (m_parts.logs) {
        m_parts.logs->onWritten([listener = m_listener](const std::string& service) { listener->written(service); });
        m_tasks.spawn(upkeep());
    }
}

WorkerSession::~WorkerSession()
{
    m_watch.reset();
    if (m_parts.logs)
        m_parts.logs->onWritten({});
    m_listener->detach();
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

Error WorkerSession::unknown(const QString& name) const
{
    return Error{ErrorKind::NoSuchService, "there is no service `" + name.toStdString() + "` in " + m_parts.host.host.toStdString()};
}

Error WorkerSession::noFiles() const
{
    return Error{ErrorKind::Refused, m_parts.host.host.toStdString() + " is a program with services of its own: it has no service files"};
}

Error WorkerSession::noFileOf(const QString& name) const
{
    return find(name) ? noFiles() : unknown(name);
}

void WorkerSession::changed()
{
    for (const ServiceController* controller : controllers()) {
        const ServiceInfo row = rowOf(*controller);
        m_publisher.set(row);
        for (Waiter* waiter : m_waiters) {
            if (!waiter->reached && waiter->service == controller->name() && isInState(row.state, waiter->state).value_or(false)) {
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
        return fail(ErrorKind::NoSuchService, "there are no groups in " + m_parts.host.host.toStdString());
    std::set<QString> names;
    for (const QString& name : request.names) {
        if (!find(name))
            return fail(unknown(name));
        names.insert(name);
    }
    if (request.all) {
        for (const ServiceController* controller : controllers())
            names.insert(QString::fromStdString(controller->name()));
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
        co_return fail(ErrorKind::Refused, m_parts.host.host.toStdString() + " is shutting down");
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
        co_return fail(ErrorKind::Refused, m_parts.host.host.toStdString() + " is shutting down");
    auto ended = co_await runNow(*controller, trigger, m_clock);
    tellAll();
    co_return ended;
}

Task<Result<RunInfo>> WorkerSession::awaitRun(RunId id)
{
    co_await yieldToLoop();
    co_return fail("there is no run " + std::to_string(id.value));
}

Task<Result<>> WorkerSession::stopRun(RunId id)
{
    co_await yieldToLoop();
    co_return fail(ErrorKind::Refused, "there is no run " + std::to_string(id.value));
}

Task<Result<>> WorkerSession::extendStop(QString name, Milliseconds by)
{
    co_await yieldToLoop();
    co_return fail(find(name) ? Error{ErrorKind::Refused, "`" + name.toStdString() + "` is built in"} : unknown(name));
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

Task<Result<QList<RunInfo>>> WorkerSession::runs(RunQuery query)
{
    co_await yieldToLoop();
    if (!query.service.isEmpty() && !find(query.service))
        co_return fail(unknown(query.service));
    co_return QList<RunInfo>();
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

Task<Result<QList<StopInfo>>> WorkerSession::stopping()
{
    co_await yieldToLoop();
    co_return QList<StopInfo>(); // of commands only
}

Task<Result<QList<HoldInfo>>> WorkerSession::holds()
{
    co_await yieldToLoop();
    QList<HoldInfo> list;
    for (const auto& [name, until] : m_holdEnds.all())
        list.append(HoldInfo{QString::fromStdString(name), until});
    co_return list;
}

Task<Result<QList<ServiceUsage>>> WorkerSession::usageHistory(UsageQuery query)
{
    co_await yieldToLoop();
    QList<ServiceUsage> none; // of commands only
    for (const QString& name : query.names)
        none.append(ServiceUsage{name, {}});
    co_return none;
}

Task<Result<QList<QueueInfo>>> WorkerSession::queues()
{
    co_await yieldToLoop();
    co_return queuesOf(controllers());
}

Task<Result<QList<UsageSample>>> WorkerSession::usage(QString name)
{
    co_await yieldToLoop();
    if (!find(name))
        co_return fail(unknown(name));
    co_return QList<UsageSample>();
}

// ---- logs ---------------------------------------------------------------------------------------------------------------------------

Task<Result<LogPageQuery>> WorkerSession::select(LogQuery query, bool follow)
{
    auto folder = logFolderOf(query.service);
    if (!folder)
        co_return fail(folder.error());
    if (query.run)
        co_return fail("there is no run " + std::to_string(query.run->value) + " of `" + query.service.toStdString() + "`");
    LogPageQuery selection;
    selection.folder = *std::move(folder);
    selection.open = true;
    selection.live = follow || !isEnded(find(query.service)->status().state);
    selection.query = std::move(query);
    co_return selection;
}

Result<std::string> WorkerSession::logFolderOf(const QString& service) const
{
    if (!find(service))
        return fail(unknown(service));
    if (!m_parts.logs)
        return fail(ErrorKind::Refused, m_parts.host.host.toStdString() + " keeps no logs");
    return m_parts.logsFolder + "/" + service.toStdString();
}

Event& WorkerSession::logEvent(const std::string& service)
{
    auto& slot = m_logEvents[service];
    if (!slot)
        slot = std::make_unique<Event>();
    slot->reset();
    return *slot;
}

void WorkerSession::watchLog(const std::string& service, bool on)
{
    int& watchers = m_watched[service];
    watchers += on ? 1 : -1;
    if (watchers == (on ? 1 : 0))
        m_listener->watch(service, on);
}

void WorkerSession::logWritten(const std::string& service)
{
    if (const auto event = m_logEvents.find(service); event != m_logEvents.end())
        event->second->set();
}

Task<Result<LogPage>> WorkerSession::readLog(LogQuery query)
{
    return m_logs.read(std::move(query));
}

Task<Result<LogPage>> WorkerSession::followLog(LogQuery query)
{
    return m_logs.follow(std::move(query));
}

Task<Result<LogExtent>> WorkerSession::logExtent(LogExtentQuery query)
{
    return m_logs.extent(query);
}

Task<Result<LogFound>> WorkerSession::findInLog(LogFind query)
{
    return m_logs.find(std::move(query));
}

// ---- what it has not ----------------------------------------------------------------------------------------------------------------

Task<Result<ActionResult>> WorkerSession::add(AddRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<ActionResult>> WorkerSession::update(UpdateRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFileOf(request.name));
}

Task<Result<ActionResult>> WorkerSession::remove(QString name)
{
    co_await yieldToLoop();
    co_return fail(noFileOf(name));
}

Task<Result<QString>> WorkerSession::undo()
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<QList<Diagnostic>>> WorkerSession::check(QString name, QString text)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<SchedulePreview>> WorkerSession::previewSchedule(QString text, int count)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<QStringList>> WorkerSession::reload()
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<Inspection>> WorkerSession::inspect(InspectRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<quint64>> WorkerSession::beginTry(TryRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<TryPage>> WorkerSession::followTry(quint64 id, qint64 cursor)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<>> WorkerSession::stopTry(quint64 id)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<GoodVersion>> WorkerSession::restore(QString name, bool dryRun)
{
    co_await yieldToLoop();
    co_return fail(noFileOf(name));
}

} // namespace turnspit

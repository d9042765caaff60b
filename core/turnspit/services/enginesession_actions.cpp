#include <turnspit/services/enginesession.h>

#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>
#include <turnspit/services/conversions.h>
#include <turnspit/services/engine.h>
#include <turnspit/services/historyask.h>
#include <turnspit/servicefile/edit.h>
#include <turnspit/session/controllers.h>

namespace turnspit {

namespace {

/// What a start waits for: it runs, is armed, or has ended already.
bool isStarted(const Unit& unit)
{
    switch (unit.state()) {
    case ServiceState::Starting:
    case ServiceState::Stopping:
        return false;
    default:
        return true;
    }
}

ActionResult resultOf(const QString& name, ServiceState state)
{
    ActionResult result;
    result.name = name;
    result.state = state;
    return result;
}

ActionResult failed(ActionResult result, const std::string& text)
{
    result.ok = false;
    result.error = QString::fromStdString(text);
    return result;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): both outlive the scope that owns this
Task<> storeResult(Task<ActionResult> task, ActionResult& slot)
{
    slot = co_await std::move(task);
}

} // namespace

Result<QStringList> EngineSession::targets(const ActionRequest& request) const
{
    std::set<QString> names;
    for (const QString& name : request.names) {
        if (!m_engine.unit(name.toStdString()) && !m_engine.controller(name.toStdString()))
            return fail(unknown(name));
        names.insert(name);
    }
    const auto isMeant = [&request](const Unit& unit) { return !request.isForWhatTicks() || unit.canBeHeld(); };
    if (request.all) {
        // Built-in services are part of the host: `stop --all` means what a person added.
        for (const auto& [name, unit] : m_engine.units()) {
            if (isMeant(*unit))
                names.insert(QString::fromStdString(name));
        }
    }
    if (!request.group.isEmpty()) {
        bool any = false;
        for (const auto& [name, unit] : m_engine.units()) {
            if (unit->hasDefinition() && unit->newestDefinition().group == request.group.toStdString()) {
                if (isMeant(*unit))
                    names.insert(QString::fromStdString(name));
                any = true;
            }
        }
        if (!any)
            return fail(ErrorKind::NoSuchService, "there is no service in a group `" + request.group.toStdString() + "`");
    }
    return QStringList(names.begin(), names.end());
}

Task<Result<QList<ActionResult>>> EngineSession::act(ActionRequest request)
{
    co_await yieldToLoop();
    const auto names = targets(request);
    if (!names)
        co_return fail(names.error());
    if (m_engine.isShuttingDown() && request.action != Action::Kill && request.action != Action::Stop)
        co_return fail(ErrorKind::Refused, "the host is shutting down");
    if (request.action == Action::Hold && request.until && *request.until <= m_engine.clock().wallNow())
        co_return fail(ErrorKind::Refused, "the hold would be over already");
    if (request.action == Action::Start || request.action == Action::Restart) {
        std::vector<std::string> files;
        for (const QString& name : *names)
            files.push_back(name.toStdString());
        takePresentFiles(files);
    }
    QList<ActionResult> results(names->size());
    TaskScope scope;
    for (qsizetype i = 0; i < names->size(); ++i)
        scope.spawn(storeResult(actOn(names->at(i), request), results[i]));
    m_engine.publisher().flush(); // what the person sees does not wait for the disk
    // Before anything is waited for: what a person has stopped is not started again by the host after one that died meanwhile.
    const auto saved = m_engine.saveWishes();
    co_await scope.join();
    if (!saved)
        co_return fail(saved.error());
    m_engine.publisher().flush(); // what it did is told before it is answered
    co_return results;
}

Task<ActionResult> EngineSession::actOn(QString name, ActionRequest request)
{
    ActionResult result;
    try {
        if (m_engine.unit(name.toStdString()))
            co_return co_await actOnUnit(name.toStdString(), request);
        result = co_await turnspit::actOn(*m_engine.controller(name.toStdString()), request);
        if (result.ok && (request.action == Action::Hold || request.action == Action::Resume))
            m_engine.setHoldEnd(name.toStdString(), request.action == Action::Hold ? request.until : std::nullopt);
    } catch (const OperationCancelled&) {
        // The unit went away while it was waited for: its file was removed.
        result = resultOf(name, ServiceState::Stopped);
        const bool wantedGone = request.action == Action::Stop || request.action == Action::Kill;
        if (!wantedGone)
            result = failed(std::move(result), "`" + name.toStdString() + "` was removed meanwhile");
    }
    co_return result;
}

Task<ActionResult> EngineSession::actOnUnit(std::string name, ActionRequest request)
{
    const QString shown = QString::fromStdString(name);
    Unit* unit = m_engine.unit(name);
    const auto ended = [](const Unit& u) { return !u.live(); };
    Result<> done;
    bool started = false;
    RunId killedRun;
    switch (request.action) {
    case Action::Start:
        done = unit->start(request.trigger);
        started = true;
        break;
    case Action::Restart:
        done = unit->restart(request.trigger);
        started = true;
        break;
    case Action::Stop:
    case Action::Kill: {
        Unit::StopOptions options;
        options.kill = request.action == Action::Kill;
        options.byPerson = !request.atQuit;
        options.atQuit = request.atQuit;
        options.limit = request.timeout;
        if (unit->live())
            killedRun = unit->live()->id;
        if (request.atQuit && !options.kill)
            unit->stopWithHost(request.timeout.value_or(m_engine.options().settings.shutdownTimeout));
        else
            unit->stop(options);
        break;
    }
    case Action::Hold:
        done = unit->hold();
        if (done)
            m_engine.setHoldEnd(name, request.until);
        break;
    case Action::Resume:
        done = unit->resume();
        if (done)
            m_engine.setHoldEnd(name, std::nullopt);
        break;
    case Action::Enable:
    case Action::Disable:
        done = switchDisabled(name, request.action == Action::Disable);
        unit = m_engine.unit(name);
        if (!unit)
            co_return failed(resultOf(shown, ServiceState::Stopped), "`" + name + "` was removed meanwhile");
        break;
    }
    if (!done)
        co_return failed(resultOf(shown, unit->state()), done.error().text());
    m_engine.rememberWish(*unit);

    ActionResult result = resultOf(shown, unit->state());
    if (!request.wait)
        co_return result;
    if (started) {
        ServiceState reached = unit->state();
        co_await unit->when([&reached](const Unit& u) {
            reached = u.state();
            return isStarted(u);
        });
        unit = m_engine.unit(name);
        result.state = reached;
        if (reached == ServiceState::Failed || reached == ServiceState::BackingOff)
            co_return failed(std::move(result), unit ? unit->reason() : "failed");
        if (reached == ServiceState::Stopped && unit && unit->lastEnded() && unit->lastEnded()->outcome != Outcome::Succeeded)
            co_return failed(std::move(result), unit->reason().empty() ? "was stopped meanwhile" : unit->reason());
        co_return result;
    }
    if (request.action == Action::Stop || request.action == Action::Kill) {
        co_await unit->when(ended);
        unit = m_engine.unit(name);
        if (!unit)
            co_return resultOf(shown, ServiceState::Stopped);
        result.state = unit->state();
        const auto& last = unit->lastEnded();
        if (unit->state() == ServiceState::Failed && killedRun && last && last->id == killedRun)
            co_return failed(std::move(result), unit->reason());
        if (killedRun && last && last->id == killedRun && last->outcome == Outcome::Killed)
            result.note = QString::fromStdString(last->reason.empty() ? "killed" : last->reason);
    }
    co_return result;
}

Result<> EngineSession::switchDisabled(const std::string& name, bool disabled)
{
    auto text = m_store.read(name);
    if (!text)
        return fail(text.error());
    auto edited = setDisabled(*text, m_store.path(name), name, disabled, m_engine.options().settings.defaults);
    if (!edited)
        return fail(edited.error());
    if (*edited != *text) {
        if (auto written = m_store.replace(name, *text, *edited); !written)
            return written;
    }
    return rescan();
}

/// A start uses the file as it is now, also within the half second after it was written. What cannot be read is told as the start fails.
void EngineSession::takePresentFiles(const std::vector<std::string>& names)
{
    if (auto changes = m_engine.folder().scan(names))
        m_engine.applyFolder(*changes);
}

// ---- runs -----------------------------------------------------------------------------------------------------------------------

Task<Result<RunInfo>> EngineSession::run(QString shown, Trigger trigger)
{
    co_await yieldToLoop();
    const std::string name = shown.toStdString();
    if (ServiceController* const controller = m_engine.controller(name))
        co_return co_await runNow(*controller, trigger, m_engine.clock());
    Unit* const unit = m_engine.unit(name);
    if (!unit)
        co_return fail(unknown(shown));
    if (m_engine.isShuttingDown())
        co_return fail(ErrorKind::Refused, "the host is shutting down");
    takePresentFiles({name});
    const auto id = unit->run(trigger);
    if (!id)
        co_return fail(id.error());
    // Begun, or over already: it is in the history then.
    std::optional<RunInfo> begun;
    co_await unit->when([&begun, id = *id](const Unit& u) {
        if (u.live() && u.live()->id == id && u.live()->pid > 0) {
            RunInfo info;
            info.id = id;
            info.service = QString::fromStdString(u.name());
            info.trigger = u.live()->trigger;
            info.attempt = u.live()->attempt;
            info.begin = u.live()->began;
            begun = info;
            return true;
        }
        if (u.lastEnded() && u.lastEnded()->id == id) {
            begun = infoOf(*u.lastEnded());
            return true;
        }
        return !u.isQueued(id) && !(u.live() && u.live()->id == id);
    });
    if (!begun)
        co_return fail(ErrorKind::Refused, "run " + std::to_string(id->value) + " of `" + name + "` was stopped before it began");
    co_return *begun;
}

Task<Result<RunInfo>> EngineSession::awaitRun(RunId id)
{
    co_await yieldToLoop();
    for (const auto& [name, unit] : m_engine.units()) {
        if (!unit->live() || unit->live()->id != id)
            continue;
        std::optional<RunInfo> ended;
        co_await unit->when([&ended, id](const Unit& u) {
            if (u.live() && u.live()->id == id)
                return false;
            if (u.lastEnded() && u.lastEnded()->id == id)
                ended = infoOf(*u.lastEnded());
            return true;
        });
        if (ended)
            co_return *ended;
        break;
    }
    auto run = co_await askHistory(m_engine.history(), [id](HistoryStore& store) { return store.run(id); });
    if (!run)
        co_return fail(run.error());
    if (!*run)
        co_return fail("there is no run " + std::to_string(id.value));
    co_return infoOf(**run);
}

Task<Result<>> EngineSession::stopRun(RunId id)
{
    co_await yieldToLoop();
    for (const auto& [name, unit] : m_engine.units()) {
        if ((unit->live() && unit->live()->id == id) || unit->isQueued(id))
            co_return unit->stopRun(id);
    }
    co_return fail(ErrorKind::Refused, "run " + std::to_string(id.value) + " has ended");
}

Task<Result<>> EngineSession::extendStop(QString name, Milliseconds by)
{
    co_await yieldToLoop();
    Unit* const unit = m_engine.unit(name.toStdString());
    if (!unit)
        co_return fail(m_engine.controller(name.toStdString()) ? Error{ErrorKind::Refused, "`" + name.toStdString() + "` is built in"} : unknown(name));
    co_return unit->extendStop(by);
}

// ---- waiting ----------------------------------------------------------------------------------------------------------------------

Task<Result<ServiceInfo>> EngineSession::awaitState(QString name, QString wanted, std::optional<Milliseconds> timeout)
{
    co_await yieldToLoop();
    const std::string word = wanted.toStdString();
    if (!isInState(ServiceState::Stopped, word))
        co_return fail(ErrorKind::InvalidDefinition, "there is no state `" + word + "`");
    const auto fits = [word](ServiceState present) { return *isInState(present, word); };

    std::optional<ServiceInfo> reached;
    bool timedOut = false;
    Event settled;
    std::unique_ptr<ClockTimer> timer;
    if (timeout) {
        timer = m_engine.clock().createTimer([&] {
            timedOut = true;
            settled.set();
        });
        timer->startOnce(*timeout);
    }
    TaskScope scope;
    if (Unit* const unit = m_engine.unit(name.toStdString())) {
        // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the frame outlives the scope
        const auto waiting = [](Unit& u, decltype(fits) fit, std::optional<ServiceInfo>& out, Event& gate) -> Task<> {
            try {
                co_await u.when([&out, fit](const Unit& now) {
                    if (fit(now.state()))
                        out = now.info();
                    return out.has_value();
                });
            } catch (const OperationCancelled&) { // NOLINT(bugprone-empty-catch): removed; told below
            }
            gate.set();
        };
        scope.spawn(waiting(*unit, fits, reached, settled));
        co_await settled.wait();
    } else if (m_engine.controller(name.toStdString())) {
        // Their passing states are seen as they are published.
        const auto look = [&] {
            const ServiceInfo* row = m_engine.publisher().row(name);
            if (row && fits(row->state)) {
                reached = *row;
                settled.set();
            }
        };
        look();
        const auto connection = connect(this, &HostSession::deltaArrived, this, look);
        co_await settled.wait();
        disconnect(connection);
    } else {
        co_return fail(unknown(name));
    }
    if (reached)
        co_return *reached;
    if (timedOut)
        co_return fail(ErrorKind::TimedOut, "`" + name.toStdString() + "` was not " + word + " within " + formatDuration(*timeout));
    co_return fail(ErrorKind::NoSuchService, "`" + name.toStdString() + "` was removed meanwhile");
}

} // namespace turnspit

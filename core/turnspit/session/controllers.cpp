#include <turnspit/session/controllers.h>

#include <turnspit/async/taskscope.h>
#include <turnspit/control/jsonfields.h>
#include <turnspit/hosting/servicecontroller.h>

#include <algorithm>

namespace turnspit {

namespace {

ActionResult failed(ActionResult result, const std::string& text)
{
    result.ok = false;
    result.error = QString::fromStdString(text);
    return result;
}

/// What the controller answered; an empty error is a good end.
Task<Result<>> perform(ServiceController& controller, ActionRequest request) // NOLINT(cppcoreguidelines-avoid-reference-coroutine-parameters)
{
    switch (request.action) {
    case Action::Start:
        co_return co_await controller.start(request.trigger);
    case Action::Restart:
        co_return co_await controller.restart(request.trigger);
    case Action::Stop:
    case Action::Kill: {
        const auto limit = request.action == Action::Kill ? std::optional(Milliseconds(0)) : request.timeout;
        const ServiceStopResult stopped = co_await controller.stop(limit);
        if (stopped.kind == ServiceStopResult::Abandoned)
            co_return fail(stopped.reason);
        co_return Result<>{};
    }
    case Action::Hold:
        co_return co_await controller.hold();
    case Action::Resume:
        co_return co_await controller.resume();
    case Action::Enable:
    case Action::Disable:
        break;
    }
    co_return fail(ErrorKind::Refused, "`" + controller.name() + "` is built in: stop it instead");
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): both outlive the scope that owns this
Task<> keepResult(Task<Result<>> task, std::optional<Result<>>& out)
{
    out = co_await std::move(task);
}

} // namespace

ServiceInfo rowOf(const ServiceController& controller)
{
    const ServiceStatus& status = controller.status();
    ServiceInfo row;
    row.name = QString::fromStdString(controller.name());
    row.kind = controller.kind();
    row.state = status.state;
    if (status.held)
        row.flags.append(QStringLiteral("held"));
    if (status.unhealthy)
        row.flags.append(QStringLiteral("unhealthy"));
    row.since = status.since;
    row.restarts = status.restarts;
    row.nextRun = status.nextTick;
    row.lastOutcome = status.lastOutcome;
    if (const std::string& reason = status.reason.empty() ? status.lastError : status.reason; !reason.empty())
        row.reason = QString::fromStdString(reason);
    return row;
}

DefinitionInfo definitionOf(const ServiceController& controller)
{
    DefinitionInfo builtIn;
    builtIn.name = QString::fromStdString(controller.name());
    if (const ServiceStatus& status = controller.status(); status.periodic)
        builtIn.values = {{QStringLiteral("ticks"), static_cast<qint64>(status.ticks)},
                          {QStringLiteral("last_tick"), status.lastTick ? timeToJson(*status.lastTick) : QJsonValue()},
                          {QStringLiteral("last_error"), QString::fromStdString(status.lastError)}};
    return builtIn;
}

QList<QueueInfo> queuesOf(const std::vector<ServiceController*>& controllers)
{
    QList<QueueInfo> list;
    for (const ServiceController* controller : controllers) {
        const auto& worker = controller->status().queue;
        if (!worker)
            continue;
        list.append(QueueInfo{
            .name = QString::fromStdString(controller->name()),
            .depth = worker->queue.depth,
            .delayed = worker->queue.delayed,
            .inFlight = worker->queue.inFlight,
            .deadLetters = worker->queue.dead,
            .inHand = static_cast<quint64>(worker->inHand),
            .acked = worker->done,
            .nacked = worker->retried,
            .dead = worker->dead,
            .released = worker->givenBack,
            .lastError = QString::fromStdString(worker->lastError),
        });
    }
    std::ranges::sort(list, {}, &QueueInfo::name);
    return list;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): controllers live as long as their host
Task<ActionResult> actOn(ServiceController& controller, ActionRequest request)
{
    std::optional<Result<>> done;
    if (request.wait) {
        done = co_await perform(controller, request);
    } else {
        // A command that is given up half-way goes on all the same; what ends at once is told.
        TaskScope begun;
        begun.spawn(keepResult(perform(controller, request), done));
    }
    ActionResult result;
    result.name = QString::fromStdString(controller.name());
    result.state = controller.status().state;
    if (done && !*done)
        result = failed(std::move(result), done->error().text());
    co_return result;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): both outlive the session
Task<Result<RunInfo>> runNow(ServiceController& controller, Trigger trigger, Clock& clock)
{
    RunInfo info;
    info.service = QString::fromStdString(controller.name());
    info.trigger = trigger;
    info.begin = clock.wallNow();
    const auto outcome = co_await controller.runNow(trigger);
    if (!outcome)
        co_return fail(outcome.error());
    info.end = clock.wallNow();
    info.duration = std::chrono::duration<double>(*info.end - info.begin).count();
    info.outcome = *outcome;
    info.exitCode = *outcome == Outcome::Succeeded ? 0 : 1;
    if (*outcome != Outcome::Succeeded && !controller.status().lastError.empty())
        info.reason = QString::fromStdString(controller.status().lastError);
    co_return info;
}

bool isEnded(ServiceState state)
{
    return state == ServiceState::Stopped || state == ServiceState::Failed || state == ServiceState::Completed || state == ServiceState::Waiting;
}

std::optional<bool> isInState(ServiceState state, const std::string& word)
{
    if (word == "ended")
        return isEnded(state);
    if (const auto wanted = serviceStateFromString(word))
        return state == *wanted;
    return std::nullopt;
}

} // namespace turnspit

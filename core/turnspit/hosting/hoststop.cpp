// The stopping half of HostCore.
#include <turnspit/hosting/hostcore.h>

#include <turnspit/hosting/hostevents.h>

#include <algorithm>
#include <ranges>

namespace turnspit {

void HostCore::stop(std::stop_token hurryUp, Promise<HostStopResult> done)
{
    m_tasks.spawn(awaitStop(stopOperation(std::move(hurryUp)), std::move(done)));
}

void HostCore::close(std::stop_token hurryUp, Promise<HostStopResult> done)
{
    const auto operation = stopOperation(std::move(hurryUp));
    if (!std::exchange(operation->closing, true)) {
        // What closes long after the stop is not late because of that.
        if (operation->done.isSet())
            operation->deadline = std::make_unique<Deadline>(m_host.clock(), m_host.options.shutdownTimeout);
        m_tasks.spawn(performClose(operation));
    }
    m_tasks.spawn(awaitClose(operation, std::move(done)));
}

std::shared_ptr<HostCore::StopOperation> HostCore::stopOperation(std::stop_token hurryUp)
{
    if (!m_stop) {
        m_stop = std::make_shared<StopOperation>();
        m_stop->deadline = std::make_unique<Deadline>(m_host.clock(), m_host.options.shutdownTimeout);
        m_tasks.spawn(performStop(m_stop));
    }
    if (hurryUp.stop_possible() && !m_stop->closed.isSet()) {
        // The callback runs wherever the request is made: it only posts.
        m_stop->onHurry.emplace_back(std::move(hurryUp), [this, home = Mailbox::current(), alive = m_alive,
                                                          operation = std::weak_ptr(m_stop)] {
            home->post([this, alive, operation] {
                if (const auto stopping = operation.lock(); *alive && stopping)
                    hurry(stopping);
            });
        });
    }
    return m_stop;
}

void HostCore::hurry(std::shared_ptr<StopOperation> operation)
{
    if (operation->done.isSet() && (!operation->closing || operation->closed.isSet()))
        return;
    m_host.hurried = true;
    operation->result.waitGivenUp = true;
    operation->deadline->expire();
}

Task<> HostCore::awaitStop(std::shared_ptr<StopOperation> operation, Promise<HostStopResult> done)
{
    co_await operation->done.wait();
    done.set(operation->result);
}

Task<> HostCore::awaitClose(std::shared_ptr<StopOperation> operation, Promise<HostStopResult> done)
{
    co_await operation->closed.wait();
    done.set(operation->result);
}

Task<> HostCore::closeContainer(Event& ended, std::vector<NamedError>& errors)
{
    try {
        co_await m_host.environment->provider->close([&](const NamedError& each) {
            m_host.log().event(LogLevel::Error, ServiceStopFailed, each.name, "service '{}' failed to close: {}", each.name,
                               describe(each.error));
            errors.push_back(each);
        });
    } catch (...) { // NOLINT(bugprone-empty-catch): each was told of above
    }
    ended.set();
}

Task<> HostCore::performClose(std::shared_ptr<StopOperation> operation)
{
    co_await operation->done.wait();
    auto& result = operation->result;
    if (!result.threadsAlive()) {
        auto& provider = *m_host.environment->provider;
        Event ended;
        TaskScope closing; // last: what is late goes with it
        closing.spawn(closeContainer(ended, result.errors));
        co_await ended.wait(operation->deadline->token());
        for (int turn = 0; turn < graceTurns && !ended.isSet(); ++turn)
            co_await yieldToLoop();
        if (!ended.isSet()) {
            const std::string reason = m_host.hurried ? "was not waited for; abandoned" : "did not close in time; abandoned";
            m_host.log().event(LogLevel::Error, ServiceAbandoned, provider.closing(), "service '{}' {}", provider.closing(), reason);
            result.services.push_back({ServiceStopResult::Abandoned, provider.closing(), false, {}, reason});
        }
    }
    operation->closed.set();
}

Task<> HostCore::performStop(std::shared_ptr<StopOperation> operation)
{
    const auto& environment = *m_host.environment;
    m_host.log().event(LogLevel::Debug, HostStopping, {}, "Hosting stopping");
    m_host.stopping = true;
    if (m_phase == Phase::Starting) {
        m_startDeadline->expire();
        if (!co_await m_startEnded.wait(operation->deadline->token()) && m_phase == Phase::Starting) {
            // Some start does not listen, or what is undone of one: it is abandoned, which ends the start.
            if (m_rollBackDeadline)
                m_rollBackDeadline->expire();
            endLine();
            TaskScope all;
            for (auto& controller : m_controllers->list) {
                if (controller.d().isInStartStep())
                    all.spawn(abandonStart(controller.d(), operation));
            }
            co_await all.join();
            co_await m_startEnded.wait();
        }
    }
    m_phase = Phase::Stopping;

    Controllers steady;
    Controllers busy;
    const auto ordered = inStartOrder();
    for (auto* controller : ordered | std::views::reverse) {
        controller->cancelRetry();
        if (controller->isSteady())
            steady.push_back(controller);
        else if (controller->runs() || controller->isStarting())
            busy.push_back(controller);
    }
    std::vector<NamedError> errors;
    m_host.stopErrors = &errors;
    for (auto* controller : steady)
        controller->beginStop({}, operation->deadline->token());
    co_await stopPhase(steady, Step::Stopping, operation);
    environment.lifetime->stopApplication();
    // What was in the middle of a command of its own ends by a command, beside the others: some may wait for it.
    TaskScope commands;
    for (auto* controller : busy)
        commands.spawn(endCommand(*controller, operation));
    co_await stopPhase(steady, Step::Stop, operation);
    co_await stopPhase(steady, Step::Stopped, operation);
    co_await finishAll(steady, operation);
    co_await commands.join();
    m_host.stopErrors = nullptr;

    addLost(operation->result);
    operation->result.errors = m_faults;
    operation->result.errors.insert(operation->result.errors.end(), errors.begin(), errors.end());
    environment.lifetime->notifyStopped();
    if (errors.empty())
        m_host.log().event(LogLevel::Debug, HostStopped, {}, "Hosting stopped");
    else
        m_host.log().event(LogLevel::Debug, HostStoppedWithException, {}, "Hosting shutdown exception: {}", describe(errors.front()));
    m_phase = Phase::Stopped;
    for (const auto& extension : m_extensions) {
        try {
            extension->stopped(operation->result);
        } catch (...) {
            m_host.log().critical("an extension of the host failed: {}", describe(std::current_exception()));
        }
    }
    for (const auto& extension : m_extensions)
        co_await finishExtension(*extension, operation);
    operation->done.set();
}

Task<> HostCore::finishExtension(HostExtension& extension, std::shared_ptr<StopOperation> operation)
{
    Event ended;
    TaskScope finishing; // last: what is late goes with it
    finishing.spawn(callFinish(extension, ended));
    co_await ended.wait(operation->deadline->token());
    for (int turn = 0; turn < graceTurns && !ended.isSet(); ++turn)
        co_await yieldToLoop();
}

Task<> HostCore::callFinish(HostExtension& extension, Event& ended)
{
    try {
        co_await extension.finish();
    } catch (...) {
        m_host.log().critical("an extension of the host failed: {}", describe(std::current_exception()));
    }
    ended.set();
}

Task<> HostCore::abandonStart(ServiceController::Private& controller, std::shared_ptr<StopOperation> operation)
{
    operation->result.services.push_back(co_await controller.stop(Milliseconds(0)));
}

Task<> HostCore::endCommand(ServiceController::Private& controller, std::shared_ptr<StopOperation> operation)
{
    ServiceStopResult result;
    Event ended;
    TaskScope stopping; // last: its frame uses both
    stopping.spawn(stopByCommand(controller, result, ended));
    if (!co_await ended.wait(operation->deadline->token()) && !ended.isSet())
        (void)co_await controller.stop(Milliseconds(0)); // joins that, whatever its own limit
    co_await ended.wait();
    operation->result.services.push_back(std::move(result));
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): both outlive the scope that owns this
Task<> HostCore::stopByCommand(ServiceController::Private& controller, ServiceStopResult& result, Event& ended)
{
    result = co_await controller.stop(m_host.options.shutdownTimeout);
    ended.set();
}

void HostCore::addLost(HostStopResult& result) const
{
    result.services.insert(result.services.begin(), m_abandoned.begin(), m_abandoned.end());
    for (auto& controller : m_controllers->list) {
        if (!controller.d().isLost())
            continue;
        if (std::ranges::none_of(result.services, [&](const auto& each) { return each.threadAlive && each.service == controller.name(); }))
            result.services.push_back({ServiceStopResult::Abandoned, controller.name(), true, {}, controller.status().reason});
    }
}

Task<> HostCore::stopOne(ServiceController::Private& controller, Step step, std::shared_ptr<StopOperation> operation)
{
    if (step == Step::Stop)
        co_await controller.awaitDependents();
    (void)co_await controller.stopStep(step);
    if (step == Step::Stop)
        controller.stopEnded();
}

Task<> HostCore::finishOne(ServiceController::Private& controller, std::shared_ptr<StopOperation> operation)
{
    operation->result.services.push_back(co_await controller.finishStop());
}

Task<> HostCore::finishAll(Controllers controllers, std::shared_ptr<StopOperation> operation)
{
    if (m_host.options.servicesStopConcurrently) {
        TaskScope all;
        for (auto* controller : controllers)
            all.spawn(finishOne(*controller, operation));
        co_await all.join();
        co_return;
    }
    for (auto at = controllers.cbegin(); at != controllers.cend();) {
        if (const auto line = stopLine(at, controllers.cend(), Step::Close))
            at += static_cast<std::ptrdiff_t>(co_await stopInLine(line, operation));
        else
            co_await finishOne(**at++, operation);
    }
}

/// Null: the first one is called alone.
std::shared_ptr<HostCore::Line> HostCore::stopLine(AtPlace begin, AtPlace end, Step step) const
{
    auto line = std::make_shared<Line>(step);
    const auto length = std::min<std::ptrdiff_t>(end - begin, lineLength);
    for (auto at = begin; at - begin < length && (*at)->stopsInLine(step, at == begin ? nullptr : *begin); ++at)
        line->members.push_back(*at);
    return line->members.size() > 1 ? line : nullptr;
}

/// How many were called.
Task<std::size_t> HostCore::stopInLine(std::shared_ptr<Line> line, std::shared_ptr<StopOperation> operation)
{
    for (auto* controller : line->members)
        controller->enterStop(line->calls, line->step);
    m_line = line;
    line->calls->begin();
    co_await line->calls->handedBack.wait(operation->deadline->token());
    endLine();
    m_line.reset();
    const auto [ended, begun] = *line->progress;
    if (line->step == Step::Close) {
        for (std::size_t i = 0; i < begun; ++i)
            operation->result.services.push_back(co_await line->members[i]->finishAnswered(line->calls->answer(i)));
    } else if (ended < begun) {
        auto& controller = *line->members[ended];
        (void)co_await controller.stopAnswered(line->step, line->calls->answer(ended));
        if (line->step == Step::Stop)
            controller.stopEnded();
    }
    co_return begun;
}

Task<> HostCore::stopPhase(Controllers controllers, Step step, std::shared_ptr<StopOperation> operation)
{
    if (m_host.options.servicesStopConcurrently) {
        TaskScope all;
        for (auto* controller : controllers)
            all.spawn(stopOne(*controller, step, operation));
        co_await all.join();
        co_return;
    }
    for (auto at = controllers.cbegin(); at != controllers.cend();) {
        if (const auto line = stopLine(at, controllers.cend(), step))
            at += static_cast<std::ptrdiff_t>(co_await stopInLine(line, operation));
        else
            co_await stopOne(**at++, step, operation);
    }
}

} // namespace turnspit

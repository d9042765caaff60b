// The stopping half of ServiceController::Private: commands, steps of a stop, ends that come by themselves, and abandonment.
#include <turnspit/hosting/servicecontroller_p.h>

#include <turnspit/async/aggregateerror.h>
#include <turnspit/hosting/hostevents.h>

#include <algorithm>

namespace turnspit {

using Step = ServiceRun::Step;

Milliseconds ServiceController::Private::stopLimit() const
{
    return registration->options->stopTimeout.value_or(host.options.shutdownTimeout);
}

Task<ServiceStopResult> ServiceController::Private::stop(std::optional<Milliseconds> limit)
{
    if (!m_stopOperation) {
        cancelRetry();
        if (!m_run && !m_startOperation) {
            if (!isLost() && status.state != ServiceState::Stopped)
                setState(ServiceState::Stopped);
            co_return ServiceStopResult{ServiceStopResult::Stopped, registration->name, false, {}, {}};
        }
        beginStop(limit, {});
        operations().spawn(performStop(m_stopOperation)); // goes on from the event loop: there is an operation to join
    }
    const auto operation = m_stopOperation;
    if (!operation->wanted) {
        operation->wanted = true;
        setState(ServiceState::Stopping);
    }
    if (limit) {
        host.endLine(); // in one it is waited for by the time of the host alone
        operation->deadline->shorten(*limit);
        if (*limit > Milliseconds(0)) // else it is not waited for, after that time
            operation->limit = std::min(operation->limit, *limit);
    }
    co_await operation->done.wait();
    co_return operation->result;
}

Task<Result<>> ServiceController::Private::restart(Trigger trigger)
{
    auto followers = dependents();
    for (std::size_t i = 0; i < followers.size(); ++i) {
        for (auto* further : followers[i]->dependents()) {
            if (std::ranges::find(followers, further) == followers.end())
                followers.push_back(further);
        }
    }
    const ServiceStopResult stopped = co_await stop({});
    if (stopped.threadAlive)
        co_return fail(ErrorKind::Refused, "'" + registration->name + "' " + stopped.reason);
    auto started = co_await start(trigger);
    for (auto* follower : followers) {
        if (started)
            (void)co_await follower->start(Trigger::Dependency);
    }
    co_return started;
}

void ServiceController::Private::beginStop(std::optional<Milliseconds> limit, std::stop_token outer, bool wanted)
{
    cancelRetry();
    // Within a stop of the host the service's own limit begins with its turn; behind others that need it, when those are stopped.
    const bool later = outer.stop_possible() || (wanted && !limit && !dependents().empty());
    m_stopOperation = std::make_shared<StopOperation>();
    m_stopOperation->wanted = wanted;
    m_stopOperation->limit = limit.value_or(stopLimit());
    m_stopOperation->result.service = registration->name;
    m_stopOperation->deadline = std::make_unique<Deadline>(host.clock(), later ? Milliseconds::max() : m_stopOperation->limit, std::move(outer));
    if (wanted)
        setState(ServiceState::Stopping);
}

Task<bool> ServiceController::Private::stopStep(Step step)
{
    const auto operation = m_stopOperation;
    if (operation->late || !m_run)
        co_return false;
    if (step == Step::Stop && registration->options->stopTimeout)
        operation->deadline->shorten(*registration->options->stopTimeout);
    co_return co_await stopAnswered(step, m_run->call(step, operation->deadline->token()));
}

bool ServiceController::Private::stopsInLine(Step step, const Private* with) const
{
    if (!m_run || !m_stopOperation || m_stopOperation->late || m_stopOperation->deadline->passed() || registration->options->stopTimeout)
        return false;
    if (m_worker->affinity == Affinity::Dedicated || m_run->answersAtOnce(step) || (with && with->m_worker != m_worker))
        return false;
    return step != Step::Stop || later().empty();
}

void ServiceController::Private::enterStop(std::shared_ptr<CallLine>& line, Step step)
{
    if (!line)
        line = std::make_shared<CallLine>(step, m_worker->mailbox, host.environment);
    line->add(m_run, m_stopOperation->deadline->token());
}

Task<bool> ServiceController::Private::stopAnswered(Step step, ServiceRun::AnswerPtr answer)
{
    const auto operation = m_stopOperation;
    const std::stop_token hurry = operation->deadline->token();
    co_await answer->done.wait(hurry);
    if (!answer->ended || (step == Step::Stop && operation->deadline->passed())) {
        const auto settled = m_run->settle(graceTurns, step == Step::Stop);
        const Deadline reap(host.clock(), host.reapTimeout());
        co_await settled->done.wait(reap.token());
        if (!settled->ended || settled->busy) {
            operation->late = true;
            co_await giveUp();
            co_return false;
        }
    }
    if (answer->error && !(operation->deadline->passed() && isCancellation(answer->error)))
        noteStopError(answer->error);
    co_return true;
}

void ServiceController::Private::noteStopError(std::exception_ptr error)
{
    log(LogLevel::Error, ServiceStopFailed, "service '{}' failed to stop cleanly: {}", describe(error));
    m_stopOperation->result.errors.push_back(error);
    if (host.stopErrors)
        host.stopErrors->push_back({registration->name, std::move(error)});
}

Task<> ServiceController::Private::giveUp()
{
    co_await givenUp(m_stopOperation->late ? m_run->destroy() : m_run->close());
}

Task<> ServiceController::Private::givenUp(ServiceRun::AnswerPtr answer)
{
    const auto operation = m_stopOperation;
    const auto run = m_run;
    if (!operation->late) {
        if (co_await closed(answer, operation->deadline->token())) {
            if (answer->error)
                noteStopError(answer->error);
        } else {
            operation->late = true;
            answer = run->destroy();
        }
    }
    if (!answer->ended) {
        const Deadline reap(host.clock(), host.reapTimeout());
        co_await answer->done.wait(reap.token());
    }
    if (!answer->ended || answer->busy) {
        auto& result = operation->result;
        result.kind = ServiceStopResult::Abandoned;
        result.threadAlive = !answer->ended;
        if (!operation->late)
            result.reason = "its body still ran after its stop had ended; abandoned";
        else if (host.hurried || operation->limit <= Milliseconds(0))
            result.reason = "was not waited for; abandoned";
        else
            result.reason = "did not stop within " + formatDuration(operation->limit) + "; abandoned";
        log(LogLevel::Error, ServiceAbandoned, "service '{}' {}{}", result.reason,
            result.threadAlive ? ": it blocks its thread, which is left alive" : "");
    }
    run->endCalls();
    if (!answer->ended) {
        rest().lost = run;
        rest().lostWorker = m_worker;
        host.pool->markLost(m_worker);
        answer->onLate = [this, alive = rest().alive] {
            if (*alive)
                lostEnded();
        };
    } else {
        host.pool->release(m_worker);
    }
    detach();
}

Task<bool> ServiceController::Private::closed(ServiceRun::AnswerPtr answer, std::stop_token hurry)
{
    if (answer->ended) // in a line
        co_return true;
    // A worker that blocks is given up after its limit and the time for reaping; one that turns gets its turns.
    if (!co_await answer->done.wait(hurry)) {
        const auto settled = m_run->settle(graceTurns, false);
        const Deadline reap(host.clock(), host.reapTimeout());
        co_await settled->done.wait(reap.token());
    }
    co_return answer->ended;
}

void ServiceController::Private::lostEnded()
{
    rest().lost.reset();
    host.pool->release(std::exchange(rest().lostWorker, nullptr));
    log(LogLevel::Warning, ServiceAbandonedEnded, "service '{}' was abandoned; what was left of it has ended now");
    changed();
}

void ServiceController::Private::detach()
{
    m_run->setUnheard();
    m_run.reset();
    m_worker.reset();
    status.unhealthy = false;
}

Task<> ServiceController::Private::runSteps(StopPtr operation)
{
    for (const Step step : {Step::Stopping, Step::Stop, Step::Stopped}) {
        if (!co_await stopStep(step))
            break;
    }
    if (m_run)
        co_await giveUp();
}

Task<> ServiceController::Private::performStop(StopPtr operation)
{
    // A service may stop itself: nothing of it is destroyed inside its own call.
    co_await yieldToLoop();
    co_await stopDependents("'" + registration->name + "' was stopped");
    operation->deadline->shorten(operation->limit);
    const auto starting = m_startOperation;
    if (starting) {
        host.endLine();
        starting->cancel->requestStop();
        if (starting->inStep && !co_await starting->stepEnded.wait(operation->deadline->token()) && starting->inStep) {
            operation->late = true; // its start does not listen
            co_await giveUp();
        }
    }
    if (m_run && starting && !starting->started)
        co_await giveUp(); // never started: nothing but to be destroyed
    else if (m_run)
        co_await runSteps(operation);
    stopped(*operation);
}

Task<ServiceStopResult> ServiceController::Private::finishStop()
{
    const auto operation = m_stopOperation;
    if (m_run)
        co_await giveUp();
    stopped(*operation);
    co_return operation->result;
}

Task<ServiceStopResult> ServiceController::Private::finishAnswered(ServiceRun::AnswerPtr answer)
{
    const auto operation = m_stopOperation;
    co_await givenUp(std::move(answer));
    stopped(*operation);
    co_return operation->result;
}

void ServiceController::Private::stopped(const StopOperation& operation)
{
    const auto ended = std::exchange(m_ended, std::nullopt);
    m_unarmed = false;
    if (behaviour() == FailureBehaviour::Restart)
        tracker().manualStart();
    if (operation.result.kind == ServiceStopResult::Abandoned) {
        noteEnd(Outcome::Abandoned, operation.result.reason);
        setState(ServiceState::Failed, operation.result.reason);
    } else {
        if (ended && ended->error)
            noteEnd(Outcome::Failed, describe(ended->error));
        else if (!status.periodic)
            noteEnd(Outcome::Stopped, {});
        setState(ServiceState::Stopped);
        log(LogLevel::Debug, ServiceStopped, "service '{}' stopped");
    }
    const auto done = std::exchange(m_stopOperation, nullptr);
    done->end();
}

Task<> ServiceController::Private::endByItself(StopPtr operation)
{
    co_await runSteps(operation);
    if (operation->wanted || operation->result.kind == ServiceStopResult::Abandoned) {
        stopped(*operation);
        co_return;
    }
    const auto error = m_ended->error;
    m_ended.reset();
    m_stopOperation.reset();
    judge(error);
    operation->end();
}

void ServiceController::Private::executionEnded(BackgroundService::Execution how, std::exception_ptr error)
{
    const bool asked = m_stopOperation || (m_startOperation && m_startOperation->cancel->stopRequested());
    if (how == BackgroundService::Execution::Cancelled && asked)
        error = nullptr;
    m_ended = Ended{error, how};
    moved();
    if (error) {
        log(LogLevel::Error, ServiceFailed, "service '{}' failed: {}", describe(error));
        // Also where the host stops already: no fault is lost (B41).
        if (behaviour() == FailureBehaviour::StopHost && (!asked || host.environment->lifetime->stopping().stop_requested())) {
            if (!asked)
                log(LogLevel::Critical, ServiceStopsHost, "service '{}' is set to stop the host when it fails: the host stops");
            host.stopHost({registration->name, error});
        }
    }
    if (m_startOperation || m_stopOperation)
        return; // whoever is at it goes on with that
    beginStop({}, {}, false);
    operations().spawn(endByItself(m_stopOperation));
}

void ServiceController::Private::ticksChanged(const Ticks& ticks)
{
    const bool ended = ticks.count > status.ticks;
    status.periodic = true;
    status.ticks = ticks.count;
    status.lastTick = ticks.last;
    m_seriesNext = ticks.seriesNext;
    showNextTick();
    if (ticks.trigger)
        status.trigger = ticks.trigger;
    if (ticks.lastOutcome)
        noteEnd(*ticks.lastOutcome, ticks.lastError ? *ticks.lastError : std::string());
    if (ended && ticks.lastOutcome == Outcome::Failed)
        log(LogLevel::Error, ServiceTickFailed, "service '{}': a tick failed: {}", status.lastError);
    if (status.state == ServiceState::Running || status.state == ServiceState::Waiting)
        setState(ticks.ticking ? ServiceState::Running : ServiceState::Waiting);
    else
        changed();
}

void ServiceController::Private::queueChanged(QueueWorkerStatus worker)
{
    status.queue = std::move(worker);
    changed();
}

void ServiceController::Private::isReady()
{
    m_ready = true;
    moved();
}

void ServiceController::Private::showNextTick()
{
    if (status.state == ServiceState::Waiting || status.state == ServiceState::Running)
        status.nextTick = m_held || m_unarmed ? std::nullopt : m_seriesNext;
}

Result<> ServiceController::Private::setHeld(bool held)
{
    if (!status.periodic)
        return fail(ErrorKind::Refused, "'" + registration->name + "' does not tick: it cannot be " + (held ? "held" : "resumed"));
    if (m_run)
        m_run->hearTicks();
    m_held = held;
    status.held = held;
    // Both at once, though the worker's thread hears of it later: who has held or resumed sees it as soon as that is answered.
    showNextTick();
    if (m_run)
        m_run->setHeld(held || m_unarmed);
    changed();
    return {};
}

Task<Result<Outcome>> ServiceController::Private::runNow(Trigger trigger)
{
    if (!status.periodic)
        co_return fail(ErrorKind::Refused, "'" + registration->name + "' does not tick: it cannot be run once");
    if (m_startOperation || m_stopOperation)
        co_return fail(ErrorKind::Refused, "'" + registration->name + "' is being started or stopped");
    if (isLost())
        co_return fail(ErrorKind::Refused, "'" + registration->name + "' was abandoned and still blocks its thread");
    auto operation = std::make_shared<TickOperation>();
    operations().spawn(performTick(operation, trigger));
    co_await operation->done.wait();
    co_return operation->result;
}

Task<> ServiceController::Private::performTick(std::shared_ptr<TickOperation> operation, Trigger trigger)
{
    if (!m_run) {
        m_unarmed = true;
        const auto started = co_await start(trigger);
        if (!started) {
            m_unarmed = false;
            operation->result = fail(started.error());
            operation->done.set();
            co_return;
        }
    }
    if (m_run && !m_stopOperation) {
        const auto answer = m_run->tickNow(trigger);
        co_await answer->done.wait();
        operation->result = answer->result;
    }
    if (m_unarmed) // a start that came meanwhile keeps it
        co_await stop({});
    operation->done.set();
}

void ServiceController::Private::setUnhealthy(bool unhealthy)
{
    if (std::exchange(status.unhealthy, unhealthy) != unhealthy)
        changed();
}

void ServiceController::Private::tearDown()
{
    if (m_rest)
        m_rest->retry.reset();
    if (!m_run)
        return;
    m_run->setUnheard();
    (void)m_run->destroy();
}

} // namespace turnspit

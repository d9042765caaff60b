// The starting half of ServiceController::Private: commands, steps of a start, and what follows a failed one.
#include <turnspit/hosting/servicecontroller_p.h>

#include <turnspit/async/aggregateerror.h>
#include <turnspit/hosting/hostevents.h>

namespace turnspit {

using Step = ServiceRun::Step;

ServiceController::Private::Private(HostContext& context, HostedRegistration described)
    : host(context), registration(std::make_shared<const HostedRegistration>(std::move(described)))
{
    status.periodic = registration->periodic;
    status.since = host.clock().wallNow();
}

ServiceController::Private::~Private()
{
    if (m_rest)
        *m_rest->alive = false;
    if (m_run)
        m_run->setUnheard();
}

TaskScope& ServiceController::Private::operations()
{
    if (!m_operations) {
        m_operations = std::make_unique<TaskScope>([this](std::exception_ptr error) {
            log(LogLevel::Critical, ServiceFailed, "service '{}': an operation failed: {}", describe(error));
        });
    }
    return *m_operations;
}

RestartTracker& ServiceController::Private::tracker()
{
    auto& out = rest().tracker;
    if (!out)
        out.emplace(registration->options->restart);
    return *out;
}

FailureBehaviour ServiceController::Private::behaviour() const
{
    return registration->options->onFailure.value_or(host.options.onFailure);
}

void ServiceController::Private::changed()
{
    if (m_rest && m_rest->onChanged && !std::exchange(m_rest->changePosted, true)) {
        Mailbox::current()->post([this, alive = m_rest->alive] {
            if (!*alive)
                return;
            m_rest->changePosted = false;
            if (const auto call = m_rest->onChanged)
                call();
        });
    }
    host.changed();
}

void ServiceController::Private::onChanged(std::function<void()> call)
{
    rest().onChanged = std::move(call);
}

void ServiceController::Private::setState(ServiceState state, std::string reason)
{
    if (status.state != state)
        status.since = host.clock().wallNow();
    status.state = state;
    status.reason = std::move(reason);
    moved();
    if (state != ServiceState::Waiting && state != ServiceState::Running && state != ServiceState::BackingOff)
        status.nextTick.reset();
    changed();
}

void ServiceController::Private::noteEnd(Outcome outcome, const std::string& error)
{
    status.lastOutcome = outcome;
    status.lastError = error;
}

Task<Result<>> ServiceController::Private::start(Trigger trigger)
{
    while (const auto stopping = m_stopOperation)
        co_await stopping->done.wait();
    if (!m_startOperation) {
        if (m_run) {
            if (std::exchange(m_unarmed, false)) {
                m_run->setHeld(m_held);
                showNextTick();
                changed();
            }
            co_return Result<>{};
        }
        if (isLost())
            co_return fail(ErrorKind::Refused, "'" + registration->name + "' was abandoned and still blocks its thread");
        if (host.stopping)
            co_return fail(ErrorKind::Refused, "the host is stopping");
        beginStart(trigger, {});
        const auto operation = m_startOperation; // it may end at once
        operations().spawn(performStart(operation));
        co_await operation->done.wait();
        co_return operation->result;
    }
    if (std::exchange(m_unarmed, false) && m_run) // wanted for good now
        m_run->setHeld(m_held);
    const auto operation = m_startOperation;
    co_await operation->done.wait();
    co_return operation->result;
}

void ServiceController::Private::beginStart(Trigger trigger, std::stop_token cancelled, bool retry)
{
    if (m_rest)
        m_rest->retry.reset();
    if (behaviour() == FailureBehaviour::Restart) {
        if (!retry)
            tracker().manualStart();
        tracker().started(host.clock().now());
        status.restarts = tracker().restarts();
    }
    m_startOperation = std::make_shared<StartOperation>();
    m_startOperation->trigger = trigger;
    m_startOperation->cancel = std::make_unique<LinkedStopSource>(std::move(cancelled));
    m_ended.reset();
    m_ready = false;
    m_seriesNext.reset();
    status.ticks = 0;
    status.trigger = trigger;
    setState(ServiceState::Starting);
}

Task<> ServiceController::Private::performStart(StartPtr operation)
{
    const Permission permission = co_await awaitNeeds(false);
    if (!permission.granted) {
        co_await rollBack(permission.error, {});
        co_return;
    }
    for (const Step step : {Step::Make, Step::Starting, Step::Start, Step::Started}) {
        if (const auto error = co_await startStep(step)) {
            co_await rollBack(error, {});
            co_return;
        }
    }
    finishStart();
}

Task<std::exception_ptr> ServiceController::Private::startStep(Step step)
{
    const auto operation = m_startOperation;
    const std::stop_token cancelled = operation->cancel->token();
    if (cancelled.stop_requested() || (step != Step::Make && !m_run)) // the latter: a command has stopped it meanwhile
        co_return std::make_exception_ptr(OperationCancelled{});
    if (step == Step::Make) {
        try {
            host.environment->provider->prepareSingletons(registration->dependencies);
            makeRun(host.pool->acquire(affinity(), registration->name));
        } catch (...) { // a singleton that cannot be made, or no thread for it
            co_return std::current_exception();
        }
    }
    const auto answer = m_run->call(step, cancelled, m_held || m_unarmed);
    operation->inStep = true;
    operation->stepEnded.reset();
    co_return co_await startAnswered(step, answer);
}

void ServiceController::Private::makeRun(std::shared_ptr<Worker> worker)
{
    m_worker = std::move(worker);
    m_run = std::make_shared<ServiceRun>(registration, host.environment, m_worker->mailbox, m_startOperation->cancel->source(),
                                         static_cast<ServiceRun::Listener&>(*this));
}

Task<std::exception_ptr> ServiceController::Private::startAnswered(Step step, ServiceRun::AnswerPtr answer)
{
    const auto operation = m_startOperation;
    co_await answer->done.wait();
    operation->inStep = false;
    operation->started = operation->started || (step == Step::Start && !answer->error);
    operation->failed = operation->failed || answer->error;
    operation->stepEnded.set();
    moved();
    co_return answer->error;
}

bool ServiceController::Private::startsInLine(Step step, const Private* with) const
{
    if (!m_startOperation || m_startOperation->cancel->stopRequested() || affinity() == Affinity::Dedicated)
        return false;
    if (step == Step::Make)
        return (!with || with->affinity() == affinity()) && host.environment->provider->hasPrepared(registration->dependencies);
    if (!m_run || m_run->answersAtOnce(step) || (with && with->m_worker != m_worker))
        return false;
    return step != Step::Start || (registration->options->needs.empty() && registration->options->after.empty());
}

void ServiceController::Private::enterStart(std::shared_ptr<CallLine>& line, Step step, const Private* with)
{
    if (step == Step::Make) {
        if (with)
            WorkerPool::join(*with->m_worker);
        makeRun(with ? with->m_worker : host.pool->acquire(affinity(), registration->name));
    }
    if (!line)
        line = std::make_shared<CallLine>(step, m_worker->mailbox, host.environment);
    line->add(m_run, m_startOperation->cancel->token(), m_held || m_unarmed);
    m_startOperation->inStep = true;
    m_startOperation->stepEnded.reset();
}

void ServiceController::Private::startEndedWell(Step step)
{
    m_startOperation->inStep = false;
    m_startOperation->started = m_startOperation->started || step == Step::Start;
    m_startOperation->stepEnded.set();
    moved();
}

void ServiceController::Private::leaveStart(Step step)
{
    m_startOperation->inStep = false;
    m_startOperation->stepEnded.set();
    if (step == Step::Make) {
        host.pool->release(m_worker);
        detach();
    }
}

void ServiceController::Private::finishStart()
{
    const auto operation = std::exchange(m_startOperation, nullptr);
    if (m_stopOperation || !m_run) { // a command is stopping it, or has
        operation->result = fail(ErrorKind::Cancelled, "the start of '" + registration->name + "' was cancelled");
        operation->done.set();
        return;
    }
    log(LogLevel::Debug, ServiceStarted, "service '{}' started");
    setState(status.periodic && !m_ended ? ServiceState::Waiting : ServiceState::Running);
    if (status.periodic)
        showNextTick(); // its first status has come before the answer of its start
    operation->done.set();
    if (m_ended) {
        beginStop({}, {}, false);
        operations().spawn(endByItself(m_stopOperation));
    }
}

Task<> ServiceController::Private::rollBack(std::exception_ptr error, std::stop_token hurry)
{
    const auto operation = m_startOperation;
    const bool cancelled = operation->cancel->stopRequested();
    if (error && !(cancelled && isCancellation(error)))
        log(LogLevel::Error, ServiceStartFailed, "service '{}' failed to start: {}", describe(error));
    else
        error = nullptr; // stopped while it started: no failure of its own
    operation->error = error;
    operation->result = error ? Result<>(fail("'" + registration->name + "' failed to start: " + describe(error)))
                              : Result<>(fail(ErrorKind::Cancelled, "the start of '" + registration->name + "' was cancelled"));
    if (m_stopOperation) { // a command is stopping it, and goes on
        m_startOperation.reset();
        operation->done.set();
        co_return;
    }
    // Whoever wants a stop now joins this one.
    if (m_run) {
        beginStop({}, std::move(hurry), false);
        const auto stopping = m_stopOperation;
        if (operation->started) {
            co_await runSteps(stopping);
        } else {
            co_await giveUp(); // never started: nothing but to be destroyed
        }
        m_startOperation.reset();
        m_stopOperation.reset();
        const bool wanted = stopping->wanted;
        if (stopping->result.kind == ServiceStopResult::Abandoned) {
            setState(ServiceState::Failed, stopping->result.reason);
        } else if (error && !wanted) {
            judge(error);
        } else {
            if (error)
                noteEnd(Outcome::Failed, describe(error));
            setState(ServiceState::Stopped);
        }
        stopping->end();
    } else {
        m_startOperation.reset();
        if (error)
            judge(error);
        else
            setState(ServiceState::Stopped);
    }
    operation->done.set();
}

void ServiceController::Private::judge(std::exception_ptr error)
{
    const std::string what = describe(error);
    if (error || m_rest)
        rest().fault = error;
    noteEnd(error ? Outcome::Failed : Outcome::Succeeded, what);
    const auto behaves = behaviour();
    if (behaves == FailureBehaviour::Restart && !host.stopping) {
        const auto decision = tracker().ended(*status.lastOutcome, host.clock().now(), host.random());
        if (decision.kind == RestartTracker::Decision::Restart) {
            const std::string count = decision.count();
            log(LogLevel::Warning, ServiceRestarts, "service '{}' restarts in {}{}", formatDuration(decision.delay),
                count.empty() ? std::string() : " (" + count + ")");
            setState(ServiceState::BackingOff, what);
            retryIn(decision.delay);
            return;
        }
        if (decision.gaveUp) {
            log(LogLevel::Error, ServiceGaveUp, "service '{}' {}", decision.reason);
            setState(ServiceState::Failed, decision.reason + ": " + what);
            operations().spawn(stopDependents("'" + registration->name + "' failed"));
            return;
        }
    }
    if (error) {
        setState(ServiceState::Failed, what);
        operations().spawn(stopDependents("'" + registration->name + "' failed"));
    } else {
        log(LogLevel::Debug, ServiceCompleted, "service '{}' completed");
        setState(ServiceState::Completed);
    }
}

void ServiceController::Private::retryIn(Milliseconds delay)
{
    status.nextTick = host.clock().wallNow() + delay;
    auto& retry = rest().retry;
    retry = host.clock().createTimer([this] {
        beginStart(Trigger::Restart, {}, true);
        operations().spawn(performStart(m_startOperation));
    });
    retry->startOnce(delay);
}

void ServiceController::Private::cancelRetry()
{
    if (m_rest)
        m_rest->retry.reset();
    if (status.state == ServiceState::BackingOff)
        setState(ServiceState::Stopped);
}

} // namespace turnspit

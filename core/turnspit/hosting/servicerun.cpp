#include <turnspit/hosting/servicerun.h>

#include <turnspit/hosting/callline.h>

namespace turnspit {

void ServiceRun::Body::destroyObject()
{
    calls.reset();
    if (background)
        background->dispose();
    background = nullptr;
    lifecycle = nullptr;
    object.reset();
}

ServiceRun::ServiceRun(std::shared_ptr<const HostedRegistration> registration,
                       std::shared_ptr<HostEnvironment> environment, std::shared_ptr<Mailbox> worker,
                       std::stop_source stopping, Listener& listener)
    : m_registration(std::move(registration)), m_environment(std::move(environment)), m_worker(std::move(worker)),
      m_context(WorkContext::named(m_registration->name)), m_stopping(std::move(stopping)), m_listener(&listener)
{
}

template <class Function>
void ServiceRun::post(Function function)
{
    m_worker->post([self = shared_from_this(), call = std::move(function)]() mutable {
        const WorkContext::Scope working(&self->m_context);
        call();
    });
}

/// What was told of ticks before is heard before.
template <class Function>
void ServiceRun::postToHost(std::shared_ptr<ServiceRun> self, Function function, Haste haste)
{
    const auto mark = m_environment->tickReports->mark();
    auto call = [self = std::move(self), mark, function = std::move(function)]() mutable {
        self->m_environment->tickReports->hear(mark);
        function();
    };
    CallLine* const line = CallLine::underWay();
    if (line && haste == Haste::None) {
        line->tellHost(std::move(call));
        return;
    }
    if (line)
        line->flush();
    m_environment->mailbox->post(std::move(call));
}

/// `function` is called with the listener, on the host thread, where there is one.
template <class Function>
void ServiceRun::tell(Function function, Haste haste)
{
    // Null where the run itself goes with its thread: then nobody is left to hear of it.
    if (auto self = weak_from_this().lock()) {
        postToHost(std::move(self), [this, call = std::move(function)]() mutable {
            if (m_listener)
                call(*m_listener);
        }, haste);
    }
}

void ServiceRun::reply(AnswerPtr answer, bool busy, std::exception_ptr error)
{
    postToHost(shared_from_this(), [this, answer = std::move(answer), busy, error = std::move(error)]() mutable {
        forget(answer);
        if (std::exchange(answer->ended, true))
            return;
        answer->busy = busy;
        answer->error = std::move(error);
        answer->done.set();
        if (const auto late = std::exchange(answer->onLate, {}))
            late();
    });
}

ServiceRun::AnswerPtr ServiceRun::expect()
{
    return m_calls.emplace_back(std::make_shared<Answer>());
}

void ServiceRun::forget(const AnswerPtr& answer)
{
    std::erase(m_calls, answer);
    if (m_calls.empty())
        std::vector<AnswerPtr>().swap(m_calls); // thousands keep no room for it
}

void ServiceRun::endWell(const AnswerPtr& answer)
{
    forget(answer);
    if (!std::exchange(answer->ended, true))
        answer->done.set();
}

ServiceRun::AnswerPtr ServiceRun::call(Step step, std::stop_token token, bool held)
{
    if (answersAtOnce(step)) {
        auto answer = std::make_shared<Answer>();
        answer->ended = true;
        answer->done.set();
        return answer;
    }
    auto answer = expect();
    if (step == Step::Stop && m_executes && m_registration->options->affinity == Affinity::Dedicated)
        m_stopping.request_stop(); // what never awaits hears of it in no other way
    post([this, step, token = std::move(token), held, answer] { perform(step, token, held, answer, {}); });
    return answer;
}

void ServiceRun::perform(Step step, std::stop_token token, bool held, AnswerPtr answer, std::weak_ptr<CallLine> line)
{
    const WorkContext::Scope working(&m_context);
    if (step == Step::Make) {
        std::exception_ptr error;
        try {
            make(held);
        } catch (...) {
            error = std::current_exception();
        }
        ended(std::move(answer), false, std::move(error), line);
    } else if (step == Step::Close) {
        closeBody(std::move(answer), std::move(line));
    } else if (m_body && m_body->object) {
        m_body->calls->spawn(invoke(step, std::move(token), std::move(answer), std::move(line)));
    } else {
        ended(std::move(answer), false, std::make_exception_ptr(OperationCancelled{}), line);
    }
}

void ServiceRun::ended(AnswerPtr answer, bool busy, std::exception_ptr error, const std::weak_ptr<CallLine>& line)
{
    if (const auto mine = line.lock(); mine && mine->callEnded(!busy && !error))
        return;
    reply(std::move(answer), busy, std::move(error));
}

void ServiceRun::endCalls()
{
    for (const auto& answer : std::exchange(m_calls, {})) {
        if (std::exchange(answer->ended, true))
            continue;
        answer->error = std::make_exception_ptr(OperationCancelled{});
        answer->done.set();
    }
    if (const auto ticks = std::exchange(m_askedTicks, {})) {
        for (const auto& asked : *ticks) {
            if (const auto answer = asked.lock(); answer && !std::exchange(answer->ended, true))
                answer->done.set();
        }
    }
}

void ServiceRun::make(bool held)
{
    // What was made in the scope is closed with it, whatever is thrown here.
    Body& body = m_body.emplace(m_environment->provider->createScope());
    if (m_registration->saysReady)
        body.scope.get<Readiness>().m_onSet = [this] { tell([](Listener& listener) { listener.isReady(); }); };
    {
        const ServiceProvider::Activation making(m_registration->typeName, m_registration->name);
        body.object = m_registration->make(body.scope.provider());
    }
    body.background = dynamic_cast<BackgroundService*>(body.object.get());
    body.lifecycle = dynamic_cast<HostedLifecycleService*>(body.object.get());
    m_hasHooks = body.lifecycle != nullptr;
    m_executes = body.background != nullptr;
    if (!m_executes)
        return;
    body.background->m_stopping = m_stopping;
    body.background->onExecutionEnded([this] {
        const auto& background = *m_body->background;
        const bool asked = background.execution() != BackgroundService::Execution::Faulted && m_stopping.stop_requested();
        if (background.executionError() && !asked)
            m_environment->faults.fetch_add(1, std::memory_order_acq_rel);
        tell([how = *background.execution(), error = background.executionError()](Listener& listener) {
            listener.executionEnded(how, error);
        }, asked ? Haste::None : Haste::Some);
    });
    if (auto* const service = periodic()) {
        // What blocks its thread while it ticks has one of its own: that is said before. On a shared thread many tick,
        // and none blocks.
        service->m_tellsBegin = m_registration->options->affinity == Affinity::Dedicated;
        if (held)
            service->hold();
        service->onStatusChanged([this, service] { tellTicks(*service); });
    } else if (auto* const worker = dynamic_cast<QueueWorkerBase*>(body.background)) {
        worker->onStatusChanged([this, worker] {
            tell([status = worker->status()](Listener& listener) mutable { listener.queueChanged(std::move(status)); });
        });
    }
}

PeriodicService* ServiceRun::periodic() const noexcept
{
    return m_body && m_body->background ? m_body->background->asPeriodic() : nullptr;
}

void ServiceRun::tellTicks(const PeriodicService& service)
{
    const auto& status = service.status();
    // Null: as in tell.
    if (auto self = weak_from_this().lock()) {
        m_environment->tickReports->add(std::move(self), {status.ticking, status.trigger, status.lastOutcome, status.ticks, status.lastTick,
                                                          status.seriesNext,
                                                          status.lastError.empty() ? Rare<std::string>() : status.lastError});
    }
}

void ServiceRun::ticksReported(const Ticks& ticks)
{
    if (m_listener)
        m_listener->ticksChanged(ticks);
}

void ServiceRun::hearTicks()
{
    m_environment->tickReports->hear(m_environment->tickReports->mark());
}

Task<> ServiceRun::invoke(Step step, std::stop_token token, AnswerPtr answer, std::weak_ptr<CallLine> line)
{
    std::exception_ptr error;
    try {
        co_await callStep(step, std::move(token));
    } catch (...) {
        error = std::current_exception();
    }
    ended(std::move(answer), false, std::move(error), line);
}

Task<> ServiceRun::callStep(Step step, std::stop_token token)
{
    Body& body = *m_body;
    if (step == Step::Start)
        co_await body.object->start(std::move(token));
    else if (step == Step::Stop)
        co_await body.object->stop(std::move(token));
    else if (step == Step::Starting)
        co_await body.lifecycle->starting(std::move(token));
    else if (step == Step::Started)
        co_await body.lifecycle->started(std::move(token));
    else if (step == Step::Stopping)
        co_await body.lifecycle->stopping(std::move(token));
    else
        co_await body.lifecycle->stopped(std::move(token));
}

bool ServiceRun::isBusy(bool execution) const
{
    if (!m_body)
        return false;
    if ((m_body->calls && !m_body->calls->isEmpty()) || (m_body->closing && !m_body->closing->task.isEmpty()))
        return true;
    return execution && m_body->background && m_body->background->execution() == BackgroundService::Execution::Running;
}

ServiceRun::AnswerPtr ServiceRun::settle(int turns, bool execution)
{
    auto answer = std::make_shared<Answer>();
    post([this, turns, execution, answer] { settleStep(turns, execution, answer); });
    return answer;
}

void ServiceRun::settleStep(int turns, bool execution, AnswerPtr answer)
{
    const bool busy = isBusy(execution) || (m_body && !m_body->calls); // the latter: it is being closed
    if (busy && turns > 0)
        post([this, turns, execution, answer] { settleStep(turns - 1, execution, answer); });
    else
        reply(std::move(answer), busy, {});
}

bool ServiceRun::destroyBody()
{
    const bool busy = isBusy(true);
    m_body.reset();
    return busy;
}

Task<> ServiceRun::closeScope(bool busy, AnswerPtr answer, std::weak_ptr<CallLine> line)
{
    std::exception_ptr error;
    try {
        co_await m_body->scope.close();
    } catch (...) {
        error = std::current_exception();
    }
    // The body is not destroyed inside of its own task.
    if (m_body->closing->begins)
        m_body->closing->closed.emplace(std::move(error));
    else
        post([this, busy, answer, error, line] { bodyClosed(answer, busy, error, line); });
}

void ServiceRun::bodyClosed(AnswerPtr answer, bool busy, std::exception_ptr error, const std::weak_ptr<CallLine>& line)
{
    m_body.reset();
    ended(std::move(answer), busy, std::move(error), line);
}

void ServiceRun::closeBody(AnswerPtr answer, std::weak_ptr<CallLine> line)
{
    if (!m_body) {
        ended(std::move(answer), false, {}, line);
        return;
    }
    const bool busy = isBusy(true);
    m_body->destroyObject();
    Closing& closing = *(m_body->closing = std::make_unique<Closing>());
    closing.task.spawn(closeScope(busy, answer, line));
    closing.begins = false;
    if (closing.closed) // nothing in the scope takes its time
        bodyClosed(std::move(answer), busy, *closing.closed, line);
}

ServiceRun::AnswerPtr ServiceRun::close()
{
    auto answer = std::make_shared<Answer>();
    post([this, answer] { closeBody(answer, {}); });
    return answer;
}

ServiceRun::AnswerPtr ServiceRun::destroy()
{
    auto answer = std::make_shared<Answer>();
    if (m_worker->isCurrent()) {
        const WorkContext::Scope working(&m_context);
        answer->busy = destroyBody();
        answer->ended = true;
        answer->done.set();
    } else {
        m_stopping.request_stop();
        post([this, answer] { reply(answer, destroyBody(), {}); });
    }
    return answer;
}

void ServiceRun::setHeld(bool held)
{
    post([this, held] {
        if (auto* const service = periodic())
            held ? service->hold() : service->resume();
    });
}

Task<> ServiceRun::tick(Trigger trigger, std::shared_ptr<TickAnswer> answer)
{
    auto result = co_await periodic()->tickNow(trigger);
    postToHost(shared_from_this(), [answer = std::move(answer), result = std::move(result)]() mutable {
        if (std::exchange(answer->ended, true))
            return;
        answer->result = std::move(result);
        answer->done.set();
    });
}

std::shared_ptr<ServiceRun::TickAnswer> ServiceRun::tickNow(Trigger trigger)
{
    // The answer ends at the latest with the last of its frame, however that goes.
    struct End
    {
        End(std::shared_ptr<Mailbox> mailbox, std::shared_ptr<TickAnswer> tickAnswer)
            : host(std::move(mailbox)), answer(std::move(tickAnswer))
        {
        }
        ~End()
        {
            host->post([answer = std::move(answer)] {
                if (!std::exchange(answer->ended, true))
                    answer->done.set();
            });
        }
        End(const End&) = delete;
        End& operator=(const End&) = delete;
        std::shared_ptr<Mailbox> host;
        std::shared_ptr<TickAnswer> answer;
    };
    auto answer = std::make_shared<TickAnswer>();
    auto& asked = m_askedTicks.some();
    std::erase_if(asked, [](const auto& each) { return each.expired(); });
    asked.push_back(answer);
    const auto body = [](ServiceRun& run, Trigger why, std::shared_ptr<End> end) -> Task<> {
        co_await run.tick(why, end->answer);
    };
    post([this, trigger, body, end = std::make_shared<End>(m_environment->mailbox, answer)] {
        if (periodic())
            m_body->calls->spawn(body(*this, trigger, end));
    });
    return answer;
}

} // namespace turnspit

// What ServiceController::Private has to do with the services that it needs, and with those that need it (T10).
#include <turnspit/hosting/servicecontroller_p.h>

#include <turnspit/async/aggregateerror.h>

#include <algorithm>
#include <stdexcept>

namespace turnspit {

using Private = ServiceController::Private;

Private* Private::other(std::string_view name) const
{
    const auto found = std::ranges::find(*host.controllers, name, [](const auto& each) { return std::string_view(each.name()); });
    return found == host.controllers->end() ? nullptr : &found->d();
}

void Private::moved()
{
    if (!m_rest)
        return; // nobody waits
    m_rest->moved.set(); // those that wait look for themselves
    m_rest->moved.reset();
}

void Private::startFailed()
{
    if (m_startOperation)
        m_startOperation->failed = true;
    moved();
}

Private::Holds Private::holds(DependencyCondition condition) const
{
    const bool over = isLost() || (m_stopOperation && m_stopOperation->wanted) || (m_startOperation && m_startOperation->failed)
                      || (m_ended && m_ended->error && m_startOperation) || status.state == ServiceState::Failed
                      || (status.state == ServiceState::Stopped && !m_startOperation);
    const bool endedWell = status.state == ServiceState::Completed || (m_ended && !m_ended->error);
    if (endedWell && condition == DependencyCondition::Completed)
        return Holds::Yes;
    if (over)
        return Holds::Never;
    if (m_ended && m_ended->error)
        return Holds::NotYet; // it is being judged
    if (condition == DependencyCondition::Ready && registration->saysReady && !m_ready)
        return endedWell ? Holds::Never : Holds::NotYet; // the former: it ended without a word
    if (endedWell)
        return Holds::Yes;
    if (condition == DependencyCondition::Completed || !m_run || (m_startOperation && !m_startOperation->started))
        return Holds::NotYet;
    return Holds::Yes;
}

std::string Private::whyNot() const
{
    const auto failure = m_startOperation && m_startOperation->error ? m_startOperation->error : m_ended ? m_ended->error : nullptr;
    if (failure)
        return "failed: " + describe(failure);
    const bool endedWell = status.state == ServiceState::Completed || (m_ended && m_startOperation);
    const std::string out = status.state == ServiceState::Failed ? "failed" : endedWell ? "ended before it was ready" : "is stopped";
    return status.reason.empty() ? out : out + ": " + status.reason;
}

Task<Private::Permission> Private::awaitNeed(const ServiceDependency& need, bool byHost, std::stop_token cancelled)
{
    auto* const needed = other(need.service);
    const bool keeps = need.condition == DependencyCondition::Completed;
    bool mayStart = !byHost;
    while (!cancelled.stop_requested()) {
        if (mayStart && needed->canStart() && !needed->isRetrying() && !(keeps && needed->status.state == ServiceState::Completed)) {
            mayStart = false;
            needed->beginStart(Trigger::Dependency, {});
            needed->operations().spawn(needed->performStart(needed->m_startOperation));
        }
        const Holds holds = needed->holds(need.condition);
        if (holds == Holds::Yes)
            co_return Permission{true, {}};
        if (holds == Holds::Never && !(mayStart && needed->m_stopOperation)) {
            // In a start of the host the failed start of the other one is what is reported.
            if (byHost && needed->m_startOperation && needed->m_startOperation->failed)
                co_return Permission{};
            co_return Permission{false, std::make_exception_ptr(std::runtime_error("needs '" + need.service + "', which " + needed->whyNot()))};
        }
        setState(ServiceState::Starting, "waits for '" + need.service + "'");
        co_await needed->rest().moved.wait(cancelled);
    }
    co_return Permission{false, std::make_exception_ptr(OperationCancelled{})};
}

Task<Private::Permission> Private::awaitNeeds(bool byHost)
{
    const auto& options = *registration->options;
    if (options.needs.empty() && options.after.empty())
        co_return Permission{true, {}};
    const auto operation = m_startOperation;
    const std::stop_token cancelled = operation->cancel->token();
    operation->inStep = true; // a stop waits until this has heard of it
    operation->stepEnded.reset();
    Permission out{true, {}};
    for (const auto& name : options.after) {
        auto* const earlier = other(name);
        while (earlier->m_startOperation && !earlier->m_startOperation->started && !earlier->m_startOperation->failed
               && !cancelled.stop_requested())
            co_await earlier->rest().moved.wait(cancelled);
    }
    for (const auto& need : options.needs) {
        if (out.granted)
            out = co_await awaitNeed(need, byHost, cancelled);
    }
    operation->inStep = false;
    operation->stepEnded.set();
    if (out.granted && !status.reason.empty())
        setState(ServiceState::Starting);
    co_return out;
}

void Private::link()
{
    const auto& options = *registration->options;
    const auto tell = [this](std::string_view name) {
        auto& later = other(name)->rest().later;
        if (later.empty() || later.back() != this)
            later.push_back(this);
    };
    for (const auto& need : options.needs)
        tell(need.service);
    for (const auto& name : options.after)
        tell(name);
}

std::vector<Private*> Private::dependents() const
{
    std::vector<Private*> out;
    for (auto* each : later()) {
        const bool needs = std::ranges::any_of(each->registration->options->needs, [this](const auto& need) {
            return need.service == registration->name && need.condition != DependencyCondition::Completed;
        });
        if (needs && (each->runs() || each->isStarting() || each->isRetrying()))
            out.push_back(each);
    }
    return out;
}

Task<> Private::stopDependents(std::string reason)
{
    TaskScope all;
    for (auto* dependent : dependents())
        all.spawn(stopDependent(*dependent, reason));
    co_await all.join();
}

Task<> Private::stopDependent(Private& dependent, std::string reason)
{
    const auto result = co_await dependent.stop({});
    if (result.kind == ServiceStopResult::Stopped && dependent.status.state == ServiceState::Stopped)
        dependent.setState(ServiceState::Stopped, std::move(reason));
}

Task<> Private::awaitDependents()
{
    for (const auto* each : later()) {
        if (const auto stopping = each->m_stopOperation)
            co_await stopping->stopped.wait();
    }
}

} // namespace turnspit

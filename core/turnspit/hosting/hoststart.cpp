// The starting half of HostCore.
#include <turnspit/hosting/hostcore.h>

#include <turnspit/hosting/hostevents.h>
#include <turnspit/hosting/serviceorder.h>

#include <algorithm>
#include <ranges>
#include <set>

namespace turnspit {

void HostCore::start(std::stop_token cancelled, Promise<std::exception_ptr> done)
{
    if (m_phase != Phase::Made) {
        const NamedError error{{}, std::make_exception_ptr(std::logic_error("Host::start: a host is started once"))};
        sayWhyNotStarted(error, false, false);
        done.set(error.error);
        return;
    }
    m_phase = Phase::Starting;
    m_startEnded.reset();
    m_tasks.spawn(performStart(std::move(cancelled), std::move(done)));
}

Task<> HostCore::performStart(std::stop_token cancelled, Promise<std::exception_ptr> done)
{
    const auto& environment = *m_host.environment;
    m_host.log().event(LogLevel::Debug, HostStarting, {}, "Hosting starting");
    const LinkedStopSource either(std::move(cancelled), environment.lifetime->stopping());
    m_startDeadline = std::make_unique<Deadline>(m_host.clock(), m_host.options.startTimeout.value_or(Milliseconds::max()), either.token());
    const auto cause = co_await startAll(m_startDeadline->token());
    const bool late = m_startDeadline->passed();
    m_startDeadline.reset();
    if (cause.error) {
        m_phase = Phase::Failed;
        sayWhyNotStarted(cause, m_stop || either.stopRequested(), late);
    } else {
        m_phase = Phase::Started;
        environment.lifetime->notifyStarted();
        m_host.log().event(LogLevel::Debug, HostStarted, {}, "Hosting started");
        checkIdle();
    }
    m_startEnded.set();
    done.set(cause.error);
}

void HostCore::sayWhyNotStarted(const NamedError& cause, bool asked, bool late)
{
    const bool cancelled = isCancellation(cause.error);
    if (cancelled && asked) {
        m_host.log().event(LogLevel::Info, 0, {}, "The start was given up: the application is asked to end");
        return;
    }
    const auto& limit = m_host.options.startTimeout;
    const std::string within = cancelled && late && limit ? " within " + formatDuration(*limit) : "";
    m_host.log().event(LogLevel::Error, ServiceStartFailed, cause.name, "Hosting failed to start{}: {}", within, describe(cause));
}

Task<NamedError> HostCore::startAll(std::stop_token cancelled)
{
    if (cancelled.stop_requested())
        co_return NamedError{{}, std::make_exception_ptr(OperationCancelled{})};
    if (const auto wrong = m_checkOptions())
        co_return NamedError{{}, wrong};
    const Controllers controllers = toStart();
    for (auto* controller : controllers)
        controller->beginStart(controller->registration->options->autostart ? Trigger::Start : Trigger::Dependency, cancelled);
    m_failed.clear();
    for (const Step step : {Step::Make, Step::Starting, Step::Start, Step::Started}) {
        auto errors = co_await startPhase(controllers, step, cancelled);
        if (errors.empty())
            continue;
        const auto cause = causeOf(std::move(errors));
        co_await rollBack(controllers);
        co_return cause;
    }
    for (auto* controller : controllers)
        controller->finishStart();
    co_return NamedError{};
}

HostCore::Controllers HostCore::inStartOrder() const
{
    Registrations registrations;
    for (auto& controller : m_controllers->list)
        registrations.push_back(controller.d().registration.get());
    Controllers out;
    for (const std::size_t place : startOrder(registrations))
        out.push_back(&m_controllers->list[place].d());
    return out;
}

HostCore::Controllers HostCore::toStart() const
{
    auto ordered = inStartOrder();
    std::set<std::string> wanted;
    for (const auto* controller : ordered | std::views::reverse) { // who needs comes before what is needed
        const auto& options = *controller->registration->options;
        if (!options.autostart && !wanted.contains(controller->registration->name))
            continue;
        wanted.insert(controller->registration->name);
        for (const auto& need : options.needs)
            wanted.insert(need.service);
    }
    std::erase_if(ordered, [&](const auto* each) { return !wanted.contains(each->registration->name) || !each->canStart(); });
    return ordered;
}

Task<> HostCore::startOne(ServiceController::Private& controller, Step step, std::vector<NamedError>& errors)
{
    std::exception_ptr error;
    if (step == Step::Start) {
        const auto permission = co_await controller.awaitNeeds(true);
        if (!permission.granted && !permission.error)
            co_return; // what it needs has failed, and says so itself
        error = permission.error;
    }
    if (!error) {
        try {
            error = co_await controller.startStep(step);
        } catch (...) { // no thread for it
            error = std::current_exception();
        }
    }
    noteStartError(controller, error, errors);
}

void HostCore::noteStartError(ServiceController::Private& controller, std::exception_ptr error, std::vector<NamedError>& errors)
{
    if (!error)
        return;
    controller.startFailed();
    errors.push_back({controller.registration->name, error});
    m_failed.push_back(errors.back());
}

/// Null: the first one is called alone.
std::shared_ptr<HostCore::Line> HostCore::startLine(AtPlace begin, AtPlace end, Step step) const
{
    // Who is made in a line shares its worker with the others. Few services are spread over the workers as if there were no lines, and
    // the last of many even out what lines have put on one of them.
    std::ptrdiff_t length = std::min<std::ptrdiff_t>(end - begin, lineLength);
    if (step == Step::Make && !m_inline)
        length = std::min((end - begin) / (8 * std::max(1, m_host.options.workerThreads)), length);
    auto line = std::make_shared<Line>(step);
    for (auto at = begin; at - begin < length && (*at)->startsInLine(step, at == begin ? nullptr : *begin); ++at)
        line->members.push_back(*at);
    return line->members.size() > 1 ? line : nullptr;
}

/// How many were called.
Task<std::size_t> HostCore::startInLine(std::shared_ptr<Line> line, std::vector<NamedError>& errors)
{
    auto& first = *line->members.front();
    std::exception_ptr noThread;
    try {
        first.enterStart(line->calls, line->step, nullptr);
    } catch (...) {
        noThread = std::current_exception();
    }
    if (noThread) {
        noteStartError(first, noThread, errors);
        co_return 1;
    }
    for (auto* controller : line->members | std::views::drop(1))
        controller->enterStart(line->calls, line->step, &first);
    m_line = line;
    line->calls->begin();
    co_await line->calls->handedBack.wait();
    endLine();
    m_line.reset();
    const auto [ended, begun] = *line->progress;
    if (ended < begun) {
        auto& controller = *line->members[ended];
        noteStartError(controller, co_await controller.startAnswered(line->step, line->calls->answer(ended)), errors);
    }
    co_return begun;
}

void HostCore::endLine()
{
    if (!m_line || m_line->progress)
        return;
    m_host.environment->tickReports->hear(m_host.environment->tickReports->mark());
    const auto progress = m_line->progress.emplace(m_line->calls->takeBack());
    const Step step = m_line->step;
    const bool starts = step == Step::Make || step == Step::Starting || step == Step::Start || step == Step::Started;
    for (std::size_t i = 0; i < m_line->members.size(); ++i) {
        auto& controller = *m_line->members[i];
        if (starts && i < progress.ended)
            controller.startEndedWell(step);
        else if (starts && i >= progress.begun)
            controller.leaveStart(step);
        else if (step == Step::Stop && i < progress.ended)
            controller.stopEnded();
    }
    m_line->calls->handedBack.set();
}

Task<std::vector<NamedError>> HostCore::startPhase(Controllers controllers, Step step, std::stop_token cancelled)
{
    std::vector<NamedError> errors;
    if (m_host.options.servicesStartConcurrently) {
        TaskScope all;
        for (auto* controller : controllers)
            all.spawn(startOne(*controller, step, errors));
        co_await all.join();
        co_return errors;
    }
    for (auto at = controllers.cbegin(); at != controllers.cend() && errors.empty();) {
        if (cancelled.stop_requested()) // one that has not begun is no cause
            break;
        if (const auto line = startLine(at, controllers.cend(), step))
            at += static_cast<std::ptrdiff_t>(co_await startInLine(line, errors));
        else
            co_await startOne(**at++, step, errors);
    }
    if (errors.empty() && cancelled.stop_requested())
        errors.push_back({{}, std::make_exception_ptr(OperationCancelled{})});
    co_return errors;
}

NamedError HostCore::causeOf(std::vector<NamedError> errors) const
{
    // A cancellation is no cause where there is another: what failed, or the fault of a service that stops the host.
    std::vector<NamedError> causes;
    std::ranges::copy_if(errors, std::back_inserter(causes), [](const auto& each) { return !isCancellation(each.error); });
    if (causes.empty())
        causes = m_faults;
    if (causes.empty())
        return errors.front();
    if (causes.size() == 1)
        return causes.front();
    return {{}, std::make_exception_ptr(AggregateError("One or more hosted services failed to start.", std::move(causes)))};
}

Task<> HostCore::rollBack(Controllers controllers)
{
    m_host.stopping = true;
    // Within the budget of the stop that cancelled the start, if that is why.
    m_rollBackDeadline =
        std::make_unique<Deadline>(m_host.clock(), m_host.options.shutdownTimeout, m_stop ? m_stop->deadline->token() : std::stop_token());
    for (auto* controller : controllers | std::views::reverse) {
        if (!controller->isStarting())
            continue;
        const auto own = std::ranges::find(m_failed, controller->registration->name, &NamedError::name);
        const bool byCommand = controller->stopping() != nullptr; // which tells of it
        TaskScope undoing;
        undoing.spawn(controller->rollBack(own == m_failed.end() ? nullptr : own->error, m_rollBackDeadline->token()));
        const auto stopping = controller->stopping();
        co_await undoing.join();
        if (!byCommand && stopping && stopping->result.kind == ServiceStopResult::Abandoned)
            m_abandoned.push_back(stopping->result);
    }
    m_rollBackDeadline.reset();
}

} // namespace turnspit

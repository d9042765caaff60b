#include <turnspit/hosting/hostcore.h>

#include <turnspit/hosting/aggregateerror.h>
#include <turnspit/hosting/hostevents.h>

#include <algorithm>
#include <ranges>

namespace turnspit {

HostCore::HostCore(Parts parts)
    : m_inline(parts.inlineThreads), m_checkOptions(std::move(parts.checkOptions)), m_controllers(std::move(parts.controllers)),
      m_tasks([this](std::exception_ptr error) {
          m_host.log().critical("an operation of the host failed: {}", describe(error));
      })
{
    m_host.environment = std::move(parts.environment);
    m_host.options = parts.options;
    m_host.random = std::move(parts.random);
    m_host.stopHost = [this](std::exception_ptr error) {
        m_faults.push_back(std::move(error));
        m_host.environment->lifetime->stopApplication();
    };
    m_host.changed = [this] { changed(); };
    m_pool = std::make_unique<WorkerPool>(m_host.options, m_host.clock(), m_inline, [this](const Worker& worker) { workerBlocked(worker); });
    m_host.pool = m_pool.get();
    m_startEnded.set();
    for (auto& registration : parts.hosted)
        m_controllers->list.push_back(
            std::make_unique<ServiceController>(std::make_unique<ServiceController::Private>(m_host, std::move(registration))));
    m_controllers->host = &m_host;
    for (const auto& make : parts.extensions)
        m_extensions.push_back(make(*m_host.environment->provider));
}

HostCore::~HostCore()
{
    *m_alive = false;
    while (!m_extensions.empty())
        m_extensions.pop_back();
    m_host.stopping = true;
    m_host.changed = [] {};
    for (const auto& controller : m_controllers->list | std::views::reverse)
        controller->d().tearDown();
    const bool allBack = m_pool->shutdown(m_host.reapTimeout());
    m_controllers->host = nullptr;
    m_controllers->list.clear();
    m_controllers->onChanged = {};
    if (allBack)
        m_host.environment->provider->dispose();
}

void HostCore::changed()
{
    if ((!m_controllers->onChanged && m_controllers->watches.empty()) || std::exchange(m_changePosted, true))
        return;
    Mailbox::current()->post([this, alive = m_alive] {
        if (!*alive)
            return;
        m_changePosted = false;
        if (const auto call = m_controllers->onChanged)
            call();
        std::erase_if(m_controllers->watches, [](const auto& watch) { return watch.expired(); });
        for (const auto& watch : std::vector(m_controllers->watches)) {
            if (const auto call = watch.lock())
                (*call)();
        }
    });
}

void HostCore::workerBlocked(const Worker& worker)
{
    const auto& log = m_host.log();
    if (worker.blocked)
        log.event(LogLevel::Warning, ServiceBlocksThread, worker.blocker, "service '{}' blocks the shared thread {}: it has not answered for {}",
                  worker.blocker, worker.name, formatDuration(m_host.options.heartbeat));
    else
        log.event(LogLevel::Info, ServiceAnswersAgain, worker.blocker, "service '{}' let the shared thread {} go on", worker.blocker, worker.name);
    for (const auto& controller : m_controllers->list) {
        if (controller->name() == worker.blocker)
            controller->d().setUnhealthy(worker.blocked);
    }
}

// ---- start

void HostCore::start(std::stop_token cancelled, Promise<std::exception_ptr> done)
{
    if (m_phase != Phase::Made) {
        done.set(std::make_exception_ptr(std::logic_error("Host::start: a host is started once")));
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
    const auto error = co_await startAll(m_startDeadline->token());
    m_startDeadline.reset();
    if (error) {
        m_phase = Phase::Failed;
        m_host.log().event(LogLevel::Error, ServiceStartFailed, {}, "Hosting failed to start: {}", describe(error));
    } else {
        m_phase = Phase::Started;
        environment.lifetime->notifyStarted();
        m_host.log().event(LogLevel::Debug, HostStarted, {}, "Hosting started");
    }
    m_startEnded.set();
    done.set(error);
}

Task<std::exception_ptr> HostCore::startAll(std::stop_token cancelled)
{
    if (cancelled.stop_requested())
        co_return std::make_exception_ptr(OperationCancelled{});
    if (const auto wrong = m_checkOptions())
        co_return wrong;
    Controllers controllers;
    for (const auto& controller : m_controllers->list) {
        if (controller->autostart() && controller->d().canStart())
            controllers.push_back(&controller->d());
    }
    for (auto* controller : controllers)
        controller->beginStart(Trigger::Start, cancelled);
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
    co_return nullptr;
}

Task<> HostCore::startOne(ServiceController::Private& controller, Step step, std::vector<std::exception_ptr>& errors,
                          std::vector<std::pair<ServiceController::Private*, std::exception_ptr>>& failed)
{
    if (const auto error = co_await controller.startStep(step)) {
        errors.push_back(error);
        failed.emplace_back(&controller, error);
    }
}

Task<std::vector<std::exception_ptr>> HostCore::startPhase(Controllers controllers, Step step, std::stop_token cancelled)
{
    std::vector<std::exception_ptr> errors;
    if (m_host.options.servicesStartConcurrently) {
        TaskScope all;
        for (auto* controller : controllers)
            all.spawn(startOne(*controller, step, errors, m_failed));
        co_await all.join();
        co_return errors;
    }
    for (auto* controller : controllers) {
        co_await startOne(*controller, step, errors, m_failed);
        if (!errors.empty())
            break;
    }
    if (errors.empty() && cancelled.stop_requested())
        errors.push_back(std::make_exception_ptr(OperationCancelled{}));
    co_return errors;
}

std::exception_ptr HostCore::causeOf(std::vector<std::exception_ptr> errors) const
{
    // A cancellation is no cause where there is another: what failed, or the fault of a service that stops the host.
    std::vector<std::exception_ptr> causes;
    for (const auto& error : errors) {
        try {
            std::rethrow_exception(error);
        } catch (const OperationCancelled&) { // NOLINT(bugprone-empty-catch)
        } catch (...) {
            causes.push_back(error);
        }
    }
    if (causes.empty())
        causes = m_faults;
    if (causes.empty())
        return errors.front();
    try {
        throwErrors("One or more hosted services failed to start.", std::move(causes));
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

Task<> HostCore::rollBack(Controllers controllers)
{
    m_host.stopping = true;
    // Within the budget of the stop that cancelled the start, if that is why.
    const Deadline deadline(m_host.clock(), m_host.options.shutdownTimeout, m_stop ? m_stop->deadline->token() : std::stop_token());
    for (auto* controller : controllers | std::views::reverse) {
        if (!controller->isStarting())
            continue;
        const auto own = std::ranges::find(m_failed, controller, [](const auto& each) { return each.first; });
        co_await controller->rollBack(own == m_failed.end() ? nullptr : own->second, deadline.token());
    }
}

// ---- stop

void HostCore::stop(std::stop_token hurryUp, Promise<HostStopResult> done)
{
    if (!m_stop) {
        m_stop = std::make_shared<StopOperation>();
        m_stop->deadline = std::make_unique<Deadline>(m_host.clock(), m_host.options.shutdownTimeout);
        m_tasks.spawn(performStop(m_stop));
    }
    if (hurryUp.stop_possible() && !m_stop->done.isSet()) {
        // The callback runs wherever the request is made: it only posts.
        m_stop->onHurry.emplace(std::move(hurryUp), [this, home = Mailbox::current(), alive = m_alive, operation = std::weak_ptr(m_stop)] {
            home->post([this, alive, operation] {
                if (const auto stopping = operation.lock(); *alive && stopping)
                    hurry(stopping);
            });
        });
    }
    m_tasks.spawn(awaitStop(m_stop, std::move(done)));
}

void HostCore::hurry(std::shared_ptr<StopOperation> operation)
{
    if (operation->done.isSet())
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

Task<> HostCore::performStop(std::shared_ptr<StopOperation> operation)
{
    const auto& environment = *m_host.environment;
    m_host.log().event(LogLevel::Debug, HostStopping, {}, "Hosting stopping");
    m_host.stopping = true;
    if (m_phase == Phase::Starting) {
        m_startDeadline->expire();
        if (!co_await m_startEnded.wait(operation->deadline->token()) && m_phase == Phase::Starting) {
            // Some start does not listen: it is abandoned, which ends the start.
            TaskScope all;
            for (const auto& controller : m_controllers->list) {
                if (controller->d().isInStartStep())
                    all.spawn(abandonStart(controller->d(), operation));
            }
            co_await all.join();
            co_await m_startEnded.wait();
        }
    }
    m_phase = Phase::Stopping;

    Controllers steady;
    Controllers busy;
    for (const auto& controller : m_controllers->list | std::views::reverse) {
        controller->d().cancelRetry();
        if (controller->d().isSteady())
            steady.push_back(&controller->d());
        else if (controller->d().runs() || controller->d().isStarting())
            busy.push_back(&controller->d());
    }
    std::vector<std::exception_ptr> errors;
    m_host.stopErrors = &errors;
    for (auto* controller : steady)
        controller->beginStop({}, operation->deadline->token());
    co_await stopPhase(steady, Step::Stopping, operation);
    environment.lifetime->stopApplication();
    co_await stopPhase(steady, Step::Stop, operation);
    co_await stopPhase(steady, Step::Stopped, operation);
    for (auto* controller : steady)
        operation->result.services.push_back(co_await controller->finishStop());
    // What was in the middle of a command of its own ends by a command.
    for (auto* controller : busy)
        operation->result.services.push_back(co_await controller->stop(operation->deadline->passed() ? Milliseconds(0) : m_host.options.shutdownTimeout));
    m_host.stopErrors = nullptr;

    operation->result.errors = m_faults;
    operation->result.errors.insert(operation->result.errors.end(), errors.begin(), errors.end());
    environment.lifetime->notifyStopped();
    if (errors.empty())
        m_host.log().event(LogLevel::Debug, HostStopped, {}, "Hosting stopped");
    else
        m_host.log().event(LogLevel::Debug, HostStoppedWithException, {}, "Hosting shutdown exception: {}", describe(errors.front()));
    m_phase = Phase::Stopped;
    operation->done.set();
}

Task<> HostCore::abandonStart(ServiceController::Private& controller, std::shared_ptr<StopOperation> operation)
{
    operation->result.services.push_back(co_await controller.stop(Milliseconds(0)));
}

Task<> HostCore::stopOne(ServiceController::Private& controller, Step step, std::shared_ptr<StopOperation> operation)
{
    (void)co_await controller.stopStep(step);
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
    for (auto* controller : controllers)
        co_await stopOne(*controller, step, operation);
}

} // namespace turnspit

#include <turnspit/hosting/servicecontroller_p.h>

namespace turnspit {

namespace {

template <class T>
struct Command
{
    std::optional<T> answer;
    Event done;
};

template <class T>
Task<> perform(Task<T> task, std::shared_ptr<Command<T>> command)
{
    command->answer = co_await std::move(task);
    command->done.set();
}

/// Goes on though who awaits it gives it up half-way: a restart is not left stopped.
template <class T>
Task<T> carryOut(ServiceController::Private& service, Task<T> task) // NOLINT(cppcoreguidelines-avoid-reference-coroutine-parameters)
{
    const auto command = std::make_shared<Command<T>>();
    service.spawn(perform(std::move(task), command));
    co_await command->done.wait();
    co_return *std::move(command->answer);
}

} // namespace

ServiceController::ServiceController(std::unique_ptr<Private> d) : m_d(std::move(d)) {}
ServiceController::~ServiceController() = default;

const std::string& ServiceController::name() const noexcept
{
    return m_d->registration->name;
}

const std::string& ServiceController::typeName() const noexcept
{
    return m_d->registration->typeName;
}

bool ServiceController::autostart() const noexcept
{
    return m_d->registration->options->autostart;
}

bool ServiceController::isOfHost() const noexcept
{
    return m_d->registration->ofHost;
}

ServiceKind ServiceController::kind() const noexcept
{
    return m_d->registration->queueWorker ? ServiceKind::Queue : ServiceKind::BuiltIn;
}

const ServiceStatus& ServiceController::status() const noexcept
{
    return m_d->status;
}

Task<Result<>> ServiceController::start(Trigger trigger)
{
    return carryOut(*m_d, m_d->start(trigger));
}

Task<ServiceStopResult> ServiceController::stop(std::optional<Milliseconds> limit)
{
    return m_d->stop(limit);
}

Task<Result<>> ServiceController::restart(Trigger trigger)
{
    return carryOut(*m_d, m_d->restart(trigger));
}

Task<Result<>> ServiceController::hold()
{
    co_return m_d->setHeld(true);
}

Task<Result<>> ServiceController::resume()
{
    co_return m_d->setHeld(false);
}

Task<Result<Outcome>> ServiceController::runNow(Trigger trigger)
{
    return m_d->runNow(trigger);
}

void ServiceController::onChanged(std::function<void()> call)
{
    m_d->onChanged(std::move(call));
}

} // namespace turnspit

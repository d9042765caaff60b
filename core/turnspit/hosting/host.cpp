#include <turnspit/hosting/host.h>

#include <turnspit/async/event.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>
#include <turnspit/async/aggregateerror.h>
#include <turnspit/hosting/host_p.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/hostbuilder_p.h>
#include <turnspit/hosting/signalwatch.h>

#include <QCoreApplication>
#include <QThread>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

namespace turnspit {

namespace {

/// A signal that comes so soon after the first one is the same: `timeout` and its like send it to a program and to its process group.
constexpr std::chrono::milliseconds sameSignal{20};

Task<> startHost(Host& host, std::stop_token cancelled, std::exception_ptr& error, Event& ended)
{
    try {
        co_await host.start(cancelled);
    } catch (...) {
        error = std::current_exception();
    }
    ended.set();
}

} // namespace

bool HostStopResult::anythingAbandoned() const
{
    return std::ranges::any_of(services, [](const auto& each) { return each.kind == ServiceStopResult::Abandoned; });
}

bool HostStopResult::threadsAlive() const
{
    return std::ranges::any_of(services, [](const auto& each) { return each.threadAlive; });
}

int HostStopResult::exitCode() const
{
    if (anythingAbandoned())
        return 6;
    return errors.empty() ? 0 : 1;
}

void HostStopResult::throwErrors() const
{
    turnspit::throwErrors("One or more hosted services failed to stop.", errors);
}

bool Host::Private::inHostThread(std::function<void()> function, std::optional<std::chrono::milliseconds> patience) const
{
    if (mailbox->isCurrent()) {
        function();
        return true;
    }
    struct Gate
    {
        std::mutex mutex;
        std::condition_variable done;
        bool open = false; // guarded
        std::exception_ptr error; // guarded
    };
    const auto gate = std::make_shared<Gate>();
    mailbox->post([gate, call = std::move(function)] {
        std::exception_ptr error;
        try {
            call();
        } catch (...) {
            error = std::current_exception();
        }
        const std::lock_guard lock(gate->mutex);
        gate->open = true;
        gate->error = std::move(error);
        gate->done.notify_one();
    });
    std::unique_lock lock(gate->mutex);
    const auto isOpen = [&] { return gate->open; };
    if (!patience)
        gate->done.wait(lock, isOpen);
    else if (!gate->done.wait_for(lock, *patience, isOpen))
        return false;
    if (gate->error)
        std::rethrow_exception(std::exchange(gate->error, nullptr));
    return true;
}

Host::Host(std::unique_ptr<Private> d) : m_d(std::move(d)) {}

Host::~Host()
{
    // Twice the patience that the core has with its workers, then the host thread itself counts as one that does not come back.
    const Milliseconds reap = m_d->options.reapTimeout;
    const auto patience = reap > endless ? std::nullopt : std::optional(reap * 2 + std::chrono::seconds(2));
    auto* const core = m_d->core.release();
    auto* const watch = m_d->configurationWatch.release();
    const auto levels = std::make_shared<OptionsSubscription>(std::move(m_d->logLevels));
    const auto destroy = [core, watch, levels] {
        levels->reset();
        delete watch;
        delete core;
    };
    const bool back = m_d->inHostThread(destroy, patience);
    if (m_d->thread) {
        if (back)
            (void)m_d->thread->stopAndJoin(patience.value_or(Milliseconds::max()));
        else
            m_d->thread->abandon();
    }
}

HostBuilder Host::createBuilder()
{
    return {};
}

HostBuilder Host::createBuilder(int& argc, char** argv)
{
    return createBuilder(argc, argv, {});
}

HostBuilder Host::createBuilder(int& argc, char** argv, HostBuilderSettings settings)
{
    if (argc > 0)
        settings.arguments.insert(settings.arguments.end(), argv + 1, argv + argc);
    HostBuilder builder(std::move(settings));
    if (!QCoreApplication::instance())
        builder.m_d->application = std::make_unique<QCoreApplication>(argc, argv);
    return builder;
}

Task<> Host::start(std::stop_token cancelled)
{
    Promise<std::exception_ptr> done;
    auto ended = done.future();
    m_d->tellCore([cancelled = std::move(cancelled), done = std::move(done)](HostCore& core) mutable {
        core.start(std::move(cancelled), std::move(done));
    });
    if (const auto error = co_await std::move(ended))
        std::rethrow_exception(error);
}

Task<HostStopResult> Host::stop(std::stop_token hurry)
{
    Promise<HostStopResult> done;
    auto ended = done.future();
    m_d->tellCore([hurry = std::move(hurry), done = std::move(done)](HostCore& core) mutable {
        core.stop(std::move(hurry), std::move(done));
    });
    co_return co_await std::move(ended);
}

Task<HostStopResult> Host::close(std::stop_token hurry)
{
    Promise<HostStopResult> done;
    auto ended = done.future();
    m_d->tellCore([hurry = std::move(hurry), done = std::move(done)](HostCore& core) mutable {
        core.close(std::move(hurry), std::move(done));
    });
    co_return co_await std::move(ended);
}

Task<HostStopResult> Host::waitForShutdown(std::stop_token cancelled)
{
    const LinkedStopSource either(lifetime().stopping(), std::move(cancelled));
    co_await untilStopped(either.token());
    lifetime().stopApplication();
    co_return co_await stop();
}

void Host::tellStatus()
{
    const auto status = std::make_shared<LoggerBase>(m_d->environment->logs, "turnspit::Lifetime");
    lifetime().onStarted([status, around = services().getShared<HostingEnvironment>()] {
        status->info("Application started. Press Ctrl+C to shut down.");
        status->info("Hosting environment: {}", around->name);
        status->info("Content root path: {}", around->contentRoot);
    });
    lifetime().onStopping([status, started = lifetime().started()] {
        if (started.stop_requested())
            status->info("Application is shutting down...");
    });
}

int Host::run()
{
    const auto* const application = QCoreApplication::instance();
    if (!application || application->thread() != QThread::currentThread())
        throw std::logic_error("Host::run: it turns the event loop of the application, in whose thread it is called");
    if (QThread::currentThread()->loopLevel() > 0)
        throw std::logic_error("Host::run: it turns the event loop; where one turns already there are start and close");
    std::optional<int> code;
    std::stop_source hurry;
    std::optional<Instant> asked;
    const SignalWatch signals([&](int) {
        if (!asked) {
            lifetime().stopApplication();
            asked = Clock::system().now();
        } else if (Clock::system().now() - *asked >= sameSignal) {
            hurry.request_stop();
        }
    });
    const PipesMayBreak pipes;
    const auto& log = m_d->environment->log;
    if (m_d->options.statusMessages)
        tellStatus();
    const auto live = [](Host& host, std::stop_token hurryUp, const Logger<Host>& logger, std::optional<int>& out) -> Task<> {
        std::exception_ptr startError;
        Event startEnded;
        TaskScope starting; // last: its frame uses both
        starting.spawn(startHost(host, hurryUp, startError, startEnded));
        const auto stopping = host.lifetime().stopping();
        if (co_await startEnded.wait(stopping) && !startError)
            co_await untilStopped(stopping);
        // A start that is cancelled and does not listen ends by the stop, which abandons what is late.
        const auto result = co_await host.close(hurryUp);
        co_await startEnded.wait();
        if (startError) { // which the host has said
            // A start that somebody cancelled is an end that was asked for.
            const bool cancelled = isCancellation(startError) && stopping.stop_requested();
            out = result.exitCode() != 0 ? result.exitCode() : cancelled ? 0 : 1;
        } else {
            out = result.exitCode();
            for (const auto& error : result.errors) {
                if (*out == 1) // else who was abandoned is why
                    logger.event(LogLevel::Error, 0, error.name, "the exit code is 1 because of {}", describe(error));
            }
        }
        QCoreApplication::exit(*out);
    };
    TaskScope scope;
    scope.spawn(live(*this, hurry.get_token(), log, code));
    // Somebody may quit the application instead of stopping it: the services get their stop all the same.
    while (!code) {
        QCoreApplication::exec();
        if (!code)
            lifetime().stopApplication();
    }
    return *code;
}

ApplicationLifetime& Host::lifetime() const noexcept
{
    return *m_d->environment->lifetime;
}

const std::shared_ptr<Mailbox>& Host::mailbox() const noexcept
{
    return m_d->mailbox;
}

ServiceControllers& Host::controllers() const noexcept
{
    return *m_d->controllers;
}

ServiceProvider& Host::services() const noexcept
{
    return *m_d->environment->provider;
}

} // namespace turnspit

#include <turnspit/hosting/applicationlifetime.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace turnspit {

struct ApplicationLifetime::Stage
{
    explicit Stage(ApplicationLifetime::Event event) : what(event) {}

    const ApplicationLifetime::Event what;
    std::stop_source source;
    std::mutex mutex;
    std::condition_variable done;
    std::vector<std::function<void()>> calls; // guarded, as all below
    bool happened = false;
    bool running = false;
    std::thread::id runner;

    void call(const std::function<void()>& callback, const ErrorHandler& onError) const
    {
        try {
            callback();
        } catch (...) {
            if (onError)
                onError(what, std::current_exception());
        }
    }

    void add(std::function<void()> callback, const ErrorHandler& onError)
    {
        {
            const std::lock_guard lock(mutex);
            if (!happened) {
                calls.push_back(std::move(callback));
                return;
            }
        }
        call(callback, onError);
    }

    void fire(const ErrorHandler& onError)
    {
        std::vector<std::function<void()>> now;
        {
            std::unique_lock lock(mutex);
            if (happened) {
                // A callback that stops the application itself does not wait for itself.
                if (runner != std::this_thread::get_id())
                    done.wait(lock, [this] { return !running; });
                return;
            }
            happened = true;
            running = true;
            runner = std::this_thread::get_id();
            now.swap(calls);
        }
        source.request_stop();
        for (const auto& callback : now)
            call(callback, onError);
        {
            const std::lock_guard lock(mutex);
            running = false;
            runner = {};
        }
        done.notify_all();
    }
};

ApplicationLifetime::ApplicationLifetime(ErrorHandler onError)
    : m_started(std::make_unique<Stage>(Event::Started)), m_stopping(std::make_unique<Stage>(Event::Stopping)),
      m_stopped(std::make_unique<Stage>(Event::Stopped)), m_onError(std::move(onError))
{}

ApplicationLifetime::~ApplicationLifetime() = default;

void ApplicationLifetime::onStarted(std::function<void()> call)
{
    m_started->add(std::move(call), m_onError);
}

void ApplicationLifetime::onStopping(std::function<void()> call)
{
    m_stopping->add(std::move(call), m_onError);
}

void ApplicationLifetime::onStopped(std::function<void()> call)
{
    m_stopped->add(std::move(call), m_onError);
}

std::stop_token ApplicationLifetime::started() const noexcept
{
    return m_started->source.get_token();
}

std::stop_token ApplicationLifetime::stopping() const noexcept
{
    return m_stopping->source.get_token();
}

std::stop_token ApplicationLifetime::stopped() const noexcept
{
    return m_stopped->source.get_token();
}

void ApplicationLifetime::stopApplication()
{
    m_stopping->fire(m_onError);
}

void ApplicationLifetime::notifyStarted()
{
    m_started->fire(m_onError);
}

void ApplicationLifetime::notifyStopped()
{
    m_stopped->fire(m_onError);
}

} // namespace turnspit

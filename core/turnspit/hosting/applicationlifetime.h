#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>

namespace turnspit {

/// The life of the host as its services and its program see it. Can be injected. Any thread.
class ApplicationLifetime
{
public:
    enum class Event { Started, Stopping, Stopped };

    /// Told of a callback that threw (B13).
    using ErrorHandler = std::function<void(Event, std::exception_ptr)>;

    explicit ApplicationLifetime(ErrorHandler onError = {});
    ~ApplicationLifetime();
    ApplicationLifetime(const ApplicationLifetime&) = delete;
    ApplicationLifetime& operator=(const ApplicationLifetime&) = delete;

    /// Called once, in the order of registration; at once where the event has happened already. Callbacks may throw: the others still
    /// run, and the error is logged (B13, T21). Started and stopped are called in the host thread, stopping in the thread of whoever
    /// stopped the application first.
    void onStarted(std::function<void()> call);
    void onStopping(std::function<void()> call);
    void onStopped(std::function<void()> call);

    [[nodiscard]] std::stop_token started() const noexcept;
    [[nodiscard]] std::stop_token stopping() const noexcept;
    [[nodiscard]] std::stop_token stopped() const noexcept;

    /// Asks the application to end. The first call runs all stopping callbacks before it returns, others wait for that; it stops no
    /// service by itself, whoever runs the host does (B24).
    void stopApplication();

    /// For the host: tells of the other two; once each.
    void notifyStarted();
    void notifyStopped();

private:
    struct Stage;
    std::unique_ptr<Stage> m_started;
    std::unique_ptr<Stage> m_stopping;
    std::unique_ptr<Stage> m_stopped;
    ErrorHandler m_onError;
};

} // namespace turnspit

#include <turnspit/hosting/backgroundservice.h>

#include <stdexcept>
#include <utility>

namespace turnspit {

struct BackgroundService::Frame
{
    struct promise_type
    {
        explicit promise_type(BackgroundService& service)
        {
            service.m_frame = std::coroutine_handle<promise_type>::from_promise(*this);
        }
        Frame get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

BackgroundService::~BackgroundService()
{
    BackgroundService::dispose();
}

void BackgroundService::dispose()
{
    m_stopping.request_stop();
    if (const auto frame = std::exchange(m_frame, {}))
        frame.destroy();
}

Task<> BackgroundService::start(std::stop_token cancelled)
{
    if (m_execution)
        throw std::logic_error("BackgroundService::start: started already; a new start needs a new object");
    if (!m_stopping.stop_possible())
        m_stopping = std::stop_source();
    if (cancelled.stop_requested()) {
        m_execution = Execution::Cancelled;
        m_error = std::make_exception_ptr(OperationCancelled{});
        m_ended.set();
        co_return;
    }
    if (cancelled.stop_possible() && cancelled != m_stopping.get_token())
        m_onCancelled.emplace(std::move(cancelled), Forward{m_stopping});
    m_execution = Execution::Running;
    aboutToExecute();
    run();
}

BackgroundService::Frame BackgroundService::run()
{
    co_await yieldToLoop();
    Execution how = Execution::Completed;
    std::exception_ptr error;
    try {
        co_await execute(m_stopping.get_token());
    } catch (const OperationCancelled&) {
        how = Execution::Cancelled;
        error = std::current_exception();
    } catch (...) {
        how = Execution::Faulted;
        error = std::current_exception();
    }
    m_frame = {}; // what is left of it ends by itself
    ended(how, std::move(error));
}

void BackgroundService::ended(Execution how, std::exception_ptr error)
{
    m_execution = how;
    m_error = std::move(error);
    if (m_onEnded)
        m_onEnded();
    m_ended.setAndResume(); // a stop that waits; it may destroy this
}

Task<> BackgroundService::stop(std::stop_token hurry)
{
    if (!m_execution)
        co_return;
    m_stopping.request_stop();
    co_await m_ended.wait(hurry);
}

} // namespace turnspit

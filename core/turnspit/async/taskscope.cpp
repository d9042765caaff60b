#include <turnspit/async/taskscope.h>

namespace turnspit {

/// The frame around an owned task: links itself into the scope, and destroys itself when the task has ended.
struct TaskScope::Runner
{
    struct promise_type : Node
    {
        promise_type(TaskScope& owner, Task<>&) : scope(owner)
        {
            Node& list = scope.m_tasks;
            next = &list;
            previous = list.previous;
            list.previous->next = this;
            list.previous = this;
            ++scope.m_size;
        }

        ~promise_type()
        {
            previous->next = next;
            next->previous = previous;
            if (--scope.m_size == 0 && scope.m_rest) {
                scope.m_rest->empty.set(); // those that join look for themselves
                scope.m_rest->empty.reset();
            }
        }

        Runner get_return_object() { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; } // the frame destroys itself
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }

        TaskScope& scope;
    };
};

TaskScope::TaskScope(ErrorHandler onError)
{
    if (onError)
        rest().onError = std::move(onError);
}

TaskScope::~TaskScope()
{
    // Last in, first out: later tasks may refer to what earlier ones hold.
    while (m_tasks.previous != &m_tasks) {
        auto& promise = static_cast<Runner::promise_type&>(*m_tasks.previous);
        std::coroutine_handle<Runner::promise_type>::from_promise(promise).destroy();
    }
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the scope outlives the frames that it owns
TaskScope::Runner TaskScope::run(TaskScope& scope, Task<> task)
{
    try {
        co_await std::move(task);
    } catch (const OperationCancelled&) { // NOLINT(bugprone-empty-catch): ended because it was asked to
    } catch (...) {
        scope.failed(std::current_exception());
    }
}

void TaskScope::spawn(Task<> task)
{
    run(*this, std::move(task));
}

void TaskScope::failed(std::exception_ptr error)
{
    if (!m_rest || !m_rest->onError)
        std::rethrow_exception(std::move(error)); // out of a coroutine's handler: ends in std::terminate
    m_rest->onError(std::move(error));
}

Task<> TaskScope::join()
{
    while (m_size > 0)
        co_await rest().empty.wait();
}

} // namespace turnspit

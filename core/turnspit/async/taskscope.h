#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/task.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace turnspit {

/// Owns tasks that run beside each other. Belongs to one thread; its tasks run there.
///
/// A task that ends with OperationCancelled ended well. Any other exception goes to the error handler; without one it ends the
/// program, since it would vanish. The destructor destroys what is still suspended; it must not run from inside one of the tasks.
class TaskScope
{
public:
    using ErrorHandler = std::function<void(std::exception_ptr)>;

    explicit TaskScope(ErrorHandler onError = {});
    ~TaskScope();
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;

    /// Runs the task until it first suspends, then returns.
    void spawn(Task<> task);

    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    [[nodiscard]] bool isEmpty() const noexcept { return m_size == 0; }

    /// Ends when no task is left; what is spawned meanwhile is waited for too.
    Task<> join();

private:
    struct Runner;
    struct Node
    {
        Node* previous = this;
        Node* next = this;
    };
    static Runner run(TaskScope& scope, Task<> task);
    void failed(std::exception_ptr error);

    /// There are scopes that nobody joins, and that cannot fail, by the thousand.
    struct Rest
    {
        Event empty;
        ErrorHandler onError;
    };

    Rest& rest()
    {
        if (!m_rest)
            m_rest = std::make_unique<Rest>();
        return *m_rest;
    }

    Node m_tasks;
    std::size_t m_size = 0;
    std::unique_ptr<Rest> m_rest;
};

} // namespace turnspit

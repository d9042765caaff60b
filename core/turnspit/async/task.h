#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace turnspit {

/// Thrown where work ends because its stop was requested. Not a std::exception: `catch (const std::exception&)` around a unit of
/// work never swallows a cancellation.
struct OperationCancelled
{};

template <class T>
class Task;

namespace detail {

class TaskPromiseBase
{
public:
    std::suspend_always initial_suspend() const noexcept { return {}; }

    auto final_suspend() const noexcept
    {
        struct Awaiter
        {
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept
            {
                return continuation ? continuation : std::noop_coroutine();
            }
            void await_resume() const noexcept {}
            std::coroutine_handle<> continuation;
        };
        return Awaiter{m_continuation};
    }

    void setContinuation(std::coroutine_handle<> continuation) noexcept { m_continuation = continuation; }

private:
    std::coroutine_handle<> m_continuation;
};

template <class T>
class TaskPromise final : public TaskPromiseBase
{
public:
    Task<T> get_return_object() noexcept;
    void unhandled_exception() noexcept { m_result.template emplace<2>(std::current_exception()); }

    template <class U>
        requires std::is_convertible_v<U&&, T>
    void return_value(U&& value)
    {
        m_result.template emplace<1>(std::forward<U>(value));
    }

    T takeResult()
    {
        if (m_result.index() == 2)
            std::rethrow_exception(std::get<2>(m_result));
        return std::move(std::get<1>(m_result));
    }

private:
    std::variant<std::monostate, T, std::exception_ptr> m_result;
};

template <>
class TaskPromise<void> final : public TaskPromiseBase
{
public:
    Task<void> get_return_object() noexcept;
    void unhandled_exception() noexcept { m_error = std::current_exception(); }
    void return_void() const noexcept {}

    void takeResult() const
    {
        if (m_error)
            std::rethrow_exception(m_error);
    }

private:
    std::exception_ptr m_error;
};

} // namespace detail

/// A lazy, owning coroutine: runs when it is awaited, in the thread that awaits it, and resumes its awaiter where it ends. An
/// exception travels to the awaiter. Destroying a Task that is suspended destroys its locals; one that runs must not be destroyed.
/// Start one that nobody awaits with a TaskScope.
template <class T = void>
class [[nodiscard]] Task
{
public:
    using promise_type = detail::TaskPromise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task() noexcept = default;
    explicit Task(Handle handle) noexcept : m_handle(handle) {}
    Task(Task&& other) noexcept : m_handle(std::exchange(other.m_handle, {})) {}
    Task& operator=(Task&& other) noexcept
    {
        if (this != &other) {
            reset();
            m_handle = std::exchange(other.m_handle, {});
        }
        return *this;
    }
    ~Task() { reset(); }

    /// False for a default-made or moved-from task.
    explicit operator bool() const noexcept { return static_cast<bool>(m_handle); }

    void operator co_await() & = delete; // a task is awaited once, and gone with that: `co_await std::move(task)`
    auto operator co_await() && noexcept
    {
        struct Awaiter
        {
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept
            {
                handle.promise().setContinuation(awaiting);
                return handle;
            }
            T await_resume() const { return handle.promise().takeResult(); }
            Handle handle;
        };
        return Awaiter{m_handle};
    }

private:
    void reset() noexcept
    {
        if (m_handle)
            std::exchange(m_handle, {}).destroy();
    }

    Handle m_handle;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object() noexcept
{
    return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> detail::TaskPromise<void>::get_return_object() noexcept
{
    return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

} // namespace turnspit

#pragma once

#include <turnspit/async/resumption.h>
#include <turnspit/async/task.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>

namespace turnspit {

template <class T>
class Future;

namespace detail {

template <class T>
struct PromiseState
{
    std::mutex mutex;
    std::optional<T> value;                              // guarded
    bool broken = false;                                 // guarded
    std::optional<detail::Resumption::Poster> onReady;   // guarded
};

} // namespace detail

/// The giving end of one value that a coroutine awaits, perhaps in another thread: the bridge from callbacks to coroutines.
/// Any thread may set it, once. Dropped unset: the awaiter gets OperationCancelled.
template <class T>
class Promise
{
public:
    Promise() : m_state(std::make_shared<detail::PromiseState<T>>()) {}
    Promise(Promise&&) noexcept = default;
    Promise& operator=(Promise&& other) noexcept
    {
        if (this != &other) {
            drop();
            m_state = std::move(other.m_state);
        }
        return *this;
    }
    ~Promise() { drop(); }

    /// Once, before set.
    [[nodiscard]] Future<T> future() { return Future<T>(m_state); }

    void set(T value)
    {
        if (const auto state = std::exchange(m_state, nullptr))
            settle(*state, std::move(value));
    }

    /// False once the future is gone: nobody will see the value. Exact where both ends are in one thread.
    [[nodiscard]] bool isAwaited() const noexcept { return m_state && m_state.use_count() > 1; }

private:
    void drop()
    {
        if (const auto state = std::exchange(m_state, nullptr))
            settle(*state, std::nullopt);
    }

    static void settle(detail::PromiseState<T>& state, std::optional<T> value)
    {
        std::optional<detail::Resumption::Poster> onReady;
        {
            const std::lock_guard lock(state.mutex);
            state.broken = !value;
            state.value = std::move(value);
            onReady.swap(state.onReady);
        }
        if (onReady)
            (*onReady)();
    }

    std::shared_ptr<detail::PromiseState<T>> m_state;
};

/// The receiving end: `co_await std::move(future)`, once, in any thread; resumes in that thread.
template <class T>
class [[nodiscard]] Future
{
public:
    Future(Future&&) noexcept = default;
    Future& operator=(Future&&) noexcept = default;

    auto operator co_await() &&
    {
        struct Awaiter
        {
            bool await_ready() const
            {
                const std::lock_guard lock(state->mutex);
                return state->value || state->broken;
            }
            bool await_suspend(std::coroutine_handle<> handle)
            {
                resumption.arm(handle);
                const std::lock_guard lock(state->mutex);
                if (state->value || state->broken)
                    return false;
                state->onReady.emplace(resumption.poster());
                return true;
            }
            T await_resume() const
            {
                const std::lock_guard lock(state->mutex);
                if (!state->value)
                    throw OperationCancelled{};
                return std::move(*state->value);
            }
            std::shared_ptr<detail::PromiseState<T>> state;
            detail::Resumption resumption = {};
        };
        return Awaiter{m_state};
    }

private:
    friend class Promise<T>;
    explicit Future(std::shared_ptr<detail::PromiseState<T>> state) : m_state(std::move(state)) {}

    std::shared_ptr<detail::PromiseState<T>> m_state;
};

} // namespace turnspit

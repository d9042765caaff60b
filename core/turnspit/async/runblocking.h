#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/async/task.h>
#include <turnspit/async/workcontext.h>

#include <exception>
#include <expected>
#include <functional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace turnspit {

/// As many pieces of blocking work run at the same time; the others wait for their turn, first come, first served.
inline constexpr int maxBlockingThreads = 64;

namespace detail {

/// Runs it on a thread of the process that may block. Any thread.
void onBlockingThread(std::move_only_function<void()> work);

template <class Work>
auto outcomeOf(Work work) -> std::expected<std::invoke_result_t<Work&>, std::exception_ptr>
{
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
            work();
            return {};
        } else {
            return std::expected<std::invoke_result_t<Work&>, std::exception_ptr>(std::in_place, work());
        }
    } catch (...) {
        return std::unexpected(std::current_exception());
    }
}

} // namespace detail

/// `const auto text = co_await runBlocking([path] { return readWhole(path); }, stopping);`: a piece of work that blocks, for who must not:
/// it runs on a thread that the process keeps for such, and what it returns or throws comes here, in the thread that awaits. Code that
/// blocks most of the time rather has a thread of its own: Affinity::Dedicated.
///
/// `work` cannot be stopped from outside. One that has not begun when `stop` is requested never does: OperationCancelled. Where the
/// awaiting frame is destroyed meanwhile (a service that is late at its stop), it goes on all the same, and what it returns is dropped:
/// it owns what it uses, or shares it, and captures neither `this` nor references. What it captured is destroyed over there, before its value
/// is here. What it says in the log is said by the service that awaits. A program that ends does not wait for it.
template <class Work>
Task<std::invoke_result_t<Work&>> runBlocking(Work work, std::stop_token stop = {})
{
    using Value = std::invoke_result_t<Work&>;
    static_assert(!std::is_reference_v<Value>, "turnspit: what blocking work returns goes from thread to thread; return a value.");
    static_assert(!requires { typename Value::promise_type; }, "turnspit: blocking work is a function, not a coroutine; a coroutine is awaited.");
    Promise<std::expected<Value, std::exception_ptr>> promise;
    auto ended = promise.future();
    detail::onBlockingThread(
        [work = std::move(work), stop = std::move(stop), promise = std::move(promise), context = WorkContext::current()]() mutable {
            if (stop.stop_requested())
                return; // a promise that is dropped
            const WorkContext::Scope working(context);
            promise.set(detail::outcomeOf(std::move(work)));
        });
    auto outcome = co_await std::move(ended);
    if (!outcome)
        std::rethrow_exception(outcome.error());
    if constexpr (!std::is_void_v<Value>)
        co_return *std::move(outcome);
}

} // namespace turnspit

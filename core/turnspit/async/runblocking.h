#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/async/task.h>
#include <turnspit/async/workcontext.h>

#include <atomic>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
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
using BlockingOutcome = std::expected<std::invoke_result_t<Work&>, std::exception_ptr>;

template <class Work>
BlockingOutcome<Work> outcomeOf(Work& work)
{
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
            work();
            return {};
        } else {
            return BlockingOutcome<Work>(std::in_place, work());
        }
    } catch (...) {
        return std::unexpected(std::current_exception());
    }
}

/// What the awaiting frame and the thread that blocks have of each other.
template <class Work>
struct BlockingWork
{
    std::atomic<bool> taken = false; ///< begun, or stopped before; who takes it has the promise
    Promise<BlockingOutcome<Work>> promise;

    /// Null: somebody else has.
    std::optional<Promise<BlockingOutcome<Work>>> take() { return taken.exchange(true) ? std::nullopt : std::optional(std::move(promise)); }
};

template <class Work>
Task<std::invoke_result_t<Work&>> runBlocking(std::unique_ptr<Work> work, std::stop_token stop)
{
    const auto both = std::make_shared<BlockingWork<Work>>();
    auto ended = both->promise.future();
    onBlockingThread([both, stop, work = std::move(work), context = WorkContext::current()]() mutable {
        auto promise = both->take();
        if (!promise || stop.stop_requested())
            return; // a promise that is dropped
        const WorkContext::Scope working(context);
        auto outcome = outcomeOf(*work);
        work.reset();
        promise->set(std::move(outcome));
    });
    // One that waits for its turn, perhaps for long, is not waited for.
    const std::stop_callback onStop(std::move(stop), [both]() noexcept { both->take(); });
    auto outcome = co_await std::move(ended);
    if (!outcome)
        std::rethrow_exception(outcome.error());
    if constexpr (!std::is_void_v<std::invoke_result_t<Work&>>)
        co_return *std::move(outcome);
}

} // namespace detail

/// `const auto text = co_await runBlocking([path] { return readWhole(path); }, stopping);`: a piece of work that blocks, for who must not:
/// it runs on a thread that the process keeps for such, and what it returns or throws comes here, in the thread that awaits. Code that
/// blocks most of the time rather has a thread of its own: Affinity::Dedicated.
///
/// `work` cannot be stopped from outside. One that has not begun when `stop` is requested never does: OperationCancelled, at once. Where the
/// awaiting frame is destroyed meanwhile (a service that is late at its stop), it goes on all the same, and what it returns is dropped:
/// it owns what it uses, or shares it, and captures neither `this` nor references. What it captured is destroyed over there, before its value
/// is here. What it says in the log is said by the service that awaits. A program that ends does not wait for it.
template <class Work>
Task<std::invoke_result_t<Work&>> runBlocking(Work work, std::stop_token stop = {})
{
    using Value = std::invoke_result_t<Work&>;
    static_assert(!std::is_reference_v<Value>, "turnspit: what blocking work returns goes from thread to thread; return a value.");
    static_assert(!requires { typename Value::promise_type; }, "turnspit: blocking work is a function, not a coroutine; a coroutine is awaited.");
    return detail::runBlocking(std::make_unique<Work>(std::move(work)), std::move(stop));
}

} // namespace turnspit

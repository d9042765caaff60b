#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/async/thread.h>

#include <type_traits>
#include <utility>

namespace turnspit {

/// `co_await onThread(thread, work)`: runs `work` there and brings its value here. OperationCancelled where the thread has gone before
/// it got to it. What is left of `work` is destroyed there.
template <class Work>
auto onThread(Thread& thread, Work work)
{
    using Answer = std::invoke_result_t<Work&>;
    Promise<Answer> promise;
    auto future = promise.future();
    thread.mailbox()->post([work = std::move(work), promise = std::move(promise)]() mutable { promise.set(work()); });
    return future;
}

} // namespace turnspit

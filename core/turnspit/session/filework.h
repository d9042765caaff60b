#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/async/thread.h>

#include <memory>
#include <type_traits>

namespace turnspit {

/// `co_await onThread(thread, work)`: runs `work` there and brings its value here. Work that throws nothing; it must own what it uses.
template <class Work>
[[nodiscard]] auto onThread(Thread& thread, Work work)
{
    using Answer = std::invoke_result_t<Work&>;
    Promise<Answer> promise;
    auto future = promise.future();
    thread.mailbox()->post([work = std::move(work), promise = std::move(promise)]() mutable { promise.set(work()); });
    return future;
}

} // namespace turnspit

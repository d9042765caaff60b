#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/history/historywriter.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace turnspit {

/// `co_await askHistory(history, question)`: Result of the question, after all writes that were posted before.
template <class Ask>
[[nodiscard]] auto askHistory(HistoryWriter& history, Ask question)
{
    using Answer = std::invoke_result_t<Ask&, HistoryStore&>;
    const auto promise = std::make_shared<Promise<Answer>>();
    auto future = promise->future();
    if (!history.query(std::move(question), [promise](Answer answer) { promise->set(std::move(answer)); }))
        promise->set(fail("the history is too busy; try again"));
    return future;
}

} // namespace turnspit

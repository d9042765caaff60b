#include <turnspit/session/logqueries.h>

#include <turnspit/async/wait.h>
#include <turnspit/session/filework.h>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

/// An answer without entries is given after so long.
constexpr auto followLimit = 20s;
/// Looked again after so long though nobody said that there is more.
constexpr auto followLook = 1s;

/// In the frame of a question: where that goes before the answer, with its connection or its host, the thread of logs is not kept by it.
class Asked
{
public:
    Asked() = default;
    ~Asked() { m_givenUp->store(true, std::memory_order_relaxed); }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    [[nodiscard]] GivenUp givenUp() const { return m_givenUp; }

private:
    std::shared_ptr<std::atomic<bool>> m_givenUp = std::make_shared<std::atomic<bool>>(false);
};

} // namespace

LogQueries::LogQueries(Source& source, Clock& clock) : m_source(source), m_clock(clock), m_pages(std::make_shared<LogPages>()) {}

Thread& LogQueries::thread()
{
    if (!m_thread)
        m_thread = std::make_unique<Thread>(QStringLiteral("logs"));
    return *m_thread;
}

Task<Result<LogPage>> LogQueries::page(LogPageQuery selection)
{
    const Asked asked;
    selection.givenUp = asked.givenUp();
    selection.tail = std::make_shared<TailSearch>();
    const bool isTail = selection.query.last && selection.query.cursor.isEmpty() && selection.query.spans.isEmpty();
    for (;;) {
        auto found = co_await onThread(thread(), [pages = m_pages, query = selection] { return pages->read(query); });
        if (!found || !isTail || selection.tail->done)
            co_return found;
    }
}

Task<Result<LogPage>> LogQueries::read(LogQuery query)
{
    co_await yieldToLoop();
    auto selection = co_await m_source.select(std::move(query), false);
    if (!selection)
        co_return fail(selection.error());
    co_return co_await page(*std::move(selection));
}

Task<Result<LogPage>> LogQueries::follow(LogQuery query)
{
    co_await yieldToLoop();
    LogWatches::Watch watch(m_source.logWatches(), query.service.toStdString());
    const Instant deadline = m_clock.now() + followLimit;
    for (;;) {
        watch.begin();
        std::stop_source late;
        auto timer = m_clock.createTimer([&late] { late.request_stop(); });
        auto found = co_await look(query);
        if (!found || !found->entries.isEmpty() || !found->live || m_clock.now() >= deadline)
            co_return found;
        query.cursor = found->cursor; // what was searched without a hit is not searched again
        query.last.reset();
        if (!found->atEnd)
            continue;
        timer->startOnce(std::min<std::chrono::nanoseconds>(followLook, deadline - m_clock.now()));
        co_await watch.news(late.get_token());
    }
}

Task<Result<LogPage>> LogQueries::look(LogQuery query)
{
    const Look look(*this);
    auto selection = co_await m_source.select(std::move(query), true);
    if (!selection)
        co_return fail(selection.error());
    co_return co_await page(*std::move(selection));
}

Task<> LogQueries::settle(std::chrono::nanoseconds limit)
{
    LogWatches& watches = m_source.logWatches();
    for (const std::string& service : watches.watched())
        watches.written(service);
    co_await yieldToLoop(); // they are at it now
    std::stop_source late;
    const auto timer = m_clock.createTimer([&late] { late.request_stop(); });
    timer->startOnce(limit);
    while (m_looks > 0 && !late.stop_requested()) {
        m_allLooked.reset();
        co_await m_allLooked.wait(late.get_token());
    }
}

Task<Result<LogExtent>> LogQueries::extent(LogExtentQuery query)
{
    co_await yieldToLoop();
    LogWatches::Watch watch(m_source.logWatches(), query.service.toStdString());
    const Instant deadline = m_clock.now() + followLimit;
    LogQuery wanted;
    wanted.service = query.service;
    wanted.run = query.run;
    wanted.allRuns = query.allRuns;
    for (;;) {
        watch.begin();
        std::stop_source late;
        auto timer = m_clock.createTimer([&late] { late.request_stop(); });
        auto selection = co_await m_source.select(wanted, false);
        if (!selection)
            co_return fail(selection.error());
        if (!query.run)
            selection->live = true; // another run may come
        auto extent = co_await onThread(thread(), [pages = m_pages, selected = *selection, at = query.at] { return pages->extent(selected, at); });
        if (!extent || !query.behind || extent->end != *query.behind || !extent->live || m_clock.now() >= deadline)
            co_return extent;
        timer->startOnce(std::min<std::chrono::nanoseconds>(followLook, deadline - m_clock.now()));
        co_await watch.news(late.get_token());
    }
}

Task<Result<LogFound>> LogQueries::find(LogFind query)
{
    co_await yieldToLoop();
    auto folder = m_source.logFolderOf(query.service);
    if (!folder)
        co_return fail(folder.error());
    const Asked asked;
    co_return co_await onThread(thread(), [pages = m_pages, where = *std::move(folder), query = std::move(query), givenUp = asked.givenUp()] {
        return pages->find(where, query, givenUp);
    });
}

} // namespace turnspit

#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/task.h>
#include <turnspit/async/thread.h>
#include <turnspit/session/logpages.h>
#include <turnspit/session/logwatches.h>

#include <chrono>
#include <memory>
#include <string>

namespace turnspit {

/// Answers the questions of HostSession about logs, on a thread of its own: a search keeps it busy as long as it takes, and nothing
/// else of a host must wait for that. Belongs to the host thread; what is under way when it goes is given up.
class LogQueries
{
public:
    /// What a host knows about its logs. Host thread.
    class Source
    {
    public:
        virtual ~Source() = default;

        /// Where what is asked for is; an Error where there is no such service or run.
        [[nodiscard]] virtual Task<Result<LogPageQuery>> select(LogQuery query, bool follow) = 0;

        /// The folder of a service's log; an Error where there is no such service.
        [[nodiscard]] virtual Result<std::string> logFolderOf(const QString& service) const = 0;

        /// Told of what is written; outlives what is asked here.
        [[nodiscard]] virtual LogWatches& logWatches() = 0;
    };

    LogQueries(Source& source, Clock& clock);

    [[nodiscard]] Task<Result<LogPage>> read(LogQuery query);
    [[nodiscard]] Task<Result<LogPage>> follow(LogQuery query);
    [[nodiscard]] Task<Result<LogExtent>> extent(LogExtentQuery query);
    [[nodiscard]] Task<Result<LogFound>> find(LogFind query);

    /// Whoever follows a log looks once more, now, and has an answer where there is more; ends when they have, or after `limit`.
    [[nodiscard]] Task<> settle(std::chrono::nanoseconds limit);

    /// Made when it is asked for first; for other work on the files of logs.
    [[nodiscard]] Thread& thread();

private:
    /// Somebody who follows looks, as long as this lives.
    class Look
    {
    public:
        explicit Look(LogQueries& queries) : m_queries(queries) { ++m_queries.m_looks; }
        ~Look()
        {
            if (--m_queries.m_looks == 0)
                m_queries.m_allLooked.set();
        }
        Look(const Look&) = delete;
        Look& operator=(const Look&) = delete;

    private:
        LogQueries& m_queries;
    };

    Task<Result<LogPage>> page(LogPageQuery selection);
    /// A page for who follows, with what is there.
    Task<Result<LogPage>> look(LogQuery query);

    Source& m_source;
    Clock& m_clock;
    std::shared_ptr<LogPages> m_pages; ///< the thread of logs only
    std::unique_ptr<Thread> m_thread;
    int m_looks = 0;
    Event m_allLooked;
};

} // namespace turnspit

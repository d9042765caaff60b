#pragma once

#include <turnspit/async/task.h>
#include <turnspit/async/thread.h>
#include <turnspit/session/logpages.h>
#include <turnspit/session/logwatches.h>

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

    /// Made when it is asked for first; for other work on the files of logs.
    [[nodiscard]] Thread& thread();

private:
    Task<Result<LogPage>> page(LogPageQuery selection);

    Source& m_source;
    Clock& m_clock;
    std::shared_ptr<LogPages> m_pages; ///< the thread of logs only
    std::unique_ptr<Thread> m_thread;
};

} // namespace turnspit

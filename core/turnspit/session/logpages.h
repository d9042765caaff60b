#pragma once

#include <turnspit/control/values.h>
#include <turnspit/logs/logcursor.h>
#include <turnspit/logs/logreader.h>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// A search for the last lines that match, which is done in steps: an expression may be slow, and others wait. The thread of logs, until
/// a step has ended.
struct TailSearch
{
    bool done = false;
    std::vector<LogEntry> found = {};
    std::optional<LogPosition> end = {};  ///< of the range
    std::optional<LogPosition> rest = {}; ///< of what is still to be looked at
};

/// Which page of which log, with all that the host knows resolved: plain data for the thread of logs.
struct LogPageQuery
{
    LogQuery query;
    std::string folder;
    LogRange range;          ///< of the run, or the whole log
    bool findLastRun = false; ///< the host does not know where the last run is: look for its marks
    bool open = false;       ///< the range has no end yet: what is appended belongs to it
    bool live = false;       ///< more of it is to come
    GivenUp givenUp = {};    ///< by who asked
    std::shared_ptr<TailSearch> tail = {}; ///< where given: a page of last lines is none before that is done
};

/// Reads and searches logs. The thread of logs; keeps the indexes of the logs that were read last.
class LogPages
{
public:
    [[nodiscard]] Result<LogPage> read(const LogPageQuery& query);

    /// Of the query's range; with `at`, the number of the first entry not before that time.
    [[nodiscard]] Result<LogExtent> extent(const LogPageQuery& query, std::optional<WallTime> at);

    /// One step, short enough that what others ask meanwhile hardly waits.
    [[nodiscard]] Result<LogFound> find(const std::string& folder, const LogFind& query, const GivenUp& givenUp = {});

private:
    LogReader& reader(const std::string& folder);
    [[nodiscard]] static Result<LogPage> readSpans(LogReader& log, const QList<LogSpan>& spans);

    struct Cached
    {
        std::string folder;
        LogReader reader;
    };
    std::list<Cached> m_readers; ///< used last first
};

} // namespace turnspit

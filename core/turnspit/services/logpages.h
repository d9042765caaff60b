#pragma once

#include <turnspit/control/values.h>
#include <turnspit/logs/logreader.h>

#include <list>
#include <map>
#include <memory>
#include <string>

namespace turnspit {

/// Which page of which log, with all that the engine knows resolved: plain data for the files thread.
struct LogPageQuery
{
    LogQuery query;
    std::string folder;
    LogRange range;          ///< of the run, or the whole log
    bool findLastRun = false; ///< the engine does not know where the last run is: look for its marks
    bool open = false;       ///< the range has no end yet: what is appended belongs to it
    bool live = false;       ///< more of it is to come
};

/// Reads pages of logs. The files thread; keeps the indexes of the logs that were read last.
class LogPages
{
public:
    [[nodiscard]] Result<LogPage> read(const LogPageQuery& query);

private:
    LogReader& reader(const std::string& folder);

    struct Cached
    {
        std::string folder;
        LogReader reader;
    };
    std::list<Cached> m_readers; ///< used last first
};

} // namespace turnspit

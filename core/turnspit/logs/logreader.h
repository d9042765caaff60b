#pragma once

#include <turnspit/logs/logcursor.h>
#include <turnspit/logs/logentry.h>
#include <turnspit/logs/logindex.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// Random access to the log of one service, by number, by time and from the end. Any thread, one at a time; blocks on files.
/// What the keeper does meanwhile is seen at the next call (of refresh(), for numbers); what it removed is passed over.
class LogReader
{
public:
    /// Cheap: nothing is read. A folder that does not exist is an empty log.
    explicit LogReader(std::string folder, LogIndex::Cache cache = LogIndex::Cache::Use);

    // ---- by number: refresh() first; the first one reads the whole log once where no cache helps --------------------------

    [[nodiscard]] Result<> refresh();
    /// Instead of the first refresh(), for the end of a large log at once: see LogIndex.
    [[nodiscard]] Result<bool> peek(std::uint64_t bytes, std::uint64_t tooMuch) { return m_index.peek(bytes, tooMuch); }
    [[nodiscard]] std::uint64_t firstNumber() const { return m_index.firstNumber(); }
    [[nodiscard]] std::uint64_t endNumber() const { return m_index.endNumber(); }
    [[nodiscard]] std::uint64_t count() const { return m_index.count(); }

    /// Entries with numbers first, first + 1, ...; fewer at the end of the log and where segments are gone.
    [[nodiscard]] Result<std::vector<LogEntry>> read(std::uint64_t first, std::size_t count);

    /// The number of the first entry at or after a place.
    [[nodiscard]] Result<std::uint64_t> numberAt(LogPosition position) const { return m_index.numberAt(position); }

    // ---- by place: no index needed ------------------------------------------------------------------------------------------

    /// The last `count` entries of the range that the filter's streams, since and until let through, oldest first. Reads
    /// backwards in blocks. The filter's pattern is asked of single entries; `joined` is not looked at. Cancelled where it is given up.
    [[nodiscard]] Result<std::vector<LogEntry>> tail(std::size_t count, LogRange range = {}, const LogFilter& filter = {}) const;

    /// A step of that, which ends after `deadline` with what it has: `rest` is where the next one has to end its range, nullopt when
    /// nothing is left. Looks at one entry at least.
    [[nodiscard]] Result<std::vector<LogEntry>> tail(std::size_t count, LogRange range, const LogFilter& filter,
                                                     std::chrono::steady_clock::time_point deadline, std::optional<LogPosition>& rest) const;

    /// The place of the first entry not before `time`; end() where there is none.
    [[nodiscard]] Result<LogPosition> positionAt(WallTime time) const;

    /// Behind the last whole entry; {0, 0} for an empty log.
    [[nodiscard]] Result<LogPosition> end() const;

    [[nodiscard]] const std::string& folder() const { return m_folder; }
    [[nodiscard]] const LogIndex& index() const { return m_index; }

private:
    std::string m_folder;
    LogIndex m_index;
};

} // namespace turnspit

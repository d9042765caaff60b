#pragma once

#include <turnspit/base/error.h>
#include <turnspit/history/records.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

class SqliteDatabase;
class SqliteStatement;

/// Run records, host events and small durable state in one SQLite file (WAL, synchronous FULL: what was committed survives a
/// power cut). One thread at a time; every call may block on the disk: hosts use it through HistoryWriter.
///
/// Each call is a transaction of its own unless it is made between begin() and commit().
class HistoryStore
{
public:
    static constexpr int schemaVersion = 2;

    /// What open() found.
    struct Opened
    {
        std::string setAside;      ///< path of a damaged file that was put aside; "": none
        int migratedFrom = 0;      ///< schema version before; schemaVersion: nothing to do; 0: the file is new
    };

    /// Opens or makes the file. A damaged one is renamed to `FILE.damaged-TIME` and a fresh one is made. Fails in words where the
    /// folder cannot be written, or the file is of a newer version than this program knows.
    [[nodiscard]] static Result<std::unique_ptr<HistoryStore>> open(const std::string& file);

    ~HistoryStore();

    [[nodiscard]] const Opened& opened() const { return m_opened; }
    [[nodiscard]] const std::string& file() const { return m_file; }

    // ---- runs -----------------------------------------------------------------------------------------------------------------

    /// Records a run as it begins, or one that never was. An id that is there already is replaced.
    [[nodiscard]] Result<> beginRun(const Run& run);

    /// Records all that is known at the end: the same as beginRun, so that an end counts even where the beginning was not seen.
    [[nodiscard]] Result<> endRun(const Run& run) { return beginRun(run); }

    struct RunQuery
    {
        std::string service = {};      ///< "": all
        std::uint32_t limit = 50;
        RunId before = {};             ///< only ids less than this; 0: from the newest
        std::vector<Outcome> outcomes = {}; ///< only those that ended so; empty: all
    };

    /// Newest first.
    [[nodiscard]] Result<std::vector<Run>> runs(const RunQuery& query);
    [[nodiscard]] Result<std::optional<Run>> run(RunId id);
    [[nodiscard]] Result<std::optional<Run>> lastRun(const std::string& service);

    enum class Last { Begun, Ended };

    /// The newest run of each service, by service; Ended: the newest that has come to an end, and was one: not `skipped` or `missed`.
    [[nodiscard]] Result<std::map<std::string, Run>> lastRuns(Last which = Last::Begun);

    /// Runs without an end, oldest first: what a host that starts has to ask the keeper about.
    [[nodiscard]] Result<std::vector<Run>> openRuns();

    /// The greatest run id in the file, and the greatest that noteRunId was told, whichever is more.
    [[nodiscard]] Result<RunId> greatestRunId();
    [[nodiscard]] Result<> noteRunId(RunId id);

    // ---- host events ----------------------------------------------------------------------------------------------------------

    [[nodiscard]] Result<std::uint64_t> addEvent(const HistoryEvent& event);

    struct EventQuery
    {
        std::string service = {};               ///< "": all
        std::optional<WallTime> since = {};
        std::uint64_t after = 0;                ///< only ids greater than this
        std::uint32_t limit = 1000;
    };

    /// The newest `limit`, oldest first.
    [[nodiscard]] Result<std::vector<HistoryEvent>> events(const EventQuery& query);

    /// The newest of one of these kinds.
    [[nodiscard]] Result<std::optional<HistoryEvent>> lastEventOf(const std::vector<std::string>& kinds);

    // ---- durable state --------------------------------------------------------------------------------------------------------

    /// Text (JSON, by custom) that the engine keeps for a service: series, remembered outcomes.
    [[nodiscard]] Result<std::optional<std::string>> serviceState(const std::string& service);
    [[nodiscard]] Result<std::map<std::string, std::string>> serviceStates();
    [[nodiscard]] Result<> setServiceState(const std::string& service, std::string_view text);

    [[nodiscard]] Result<std::optional<std::string>> meta(const std::string& key);
    [[nodiscard]] Result<> setMeta(const std::string& key, std::string_view value);

    // ---- upkeep ---------------------------------------------------------------------------------------------------------------

    /// Removes runs that ended and events that happened before; keeps the newest run of each service, and its newest with an
    /// outcome. Returns how many rows went.
    [[nodiscard]] Result<std::uint64_t> prune(WallTime olderThan);

    /// Removes all that is kept of a service; its run ids stay used up.
    [[nodiscard]] Result<> forget(const std::string& service);

    /// Another name from now on (`rename`): runs, events and state move with it. Runs that `to` has stay, its state is replaced.
    [[nodiscard]] Result<> rename(const std::string& from, const std::string& to);

    // ---- transactions ---------------------------------------------------------------------------------------------------------

    /// What an error of this file means for who retries.
    enum class Trouble { None, Transient, Damaged, Other }; ///< Transient: locked, full, no memory, I/O: try again later

    /// Of the last call that failed in SQLite.
    [[nodiscard]] Trouble lastTrouble() const { return m_trouble; }

    [[nodiscard]] Result<> begin();
    [[nodiscard]] Result<> commit();
    void rollback() noexcept;

    /// All or nothing of `work` inside the transaction that is open.
    [[nodiscard]] Result<> nested(const std::function<Result<>()>& work);

    /// Puts the file aside as damaged and goes on with a fresh one; opened() names it.
    [[nodiscard]] Result<> startAfresh();

private:
    explicit HistoryStore(std::string file);

    [[nodiscard]] Result<> openOrSetAside();
    [[nodiscard]] Result<> connect();
    [[nodiscard]] Result<> migrate();
    [[nodiscard]] Result<std::string> setAside();
    [[nodiscard]] std::unexpected<Error> sqlError(std::string_view doing);
    [[nodiscard]] Result<> run(SqliteStatement& statement, std::string_view doing);
    [[nodiscard]] Result<std::vector<Run>> readRuns(SqliteStatement& statement);
    [[nodiscard]] Result<std::optional<std::string>> readText(SqliteStatement& statement);

    std::string m_file;
    std::unique_ptr<SqliteDatabase> m_database;
    Opened m_opened;
    Trouble m_trouble = Trouble::None;
};

} // namespace turnspit

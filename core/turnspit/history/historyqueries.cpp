#include <turnspit/history/historystore.h>
#include <sqlite/sqlitedatabase.h>

#include <algorithm>

namespace turnspit {

namespace {

constexpr const char* runIdKey = "run-id";

std::int64_t toColumn(WallTime time)
{
    return time.time_since_epoch().count();
}

WallTime timeFrom(std::int64_t column)
{
    return WallTime(std::chrono::microseconds(column));
}

std::int64_t toColumn(RunId id)
{
    return static_cast<std::int64_t>(id.value);
}

// The order of columns that readRuns() knows.
#define TURNSPIT_RUN_COLUMNS                                                                                                   \
    "id, service, run_trigger, attempt, began, ended, outcome, exit_code, signal, reason, peak_memory, cpu_seconds, "          \
    "log_lines, log_begin_segment, log_begin_offset, log_end_segment, log_end_offset, pid"

// It has come to an end, and something ran.
#define TURNSPIT_RUN_WAS_ONE "outcome IS NOT NULL AND outcome NOT IN ('skipped', 'missed')"

Run readRun(const SqliteStatement& row)
{
    Run run;
    run.id.value = static_cast<std::uint64_t>(row.integer(0));
    run.service = row.text(1);
    run.trigger = triggerFromString(row.text(2)).value_or(Trigger::Start);
    run.attempt = static_cast<std::uint32_t>(row.integer(3));
    run.begin = timeFrom(row.integer(4));
    if (!row.isNull(5))
        run.end = timeFrom(row.integer(5));
    if (!row.isNull(6))
        run.outcome = outcomeFromString(row.text(6)).value_or(Outcome::Unknown);
    if (!row.isNull(7))
        run.exitCode = static_cast<int>(row.integer(7));
    if (!row.isNull(8))
        run.signal = static_cast<int>(row.integer(8));
    run.reason = row.text(9);
    if (!row.isNull(10))
        run.peakMemory = static_cast<std::uint64_t>(row.integer(10));
    if (!row.isNull(11))
        run.cpuSeconds = row.real(11);
    run.logLines = static_cast<std::uint64_t>(row.integer(12));
    run.logBeginSegment = static_cast<std::uint32_t>(row.integer(13));
    run.logBeginOffset = static_cast<std::uint64_t>(row.integer(14));
    run.logEndSegment = static_cast<std::uint32_t>(row.integer(15));
    run.logEndOffset = static_cast<std::uint64_t>(row.integer(16));
    if (!row.isNull(17))
        run.pid = static_cast<int>(row.integer(17));
    return run;
}

// `SELECT id, time, kind, service, text`.
HistoryEvent readEvent(const SqliteStatement& row)
{
    return {static_cast<std::uint64_t>(row.integer(0)), timeFrom(row.integer(1)), row.text(2), row.text(3), row.text(4)};
}

} // namespace

Result<> HistoryStore::run(SqliteStatement& statement, std::string_view doing)
{
    if (!statement.isValid() || statement.step() == SqliteStatement::Step::Error)
        return sqlError(doing);
    return {};
}

Result<std::vector<Run>> HistoryStore::readRuns(SqliteStatement& statement)
{
    std::vector<Run> runs;
    if (!statement.isValid())
        return sqlError("read");
    for (;;) {
        switch (statement.step()) {
        case SqliteStatement::Step::Row: runs.push_back(readRun(statement)); break;
        case SqliteStatement::Step::Done: return runs;
        case SqliteStatement::Step::Error: return sqlError("read");
        }
    }
}

Result<std::optional<std::string>> HistoryStore::readText(SqliteStatement& statement)
{
    if (!statement.isValid())
        return sqlError("read");
    switch (statement.step()) {
    case SqliteStatement::Step::Row: return statement.text(0);
    case SqliteStatement::Step::Done: return std::nullopt;
    case SqliteStatement::Step::Error: break;
    }
    return sqlError("read");
}

Result<> HistoryStore::beginRun(const Run& run)
{
    SqliteStatement statement = m_database->prepare(
        "INSERT OR REPLACE INTO runs (" TURNSPIT_RUN_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    if (!statement.isValid())
        return sqlError("write");
    statement.bind(toColumn(run.id));
    statement.bind(run.service);
    statement.bind(toString(run.trigger));
    statement.bind(std::int64_t{run.attempt});
    statement.bind(toColumn(run.begin));
    statement.bind(run.end ? std::optional(toColumn(*run.end)) : std::nullopt);
    statement.bind(run.outcome ? std::optional(toString(*run.outcome)) : std::nullopt);
    statement.bind(run.exitCode);
    statement.bind(run.signal);
    statement.bind(run.reason);
    statement.bind(run.peakMemory);
    statement.bind(run.cpuSeconds);
    statement.bind(static_cast<std::int64_t>(run.logLines));
    statement.bind(std::int64_t{run.logBeginSegment});
    statement.bind(static_cast<std::int64_t>(run.logBeginOffset));
    statement.bind(std::int64_t{run.logEndSegment});
    statement.bind(static_cast<std::int64_t>(run.logEndOffset));
    statement.bind(run.pid);
    return this->run(statement, "write");
}

Result<std::vector<Run>> HistoryStore::runs(const RunQuery& query)
{
    const std::int64_t before = query.before ? toColumn(query.before) : INT64_MAX;
    std::string outcomes; // `,failed,killed,`
    for (const Outcome outcome : query.outcomes)
        outcomes += (outcomes.empty() ? "," : "") + std::string(toString(outcome)) + ',';
    SqliteStatement statement = m_database->prepare(
        query.service.empty()
            ? "SELECT " TURNSPIT_RUN_COLUMNS " FROM runs WHERE id < ?1 AND (?3 = '' OR instr(?3, ',' || outcome || ',') > 0) "
              "ORDER BY id DESC LIMIT ?2"
            : "SELECT " TURNSPIT_RUN_COLUMNS " FROM runs WHERE id < ?1 AND (?3 = '' OR instr(?3, ',' || outcome || ',') > 0) "
              "AND service = ?4 ORDER BY id DESC LIMIT ?2");
    if (!statement.isValid())
        return sqlError("read");
    statement.bind(before);
    statement.bind(std::int64_t{query.limit});
    statement.bind(outcomes);
    if (!query.service.empty())
        statement.bind(query.service);
    return readRuns(statement);
}

Result<std::optional<Run>> HistoryStore::run(RunId id)
{
    SqliteStatement statement = m_database->prepare("SELECT " TURNSPIT_RUN_COLUMNS " FROM runs WHERE id = ?");
    if (!statement.isValid())
        return sqlError("read");
    statement.bind(toColumn(id));
    auto found = readRuns(statement);
    if (!found)
        return fail(found.error());
    return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::optional<Run>> HistoryStore::lastRun(const std::string& service)
{
    auto found = runs({service, 1, {}});
    if (!found)
        return fail(found.error());
    return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::map<std::string, Run>> HistoryStore::lastRuns(Last which)
{
    SqliteStatement statement = m_database->prepare(
        which == Last::Begun
            ? "SELECT " TURNSPIT_RUN_COLUMNS " FROM runs WHERE id IN (SELECT max(id) FROM runs GROUP BY service)"
            : "SELECT " TURNSPIT_RUN_COLUMNS
              " FROM runs WHERE id IN (SELECT max(id) FROM runs WHERE " TURNSPIT_RUN_WAS_ONE " GROUP BY service)");
    auto found = readRuns(statement);
    if (!found)
        return fail(found.error());
    std::map<std::string, Run> out;
    for (Run& one : *found) {
        std::string service = one.service;
        out.insert_or_assign(std::move(service), std::move(one));
    }
    return out;
}

Result<std::vector<Run>> HistoryStore::openRuns()
{
    SqliteStatement statement =
        m_database->prepare("SELECT " TURNSPIT_RUN_COLUMNS " FROM runs WHERE ended IS NULL ORDER BY id");
    return readRuns(statement);
}

Result<RunId> HistoryStore::greatestRunId()
{
    const auto inRuns = m_database->number("SELECT coalesce(max(id), 0) FROM runs");
    if (!inRuns)
        return sqlError("read");
    const auto noted = m_database->number("SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE key = 'run-id'");
    if (!noted)
        return sqlError("read");
    return RunId{static_cast<std::uint64_t>(std::max(*inRuns, *noted))};
}

Result<> HistoryStore::noteRunId(RunId id)
{
    const auto greatest = greatestRunId();
    if (!greatest)
        return fail(greatest.error());
    return setMeta(runIdKey, std::to_string(std::max(*greatest, id).value));
}

Result<std::uint64_t> HistoryStore::addEvent(const HistoryEvent& event)
{
    SqliteStatement statement = m_database->prepare("INSERT INTO events (time, kind, service, text) VALUES (?,?,?,?)");
    if (!statement.isValid())
        return sqlError("write");
    statement.bind(toColumn(event.time));
    statement.bind(event.kind);
    statement.bind(event.service);
    statement.bind(event.text);
    if (const auto done = run(statement, "write"); !done)
        return fail(done.error());
    return static_cast<std::uint64_t>(m_database->lastInsertId());
}

Result<std::vector<HistoryEvent>> HistoryStore::events(const EventQuery& query)
{
    SqliteStatement statement =
        m_database->prepare("SELECT id, time, kind, service, text FROM events "
                            "WHERE time >= ?1 AND id > ?2 AND (?3 = '' OR service = ?3) ORDER BY id DESC LIMIT ?4");
    if (!statement.isValid())
        return sqlError("read");
    statement.bind(query.since ? toColumn(*query.since) : INT64_MIN);
    statement.bind(static_cast<std::int64_t>(query.after));
    statement.bind(query.service);
    statement.bind(std::int64_t{query.limit});
    std::vector<HistoryEvent> events;
    for (;;) {
        switch (statement.step()) {
        case SqliteStatement::Step::Row:
            events.push_back(readEvent(statement));
            break;
        case SqliteStatement::Step::Done:
            std::reverse(events.begin(), events.end());
            return events;
        case SqliteStatement::Step::Error:
            return sqlError("read");
        }
    }
}

Result<std::optional<HistoryEvent>> HistoryStore::lastEventOf(const std::vector<std::string>& kinds)
{
    std::string wanted(",");
    for (const std::string& kind : kinds)
        wanted += kind + ',';
    SqliteStatement statement = m_database->prepare(
        "SELECT id, time, kind, service, text FROM events WHERE instr(?, ',' || kind || ',') > 0 ORDER BY id DESC LIMIT 1");
    if (!statement.isValid())
        return sqlError("read");
    statement.bind(wanted);
    switch (statement.step()) {
    case SqliteStatement::Step::Row: return readEvent(statement);
    case SqliteStatement::Step::Done: return std::nullopt;
    case SqliteStatement::Step::Error: break;
    }
    return sqlError("read");
}

Result<std::optional<std::string>> HistoryStore::serviceState(const std::string& service)
{
    SqliteStatement statement = m_database->prepare("SELECT text FROM service_state WHERE service = ?");
    if (statement.isValid())
        statement.bind(service);
    return readText(statement);
}

Result<std::map<std::string, std::string>> HistoryStore::serviceStates()
{
    SqliteStatement statement = m_database->prepare("SELECT service, text FROM service_state");
    if (!statement.isValid())
        return sqlError("read");
    std::map<std::string, std::string> states;
    for (;;) {
        switch (statement.step()) {
        case SqliteStatement::Step::Row: states.emplace(statement.text(0), statement.text(1)); break;
        case SqliteStatement::Step::Done: return states;
        case SqliteStatement::Step::Error: return sqlError("read");
        }
    }
}

Result<> HistoryStore::setServiceState(const std::string& service, std::string_view text)
{
    SqliteStatement statement = m_database->prepare("INSERT OR REPLACE INTO service_state (service, text) VALUES (?,?)");
    if (!statement.isValid())
        return sqlError("write");
    statement.bind(service);
    statement.bind(text);
    return run(statement, "write");
}

Result<std::optional<std::string>> HistoryStore::meta(const std::string& key)
{
    SqliteStatement statement = m_database->prepare("SELECT value FROM meta WHERE key = ?");
    if (statement.isValid())
        statement.bind(key);
    return readText(statement);
}

Result<> HistoryStore::setMeta(const std::string& key, std::string_view value)
{
    SqliteStatement statement = m_database->prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)");
    if (!statement.isValid())
        return sqlError("write");
    statement.bind(key);
    statement.bind(value);
    return run(statement, "write");
}

Result<std::uint64_t> HistoryStore::prune(WallTime olderThan)
{
    std::uint64_t removed = 0;
    const auto done = nested([&]() -> Result<> {
        for (const char* sql : {"DELETE FROM runs WHERE ended < ? AND id NOT IN (SELECT max(id) FROM runs GROUP BY service) "
                                "AND id NOT IN (SELECT max(id) FROM runs WHERE " TURNSPIT_RUN_WAS_ONE " GROUP BY service)",
                                "DELETE FROM events WHERE time < ? AND id <> coalesce((SELECT max(id) FROM events WHERE kind = 'host-started'), 0)"}) {
            SqliteStatement statement = m_database->prepare(sql);
            if (!statement.isValid())
                return sqlError("write");
            statement.bind(toColumn(olderThan));
            if (const auto one = run(statement, "write"); !one)
                return one;
            removed += m_database->changes();
        }
        return {};
    });
    if (!done)
        return fail(done.error());
    return removed;
}

Result<> HistoryStore::forget(const std::string& service)
{
    return nested([&]() -> Result<> {
        if (const auto noted = noteRunId({}); !noted)
            return noted;
        for (const char* sql : {"DELETE FROM runs WHERE service = ?", "DELETE FROM events WHERE service = ?",
                                "DELETE FROM service_state WHERE service = ?"}) {
            SqliteStatement statement = m_database->prepare(sql);
            if (!statement.isValid())
                return sqlError("write");
            statement.bind(service);
            if (const auto one = run(statement, "write"); !one)
                return one;
        }
        return {};
    });
}

Result<> HistoryStore::rename(const std::string& from, const std::string& to)
{
    return nested([&]() -> Result<> {
        for (const char* sql : {"UPDATE runs SET service = ?2 WHERE service = ?1", "UPDATE events SET service = ?2 WHERE service = ?1",
                                "UPDATE OR REPLACE service_state SET service = ?2 WHERE service = ?1"}) {
            SqliteStatement statement = m_database->prepare(sql);
            if (!statement.isValid())
                return sqlError("write");
            statement.bind(from);
            statement.bind(to);
            if (const auto one = run(statement, "write"); !one)
                return one;
        }
        return {};
    });
}

} // namespace turnspit

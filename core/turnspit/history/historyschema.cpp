#include <turnspit/history/historyschema.h>

namespace turnspit {

namespace {

// Times are microseconds since 1970, UTC. Triggers and outcomes are the words of the contract, so that the file can be read by hand.
constexpr const char* migrations[] = {
    R"(
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        service TEXT NOT NULL,
        run_trigger TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        began INTEGER NOT NULL,
        ended INTEGER,
        outcome TEXT,
        exit_code INTEGER,
        signal INTEGER,
        reason TEXT NOT NULL DEFAULT '',
        peak_memory INTEGER,
        cpu_seconds REAL,
        log_lines INTEGER NOT NULL DEFAULT 0,
        pid INTEGER
    );
    CREATE INDEX runs_by_service ON runs (service, id);
    CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        kind TEXT NOT NULL,
        service TEXT NOT NULL,
        text TEXT NOT NULL
    );
    CREATE INDEX events_by_time ON events (time);
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    )",
    R"(
    ALTER TABLE runs ADD COLUMN log_begin_segment INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN log_begin_offset INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN log_end_segment INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN log_end_offset INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX runs_open ON runs (id) WHERE ended IS NULL;
    CREATE TABLE service_state (service TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    )",
};

} // namespace

std::span<const char* const> historyMigrations()
{
    return migrations;
}

} // namespace turnspit

-- A history file as schema version 1 left it.
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, service TEXT NOT NULL, run_trigger TEXT NOT NULL, attempt INTEGER NOT NULL, began INTEGER NOT NULL,
    ended INTEGER, outcome TEXT, exit_code INTEGER, signal INTEGER, reason TEXT NOT NULL DEFAULT '', peak_memory INTEGER,
    cpu_seconds REAL, log_lines INTEGER NOT NULL DEFAULT 0, pid INTEGER
);
CREATE INDEX runs_by_service ON runs (service, id);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, kind TEXT NOT NULL, service TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX events_by_time ON events (time);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO runs VALUES (40, 'backup', 'schedule', 1, 1795336800000000, 1795336918000000, 'succeeded', 0, NULL, '', 96000000, 1.5, 1020, 811);
INSERT INTO runs VALUES (41, 'backup', 'ctl', 2, 1795337100000000, 1795337582000000, 'failed', 1, NULL, 'exit 1', NULL, NULL, 4102, 812);
INSERT INTO runs VALUES (42, 'mailer', 'start', 1, 1795337600000000, NULL, NULL, NULL, NULL, '', NULL, NULL, 0, 900);
INSERT INTO events (time, kind, service, text) VALUES (1795336800000000, 'host-started', '', 'turnspitd 0.1.0');
INSERT INTO meta VALUES ('colour', 'green');
PRAGMA user_version = 1;
COMMIT;

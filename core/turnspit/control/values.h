#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/ids.h>
#include <turnspit/base/states.h>
#include <turnspit/base/time.h>
#include <turnspit/base/units.h>

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

/// The values that a client of a host sees: copies, never pointers; the same in process and over the socket. The JSON form of each
/// is in json.h and in resources/protocol.md.
namespace turnspit {

/// One row of `list`: all that changes while one looks.
struct ServiceInfo
{
    QString name;
    QString group;                    ///< "": none
    ServiceKind kind = ServiceKind::Kept;
    ServiceState state = ServiceState::Stopped;
    QStringList flags;                ///< sorted: `adopted` `changed` `file-broken` `held` `unhealthy`
    std::optional<int> pid;           ///< leader of the newest live run
    WallTime since{};                 ///< of the state
    int restarts = 0;                 ///< since the last start that was not one
    std::optional<WallTime> nextRun;  ///< in backing-off the retry
    std::optional<Outcome> lastOutcome; ///< of the last ended run, as the next two
    std::optional<int> exitCode;
    std::optional<QString> signal;    ///< "SIGKILL"
    std::optional<QString> reason;    ///< one line; of an invalid one: begins `FILE:LINE:COL: `
    std::optional<double> cpuPercent; ///< 100 is one core; the whole tree; null before the first sample
    std::optional<qint64> memoryBytes;

    bool operator==(const ServiceInfo&) const = default;
};

/// The host's own line.
struct HostInfo
{
    QString host;     ///< `turnspitd`, `turnspit`, or the name that a worker gave itself
    int pid = 0;
    QString version;
    QStringList features;
    WallTime since{};
    QString stateDir;
    QString configDir;
    QString keeper;   ///< "connected (pid 812)", "starting", "none"
    bool shuttingDown = false;
    qint64 logBytes = 0;     ///< all services together, at the last housekeeping
    QStringList problems;    ///< facts that a person must see: a full disk, a damaged history that was set aside

    bool operator==(const HostInfo&) const = default;
};

/// Everything at one revision.
struct Snapshot
{
    Revision revision;
    HostInfo host;
    QList<ServiceInfo> services; ///< sorted by name

    bool operator==(const Snapshot&) const = default;
};

/// From revision - 1 to revision; a client that has another revision asks for a new snapshot.
struct Delta
{
    Revision revision;
    QList<ServiceInfo> changed;      ///< added ones, too
    QStringList removed;
    std::optional<HostInfo> host;
};

/// One execution, as `runs` shows it; `end` and `outcome` are null while it runs.
struct RunInfo
{
    RunId id;
    QString service;
    Trigger trigger = Trigger::Start;
    int attempt = 1;
    WallTime begin{};
    std::optional<WallTime> end;
    std::optional<Outcome> outcome;
    std::optional<int> exitCode;
    std::optional<QString> signal;
    std::optional<QString> reason;
    std::optional<double> duration;        ///< seconds
    std::optional<qint64> peakMemoryBytes;
    std::optional<double> cpuSeconds;
    qint64 logLines = 0;

    bool operator==(const RunInfo&) const = default;
};

struct RunQuery
{
    QString service;             ///< "": all
    int limit = 50;
    std::optional<RunId> before; ///< older than this one: the next page
    std::optional<RunId> id;     ///< this one only
    QList<Outcome> outcomes;     ///< only those that ended so; empty: all, also what runs
};

/// One planned run, as `next` shows it.
struct PlannedRun
{
    QString service;
    WallTime at{};
    bool operator==(const PlannedRun&) const = default;
};

/// One entry of a log; the bytes are the service's own.
struct LogEntryInfo
{
    quint64 n = 0;       ///< number of the entry in its service's log
    WallTime time{};
    char stream = 'o';   ///< o, e, h
    QByteArray text;     ///< without the prefix and the newline
    bool more = false;   ///< the text goes on in the next entry of this stream
    bool operator==(const LogEntryInfo&) const = default;
};

/// Which entries of one service's log. Without anything set: all of the live run, else of the last.
struct LogQuery
{
    QString service;
    std::optional<RunId> run;
    std::optional<WallTime> since; ///< with since, until or grep all segments are searched
    std::optional<WallTime> until;
    QString grep;                  ///< a regular expression (PCRE), "" for none
    QString streams;               ///< "o,e,h" or ""
    std::optional<quint64> before; ///< only entries with smaller numbers; with `last`: a page backwards
    std::optional<int> last;       ///< the last so many of what the rest selects
    QString cursor;                ///< go on here; what `LogPage::cursor` said. "" : from the start of the selection
    int count = 1000;              ///< at most so many entries a page; fewer when the page would exceed 4 MiB
    bool allRuns = false;          ///< the whole log rather than one run
};

struct LogPage
{
    QList<LogEntryInfo> entries;
    QString cursor;     ///< opaque: where the next page begins
    bool atEnd = true;  ///< nothing more is there now
    bool live = false;  ///< the selection may grow (a run is alive, or all runs are shown)
    QString note;       ///< "" or what a person should know: segments were removed while reading
};

enum class Action { Start, Stop, Restart, Kill, Hold, Resume, Enable, Disable };

struct ActionRequest
{
    Action action = Action::Start;
    QStringList names;
    bool all = false;
    QString group;                        ///< "": none; names, all and group add up
    bool wait = true;                     ///< answer when it is done, else when it has begun
    std::optional<Milliseconds> timeout;  ///< stop: instead of `stop.timeout`, this once
    Trigger trigger = Trigger::Ctl;
    bool atQuit = false;                  ///< stop: somebody ends the host next. Not a person's wish; within the host's shutdown limit
};

/// What an acting command prints for each name.
struct ActionResult
{
    QString name;
    bool ok = true;
    ServiceState state = ServiceState::Stopped;
    std::optional<QString> error;
    std::optional<QString> note; ///< "had to kill it"; for people
};

/// A stop under way, as far as its end is known.
struct StopInfo
{
    QString name;
    RunId run;
    QString sent;                   ///< `SIGTERM`, ...; `SIGKILL` where nothing polite is left; "" where it is a command or not known
    WallTime killAt{};              ///< when what is left then is killed, by the clock of the host
    bool operator==(const StopInfo&) const = default;
};

/// The text of a service file with where it is. A built-in service has none: file and text are empty, and `values` says what it has
/// done: `ticks` since it started, `last_tick` (a time or null), `last_error` ("" after a good end); of one that ticks.
struct DefinitionInfo
{
    QString name;
    QString file;
    QString text;
    QJsonObject values; ///< every key with the value that the file gives it, secrets masked
    QStringList changes; ///< what the live run does not know yet, a key each: `restart.delay: 1s -> 5s`; empty without flag `changed`
};

struct Diagnostic
{
    bool isError = true; ///< else a warning
    QString message;     ///< without the position
    QString file;
    int line = 0;
    int column = 0;
    bool operator==(const Diagnostic&) const = default;
};

struct AddRequest
{
    QString name;
    QString text;      ///< of the whole file
    bool start = true;
    Trigger trigger = Trigger::Ctl;
};

/// One key of one file; an empty value removes the key.
struct KeyEdit
{
    QString key;   ///< dotted: `restart.delay`
    QString value; ///< as a person types it; taken as TOML where it is that, else as a string
};

struct UpdateRequest
{
    QString name;
    QList<KeyEdit> edits;
    std::optional<QString> text; ///< instead of edits: the whole new file
};

struct HostEvent
{
    WallTime time{};
    QString kind;    ///< `host-started`, `service-failed`, ...
    QString service; ///< "" for the host
    QString text;
    bool operator==(const HostEvent&) const = default;
};

struct EventQuery
{
    std::optional<WallTime> since;
    int limit = 100;
};

/// What a service used when the host sampled it; the whole tree of processes.
struct UsageSample
{
    WallTime time{};
    std::optional<double> cpuPercent;   ///< 100 is one core; null at the first sample of a run
    std::optional<qint64> memoryBytes;  ///< resident; null: nothing ran from here on
    bool operator==(const UsageSample&) const = default;
};

struct SchedulePreview
{
    QString sentence;
    QList<WallTime> times;
    QStringList warnings;
};

} // namespace turnspit

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

/// Entries of one service's log by number: first, first + 1, ...
struct LogSpan
{
    quint64 first = 0;
    quint64 count = 0;
    [[nodiscard]] quint64 end() const { return first + count; }
    bool operator==(const LogSpan&) const = default;
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
    /// These entries, ascending, and what continues the last lines of each span; of the rest only `service` is looked at. A page
    /// that is not `atEnd` had too many bytes: the rest is asked for from the last number on.
    QList<LogSpan> spans = {};
};

struct LogPage
{
    QList<LogEntryInfo> entries;
    QString cursor;     ///< opaque: where the next page begins
    bool atEnd = true;  ///< nothing more is there now
    bool live = false;  ///< the selection may grow (a run is alive, or all runs are shown)
    QString note;       ///< "" or what a person should know: segments were removed while reading
};

/// Of which log the numbers are wanted: one run's part, the whole, or (neither) the live run's, else the last one's.
struct LogExtentQuery
{
    QString service;
    std::optional<RunId> run = {};
    bool allRuns = false;
    std::optional<quint64> behind = {}; ///< answer when the end is another than this, nothing can come any more, or 20 s have passed
    std::optional<WallTime> at = {};    ///< with this, the number of the first entry not before it
};

/// Where a log begins and ends, in numbers of entries.
struct LogExtent
{
    quint64 first = 0;      ///< of the oldest entry that is still there
    quint64 end = 0;        ///< of the entry that comes next
    qint64 bytes = 0;       ///< on disk
    bool live = false;      ///< it may grow
    quint64 numbering = 0;  ///< another value than before: numbers given before may mean other entries (the first answer about a large
                            ///< log may know its end only, and numbers that from 0)
    std::optional<quint64> at = {}; ///< what LogExtentQuery::at asked for; `end` where all are before it

    bool operator==(const LogExtent&) const = default;
};

/// What to look for in a part of a log. Lines are looked at as people read them: pieces joined, control sequences dropped, what a
/// carriage return overwrites gone.
struct LogFind
{
    QString service;
    QString pattern;            ///< a regular expression (PCRE); "": every line
    bool caseSensitive = true;
    QString streams = {};       ///< "o,e,h" or ""
    quint64 first = 0;          ///< lines that begin in [first, end)
    quint64 end = 0;
};

/// The answer of one step of a search.
struct LogFound
{
    QList<LogSpan> lines; ///< numbers of the first entries of the lines that match, ascending
    quint64 next = 0;     ///< what begins before is looked at; LogFind::end when done, else ask again from here

    bool operator==(const LogFound&) const = default;
};

enum class Action { Start, Stop, Restart, Kill, Hold, Resume, Enable, Disable };

struct ActionRequest
{
    Action action = Action::Start;
    QStringList names;
    bool all = false;
    QString group;                        ///< "": none; names, all and group add up; hold, resume: of all and of a group what ticks
    bool wait = true;                     ///< answer when it is done, else when it has begun
    std::optional<Milliseconds> timeout;  ///< stop: instead of `stop.timeout`, this once
    Trigger trigger = Trigger::Ctl;
    std::optional<WallTime> until;        ///< hold: it ends by itself then, by the wall clock of the host; null: when somebody resumes
    bool atQuit = false;                  ///< stop, kill: somebody ends the host next. Not remembered as a person's wish; a stop keeps the host's shutdown limit

    /// Services that do not tick are meant by it only where they are named.
    [[nodiscard]] bool isForWhatTicks() const { return action == Action::Hold || action == Action::Resume; }
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
    bool thenStart = false;         ///< it was asked to start again after that
    bool operator==(const StopInfo&) const = default;
};

/// A hold that ends by itself.
struct HoldInfo
{
    QString name;
    WallTime until{}; ///< by the wall clock of the host
    bool operator==(const HoldInfo&) const = default;
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

    bool operator==(const KeyEdit&) const = default;
};

struct UpdateRequest
{
    QString name;
    QList<KeyEdit> edits;
    std::optional<QString> text; ///< instead of edits: the whole new file
};

/// What a service file held when it was good last.
struct GoodVersion
{
    WallTime time{}; ///< when it was kept
    QString text;
    bool operator==(const GoodVersion&) const = default;
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

/// Which samples of which services.
struct UsageQuery
{
    QStringList names;                 ///< one that is not there has none
    Milliseconds span{std::chrono::minutes(10)}; ///< until now; at most 24 hours are kept
    std::optional<WallTime> since;     ///< only those that were taken after it
};

/// Of one service, oldest first. Of more than ten minutes a sample stands for all of its time step: half a minute within the last
/// hour, else ten minutes; it has their mean CPU and their most memory.
struct ServiceUsage
{
    QString name;
    QList<UsageSample> samples;
    bool operator==(const ServiceUsage&) const = default;
};

/// What a queue worker and its queue count, as it was when the worker looked last: at most a second ago while it runs, before its end else.
struct QueueInfo
{
    QString name;            ///< of the service
    quint64 depth = 0;       ///< messages of the queue, whoever works on it: can be received now
    quint64 delayed = 0;     ///< not yet
    quint64 inFlight = 0;    ///< delivered, and not settled
    quint64 deadLetters = 0; ///< not delivered any more, and kept
    quint64 inHand = 0;      ///< of those in flight this worker's own
    quint64 acked = 0;       ///< done by this worker since it was started, as all that follow
    quint64 nacked = 0;      ///< given back for another attempt
    quint64 dead = 0;        ///< rejected, or their last attempt failed
    quint64 released = 0;    ///< given back through no fault of theirs
    QString lastError;       ///< what the last failure said; kept until one is done

    bool operator==(const QueueInfo&) const = default;
};

struct SchedulePreview
{
    QString sentence;
    QList<WallTime> times;
    QStringList warnings;
};

/// A service file that is being written: not saved, perhaps of a service that is not there yet.
struct InspectRequest
{
    QString name;         ///< that it shall have; "" is none yet, which is an error of the answer
    QString original;     ///< the service that is edited, whose name is not taken therefore; "": a new one
    QString text;         ///< what the edits start from; "" for a new one
    QList<KeyEdit> edits; ///< made one after another; removing a key that is not there is fine
};

/// One thing that is wrong with it, or looks wrong.
struct Remark
{
    bool isError = true;
    QString key;     ///< `schedule.cron`: what it is about; "": the text as a whole, `name`: the name
    QString message; ///< without the position
    int line = 0;    ///< in `Inspection::text`, from 1; 0: nowhere
    int column = 0;  ///< from 1, in code points
    std::optional<KeyEdit> fix; ///< would mend it

    bool operator==(const Remark&) const = default;
};

/// What a text means and what is wrong with it.
struct Inspection
{
    QString text;            ///< with the edits made; as it came where it is not TOML
    bool isValid = false;    ///< no remark is an error: it can be saved
    QJsonObject values;      ///< every key with the value in force, nested as in the file; empty while there are errors, a missing
                             ///< command and a wrong name aside
    QStringList given;       ///< keys that the text itself has, dotted, sorted; variables as `environment.NAME`
    QStringList keys;        ///< every key that this host knows, dotted, in the order in which a person writes them
    QString commandLine;     ///< `command` as one line
    QString stopCommandLine; ///< `stop.command` as one line
    QString executable;      ///< absolute; "": not found
    int argumentCount = 0;
    QList<Remark> remarks;   ///< errors first
};

/// A command that is tried: run once, no run of a service, kept nowhere.
struct TryRequest
{
    QString name; ///< for TURNSPIT_SERVICE; may be ""
    QString text; ///< of a service file: its command, environment, folder and umask count
};

/// What it wrote, in the order of reading.
struct TryOutput
{
    char stream = 'o'; ///< o, e
    QByteArray bytes;

    bool operator==(const TryOutput&) const = default;
};

/// What there is of a tried command from a cursor on.
struct TryPage
{
    QList<TryOutput> output;
    qint64 cursor = 0;       ///< ask with it for what comes next
    qint64 dropped = 0;      ///< bytes that were not kept since its output reached the limit
    bool ended = false;      ///< nothing more comes
    double seconds = 0;      ///< since its start, to its end where it has ended
    std::optional<int> exitCode;
    std::optional<QString> signal; ///< "SIGKILL"
    QString reason;          ///< "" or why it ended so: stopped, took too long, not found
};

} // namespace turnspit

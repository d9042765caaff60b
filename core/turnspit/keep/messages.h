#pragma once

#include <turnspit/base/ids.h>
#include <turnspit/base/states.h>
#include <turnspit/base/time.h>
#include <turnspit/base/units.h>

#include <cstdint>
#include <string>
#include <vector>

/// What a host and its keeper say to each other, as values. Mechanism lives in the keeper, policy in the host.
///
/// The order of events of one run: `Spawn` -> `Began` or `SpawnFailed`; `Stop` (any number) -> `Stopping`, at the limit `Killing`;
/// at last `Ended`, once nothing of the run is left and its last output is in the segments. `Ended` is kept (in memory and in the
/// journal) and said again to every host that connects, until `Acknowledge`.
namespace turnspit::keep {

/// A host speaks to the keeper of the last release; a keeper refuses a host it does not understand with the versions in words.
inline constexpr std::uint32_t protocolVersion = 1;

/// A place in the log of one service: `segment` is the number in the file's name, `offset` bytes into it.
struct LogPosition
{
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
    auto operator<=>(const LogPosition&) const = default;
};

/// Where and within which caps the output of a service is kept.
struct LogPlan
{
    bool capture = true;                         ///< false: output goes to /dev/null; marks are still written
    std::string folder;                          ///< absolute
    std::uint64_t maxSize = 100'000'000;         ///< bytes, all segments of this service together
    std::uint64_t segmentSize = 16'000'000;      ///< bytes
    Milliseconds maxAge{30LL * 24 * 3600 * 1000}; ///< 0: no limit
};

// ---- host -> keeper -------------------------------------------------------------------------------------------------------

/// The first message of a host. A host that is connected already keeps its place; the new one is refused.
struct Hello
{
    std::uint32_t version = protocolVersion;
    std::string host;                 ///< for messages: `turnspitd 0.1.0, pid 812`
    std::uint64_t logTotalSize = 2'000'000'000; ///< bytes, all services together
};

/// Everything that the child needs; PATH resolved, paths absolute, environment complete: the keeper never parses user text.
struct Spawn
{
    RunId run;
    std::string service;
    std::string executable;               ///< absolute path
    std::vector<std::string> arguments;   ///< argv, [0] included
    std::vector<std::string> environment; ///< `KEY=value`
    std::string workingDirectory;
    std::uint32_t umask = 022;
    LogPlan log;
    int stopSignal = 15;
    std::vector<std::string> stopCommand; ///< argv with [0] absolute; empty: send stopSignal. Runs in the folder and environment of the run
    std::vector<int> successExitCodes{0};
    Trigger trigger = Trigger::Start;
    std::uint32_t attempt = 1;
    /// When the leader ends by itself and leaves processes behind: what is left gets stopSignal, and SIGKILL after this time.
    Milliseconds stopTimeout{10'000};
    /// Which definition this run was started with, for the host that adopts it: told back in LiveRun, nothing to the keeper.
    std::uint64_t definition = 0;
};

enum class StopWhy : std::uint8_t {
    Stop,    ///< politely, SIGKILL at the limit: outcome stopped, or killed
    Kill,    ///< at once: outcome killed
    TimeOut, ///< as Stop, but the run took too long: outcome timed-out
};

/// Begins a stop, or changes the limit of the one under way (`limit` counts from now); the signal is sent once only.
struct Stop
{
    RunId run;
    StopWhy why = StopWhy::Stop;
    Milliseconds limit{10'000};
};

/// Writes a mark (`h` entry) into a service's log, whether it runs or not: `restart in 4s (2 of 10)`.
struct Mark
{
    std::string service;
    LogPlan log;
    std::string text;
};

/// Tell me with `Wrote`, at most every 20 ms, how far this service's log goes (`on`), or no more.
struct Watch
{
    std::string service;
    bool on = true;
};

/// The end of this run is recorded: forget it.
struct Acknowledge
{
    RunId run;
};

/// Remove what is older than its age, of services that do not run, too.
struct Prune
{
    std::string service;
    LogPlan log;
};

/// End once no run is left (a host says it when it ends; a lost connection means the same).
struct Goodbye
{};

// ---- keeper -> host -------------------------------------------------------------------------------------------------------

struct LiveRun
{
    RunId run;
    std::string service;
    std::int32_t pid = 0;
    std::uint64_t startTime = 0; ///< field 22 of /proc/PID/stat
    WallTime began;
    Trigger trigger = Trigger::Start;
    std::uint32_t attempt = 1;
    bool stopping = false;
    LogPosition logBegin;
    std::uint64_t definition = 0; ///< as Spawn said it
};

/// Answer to Hello: what lives. `Ended` of all unacknowledged ends follow at once, each as its own message.
struct Welcome
{
    std::uint32_t version = protocolVersion;
    std::int32_t pid = 0;
    std::vector<LiveRun> live;
    bool recovered = false; ///< the keeper before this one was lost; the ends that follow tell of its runs
    std::uint32_t endsToCome = 0; ///< so many Ended follow: what is neither live nor among them was never begun
};

struct Refused
{
    std::string reason;
};

struct Began
{
    LiveRun run;
};

enum class SpawnStep : std::uint8_t { Prepare, Session, Folder, Umask, Descriptors, Record, Exec, Clone };

struct SpawnFailed
{
    RunId run;
    SpawnStep step = SpawnStep::Prepare;
    std::int32_t error = 0; ///< errno
};

/// The signal was sent, or the stop command begun.
struct Stopping
{
    RunId run;
    WallTime at;
    WallTime killAt;
};

/// The limit has passed, or a kill was asked for: SIGKILL goes to everything left.
struct Killing
{
    RunId run;
    std::string reason;
};

struct Ended
{
    RunId run;
    std::string service;
    std::int32_t pid = 0;
    Trigger trigger = Trigger::Start;
    std::uint32_t attempt = 1;
    WallTime began;
    WallTime ended;
    Outcome outcome = Outcome::Unknown;
    std::int32_t exitCode = -1; ///< -1: did not exit by itself, or unknown
    std::int32_t signal = 0;    ///< 0: none
    std::string reason;         ///< "" where the outcome says it all; `did not stop within 10s; killed`
    std::int64_t cpuMicroseconds = 0; ///< user and system, of all that was reaped
    std::uint64_t peakMemory = 0;     ///< bytes, of the largest single process
    std::uint64_t logLines = 0;       ///< entries of streams o and e
    LogPosition logBegin;
    LogPosition logEnd;
    std::vector<std::int32_t> alive;  ///< what could not be killed (uninterruptible): the stop goes on as failed
};

struct Wrote
{
    std::string service;
    LogPosition end;
};

/// What services write cannot be kept: said when it begins, to a host that comes while it is so, and with 0 when everything has
/// been kept again for a few seconds. How much was lost stands in each log as a mark.
struct NotKept
{
    std::int32_t error = 0; ///< errno of the first that failed; 0: over
};

} // namespace turnspit::keep

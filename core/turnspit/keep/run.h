#pragma once

#include <turnspit/base/time.h>
#include <turnspit/keep/messages.h>
#include <turnspit/keep/pump.h>
#include <turnspit/keep/segmentwriter.h>

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace turnspit::keep {

/// What was already sent to one process of a run.
struct Signalled
{
    std::uint64_t start = 0;
    bool polite = false;
    bool frozen = false;
};

/// One run in the keeper, from spawn to the moment its end is told.
///
/// Running -> Stopping (somebody asked, or the leader ended and left processes behind) -> Killing (the limit passed, or
/// at once)
/// -> Draining (nothing of it is left; its pipes still may hold output) -> told. Phases are skipped, never gone back
/// to.
struct Run
{
    enum class Phase { Running, Stopping, Killing, Draining };

    RunId id;
    std::string service;
    std::string key; ///< value of TURNSPIT_KEY
    Trigger trigger = Trigger::Start;
    std::uint32_t attempt = 1;
    std::uint64_t definition = 0;
    LogPlan log;
    std::vector<int> successExitCodes;
    int stopSignal = 15;
    std::vector<std::string> stopCommand;
    Milliseconds stopTimeout{0};
    std::vector<std::string> environment; ///< kept only where there is a stop command
    std::string workingDirectory;
    std::uint32_t umask = 022;

    pid_t pid = 0;
    std::uint64_t start = 0;
    WallTime began;
    LogPosition logBegin;
    std::uint64_t linesBefore = 0; ///< of the writer, when this run began
    std::shared_ptr<SegmentWriter> writer;
    Pipe* out = nullptr;
    Pipe* err = nullptr;

    Phase phase = Phase::Running;
    bool lost = false;       ///< begun by a keeper that was lost: not our children, nothing to reap
    bool leaderGone = false; ///< reaped, or not ours and gone
    bool groupGone = false;
    int status = 0; ///< of wait4
    std::int64_t cpuMicroseconds = 0;
    std::uint64_t peakMemory = 0;

    std::optional<StopWhy> asked; ///< while the leader lived
    Milliseconds limit{0};
    Instant killAt{};
    bool killed = false; ///< SIGKILL was sent
    std::string killReason;
    std::unordered_map<pid_t, Signalled> signalled;
    Instant killingSince{};
    Milliseconds pause{0};
    unsigned emptyLooks = 0; ///< the group seemed alive, but no process of it was found
    std::vector<std::int32_t> alive;

    std::optional<Instant> timer;
};

} // namespace turnspit::keep

#pragma once

#include <turnspit/base/error.h>
#include <turnspit/keep/descendants.h>
#include <turnspit/keep/hostlink.h>
#include <turnspit/keep/journal.h>
#include <turnspit/keep/logstore.h>
#include <turnspit/keep/pump.h>
#include <turnspit/keep/run.h>
#include <turnspit/keep/spawner.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

struct rusage;

namespace turnspit::keep {

struct KeeperOptions
{
    std::string stateFolder;         ///< absolute; keep.lock, keep.sock, keep.journal and logs/ are in it
    std::uint64_t softOpenFiles = 0; ///< what children get as soft RLIMIT_NOFILE; 0: as the keeper
};

/// The parent of all children of one state folder: spawns, pumps their output into segments, stops, kills, reaps and
/// records, with or without a host. One thread, one loop; nothing in it blocks. It takes the whole process: SIGCHLD,
/// subreaper, wait4(-1).
///
/// Order of events of a life: lock -> journal of the keeper before, what it left is ended -> socket -> loop, until no
/// run and no host is left.
class Keeper
{
public:
    explicit Keeper(KeeperOptions options);
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    /// Waits up to 10 s for a keeper that is about to end.
    [[nodiscard]] Result<> prepare();

    void loop();

private:
    // keeper.cpp: the loop and its life
    [[nodiscard]] Result<> lock();
    [[nodiscard]] Result<> takeSignals();
    void wait();
    void readSignals();
    [[nodiscard]] std::optional<Instant> nextDeadline() const;
    void runTimers();
    void setTimer(Run& run, std::optional<Instant> at);
    void considerEnd(Instant now);

    // keepermessages.cpp: what the host says
    void receive(const HostMessage& message);
    void on(const Hello& hello);
    void on(const Spawn& spawn);
    void on(const Stop& stop);
    void on(const Mark& mark);
    void on(const Watch& watch);
    void on(const Acknowledge& acknowledge);
    void on(const Prune& prune);
    void on(const Goodbye& goodbye);
    void say(const KeeperMessage& message);
    void tellProgress(Instant now);
    void tellNotKept(Instant now);
    [[nodiscard]] static LiveRun liveRun(const Run& run);
    [[nodiscard]] bool openPipes(Run& run, int& out, int& err);

    // keeperends.cpp: how runs end
    void reap();
    void leaderEnded(Run& run, int status);
    void advance(Run& run);
    enum class Left { Nothing, Something, Unclear };
    [[nodiscard]] Left whatIsLeft(Run& run);
    void beginStop(Run& run, Milliseconds limit);
    void sendPolitely(Run& run);
    [[nodiscard]] bool beginStopCommand(Run& run);
    void beginKill(Run& run, std::string reason);
    void killRound(const std::vector<Run*>& runs);
    void drain(Run& run);
    void finish(Run& run);
    [[nodiscard]] Ended endOf(const Run& run) const;
    void markEnd(Run& run, const Ended& end);

    // keeperlost.cpp: what a lost keeper left
    void recover(const Journal::Contents& contents);
    [[nodiscard]] std::unordered_map<RunId, std::vector<ProcessStat>> lostAlive(const std::vector<Run*>& runs) const;

    KeeperOptions m_options;
    int m_lock = -1;
    int m_signals = -1;
    int m_null = -1;
    std::string m_boot;
    Journal m_journal;
    LogStore m_logs;
    Pump m_pump;
    HostLink m_link;
    Spawner m_spawner;
    Descendants m_descendants;

    std::unordered_map<RunId, std::unique_ptr<Run>> m_runs;
    std::unordered_map<pid_t, Run*> m_leaders; ///< unreaped
    std::set<std::pair<Instant, RunId>> m_timers;
    std::vector<RunId> m_quiet;    ///< a pipe of theirs has ended since they were last looked at
    std::map<RunId, Ended> m_ends; ///< not acknowledged
    std::set<RunId> m_recovered;   ///< runs of the lost keeper, until acknowledged

    bool m_welcomed = false;
    bool m_hadHost = false;
    bool m_goodbye = false;
    bool m_done = false;
    std::optional<Instant> m_endAt;
    std::optional<Instant> m_retryAt; ///< something could not be written
    int m_notKept = 0;                ///< why output is not kept, as the host was told last; an errno
    std::optional<Instant> m_keptAt;  ///< all is kept again since it was told; when that is told, too

    std::unordered_map<std::string, LogPosition> m_watched; ///< by service: what was told last
    std::unordered_map<std::string, std::string> m_folders; ///< of services that were mentioned
    bool m_wrote = false;                                   ///< since the last telling
    Instant m_tellAt{};
};

} // namespace turnspit::keep

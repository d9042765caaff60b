#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/base/places.h>
#include <turnspit/config/hostsettings.h>
#include <turnspit/history/historywriter.h>
#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/hostedservice.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/logging/logger.h>
#include <turnspit/process/keeperclient.h>
#include <turnspit/services/goodtexts.h>
#include <turnspit/session/holdends.h>
#include <turnspit/session/logwatches.h>
#include <turnspit/session/publisher.h>
#include <turnspit/session/servicelogs.h>
#include <turnspit/services/servicefolder.h>
#include <turnspit/control/sessionserver.h>
#include <turnspit/services/unit.h>
#include <turnspit/services/usagemonitor.h>
#include <turnspit/services/usagerings.h>
#include <turnspit/services/wishes.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace turnspit {

class EngineLink;
class EngineSession;
class WallClockWatch;

/// What the engine needs to know from the program it runs in. A ready-made singleton of the host.
struct EngineOptions
{
    Places places;
    HostSettings settings;
    std::string hostName = "turnspitd";
    std::string keeperProgram;
    std::optional<WallTime> lastSign; ///< of life, by the host before this one: `HostLock::lastSign`

    /// How many services still ran when the host ended: somebody was in a hurry, and their keeper finishes the stop. Read after the stop.
    std::atomic<int> leftRunning{0};

    /// What the host's own hosted services say, beside the logs of commands; null: it is not kept.
    std::shared_ptr<ServiceLogs> builtInLogs;

    std::vector<SessionServerFactory> servers; ///< made once the session is there; an Error of one ends the start
};

/// Service files -> supervised, scheduled, logged, recorded services. A hosted service on the host thread itself.
///
/// Start: history and wishes are read, the service files are read, the keeper is connected and asked what lives; what lives is
/// adopted, what ended meanwhile is recorded, then everything that rule 12 of the contract names is started. Nothing is waited for
/// that a service does.
/// Stop: every unit is stopped at once, each within its own limit and what is left of the shutdown limit; then history and wishes are flushed and the
/// keeper is left, which ends when it has nothing to do.
class Engine final : public HostedService, private UnitContext
{
public:
    static constexpr Affinity affinity = Affinity::Host;

    Engine(EngineOptions& options, EngineLink& link, ServiceControllers& controllers, ApplicationLifetime& lifetime, Logger<Engine> log);
    ~Engine() override;

    Task<> start(std::stop_token cancelled) override;
    Task<> stop(std::stop_token hurry) override;

    // ---- for the session; host thread -----------------------------------------------------------------------------------------

    [[nodiscard]] const EngineOptions& options() const { return m_options; }
    [[nodiscard]] Publisher& publisher() { return m_publisher; }
    [[nodiscard]] HistoryWriter& history() { return *m_history; }
    [[nodiscard]] ServiceFolder& folder() { return m_folder; }
    [[nodiscard]] const UsageRings& usage() const { return m_usageRings; }
    [[nodiscard]] ApplicationLifetime& lifetime() { return m_lifetime; }
    [[nodiscard]] Thread& files() { return *m_files; } ///< for whoever reads files
    [[nodiscard]] Clock& clock() override { return m_clock; }
    [[nodiscard]] const SpawnPlan::Environment& environment() const override { return m_environment; }
    [[nodiscard]] std::string logFolder(const std::string& service) const override;

    [[nodiscard]] Unit* unit(const std::string& name) const;
    [[nodiscard]] const std::map<std::string, std::unique_ptr<Unit>>& units() const { return m_units; }
    [[nodiscard]] ServiceController* controller(const std::string& name) const;
    [[nodiscard]] std::vector<ServiceController*> controllers() const;
    [[nodiscard]] bool isShuttingDown() const { return m_shuttingDown; }

    /// What is remembered of this unit's wishes becomes what the unit says now.
    void rememberWish(const Unit& unit);
    /// The hold of this service ends by itself then; null: it does not, or there is none.
    void setHoldEnd(const std::string& name, std::optional<WallTime> end);
    [[nodiscard]] const HoldEnds& holdEnds() const { return m_holdEnds; }
    /// On disk before the answer. An Error is a trouble that is told, too.
    Result<> saveWishes();

    /// What the folder says is applied: the differences, a line each. `startNew`: names that were written by us and start only if asked.
    std::vector<std::string> applyFolder(const std::vector<FolderChange>& changes, const std::map<std::string, bool>& startNew = {});

    /// Told when a log of a service was written to (a page may have more now), or a run of it ended.
    [[nodiscard]] LogWatches& logWatches() { return m_logWatches; }

    /// Tells the keeper to remove what is older than its service keeps.
    void pruneLogs();
    void event(const char* kind, const std::string& service, const std::string& text) override;

private:
    // UnitContext
    double random() override;
    Result<RunId> nextRunId() override;
    bool toKeeper(const keep::HostMessage& message) override;
    void runBegan(const Run& run) override;
    void runEnded(const Run& run, bool acknowledge) override;
    void changed(Unit& unit) override;
    void plannedTaken(Unit& unit) override;

    Result<> openHistory();
    Task<> loadHistory();
    Task<> noteLostHost();
    void welcome(const keep::Welcome& message);
    void received(const keep::KeeperMessage& message);
    void allEndsTold();
    void reconcileAll();
    void endOfEarlierRun(const keep::Ended& message);
    void record(HistoryEvent event);
    void endedMeanwhile(const keep::Ended& message);
    Unit& addUnit(const std::string& name);
    void dropUnit(const std::string& name);
    void applyDefinition(Unit& unit, const FolderChange& change);
    void keepGoodTexts(const std::vector<FolderChange>& changes);
    void publishControllers();
    void sampleUsage();
    void wallClockSet();
    void serve();
    void countSubscribers();
    void sampleAt(Instant due);
    void trouble(const std::string& text);
    void takeHoldEnds();
    void holdOver(const std::string& name, WallTime end);
    Task<> resumeController(ServiceController& controller);

    EngineOptions& m_options;
    EngineLink& m_link;
    ServiceControllers& m_controllers;
    ApplicationLifetime& m_lifetime;
    Logger<Engine> m_log;
    Clock& m_clock;
    std::shared_ptr<Mailbox> m_mailbox;
    SpawnPlan::Environment m_environment;
    std::mt19937_64 m_random;

    Publisher m_publisher;
    ServiceFolder m_folder;
    Wishes m_wishes;
    HoldEnds m_holdEnds;
    std::unique_ptr<HistoryWriter> m_history;
    std::unique_ptr<Thread> m_files;
    std::unique_ptr<GoodTexts> m_goodTexts;
    std::unique_ptr<KeeperClient> m_keeper;
    LogWatches m_logWatches;
    std::shared_ptr<UsageMonitor> m_usage = std::make_shared<UsageMonitor>(); ///< the files thread only
    UsageRings m_usageRings;
    std::unique_ptr<ClockTimer> m_usageTimer;
    std::unique_ptr<WallClockWatch> m_wallClock;
    std::unique_ptr<EngineSession> m_session;
    std::vector<std::unique_ptr<SessionServer>> m_servers;
    std::vector<int> m_serverSubscribers;

    std::map<std::string, std::unique_ptr<Unit>> m_units;
    std::set<std::string> m_unitsToDrop;

    // what history knew when the host started
    std::map<std::string, Run> m_restoredRuns;
    std::map<std::string, std::string> m_restoredStates;
    std::map<RunId, std::string> m_serviceOf; ///< of live runs: some messages of the keeper name the run only
    std::map<RunId, Run> m_openRuns;

    // between a welcome and the last of the ends that follow it
    std::vector<keep::LiveRun> m_liveAtWelcome;
    std::uint32_t m_endsToCome = 0;
    bool m_hearing = false;
    bool m_firstWelcome = true;
    Event m_keeperKnown;

    Instant m_lastSample;
    Instant m_sampleDue; ///< of the next one
    WallTime m_wallAtBoot{}; ///< wall clock minus time since boot: differs when somebody sets the time
    bool m_shuttingDown = false;
    int m_subscribers = 0;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); ///< what is posted here from other threads looks at it first
    TaskScope m_tasks; // last: its frames go first
};

} // namespace turnspit

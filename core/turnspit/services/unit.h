#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/values.h>
#include <turnspit/history/records.h>
#include <turnspit/keep/protocol.h>
#include <turnspit/schedule/planner.h>
#include <turnspit/services/spawnplan.h>
#include <turnspit/servicefile/definition.h>
#include <turnspit/supervision/restarttracker.h>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace turnspit {

class Unit;

/// What a unit asks of the engine around it. Host thread.
class UnitContext
{
public:
    virtual ~UnitContext() = default;

    [[nodiscard]] virtual Clock& clock() = 0;
    [[nodiscard]] virtual double random() = 0; ///< in [0, 1)
    [[nodiscard]] virtual Result<RunId> nextRunId() = 0;
    [[nodiscard]] virtual const SpawnPlan::Environment& environment() const = 0;
    [[nodiscard]] virtual std::string logFolder(const std::string& service) const = 0;

    /// False while no keeper is there: the unit is asked again (reconcile) when one is.
    virtual bool toKeeper(const keep::HostMessage& message) = 0;

    virtual void runBegan(const Run& run) = 0;

    /// `acknowledge`: the keeper holds the end until it is recorded.
    virtual void runEnded(const Run& run, bool acknowledge) = 0;

    /// The row, or what `show` says besides, is different.
    virtual void changed(Unit& unit) = 0;

    /// The last planned time of a series, or that a one-time run was made; to go on from after a restart of the host.
    virtual void plannedTaken(Unit& unit) = 0;

    virtual void event(const char* kind, const std::string& service, const std::string& text) = 0;
};

/// One command of the person's own: its definition, its state, its live run. A state machine whose inputs are what a person asks,
/// what the keeper says and what its timers say. Host thread only; nothing here blocks longer than a look at a few files.
class Unit
{
public:
    Unit(UnitContext& context, std::string name);
    ~Unit();
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;

    // ---- what it is ---------------------------------------------------------------------------------------------------------

    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] ServiceState state() const { return m_state; }
    [[nodiscard]] bool hasDefinition() const { return m_definition != nullptr; }
    /// In force; only with hasDefinition.
    [[nodiscard]] const Definition& definition() const { return *m_definition; }
    /// What the file says now, also where a live run still uses another.
    [[nodiscard]] const Definition& newestDefinition() const { return m_next ? *m_next : *m_definition; }
    [[nodiscard]] ServiceKind kind() const;
    [[nodiscard]] ServiceInfo info() const;
    /// Of the live run; null where none is being stopped, or an earlier host's keeper alone knows its limit.
    [[nodiscard]] std::optional<StopInfo> stopInfo() const;
    [[nodiscard]] const std::string& reason() const { return m_reason; }
    [[nodiscard]] bool isHeld() const { return m_held; }
    /// Has a schedule, as far as its file can be read.
    [[nodiscard]] bool canBeHeld() const { return kind() == ServiceKind::Scheduled && m_state != ServiceState::Invalid; }
    [[nodiscard]] bool stoppedByPerson() const { return m_stoppedByPerson; }
    [[nodiscard]] bool isRemoved() const { return m_removed; }
    [[nodiscard]] std::optional<WallTime> nextPlanned() const; ///< null where held
    [[nodiscard]] std::vector<WallTime> plannedTimes(int count) const;

    /// Where its schedule stands, for who stores it; null: not armed and never was.
    [[nodiscard]] std::optional<WallTime> lastPlanned() const { return m_lastPlanned; }
    [[nodiscard]] bool oneTimeDone() const { return m_oneTimeDone; }

    struct Live
    {
        RunId id;
        Trigger trigger = Trigger::Start;
        int attempt = 1;
        int pid = 0;                       ///< 0: not begun yet
        WallTime began{};
        bool stopping = false;
        bool atQuit = false; ///< ... since the host is about to end
        keep::StopWhy why = keep::StopWhy::Stop;
        Milliseconds limit{0};
        std::optional<WallTime> killAt;
        bool adopted = false;
        keep::LogPosition logBegin;
        std::shared_ptr<const Definition> definition; ///< null: adopted, and its file is gone or broken
        std::uint64_t definitionPrint = 0;            ///< of the one that it was started with; 0: not known
        bool otherFile = false;                       ///< the file says something else now
    };
    [[nodiscard]] const std::optional<Live>& live() const { return m_live; }
    [[nodiscard]] const std::optional<Run>& lastEnded() const { return m_last; }
    /// This run waits for the end of the live one.
    [[nodiscard]] bool isQueued(RunId id) const;

    // ---- what history and wishes knew; before the first start ---------------------------------------------------------------------

    void restore(std::optional<Run> lastEnded, bool stoppedByPerson, bool held, std::optional<WallTime> lastPlanned, bool oneTimeDone);

    // ---- its file ---------------------------------------------------------------------------------------------------------------

    /// The file is good. Applies at once where nothing runs, or where the live run is not concerned; else with the next start.
    void define(Definition definition);

    /// The file is broken: `invalid` where nothing is under way. What runs, is armed or backs off goes on by the last good file, with the flag.
    void breakFile(std::string reason);

    /// The file is gone: stops; isRemoved() and no live run: the engine lets go of it.
    void remove();

    // ---- what a person asks -------------------------------------------------------------------------------------------------------

    Result<> start(Trigger trigger);
    struct StopOptions
    {
        bool byPerson = true;
        bool kill = false;
        bool atQuit = false; ///< the host is about to end
        std::optional<Milliseconds> limit;
    };
    void stop(const StopOptions& options);
    Result<> restart(Trigger trigger);
    /// One run now, or in the queue; its id.
    Result<RunId> run(Trigger trigger);
    Result<> stopRun(RunId id);
    Result<> extendStop(Milliseconds by);
    Result<> hold();
    Result<> resume();
    /// The hold was over at `at`, which may be a while ago: from then on it ticks again.
    void endHold(WallTime at);

    /// Host start: what rule 12 says, for a unit without a live run.
    void startWithHost();

    /// Somebody is about to end the host: stops without remembering, within `limit` at most.
    void stopWithHost(Milliseconds limit);

    /// The host ends: as stopWithHost, and nothing starts any more.
    void shutDown(Milliseconds limit);

    // ---- what the keeper says -------------------------------------------------------------------------------------------------------

    /// A run of an earlier host is ours now.
    void adopt(const keep::LiveRun& run);

    /// `on_host_crash = "end"`: ends the adopted run; what the host starts by itself begins anew, and a schedule goes on.
    void endAdopted();
    void began(const keep::Began& message);
    void spawnFailed(const keep::SpawnFailed& message);
    void stopping(const keep::Stopping& message);
    void killing(const keep::Killing& message);
    void ended(const keep::Ended& message);

    /// A run of an earlier host ended while nobody listened: recorded, and policy follows with startWithHost.
    void endedUnseen(Run run, bool acknowledge);

    /// A keeper is there (again), and all ends it knew were told. `live`: what it knows of the live run; null: nothing.
    void reconcile(const keep::LiveRun* live);

    // ---- time and figures -------------------------------------------------------------------------------------------------------------

    void clockJumped(WallTime before, WallTime now);
    /// The timers may be late: the machine slept.
    void rearm();
    void setUsage(std::optional<double> cpuPercent, std::optional<std::int64_t> memoryBytes);

    // ---- waiting ------------------------------------------------------------------------------------------------------------------------

    /// Looked at now and at each change of state, also at those that last no time; OperationCancelled when the unit goes.
    /// Never looked at any more once the future is gone, so it may refer to what the waiting function holds.
    using Condition = std::function<bool(const Unit&)>;
    [[nodiscard]] Future<bool> when(Condition condition);

private:
    struct Pending
    {
        RunId id;
        Trigger trigger;
    };
    struct Waiter
    {
        Condition condition;
        Promise<bool> promise;
    };

    void setState(ServiceState state);
    void notify();
    void becomeIdle();               ///< the state where nothing runs and nothing is planned, by definition
    void settle(ServiceState state); ///< nothing is under way: `state`, or `invalid` while the file is broken
    [[nodiscard]] Result<> mayBegin() const; ///< Refused: the host ends, or the file is gone or broken
    [[nodiscard]] Result<> mayStart() const; ///< also Refused: disabled

    // unit_runs.cpp
    bool begin(RunId id, Trigger trigger);
    bool sendSpawn();
    void requestStop(keep::StopWhy why, Milliseconds limit);
    [[nodiscard]] Run liveRecord() const;               ///< of the live run: who, why, since when
    [[nodiscard]] Run liveEnded(Outcome outcome) const; ///< ... which is over now
    void finish(Run run, bool acknowledge, const std::vector<std::int32_t>& alive);
    void afterEnd(const Run& run, const std::vector<std::int32_t>& alive);
    void applyNext();
    void record(Outcome outcome, Trigger trigger, const std::string& reason);
    void recordUnbegun(RunId id, Trigger trigger, Outcome outcome, const std::string& reason);
    void dropPending(Outcome outcome, const std::string& reason); ///< each leaves a record
    void replaceLive(RunId id, Trigger trigger);
    void noteBegan(const keep::LiveRun& run);
    [[nodiscard]] Milliseconds stopTimeout() const; ///< of the live run
    void failedToStart(const SpawnPlan::Failure& failure);
    void backOff(const RestartTracker::Decision& decision);
    void retry();
    void retrySoon(const Error& why); ///< no run id can be had: what was to begin is not lost
    void startAgain(Trigger trigger); ///< becomeIdle() where that is refused
    void mark(const std::string& text);
    [[nodiscard]] std::string commandName() const;

    // unit_schedule.cpp
    enum class Series {
        New,
        GoOn, ///< that of an earlier host
        Same, ///< its times are as before, but not what is done about them
    };
    void arm(Series series);
    void armChanged(const std::optional<Schedule>& before); ///< its schedule is another now, and it is armed
    [[nodiscard]] static bool sameTimes(const std::optional<Schedule>& a, const std::optional<Schedule>& b);
    void disarm();
    void armTimer();
    void armRetryTimer();
    void due();
    void activate(Trigger trigger);
    void passHeld(WallTime until);
    void nextPending();
    [[nodiscard]] bool isArmed() const { return m_planner != nullptr; }
    [[nodiscard]] bool isOneTime() const;
    [[nodiscard]] bool isWantedByHost() const; ///< what a host starts by itself, and what an adopted one goes on with
    [[nodiscard]] bool oneTimeIsOver() const;
    void setOneTimeEnd();

    UnitContext& m_context;
    std::string m_name;
    std::shared_ptr<const Definition> m_definition; ///< null: never had a good file
    std::shared_ptr<const Definition> m_next;       ///< what the file says, from the next start on
    std::string m_fileError;                        ///< "": the file is good
    ServiceState m_mendedState = ServiceState::Stopped; ///< of what is `invalid`: what it would be but for the file
    bool m_startWhenMended = false;                 ///< the host wanted to start it

    ServiceState m_state = ServiceState::Stopped;
    WallTime m_since{};
    std::string m_reason;
    bool m_stoppedByPerson = false;
    bool m_held = false;
    bool m_removed = false;
    bool m_shutDown = false;
    bool m_stopWanted = false;              ///< the end of the live run leads to `stopped`
    std::optional<Trigger> m_startAfter;    ///< ... and then to a new start
    bool m_everStarted = false;             ///< by this host
    bool m_endedUnseen = false;             ///< m_last ended while no host was there, and policy has not looked at it

    std::optional<Live> m_live;
    std::deque<Pending> m_pending;
    std::optional<Run> m_last;

    RestartTracker m_tracker;
    std::unique_ptr<ClockTimer> m_retryTimer;
    std::optional<WallTime> m_retryAt;

    std::unique_ptr<Planner> m_planner;     ///< null: not armed
    std::unique_ptr<ClockTimer> m_scheduleTimer;
    std::optional<WallTime> m_lastPlanned;
    bool m_oneTimeDone = false;
    WallTime m_armedAt{};

    std::optional<double> m_cpuPercent;
    std::optional<std::int64_t> m_memoryBytes;
    std::list<Waiter> m_waiters;
};

} // namespace turnspit

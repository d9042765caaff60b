#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/async/deadline.h>
#include <turnspit/hosting/callline.h>
#include <turnspit/hosting/hostcontext.h>
#include <turnspit/hosting/servicecontroller.h>
#include <turnspit/hosting/servicerun.h>
#include <turnspit/supervision/restarttracker.h>

#include <memory>
#include <optional>
#include <vector>

namespace turnspit {

/// The machinery of one hosted service: one operation at a time, a start or a stop, each a value that others join.
class ServiceController::Private final : private ServiceRun::Listener
{
public:
    using Step = ServiceRun::Step;

    /// A start under way. The host takes it through its steps together with those of other services, a command alone.
    struct StartOperation
    {
        Trigger trigger = Trigger::Start;
        std::unique_ptr<LinkedStopSource> cancel;
        bool started = false; ///< start() itself ended well: a stop is owed
        bool failed = false;  ///< a step did not end well
        bool inStep = false;  ///< the service is at it
        Event stepEnded;
        std::exception_ptr error;
        Result<> result;
        Event done;
    };

    /// One tick on demand.
    struct TickOperation
    {
        Result<Outcome> result = fail(ErrorKind::Cancelled, "the service was stopped before the tick had ended");
        Event done;
    };

    /// A stop under way, or the end of a run that ended by itself.
    struct StopOperation
    {
        std::unique_ptr<Deadline> deadline;
        Milliseconds limit = Milliseconds::max();
        bool wanted = true; ///< somebody asked for it: not started again
        bool late = false;
        ServiceStopResult result;
        Event stopped; ///< stop() itself is over: what this one needs may stop
        Event done;

        void end()
        {
            stopped.set();
            done.set();
        }
    };

    Private(HostContext& host, HostedRegistration registration);
    ~Private();
    Private(const Private&) = delete;
    Private& operator=(const Private&) = delete;

    // Commands; each joins what is under way.
    Task<Result<>> start(Trigger trigger);
    Task<ServiceStopResult> stop(std::optional<Milliseconds> limit);
    Task<Result<>> restart(Trigger trigger);
    Result<> setHeld(bool held);
    Task<Result<Outcome>> runNow(Trigger trigger);

    /// Runs as long as the controller lives.
    void spawn(Task<> task) { operations().spawn(std::move(task)); }

    // The steps, for a host that takes all its services through them together.
    [[nodiscard]] bool canStart() const { return !m_run && !m_startOperation && !m_stopOperation && !isLost(); }
    [[nodiscard]] bool runs() const { return m_run != nullptr; }
    [[nodiscard]] bool runsOn(const Worker& worker) const { return m_run && m_worker.get() == &worker; }
    [[nodiscard]] bool isSteady() const { return m_run && !m_startOperation && !m_stopOperation; }
    [[nodiscard]] bool isStarting() const { return m_startOperation != nullptr; }
    [[nodiscard]] bool hasWork() const
    {
        return (registration->completes || registration->periodic) && (m_run || m_startOperation || m_stopOperation || isRetrying());
    }
    /// What ended the last run for good; null: nothing bad.
    [[nodiscard]] std::exception_ptr fault() const { return status.state == ServiceState::Failed && m_rest ? m_rest->fault : nullptr; }
    [[nodiscard]] bool isRetrying() const { return m_rest && m_rest->retry; }
    /// What was abandoned still runs.
    [[nodiscard]] bool isLost() const { return m_rest && m_rest->lost; }
    /// The stop under way; null: there is none.
    [[nodiscard]] std::shared_ptr<const StopOperation> stopping() const { return m_stopOperation; }
    [[nodiscard]] bool isInStartStep() const { return m_startOperation && m_startOperation->inStep; }

    /// `retry`: by the restart policy, which goes on counting.
    void beginStart(Trigger trigger, std::stop_token cancelled, bool retry = false);
    /// What the step threw; null: went well.
    Task<std::exception_ptr> startStep(Step step);

    /// The step is nothing but its call: it may be one of a line. Of Make: `with` is in it already; null: it is the first.
    [[nodiscard]] bool startsInLine(Step step, const Private* with) const;
    /// Becomes one of `line`, or (Make, null `line`) makes one.
    void enterStart(std::shared_ptr<CallLine>& line, Step step, const Private* with);
    /// Its call in the line has ended well; or was not begun.
    void startEndedWell(Step step);
    void leaveStart(Step step);
    /// What the call, which has begun, threw; null: went well.
    Task<std::exception_ptr> startAnswered(Step step, ServiceRun::AnswerPtr answer);

    /// All steps went well.
    void finishStart();
    /// A step failed here (`error`), or elsewhere (null): what there is of the run goes, by a stop where one is owed.
    Task<> rollBack(std::exception_ptr error, std::stop_token hurry);

    void beginStop(std::optional<Milliseconds> limit, std::stop_token outer, bool wanted = true);
    /// False: was late, is gone.
    Task<bool> stopStep(Step step);
    Task<bool> stopAnswered(Step step, ServiceRun::AnswerPtr answer);
    Task<ServiceStopResult> finishStop();
    Task<ServiceStopResult> finishAnswered(ServiceRun::AnswerPtr answer);

    /// As startsInLine; Step::Close: of finishStop.
    [[nodiscard]] bool stopsInLine(Step step, const Private* with) const;
    void enterStop(std::shared_ptr<CallLine>& line, Step step);

    // What others are to it, and it to others (T10).

    /// Whether it may start: waits for what it needs and comes after. `byHost`: they are started beside it; else it starts them. Where it
    /// may not: why, as its own failure, or null, where another one's says it.
    struct Permission
    {
        bool granted = false;
        std::exception_ptr error;
    };
    Task<Permission> awaitNeeds(bool byHost);

    /// Its start will not go on: those that wait for it are told.
    void startFailed();

    /// Once all are there: those that it needs or comes after know of it.
    void link();

    /// Of those that need it, and run.
    [[nodiscard]] std::vector<Private*> dependents() const;

    /// In a stop of the host: until those that need or come after it are stopped.
    Task<> awaitDependents();
    void stopEnded() { m_stopOperation->stopped.set(); }

    void cancelRetry();
    /// What runs is late: destroyed where it stands.
    Task<> giveUp();
    void setUnhealthy(bool unhealthy);

    /// The host goes without a stop: what runs is destroyed in its thread, nothing waits for it.
    void tearDown();

    void changed();
    void onChanged(std::function<void()> call);

    HostContext& host;
    const std::shared_ptr<const HostedRegistration> registration;
    ServiceStatus status;

private:
    using StartPtr = std::shared_ptr<StartOperation>;
    using StopPtr = std::shared_ptr<StopOperation>;

    Task<> performStart(StartPtr operation);
    Task<> performStop(StopPtr operation);
    Task<> endByItself(StopPtr operation);
    Task<> performTick(std::shared_ptr<TickOperation> operation, Trigger trigger);
    Task<bool> closed(ServiceRun::AnswerPtr answer, std::stop_token hurry);
    Task<> givenUp(ServiceRun::AnswerPtr answer);
    void makeRun(std::shared_ptr<Worker> worker);
    [[nodiscard]] Affinity affinity() const { return registration->options->affinity.value_or(Affinity::Shared); }
    void noteStopError(std::exception_ptr error);
    void stopped(const StopOperation& operation);
    void moved();
    [[nodiscard]] Private* other(std::string_view name) const;
    enum class Holds { Yes, NotYet, Never };
    [[nodiscard]] Holds holds(DependencyCondition condition) const;
    /// Where it will never hold: "failed: no disk".
    [[nodiscard]] std::string whyNot() const;
    Task<Permission> awaitNeed(const ServiceDependency& need, bool byHost, std::stop_token cancelled);
    Task<> stopDependents(std::string reason);
    Task<> stopDependent(Private& dependent, std::string reason);
    void lostEnded();
    Task<> runSteps(StopPtr operation);
    void setState(ServiceState state, std::string reason = {});
    void executionEnded(BackgroundService::Execution how, std::exception_ptr error) override;
    void ticksChanged(const Ticks& ticks) override;
    void showNextTick();
    void queueChanged(QueueWorkerStatus worker) override;
    void isReady() override;
    void judge(std::exception_ptr error);
    void retryIn(Milliseconds delay);
    void noteEnd(Outcome outcome, const std::string& error);
    void detach();
    [[nodiscard]] FailureBehaviour behaviour() const;
    [[nodiscard]] RestartTracker& tracker();
    TaskScope& operations();
    [[nodiscard]] Milliseconds stopLimit() const;
    template <class... Args>
    void log(LogLevel level, int event, fmt::format_string<const std::string&, Args...> format, Args... args) const
    {
        if (host.log().isEnabled(level))
            host.log().write(level, event, registration->name, format, fmt::make_format_args(registration->name, args...));
    }

    struct Ended
    {
        std::exception_ptr error;
        BackgroundService::Execution how;
    };

    /// What most services never have: a host may have thousands.
    struct Rest
    {
        std::function<void()> onChanged;
        bool changePosted = false;
        std::optional<RestartTracker> tracker; ///< with FailureBehaviour::Restart
        std::unique_ptr<ClockTimer> retry;
        std::exception_ptr fault;              ///< of the last run that was judged
        std::shared_ptr<ServiceRun> lost;      ///< abandoned, and its code still runs
        std::shared_ptr<Worker> lostWorker;
        std::vector<Private*> later;           ///< those that need it or come after it, in the order of the registration
        Event moved;                           ///< set and reset where something that they wait for may be so now
        std::shared_ptr<bool> alive = std::make_shared<bool>(true);
    };
    Rest& rest()
    {
        if (!m_rest)
            m_rest = std::make_unique<Rest>();
        return *m_rest;
    }
    [[nodiscard]] std::vector<Private*> later() const { return m_rest ? m_rest->later : std::vector<Private*>(); }

    std::shared_ptr<ServiceRun> m_run;
    std::shared_ptr<Worker> m_worker;
    std::optional<Ended> m_ended;         ///< execute has ended while a start or stop was under way
    bool m_ready = false;                 ///< of this run
    bool m_held = false;
    bool m_unarmed = false;               ///< runs for one tick on demand, not by its series
    std::optional<WallTime> m_seriesNext; ///< of a periodic one that runs: the next tick, held or not
    StartPtr m_startOperation;
    StopPtr m_stopOperation;
    std::unique_ptr<Rest> m_rest;
    std::unique_ptr<TaskScope> m_operations; // last: goes first; null: there was none yet
};

} // namespace turnspit

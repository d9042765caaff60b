#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/deadline.h>
#include <turnspit/hosting/callline.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostcontext.h>
#include <turnspit/hosting/hostextension.h>
#include <turnspit/hosting/servicecontroller_p.h>
#include <turnspit/hosting/servicecontrollers.h>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace turnspit {

/// What HostCore and ServiceControllers share: made before the host thread knows of it, so that the latter can be injected.
class ServiceControllers::Private
{
public:
    std::deque<ServiceController> list; ///< stay where they are
    HostContext* host = nullptr; ///< null: the host does not live
    std::function<void()> onChanged;
    std::vector<std::weak_ptr<const std::function<void()>>> watches;
};

/// A host, on its thread: takes all services through the phases of a start and of a stop.
class HostCore
{
public:
    struct Parts
    {
        std::shared_ptr<HostEnvironment> environment;
        HostOptions options;
        std::vector<HostedRegistration> hosted;
        std::function<double()> random;
        std::shared_ptr<ServiceControllers::Private> controllers;
        bool inlineThreads = false;
        std::vector<HostExtensionFactory> extensions;
        std::function<std::exception_ptr()> checkOptions = {}; ///< before anything is made: null, or what ends the start
    };

    /// On the host thread, as everything else here. Throws what an extension does that cannot be made.
    explicit HostCore(Parts parts);

    /// Destroys what still runs, in its thread. Threads that do not come back are left alive.
    ~HostCore();
    HostCore(const HostCore&) = delete;
    HostCore& operator=(const HostCore&) = delete;

    /// False once this is gone; looked at on the host thread.
    [[nodiscard]] std::shared_ptr<const bool> alive() const noexcept { return m_alive; }

    void start(std::stop_token cancelled, Promise<std::exception_ptr> done);
    void stop(std::stop_token hurry, Promise<HostStopResult> done);
    void close(std::stop_token hurry, Promise<HostStopResult> done);

private:
    HostCore(Parts& parts, WorkerPool::OnBlocked onBlocked);

    using Step = ServiceRun::Step;
    using Controllers = std::vector<ServiceController::Private*>;
    /// Calls of a sequential phase that are one after the other in one worker.
    struct Line
    {
        Step step;
        std::shared_ptr<CallLine> calls = {};
        Controllers members = {};
        std::optional<CallLine::Progress> progress = {}; ///< once it has ended
    };
    using AtPlace = Controllers::const_iterator;
    static constexpr std::ptrdiff_t lineLength = 64; ///< the host hears of each line as a whole

    enum class Phase { Made, Starting, Started, Failed, Stopping, Stopped };

    struct StopOperation
    {
        HostStopResult result;
        std::unique_ptr<Deadline> deadline;
        std::list<std::stop_callback<std::function<void()>>> onHurry; ///< of each one who stops
        Event done;
        bool closing = false;
        Event closed;
    };

    Task<> performStart(std::stop_token cancelled, Promise<std::exception_ptr> done);
    [[nodiscard]] Controllers inStartOrder() const;
    [[nodiscard]] Controllers toStart() const;
    /// `asked`: somebody wanted the end. `late`: the start was cancelled by its time limit, if it was by anything.
    void sayWhyNotStarted(const NamedError& cause, bool asked, bool late);
    Task<NamedError> startAll(std::stop_token cancelled);
    Task<std::vector<NamedError>> startPhase(Controllers controllers, Step step, std::stop_token cancelled);
    Task<> startOne(ServiceController::Private& controller, Step step, std::vector<NamedError>& errors);
    void noteStartError(ServiceController::Private& controller, std::exception_ptr error, std::vector<NamedError>& errors);
    [[nodiscard]] std::shared_ptr<Line> startLine(AtPlace begin, AtPlace end, Step step) const;
    Task<std::size_t> startInLine(std::shared_ptr<Line> line, std::vector<NamedError>& errors);
    [[nodiscard]] std::shared_ptr<Line> stopLine(AtPlace begin, AtPlace end, Step step) const;
    Task<std::size_t> stopInLine(std::shared_ptr<Line> line, std::shared_ptr<StopOperation> operation);
    void endLine();
    Task<> rollBack(Controllers controllers);
    [[nodiscard]] NamedError causeOf(std::vector<NamedError> errors) const;

    Task<> performStop(std::shared_ptr<StopOperation> operation);
    Task<> stopPhase(Controllers controllers, Step step, std::shared_ptr<StopOperation> operation);
    Task<> finishOne(ServiceController::Private& controller, std::shared_ptr<StopOperation> operation);
    Task<> finishAll(Controllers controllers, std::shared_ptr<StopOperation> operation);
    Task<> abandonStart(ServiceController::Private& controller, std::shared_ptr<StopOperation> operation);
    Task<> endCommand(ServiceController::Private& controller, std::shared_ptr<StopOperation> operation);
    Task<> stopByCommand(ServiceController::Private& controller, ServiceStopResult& result, Event& ended);
    void addLost(HostStopResult& result) const;
    Task<> stopOne(ServiceController::Private& controller, Step step, std::shared_ptr<StopOperation> operation);
    std::shared_ptr<StopOperation> stopOperation(std::stop_token hurryUp);
    Task<> awaitStop(std::shared_ptr<StopOperation> operation, Promise<HostStopResult> done);
    Task<> performClose(std::shared_ptr<StopOperation> operation);
    Task<> awaitClose(std::shared_ptr<StopOperation> operation, Promise<HostStopResult> done);
    Task<> closeContainer(Event& ended, std::vector<NamedError>& errors);
    Task<> finishExtension(HostExtension& extension, std::shared_ptr<StopOperation> operation);
    Task<> callFinish(HostExtension& extension, Event& ended);
    void hurry(std::shared_ptr<StopOperation> operation);
    void workerBlocked(const Worker& worker);
    [[nodiscard]] std::string namesOn(const Worker& worker) const;
    void changed();
    void checkIdle();

    HostContext m_host;
    bool m_inline;
    std::function<std::exception_ptr()> m_checkOptions;
    std::shared_ptr<ServiceControllers::Private> m_controllers;
    std::unique_ptr<WorkerPool> m_pool;
    Phase m_phase = Phase::Made;
    std::unique_ptr<Deadline> m_startDeadline;
    std::unique_ptr<Deadline> m_rollBackDeadline; ///< while a failed start is undone
    std::vector<ServiceStopResult> m_abandoned;   ///< by then
    std::vector<NamedError> m_failed; ///< what failed in the start under way
    std::vector<NamedError> m_faults; ///< of services that stop the host
    Event m_startEnded;
    std::shared_ptr<StopOperation> m_stop;
    std::shared_ptr<Line> m_line; ///< under way
    std::vector<std::unique_ptr<HostExtension>> m_extensions;
    bool m_changePosted = false;
    bool m_idleCheckPosted = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    TaskScope m_tasks; // last: goes first
};

} // namespace turnspit

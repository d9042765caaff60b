#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/mailbox.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/base/rare.h>
#include <turnspit/di/serviceprovider.h>
#include <turnspit/hosting/hostcontext.h>
#include <turnspit/hosting/hostedregistration.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/queueworker.h>
#include <turnspit/hosting/ticks.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace turnspit {

class CallLine;

/// One execution of a hosted service: its object, in its worker thread, driven from the host thread. Nothing waits for
/// anybody: each call gives a value that ends on the host thread when the worker has answered.
class ServiceRun : public std::enable_shared_from_this<ServiceRun>
{
public:
    enum class Step { Make, Starting, Start, Started, Stopping, Stop, Stopped, Close };

    /// An answer that comes to the host thread.
    struct Answer
    {
        bool ended = false;
        bool busy = false;        ///< settle, close, destroy: code of the service had not ended
        std::exception_ptr error; ///< call, close: what it threw
        Event done;
        std::function<void()> onLate; ///< called on the host thread when the answer comes, besides
    };
    using AnswerPtr = std::shared_ptr<Answer>;

    struct TickAnswer
    {
        bool ended = false;
        Result<Outcome> result = fail(ErrorKind::Cancelled, "the service was stopped before the tick had ended");
        Event done;
    };

    /// What a run says by itself, on the host thread.
    class Listener
    {
    public:
        virtual void executionEnded(BackgroundService::Execution how, std::exception_ptr error) = 0;
        virtual void ticksChanged(const Ticks& ticks) = 0;
        virtual void queueChanged(QueueWorkerStatus status) = 0;
        virtual void isReady() = 0;

    protected:
        ~Listener() = default;
    };

    /// `environment` is what the service may use as long as it lives, even as an abandoned one. `stopping` is requested
    /// when it is to stop, or not to start.
    ServiceRun(std::shared_ptr<const HostedRegistration> registration, std::shared_ptr<HostEnvironment> environment,
               std::shared_ptr<Mailbox> worker, std::stop_source stopping, Listener& listener);

    // All from the host thread.

    /// Nobody hears any more what it says by itself.
    void setUnheard() noexcept { m_listener = nullptr; }

    /// Make: constructs the object in a scope of its own, `held` as told. The others call the service; a hook that it
    /// has not has ended already, whatever its thread is doing. Stop: one that has a thread of its own sees its token
    /// stopped at once, whatever that does.
    AnswerPtr call(Step step, std::stop_token token, bool held = false);

    /// It has no such hook.
    [[nodiscard]] bool answersAtOnce(Step step) const noexcept
    {
        return step != Step::Make && step != Step::Start && step != Step::Stop && step != Step::Close && !m_hasHooks;
    }

    /// Lets `turns` turns of the worker's loop pass, or less when all calls (with `execution`: execute too) end before;
    /// then says whether they have.
    AnswerPtr settle(int turns, bool execution);

    /// Destroys frames and object in the worker thread, then closes the scope there, which may take its time (B64).
    AnswerPtr close();

    /// Destroys frames, object and scope in the worker thread, and what close has left. In this call, where that is
    /// this thread; in another one a body that does not let go sees its token stopped.
    AnswerPtr destroy();

    /// The listener hears what it has told of its ticks up to now.
    void hearTicks();

    void setHeld(bool held);
    std::shared_ptr<TickAnswer> tickNow(Trigger trigger);

    /// All calls and ticks that have no answer yet end now, with OperationCancelled.
    void endCalls();

private:
    struct Closing
    {
        TaskScope task;
        bool begins = true;                       // closeBody is on the stack
        std::optional<std::exception_ptr> closed; // the scope is, inside of it; what it threw, or null
    };

    /// What lives in the worker thread. Destroyed from the end: frames of calls, execute, object, scope.
    struct Body
    {
        explicit Body(ServiceScope own) : scope(std::move(own)) {}
        ~Body() { destroyObject(); }
        Body(const Body&) = delete;
        Body& operator=(const Body&) = delete;
        void destroyObject();

        ServiceScope scope;
        std::unique_ptr<HostedService> object;
        BackgroundService* background = nullptr;
        HostedLifecycleService* lifecycle = nullptr;
        std::optional<TaskScope> calls{std::in_place}; // none once the object is destroyed
        std::unique_ptr<Closing> closing;
    };

    friend class TickReports;
    friend class CallLine;

    // For a call in a line: an answer that this knows of, that has come, or will not come.
    AnswerPtr expect();
    void endWell(const AnswerPtr& answer);
    void forget(const AnswerPtr& answer);

    void ticksReported(const Ticks& ticks);

    enum class Haste { Some, None }; // None: where a line is under way, the host hears of it when that has come some way
    template <class Function>
    void post(Function function);
    template <class Function>
    void postToHost(std::shared_ptr<ServiceRun> self, Function function, Haste haste = Haste::Some);
    template <class Function>
    void tell(Function function, Haste haste = Haste::Some);
    /// In the worker; `line`: the call is one of its.
    void perform(Step step, std::stop_token token, bool held, AnswerPtr answer, std::weak_ptr<CallLine> line);
    void ended(AnswerPtr answer, bool busy, std::exception_ptr error, const std::weak_ptr<CallLine>& line);
    Task<> invoke(Step step, std::stop_token token, AnswerPtr answer, std::weak_ptr<CallLine> line);
    Task<> callStep(Step step, std::stop_token token);
    Task<> tick(Trigger trigger, std::shared_ptr<TickAnswer> answer);
    void make(bool held);
    void tellTicks(const PeriodicService& service);
    void settleStep(int turns, bool execution, AnswerPtr answer);
    [[nodiscard]] bool isBusy(bool execution) const;
    [[nodiscard]] PeriodicService* periodic() const noexcept;
    bool destroyBody();
    void closeBody(AnswerPtr answer, std::weak_ptr<CallLine> line);
    Task<> closeScope(bool busy, AnswerPtr answer, std::weak_ptr<CallLine> line);
    void bodyClosed(AnswerPtr answer, bool busy, std::exception_ptr error, const std::weak_ptr<CallLine>& line);
    void reply(AnswerPtr answer, bool busy, std::exception_ptr error);

    const std::shared_ptr<const HostedRegistration> m_registration;
    const std::shared_ptr<HostEnvironment> m_environment;
    const std::shared_ptr<Mailbox> m_worker;
    const WorkContext& m_context;
    std::stop_source m_stopping;
    Listener* m_listener;           // host thread; null: nobody
    std::vector<AnswerPtr> m_calls; // host thread; without an answer yet
    Rare<std::vector<std::weak_ptr<TickAnswer>>> m_askedTicks; // host thread; those that have none are among them
    std::optional<Body> m_body; // worker thread
    bool m_hasHooks = false;    // written before the answer to Make, read after it; this and the next
    bool m_executes = false;    // a BackgroundService
};

} // namespace turnspit

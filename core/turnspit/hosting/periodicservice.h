#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/base/clock.h>
#include <turnspit/base/error.h>
#include <turnspit/base/states.h>
#include <turnspit/base/time.h>
#include <turnspit/hosting/backgroundservice.h>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace turnspit {

/// A service that does one thing every so often: override tick.
///
/// The series begins in start: the status of one whose start has ended says when it ticks. First tick one period after start (at once with runAtStart), then start + n x period; ticks never overlap: those that come due
/// during a tick become one (B48). A tick that throws is a failed tick: logged, and the next one comes as planned; setStopOnFailure
/// makes it the end of the service instead.
class PeriodicService : public BackgroundService
{
public:
    /// What is observable about the ticks.
    struct Status
    {
        bool ticking = false;               ///< a host hears of a tick on a shared thread that never waits when it has ended
        bool held = false;
        std::uint64_t ticks = 0;            ///< ended, skipped ones not counted
        std::optional<WallTime> lastTick;   ///< when the last one began
        std::optional<WallTime> nextTick;   ///< nullopt: held
        std::optional<WallTime> seriesNext; ///< the same, held or not: what the next tick is as soon as it is resumed
        std::optional<Trigger> trigger;     ///< of the last one
        std::optional<Outcome> lastOutcome; ///< of the last that ended: Succeeded, Failed, Stopped
        std::string lastError;              ///< what the last failed one said; kept until one succeeds

        bool operator==(const Status&) const = default;
    };

    ~PeriodicService() override;

    void dispose() override;

    [[nodiscard]] std::chrono::milliseconds period() const noexcept { return m_period; }

    /// From now on: the next tick one new period from now. 1 ms to PeriodicTimer::maxPeriod, else std::out_of_range.
    void setPeriod(std::chrono::milliseconds period);

    /// One tick now, whether held or not; the series is not moved. Ends with the tick. Refused: a tick runs, or the service does not.
    Task<Result<Outcome>> tickNow(Trigger trigger = Trigger::Start);

    /// Ticks stop coming; what runs goes on. What was passed over is not caught up.
    void hold();
    void resume();

    [[nodiscard]] const Status& status() const noexcept { return m_status; }

protected:
    /// Checks as setPeriod.
    explicit PeriodicService(std::chrono::milliseconds period);

    /// One piece of work. `stopping` as for execute.
    virtual Task<> tick(std::stop_token stopping) = 0;

    /// In the constructor of the derived class.
    void setRunAtStart(bool on) noexcept { m_runAtStart = on; }
    void setStopOnFailure(bool on) noexcept { m_stopOnFailure = on; }

    Task<> execute(std::stop_token stopping) final;

private:
    friend class ServiceRun;
    struct Request;
    class Wait;

    /// What a stop request, in whatever thread, posts to the service with.
    struct OnStop
    {
        struct Link
        {
            std::shared_ptr<Mailbox> mailbox;
            PeriodicService* service; // the service's thread only; null: execute has ended
        };
        void operator()() const noexcept { wakeSoon(link); }
        std::shared_ptr<Link> link;
    };
    static void wakeSoon(const std::shared_ptr<OnStop::Link>& link) noexcept;
    void wake();
    void onStatusChanged(std::function<void()> call) { m_onStatus = std::move(call); }
    [[nodiscard]] PeriodicService* asPeriodic() noexcept final { return this; }
    void aboutToExecute() final;
    Task<> runTick(std::stop_token stopping, Trigger trigger);
    void beginSeries();
    void due();
    void finished(Outcome outcome, const std::string& error);
    void ended();
    void seriesChanged();
    void changed();
    void tickBegins();

    std::chrono::milliseconds m_period;
    bool m_runAtStart = false;
    bool m_stopOnFailure = false;
    bool m_running = false; // from start to the end of execute
    bool m_due = false;
    bool m_tellsBegin = true; // of a tick, before it runs; else when it first waits: one that never does is told of once, at its end
    bool m_beginUntold = false;
    bool m_inWake = false;
    bool m_repeats = false; // the timer, by itself
    Instant m_next;         // of the series
    std::shared_ptr<Request> m_request;
    Clock* m_clock = nullptr; // of the thread that runs execute
    std::unique_ptr<ClockTimer> m_timer;
    std::coroutine_handle<> m_waiting;         // execute, for a tick, a request or a stop; null: it is at work
    const WorkContext* m_context = nullptr;    // of its wait
    std::shared_ptr<OnStop::Link> m_link;      // inside execute
    Status m_status;
    std::function<void()> m_onStatus;
};

} // namespace turnspit

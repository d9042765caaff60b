#include <turnspit/hosting/periodicservice.h>

#include <turnspit/async/periodictimer.h>
#include <turnspit/async/promise.h>
#include <turnspit/async/aggregateerror.h>

#include <algorithm>
#include <stdexcept>

namespace turnspit {

namespace {

constexpr std::chrono::milliseconds outOfStep(250);

void check(std::chrono::milliseconds period)
{
    if (period < std::chrono::milliseconds(1) || period > PeriodicTimer::maxPeriod)
        throw std::out_of_range("period: must be 1 ms to 4294967294 ms");
}

} // namespace

struct PeriodicService::Request
{
    Trigger trigger;
    Promise<Result<Outcome>> promise;
};

PeriodicService::PeriodicService(std::chrono::milliseconds period) : m_period(period)
{
    check(period);
}

PeriodicService::~PeriodicService()
{
    PeriodicService::dispose(); // execute is a member function of this class
}

void PeriodicService::dispose()
{
    BackgroundService::dispose();
    if (m_running) // execute had not begun
        ended();
}

/// Until a tick comes, one is asked for, or a stop is requested.
class PeriodicService::Wait
{
public:
    Wait(PeriodicService& service, const std::stop_token& stopping) noexcept : m_service(service), m_stopping(stopping) {}

    bool await_ready() const noexcept { return m_service.m_due || m_service.m_request || m_stopping.stop_requested(); }
    void await_suspend(std::coroutine_handle<> handle) const noexcept
    {
        m_service.m_waiting = handle;
        m_service.m_context = WorkContext::current();
    }
    void await_resume() const noexcept {}

private:
    PeriodicService& m_service;
    const std::stop_token& m_stopping;
};

void PeriodicService::wakeSoon(const std::shared_ptr<OnStop::Link>& link) noexcept
{
    link->mailbox->post([link] {
        if (link->service)
            link->service->wake();
    });
}

void PeriodicService::wake()
{
    if (const auto waiting = std::exchange(m_waiting, {})) {
        {
            const WorkContext::Scope working(m_context);
            const auto link = m_link;
            m_inWake = true;
            waiting.resume();
            if (!link->service) // execute has ended, and perhaps who waited for that has destroyed this
                return;
            m_inWake = false;
        }
        if (std::exchange(m_beginUntold, false))
            changed();
    }
}

void PeriodicService::tickBegins()
{
    if (m_inWake && !m_tellsBegin)
        m_beginUntold = true;
    else
        changed();
}

void PeriodicService::seriesChanged()
{
    m_status.seriesNext.reset();
    if (m_running)
        m_status.seriesNext = m_clock->wallNow() + std::chrono::duration_cast<WallTime::duration>(m_next - m_clock->now());
    changed();
}

void PeriodicService::changed()
{
    m_beginUntold = false;
    m_status.nextTick = m_status.held ? std::nullopt : m_status.seriesNext;
    if (m_onStatus)
        m_onStatus();
}

void PeriodicService::beginSeries()
{
    m_next = m_clock->now() + m_period;
    m_repeats = true;
    m_timer->startPeriodic(m_period);
}

void PeriodicService::due()
{
    // The series goes on while held, and while a tick runs; what was passed over is one tick.
    const Instant now = m_clock->now();
    const auto late = now - m_next;
    m_next += m_period * (1 + std::max<std::int64_t>(0, late / m_period));
    // A timer that repeats by itself is cheap where there are many. Where the machine slept, or the thread was busy for long, it is not in
    // step with the series any more, and is put there once.
    if (late >= std::min<std::chrono::nanoseconds>(m_period, outOfStep)) {
        m_repeats = false;
        m_timer->startOnce(m_next - now);
    } else if (!std::exchange(m_repeats, true)) {
        m_timer->startPeriodic(m_period);
    }
    m_status.seriesNext = m_clock->wallNow() + std::chrono::duration_cast<WallTime::duration>(m_next - now);
    m_due = !m_status.held;
    if (m_due && m_waiting)
        wake(); // the timer fires in the service's thread: no hop; the tick says that it has begun
    else
        changed();
}

void PeriodicService::setPeriod(std::chrono::milliseconds period)
{
    check(period);
    m_period = period;
    if (!m_running)
        return;
    beginSeries();
    seriesChanged();
}

void PeriodicService::hold()
{
    m_status.held = true;
    m_due = false;
    seriesChanged();
}

void PeriodicService::resume()
{
    m_status.held = false;
    seriesChanged();
}

Task<Result<Outcome>> PeriodicService::tickNow(Trigger trigger)
{
    if (!m_running)
        co_return fail(ErrorKind::Refused, "the service does not run");
    if (m_status.ticking || m_request)
        co_return fail(ErrorKind::Refused, "a tick runs already");
    m_request = std::make_shared<Request>(Request{trigger, {}});
    auto result = m_request->promise.future();
    if (m_link) // else execute has yet to begin, and looks
        wakeSoon(m_link);
    co_return co_await std::move(result);
}

void PeriodicService::aboutToExecute()
{
    m_clock = &Clock::current();
    m_timer = m_clock->createTimer([this] { due(); });
    m_timer->firingUses(this, sizeof(*this));
    beginSeries();
    if (m_runAtStart) {
        m_next = m_clock->now();
        m_repeats = false;
        m_timer->startOnce(std::chrono::nanoseconds(0));
    }
    m_running = true;
    seriesChanged();
}

Task<> PeriodicService::execute(std::stop_token stopping)
{
    struct AtEnd
    {
        explicit AtEnd(PeriodicService& service) : self(service) {}
        ~AtEnd() { self.ended(); }
        AtEnd(const AtEnd&) = delete;
        AtEnd& operator=(const AtEnd&) = delete;
        PeriodicService& self;
    };
    m_link = std::make_shared<OnStop::Link>(OnStop::Link{Mailbox::current(), this});
    const AtEnd guard(*this);
    const std::stop_callback<OnStop> onStop(stopping, OnStop{m_link});
    while (!stopping.stop_requested()) {
        if (m_request) {
            co_await runTick(stopping, m_request->trigger);
        } else if (std::exchange(m_due, false)) {
            co_await runTick(stopping, Trigger::Schedule);
        } else {
            co_await Wait(*this, stopping);
        }
    }
}

Task<> PeriodicService::runTick(std::stop_token stopping, Trigger trigger)
{
    m_status.ticking = true;
    m_status.lastTick = m_clock->wallNow();
    m_status.trigger = trigger;
    tickBegins();
    std::exception_ptr error;
    Outcome outcome = Outcome::Succeeded;
    try {
        co_await tick(stopping);
    } catch (const OperationCancelled&) {
        outcome = stopping.stop_requested() ? Outcome::Stopped : Outcome::Failed;
        error = std::current_exception();
    } catch (...) {
        outcome = Outcome::Failed;
        error = std::current_exception();
    }
    finished(outcome, outcome == Outcome::Failed ? describe(error) : std::string());
    if (outcome == Outcome::Failed && m_stopOnFailure)
        std::rethrow_exception(error);
}

void PeriodicService::finished(Outcome outcome, const std::string& error)
{
    m_status.ticking = false;
    ++m_status.ticks;
    m_status.lastOutcome = outcome;
    if (outcome != Outcome::Stopped)
        m_status.lastError = error;
    changed();
    if (const auto request = std::exchange(m_request, nullptr))
        request->promise.set(outcome);
}

void PeriodicService::ended()
{
    m_running = false;
    m_waiting = {};
    if (const auto link = std::exchange(m_link, nullptr))
        link->service = nullptr;
    m_timer.reset();
    m_status.ticking = false;
    if (const auto request = std::exchange(m_request, nullptr))
        request->promise.set(fail(ErrorKind::Cancelled, "the service was stopped before the tick had ended"));
    seriesChanged();
}

} // namespace turnspit

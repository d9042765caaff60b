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

void PeriodicService::changed()
{
    m_status.seriesNext.reset();
    if (m_running)
        m_status.seriesNext = m_clock->wallNow() + std::chrono::duration_cast<WallTime::duration>(m_next - m_clock->now());
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
    m_due = !m_status.held;
    m_wake.set();
    if (!m_due || m_status.ticking) // else the tick says it, next
        changed();
}

void PeriodicService::setPeriod(std::chrono::milliseconds period)
{
    check(period);
    m_period = period;
    if (!m_running)
        return;
    beginSeries();
    changed();
}

void PeriodicService::hold()
{
    m_status.held = true;
    m_due = false;
    changed();
}

void PeriodicService::resume()
{
    m_status.held = false;
    changed();
}

Task<Result<Outcome>> PeriodicService::tickNow(Trigger trigger)
{
    if (!m_running)
        co_return fail(ErrorKind::Refused, "the service does not run");
    if (m_status.ticking || m_request)
        co_return fail(ErrorKind::Refused, "a tick runs already");
    m_request = std::make_shared<Request>(Request{trigger, {}});
    auto result = m_request->promise.future();
    m_wake.set();
    co_return co_await std::move(result);
}

void PeriodicService::aboutToExecute()
{
    m_clock = &Clock::current();
    m_timer = m_clock->createTimer([this] { due(); });
    beginSeries();
    if (m_runAtStart) {
        m_next = m_clock->now();
        m_repeats = false;
        m_timer->startOnce(std::chrono::nanoseconds(0));
    }
    m_running = true;
    changed();
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
    const AtEnd guard(*this);
    while (!stopping.stop_requested()) {
        if (m_request) {
            co_await runTick(stopping, m_request->trigger);
        } else if (std::exchange(m_due, false)) {
            co_await runTick(stopping, Trigger::Schedule);
        } else {
            m_wake.reset();
            co_await m_wake.wait(stopping);
        }
    }
}

Task<> PeriodicService::runTick(std::stop_token stopping, Trigger trigger)
{
    m_status.ticking = true;
    m_status.lastTick = m_clock->wallNow();
    m_status.trigger = trigger;
    changed();
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
    m_timer.reset();
    m_status.ticking = false;
    if (const auto request = std::exchange(m_request, nullptr))
        request->promise.set(fail(ErrorKind::Cancelled, "the service was stopped before the tick had ended"));
    changed();
}

} // namespace turnspit

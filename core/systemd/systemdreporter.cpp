#include <systemd/systemdreporter.h>

#include <turnspit/async/mailbox.h>
#include <turnspit/async/aggregateerror.h>

#include <QString>

#include <ctime>

namespace turnspit {

namespace {

/// The clock that systemd compares with: it stands still while the machine sleeps, unlike Clock.
std::int64_t monotonicMicroseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

/// systemd passes over a whole message of more than 4 KiB, a READY=1 in it too, and a status that is not UTF-8.
constexpr qsizetype longestReason = 500;

std::string oneLine(const std::string& text)
{
    QString line = QString::fromStdString(text);
    for (QChar& c : line) {
        if (c.category() == QChar::Other_Control)
            c = u' ';
    }
    if (line.size() > longestReason) {
        const bool splits = line.at(longestReason).isLowSurrogate();
        line.truncate(longestReason - (splits ? 1 : 0));
        line += u'\u2026';
    }
    return line.toStdString();
}

} // namespace

SystemdReporter::SystemdReporter(Parts parts)
    : m_d(std::move(parts)), m_tasks([this](std::exception_ptr error) { m_d.log.error("a reload failed: {}", describe(error)); })
{
    m_watchdog = m_d.clock.createTimer([this] { feed(); });
    m_extend = m_d.clock.createTimer([this] { extend(); });
    m_statusTimer = m_d.clock.createTimer([this] { tellStatus(); });
    m_retry = m_d.clock.createTimer([this] { retry(); });
    m_watch = m_d.controllers.watch([this] { tellStatus(); });
    m_d.lifetime.onStarted([this, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired())
            started();
    });
    // Whoever stops the application calls this, in his thread.
    m_d.lifetime.onStopping([this, alive = std::weak_ptr(m_alive), home = Mailbox::current()] {
        home->post([this, alive] {
            if (!alive.expired())
                stopping();
        });
    });
    m_d.lifetime.onStopped([this, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired())
            stopped();
    });
}

SystemdReporter::~SystemdReporter() = default;

// ---- the host's life

void SystemdReporter::started()
{
    if (m_phase != Phase::Starting)
        return;
    m_phase = Phase::Running;
    say("READY=1\n" + status());
    if (m_d.watchdog) {
        m_watchdog->startPeriodic(std::chrono::nanoseconds(*m_d.watchdog) / 2);
        feed();
    }
}

void SystemdReporter::stopping()
{
    m_phase = Phase::Stopping;
    const Milliseconds limit = m_d.options.shutdownTimeout;
    if (limit != Milliseconds::max())
        m_extendUntil = m_d.clock.now() + limit;
    m_extend->startPeriodic(std::chrono::nanoseconds(extension) / 2);
    say("STOPPING=1\n" + status());
    extend();
}

void SystemdReporter::stopped()
{
    m_extend->stop();
}

void SystemdReporter::extend()
{
    if (m_extendUntil && m_d.clock.now() >= *m_extendUntil) {
        m_extend->stop();
        return;
    }
    sayNow("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds(extension).count()));
}

void SystemdReporter::feed()
{
    // While the host stops, its own limit counts: a service that does not come back is abandoned then, and named.
    const bool starved = m_phase == Phase::Running && !m_d.controllers.workersAnswer();
    if (starved && !m_starved)
        m_d.log.warning("a worker thread does not answer: the watchdog of systemd, {}, is not fed until it does",
                        formatDuration(std::chrono::duration_cast<Milliseconds>(*m_d.watchdog)));
    m_starved = starved;
    if (!starved)
        sayNow("WATCHDOG=1");
}

// ---- status

void SystemdReporter::setCounts(std::optional<StateCounts> counts)
{
    m_counts = std::move(counts);
    tellStatus();
}

std::string SystemdReporter::statusLine() const
{
    StateCounts counts;
    if (m_counts) {
        counts = *m_counts;
    } else {
        for (const ServiceController* controller : m_d.controllers.list()) {
            if (!controller->isOfHost())
                ++counts[controller->status().state];
        }
    }
    if (m_phase == Phase::Stopping)
        return stoppingLine(counts);
    return m_reloadError.empty() ? runningLine(counts) : runningLine(counts) + "; the reload failed: " + oneLine(m_reloadError);
}

/// The line to be told now.
std::string SystemdReporter::status()
{
    m_statusTold = statusLine();
    m_statusTime = m_d.clock.now();
    return "STATUS=" + m_statusTold;
}

void SystemdReporter::tellStatus()
{
    const bool reloads = m_reloading && m_phase == Phase::Running;
    if (m_phase == Phase::Starting || reloads || statusLine() == m_statusTold)
        return;
    const auto passed = m_d.clock.now() - *m_statusTime;
    if (passed < statusInterval) {
        m_statusTimer->startOnce(statusInterval - passed);
        return;
    }
    if (!sayNow(status()))
        m_statusTimer->startOnce(statusInterval);
}

// ---- reload

void SystemdReporter::onReload(Reload reload)
{
    m_reload = std::move(reload);
    if (m_hangup || !m_reload)
        return;
    try {
        m_hangup = std::make_unique<SignalWatch>([this](int) { this->reload(); }, std::initializer_list<int>{SIGHUP});
    } catch (const std::exception& error) {
        m_d.log.warning("SIGHUP does not reload: {}", error.what());
    }
}

void SystemdReporter::reload()
{
    if (m_phase != Phase::Running || !m_reload)
        return;
    if (m_reloading)
        m_reloadAgain = true;
    else
        m_tasks.spawn(performReload());
}

Task<> SystemdReporter::performReload()
{
    m_reloading = true;
    do {
        m_reloadAgain = false;
        say("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonicMicroseconds()) + "\nSTATUS=Reloading");
        m_reloadError.clear();
        try {
            const Reload call = m_reload; // which may be replaced meanwhile
            if (const auto done = co_await call(); !done)
                m_reloadError = done.error().text();
        } catch (...) {
            m_reloadError = describe(std::current_exception());
        }
        if (m_reloadError.empty())
            m_d.log.info("reloaded");
        else
            m_d.log.error("the reload failed: {}", m_reloadError);
        if (m_phase == Phase::Running)
            say("READY=1\n" + status());
    } while (m_reloadAgain && m_phase == Phase::Running && m_reload);
    m_reloading = false;
}

// ---- delivery

/// What must not be lost.
void SystemdReporter::say(std::string lines)
{
    if (m_d.notifier && (!m_unsent.empty() || !sayNow(lines))) {
        m_unsent.push_back(std::move(lines));
        m_retry->startOnce(retryInterval);
    }
}

/// What is out of date later; false: it was not the time for it.
bool SystemdReporter::sayNow(std::string_view lines)
{
    if (!m_d.notifier)
        return true;
    if (!m_unsent.empty())
        return false;
    const auto delivery = m_d.notifier->notify(lines);
    if (delivery == SystemdNotifier::Delivery::Lost && !std::exchange(m_lost, true))
        m_d.log.warning("nobody listens at NOTIFY_SOCKET");
    return delivery != SystemdNotifier::Delivery::Busy;
}

void SystemdReporter::retry()
{
    while (!m_unsent.empty()) {
        if (m_d.notifier->notify(m_unsent.front()) == SystemdNotifier::Delivery::Busy) {
            m_retry->startOnce(retryInterval);
            return;
        }
        m_unsent.pop_front();
    }
    tellStatus();
}

} // namespace turnspit

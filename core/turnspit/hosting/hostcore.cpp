#include <turnspit/hosting/hostcore.h>

#include <turnspit/async/aggregateerror.h>
#include <turnspit/hosting/hostevents.h>

#include <algorithm>
#include <ranges>

namespace turnspit {

/// Whole before the extensions are made: where one of them throws, all that is there ends as it always does.
HostCore::HostCore(Parts parts) : HostCore(parts, [this](const Worker& worker) { workerBlocked(worker); })
{
    for (const auto& make : parts.extensions)
        m_extensions.push_back(make(*m_host.environment->provider));
}

HostCore::HostCore(Parts& parts, WorkerPool::OnBlocked onBlocked)
    : m_inline(parts.inlineThreads), m_checkOptions(std::move(parts.checkOptions)), m_controllers(std::move(parts.controllers)),
      m_tasks([this](std::exception_ptr error) {
          m_host.log().critical("an operation of the host failed: {}", describe(error));
      })
{
    m_host.environment = std::move(parts.environment);
    m_host.environment->mailbox = Mailbox::current();
    m_host.environment->tickReports = std::make_shared<TickReports>(m_host.clock(), &m_host.clock() == &Clock::system());
    m_host.options = parts.options;
    m_host.random = std::move(parts.random);
    m_host.stopHost = [this](NamedError error) {
        m_faults.push_back(std::move(error));
        m_host.environment->lifetime->stopApplication();
    };
    m_host.changed = [this] { changed(); };
    m_host.endLine = [this] { endLine(); };
    m_pool = std::make_unique<WorkerPool>(m_host.options, m_host.clock(), m_inline, std::move(onBlocked));
    m_host.pool = m_pool.get();
    m_startEnded.set();
    for (auto& registration : parts.hosted)
        m_controllers->list.emplace_back(std::make_unique<ServiceController::Private>(m_host, std::move(registration)));
    m_host.controllers = &m_controllers->list;
    for (auto& controller : m_controllers->list)
        controller.d().link();
    m_controllers->host = &m_host;
}

HostCore::~HostCore()
{
    *m_alive = false;
    while (!m_extensions.empty())
        m_extensions.pop_back();
    m_host.stopping = true;
    m_host.changed = [] {};
    if (m_line)
        (void)m_line->calls->takeBack();
    for (auto& controller : m_controllers->list | std::views::reverse)
        controller.d().tearDown();
    m_host.environment->tickReports->close();
    const bool allBack = m_pool->shutdown(m_host.reapTimeout());
    m_controllers->host = nullptr;
    m_controllers->list.clear();
    m_controllers->onChanged = {};
    if (allBack)
        m_host.environment->provider->dispose();
}

void HostCore::changed()
{
    checkIdle();
    if ((!m_controllers->onChanged && m_controllers->watches.empty()) || std::exchange(m_changePosted, true))
        return;
    Mailbox::current()->post([this, alive = m_alive] {
        if (!*alive)
            return;
        m_changePosted = false;
        if (const auto call = m_controllers->onChanged)
            call();
        std::erase_if(m_controllers->watches, [](const auto& watch) { return watch.expired(); });
        for (const auto& watch : std::vector(m_controllers->watches)) {
            if (const auto call = watch.lock())
                (*call)();
        }
    });
}

void HostCore::checkIdle()
{
    if (!m_host.options.stopWhenIdle || m_phase != Phase::Started || std::exchange(m_idleCheckPosted, true))
        return;
    // Posted: what is being done to a service right now is over then.
    Mailbox::current()->post([this, alive = m_alive] {
        if (!*alive)
            return;
        m_idleCheckPosted = false;
        auto& lifetime = *m_host.environment->lifetime;
        if (m_host.stopping || lifetime.stopping().stop_requested()
            || std::ranges::any_of(m_controllers->list, [](auto& each) { return each.d().hasWork(); }))
            return;
        m_host.log().event(LogLevel::Info, HostIdle, {}, "No service has work left: the host stops");
        for (auto& controller : m_controllers->list) {
            if (const auto fault = controller.d().fault())
                m_faults.push_back({controller.name(), fault});
        }
        lifetime.stopApplication();
    });
}

std::string HostCore::namesOn(const Worker& worker) const
{
    constexpr int shown = 5;
    std::string out;
    int count = 0;
    for (auto& controller : m_controllers->list) {
        if (controller.d().runsOn(worker) && ++count <= shown)
            out += (count == 1 ? "'" : ", '") + controller.name() + "'";
    }
    return count == 0 ? "no service" : count <= shown ? out : out + " and " + std::to_string(count - shown) + " more";
}

void HostCore::workerBlocked(const Worker& worker)
{
    const auto& log = m_host.log();
    if (worker.blocker.empty() && worker.blocked)
        log.event(LogLevel::Warning, ServiceBlocksThread, {},
                  "the shared thread {} has not answered for {}, and no call of a service that it is in is known: a slot, a timer or an event of "
                  "Qt blocks it, or the machine is overloaded; on this thread: {}",
                  worker.name, formatDuration(m_host.options.heartbeat), namesOn(worker));
    else if (worker.blocker.empty())
        log.event(LogLevel::Info, ServiceAnswersAgain, {}, "the shared thread {} answers again", worker.name);
    else if (worker.blocked)
        log.event(LogLevel::Warning, ServiceBlocksThread, worker.blocker, "service '{}' blocks the shared thread {}: it has not answered for {}",
                  worker.blocker, worker.name, formatDuration(m_host.options.heartbeat));
    else
        log.event(LogLevel::Info, ServiceAnswersAgain, worker.blocker, "service '{}' let the shared thread {} go on", worker.blocker, worker.name);
    for (auto& controller : m_controllers->list) {
        if (controller.name() == worker.blocker)
            controller.d().setUnhealthy(worker.blocked);
    }
}

} // namespace turnspit

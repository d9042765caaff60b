#include <turnspit/hosting/workerpool.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

namespace turnspit {

std::string Worker::currentWork() const
{
    const std::lock_guard lock(probe->mutex);
    const auto* context = probe->work ? probe->work->load(std::memory_order_relaxed) : nullptr;
    return context ? context->name() : std::string();
}

WorkerPool::WorkerPool(const HostOptions& options, Clock& clock, bool inlineThreads, OnBlocked onBlocked)
    : m_options(options), m_clock(clock), m_onBlocked(std::move(onBlocked)), m_here(std::make_shared<Worker>()), m_inline(inlineThreads)
{
    m_here->name = "host";
    m_here->affinity = Affinity::Host;
    m_here->mailbox = Mailbox::current();
    m_heartbeat = clock.createTimer([this] { beat(); });
}

WorkerPool::~WorkerPool() = default;

std::shared_ptr<Worker> WorkerPool::makeThread(Affinity affinity, const std::string& name)
{
    auto worker = std::make_shared<Worker>();
    worker->name = name;
    worker->affinity = affinity;
    worker->thread = std::make_unique<Thread>(QString::fromStdString(name), &m_clock);
    worker->mailbox = worker->thread->mailbox();
    worker->probe = std::make_shared<Worker::Probe>();
    worker->mailbox->post([probe = worker->probe] {
        const std::lock_guard lock(probe->mutex);
        probe->work = WorkContext::watch();
    });
    return worker;
}

std::shared_ptr<Worker> WorkerPool::acquire(Affinity affinity, const std::string& service)
{
    if (affinity == Affinity::Dedicated) {
        m_dedicated.push_back(makeThread(affinity, service));
        m_dedicated.back()->runs = 1;
        return m_dedicated.back();
    }
    if (affinity == Affinity::Host || m_inline) {
        ++m_here->runs;
        return m_here;
    }
    const auto usable = [](const auto& worker) { return !worker->blocked; };
    const auto count = std::count_if(m_shared.begin(), m_shared.end(), usable);
    if (count < std::max(1, m_options.workerThreads)) {
        try {
            m_shared.push_back(makeThread(Affinity::Shared, "worker-" + std::to_string(++m_named)));
        } catch (const std::system_error&) {
            if (count == 0)
                throw;
        }
    }
    std::shared_ptr<Worker> best;
    for (const auto& worker : m_shared) {
        if (usable(worker) && (!best || worker->runs < best->runs))
            best = worker;
    }
    ++best->runs;
    listen();
    return best;
}

void WorkerPool::listen()
{
    // A service that comes and goes does not put the beat off for others.
    if (m_options.heartbeat <= endless && !std::exchange(m_listens, true))
        m_heartbeat->startPeriodic(std::max(m_options.heartbeat, Milliseconds(1)));
}

void WorkerPool::release(const std::shared_ptr<Worker>& worker)
{
    --worker->runs;
    if (worker->affinity != Affinity::Dedicated)
        return;
    worker->thread->stop();
    std::erase(m_dedicated, worker);
    m_ending.push_back(worker);
    std::erase_if(m_ending, [](const auto& each) { return each->thread->tryJoin(); });
}

void WorkerPool::markLost(const std::shared_ptr<Worker>& worker)
{
    if (worker->affinity != Affinity::Shared || std::exchange(worker->blocked, true))
        return;
    // As if a beat had found it: it counts again once it answers.
    worker->blocker = worker->currentWork();
    ask(*worker);
    listen();
}

void WorkerPool::ask(Worker& worker)
{
    worker.mailbox->post([probe = worker.probe, turn = ++worker.asked] { probe->answered.store(turn, std::memory_order_release); });
}

void WorkerPool::beat()
{
    bool working = false;
    for (const auto& worker : m_shared) {
        if (worker->runs == 0 && !worker->blocked)
            continue;
        working = true;
        const bool answered = worker->probe->answered.load(std::memory_order_acquire) == worker->asked;
        // Of a thread that nobody seemed to work on, a busy machine's perhaps, it may be known later what blocks it.
        const std::string blocker = answered ? worker->blocker : worker->currentWork();
        if (worker->blocked == answered || (worker->blocked && worker->blocker.empty() && !blocker.empty())) {
            worker->blocked = !answered;
            worker->blocker = blocker;
            m_onBlocked(*worker);
        }
        if (answered)
            ask(*worker);
    }
    if (!working) {
        m_heartbeat->stop();
        m_listens = false;
    }
}

bool WorkerPool::allAnswer() const
{
    return std::ranges::none_of(m_shared, &Worker::blocked);
}

bool WorkerPool::shutdown(Milliseconds patience)
{
    struct Gate
    {
        std::mutex mutex;
        std::condition_variable arrived;
        std::set<const Worker*> back; // guarded; names only
    };
    constexpr Milliseconds leaving = std::chrono::seconds(1); // what who has answered gets besides, to end
    const auto end = std::chrono::steady_clock::now() + std::min(patience, endless);
    m_heartbeat.reset();
    auto workers = std::exchange(m_shared, {});
    workers.insert(workers.end(), m_dedicated.begin(), m_dedicated.end());
    m_dedicated.clear();

    const auto gate = std::make_shared<Gate>();
    for (const auto& worker : workers) {
        worker->mailbox->post([gate, name = static_cast<const Worker*>(worker.get())] {
            const std::lock_guard lock(gate->mutex);
            gate->back.insert(name);
            gate->arrived.notify_one();
        });
    }
    std::set<const Worker*> back;
    {
        std::unique_lock lock(gate->mutex);
        gate->arrived.wait_until(lock, end, [&] { return gate->back.size() == workers.size(); });
        back = gate->back;
    }
    for (const auto& worker : workers) {
        if (back.contains(worker.get()))
            worker->thread->stop();
        else
            worker->thread->abandon();
    }
    const bool allBack = back.size() == workers.size();
    std::erase_if(workers, [&](const auto& worker) { return !back.contains(worker.get()); });
    std::ranges::move(m_ending, std::back_inserter(workers));
    m_ending.clear();
    bool allEnded = true;
    for (const auto& worker : workers) {
        const auto left = std::chrono::ceil<Milliseconds>(end + leaving - std::chrono::steady_clock::now());
        allEnded = worker->thread->stopAndJoin(std::max(left, Milliseconds(0))) && allEnded;
    }
    return allBack && allEnded;
}

} // namespace turnspit

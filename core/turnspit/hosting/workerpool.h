#pragma once

#include <turnspit/async/thread.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/base/clock.h>
#include <turnspit/hosting/hostoptions.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace turnspit {

/// An option that is longer is no time any more: never, or for as long as it takes. Clocks count nanoseconds.
constexpr Milliseconds endless = std::chrono::years(100);

/// A thread that services run on, as the host thread sees it.
struct Worker
{
    struct Probe
    {
        std::mutex mutex;
        std::shared_ptr<const WorkContext::Current> work; // guarded
        std::atomic<std::uint64_t> answered{0};
    };

    std::string name;
    Affinity affinity = Affinity::Shared;
    std::unique_ptr<Thread> thread; ///< null: the host thread itself
    std::shared_ptr<Mailbox> mailbox;
    std::shared_ptr<Probe> probe;
    std::uint64_t asked = 0;
    int runs = 0;         ///< services on it
    bool blocked = false; ///< did not answer the last heartbeat
    std::string blocker;  ///< the service that blocks it; empty: nobody's work, as far as is known

    /// Whose work it does right now; empty: nobody's.
    [[nodiscard]] std::string currentWork() const;
};

/// The threads of a host, and their heartbeat. Belongs to the host thread.
class WorkerPool
{
public:
    /// A worker stopped, or began again, to answer, or it has become known what blocks it.
    using OnBlocked = std::function<void(const Worker&)>;

    /// `inlineThreads`: shared work is done on this thread.
    WorkerPool(const HostOptions& options, Clock& clock, bool inlineThreads, OnBlocked onBlocked);
    ~WorkerPool();

    /// std::system_error: there is no thread for it.
    [[nodiscard]] std::shared_ptr<Worker> acquire(Affinity affinity, const std::string& service);

    /// One service more on a worker that was acquired, not a dedicated one.
    static void join(Worker& worker) noexcept { ++worker.runs; }

    /// Nothing of the service is left on it. A dedicated thread ends; what its objects do then (`QThread::finished`) is not waited for.
    void release(const std::shared_ptr<Worker>& worker);

    /// The thread does not come back: shared work goes to another one from now on.
    void markLost(const std::shared_ptr<Worker>& worker);

    /// Asks every shared thread that works whether it is there; the timer does.
    void beat();

    /// No shared thread was silent at the last beat, or was lost and is still.
    [[nodiscard]] bool allAnswer() const;

    /// Ends all threads. Those that have not answered after `patience` (real time), or not ended shortly after it, are left alive; false:
    /// there are such.
    bool shutdown(Milliseconds patience);

private:
    std::shared_ptr<Worker> makeThread(Affinity affinity, const std::string& name);
    void listen();
    static void ask(Worker& worker);

    const HostOptions& m_options;
    Clock& m_clock;
    OnBlocked m_onBlocked;
    std::shared_ptr<Worker> m_here;
    bool m_inline;
    std::vector<std::shared_ptr<Worker>> m_shared;
    std::vector<std::shared_ptr<Worker>> m_dedicated;
    std::vector<std::shared_ptr<Worker>> m_ending; ///< dedicated ones that were released
    int m_named = 0;
    std::unique_ptr<ClockTimer> m_heartbeat;
    bool m_listens = false; ///< the heartbeat beats
};

} // namespace turnspit

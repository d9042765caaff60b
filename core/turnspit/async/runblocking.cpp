#include <turnspit/async/runblocking.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace turnspit::detail {

namespace {

/// Threads that come when there is work and go when there has been none for a while.
class BlockingPool
{
public:
    /// Never destroyed: its threads outlive main where somebody's work does.
    static BlockingPool& instance()
    {
        static auto& pool = *new BlockingPool;
        return pool;
    }

    void add(std::move_only_function<void()> work)
    {
        const std::lock_guard lock(m_mutex);
        m_work.push_back(std::move(work));
        if (m_idle >= static_cast<int>(m_work.size())) {
            m_wake.notify_one();
        } else if (m_threads < maxBlockingThreads) {
            startThread();
        }
    }

private:
    void startThread()
    {
        try {
            std::thread([this] { run(); }).detach();
            ++m_threads;
        } catch (const std::system_error&) {
            // No more threads: those that are there get to it, if there are any.
            if (m_threads == 0) {
                m_work.pop_back();
                throw;
            }
        }
    }

    void run()
    {
        constexpr std::chrono::seconds patience{10};
        std::unique_lock lock(m_mutex);
        for (;;) {
            ++m_idle;
            const bool woken = m_wake.wait_for(lock, patience, [this] { return !m_work.empty(); });
            --m_idle;
            if (!woken) {
                --m_threads;
                return;
            }
            {
                auto work = std::move(m_work.front());
                m_work.pop_front();
                lock.unlock();
                work();
            }
            lock.lock();
        }
    }

    std::mutex m_mutex; // guards all below
    std::condition_variable m_wake;
    std::deque<std::move_only_function<void()>> m_work;
    int m_threads = 0;
    int m_idle = 0; ///< of them: wait, or are about to take what there is
};

} // namespace

void onBlockingThread(std::move_only_function<void()> work)
{
    BlockingPool::instance().add(std::move(work));
}

} // namespace turnspit::detail

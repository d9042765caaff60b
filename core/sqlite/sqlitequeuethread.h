#pragma once

#include <sqlite/filebell.h>
#include <sqlite/sqlitequeuestore.h>
#include <turnspit/async/thread.h>
#include <turnspit/base/clock.h>
#include <turnspit/queues/answers.h>
#include <turnspit/queues/handout.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace turnspit {

/// The thread that owns the store of a queue. All that was asked for since it looked last is one transaction, together with what is fetched
/// for receivers; answers are given when that is committed. Where that fails, each is tried by itself, so that one fails for none but itself.
class SqliteQueueThread
{
public:
    SqliteQueueThread(std::unique_ptr<SqliteQueueStore> store, const std::string& file, Clock& clock);

    /// What was asked for is done first.
    ~SqliteQueueThread();
    SqliteQueueThread(const SqliteQueueThread&) = delete;
    SqliteQueueThread& operator=(const SqliteQueueThread&) = delete;

    /// `co_await ask<T>(work)`: `Result<T> work(SqliteQueueStore&, WallTime now)`, in a transaction, in the thread; in another one again where that
    /// was rolled back. Goes on with its answer when that is committed, or with why it was not. `counts`, if given, counts the answers without an error.
    template <class T, class Work>
    auto ask(Work work, std::atomic<std::uint64_t>* counts = nullptr)
    {
        return detail::Asking(std::make_shared<Asked<T, Work>>(std::move(work), counts), *this);
    }

    [[nodiscard]] detail::Handout& handout() noexcept { return m_handout; }

    /// Receivers end when there is nothing to deliver.
    void close();

    [[nodiscard]] bool isClosed() const noexcept { return m_closed.load(); }
    [[nodiscard]] std::uint64_t commits() const noexcept { return m_commits.load(); }

private:
    template <class Question, class Thread>
    friend class detail::Asking;

    class Request : public detail::Question
    {
    public:
        virtual void perform(SqliteQueueStore& store, WallTime now) = 0;
        virtual void answer(const std::optional<Error>& failed) = 0;
    };

    template <class T, class Work>
    class Asked final : public Request
    {
    public:
        Asked(Work work, std::atomic<std::uint64_t>* counts) : m_work(std::move(work)), m_counts(counts) {}

        void perform(SqliteQueueStore& store, WallTime now) override { result = m_work(store, now); }
        void answer(const std::optional<Error>& failed) override
        {
            if (failed)
                result = fail(*failed);
            else if (*result && m_counts)
                ++*m_counts;
        }

        std::optional<Result<T>> result;

    private:
        Work m_work;
        std::atomic<std::uint64_t>* m_counts;
    };

    using Requests = std::vector<std::shared_ptr<Request>>;

    void submit(std::shared_ptr<Request> request);
    void wake();
    void release(Message message);

    // In the thread.
    void begin();
    void turn();
    std::vector<Message> transact(std::span<const std::shared_ptr<Request>> requests, std::size_t wanted);
    std::vector<Message> perform(const Requests& requests, std::size_t wanted);
    void lookForMore(bool failed);
    void heard();

    Clock& m_clock;
    const std::string m_file;
    std::unique_ptr<SqliteQueueStore> m_store; // the thread's, once that runs
    std::atomic<bool> m_closed{false};
    std::atomic<std::uint64_t> m_commits{0};

    std::mutex m_mutex;
    Requests m_requests;      // guarded
    bool m_scheduled = false; // guarded

    detail::Handout m_handout;
    std::unique_ptr<ClockTimer> m_timer; // the thread's, as the bell
    std::unique_ptr<FileBell> m_bell;
    bool m_hasNews = false; // of which the bell has not told
    bool m_sent = false;    // something ready, since the last turn
    detail::Answers m_answers;
    Thread m_thread;
};

} // namespace turnspit

#pragma once

#include <turnspit/history/historystore.h>
#include <turnspit/history/runids.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace turnspit {

/// The one thread that owns the history's connection. Nothing here blocks the caller but start(), flush() and the destructor.
///
/// Order of events: work is done in the order it was posted; what comes within `gather` goes into one transaction (a query, flush()
/// and the destructor do not wait for it: a hundred ends are one commit, not ten); completions are called
/// on the writer's thread, in order, after the commit (the caller posts them on to its own thread). Where the commit fails because
/// the disk is full or the file is locked, onTrouble is told once, queries are answered from what is on disk, and the writes are
/// tried again, from the beginning, every `retry`, until they succeed; onTrouble is told again with "" when they do. A file that
/// turns out damaged is put aside, onTrouble names it, and the work is repeated on a fresh one.
class HistoryWriter
{
public:
    struct Options
    {
        std::string file;                                        ///< `<state>/history.sqlite`; `run-id` is beside it
        std::chrono::milliseconds retry{1000};
        std::chrono::milliseconds gather{20};                    ///< real time from the first write on, before a commit that nobody asks about
        std::size_t maxPending = 20'000;                         ///< posted and not yet committed
        std::function<void(const std::string& text)> onTrouble = {}; ///< on the writer's thread; "": over
    };

    /// Opens on the calling thread, then starts the thread.
    [[nodiscard]] static Result<std::unique_ptr<HistoryWriter>> start(Options options);

    /// Does what is posted, tries failing writes once more, then ends the thread. Completions of what could not be written get
    /// its error.
    ~HistoryWriter();

    HistoryWriter(const HistoryWriter&) = delete;
    HistoryWriter& operator=(const HistoryWriter&) = delete;

    /// What start() found in the file.
    [[nodiscard]] const HistoryStore::Opened& opened() const { return m_opened; }

    /// Any thread; normally answers from memory.
    [[nodiscard]] Result<RunId> nextRunId();

    /// Ids up to this one are used (the keeper told of a run that history does not know).
    void raiseRunId(RunId used) { m_ids.raise(used); }

    using Write = std::function<Result<>(HistoryStore&)>;
    using Done = std::function<void(const Result<>&)>;

    /// Queues a write. It may be run more than once, so it changes nothing but the store; its own failure undoes only itself and
    /// goes to `done`. False: the queue is full, nothing was queued, `done` is not called; the loss is counted and told.
    bool post(Write write, Done done = {});

    /// Queues a question; `done` gets Result<T> on the writer's thread after the writes posted before are committed (or found
    /// impossible at present). `auto ask(HistoryStore&) -> Result<T>`, `void done(Result<T>)`.
    template <class Ask, class Reply>
    bool query(Ask ask, Reply done)
    {
        using Answer = std::invoke_result_t<Ask&, HistoryStore&>;
        auto answer = std::make_shared<Answer>(fail(ErrorKind::Cancelled, "the history has been closed"));
        return enqueue(Item{[ask = std::move(ask), answer](HistoryStore& store) mutable -> Result<> {
                                *answer = ask(store);
                                if (!*answer)
                                    return fail(answer->error());
                                return {};
                            },
                            [done = std::move(done), answer](const Result<>& result) mutable {
                                if (!result && *answer)
                                    *answer = fail(result.error());
                                done(std::move(*answer));
                            },
                            true});
    }

    /// Blocks until all that was posted before is committed or has been tried, its completions called. The error of the try, if it
    /// failed. Not from the writer's thread.
    [[nodiscard]] Result<> flush();

    /// Transactions committed so far; for tests and figures.
    [[nodiscard]] std::uint64_t commits() const { return m_commits.load(); }

private:
    struct Item
    {
        Write work;
        Done done;
        bool isQuery = false;
        Result<> result = {};
    };

    HistoryWriter(Options options, std::unique_ptr<HistoryStore> store, RunIds ids);

    bool enqueue(Item item);
    void run();
    [[nodiscard]] Result<> tryBatch(std::vector<Item>& batch);
    void recover(std::vector<Item>& batch);
    void answerQueries(std::vector<Item>& batch);
    void complete(std::vector<Item>& batch);
    void tell(const std::string& text);

    Options m_options;
    std::unique_ptr<HistoryStore> m_store; ///< the writer's thread only, once that runs
    HistoryStore::Opened m_opened;
    RunIds m_ids;
    std::atomic<std::uint64_t> m_commits{0};
    std::atomic<bool> m_reserving{false};

    // Of the writer's thread.
    std::string m_told; ///< the trouble that onTrouble knows of
    Result<> m_lastTry;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Item> m_queue;
    std::size_t m_pending = 0;   ///< queued, or kept for another try
    std::uint64_t m_refused = 0;
    bool m_urgent = false;       ///< somebody waits for an answer: do not wait for the next try
    bool m_stop = false;

    std::thread m_thread; ///< last: begins when all else is there
};

} // namespace turnspit

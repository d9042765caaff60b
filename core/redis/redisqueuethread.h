#pragma once

#include <redis/redisconnection.h>
#include <redis/redisqueue.h>
#include <redis/redisqueuescripts.h>
#include <turnspit/async/thread.h>
#include <turnspit/base/clock.h>
#include <turnspit/queues/handout.h>

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct redisReply;

namespace turnspit {

/// A delivery, as a receipt names it.
struct RedisDelivery
{
    std::string entry;
    std::string consumer;
    std::string count;

    [[nodiscard]] std::string receipt() const { return entry + ' ' + count + ' ' + consumer; }
    /// Of anything else than a receipt: one that nobody holds.
    [[nodiscard]] static RedisDelivery parse(const std::string& receipt);
};

/// The thread that speaks with Redis for a queue: connects, and again; gives commands out in the order in which they were asked for; fetches as many
/// messages as are waited for.
class RedisQueueThread
{
public:
    /// In the thread; an error that the server answered is one of ours already.
    using Done = std::move_only_function<void(Result<const redisReply*>)>;

    RedisQueueThread(const RedisQueueOptions& options, Clock& clock);
    ~RedisQueueThread();
    RedisQueueThread(const RedisQueueThread&) = delete;
    RedisQueueThread& operator=(const RedisQueueThread&) = delete;

    // Any thread.

    /// `arguments` are of the script, after its keys: the four of the queue and `moreKeys`.
    void run(const RedisScript& script, std::vector<std::string> arguments, Done done, std::vector<std::string> moreKeys = {});
    /// A whole command.
    void run(std::vector<std::string> words, Done done);

    [[nodiscard]] detail::Handout& handout() noexcept { return m_handout; }
    [[nodiscard]] std::string key(const char* what) const { return '{' + m_options.name + "}:" + what; }
    void close();
    [[nodiscard]] bool isClosed() const noexcept { return m_closed.load(); }

    // In the thread.

    /// A message waits for its delay.
    void lookAfterDelays();
    /// Holds a delivery for longer than the server does at once; the server has begun to.
    void extend(RedisDelivery delivery, Instant until);
    /// It was settled, or is held until another time.
    void forget(const std::string& receipt) { m_extensions.erase(receipt); }

private:
    struct Request
    {
        const RedisScript* script = nullptr;
        std::vector<std::string> words; ///< of a script: what follows its name
        Done done;
        Instant deadline{};
        bool again = false; ///< the server did not know the script, or the queue
    };
    using RequestPtr = std::shared_ptr<Request>;

    struct Extension
    {
        RedisDelivery delivery;
        Instant until;
    };

    enum class State { Down, Connecting, Up };

    void ask(RequestPtr request);
    void wake();

    // In the thread.
    void begin();
    void turn();
    void connect();
    void oneIsUp();
    void makeGroup();
    void isUp();
    void down(Error why);
    void issue(const RequestPtr& request);
    void answered(const RequestPtr& request, const redisReply* reply);
    void fetch();
    void fetched(const redisReply* reply, bool waited);
    void deliver(const redisReply& entry, const redisReply& fields, std::int64_t count);
    void release(const Message& message);
    void care();
    void cared(const redisReply& reply);
    void careIn(Milliseconds time);
    void armCare(Milliseconds wait);
    void renewExtensions();
    void watch();
    void checkDeadlines();
    void finish();
    void finished();
    [[nodiscard]] Error lost() const;

    const RedisQueueOptions m_options;
    Clock& m_clock;
    const std::string m_consumer;
    std::atomic<bool> m_closed{false};

    std::mutex m_mutex;
    std::vector<RequestPtr> m_asked; // guarded
    bool m_scheduled = false;        // guarded

    detail::Handout m_handout;

    // The thread's.
    State m_state = State::Down;
    std::unique_ptr<RedisConnection> m_commands;
    std::unique_ptr<RedisConnection> m_fetcher;
    int m_ups = 0;
    int m_failures = 0; ///< since it was up last
    Error m_why;        ///< it is down
    Instant m_patientUntil{};           ///< Connecting, or fetching: then that has failed
    std::deque<RequestPtr> m_held;      ///< until it is up
    std::deque<RequestPtr> m_unanswered; ///< in the order of the commands
    bool m_fetching = false;
    bool m_unblocking = false;
    bool m_caring = false;
    bool m_delays = false; ///< messages wait for their delay, as far as this knows
    Instant m_cared{};                  ///< when it cared last
    Instant m_careAt = Instant::max();
    std::string m_cursor = "0-0";
    std::map<std::string, Extension> m_extensions; ///< by receipt
    std::unique_ptr<ClockTimer> m_reconnect;
    std::unique_ptr<ClockTimer> m_careTimer;
    std::unique_ptr<ClockTimer> m_renewals;
    std::unique_ptr<ClockTimer> m_deadlines;
    bool m_watching = false;
    std::optional<std::promise<void>> m_finished; ///< at the end: everything asked for has its answer
    Thread m_thread;
};

} // namespace turnspit

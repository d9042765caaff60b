#pragma once

#include <redis/rediscommand.h>
#include <redis/redisconnection.h>
#include <redis/redisdelivery.h>
#include <redis/redisextensions.h>
#include <redis/redisqueue.h>
#include <redis/redisqueuescripts.h>
#include <turnspit/async/thread.h>
#include <turnspit/base/clock.h>
#include <turnspit/queues/answers.h>
#include <turnspit/queues/handout.h>

#include <array>
#include <atomic>
#include <deque>
#include <future>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct redisReply;

namespace turnspit {

/// The thread that speaks with Redis for a queue: connects, and again; gives commands out in the order in which they were asked for; fetches as many
/// messages as are waited for.
class RedisQueueThread
{
public:
    /// An error that the server answered is one of ours already; the answer lives as long as the call.
    using Reply = Result<const redisReply*>;

    RedisQueueThread(const RedisQueueOptions& options, Clock& clock);
    ~RedisQueueThread();
    RedisQueueThread(const RedisQueueThread&) = delete;
    RedisQueueThread& operator=(const RedisQueueThread&) = delete;

    // Any thread.

    /// `co_await ask<T>(command, read)`: what `Result<T> read(const Reply&)`, called in the thread, makes of the answer.
    template <class T, class Read>
    auto ask(RedisCommand command, Read read)
    {
        return detail::Asking(std::make_shared<Asked<T, Read>>(*this, std::move(command), std::move(read)), *this);
    }

    /// `arguments` are of the script, after its keys: the four of the queue and `moreKeys`.
    [[nodiscard]] RedisCommand call(const RedisScript& script, std::initializer_list<std::string_view> arguments,
                                    std::initializer_list<std::string_view> moreKeys = {}) const;

    [[nodiscard]] detail::Handout& handout() noexcept { return m_handout; }
    [[nodiscard]] std::string key(const char* what) const { return '{' + m_options.name + "}:" + what; }
    [[nodiscard]] const std::string& messages() const noexcept { return m_keys.front(); } ///< the key of the stream
    void close();
    [[nodiscard]] bool isClosed() const noexcept { return m_closed.load(); }

    // In the thread.

    /// A message waits for its delay.
    void lookAfterDelays();
    [[nodiscard]] RedisExtensions& extensions() noexcept { return *m_extensions; }

private:
    template <class Question, class Thread>
    friend class detail::Asking;

    class Request : public detail::Question, public RedisConnection::Receiver
    {
    public:
        Request(RedisQueueThread& asked, RedisCommand words) : thread(asked), command(std::move(words)) {}

        virtual void done(const Reply& reply) = 0;
        void answered(const redisReply* reply) override { thread.answered(*this, reply); }

        RedisQueueThread& thread;
        RedisCommand command;
        Instant deadline{};
        bool taught = false;    ///< the server did not know the script, and was asked again
        bool regrouped = false; ///< ... nor the queue, which may be so besides
    };
    using RequestPtr = std::shared_ptr<Request>;

    /// Of a coroutine.
    template <class T, class Read>
    class Asked final : public Request
    {
    public:
        Asked(RedisQueueThread& asked, RedisCommand words, Read read) : Request(asked, std::move(words)), m_read(std::move(read)) {}

        void done(const Reply& reply) override { result = m_read(reply); }

        std::optional<Result<T>> result;

    private:
        Read m_read;
    };

    /// Of the thread itself.
    template <class Done>
    class Own final : public Request
    {
    public:
        Own(RedisQueueThread& asked, RedisCommand words, Done done) : Request(asked, std::move(words)), m_done(std::move(done)) {}

        void done(const Reply& reply) override { m_done(reply); }

    private:
        Done m_done;
    };

    template <class Done>
    void run(RedisCommand command, Done done)
    {
        submit(std::make_shared<Own<Done>>(*this, std::move(command), std::move(done)));
    }

    enum class State { Down, Connecting, Up };

    void submit(RequestPtr request);
    void wake();

    // In the thread.
    void begin();
    void turn();
    void connect();
    void oneIsUp();
    void makeGroup();
    void isUp();
    void down(Error why);
    void issue(RequestPtr request);
    void answered(Request& request, const redisReply* reply);
    void finish(RequestPtr request, const Reply& reply);
    void giveUpAll();
    void fetch();
    void fetched(const redisReply* reply, bool waited);
    void deliver(const redisReply& entry, const redisReply& fields, std::int64_t count);
    void release(const Message& message);
    void care();
    void cared(const redisReply& reply);
    void careIn(Milliseconds time);
    void armCare(Milliseconds wait);
    void watch();
    void checkDeadlines();
    void leave();
    void finished();
    [[nodiscard]] Error lost() const;

    const RedisQueueOptions m_options;
    Clock& m_clock;
    const std::string m_consumer;
    const std::array<std::string, 4> m_keys; ///< of scripts
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
    detail::Answers m_answers;           ///< for what is not in those two any more
    bool m_fetching = false;
    bool m_unblocking = false;
    bool m_caring = false;
    bool m_delays = false; ///< messages wait for their delay, as far as this knows
    Instant m_cared{};                  ///< when it cared last
    Instant m_careAt = Instant::max();
    std::string m_cursor = "0-0";
    std::unique_ptr<RedisExtensions> m_extensions;
    std::unique_ptr<ClockTimer> m_reconnect;
    std::unique_ptr<ClockTimer> m_careTimer;
    std::unique_ptr<ClockTimer> m_deadlines;
    bool m_watching = false;
    std::optional<std::promise<void>> m_finished; ///< at the end: everything asked for has its answer
    Thread m_thread;
};

} // namespace turnspit

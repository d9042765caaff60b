#pragma once

#include <redis/redisaddress.h>
#include <turnspit/base/error.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

class QSocketNotifier;
struct redisAsyncContext;
struct redisReply;

namespace turnspit {

/// One connection, driven by the event loop of the thread that made it; nothing here waits. SIGPIPE is blocked in that thread from then on.
///
/// Order of events: `up` when the server has let us in, or `down` instead; then answers, in the order of the commands; at the end null
/// answers for the commands that have none, then `down`, once. None of them is called from inside open or send; in `down` this may be destroyed.
class RedisConnection
{
public:
    /// Null: the connection ended first. What it points to lives as long as the call. Errors of the server are answers.
    using Answer = std::move_only_function<void(const redisReply*)>;

    /// The same without a function of its own, for commands of which there are many: stays until it has its answer, or the connection is gone.
    class Receiver
    {
    public:
        virtual void answered(const redisReply* reply) = 0;

    protected:
        ~Receiver() = default;
    };

    struct Handlers
    {
        std::function<void()> up;
        std::function<void()> heard; ///< after answers, once for those that came together
        std::function<void(Error)> down; ///< InvalidDefinition: no other try will do better
    };

    RedisConnection(RedisAddress address, Handlers handlers);

    /// No handler and no answer is called any more.
    ~RedisConnection();
    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;

    void open();

    /// While it is up; after its end the answer is null at once. Commands of one turn of the loop go out together.
    void send(std::span<const std::string_view> words, Answer answer);

    /// The same for a command as the server reads it.
    void send(std::string_view command, Receiver& receiver);

    /// What is sent from now on until flush goes out together, with that, instead of at the next turn of the loop.
    void gather();
    void flush();

    /// Ends it, as if the server had.
    void drop(Error why);

    /// The server's number for it.
    [[nodiscard]] std::int64_t id() const noexcept { return m_id; }

private:
    struct Context;

    void connected(bool well);
    void ended(Error why);
    [[nodiscard]] std::string unreachable(const char* why) const;

    const RedisAddress m_address;
    const Handlers m_handlers;
    std::shared_ptr<Context> m_context; ///< null: not open
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    std::int64_t m_id = 0;
    bool m_ended = true; ///< `down` has been called, or is on its way
};

/// An error that the server answered, in words of ours.
[[nodiscard]] Error redisError(std::string_view text, const RedisAddress& address);

} // namespace turnspit

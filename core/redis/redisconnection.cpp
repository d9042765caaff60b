#include <redis/redisconnection.h>

#include <redis/redisreply.h>
#include <turnspit/async/mailbox.h>

#include <QSocketNotifier>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <utility>
#include <vector>

#include <csignal>
#include <pthread.h>

namespace turnspit {

namespace {

/// hiredis writes to sockets as to files: where the server has gone, that is a signal that ends the program, unless the thread blocks
/// it. The signal is this thread's alone, and the write has its error besides.
void blockBrokenPipe()
{
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

bool begins(std::string_view text, std::string_view with)
{
    return text.substr(0, with.size()) == with;
}

} // namespace

std::string RedisAddress::text() const
{
    return unixSocket.empty() ? host + ":" + std::to_string(port) : unixSocket;
}

Error redisError(std::string_view said, const RedisAddress& address)
{
    const std::string at = "Redis at " + address.text();
    const std::string quote = " (" + std::string(said) + ")";
    if (begins(said, "NOAUTH") || begins(said, "WRONGPASS") || begins(said, "ERR AUTH") || begins(said, "ERR invalid password"))
        return {ErrorKind::InvalidDefinition, at + " does not let us in: give it another user name or password" + quote};
    if (begins(said, "NOPERM"))
        return {ErrorKind::InvalidDefinition, at + " does not allow this user what a queue needs" + quote};
    if (begins(said, "WRONGTYPE"))
        return {ErrorKind::InvalidDefinition, "a key of this queue in " + at + " is something else: give the queue another name" + quote};
    if (begins(said, "ERR unknown command") || begins(said, "ERR DB index"))
        return {ErrorKind::InvalidDefinition, at + " is too old or has no such database: a queue needs Redis 6.2 or later" + quote};
    return {ErrorKind::Failed, at + " refused: " + std::string(said)};
}

/// What hiredis holds of a connection, and what it calls. Lives until hiredis has cleaned up, which may be later than the connection does.
struct RedisConnection::Context
{
    RedisConnection* owner = nullptr; ///< null: gone
    redisAsyncContext* redis = nullptr;
    std::unique_ptr<QSocketNotifier> reading;
    std::unique_ptr<QSocketNotifier> writing;
    std::shared_ptr<Context> self; ///< as long as hiredis may call
    bool gathering = false;
    bool hasOutput = false; ///< that was gathered

    static Context& of(void* data) { return *static_cast<Context*>(data); }

    void listen(std::unique_ptr<QSocketNotifier>& notifier, QSocketNotifier::Type type, void (*handle)(redisAsyncContext*))
    {
        if (!notifier) {
            notifier = std::make_unique<QSocketNotifier>(redis->c.fd, type);
            QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(), [keep = self, handle] {
                keep->gathering = true;
                if (keep->redis)
                    handle(keep->redis);
                keep->flush();
                if (keep->owner)
                    keep->owner->m_handlers.heard();
            });
        }
        notifier->setEnabled(true);
    }

    /// Cheaper than a notifier that is enabled and disabled again. Not in a call of hiredis, which may free what it goes on with.
    void flush()
    {
        gathering = false;
        if (std::exchange(hasOutput, false) && redis)
            redisAsyncHandleWrite(redis);
    }

    static void mute(std::unique_ptr<QSocketNotifier>& notifier)
    {
        if (notifier)
            notifier->setEnabled(false);
    }

    /// Perhaps in a call of one of them.
    static void drop(std::unique_ptr<QSocketNotifier>& notifier)
    {
        mute(notifier);
        if (auto* const gone = notifier.release())
            gone->deleteLater();
    }

    void cleanUp()
    {
        drop(reading);
        drop(writing);
        redis = nullptr;
        if (owner)
            owner->m_context.reset();
        // hiredis says that it has disconnected after this.
        Mailbox::current()->post([keep = std::move(self)] {});
    }

    void hook()
    {
        redis->data = this;
        redis->ev.data = this;
        redis->ev.addRead = [](void* data) { of(data).listen(of(data).reading, QSocketNotifier::Read, redisAsyncHandleRead); };
        redis->ev.delRead = [](void* data) { mute(of(data).reading); };
        redis->ev.addWrite = [](void* data) {
            if (of(data).gathering)
                of(data).hasOutput = true;
            else
                of(data).listen(of(data).writing, QSocketNotifier::Write, redisAsyncHandleWrite);
        };
        redis->ev.delWrite = [](void* data) { mute(of(data).writing); };
        redis->ev.cleanup = [](void* data) { of(data).cleanUp(); };
        redisAsyncSetConnectCallback(redis, [](const redisAsyncContext* context, int status) {
            if (auto* const connection = of(context->data).owner)
                connection->connected(status == REDIS_OK);
        });
        redisAsyncSetDisconnectCallback(redis, [](const redisAsyncContext* context, int) {
            if (auto* const connection = of(context->data).owner)
                connection->ended({ErrorKind::Unreachable, connection->unreachable(context->c.errstr)});
        });
    }

    static void answered(redisAsyncContext* context, void* reply, void* data)
    {
        const std::unique_ptr<Answer> answer(static_cast<Answer*>(data));
        if (of(context->data).owner)
            (*answer)(static_cast<const redisReply*>(reply));
    }
};

RedisConnection::RedisConnection(RedisAddress address, Handlers handlers) : m_address(std::move(address)), m_handlers(std::move(handlers)) {}

RedisConnection::~RedisConnection()
{
    *m_alive = false;
    if (const auto context = std::exchange(m_context, nullptr)) {
        context->owner = nullptr;
        redisAsyncFree(context->redis);
    }
}

std::string RedisConnection::unreachable(const char* why) const
{
    return "no connection to Redis at " + m_address.text() + (why && *why ? std::string(": ") + why : std::string());
}

void RedisConnection::open()
{
    m_ended = false;
    blockBrokenPipe();
    redisAsyncContext* const redis = m_address.unixSocket.empty() ? redisAsyncConnect(m_address.host.c_str(), m_address.port)
                                                                  : redisAsyncConnectUnix(m_address.unixSocket.c_str());
    if (!redis || redis->err) {
        ended({ErrorKind::Unreachable, unreachable(redis ? redis->errstr : "out of memory")});
        if (redis)
            redisAsyncFree(redis);
        return;
    }
    m_context = std::make_shared<Context>();
    m_context->owner = this;
    m_context->redis = redis;
    m_context->self = m_context;
    m_context->hook();
}

void RedisConnection::connected(bool well)
{
    if (!well) {
        ended({ErrorKind::Unreachable, unreachable(m_context->redis->c.errstr)});
        return;
    }
    if (m_address.unixSocket.empty())
        redisEnableKeepAlive(&m_context->redis->c);
    const auto mustBeFine = [this](const redisReply* reply) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            drop(redisError(redis::text(*reply), m_address));
    };
    if (!m_address.password.empty()) {
        if (m_address.username.empty())
            send(std::vector<std::string_view>{"AUTH", m_address.password}, mustBeFine);
        else
            send(std::vector<std::string_view>{"AUTH", m_address.username, m_address.password}, mustBeFine);
    }
    if (m_address.database != 0)
        send(std::vector<std::string_view>{"SELECT", std::to_string(m_address.database)}, mustBeFine);
    send(std::vector<std::string_view>{"CLIENT", "ID"}, [this, mustBeFine](const redisReply* reply) {
        mustBeFine(reply);
        if (!reply || m_ended)
            return;
        m_id = reply->integer;
        m_handlers.up();
    });
}

void RedisConnection::send(std::span<const std::string_view> words, Answer answer)
{
    if (!m_context || m_ended) {
        answer(nullptr);
        return;
    }
    std::vector<const char*> starts;
    std::vector<std::size_t> sizes;
    for (const auto word : words) {
        starts.push_back(word.data() ? word.data() : "");
        sizes.push_back(word.size());
    }
    auto held = std::make_unique<Answer>(std::move(answer));
    if (redisAsyncCommandArgv(m_context->redis, Context::answered, held.get(), int(words.size()), starts.data(), sizes.data()) == REDIS_OK)
        (void)held.release();
    else
        (*held)(nullptr);
}

void RedisConnection::send(std::string_view command, Receiver& receiver)
{
    const auto pass = [](redisAsyncContext* context, void* reply, void* data) {
        if (Context::of(context->data).owner)
            static_cast<Receiver*>(data)->answered(static_cast<const redisReply*>(reply));
    };
    if (!m_context || m_ended || redisAsyncFormattedCommand(m_context->redis, pass, &receiver, command.data(), command.size()) != REDIS_OK)
        receiver.answered(nullptr);
}

void RedisConnection::gather()
{
    if (m_context)
        m_context->gathering = true;
}

void RedisConnection::flush()
{
    // In one of its calls: when that is over.
    if (const auto context = m_context; context && !(context->redis->c.flags & REDIS_IN_CALLBACK))
        context->flush();
}

void RedisConnection::drop(Error why)
{
    ended(std::move(why));
    if (m_context)
        redisAsyncFree(m_context->redis);
}

void RedisConnection::ended(Error why)
{
    if (std::exchange(m_ended, true))
        return;
    Mailbox::current()->post([this, alive = m_alive, why = std::move(why)] {
        if (!*alive)
            return;
        const auto down = m_handlers.down;
        down(why);
    });
}

} // namespace turnspit

// Orders go through a queue in Redis and are booked at least once, by as many of these programs as are started, on as many machines:
//
//     redis-server &
//     orders &
//     orders --shop.every=10ms --redis.host=queue.internal
//
// resources/queues.md says what becomes of a message, and what to know about the server.

#include <redis/redisqueue.h>
#include <turnspit/async/wait.h>
#include <turnspit/config/tomlreader.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/queueworker.h>
#include <turnspit/logging/logger.h>

#include <QCoreApplication>

#include <charconv>

using namespace std::chrono_literals;

namespace {

/// Books an order: one object a message, in a scope of its own. It may see the same message again after a failure, so what it does
/// with it does no harm the second time.
class OrderHandler final : public turnspit::MessageHandler
{
public:
    explicit OrderHandler(turnspit::Logger<OrderHandler> log) : m_log(std::move(log)) {}

    turnspit::Task<> handle(const turnspit::Message& message, std::stop_token stopping) override
    {
        int teapots = 0;
        std::from_chars(message.body.data(), message.body.data() + message.body.size(), teapots);
        if (teapots < 1)
            throw turnspit::MessageRejected("an order of nothing"); // no other try will do better: a dead letter at once
        if (!co_await turnspit::delay(20ms, stopping))               // the database that is elsewhere
            throw turnspit::OperationCancelled{};                    // not booked: somebody else gets it, as if it was never tried
        m_log.info("booked {} teapots", teapots, turnspit::kv("order", message.key));
    }

private:
    turnspit::Logger<OrderHandler> m_log;
};

struct ShopOptions
{
    turnspit::Milliseconds every = 1s;

    void bind(turnspit::TomlReader& reader) { reader.readDuration("every", every, 1ms); }
};

/// Takes orders. In earnest this is another program.
class Shop final : public turnspit::PeriodicService
{
public:
    Shop(turnspit::MessageQueue& queue, turnspit::Options<ShopOptions> options, turnspit::Logger<Shop> log)
        : PeriodicService(options->every), m_queue(queue), m_log(std::move(log))
    {}

protected:
    turnspit::Task<> tick(std::stop_token) override
    {
        const int number = ++m_orders;
        // With a key, an order that is sent a second time, since nobody knew whether the first one had arrived, is one order.
        const std::string key = fmt::format("{}-{}", QCoreApplication::applicationPid(), number);
        const auto sent = co_await m_queue.send({.body = std::to_string(number % 5), .key = key});
        if (!sent)
            m_log.warning("order {} is not sent: {}", key, sent.error().text());
    }

private:
    turnspit::MessageQueue& m_queue;
    turnspit::Logger<Shop> m_log;
    int m_orders = 0;
};

} // namespace

int main(int argc, char** argv)
{
    auto builder = turnspit::Host::createBuilder(argc, argv);
    builder.configure<ShopOptions>("shop");
    builder.configure<turnspit::RedisQueueOptions>("redis", [](turnspit::TomlReader& reader, turnspit::RedisQueueOptions& o) {
        o.name = "orders";
        reader.read("host", o.server.host);
        reader.readInteger("port", o.server.port, 1, 65535);
    });
    builder.configure<turnspit::QueueWorker<OrderHandler>::Settings>([](auto& o) {
        o.concurrency = 4;
        o.atStop = turnspit::AtStop::Finish; // what is in hand is finished before the program ends
        o.grace = 1s;
    });
    builder.services().addSingleton<turnspit::MessageQueue, turnspit::RedisQueue>(); // or MemoryQueue: the others do not care
    builder.services().addScoped<OrderHandler>();
    builder.services().addHostedService<turnspit::QueueWorker<OrderHandler>>("booking");
    builder.services().addHostedService<Shop>();
    return builder.build()->run();
}

// orders sqlite FILE, orders redis PORT: one order goes through a queue there to a worker, and the program ends.
#include <redis/redisqueue.h>
#include <sqlite/sqlitequeue.h>
#include <turnspit/hosting/applicationlifetime.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/queueworker.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

using namespace turnspit;

class Shop : public BackgroundService
{
public:
    explicit Shop(MessageQueue& queue) : m_queue(queue) {}
    ~Shop() override { dispose(); }

protected:
    Task<> execute(std::stop_token) override
    {
        if (const auto sent = co_await m_queue.send({.body = "a loaf", .key = "order-1"}); !sent)
            throw std::runtime_error(sent.error().text());
    }

private:
    MessageQueue& m_queue;
};

class OrderHandler
{
public:
    explicit OrderHandler(ApplicationLifetime& lifetime) : m_lifetime(lifetime) {}

    Task<> handle(const Message& message, std::stop_token)
    {
        std::printf("handled %s\n", message.body.c_str());
        m_lifetime.stopApplication();
        co_return;
    }

private:
    ApplicationLifetime& m_lifetime;
};

int main(int argc, char** argv)
{
    if (argc != 3)
        return 2;
    const std::string what = argv[1];
    const std::string where = argv[2];
    argc = 1; // the rest is not the host's
    auto builder = Host::createBuilder(argc, argv);
    if (what == "redis") {
        builder.configure<RedisQueueOptions>([where](RedisQueueOptions& o) {
            o.server.port = std::atoi(where.c_str());
            o.name = "orders";
        });
        builder.services().addSingleton<MessageQueue, RedisQueue>();
    } else {
        builder.configure<SqliteQueueOptions>([where](SqliteQueueOptions& o) { o.file = where; });
        builder.services().addSingleton<MessageQueue, SqliteQueue>();
    }
    builder.configure<QueueWorker<OrderHandler>::Settings>([](auto& o) { o.atStop = AtStop::Finish; });
    builder.services().addScoped<OrderHandler>();
    builder.services().addHostedService<QueueWorker<OrderHandler>>("orders");
    builder.services().addHostedService<Shop>();
    return builder.build()->run();
}

#include "queuecontract.h"
#include "redisserver.h"

#include "support/await.h"

#include <redis/redisqueue.h>
#include <turnspit/base/clock.h>

#include <QTest>

int main(int argc, char* argv[])
{
    using namespace turnspit;
    /// The time is the server's own: it passes by itself.
    struct Redis final : ContractQueue
    {
        Redis(const RedisServer& server, const QueueOptions& options) : m_options{options, server.address()}
        {
            static int queues = 0;
            m_options.name = "contract-" + std::to_string(++queues);
            m_queue = std::make_unique<RedisQueue>(m_options);
        }
        MessageQueue& queue() override { return *m_queue; }
        MessageQueue& other() override
        {
            if (!m_other)
                m_other = std::make_unique<RedisQueue>(m_options);
            return *m_other;
        }
        Instant now() override { return BootClock::now(); }
        bool comesTrueAt(Instant time, std::function<bool()> done) override
        {
            return spinUntil(done) && BootClock::now() >= time - std::chrono::milliseconds(1); // the server counts whole ones
        }
        void pass(Milliseconds time) override
        {
            const Instant end = BootClock::now() + time;
            if (!spinUntil([&] { return BootClock::now() >= end; }))
                throw std::runtime_error("time does not pass");
        }

    private:
        RedisQueueOptions m_options;
        std::unique_ptr<RedisQueue> m_queue;
        std::unique_ptr<RedisQueue> m_other;
    };
    const QCoreApplication application(argc, argv);
    const RedisServer server;
    QueueContract suite(std::chrono::milliseconds(100),
                        [&server](const QueueOptions& options) { return std::make_unique<Redis>(server, options); });
    return QTest::qExec(&suite, argc, argv);
}

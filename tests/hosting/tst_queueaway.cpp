// What is seen of a queue worker whose queue does not answer: a server that is away, a file that is locked.
#include "hosttest.h"

#include <turnspit/hosting/queueworker.h>
#include <turnspit/queues/memoryqueue.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

struct Server
{
    bool away = false;
};

class RemoteQueue : public MemoryQueue
{
public:
    RemoteQueue(Server& server, Options<QueueOptions> options) : MemoryQueue(std::move(options)), m_server(server) {}

    Task<Result<QueueStatus>> status() override
    {
        if (m_server.away)
            co_return fail(ErrorKind::Unreachable, "no connection");
        co_return co_await MemoryQueue::status();
    }

private:
    Server& m_server;
};

struct Handler
{
    Task<> handle(const Message&, std::stop_token) { co_return; }
};

} // namespace

class TestQueueAway : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T8
    void aQueueThatDoesNotAnswerIsSeenUntilItAnswersAgain()
    {
        Server server{.away = true};
        InlineHost h;
        h.builder.services().addInstance(server);
        h.builder.services().addSingleton<MessageQueue, RemoteQueue>();
        h.builder.services().addScoped<Handler>();
        h.builder.services().addHostedService<QueueWorker<Handler>>("worker");
        h.start();
        h.clock.advance(10s);
        const auto warnings = [&] {
            const auto lines = h.log->lines();
            return std::count_if(lines.begin(), lines.end(), [](const auto& line) {
                return line.level == LogLevel::Warning && line.text == QStringLiteral("the queue does not answer: no connection");
            });
        };
        QCOMPARE(warnings(), 1); // once, however often it is asked
        QCOMPARE(said(h.state("worker")), said(ServiceState::Running));
        QCOMPARE(h.controller("worker").status().queue->lastError, std::string("the queue does not answer: no connection"));

        server.away = false;
        h.clock.advance(1s);
        QCOMPARE(h.controller("worker").status().queue->lastError, std::string());
        server.away = true;
        h.clock.advance(5s);
        QCOMPARE(warnings(), 2);
        h.stop();
    }
};

QTEST_GUILESS_MAIN(TestQueueAway)
#include "tst_queueaway.moc"

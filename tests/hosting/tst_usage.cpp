// The code that people write, as the design shows it: what compiles here stays as light as that.
#include "hosttest.h"

#include <turnspit/async/periodictimer.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace acme {

struct MessageQueue
{
    virtual ~MessageQueue() = default;
    int waiting = 3;
};
struct RedisStreamQueue final : MessageQueue
{};

struct MessageHandler
{
    virtual ~MessageHandler() = default;
    virtual void handle() = 0;
};
struct OrderMessageHandler final : MessageHandler
{
    explicit OrderMessageHandler(Journal& journal) : m_journal(journal) { m_journal.add("made"); }
    ~OrderMessageHandler() override { m_journal.add("gone"); }
    void handle() override { m_journal.add("handled"); }

private:
    Journal& m_journal;
};

class DataSyncService : public BackgroundService
{
public:
    explicit DataSyncService(Logger<DataSyncService> log) : m_log(std::move(log)) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        PeriodicTimer timer{5min};
        while (co_await timer.nextTick(stopping)) {
            try {
                m_log.info("Syncing data");
                co_await syncData(stopping);
            } catch (const std::exception& e) { // never swallows a cancellation
                m_log.error("Error during data sync: {}", e.what());
            }
        }
        m_log.info("Done");
    }

private:
    Task<> syncData(std::stop_token)
    {
        if (++m_count == 2)
            throw std::runtime_error("no network");
        co_return;
    }
    Logger<DataSyncService> m_log;
    int m_count = 0;
};

class MessageProcessor : public BackgroundService
{
public:
    MessageProcessor(MessageQueue& queue, ServiceScopeFactory& scopes) : m_queue(queue), m_scopes(scopes) {}

protected:
    Task<> execute(std::stop_token) override
    {
        while (m_queue.waiting-- > 0) {
            auto scope = m_scopes.createScope();
            scope.get<MessageHandler>().handle();
            co_await scope.close();
        }
    }

private:
    MessageQueue& m_queue;
    ServiceScopeFactory& m_scopes;
};

} // namespace acme

class TestUsage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theServicesOfTheDesignRun()
    {
        InlineHost h;
        h.builder.services().addInstance(h.journal);
        h.builder.services().addSingleton<acme::MessageQueue, acme::RedisStreamQueue>();
        h.builder.services().addScoped<acme::MessageHandler, acme::OrderMessageHandler>();
        h.builder.services().addHostedService<acme::MessageProcessor>();
        h.builder.services().addHostedService<acme::DataSyncService>();
        h.builder.configure<HostOptions>([](HostOptions& o) { o.shutdownTimeout = 60s; });
        const auto started = h.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
        QCOMPARE(h.journal.text(), QStringLiteral("made handled gone made handled gone made handled gone"));
        QCOMPARE(said(h.state("message-processor")), said(ServiceState::Completed));
        h.clock.advance(15min);
        QCOMPARE(h.stop()->value->exitCode(), 0);
        QStringList said;
        for (const auto& line : h.log->lines()) {
            if (line.event == 0 && line.service == QStringLiteral("data-sync-service"))
                said << line.text;
        }
        QCOMPARE(said.join(QLatin1Char('|')),
                 QStringLiteral("Syncing data|Syncing data|Error during data sync: no network|Syncing data|Done"));
    }

    void whatIsMissingIsSaidBeforeTheHostRuns()
    {
        InlineHost h;
        h.builder.services().addHostedService<acme::MessageProcessor>();
        try {
            h.build();
            QFAIL("must refuse");
        } catch (const ServiceGraphError& e) {
            QVERIFY(QString::fromLatin1(e.what()).contains(
                QStringLiteral("Unable to resolve service for type 'acme::MessageQueue' while attempting to activate 'acme::MessageProcessor'.")));
        }
    }

    // T9
    void anUnnamedDuplicateIsRefusedWithAHint()
    {
        InlineHost h;
        h.builder.services().addHostedService<acme::DataSyncService>();
        h.builder.services().addHostedService<acme::DataSyncService>("second");
        try {
            h.builder.services().addHostedService<acme::DataSyncService>();
            QFAIL("must refuse");
        } catch (const std::logic_error& e) {
            QVERIFY(QString::fromLatin1(e.what()).contains(QStringLiteral("'data-sync-service'")));
            QVERIFY(QString::fromLatin1(e.what()).contains(QStringLiteral("addHostedService<T>(\"name\")")));
        }
    }
};

QTEST_GUILESS_MAIN(TestUsage)
#include "tst_usage.moc"

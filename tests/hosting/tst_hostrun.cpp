// The end of a program that is still starting: run ends all the same, though a start does not listen (T6, T14).
#include "hosttest.h"

#include <csignal>

#include <unistd.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Its start hears SIGTERM so many times, and listens to nothing.
class Deaf final : public HostedService
{
public:
    explicit Deaf(int signals) : m_signals(signals) {}

    Task<> start(std::stop_token) override
    {
        for (int i = 0; i < m_signals; ++i) {
            ::raise(SIGTERM);
            co_await delay(200ms); // in between, those are two
        }
        co_await m_never.wait();
    }
    Task<> stop(std::stop_token) override { co_return; }

private:
    int m_signals;
    Event m_never;
};

} // namespace

class TestHostRun : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T14
    void aSignalThatComesTwiceAtOnceIsOne()
    {
        /// Is stopped by a signal that comes to it and to its process group, and takes its time.
        class Careful final : public HostedService
        {
        public:
            Task<> start(std::stop_token) override { co_return; }
            Task<> stop(std::stop_token hurry) override
            {
                if (!co_await delay(100ms, hurry))
                    throw std::runtime_error("in a hurry");
            }
        };
        HostBuilder builder;
        builder.addLogSink(std::make_shared<MemorySink>());
        builder.services().addHostedService<Careful>([] { return std::make_unique<Careful>(); });
        const auto host = builder.build();
        host->lifetime().onStarted([] {
            ::kill(::getpid(), SIGTERM);
            ::kill(::getpid(), SIGTERM);
            ::raise(SIGTERM);
        });
        QCOMPARE(host->run(), 0);
    }

    // T6, T14
    void runEndsThoughAStartDoesNotListen_data()
    {
        QTest::addColumn<int>("signals");
        QTest::addColumn<int>("limit");
        QTest::newRow("whenItsTimeIsOver") << 1 << 50;
        QTest::newRow("atASecondSignal") << 2 << 3'600'000;
    }

    // T6, T14
    void runEndsThoughAStartDoesNotListen()
    {
        QFETCH(int, signals);
        QFETCH(int, limit);
        const auto log = std::make_shared<MemorySink>();
        HostBuilder builder;
        builder.addLogSink(log).configure<HostOptions>([limit](HostOptions& o) {
            o.shutdownTimeout = Milliseconds(limit);
            o.reapTimeout = 100ms;
        });
        builder.services().addHostedService<Deaf>("deaf", [signals] { return std::make_unique<Deaf>(signals); });
        QCOMPARE(builder.build()->run(), 6);
        QCOMPARE(log->find(ServiceAbandoned)->service, QStringLiteral("deaf"));
    }
};

QTEST_GUILESS_MAIN(TestHostRun)
#include "tst_hostrun.moc"

// The end of a program that is still starting: run ends all the same, though a start does not listen (T6, T14).
#include "hosttest.h"

#include <csignal>

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
            co_await delay(20ms);
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

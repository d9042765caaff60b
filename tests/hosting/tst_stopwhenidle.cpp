// Job mode (T18): the host ends when the work does.
#include "recorder.h"

#include <turnspit/hosting/periodicservice.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Works for a while, then ends well or badly.
class Job final : public BackgroundService
{
public:
    Job(Milliseconds time, int& failures) : m_time(time), m_failures(failures) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        co_await delay(m_time, stopping);
        if (m_failures > 0 && m_failures--)
            throw std::runtime_error("no paper");
    }

private:
    Milliseconds m_time;
    int& m_failures;
};

class Ticker final : public PeriodicService
{
public:
    Ticker() : PeriodicService(1min) {}

protected:
    Task<> tick(std::stop_token) override { co_return; }
};

struct Fixture : InlineHost
{
    explicit Fixture(bool idle = true)
    {
        builder.configure<HostOptions>([idle](HostOptions& o) { o.stopWhenIdle = idle; });
    }
    void addJob(const char* name, Milliseconds time, ServiceOptions options = {})
    {
        builder.services().addHostedService<Job>(name, [this, time] { return std::make_unique<Job>(time, failures); }, std::move(options));
    }
    void run()
    {
        start();
        ended = launch(host->waitForShutdown());
    }
    int failures = 0;
    std::shared_ptr<Outcomes<HostStopResult>> ended;
};

} // namespace

class TestStopWhenIdle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T18
    void theHostEndsWhenAllServicesHaveCompleted()
    {
        Fixture f;
        f.addJob("short", 1s);
        f.addJob("long", 1h);
        addRecorder(f, {.name = "plain"}); // has no work of its own
        f.addJob("manual", 1s, {.autostart = false});
        f.run();
        f.clock.advance(1h - 1ms);
        QVERIFY(!f.ended->ended);
        f.clock.advance(1ms);
        QVERIFY(f.ended->ended);
        QCOMPARE(f.ended->value->exitCode(), 0);
        QVERIFY(f.journal.lines().contains(QStringLiteral("plain.stopped")));
        QVERIFY(f.log->find(HostIdle).has_value());
    }

    // B36, T18
    void otherwiseItGoesOn()
    {
        Fixture f(false);
        f.addJob("short", 1s);
        f.run();
        f.clock.advance(24h);
        QVERIFY(!f.ended->ended);
    }

    // T18
    void aJobThatFailedIsTheExitCode()
    {
        Fixture f;
        f.failures = 1;
        f.addJob("first", 1s);
        f.addJob("second", 2s);
        f.run();
        f.clock.advance(1s);
        QVERIFY(!f.ended->ended);
        f.clock.advance(1s);
        QVERIFY(f.ended->ended);
        QCOMPARE(f.ended->value->exitCode(), 1);
        QCOMPARE(describe(f.ended->value->errors.front()), std::string("first: no paper"));
    }

    // T4, T18
    void aRetryToComeHoldsTheHost()
    {
        Fixture f;
        f.failures = 1;
        f.addJob("flaky", 1s, {.onFailure = FailureBehaviour::Restart});
        f.run();
        f.clock.advance(1s);
        QCOMPARE(said(f.state("flaky")), said(ServiceState::BackingOff));
        QVERIFY(!f.ended->ended);
        f.clock.advance(10s);
        QVERIFY(f.ended->ended);
        QCOMPARE(f.ended->value->exitCode(), 0);
    }

    // T18
    void whatTicksHasAlwaysWorkUntilItIsStopped()
    {
        Fixture f;
        f.builder.services().addHostedService<Ticker>();
        f.run();
        f.clock.advance(24h);
        QVERIFY(!f.ended->ended);
        f.launch(f.controller("ticker").stop());
        QVERIFY(f.ended->ended);
    }

    // T18
    void aHostWithoutWorkEndsAtOnce()
    {
        Fixture f;
        f.run();
        QVERIFY(f.ended->ended);
    }
};

QTEST_GUILESS_MAIN(TestStopWhenIdle)
#include "tst_stopwhenidle.moc"

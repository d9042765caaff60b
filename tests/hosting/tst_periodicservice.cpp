#include "hosttest.h"

#include <turnspit/hosting/periodicservice.h>

#include <QScopeGuard>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

class Ticker final : public PeriodicService
{
public:
    struct Plan
    {
        int ticks = 0;
        Event* gate = nullptr;
        bool fail = false;
        bool atStart = false;
        bool stopOnFailure = false;
        Ticker* object = nullptr;
    };
    explicit Ticker(Plan& plan) : PeriodicService(10s), m_plan(plan)
    {
        plan.object = this;
        setRunAtStart(plan.atStart);
        setStopOnFailure(plan.stopOnFailure);
    }

protected:
    Task<> tick(std::stop_token) override
    {
        ++m_plan.ticks;
        if (m_plan.gate)
            co_await m_plan.gate->wait();
        if (m_plan.fail)
            throw std::runtime_error("bad tick");
    }

private:
    Plan& m_plan;
};

struct Fixture : InlineHost
{
    void run()
    {
        builder.services().addHostedService<Ticker>("ticker", [this] { return std::make_unique<Ticker>(plan); });
        start();
    }
    ServiceController& ticker() { return controller("ticker"); }
    const ServiceStatus& status() { return ticker().status(); }
    Ticker::Plan plan;
};

} // namespace

class TestPeriodicService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoHasWaitedForItsStopMayDestroyItAtOnce()
    {
        FakeClock clock;
        Clock::setCurrent(&clock);
        const auto systemAgain = qScopeGuard([] { Clock::setCurrent(nullptr); });
        Ticker::Plan plan;
        auto service = std::make_unique<Ticker>(plan);
        TaskScope scope;
        scope.spawn(service->start({}));
        clock.advance(10s);
        QCOMPARE(plan.ticks, 1);
        const auto body = [](std::unique_ptr<Ticker>& ticker) -> Task<> {
            co_await ticker->stop({});
            ticker.reset();
        };
        scope.spawn(body(service));
        QVERIFY(service);
        clock.settle();
        QVERIFY(!service);
        QVERIFY(scope.isEmpty());
    }

    // B47
    void theFirstTickComesOnePeriodAfterTheStart()
    {
        Fixture h;
        h.run();
        QVERIFY(h.status().periodic);
        QCOMPARE(said(h.status().state), said(ServiceState::Waiting));
        QVERIFY(h.status().nextTick == h.clock.wallNow() + 10s);
        h.clock.advance(9999ms);
        QCOMPARE(h.plan.ticks, 0);
        h.clock.advance(1ms);
        QCOMPARE(h.plan.ticks, 1);
        QCOMPARE(h.status().ticks, 1u);
        QVERIFY(h.status().lastTick == h.clock.wallNow());
        QVERIFY(h.status().nextTick == h.clock.wallNow() + 10s);
        QCOMPARE(said(h.status().lastOutcome), said(std::optional(Outcome::Succeeded)));
        QCOMPARE(said(h.status().trigger), said(std::optional(Trigger::Schedule)));
        h.clock.advance(1min);
        QCOMPARE(h.plan.ticks, 7);
    }

    void runAtStartTicksAtOnceAndKeepsTheSeries()
    {
        Fixture h;
        h.plan.atStart = true;
        h.run();
        QCOMPARE(h.plan.ticks, 1);
        h.clock.advance(10s);
        QCOMPARE(h.plan.ticks, 2);
    }

    // B48
    void ticksThatComeDueDuringATickBecomeOne()
    {
        Fixture h;
        Event gate;
        h.plan.gate = &gate;
        h.run();
        h.clock.advance(10s);
        QCOMPARE(said(h.status().state), said(ServiceState::Running));
        h.clock.advance(35s);
        QCOMPARE(h.plan.ticks, 1);
        gate.set();
        h.clock.settle();
        QCOMPARE(h.plan.ticks, 2);
        h.clock.advance(4999ms);
        QCOMPARE(h.plan.ticks, 2);
        h.clock.advance(1ms); // origin + 5 x period: the series is not moved
        QCOMPARE(h.plan.ticks, 3);
    }

    void theSeriesIsWhereItWasAfterTheMachineSlept()
    {
        Fixture h;
        h.run();
        h.clock.advance(10s);
        h.clock.sleep(25s); // at 20 and 30 nothing could tick
        QCOMPARE(h.plan.ticks, 2);
        QVERIFY(h.status().nextTick == h.clock.wallNow() + 5s);
        h.clock.advance(4999ms);
        QCOMPARE(h.plan.ticks, 2);
        h.clock.advance(1ms);
        QCOMPARE(h.plan.ticks, 3);
        h.clock.advance(9999ms);
        QCOMPARE(h.plan.ticks, 3);
        h.clock.advance(1ms);
        QCOMPARE(h.plan.ticks, 4);
    }

    void aFailedTickIsLoggedWithTheNameAndTheNextOneComes()
    {
        Fixture h;
        h.plan.fail = true;
        h.run();
        h.clock.advance(10s);
        QCOMPARE(said(h.status().state), said(ServiceState::Waiting));
        QCOMPARE(said(h.status().lastOutcome), said(std::optional(Outcome::Failed)));
        QCOMPARE(h.status().lastError, std::string("bad tick"));
        QCOMPARE(h.log->find(ServiceTickFailed)->service, QStringLiteral("ticker"));
        h.plan.fail = false;
        h.clock.advance(10s);
        QCOMPARE(said(h.status().lastOutcome), said(std::optional(Outcome::Succeeded)));
        QVERIFY(h.status().lastError.empty());
        QCOMPARE(h.log->events().count(ServiceTickFailed), 1);
    }

    // T3
    void aFailedTickEndsTheServiceWhereItSaysSo()
    {
        Fixture h;
        h.plan.fail = true;
        h.plan.stopOnFailure = true;
        h.run();
        h.clock.advance(10s);
        QCOMPARE(said(h.status().state), said(ServiceState::Failed));
        h.clock.advance(1h);
        QCOMPARE(h.plan.ticks, 1);
    }

    // T8
    void aHeldServiceWaitsWithoutANextTickAndCatchesNothingUp()
    {
        Fixture h;
        h.run();
        QVERIFY(h.launch(h.ticker().hold())->value->has_value());
        QVERIFY(h.status().held);
        QCOMPARE(said(h.status().state), said(ServiceState::Waiting));
        QVERIFY(!h.status().nextTick);
        h.clock.advance(35s);
        QCOMPARE(h.plan.ticks, 0);
        QVERIFY(!h.status().nextTick);
        QVERIFY(h.launch(h.ticker().resume())->value->has_value());
        QCOMPARE(h.plan.ticks, 0);
        QVERIFY(h.status().nextTick == h.clock.wallNow() + 5s);
        h.clock.advance(5s);
        QCOMPARE(h.plan.ticks, 1);
    }

    // T8
    void aHoldIsRememberedWhileStopped()
    {
        Fixture h;
        h.run();
        h.launch(h.ticker().stop());
        h.launch(h.ticker().hold());
        h.launch(h.ticker().start());
        QCOMPARE(said(h.status().state), said(ServiceState::Waiting));
        h.clock.advance(1min);
        QCOMPARE(h.plan.ticks, 0);
    }

    // T8
    void runNowTicksOnceHeldOrNotAndGivesTheOutcome()
    {
        Fixture h;
        h.run();
        h.launch(h.ticker().hold());
        const auto ran = h.launch(h.ticker().runNow(Trigger::Ctl));
        QVERIFY(ran->ended);
        QCOMPARE(said(ran->value->value()), said(Outcome::Succeeded));
        QCOMPARE(h.plan.ticks, 1);
        QCOMPARE(said(h.status().trigger), said(std::optional(Trigger::Ctl)));
        h.plan.fail = true;
        QCOMPARE(said(h.launch(h.ticker().runNow())->value->value()), said(Outcome::Failed));
    }

    // T8
    void runNowIsRefusedDuringATick()
    {
        Fixture h;
        Event gate;
        h.plan.gate = &gate;
        h.run();
        const auto first = h.launch(h.ticker().runNow());
        QVERIFY(!first->ended);
        QCOMPARE(said(h.launch(h.ticker().runNow())->value->error().kind), said(ErrorKind::Refused));
        gate.set();
        h.clock.settle();
        QVERIFY(first->ended);
    }

    // T8
    void runNowOfAStoppedServiceDoesNotArmIt()
    {
        Fixture h;
        h.run();
        h.launch(h.ticker().stop());
        const auto ran = h.launch(h.ticker().runNow());
        QVERIFY(ran->ended);
        QCOMPARE(said(ran->value->value()), said(Outcome::Succeeded));
        QCOMPARE(said(h.status().state), said(ServiceState::Stopped));
        h.clock.advance(1h);
        QCOMPARE(h.plan.ticks, 1);
    }

    void aStopDuringATickWaitsForItAndAnswersWhoAskedForIt()
    {
        Fixture h;
        Event gate;
        h.plan.gate = &gate;
        h.run();
        const auto ran = h.launch(h.ticker().runNow());
        const auto stopped = h.launch(h.ticker().stop());
        QVERIFY(!stopped->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(stopped->ended && ran->ended);
        QVERIFY(stopped->value->kind == ServiceStopResult::Stopped);
    }

    void anAbandonedTickAnswersWhoAskedForIt()
    {
        Fixture h;
        Event never;
        h.plan.gate = &never;
        h.run();
        const auto ran = h.launch(h.ticker().runNow());
        const auto stopped = h.launch(h.ticker().stop(1s));
        h.clock.advance(1s);
        QVERIFY(stopped->ended && ran->ended);
        QVERIFY(!ran->value->has_value());
        QVERIFY(stopped->value->kind == ServiceStopResult::Abandoned);
    }

    // B53
    void aNewPeriodCountsFromNow()
    {
        Fixture h;
        h.run();
        h.clock.advance(9s);
        h.plan.object->setPeriod(3s);
        h.clock.advance(2999ms);
        QCOMPARE(h.plan.ticks, 0);
        h.clock.advance(1ms);
        QCOMPARE(h.plan.ticks, 1);
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, h.plan.object->setPeriod(0ms));
        QVERIFY(h.plan.object->period() == 3s);
    }

    // B48, T16
    void aYearOfADailyJobIsOnTimeOnEveryDay()
    {
        class Daily final : public PeriodicService
        {
        public:
            explicit Daily(std::vector<WallTime>& log) : PeriodicService(24h), m_log(log) {}

        protected:
            Task<> tick(std::stop_token stopping) override
            {
                m_log.push_back(Clock::current().wallNow());
                co_await delay(90min, stopping);
            }

        private:
            std::vector<WallTime>& m_log;
        };
        InlineHost h;
        std::vector<WallTime> log;
        h.builder.services().addHostedService<Daily>("daily", [&log] { return std::make_unique<Daily>(log); });
        h.start();
        const WallTime begin = h.clock.wallNow();
        h.clock.advance(365 * 24h + 2h);
        QCOMPARE(log.size(), std::size_t(365));
        for (std::size_t n = 0; n < log.size(); ++n)
            QVERIFY(log[n] == begin + (n + 1) * 24h);
        QCOMPARE(h.controller("daily").status().ticks, std::uint64_t(365));
        QCOMPARE(h.stop()->value->exitCode(), 0);
    }

    // T3
    void aFirstTickThatThrowsFailsThatTickOnly()
    {
        Fixture f;
        f.plan.fail = true;
        f.plan.atStart = true;
        f.run();
        f.clock.settle();
        QCOMPARE(said(f.status().lastOutcome), said(std::optional(Outcome::Failed)));
        QCOMPARE(f.log->find(ServiceTickFailed)->service, QStringLiteral("ticker"));
        f.plan.fail = false;
        f.clock.advance(10s);
        QCOMPARE(said(f.status().lastOutcome), said(std::optional(Outcome::Succeeded)));
        QCOMPARE(f.plan.ticks, 2);
    }
};

QTEST_GUILESS_MAIN(TestPeriodicService)
#include "tst_periodicservice.moc"

#include "hosttest.h"

#include <turnspit/hosting/periodicservice.h>

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
    void B47_theFirstTickComesOnePeriodAfterTheStart()
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

    void B48_ticksThatComeDueDuringATickBecomeOne()
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

    void T3_aFailedTickEndsTheServiceWhereItSaysSo()
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

    void T8_aHeldServiceWaitsWithoutANextTickAndCatchesNothingUp()
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

    void T8_aHoldIsRememberedWhileStopped()
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

    void T8_runNowTicksOnceHeldOrNotAndGivesTheOutcome()
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

    void T8_runNowIsRefusedDuringATick()
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

    void T8_runNowOfAStoppedServiceDoesNotArmIt()
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

    void B53_aNewPeriodCountsFromNow()
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
};

QTEST_GUILESS_MAIN(TestPeriodicService)
#include "tst_periodicservice.moc"

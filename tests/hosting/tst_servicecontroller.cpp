#include "hosttest.h"

#include <turnspit/hosting/periodicservice.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Runs until stopped; counts its objects; ends or fails when its gate opens.
class Body final : public BackgroundService
{
public:
    struct Plan
    {
        int made = 0;
        Event* fail = nullptr;
        Event* stopGate = nullptr;
        bool listens = true;
        bool failAtOnce = false;
        bool failStart = false;
    };
    explicit Body(Plan& plan) : m_plan(plan) { ++plan.made; }

    Task<> start(std::stop_token cancelled) override
    {
        if (m_plan.failStart)
            throw std::runtime_error("no start");
        return BackgroundService::start(std::move(cancelled));
    }

protected:
    Task<> execute(std::stop_token stopping) override
    {
        if (m_plan.failAtOnce)
            throw std::runtime_error("crash");
        if (m_plan.fail) {
            if (!co_await m_plan.fail->wait(stopping))
                co_return;
            throw std::runtime_error("crash");
        }
        co_await m_never.wait(m_plan.listens ? stopping : std::stop_token());
        if (m_plan.stopGate)
            co_await m_plan.stopGate->wait();
    }

private:
    Plan& m_plan;
    Event m_never;
};

struct Fixture : InlineHost
{
    void add(ServiceOptions options = {})
    {
        builder.services().addHostedService<Body>("body", [this] { return std::make_unique<Body>(plan); }, std::move(options));
    }
    ServiceController& body() { return controller("body"); }
    Body::Plan plan;
};

ServiceOptions restarting(RestartPolicy policy = {})
{
    return {.onFailure = FailureBehaviour::Restart, .restart = policy};
}

} // namespace

class TestServiceController : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T8
    void aServiceIsStoppedStartedAndRestartedAtRunTime()
    {
        Fixture h;
        h.add();
        h.start();
        QCOMPARE(said(h.state("body")), said(ServiceState::Running));
        QVERIFY(h.launch(h.body().stop())->ended);
        QCOMPARE(said(h.state("body")), said(ServiceState::Stopped));
        QCOMPARE(said(h.body().status().lastOutcome), said(std::optional(Outcome::Stopped)));
        QVERIFY(h.launch(h.body().start(Trigger::Ctl))->value->has_value());
        QCOMPARE(said(h.state("body")), said(ServiceState::Running));
        QCOMPARE(said(h.body().status().trigger), said(std::optional(Trigger::Ctl)));
        QVERIFY(h.launch(h.body().restart())->value->has_value());
        QCOMPARE(said(h.state("body")), said(ServiceState::Running));
        QCOMPARE(h.plan.made, 3);
    }

    // T20
    void everyStartMakesAFreshObject()
    {
        Fixture h;
        h.add();
        h.start();
        h.launch(h.body().stop());
        h.launch(h.body().start());
        QCOMPARE(h.plan.made, 2);
        QVERIFY(h.launch(h.body().start())->value->has_value()); // runs already
        QCOMPARE(h.plan.made, 2);
    }

    // T7
    void aSecondStopOfAServiceJoinsTheFirst()
    {
        Fixture h;
        Event gate;
        h.plan.stopGate = &gate;
        h.add();
        h.start();
        const auto first = h.launch(h.body().stop());
        const auto second = h.launch(h.body().stop());
        QVERIFY(!first->ended && !second->ended);
        QCOMPARE(said(h.state("body")), said(ServiceState::Stopping));
        gate.set();
        h.clock.settle();
        QVERIFY(first->ended && second->ended);
    }

    // T6
    void aStopWithAShorterLimitShortensTheOneUnderWay()
    {
        Fixture h;
        h.plan.listens = false;
        h.add();
        h.start();
        const auto first = h.launch(h.body().stop());
        h.clock.advance(3s);
        QVERIFY(!first->ended);
        const auto kill = h.launch(h.body().stop(0ms));
        QVERIFY(first->ended && kill->ended);
        QVERIFY(kill->value->kind == ServiceStopResult::Abandoned);
        QCOMPARE(said(h.state("body")), said(ServiceState::Failed));
    }

    // T6
    void aStopGivenUpByItsCallerGoesOn()
    {
        Fixture h;
        Event gate;
        h.plan.stopGate = &gate;
        h.add();
        h.start();
        {
            TaskScope caller;
            caller.spawn(observe(h.body().stop(), std::make_shared<Outcomes<ServiceStopResult>>()));
            h.clock.settle();
        }
        gate.set();
        h.clock.settle();
        QCOMPARE(said(h.state("body")), said(ServiceState::Stopped));
    }

    // T8
    void aStartOrARestartGivenUpByItsCallerGoesOn_data()
    {
        QTest::addColumn<bool>("restart");
        QTest::newRow("start") << false;
        QTest::newRow("restart") << true;
    }

    // T8
    void aStartOrARestartGivenUpByItsCallerGoesOn()
    {
        QFETCH(bool, restart);
        Fixture h;
        Event gate;
        h.plan.stopGate = &gate;
        h.add();
        h.start();
        const auto stopping = restart ? nullptr : h.launch(h.body().stop()); // which the start waits for
        {
            TaskScope caller;
            caller.spawn(observe(restart ? h.body().restart() : h.body().start(), std::make_shared<Outcomes<Result<>>>()));
            h.clock.settle();
        }
        gate.set();
        h.clock.settle();
        QCOMPARE(said(h.state("body")), said(ServiceState::Running));
        QCOMPARE(h.plan.made, 2);
    }

    // T4
    void aFailedServiceIsRestartedWithDoublingDelays()
    {
        Fixture h;
        h.plan.failAtOnce = true;
        h.add(restarting());
        h.start();
        QCOMPARE(said(h.state("body")), said(ServiceState::BackingOff));
        QVERIFY(h.body().status().nextTick.has_value());
        QCOMPARE(h.body().status().lastError, std::string("crash"));
        QCOMPARE(h.plan.made, 1);
        const auto line = h.log->find(ServiceRestarts);
        QVERIFY(line);
        QCOMPARE(line->service, QStringLiteral("body"));
        h.clock.advance(1s);
        QCOMPARE(h.plan.made, 2);
        h.clock.advance(1s);
        QCOMPARE(h.plan.made, 2); // two seconds this time
        h.clock.advance(1s);
        QCOMPARE(h.plan.made, 3);
        QCOMPARE(h.body().status().restarts, 2);
    }

    // T4
    void aLimitEndsInFailed()
    {
        Fixture h;
        h.plan.failAtOnce = true;
        RestartPolicy policy;
        policy.limit = 3;
        h.add(restarting(policy));
        h.start();
        h.clock.advance(1h);
        QCOMPARE(said(h.state("body")), said(ServiceState::Failed));
        QCOMPARE(h.plan.made, 3);
        QVERIFY(h.log->find(ServiceGaveUp).has_value());
        QVERIFY(QString::fromStdString(h.body().status().reason).startsWith(QStringLiteral("gave up")));
        h.plan.failAtOnce = false;
        QVERIFY(h.launch(h.body().start())->value->has_value()); // a person may
        QCOMPARE(h.body().status().restarts, 0);
    }

    // T4
    void aFailingStartOfARunningHostIsRetriedToo()
    {
        Fixture h;
        h.add(restarting());
        h.start();
        h.plan.failStart = true;
        h.launch(h.body().stop());
        const auto started = h.launch(h.body().start());
        QVERIFY(!started->value->has_value());
        QCOMPARE(said(h.state("body")), said(ServiceState::BackingOff));
        h.plan.failStart = false;
        h.clock.advance(2s);
        QCOMPARE(said(h.state("body")), said(ServiceState::Running));
    }

    // T4
    void aStopWhileBackingOffEndsTheRetries()
    {
        Fixture h;
        h.plan.failAtOnce = true;
        h.add(restarting());
        h.start();
        h.launch(h.body().stop());
        QCOMPARE(said(h.state("body")), said(ServiceState::Stopped));
        h.clock.advance(1h);
        QCOMPARE(h.plan.made, 1);
    }

    // T4
    void theStopOfTheHostEndsTheRetries()
    {
        Fixture h;
        h.plan.failAtOnce = true;
        h.add(restarting());
        h.start();
        QVERIFY(h.stop()->ended);
        h.clock.advance(1h);
        QCOMPARE(h.plan.made, 1);
    }

    // T3
    void aServicesOwnBehaviourWinsOverTheHosts()
    {
        Fixture h;
        Event fail;
        h.plan.fail = &fail;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.onFailure = FailureBehaviour::StopHost; });
        h.add({.onFailure = FailureBehaviour::StopService});
        h.start();
        fail.set();
        h.clock.settle();
        QCOMPARE(said(h.state("body")), said(ServiceState::Failed));
        QVERIFY(!h.host->lifetime().stopping().stop_requested());
    }

    // T8
    void changesAreToldPostedAndCoalesced()
    {
        Fixture h;
        h.add();
        h.start();
        int told = 0;
        int any = 0;
        h.body().onChanged([&] { ++told; });
        h.host->controllers().onChanged([&] { ++any; });
        h.launch(h.body().stop());
        QVERIFY(told >= 1 && told <= 3);
        QVERIFY(any >= 1);
        h.body().onChanged({});
        told = 0;
        h.launch(h.body().start());
        QCOMPARE(told, 0);
    }

    // T8
    void aServiceIsAddedAtRunTime()
    {
        Fixture h;
        h.add();
        h.start();
        auto& all = h.host->controllers();
        auto added = all.add(HostedRegistration::of<Body>("later", {}, [&] { return std::make_unique<Body>(h.plan); }));
        QVERIFY(added.has_value());
        QCOMPARE(said((*added)->status().state), said(ServiceState::Stopped));
        QVERIFY(!all.add(HostedRegistration::of<Body>("later", {}, [&] { return std::make_unique<Body>(h.plan); })).has_value());
        QVERIFY(h.launch((*added)->start())->value->has_value());
        QCOMPARE(h.stop()->value->services.size(), 2u);
        QCOMPARE(said((*added)->status().state), said(ServiceState::Stopped));
        QVERIFY(!h.launch((*added)->start())->value->has_value()); // the host has stopped
    }

    void aServiceWithoutAutostartWaitsForACommand()
    {
        Fixture h;
        h.add({.autostart = false});
        h.start();
        QCOMPARE(h.plan.made, 0);
        QVERIFY(h.launch(h.body().start())->value->has_value());
        QVERIFY(h.stop()->ended);
        QCOMPARE(said(h.state("body")), said(ServiceState::Stopped));
    }

    void aStopWhileItStartsCancelsTheStart()
    {
        class Slow final : public HostedService
        {
        public:
            Task<> start(std::stop_token cancelled) override
            {
                if (!co_await delay(1h, cancelled))
                    throw OperationCancelled{};
            }
            Task<> stop(std::stop_token) override { co_return; }
        };
        InlineHost h;
        h.builder.services().addHostedService<Slow>("slow", [] { return std::make_unique<Slow>(); }, {.autostart = false});
        h.start();
        const auto started = h.launch(h.controller("slow").start());
        QVERIFY(!started->ended);
        const auto stopped = h.launch(h.controller("slow").stop());
        QVERIFY(started->ended && stopped->ended);
        QCOMPARE(said(started->value->error().kind), said(ErrorKind::Cancelled));
        QCOMPARE(said(h.state("slow")), said(ServiceState::Stopped));
    }

    void holdIsRefusedWhereNothingTicks()
    {
        Fixture h;
        h.add();
        h.start();
        QCOMPARE(said(h.launch(h.body().hold())->value->error().kind), said(ErrorKind::Refused));
        QCOMPARE(said(h.launch(h.body().runNow())->value->error().kind), said(ErrorKind::Refused));
    }

    void namesComeFromTheType_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("name");
        QTest::newRow("words") << "acme::DataSyncService" << "data-sync-service";
        QTest::newRow("template") << "acme::QueueWorker<acme::Order>" << "queue-worker";
        QTest::newRow("capitals") << "HTTPServer" << "http-server";
        QTest::newRow("underscore") << "my_service" << "my-service";
    }

    void namesComeFromTheType()
    {
        QFETCH(QString, type);
        QFETCH(QString, name);
        QCOMPARE(QString::fromStdString(serviceNameFromType(type.toStdString())), name);
    }

    // T4
    void aGoodWhileResetsTheDelayAndTheLimitIsOneOfAWindow()
    {
        Fixture h;
        RestartPolicy policy;
        policy.limit = 3;
        policy.window = 10min;
        policy.resetAfter = 1min;
        Event fail;
        h.plan.fail = &fail;
        h.add(restarting(policy));
        h.start();
        // A failure every eleven minutes is none too many, for ever.
        for (int round = 1; round <= 20; ++round) {
            h.clock.advance(11min);
            fail.set();
            fail.reset();
            h.clock.settle();
            QCOMPARE(said(h.state("body")), said(ServiceState::BackingOff));
            h.clock.advance(1s); // the first delay, each time
            QCOMPARE(said(h.state("body")), said(ServiceState::Running));
            QCOMPARE(h.plan.made, round + 1);
        }
    }

    // T4
    void theDelayIsCapped()
    {
        Fixture h;
        h.plan.failAtOnce = true;
        RestartPolicy policy;
        policy.limit = 0;
        policy.maxDelay = 4s;
        h.add(restarting(policy));
        h.start();
        h.clock.advance(1h);
        const int made = h.plan.made;
        h.clock.advance(400s); // four seconds each, or up to a tenth less
        QVERIFY(h.plan.made - made >= 100 && h.plan.made - made <= 112);
    }

    // T8
    void allThatCanBeSeenOfAServiceIsInItsStatus()
    {
        Fixture h;
        Event fail;
        h.plan.fail = &fail;
        h.add();
        h.start();
        const auto begin = h.clock.wallNow();
        QCOMPARE(said(h.body().status().trigger), said(std::optional(Trigger::Start)));
        QVERIFY(h.body().status().since == begin);
        h.clock.advance(5s);
        fail.set();
        h.clock.settle();
        QVERIFY(h.body().status().since == begin + 5s);
        QCOMPARE(h.body().status().lastError, std::string("crash"));
        h.launch(h.body().start(Trigger::Ctl));
        QCOMPARE(said(h.body().status().trigger), said(std::optional(Trigger::Ctl)));
    }
};

QTEST_GUILESS_MAIN(TestServiceController)
#include "tst_servicecontroller.moc"

// Commands to a single service that cannot go well: each has an answer all the same.
#include "nothreads.h"
#include "recorder.h"

#include <turnspit/hosting/periodicservice.h>

#include <semaphore>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

struct Gate
{
    std::binary_semaphore entered{0};
    std::binary_semaphore go{0};
};

/// Blocks its thread in a tick.
class Sticky final : public PeriodicService
{
public:
    explicit Sticky(std::shared_ptr<Gate> gate) : PeriodicService(1h), m_gate(std::move(gate)) {}
    static constexpr Affinity affinity = Affinity::Dedicated;

protected:
    Task<> tick(std::stop_token) override
    {
        m_gate->entered.release();
        m_gate->go.acquire();
        co_return;
    }

private:
    std::shared_ptr<Gate> m_gate;
};

/// Asks for a tick that blocks, kills the service meanwhile, and writes down what the tick had for an answer.
class Asker final : public BackgroundService
{
public:
    struct Said
    {
        std::optional<Result<Outcome>> tick;
        std::optional<ServiceStopResult> stop;
        bool tickBeforeItsThread = false;
    };
    static constexpr Affinity affinity = Affinity::Host;
    Asker(ServiceControllers& controllers, ApplicationLifetime& lifetime, std::shared_ptr<Gate> gate, Said& said)
        : m_controllers(controllers), m_lifetime(lifetime), m_gate(std::move(gate)), m_said(said)
    {}

protected:
    Task<> execute(std::stop_token) override
    {
        co_await untilStopped(m_lifetime.started());
        auto& sticky = *m_controllers.find("sticky");
        Event answered;
        TaskScope asking;
        asking.spawn(ask(sticky, answered));
        while (!m_gate->entered.try_acquire())
            co_await yieldToLoop();
        m_said.stop = co_await sticky.stop(0ms);
        co_await answered.wait();
        m_said.tickBeforeItsThread = true; // it still blocks
        m_gate->go.release();
        m_lifetime.stopApplication();
    }

private:
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): both outlive the scope that owns this
    Task<> ask(ServiceController& sticky, Event& answered)
    {
        m_said.tick = co_await sticky.runNow();
        answered.set();
    }

    ServiceControllers& m_controllers;
    ApplicationLifetime& m_lifetime;
    std::shared_ptr<Gate> m_gate;
    Said& m_said;
};

} // namespace

class TestServiceCommands : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aStartWithoutAThreadFailsInWords()
    {
        InlineHost h;
        addRecorder(h, {.name = "b"}, {.affinity = Affinity::Dedicated, .autostart = false});
        h.start();
        const NoThreads none;
        const auto started = h.launch(h.controller("b").start());
        QVERIFY(started->ended);
        QVERIFY(started->value && !*started->value);
        QVERIFY2(started->value->error().message.find("cannot start a thread for 'b'") != std::string::npos,
                 started->value->error().message.c_str());
        QCOMPARE(said(h.state("b")), said(ServiceState::Failed));
    }

    void aStartThatIsStoppedInItsLastStepIsCancelled()
    {
        InlineHost h;
        Event gate;
        addRecorder(h, {.name = "b", .gate = &gate, .waitIn = "started", .listens = false}, {.autostart = false});
        h.start();
        const auto started = h.launch(h.controller("b").start());
        const auto stopped = h.launch(h.controller("b").stop());
        QVERIFY(!started->ended && !stopped->ended);
        gate.set();
        h.clock.settle();
        QVERIFY(started->ended && stopped->ended);
        QCOMPARE(said(h.state("b")), said(ServiceState::Stopped));
        QVERIFY(!*started->value);
        QCOMPARE(started->value->error().kind, ErrorKind::Cancelled);
    }

    void whoIsNotWaitedForIsNotSaidToHaveHadSomeTime()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "stop", .listens = false});
        h.start();
        const auto killed = h.launch(h.controller("b").stop(0ms));
        QVERIFY(killed->ended);
        QCOMPARE(killed->value->reason, std::string("was not waited for; abandoned"));
    }

    void aShorterLimitOfASecondStopIsTheOneThatIsSaid()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "b", .gate = &never, .waitIn = "stop", .listens = false});
        h.start();
        const auto first = h.launch(h.controller("b").stop());
        const auto second = h.launch(h.controller("b").stop(2s));
        QVERIFY(!second->ended);
        h.clock.advance(2s);
        QVERIFY(first->ended && second->ended);
        QCOMPARE(second->value->reason, std::string("did not stop within 2s; abandoned"));
    }

    // T6
    void aTickOnDemandOfAServiceThatIsAbandonedHasAnAnswerThoughItsThreadBlocks()
    {
        const auto gate = std::make_shared<Gate>();
        Asker::Said said;
        HostBuilder builder;
        builder.addLogSink(std::make_shared<MemorySink>());
        builder.configure<HostOptions>([](HostOptions& o) { o.reapTimeout = 50ms; });
        builder.services().addHostedService<Sticky>("sticky", [gate] { return std::make_unique<Sticky>(gate); });
        builder.services().addHostedService<Asker>("asker", [&said, gate](ServiceControllers& controllers, ApplicationLifetime& lifetime) {
            return std::make_unique<Asker>(controllers, lifetime, gate, said);
        });
        const int code = builder.build()->run();
        QVERIFY(said.tickBeforeItsThread);
        QVERIFY(said.stop->threadAlive);
        QVERIFY(!*said.tick);
        QCOMPARE(said.tick->error().kind, ErrorKind::Cancelled);
        QVERIFY2(code == 0 || code == 6, qPrintable(QString::number(code))); // as its thread was faster than the end of the host, or not
    }
};

QTEST_GUILESS_MAIN(TestServiceCommands)
#include "tst_servicecommands.moc"

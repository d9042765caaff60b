// What the options of a host say about faults and limits, where no service says otherwise (B18, B82, T3).
#include "recorder.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

struct FaultyHost : InlineHost
{
    explicit FaultyHost(FailureBehaviour behaviour)
    {
        builder.configure<HostOptions>([behaviour](HostOptions& o) { o.onFailure = behaviour; });
        builder.services().addHostedService<FailsWhenTold>("faulty", [this] { return std::make_unique<FailsWhenTold>(fail); });
        start();
        fail.set();
        clock.settle();
    }
    Event fail;
};

} // namespace

class TestHostFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T3
    void theHostsBehaviourCountsForServicesThatHaveNone()
    {
        FaultyHost stopsService(FailureBehaviour::StopService);
        QCOMPARE(said(stopsService.state("faulty")), said(ServiceState::Failed));
        QVERIFY(!stopsService.host->lifetime().stopping().stop_requested());

        FaultyHost stopsHost(FailureBehaviour::StopHost);
        QVERIFY(stopsHost.host->lifetime().stopping().stop_requested());
        QCOMPARE(stopsHost.stop()->value->exitCode(), 1);

        FaultyHost restarts(FailureBehaviour::Restart);
        QCOMPARE(said(restarts.state("faulty")), said(ServiceState::BackingOff));
        QVERIFY(!restarts.host->lifetime().stopping().stop_requested());
    }

    // B18
    void whatStopsBesideEachOtherFailsInTheOrderInWhichItHappens()
    {
        InlineHost h;
        Event gate;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.servicesStopConcurrently = true; });
        addRecorder(h, {.name = "a", .failIn = "stop"});
        addRecorder(h, {.name = "b"});
        addRecorder(h, {.name = "c", .failIn = "stop", .gate = &gate, .waitIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        QVERIFY(h.journal.lines().contains(QStringLiteral("a.stop"))); // called though c is at it
        gate.set();
        h.clock.settle();
        QCOMPARE(stopped->value->errors.size(), 2u);
        QCOMPARE(describe(stopped->value->errors[0]), std::string("a: a stop"));
        QCOMPARE(describe(stopped->value->errors[1]), std::string("c: c stop"));
        for (const char* line : {"a.stopped", "b.stopped", "c.stopped"})
            QVERIFY2(h.journal.lines().contains(QLatin1String(line)), line);
    }

    // B82
    void noTimeForTheStartStartsNothing()
    {
        InlineHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.startTimeout = 0ms; });
        addRecorder(h, {.name = "a"});
        QCOMPARE(h.start()->what(), QStringLiteral("cancelled"));
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.start")));
        QCOMPARE(h.stop()->value->exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(TestHostFaults)
#include "tst_hostfaults.moc"

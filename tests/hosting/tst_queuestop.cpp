// The stop of a queue worker: what becomes of the messages that are in hand, and of those that are not.
#include "queuefixture.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

using Worker = QueueWorker<Handler>;

} // namespace

class TestQueueStop : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B96_T12_whatIsInHandAtTheStopIsGivenBackAndDoesNotCount()
    {
        Fixture h;
        h.plan.handle = untilCancelled;
        h.run();
        h.send("a");
        h.send("b");
        QCOMPARE(h.said(), QStringLiteral("made a1"));
        const auto stopped = h.stopWorker();
        QVERIFY(stopped.kind == ServiceStopResult::Stopped);
        QCOMPARE(h.said(), QStringLiteral("made a1 gone release"));
        QCOMPARE(h.status().depth, 2u);
        QCOMPARE(h.status().inFlight, 0u);
        h.plan.handle = {};
        (void)h.launch(h.controller("worker").start());
        QVERIFY(h.said().contains(QStringLiteral("a1 gone ack")));
    }

    void aHandlerThatEndsWellAtTheStopIsAcked()
    {
        Fixture h;
        h.plan.handle = [](std::string, std::stop_token stopping) -> Task<> { co_await untilStopped(stopping); };
        h.run();
        h.send("a");
        h.stopWorker();
        QCOMPARE(h.said(), QStringLiteral("made a1 gone ack"));
    }

    void T6_T12_whatDoesNotStopInTimeIsGivenBackAllTheSame()
    {
        Fixture h;
        Event never;
        h.plan.handle = [&never](std::string, std::stop_token) -> Task<> { co_await never.wait(); };
        h.run({.stopTimeout = 5s});
        h.send("a");
        const auto stopping = h.launch(h.controller("worker").stop());
        h.clock.advance(5s);
        QVERIFY(stopping->value->kind == ServiceStopResult::Abandoned);
        QCOMPARE(h.said(), QStringLiteral("made a1 gone release"));
        QCOMPARE(h.status().depth, 1u);
    }

    void finishLetsWhatIsInHandEnd()
    {
        Fixture h;
        h.builder.configure<Worker::Settings>([](auto& o) { o.atStop = AtStop::Finish; });
        h.plan.handle = [](std::string, std::stop_token stopping) -> Task<> { co_await delay(5s, stopping); };
        h.run();
        h.send("a");
        h.send("b");
        const auto stopping = h.launch(h.controller("worker").stop());
        h.clock.advance(4999ms);
        QVERIFY(!stopping->ended);
        h.clock.advance(1ms);
        QVERIFY(stopping->ended);
        QCOMPARE(h.said(), QStringLiteral("made a1 gone ack"));
        QCOMPARE(h.status().depth, 1u);
    }

    void finishWaitsNoLongerThanItsGrace()
    {
        Fixture h;
        h.builder.configure<Worker::Settings>([](auto& o) {
            o.atStop = AtStop::Finish;
            o.grace = 3s;
        });
        h.plan.handle = untilCancelled;
        h.run();
        h.send("a");
        const auto stopping = h.launch(h.controller("worker").stop());
        h.clock.advance(2999ms);
        QVERIFY(!stopping->ended);
        h.clock.advance(1ms);
        QVERIFY(stopping->value->kind == ServiceStopResult::Stopped);
        QCOMPARE(h.said(), QStringLiteral("made a1 gone release"));
    }

    void finishEndsWithTheStopTimeoutAtTheLatest()
    {
        Fixture h;
        h.builder.configure<Worker::Settings>([](auto& o) { o.atStop = AtStop::Finish; });
        h.plan.handle = untilCancelled;
        h.run({.stopTimeout = 5s});
        h.send("a");
        const auto stopping = h.launch(h.controller("worker").stop());
        h.clock.advance(5s);
        QVERIFY(stopping->ended);
        QCOMPARE(h.said(), QStringLiteral("made a1 gone release"));
    }

    void finishWaitsAsLongAsItTakesWhereItsGraceIsWithoutEnd()
    {
        Fixture h;
        h.builder.configure<Worker::Settings>([](auto& o) {
            o.atStop = AtStop::Finish;
            o.grace = Milliseconds::max();
        });
        h.plan.handle = [](std::string, std::stop_token stopping) -> Task<> {
            if (!co_await delay(5s, stopping))
                throw OperationCancelled{};
        };
        h.run();
        h.send("a");
        const auto stopping = h.launch(h.controller("worker").stop());
        h.clock.advance(5s);
        QVERIFY(stopping->ended);
        QCOMPARE(h.said(), QStringLiteral("made a1 gone ack"));
    }

    void drainWorksTheQueueOff()
    {
        Fixture h;
        h.builder.configure<Worker::Settings>([](auto& o) { o.atStop = AtStop::Drain; });
        h.plan.handle = [](std::string, std::stop_token stopping) -> Task<> { co_await delay(1s, stopping); };
        h.run();
        for (const char* body : {"a", "b", "c"})
            h.send(body);
        const auto stopping = h.launch(h.controller("worker").stop());
        QVERIFY(!h.launch(h.queue().send({"late"}))->value->has_value());
        h.clock.advance(3s);
        QVERIFY(stopping->ended);
        QCOMPARE(h.plan.journal.lines().count(QStringLiteral("ack")), 3);
        QCOMPARE(h.status().depth, 0u);
    }
};

QTEST_GUILESS_MAIN(TestQueueStop)
#include "tst_queuestop.moc"

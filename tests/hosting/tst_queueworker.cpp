// A queue worker at work: what becomes of each message, and what is seen of it. Its stop: tst_queuestop.
#include "queuefixture.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

using Worker = QueueWorker<Handler>;

Task<> failing(std::string, std::stop_token)
{
    throw std::runtime_error("no route");
    co_return; // NOLINT: makes it a coroutine
}

} // namespace

class TestQueueWorker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B96_T12_aMessageIsAckedAfterItsHandlerIsGone()
    {
        Fixture h;
        h.run();
        h.send("a");
        QCOMPARE(h.said(), QStringLiteral("made a1 gone ack"));
        QCOMPARE(h.status().acked, 1u);
        h.send("b"); // in a scope of its own
        QCOMPARE(h.said(), QStringLiteral("made a1 gone ack made b1 gone ack"));
    }

    void B96_T12_aFailureIsTriedAgainAfterADelayThatDoubles()
    {
        Fixture h({.maxAttempts = 0});
        h.plan.handle = failing;
        h.run();
        h.send("a");
        QCOMPARE(h.said(), QStringLiteral("made a1 gone nack(1s)"));
        h.clock.advance(999ms);
        QCOMPARE(h.plan.journal.lines().size(), 4);
        h.clock.advance(1ms);
        h.clock.advance(2s);
        h.clock.advance(4s);
        QCOMPARE(h.plan.journal.lines().filter(QStringLiteral("nack")).join(QLatin1Char(' ')), QStringLiteral("nack(1s) nack(2s) nack(4s) nack(8s)"));
        h.clock.advance(2h);
        QCOMPARE(h.plan.journal.lines().last(), QStringLiteral("nack(5m)"));
        QVERIFY(h.logged(LogLevel::Warning).first().contains(QStringLiteral("no route")));
        QVERIFY(h.logged(LogLevel::Warning).first().contains(QStringLiteral("1s")));
    }

    void T12_afterItsLastAttemptAMessageIsADeadLetter()
    {
        Fixture h({.maxAttempts = 2});
        h.plan.handle = failing;
        h.run();
        h.send("a");
        h.clock.advance(1s);
        QCOMPARE(h.status().dead, 1u);
        QCOMPARE(h.launch(h.queue().deadLetters())->value->value().front().reason, std::string("no route"));
        QCOMPARE(h.logged(LogLevel::Error).size(), 1);
        h.clock.advance(1h);
        QCOMPARE(h.plan.journal.lines().filter(QStringLiteral("nack")).size(), 2);
    }

    void T12_aRejectedMessageIsSetAsideAtOnce()
    {
        Fixture h;
        h.plan.handle = [](std::string, std::stop_token) -> Task<> {
            throw MessageRejected("no such order");
            co_return;
        };
        h.run();
        h.send("a");
        QCOMPARE(h.said(), QStringLiteral("made a1 gone bury"));
        QCOMPARE(h.launch(h.queue().deadLetters())->value->value().front().reason, std::string("no such order"));
    }

    void T12_aHandlerThatCannotBeMadeIsAFailureOfTheMessage()
    {
        Fixture h;
        h.plan.make = [] { throw std::runtime_error("no database"); };
        h.run();
        h.send("a");
        QCOMPARE(h.said(), QStringLiteral("made nack(1s)"));
        h.plan.make = {};
        h.clock.advance(1s);
        QCOMPARE(h.said(), QStringLiteral("made nack(1s) made a2 gone ack"));
    }

    void T12_aScopeThatDoesNotCloseIsAFailureOfTheMessage()
    {
        Fixture h;
        h.plan.close = [] { throw std::runtime_error("not flushed"); };
        h.run();
        h.send("a");
        QCOMPARE(h.plan.journal.lines().last(), QStringLiteral("nack(1s)"));
        QVERIFY(!h.said().contains(QStringLiteral("ack made")));
    }

    void T12_aFailingAckIsNotFollowedByANack()
    {
        Fixture h;
        h.plan.settle = [](const std::string& what) -> std::optional<Error> {
            return what == "ack" ? std::optional(Error{ErrorKind::Failed, "the disk is full"}) : std::nullopt;
        };
        h.run();
        h.send("a");
        QCOMPARE(h.said(), QStringLiteral("made a1 gone ack"));
        QVERIFY(h.logged(LogLevel::Error).first().contains(QStringLiteral("the disk is full")));
        h.send("b"); // it goes on
        QVERIFY(h.said().contains(QStringLiteral("b1")));
        h.plan.settle = {};
        h.clock.advance(30s); // its time is over
        QVERIFY(h.said().contains(QStringLiteral("a2")));
        QCOMPARE(h.status().acked, 2u);
    }

    void B40_aCancellationThatNobodyAskedForIsAFailure()
    {
        Fixture h;
        h.plan.handle = [](std::string, std::stop_token) -> Task<> {
            throw OperationCancelled{};
            co_return;
        };
        h.run();
        h.send("a");
        QCOMPARE(h.said(), QStringLiteral("made a1 gone nack(1s)"));
    }

    void concurrencySaysHowManyAreInHand()
    {
        Fixture h;
        h.builder.configure<Worker::Settings>([](auto& o) { o.concurrency = 3; });
        h.plan.handle = [](std::string, std::stop_token stopping) -> Task<> { co_await delay(1s, stopping); };
        h.run();
        for (const char* body : {"a", "b", "c", "d", "e"})
            h.send(body);
        QCOMPARE(h.plan.inHand, 3);
        h.clock.advance(2s);
        QCOMPARE(h.plan.mostInHand, 3);
        QCOMPARE(h.status().acked, 5u);
    }

    void aMessageIsHeldAsLongAsItsHandlerWorks()
    {
        Fixture h({.visibility = 30s});
        h.plan.handle = [](std::string, std::stop_token stopping) -> Task<> { co_await delay(2min, stopping); };
        h.builder.configure<Worker::Settings>([](auto& o) { o.concurrency = 2; }); // the other one is ready for it
        h.run();
        h.send("a");
        h.clock.advance(2min);
        QCOMPARE(h.plan.mostInHand, 1);
        QCOMPARE(h.plan.journal.lines().last(), QStringLiteral("ack"));
        QCOMPARE(h.status().acked, 1u);
    }

    void T12_whatIsLostIsStoppedAndNotSettled()
    {
        Fixture h({.visibility = 30s});
        h.plan.handle = untilCancelled;
        h.plan.settle = [](const std::string& what) -> std::optional<Error> {
            return what == "extend" ? std::optional(notHeld()) : std::nullopt;
        };
        h.run();
        h.send("a");
        h.clock.advance(10s);
        QCOMPARE(h.said(), QStringLiteral("made a1 extend gone"));
        QVERIFY(h.logged(LogLevel::Warning).first().contains(QStringLiteral("not done in its time")));
    }

    // B68
    void aHandlerThatNobodyRegisteredIsFoundAtBuildAndWhereAWorkerIsAdded()
    {
        struct Unknown
        {
            Task<> handle(const Message&, std::stop_token) { co_return; }
        };
        {
            Fixture h;
            h.builder.services().addHostedService<QueueWorker<Unknown>>("worker");
            std::string said;
            try {
                h.build();
            } catch (const std::exception& error) {
                said = error.what();
            }
            QVERIFY2(said.find("Unknown'") != std::string::npos, said.c_str());
            QVERIFY2(said.find("QueueWorker<") != std::string::npos, said.c_str());
        }
        Fixture h;
        h.run();
        const auto added = h.host->controllers().add(HostedRegistration::of<QueueWorker<Unknown>>("later"));
        QVERIFY(!added);
        QVERIFY2(added.error().message.find("Unknown'") != std::string::npos, added.error().message.c_str());
    }

    void aQueueThatDoesNotWorkFailsTheServiceAndEndsWhatIsInHand()
    {
        Fixture h;
        h.builder.configure<Worker::Settings>([](auto& o) { o.concurrency = 2; });
        h.plan.handle = untilCancelled;
        int left = 2;
        h.plan.receive = [&left] {
            if (left-- == 0)
                throw QueueError({ErrorKind::Failed, "the file is damaged"});
        };
        h.run();
        h.send("a");
        QCOMPARE(said(h.state("worker")), said(ServiceState::Running));
        h.plan.handle = {};
        h.send("b"); // done, and the next receive fails
        QCOMPARE(said(h.state("worker")), said(ServiceState::Failed));
        QCOMPARE(h.controller("worker").status().lastError, std::string("the file is damaged"));
        QCOMPARE(h.said().count(QStringLiteral("release")), 1);
        QCOMPARE(h.status().inFlight, 0u);
    }

    void aQueueThatThrowsFailsTheServiceWhateverItWasAsked()
    {
        Fixture h({.visibility = 3s});
        h.plan.handle = untilCancelled;
        h.run();
        h.send("a");
        h.plan.settle = [](const std::string& what) -> std::optional<Error> {
            if (what == "extend")
                throw std::logic_error("not written yet");
            return {};
        };
        h.clock.advance(2s);
        QCOMPARE(said(h.state("worker")), said(ServiceState::Failed));
        QCOMPARE(h.controller("worker").status().lastError, std::string("not written yet"));
        QCOMPARE(h.status().depth, 1u);

        Fixture other;
        other.plan.look = [] { throw std::logic_error("cannot count"); };
        other.run();
        QCOMPARE(said(other.state("worker")), said(ServiceState::Failed));
        QCOMPARE(other.controller("worker").status().lastError, std::string("cannot count"));
    }

    void T8_theStatusIsTheHosts()
    {
        Fixture h({.maxAttempts = 1});
        QVERIFY(h.plan.journal.lines().isEmpty());
        h.run();
        QVERIFY(h.controller("worker").kind() == ServiceKind::Queue);
        h.send("a");
        h.plan.handle = failing;
        h.send("b");
        h.plan.handle = untilCancelled;
        h.send("c");
        h.send("d");
        h.clock.advance(1s);
        const auto status = *h.controller("worker").status().queue;
        QCOMPARE(status.done, 1u);
        QCOMPARE(status.dead, 1u);
        QCOMPARE(status.inHand, 1);
        QCOMPARE(status.lastError, std::string("no route"));
        QCOMPARE(status.queue.depth, 1u);
        QCOMPARE(status.queue.inFlight, 1u);
        QCOMPARE(status.queue.acked, 1u);
        QCOMPARE(status.queue.nacked, 1u);
        QCOMPARE(status.queue.dead, 1u);
        h.stopWorker();
        QCOMPARE(h.controller("worker").status().queue->givenBack, 1u);
        QCOMPARE(h.controller("worker").status().queue->inHand, 0);
        QCOMPARE(h.controller("worker").status().queue->queue.inFlight, 0u); // the last look is after the last message
        QCOMPARE(h.controller("worker").status().queue->queue.depth, 2u);
    }

    void optionsThatCannotBeAreRefused()
    {
        const std::function<void(Worker::Settings&)> wrong[]{
            [](auto& o) { o.concurrency = 0; },
            [](auto& o) { o.jitter = -0.1; },
            [](auto& o) { o.jitter = std::numeric_limits<double>::quiet_NaN(); },
            [](auto& o) { o.retryDelay = -1s; },
            [](auto& o) { o.grace = -1s; },
        };
        for (const auto& change : wrong) {
            Fixture h;
            h.builder.configure<Worker::Settings>(change);
            h.run();
            QCOMPARE(said(h.state("worker")), said(ServiceState::Failed));
        }
    }
};

QTEST_GUILESS_MAIN(TestQueueWorker)
#include "tst_queueworker.moc"

#include "hosttest.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Runs until stopped, and then as `atStop` says.
class Worker final : public BackgroundService
{
public:
    enum AtStop { Return, Throw, Cancel, Ignore };

    explicit Worker(Journal& journal, AtStop atStop = Return, Event* gate = nullptr) : m_journal(journal), m_atStop(atStop), m_gate(gate) {}
    ~Worker() override { m_journal.add("destroyed"); }

protected:
    Task<> execute(std::stop_token stopping) override
    {
        struct Local
        {
            explicit Local(Journal& j) : journal(j) {}
            ~Local() { journal.add("frame-gone"); }
            Journal& journal;
        };
        const Local local(m_journal);
        m_journal.add(stopping.stop_requested() ? "execute-stopped" : "execute");
        if (m_gate)
            co_await m_gate->wait();
        else
            co_await m_event.wait(m_atStop == Ignore ? std::stop_token() : stopping);
        if (m_atStop == Throw)
            throw std::runtime_error("late");
        if (m_atStop == Cancel)
            throw OperationCancelled{};
    }

private:
    Journal& m_journal;
    AtStop m_atStop;
    Event* m_gate;
    Event m_event;
};

class Faulty final : public BackgroundService
{
public:
    explicit Faulty(bool atOnce) : m_atOnce(atOnce) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        if (!m_atOnce)
            co_await delay(10s, stopping);
        throw std::runtime_error("broken");
    }

private:
    bool m_atOnce;
};

template <class T>
std::shared_ptr<Outcomes<T>> launch(TaskScope& scope, Task<T> task)
{
    auto out = std::make_shared<Outcomes<T>>();
    scope.spawn(observe(std::move(task), out));
    return out;
}

} // namespace

class TestBackgroundService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B28
    void startCompletesAtOnceAndExecuteBeginsFromTheLoop()
    {
        Journal journal;
        TaskScope scope;
        Worker service(journal);
        QVERIFY(launch(scope, service.start({}))->ended);
        QVERIFY(journal.lines().isEmpty());
        Mailbox::current()->drain();
        QCOMPARE(journal.text(), QStringLiteral("execute"));
        service.dispose();
    }

    // B29
    void cancellingTheStartTokenLaterStopsExecute()
    {
        Journal journal;
        TaskScope scope;
        std::stop_source start;
        Worker service(journal);
        launch(scope, service.start(start.get_token()));
        Mailbox::current()->drain();
        start.request_stop();
        Mailbox::current()->drain();
        QCOMPARE(said(service.execution()), said(std::optional(BackgroundService::Execution::Completed)));
    }

    // B30
    void aCancelledStartNeverExecutes()
    {
        Journal journal;
        TaskScope scope;
        std::stop_source start;
        start.request_stop();
        Worker service(journal);
        QVERIFY(launch(scope, service.start(start.get_token()))->ended);
        Mailbox::current()->drain();
        QVERIFY(journal.lines().isEmpty());
        QCOMPARE(said(service.execution()), said(std::optional(BackgroundService::Execution::Cancelled)));
        QVERIFY(launch(scope, service.stop({}))->ended);
    }

    // B31
    void executeIsCalledExactlyOnceEvenIfStopComesAtOnce()
    {
        Journal journal;
        TaskScope scope;
        Worker service(journal);
        launch(scope, service.start({}));
        const auto stopped = launch(scope, service.stop({}));
        QVERIFY(!stopped->ended);
        Mailbox::current()->drain();
        QVERIFY(stopped->ended);
        QCOMPARE(journal.lines().count(QStringLiteral("execute-stopped")), 1);
        QVERIFY(!journal.lines().contains(QStringLiteral("execute")));
    }

    // B32
    void executionIsObservable()
    {
        TaskScope scope;
        Faulty service(true);
        QVERIFY(!service.execution());
        launch(scope, service.start({}));
        QCOMPARE(said(service.execution()), said(std::optional(BackgroundService::Execution::Running)));
        Mailbox::current()->drain();
        QCOMPARE(said(service.execution()), said(std::optional(BackgroundService::Execution::Faulted)));
        QCOMPARE(describe(service.executionError()), std::string("broken"));
    }

    // B33
    void stopBeforeStartDoesNothing()
    {
        Journal journal;
        TaskScope scope;
        Worker service(journal);
        const auto stopped = launch(scope, service.stop({}));
        QVERIFY(stopped->ended && !stopped->error);
    }

    // B33
    void stopReturnsNormallyWhenExecuteThrows()
    {
        Journal journal;
        TaskScope scope;
        Worker service(journal, Worker::Throw);
        launch(scope, service.start({}));
        Mailbox::current()->drain();
        const auto stopped = launch(scope, service.stop({}));
        Mailbox::current()->drain();
        QVERIFY(stopped->ended && !stopped->error);
        QCOMPARE(said(service.execution()), said(std::optional(BackgroundService::Execution::Faulted)));
    }

    // B33
    void stopReturnsNormallyWhenItsTokenIsStopped()
    {
        Journal journal;
        TaskScope scope;
        std::stop_source hurry;
        Worker service(journal, Worker::Ignore);
        launch(scope, service.start({}));
        Mailbox::current()->drain();
        const auto stopped = launch(scope, service.stop(hurry.get_token()));
        Mailbox::current()->drain();
        QVERIFY(!stopped->ended);
        hurry.request_stop();
        Mailbox::current()->drain();
        QVERIFY(stopped->ended && !stopped->error);
        service.dispose();
    }

    // B35
    void disposeCancelsDoesNotWaitAndIsSafeToRepeat()
    {
        Journal journal;
        TaskScope scope;
        Worker never(journal);
        never.dispose();
        never.dispose();
        Worker service(journal, Worker::Ignore);
        launch(scope, service.start({}));
        Mailbox::current()->drain();
        service.dispose();
        QCOMPARE(journal.text(), QStringLiteral("execute frame-gone"));
        service.dispose();
    }

    // B36
    void anEndOfExecuteIsNotTheEndOfTheHost()
    {
        InlineHost h;
        Event gate;
        h.builder.services().addHostedService<Worker>("one", [&] { return std::make_unique<Worker>(h.journal, Worker::Return, &gate); });
        h.builder.services().addHostedService<Worker>("two", [&] { return std::make_unique<Worker>(h.journal); });
        h.start();
        gate.set();
        h.clock.settle();
        QCOMPARE(said(h.state("one")), said(ServiceState::Completed));
        QCOMPARE(said(h.controller("one").status().lastOutcome), said(std::optional(Outcome::Succeeded)));
        QCOMPARE(said(h.state("two")), said(ServiceState::Running));
        QVERIFY(!h.host->lifetime().stopping().stop_requested());
    }

    // B37
    void hooksAreOptionalAndAStartOfOnesOwnIsNotMonitored()
    {
        class Own : public BackgroundService
        {
        public:
            Task<> start(std::stop_token) override { co_return; }

        protected:
            Task<> execute(std::stop_token) override
            {
                throw std::runtime_error("never called");
                co_return;
            }
        };
        InlineHost h;
        h.builder.services().addHostedService<Own>("own", [] { return std::make_unique<Own>(); });
        QVERIFY(!h.start()->error);
        h.clock.advance(1h);
        QCOMPARE(said(h.state("own")), said(ServiceState::Running));
        const auto stopped = h.stop();
        QCOMPARE(stopped->value->exitCode(), 0);
    }

    // B38, T3, T17
    void aFaultEndsTheServiceAndIsLoggedWithItsName_data()
    {
        QTest::addColumn<bool>("atOnce");
        QTest::newRow("beforeTheFirstAwait") << true;
        QTest::newRow("later") << false;
    }

    void aFaultEndsTheServiceAndIsLoggedWithItsName()
    {
        QFETCH(bool, atOnce);
        InlineHost h;
        h.builder.services().addHostedService<Faulty>("faulty", [atOnce] { return std::make_unique<Faulty>(atOnce); });
        h.builder.services().addHostedService<Worker>("other", [&] { return std::make_unique<Worker>(h.journal); });
        const auto started = h.start();
        QVERIFY(started->ended && !started->error);
        h.clock.advance(10s);
        QCOMPARE(said(h.state("faulty")), said(ServiceState::Failed));
        QCOMPARE(h.controller("faulty").status().reason, std::string("broken"));
        QCOMPARE(h.controller("faulty").status().lastError, std::string("broken"));
        QCOMPARE(said(h.controller("faulty").status().lastOutcome), said(std::optional(Outcome::Failed)));
        QCOMPARE(said(h.state("other")), said(ServiceState::Running)); // B39, Ignore: the host goes on
        const auto line = h.log->find(ServiceFailed);
        QVERIFY(line);
        QCOMPARE(said(line->level), said(LogLevel::Error));
        QCOMPARE(line->service, QStringLiteral("faulty"));
        QCOMPARE(h.stop()->value->exitCode(), 0);
    }

    // B39, B41, T3
    void stopHostEndsTheHostWithTheFirstCause()
    {
        InlineHost h;
        h.builder.services().addHostedService<Faulty>("faulty", [] { return std::make_unique<Faulty>(false); },
                                                      {.onFailure = FailureBehaviour::StopHost});
        h.builder.services().addHostedService<Worker>("other", [&] { return std::make_unique<Worker>(h.journal); });
        h.start();
        const auto ended = h.launch(h.host->waitForShutdown());
        h.clock.advance(10s);
        QVERIFY(ended->ended);
        QCOMPARE(ended->value->exitCode(), 1);
        QCOMPARE(ended->value->errors.size(), 1u);
        QCOMPARE(describe(ended->value->errors.front()), std::string("faulty: broken"));
        QCOMPARE(h.log->find(ServiceStopsHost)->service, QStringLiteral("faulty"));
        QCOMPARE(said(h.state("other")), said(ServiceState::Stopped));
        const auto again = h.stop(); // both calls tell
        QCOMPARE(describe(again->value->errors.front()), std::string("faulty: broken"));
    }

    // B40
    void aCancellationIsSilentOnlyWhileStopping()
    {
        InlineHost h;
        Event gate;
        h.builder.services().addHostedService<Worker>("asked", [&] { return std::make_unique<Worker>(h.journal, Worker::Cancel); });
        h.builder.services().addHostedService<Worker>("unasked", [&] { return std::make_unique<Worker>(h.journal, Worker::Cancel, &gate); });
        h.start();
        gate.set();
        h.clock.settle();
        QCOMPARE(said(h.state("unasked")), said(ServiceState::Failed));
        QCOMPARE(h.log->find(ServiceFailed)->service, QStringLiteral("unasked"));
        h.stop();
        QCOMPARE(h.log->events().count(ServiceFailed), 1);
        QCOMPARE(said(h.controller("asked").status().lastOutcome), said(std::optional(Outcome::Stopped)));
        QCOMPARE(said(h.state("asked")), said(ServiceState::Stopped));
    }

    // B42, T5
    void aFaultWhileTheHostStartsIsTheCauseThatIsReported()
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
        h.builder.services().addHostedService<Faulty>("faulty", [] { return std::make_unique<Faulty>(true); },
                                                      {.onFailure = FailureBehaviour::StopHost});
        h.builder.services().addHostedService<Slow>("slow", [] { return std::make_unique<Slow>(); });
        const auto started = h.start();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), QStringLiteral("broken"));
    }

    // T6
    void aSuspendedBodyIsDestroyedAtTheDeadline()
    {
        InlineHost h;
        h.builder.services().addHostedService<Worker>("late", [&] { return std::make_unique<Worker>(h.journal, Worker::Ignore); });
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(30s);
        QVERIFY(stopped->ended);
        QVERIFY(stopped->value->anythingAbandoned());
        QCOMPARE(h.journal.text(), QStringLiteral("execute frame-gone destroyed"));
        QCOMPARE(said(h.controller("late").status().lastOutcome), said(std::optional(Outcome::Abandoned)));
    }

    void aBodyThatUnwindsAfterTheDeadlineInAFewTurnsIsNotAbandoned()
    {
        // Called with a token that is stopped already (B20): the loop turns that it needs are granted.
        InlineHost h;
        h.builder.configure<HostOptions>([](HostOptions& o) { o.shutdownTimeout = 0ms; });
        h.builder.services().addHostedService<Worker>("quick", [&] { return std::make_unique<Worker>(h.journal); });
        h.start();
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QVERIFY(!stopped->value->anythingAbandoned());
    }
};

QTEST_GUILESS_MAIN(TestBackgroundService)
#include "tst_backgroundservice.moc"

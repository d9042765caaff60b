// What the stop of a host owes to its time, and to whoever is lost, rolled back or in the middle of a command (T5, T6, T14).
#include "blocker.h"
#include "recorder.h"

#include <semaphore>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Does not start, once the other one blocks.
class FailsThen final : public HostedService
{
public:
    explicit FailsThen(std::shared_ptr<Blocker::Gate> gate) : m_gate(std::move(gate)) {}
    Task<> start(std::stop_token) override
    {
        m_gate->entered.acquire();
        throw std::runtime_error("no");
        co_return;
    }
    Task<> stop(std::stop_token) override { co_return; }

private:
    std::shared_ptr<Blocker::Gate> m_gate;
};

/// Says when somebody destroys it.
struct Used
{
    explicit Used(std::atomic<bool>& own) : gone(own) {}
    ~Used() { gone = true; }
    Used(const Used&) = delete;
    Used& operator=(const Used&) = delete;
    std::atomic<bool>& gone;
};

} // namespace

class TestHostLate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T5, T6
    void whoIsAbandonedInARollBackIsInTheResultOfTheStop()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "a", .gate = &never, .waitIn = "stop", .listens = false});
        addRecorder(h, {.name = "b", .failIn = "start"});
        const auto started = h.start();
        QVERIFY(!started->ended);
        h.clock.advance(30s);
        QCOMPARE(started->what(), QStringLiteral("b start"));
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QCOMPARE(abandoned(*stopped->value), QStringList{QStringLiteral("a")});
        QCOMPARE(stopped->value->exitCode(), 6);
    }

    // T5, T14
    void aStopInAHurryEndsARollBackAtOnce()
    {
        InlineHost h;
        Event never;
        std::stop_source hurry;
        addRecorder(h, {.name = "a", .gate = &never, .waitIn = "stop", .listens = false});
        addRecorder(h, {.name = "b", .failIn = "start"});
        const auto started = h.start();
        const auto stopped = h.stop(hurry.get_token());
        QVERIFY(!started->ended && !stopped->ended);
        hurry.request_stop();
        h.clock.settle();
        QVERIFY(started->ended && stopped->ended);
        QCOMPARE(started->what(), QStringLiteral("b start"));
        QVERIFY(stopped->value->waitGivenUp);
        QCOMPARE(abandoned(*stopped->value), QStringList{QStringLiteral("a")});
    }

    // B19, T6
    void aServiceInTheMiddleOfACommandEndsWithinTheTimeOfTheHost()
    {
        InlineHost h;
        Event never;
        addRecorder(h, {.name = "needed"});
        addRecorder(h, {.name = "late", .gate = &never, .waitIn = "stop", .listens = false}, {.needs = {"needed"}});
        addRecorder(h, {.name = "slow", .gate = &never, .waitIn = "stop", .listens = false});
        h.start();
        const auto command = h.launch(h.controller("late").stop(1h));
        const auto stopped = h.stop();
        h.clock.advance(30s);
        QVERIFY(command->ended);
        QVERIFY(stopped->ended);
        auto late = abandoned(*stopped->value);
        late.sort();
        QCOMPARE(late, (QStringList{QStringLiteral("late"), QStringLiteral("slow")}));
        QVERIFY(h.journal.lines().contains(QStringLiteral("needed.stop")));
        QVERIFY(h.journal.lines().indexOf(QStringLiteral("late.destroyed")) < h.journal.lines().indexOf(QStringLiteral("needed.stop")));
    }

    // T14
    void aHurriedStopDoesNotWaitForACommand()
    {
        InlineHost h;
        Event never;
        std::stop_source hurry;
        addRecorder(h, {.name = "needed"});
        addRecorder(h, {.name = "late", .gate = &never, .waitIn = "stop", .listens = false}, {.needs = {"needed"}});
        h.start();
        const auto command = h.launch(h.controller("late").stop(Milliseconds::max()));
        const auto stopped = h.stop(hurry.get_token());
        QVERIFY(!command->ended && !stopped->ended);
        hurry.request_stop();
        h.clock.settle();
        QVERIFY(command->ended && stopped->ended);
        QCOMPARE(h.controller("late").status().reason, std::string("was not waited for; abandoned"));
    }

    // T7, T14
    void eachOneWhoStopsMayHurry_data()
    {
        QTest::addColumn<int>("who");
        QTest::newRow("first") << 0;
        QTest::newRow("second") << 1;
    }

    // T7, T14
    void eachOneWhoStopsMayHurry()
    {
        QFETCH(int, who);
        InlineHost h;
        Event never;
        std::array<std::stop_source, 2> hurry;
        addRecorder(h, {.name = "a", .gate = &never, .waitIn = "stop", .listens = false});
        h.start();
        const auto first = h.stop(hurry[0].get_token());
        const auto second = h.stop(hurry[1].get_token());
        QVERIFY(!first->ended && !second->ended);
        hurry.at(std::size_t(who)).request_stop();
        h.clock.settle();
        QVERIFY(first->ended && second->ended);
        QVERIFY(first->value->waitGivenUp);
    }

    // T6
    void whatAServiceThatIsLostUsesIsLeftAlone_data()
    {
        QTest::addColumn<bool>("inRollBack");
        QTest::newRow("byCommand") << false;
        QTest::newRow("inRollBack") << true;
    }

    // T6
    void whatAServiceThatIsLostUsesIsLeftAlone()
    {
        QFETCH(bool, inRollBack);
        std::atomic<bool> gone = false;
        const auto gate = std::make_shared<Blocker::Gate>();
        TaskScope tasks;
        HostBuilder builder;
        builder.addLogSink(std::make_shared<MemorySink>()).configure<HostOptions>([](HostOptions& o) {
            o.shutdownTimeout = 10ms;
            o.reapTimeout = 10ms;
        });
        builder.services().addSingleton<Used>([&] { return std::make_unique<Used>(gone); });
        builder.services().addHostedService<Blocker>("lost", [gate](Used&) { return std::make_unique<Blocker>(gate); },
                                                    {.affinity = Affinity::Dedicated});
        if (inRollBack)
            builder.services().addHostedService<FailsThen>("fails", [gate] { return std::make_unique<FailsThen>(gate); });
        auto host = builder.build();
        const auto started = std::make_shared<Outcomes<void>>();
        tasks.spawn(observe(host->start(), started));
        QTRY_VERIFY(started->ended);
        QCOMPARE(bool(started->error), inRollBack);
        if (!inRollBack) {
            gate->entered.acquire();
            const auto command = std::make_shared<Outcomes<ServiceStopResult>>();
            std::atomic<bool> done = false;
            std::optional<TaskScope> there;
            host->mailbox()->post([&] { there.emplace().spawn(observe(host->controllers().find("lost")->stop(), command)); });
            const auto look = [&] {
                host->mailbox()->post([&] { done = command->ended; });
                return done.load();
            };
            QTRY_VERIFY(look());
            std::binary_semaphore cleared{0};
            host->mailbox()->post([&] {
                there.reset();
                cleared.release();
            });
            cleared.acquire();
            QVERIFY(command->value->threadAlive);
        }
        const auto closed = std::make_shared<Outcomes<HostStopResult>>();
        tasks.spawn(observe(host->close(), closed));
        QTRY_VERIFY(closed->ended);
        QVERIFY(closed->value->threadsAlive());
        QCOMPARE(abandoned(*closed->value), QStringList{QStringLiteral("lost")});
        QCOMPARE(closed->value->exitCode(), 6);
        QVERIFY(!gone);
        host.reset();
        QVERIFY(!gone);
        gate->go.release(); // so that the thread ends before the test
        QTRY_VERIFY(gone);  // with what had held it
    }
};

QTEST_GUILESS_MAIN(TestHostLate)
#include "tst_hostlate.moc"

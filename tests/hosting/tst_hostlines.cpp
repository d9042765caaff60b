// Services that a host starts and stops one after the other: what is called when, though the host thread is not asked between two calls
// in one worker (B3, B8, B16, B18, T5, T6).
#include "recorder.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

QString calls(const InlineHost& h, const char* step)
{
    QStringList out;
    for (const auto& line : h.journal.lines()) {
        if (line.endsWith(QLatin1Char('.') + QLatin1String(step))
            || line.endsWith(QLatin1Char('.') + QLatin1String(step) + QStringLiteral("-ended")))
            out << line;
    }
    return out.join(QLatin1Char(' '));
}

struct First
{
    explicit First(Journal& journal) { journal.add("first"); }
};
struct Second
{
    explicit Second(Journal& journal) { journal.add("second"); }
};

/// Fails in its first turn.
class FailsAtOnce final : public BackgroundService
{
protected:
    Task<> execute(std::stop_token) override
    {
        throw std::runtime_error("broken");
        co_return;
    }
};

/// Says when it executes.
class Says final : public BackgroundService
{
public:
    Says(Journal& journal, std::string name) : m_journal(journal), m_name(std::move(name)) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_journal.add(m_name + ".executes");
        co_await untilStopped(stopping);
        m_journal.add(m_name + ".ends");
    }

private:
    Journal& m_journal;
    std::string m_name;
};

void addFour(InlineHost& h, Recorder::Plan odd, ServiceOptions options = {})
{
    for (const char* name : {"a", "b", "c", "d"}) {
        if (odd.name == name)
            addRecorder(h, odd, options);
        else
            addRecorder(h, {.name = name});
    }
}

} // namespace

class TestHostLines : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B3
    void aCallOfAStartBeginsWhenTheOneBeforeHasEnded_data()
    {
        QTest::addColumn<QString>("step");
        for (const char* step : {"starting", "start", "started"})
            QTest::newRow(step) << QString::fromLatin1(step);
    }
    void aCallOfAStartBeginsWhenTheOneBeforeHasEnded()
    {
        QFETCH(const QString, step);
        InlineHost h;
        Event gate;
        addFour(h, {.name = "b", .gate = &gate, .waitIn = step.toStdString()});
        const auto started = h.start();
        h.clock.advance(1h);
        QVERIFY(!started->ended);
        QCOMPARE(calls(h, step.toLatin1()), QStringLiteral("a.%1 b.%1").arg(step));
        gate.set();
        h.clock.settle();
        QVERIFY(started->ended && !started->error);
        QCOMPARE(calls(h, step.toLatin1()), QStringLiteral("a.%1 b.%1 b.%1-ended c.%1 d.%1").arg(step));
    }

    // B16
    void aCallOfAStopBeginsWhenTheOneBeforeHasEnded_data()
    {
        QTest::addColumn<QString>("step");
        for (const char* step : {"stopping", "stop", "stopped"})
            QTest::newRow(step) << QString::fromLatin1(step);
    }
    void aCallOfAStopBeginsWhenTheOneBeforeHasEnded()
    {
        QFETCH(const QString, step);
        InlineHost h;
        Event gate;
        addFour(h, {.name = "c", .gate = &gate, .waitIn = step.toStdString()});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(1s);
        QVERIFY(!stopped->ended);
        QCOMPARE(calls(h, step.toLatin1()), QStringLiteral("d.%1 c.%1").arg(step));
        gate.set();
        h.clock.settle();
        QVERIFY(stopped->ended);
        QCOMPARE(calls(h, step.toLatin1()), QStringLiteral("d.%1 c.%1 c.%1-ended b.%1 a.%1").arg(step));
        QCOMPARE(abandoned(*stopped->value), QStringList());
        QCOMPARE(calls(h, "destroyed"), QStringLiteral("d.destroyed c.destroyed b.destroyed a.destroyed"));
    }

    // B8, T5
    void behindAnErrorNobodyIsCalledAndItIsTheOnlyOne_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<QString>("stops");
        QTest::newRow("make") << QStringLiteral("make") << QString();
        QTest::newRow("starting") << QStringLiteral("starting") << QString();
        QTest::newRow("start") << QStringLiteral("start") << QStringLiteral("b.stop a.stop");
        QTest::newRow("started") << QStringLiteral("started") << QStringLiteral("d.stop c.stop b.stop a.stop");
    }
    void behindAnErrorNobodyIsCalledAndItIsTheOnlyOne()
    {
        QFETCH(const QString, step);
        QFETCH(const QString, stops);
        InlineHost h;
        addFour(h, {.name = "c", .failIn = step.toStdString()});
        const auto started = h.start();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), QStringLiteral("c ") + step);
        QVERIFY(!h.journal.lines().contains(QStringLiteral("d.") + (step == QStringLiteral("make") ? QStringLiteral("made") : step)));
        QCOMPARE(calls(h, "stop"), stops);
        QStringList told;
        for (const auto& line : h.log->lines()) {
            if (line.level >= LogLevel::Warning && !line.service.isEmpty())
                told << line.service;
        }
        told.removeDuplicates();
        QCOMPARE(told, QStringList{QStringLiteral("c")});
        QVERIFY(h.state("c") == ServiceState::Failed);
        for (const char* name : {"a", "b", "d"})
            QVERIFY(h.state(name) == ServiceState::Stopped);
        QCOMPARE(h.journal.lines().filter(QStringLiteral(".made")).size(), h.journal.lines().filter(QStringLiteral(".destroyed")).size());
    }

    // B18
    void anErrorOfAStopKeepsNobodyFromBeingCalled()
    {
        InlineHost h;
        addFour(h, {.name = "c", .failIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QCOMPARE(calls(h, "stop"), QStringLiteral("d.stop c.stop b.stop a.stop"));
        QCOMPARE(stopped->value->errors.size(), std::size_t(1));
        QCOMPARE(stopped->value->errors.front().name, std::string("c"));
    }

    // B5, B7
    void whoIsBehindACancelledCallIsNotCalled()
    {
        InlineHost h;
        Event never;
        std::stop_source cancel;
        addFour(h, {.name = "b", .gate = &never, .waitIn = "start"});
        const auto started = h.start(cancel.get_token());
        cancel.request_stop();
        h.clock.settle();
        QVERIFY(started->ended && isCancellation(started->error));
        QCOMPARE(calls(h, "start"), QStringLiteral("a.start b.start"));
        QCOMPARE(calls(h, "stop"), QStringLiteral("a.stop"));
    }

    // T6
    void aStopAbandonsWhoHangsInItsStartAndNobodyBehindIt()
    {
        InlineHost h;
        Event never;
        addFour(h, {.name = "b", .gate = &never, .waitIn = "start", .listens = false});
        const auto started = h.start();
        const auto stopped = h.stop();
        QVERIFY(!stopped->ended);
        h.clock.advance(30s);
        QVERIFY(started->ended && stopped->ended);
        QCOMPARE(abandoned(*stopped->value), QStringList{QStringLiteral("b")});
        QCOMPARE(calls(h, "start"), QStringLiteral("a.start b.start"));
        QCOMPARE(calls(h, "stop"), QStringLiteral("a.stop"));
        QVERIFY(h.state("c") == ServiceState::Stopped);
    }

    // B20, T6
    void behindOneThatIsLateEachHasItsCallAndItsTurns()
    {
        InlineHost h;
        Event never;
        addFour(h, {.name = "c", .gate = &never, .waitIn = "stop", .listens = false});
        addRecorder(h, {.name = "e", .gate = &never, .waitIn = "stopped"});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(29s);
        QCOMPARE(calls(h, "stop"), QStringLiteral("e.stop d.stop c.stop"));
        QVERIFY(!stopped->ended);
        h.clock.advance(1s);
        QVERIFY(stopped->ended);
        QCOMPARE(calls(h, "stop"), QStringLiteral("e.stop d.stop c.stop b.stop a.stop"));
        QCOMPARE(calls(h, "hurried"), QStringLiteral("b.hurried a.hurried"));
        QCOMPARE(abandoned(*stopped->value), QStringList{QStringLiteral("c")});
        QCOMPARE(calls(h, "stopped"), QStringLiteral("e.stopped d.stopped b.stopped a.stopped"));
    }

    // T6
    void theLimitOfOneCountsFromItsTurn()
    {
        InlineHost h;
        Event never;
        Event gate;
        for (const char* name : {"a", "b"})
            addRecorder(h, {.name = name});
        addRecorder(h, {.name = "c", .gate = &never, .waitIn = "stop", .listens = false}, {.stopTimeout = 5s});
        addRecorder(h, {.name = "d", .gate = &gate, .waitIn = "stop"});
        h.start();
        const auto stopped = h.stop();
        h.clock.advance(10s);
        gate.set();
        h.clock.advance(4s);
        QVERIFY(!h.journal.lines().contains(QStringLiteral("b.stop")));
        h.clock.advance(1s);
        QVERIFY(stopped->ended);
        QCOMPARE(abandoned(*stopped->value), QStringList{QStringLiteral("c")});
        QCOMPARE(calls(h, "hurried"), QString());
        QCOMPARE(calls(h, "stop"), QStringLiteral("d.stop d.stop-ended c.stop b.stop a.stop"));
    }

    // T7
    void aCommandWithALimitReachesWhoHangsInTheStopOfTheHost()
    {
        InlineHost h;
        Event never;
        addFour(h, {.name = "c", .gate = &never, .waitIn = "stop", .listens = false});
        h.start();
        const auto stopped = h.stop();
        const auto command = h.launch(h.controller("c").stop(1s));
        h.clock.advance(1s);
        QVERIFY(command->ended && stopped->ended);
        QCOMPARE(abandoned(*stopped->value), QStringList{QStringLiteral("c")});
        QCOMPARE(calls(h, "hurried"), QString());
        QCOMPARE(calls(h, "stop"), QStringLiteral("d.stop c.stop b.stop a.stop"));
    }

    void aCommandThatStopsOneBehindOneThatHangsEndsTheStart()
    {
        InlineHost h;
        Event gate;
        addFour(h, {.name = "b", .gate = &gate, .waitIn = "start"});
        const auto started = h.start();
        const auto command = h.launch(h.controller("c").stop());
        QVERIFY(command->ended && !started->ended);
        QVERIFY(command->value->kind == ServiceStopResult::Stopped);
        gate.set();
        h.clock.settle();
        QVERIFY(started->ended && isCancellation(started->error));
        QCOMPARE(calls(h, "start"), QStringLiteral("a.start b.start b.start-ended"));
    }

    // T20
    void singletonsAreMadeWhenTheFirstWhoNeedsThemIs()
    {
        InlineHost h;
        h.builder.services().addSingleton<First>([&h] { return std::make_unique<First>(h.journal); });
        h.builder.services().addSingleton<Second>([&h] { return std::make_unique<Second>(h.journal); });
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b"});
        for (const char* name : {"c", "d"}) {
            h.builder.services().addHostedService<Recorder>(
                name, [&h, name](First&) { return std::make_unique<Recorder>(h.journal, Recorder::Plan{.name = name}); });
        }
        h.builder.services().addHostedService<Recorder>(
            "e", [&h](First&, Second&) { return std::make_unique<Recorder>(h.journal, Recorder::Plan{.name = "e"}); });
        h.start();
        QCOMPARE(h.journal.lines().mid(0, 7).join(QLatin1Char(' ')), QStringLiteral("a.made b.made first c.made d.made second e.made"));
    }

    // B39, B42
    void behindAFaultThatStopsTheHostNobodyIsStarted()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.builder.services().addHostedService<FailsAtOnce>("b", {.onFailure = FailureBehaviour::StopHost});
        addRecorder(h, {.name = "c"});
        addRecorder(h, {.name = "d"});
        const auto started = h.start();
        QCOMPARE(started->what(), QStringLiteral("broken"));
        QCOMPARE(calls(h, "start"), QStringLiteral("a.start"));
    }

    void whatAServicePostsToItselfComesBeforeTheNextCall()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.builder.services().addHostedService<Says>("b", [&h] { return std::make_unique<Says>(h.journal, "b"); });
        addRecorder(h, {.name = "c"});
        h.start();
        h.stop();
        const auto lines = h.journal.lines();
        QVERIFY(lines.indexOf(QStringLiteral("b.executes")) < lines.indexOf(QStringLiteral("c.start")));
        QVERIFY(lines.indexOf(QStringLiteral("c.stop")) < lines.indexOf(QStringLiteral("b.ends")));
        QVERIFY(lines.indexOf(QStringLiteral("b.ends")) < lines.indexOf(QStringLiteral("a.stop")));
    }

    void whoseHostIsDestroyedIsNotCalledAnyMore()
    {
        Event never;
        InlineHost h;
        addFour(h, {.name = "b", .gate = &never, .waitIn = "start", .listens = false});
        h.build();
        auto out = std::make_shared<Outcomes<void>>();
        h.tasks.spawn(observe(h.host->start(), out)); // what is posted has not run
        h.host.reset();
        h.clock.settle();
        QVERIFY(!h.journal.lines().contains(QStringLiteral("c.start")));
        QCOMPARE(h.journal.lines().filter(QStringLiteral(".made")).size(), h.journal.lines().filter(QStringLiteral(".destroyed")).size());
    }
};

QTEST_GUILESS_MAIN(TestHostLines)
#include "tst_hostlines.moc"

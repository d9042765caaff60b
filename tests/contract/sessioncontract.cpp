#include "sessioncontract.h"

#include "contractvalues.h"

#include <support/await.h>
#include <support/said.h>

#include <QTest>

#include <algorithm>

namespace turnspit {

using namespace std::chrono_literals;
using namespace contract;

void SessionContract::init()
{
    m_host = m_factory();
    QVERIFY(m_host);
}

void SessionContract::cleanup()
{
    m_host.reset();
}

ActionResult SessionContract::add(const QString& serviceName, const QString& text, bool start)
{
    if (auto provided = m_host->provide(serviceName, text, start))
        return *std::move(provided);
    AddRequest what;
    what.name = serviceName;
    what.text = text;
    what.start = start;
    const auto result = await(session().add(what));
    if (!result)
        qWarning("add: %s", result.error().text().c_str());
    return result.value_or(ActionResult{.name = {}, .ok = false, .error = {}, .note = {}});
}

Result<QList<ActionResult>> SessionContract::act(Action action, const QStringList& names)
{
    return await(session().act(request(action, names)));
}

ServiceInfo SessionContract::service(const QString& serviceName)
{
    const auto snapshot = await(session().snapshot());
    for (const ServiceInfo& each : snapshot ? snapshot->services : QList<ServiceInfo>()) {
        if (each.name == serviceName)
            return each;
    }
    return {};
}

bool SessionContract::exists(const QString& serviceName)
{
    return !service(serviceName).name.isEmpty();
}

LogPage SessionContract::readUntil(LogQuery query, const QByteArray& line)
{
    LogPage all;
    for (int round = 0; round < 100; ++round) {
        const auto page = await(session().followLog(query));
        if (!page)
            break;
        all.entries.append(page->entries);
        query.cursor = page->cursor;
        if (textsOf(page->entries).contains(line) || (page->atEnd && !page->live))
            break;
    }
    return all;
}

void SessionContract::noAnswerComesBeforeTheAwaitingFunctionReturnedToTheLoop()
{
    add(name("a"), sleeper);
    HostSession& s = session();
    const Begun snapshot(s.snapshot());
    QVERIFY(!snapshot.isDone());
    const Begun subscribe(s.subscribe());
    QVERIFY(!subscribe.isDone());
    QVERIFY(spinUntil([&] { return subscribe.isDone(); }));
    const Begun kept(s.snapshot());
    QVERIFY(!kept.isDone());
    const Begun acted(s.act(request(Action::Stop, {name("a")})));
    QVERIFY(!acted.isDone());
    const Begun unknown(s.act(request(Action::Stop, {name("nobody")})));
    QVERIFY(!unknown.isDone());
    const Begun run(s.run(name("a"), Trigger::Ctl));
    QVERIFY(!run.isDone());
    const Begun waited(s.awaitState(name("a"), name("stopped"), std::nullopt));
    QVERIFY(!waited.isDone());
    const Begun runs(s.runs({}));
    QVERIFY(!runs.isDone());
    const Begun next(s.nextRuns(1));
    QVERIFY(!next.isDone());
    const Begun events(s.events({}));
    QVERIFY(!events.isDone());
    const Begun stops(s.stopping());
    QVERIFY(!stops.isDone());
    const Begun status(s.hostStatus());
    QVERIFY(!status.isDone());
    const Begun definition(s.definition(name("a")));
    QVERIFY(!definition.isDone());
    const Begun check(s.check(name("a"), sleeper));
    QVERIFY(!check.isDone());
    LogQuery query;
    query.service = name("a");
    const Begun log(s.readLog(query));
    QVERIFY(!log.isDone());
    QVERIFY(spinUntil([&] {
        return snapshot.isDone() && kept.isDone() && acted.isDone() && unknown.isDone() && run.isDone() && waited.isDone()
               && runs.isDone() && next.isDone() && events.isDone() && status.isDone() && definition.isDone() && check.isDone()
               && log.isDone();
    }));
}

void SessionContract::nothingIsAskedUntilTheTaskIsAwaited()
{
    add(name("a"), sleeper);
    {
        const auto never = session().act(request(Action::Start, {name("a")}));
        QVERIFY(await(session().hostStatus()));
    }
    QCOMPARE(said(service(name("a")).state), said(ServiceState::Stopped));
}

void SessionContract::anUnknownNameIsNoSuchServiceAndNothingIsDone()
{
    add(name("a"), sleeper);
    const auto result = act(Action::Start, {name("a"), name("nobody")});
    QCOMPARE(said(kindOf(result)), said(ErrorKind::NoSuchService));
    QVERIFY(result.error().message.contains("nobody"));
    QCOMPARE(said(service(name("a")).state), said(ServiceState::Stopped));
}

void SessionContract::unknownNamesAreNamedByEveryCallThatTakesOne()
{
    const QString nobody = name("nobody");
    HostSession& s = session();
    QCOMPARE(said(kindOf(await(s.run(nobody, Trigger::Ctl)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(s.extendStop(nobody, 1s)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(s.awaitState(nobody, name("running"), 1s)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(s.definition(nobody)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(s.remove(nobody)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(s.usage(nobody)))), said(ErrorKind::NoSuchService));
    UpdateRequest update;
    update.name = nobody;
    update.edits = {{name("group"), name("x")}};
    QCOMPARE(said(kindOf(await(s.update(update)))), said(ErrorKind::NoSuchService));
    LogQuery query;
    query.service = nobody;
    QCOMPARE(said(kindOf(await(s.readLog(query)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(s.followLog(query)))), said(ErrorKind::NoSuchService));
}

void SessionContract::subscribeGivesASnapshotThenConsecutiveDeltas()
{
    add(name("a"), sleeper);
    QList<Snapshot> snapshots;
    QList<Delta> deltas;
    QObject context;
    connect(&session(), &HostSession::snapshotReplaced, &context, [&](const Snapshot& each) {
        QVERIFY(deltas.isEmpty());
        snapshots.append(each);
    });
    connect(&session(), &HostSession::deltaArrived, &context, [&](const Delta& each) {
        QVERIFY(!snapshots.isEmpty());
        deltas.append(each);
    });
    QVERIFY(await(session().subscribe()));
    QVERIFY(spinUntil([&] { return !snapshots.isEmpty(); }));
    QCOMPARE(snapshots.size(), 1);
    QCOMPARE(snapshots.first().services.size(), 1);

    QVERIFY(act(Action::Start, {name("a")}));
    add(name("b"), sleeper);
    QVERIFY(await(session().remove(name("b"))));
    QVERIFY(spinUntil([&] { return !deltas.isEmpty() && deltas.last().removed.contains(name("b")); }));
    QCOMPARE(snapshots.size(), 1);
    quint64 revision = snapshots.first().revision.value;
    bool ran = false;
    for (const Delta& delta : deltas) {
        QCOMPARE(said(delta.revision.value), said(++revision));
        ran = ran || std::any_of(delta.changed.begin(), delta.changed.end(), [](const ServiceInfo& each) {
            return each.name == name("a") && each.state == ServiceState::Running && each.pid;
        });
    }
    QVERIFY(ran);
    const auto now = await(session().snapshot());
    QVERIFY(now);
    QVERIFY(now->revision >= deltas.last().revision);
    QCOMPARE(now->services.size(), 1);
}

void SessionContract::aSnapshotShowsWhatACommandDid()
{
    QVERIFY(await(session().subscribe()));
    for (int round = 0; round < 5; ++round) {
        const QString each = QStringLiteral("s%1").arg(round);
        add(each, sleeper);
        QVERIFY(exists(each));
        QVERIFY(act(Action::Start, {each}));
        QCOMPARE(said(service(each).state), said(ServiceState::Running));
        QVERIFY(act(Action::Stop, {each}));
        QCOMPARE(said(service(each).state), said(ServiceState::Stopped));
    }
}

void SessionContract::snapshotsAreSortedByName()
{
    for (const char* each : {"c", "a", "B", "a2"})
        add(name(each), sleeper);
    for (int round = 0; round < 2; ++round) {
        const auto snapshot = await(session().snapshot());
        QVERIFY(snapshot);
        QCOMPARE(snapshot->services.size(), 4);
        QVERIFY(std::is_sorted(snapshot->services.begin(), snapshot->services.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
        QVERIFY(await(session().subscribe()));
    }
}

void SessionContract::awaitStateIsSatisfiedByThePresent()
{
    add(name("a"), sleeper);
    auto reached = await(session().awaitState(name("a"), name("stopped"), 5s));
    QVERIFY(reached);
    QCOMPARE(reached->name, name("a"));
    QVERIFY(await(session().awaitState(name("a"), name("ended"), 5s)));
}

void SessionContract::awaitStateIsSatisfiedByAStatePassedThrough()
{
    const QString a = name("a");
    add(a, sleeper);
    Begun running(session().awaitState(a, name("running"), std::nullopt));
    Begun stopping(session().awaitState(a, name("stopping"), std::nullopt));
    QVERIFY(act(Action::Start, {a}));
    QVERIFY(running.value());
    QVERIFY(!stopping.isDone());
    QVERIFY(act(Action::Stop, {a}));
    QVERIFY(stopping.value());
}

void SessionContract::awaitStateTimesOut()
{
    add(name("a"), sleeper);
    QCOMPARE(said(kindOf(await(session().awaitState(name("a"), name("running"), 20ms)))), said(ErrorKind::TimedOut));
    QCOMPARE(said(kindOf(await(session().awaitState(name("a"), name("running"), 0ms)))), said(ErrorKind::TimedOut));
}

void SessionContract::awaitStateRefusesAWordThatIsNoState()
{
    add(name("a"), sleeper);
    QVERIFY(!await(session().awaitState(name("a"), name("asleep"), 5s)));
}

void SessionContract::nextRunsAreEarliestFirst()
{
    add(name("a"), scheduled);
    add(name("b"), scheduled);
    QVERIFY(act(Action::Start, {name("a"), name("b")}));
    const auto next = await(session().nextRuns(20));
    QVERIFY(next);
    QVERIFY(next->size() >= 2);
    QVERIFY(std::is_sorted(next->begin(), next->end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
    QCOMPARE(await(session().nextRuns(1))->size(), 1);
    const auto ofOne = await(session().nextRuns(20, name("b")));
    QVERIFY(ofOne && !ofOne->isEmpty());
    QVERIFY(std::all_of(ofOne->begin(), ofOne->end(), [](const PlannedRun& run) { return run.service == name("b"); }));
    QCOMPARE(said(kindOf(await(session().nextRuns(1, name("nobody"))))), said(ErrorKind::NoSuchService));
}

void SessionContract::eventsAreLimited()
{
    EventQuery query;
    const auto events = await(session().events(query));
    QVERIFY(events);
    query.limit = 1;
    const auto one = await(session().events(query));
    QVERIFY(one);
    QVERIFY(one->size() <= 1);
    query.since = wallClockNow() + std::chrono::hours(24 * 365);
    QVERIFY(await(session().events(query))->isEmpty());
}

void SessionContract::hostStatusSaysWhoItIs()
{
    const auto host = await(session().hostStatus());
    QVERIFY(host);
    QVERIFY(!host->host.isEmpty());
    QVERIFY(host->pid > 0);
    QVERIFY(!host->version.isEmpty());
    QVERIFY(!host->shuttingDown);
    QCOMPARE(await(session().snapshot())->host.host, host->host);
}

void SessionContract::shutdownAnswersWhenItHasBegun()
{
    QVERIFY(await(session().shutdown()));
}

void SessionContract::usageOfSeveralServicesComesInTheOrderOfTheirNames()
{
    add(name("a"), sleeper);
    add(name("b"), sleeper);
    QVERIFY(act(Action::Start, {name("a"), name("b")}));
    const auto usage = await(session().usageHistory({{name("b"), name("nobody"), name("a")}, 24h, {}}));
    QVERIFY(usage);
    QStringList names;
    for (const ServiceUsage& each : *usage) {
        names += each.name;
        QVERIFY(std::ranges::is_sorted(each.samples, {}, &UsageSample::time));
    }
    QCOMPARE(names, (QStringList{name("b"), name("nobody"), name("a")}));
    QVERIFY(usage->at(1).samples.isEmpty());
    const auto later = await(session().usageHistory({{name("a")}, 24h, wallClockNow() + 1h}));
    QVERIFY(later && later->value(0).samples.isEmpty());
    QVERIFY(await(session().usageHistory({}))->isEmpty());
}

void SessionContract::usageIsOfTheLastTenMinutesOldestFirst()
{
    const QString a = name("a");
    add(a, sleeper);
    const auto none = await(session().usage(a));
    QVERIFY(none);
    QVERIFY(none->isEmpty()); // it never ran, and nobody samples because of the question
    QVERIFY(act(Action::Start, {a}));
    const auto samples = await(session().usage(a));
    QVERIFY(samples);
    QVERIFY(std::is_sorted(samples->begin(), samples->end(), [](const auto& x, const auto& y) { return x.time < y.time; }));
    for (const UsageSample& sample : *samples)
        QVERIFY(sample.time > wallClockNow() - 11min && (!sample.memoryBytes || *sample.memoryBytes >= 0));
}

void SessionContract::pendingCallsAreCancelledWhenTheSessionIsDestroyed()
{
    const QString a = name("a");
    add(a, sleeper);
    QVERIFY(act(Action::Start, {a}));
    LogQuery query;
    query.service = a;
    query.streams = name("e");
    const Begun following(session().followLog(query));
    const Begun waiting(session().awaitState(a, name("stopped"), std::nullopt));
    const Begun fresh(session().snapshot());
    m_host->destroySession();
    QVERIFY(spinUntil([&] { return following.isDone() && waiting.isDone() && fresh.isDone(); }));
    QVERIFY(following.wasCancelled());
    QVERIFY(waiting.wasCancelled());
}

} // namespace turnspit

#include "sessioncontract.h"

#include <support/await.h>
#include <support/said.h>
#include <support/sanitizers.h>

#include <QSignalSpy>
#include <QTest>

#include <algorithm>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

QString name(const char* text) { return QString::fromLatin1(text); }

const QString sleeper = QStringLiteral("command = [\"sleep\", \"1000\"]\nautostart = false\n");
const QString scheduled = QStringLiteral("command = [\"true\"]\nautostart = false\n\n[schedule]\nevery = \"1h\"\n");
const QString quick = QStringLiteral("command = [\"true\"]\nmanual = true\n");
const QString failing = QStringLiteral("command = [\"false\"]\nmanual = true\n");
const QString counting = QStringLiteral("command = [\"seq\", \"1\", \"50\"]\nmanual = true\n");

ActionRequest request(Action action, const QStringList& names)
{
    ActionRequest out;
    out.action = action;
    out.names = names;
    return out;
}

QStringList namesOf(const QList<ActionResult>& results)
{
    QStringList names;
    for (const ActionResult& result : results)
        names.append(result.name);
    return names;
}

QList<QByteArray> textsOf(const QList<LogEntryInfo>& entries)
{
    QList<QByteArray> texts;
    for (const LogEntryInfo& entry : entries)
        texts.append(entry.text);
    return texts;
}

template <class T>
ErrorKind kindOf(const Result<T>& result)
{
    return result ? ErrorKind::Cancelled : result.error().kind; // no call of this suite is cancelled with an answer
}

} // namespace

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

void SessionContract::resultsAreSortedByName()
{
    for (const char* each : {"c", "a", "b"})
        add(name(each), sleeper);
    const auto result = act(Action::Stop, {name("c"), name("a"), name("b"), name("a")});
    QVERIFY(result);
    QCOMPARE(namesOf(*result), (QStringList{name("a"), name("b"), name("c")}));
    for (const ActionResult& each : *result) {
        QVERIFY(each.ok);
        QVERIFY(!each.error);
        QCOMPARE(said(each.state), said(ServiceState::Stopped));
    }
}

void SessionContract::allAndGroupAndNamesAddUp()
{
    add(name("a"), sleeper);
    add(name("b"), sleeper + QStringLiteral("group = \"shop\"\n"));
    add(name("c"), sleeper + QStringLiteral("group = \"shop\"\n"));
    add(name("d"), sleeper);
    ActionRequest shop = request(Action::Stop, {name("a")});
    shop.group = name("shop");
    auto result = await(session().act(shop));
    QVERIFY(result);
    QCOMPARE(namesOf(*result), (QStringList{name("a"), name("b"), name("c")}));
    ActionRequest everything = request(Action::Stop, {});
    everything.all = true;
    result = await(session().act(everything));
    QVERIFY(result);
    QCOMPARE(result->size(), 4);
}

void SessionContract::startStopRestartAndKillAnswerWhenDone()
{
    const QString a = name("a");
    add(a, sleeper);
    auto result = act(Action::Start, {a});
    QVERIFY(result);
    QCOMPARE(said(result->first().state), said(ServiceState::Running));
    const auto firstPid = service(a).pid;
    QVERIFY(firstPid);

    result = act(Action::Restart, {a});
    QVERIFY(result);
    QCOMPARE(said(result->first().state), said(ServiceState::Running));
    QVERIFY(service(a).pid);
    QVERIFY(service(a).pid != firstPid);

    result = act(Action::Stop, {a});
    QVERIFY(result);
    QCOMPARE(said(result->first().state), said(ServiceState::Stopped));
    QVERIFY(!service(a).pid);
    QCOMPARE(said(service(a).lastOutcome), said(Outcome::Stopped));

    QVERIFY(act(Action::Start, {a}));
    result = act(Action::Kill, {a});
    QVERIFY(result);
    QCOMPARE(said(result->first().state), said(ServiceState::Stopped));
    QCOMPARE(said(service(a).lastOutcome), said(Outcome::Killed));
}

void SessionContract::startingWhatRunsAndStoppingWhatIsStoppedIsFine()
{
    const QString a = name("a");
    add(a, sleeper);
    auto result = act(Action::Stop, {a});
    QVERIFY(result && result->first().ok);
    QVERIFY(act(Action::Start, {a}));
    const auto pid = service(a).pid;
    result = act(Action::Start, {a});
    QVERIFY(result && result->first().ok);
    QCOMPARE(said(service(a).pid), said(pid));
}

void SessionContract::aScheduledServiceIsArmedByStartAndDisarmedByStop()
{
    const QString a = name("a");
    add(a, scheduled);
    auto result = act(Action::Start, {a});
    QVERIFY(result);
    QCOMPARE(said(result->first().state), said(ServiceState::Waiting));
    QVERIFY(service(a).nextRun);
    result = act(Action::Stop, {a});
    QVERIFY(result);
    QCOMPARE(said(result->first().state), said(ServiceState::Stopped));
    QVERIFY(!service(a).nextRun);
}

void SessionContract::holdAndResumeAreForWhatTicks()
{
    add(name("kept"), sleeper);
    add(name("ticks"), scheduled);
    QVERIFY(act(Action::Start, {name("ticks")}));
    auto result = act(Action::Hold, {name("kept"), name("ticks")});
    QVERIFY(result);
    QCOMPARE(result->size(), 2);
    QVERIFY(!result->at(0).ok);
    QVERIFY(result->at(0).error);
    QVERIFY(result->at(1).ok);
    QCOMPARE(said(service(name("ticks")).state), said(ServiceState::Waiting));
    QVERIFY(service(name("ticks")).flags.contains(name("held")));
    QVERIFY(!service(name("ticks")).nextRun);
    QVERIFY(act(Action::Resume, {name("ticks")}));
    QVERIFY(!service(name("ticks")).flags.contains(name("held")));
    QVERIFY(service(name("ticks")).nextRun);
}

void SessionContract::aHoldMayEndByItself()
{
    const QString a = name("a");
    add(a, scheduled);
    QVERIFY(act(Action::Start, {a}));
    ActionRequest hold = request(Action::Hold, {a});
    hold.until = wallClockNow() - 1s;
    QCOMPARE(said(kindOf(await(session().act(hold)))), said(ErrorKind::Refused));
    QVERIFY(!service(a).flags.contains(name("held")));
    QVERIFY(await(session().holds())->isEmpty());

    QVERIFY(await(session().subscribe()));
    hold.until = wallClockNow() + 400ms;
    QVERIFY(await(session().act(hold)));
    QVERIFY(service(a).flags.contains(name("held")));
    const auto holds = await(session().holds());
    QVERIFY(holds);
    QCOMPARE(holds->size(), 1);
    QVERIFY(holds->first() == (HoldInfo{a, *hold.until}));
    QVERIFY(spinUntil([&] { return !service(a).flags.contains(name("held")); }));
    QVERIFY(wallClockNow() >= *hold.until);
    QVERIFY(service(a).nextRun);
    QVERIFY(await(session().holds())->isEmpty());
}

void SessionContract::theEndOfAHoldIsToldWhereNothingElseIsAnother()
{
    const QString a = name("a");
    add(a, scheduled);
    QVERIFY(act(Action::Start, {a}));
    ActionRequest hold = request(Action::Hold, {a});
    hold.until = wallClockNow() + 1h;
    QVERIFY(await(session().act(hold)));
    QVERIFY(await(session().subscribe()));
    bool told = false;
    const auto note = connect(&session(), &HostSession::deltaArrived, this, [&](const Delta& delta) {
        told = told || std::ranges::any_of(delta.changed, [&](const ServiceInfo& row) { return row.name == a; });
    });
    hold.until = *hold.until + 1h;
    QVERIFY(await(session().act(hold)));
    QVERIFY(spinUntil([&] { return told; }));
    told = false;
    QVERIFY(await(session().holds())->first() == (HoldInfo{a, *hold.until}));
    // One without an end takes its place, and a resume any.
    QVERIFY(act(Action::Hold, {a}));
    QVERIFY(spinUntil([&] { return told; }));
    QVERIFY(await(session().holds())->isEmpty());
    QVERIFY(service(a).flags.contains(name("held")));
    disconnect(note);
    QVERIFY(await(session().act(hold)));
    QVERIFY(act(Action::Resume, {a}));
    QVERIFY(await(session().holds())->isEmpty());
}

void SessionContract::disableAndEnableEditTheFile()
{
    const QString a = name("a");
    add(a, sleeper);
    auto result = act(Action::Disable, {a});
    QVERIFY(result && result->first().ok);
    QCOMPARE(said(service(a).state), said(ServiceState::Disabled));
    auto definition = await(session().definition(a));
    QVERIFY(definition);
    QVERIFY(definition->text.contains(QLatin1StringView("disabled = true")));
    result = act(Action::Start, {a});
    QVERIFY(result);
    QVERIFY(!result->first().ok);
    QVERIFY(result->first().error->contains(QLatin1StringView("enable")));
    result = act(Action::Enable, {a});
    QVERIFY(result && result->first().ok);
    QVERIFY(service(a).state != ServiceState::Disabled);
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

void SessionContract::runBeginsOneRunAndAwaitRunGivesItsRecord()
{
    add(name("good"), quick);
    add(name("bad"), failing);
    const auto begun = await(session().run(name("good"), Trigger::Window));
    QVERIFY(begun);
    QCOMPARE(begun->service, name("good"));
    QCOMPARE(said(begun->trigger), said(Trigger::Window));
    QVERIFY(begun->id);
    auto ended = await(session().awaitRun(begun->id));
    QVERIFY(ended);
    QCOMPARE(said(ended->outcome), said(Outcome::Succeeded));
    QCOMPARE(said(ended->exitCode), said(0));
    QVERIFY(ended->end);
    QVERIFY(ended->duration);
    QVERIFY(await(session().awaitRun(begun->id))); // at once: it has ended

    const auto failed = await(session().run(name("bad"), Trigger::Ctl));
    QVERIFY(failed);
    QVERIFY(failed->id > begun->id);
    ended = await(session().awaitRun(failed->id));
    QVERIFY(ended);
    QCOMPARE(said(ended->outcome), said(Outcome::Failed));
    QCOMPARE(said(ended->exitCode), said(1));
    QVERIFY(ended->reason);
}

void SessionContract::awaitRunOfAnUnknownRunIsAnError()
{
    QVERIFY(!await(session().awaitRun(RunId{987654})));
    QVERIFY(!await(session().stopRun(RunId{987654})));
}

void SessionContract::runRefusesAKeptServiceAndABusyOne()
{
    add(name("kept"), sleeper);
    QCOMPARE(said(kindOf(await(session().run(name("kept"), Trigger::Ctl)))), said(ErrorKind::Refused));
    add(name("busy"), sleeper + QStringLiteral("manual = true\n"));
    QVERIFY(await(session().run(name("busy"), Trigger::Ctl)));
    QCOMPARE(said(kindOf(await(session().run(name("busy"), Trigger::Ctl)))), said(ErrorKind::Refused));
}

void SessionContract::stopRunEndsTheRun()
{
    add(name("long"), sleeper + QStringLiteral("manual = true\n"));
    const auto begun = await(session().run(name("long"), Trigger::Ctl));
    QVERIFY(begun);
    Begun record(session().awaitRun(begun->id));
    QVERIFY(await(session().stopRun(begun->id)));
    const auto& ended = record.value();
    QVERIFY(ended);
    QCOMPARE(said(ended->outcome), said(Outcome::Stopped));
}

void SessionContract::extendStopIsRefusedWhereNoStopIsUnderWay()
{
    add(name("a"), sleeper);
    QCOMPARE(said(kindOf(await(session().extendStop(name("a"), 5s)))), said(ErrorKind::Refused));
}

void SessionContract::stoppingIsEmptyWhereNothingIsStopping()
{
    add(name("a"), sleeper);
    const auto stops = await(session().stopping());
    QVERIFY(stops);
    QCOMPARE(stops->size(), 0);
    QVERIFY(act(Action::Start, {name("a")}));
    QVERIFY(act(Action::Stop, {name("a")}));
    QCOMPARE(await(session().stopping())->size(), 0);
}

void SessionContract::runsAreNewestFirstAndPaged()
{
    add(name("a"), quick);
    add(name("b"), quick);
    QList<RunId> ids;
    for (int n = 0; n < 3; ++n) {
        for (const char* each : {"a", "b"}) {
            const auto begun = await(session().run(name(each), Trigger::Ctl));
            QVERIFY(begun);
            QVERIFY(await(session().awaitRun(begun->id)));
            ids.prepend(begun->id);
        }
    }
    const auto idsOf = [](const Result<QList<RunInfo>>& runs) {
        QList<RunId> out;
        for (const RunInfo& run : runs.value_or(QList<RunInfo>()))
            out.append(run.id);
        return out;
    };
    RunQuery query;
    QCOMPARE(said(idsOf(await(session().runs(query)))), said(ids));
    query.limit = 4;
    QCOMPARE(said(idsOf(await(session().runs(query)))), said(ids.mid(0, 4)));
    query.before = ids.at(3);
    QCOMPARE(said(idsOf(await(session().runs(query)))), said(ids.mid(4)));
    query = {};
    query.service = name("b");
    QCOMPARE(idsOf(await(session().runs(query))).size(), 3);
    query = {};
    query.id = ids.at(2);
    QCOMPARE(said(idsOf(await(session().runs(query)))), said(ids.mid(2, 1)));
    query = {};
    query.outcomes = {Outcome::Succeeded, Outcome::Killed};
    QCOMPARE(said(idsOf(await(session().runs(query)))), said(ids));
    query.outcomes = {Outcome::Failed};
    QVERIFY(await(session().runs(query))->isEmpty());
}

void SessionContract::aLogIsReadPageByPageToItsEnd()
{
    add(name("a"), counting);
    const auto begun = await(session().run(name("a"), Trigger::Ctl));
    QVERIFY(begun);
    QVERIFY(await(session().awaitRun(begun->id)));

    LogQuery query;
    query.service = name("a");
    query.streams = name("o");
    query.count = 7;
    QList<QByteArray> texts;
    QList<quint64> numbers;
    for (bool atEnd = false; !atEnd;) {
        const auto page = await(session().readLog(query));
        QVERIFY(page);
        QVERIFY(page->entries.size() <= 7);
        QVERIFY(!page->live);
        texts.append(textsOf(page->entries));
        for (const LogEntryInfo& entry : page->entries) {
            QCOMPARE(entry.stream, 'o');
            numbers.append(entry.n);
        }
        atEnd = page->atEnd;
        query.cursor = page->cursor;
        QVERIFY(texts.size() <= 50);
    }
    QList<QByteArray> expected;
    for (int n = 1; n <= 50; ++n)
        expected.append(QByteArray::number(n));
    QCOMPARE(texts, expected);
    QVERIFY(std::is_sorted(numbers.begin(), numbers.end()));

    // Behind the end there is nothing, and asking is not an error.
    const auto behind = await(session().readLog(query));
    QVERIFY(behind);
    QVERIFY(behind->entries.isEmpty());
    QVERIFY(behind->atEnd);

    query = {};
    query.service = name("a");
    query.run = begun->id;
    query.streams = name("o");
    const auto slice = await(session().readLog(query));
    QVERIFY(slice);
    QCOMPARE(textsOf(slice->entries), expected);
}

void SessionContract::theLastEntriesOfALogAreRead()
{
    add(name("a"), counting);
    const auto begun = await(session().run(name("a"), Trigger::Ctl));
    QVERIFY(begun);
    QVERIFY(await(session().awaitRun(begun->id)));
    LogQuery query;
    query.service = name("a");
    query.streams = name("o");
    query.last = 3;
    const auto page = await(session().readLog(query));
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), (QList<QByteArray>{"48", "49", "50"}));
    QVERIFY(page->atEnd);
}

void SessionContract::aLogIsSearched()
{
    add(name("a"), counting);
    for (int n = 0; n < 2; ++n) {
        const auto begun = await(session().run(name("a"), Trigger::Ctl));
        QVERIFY(begun);
        QVERIFY(await(session().awaitRun(begun->id)));
    }
    LogQuery query;
    query.service = name("a");
    query.streams = name("o");
    query.grep = name("^4[12]$");
    const auto page = await(session().readLog(query));
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), (QList<QByteArray>{"41", "42", "41", "42"})); // all runs are searched
}

void SessionContract::aLogIsReadAndSearchedByNumber()
{
    const QString a = name("a");
    add(a, counting);
    RunId last;
    for (int n = 0; n < 2; ++n) {
        const auto begun = await(session().run(a, Trigger::Ctl));
        QVERIFY(begun);
        last = begun->id;
        QVERIFY(await(session().awaitRun(last)));
    }
    LogExtentQuery where;
    where.service = a;
    where.allRuns = true;
    const auto whole = await(session().logExtent(where));
    QVERIFY(whole);
    QVERIFY(whole->end - whole->first >= 100);
    QVERIFY(whole->bytes > 0);
    where.allRuns = false;
    where.run = last;
    const auto run = await(session().logExtent(where));
    QVERIFY(run);
    QVERIFY(!run->live);
    QVERIFY(run->first > whole->first);
    QVERIFY(run->end <= whole->end);

    LogFind find;
    find.service = a;
    find.pattern = name("^4[12]$");
    find.streams = name("o");
    find.first = whole->first;
    find.end = whole->end;
    QList<quint64> lines;
    while (find.first < find.end) {
        const auto found = await(session().findInLog(find));
        QVERIFY(found);
        QVERIFY(found->next > find.first);
        for (const LogSpan& span : found->lines) {
            for (quint64 n = span.first; n < span.end(); ++n)
                lines.append(n);
        }
        find.first = found->next;
    }
    QCOMPARE(lines.size(), 4);
    find.first = run->first;
    find.end = run->end;
    const auto inRun = await(session().findInLog(find));
    QVERIFY(inRun);
    QCOMPARE(inRun->lines, (QList<LogSpan>{{lines[2], 2}}));

    LogQuery query;
    query.service = a;
    query.spans = {{lines[0], 1}, {lines[2] - 1, 3}};
    const auto page = await(session().readLog(query));
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), (QList<QByteArray>{"41", "40", "41", "42"}));
    QCOMPARE(page->entries.last().n, lines[3]);
    query.spans = {{whole->end + 5, 10}};
    const auto behind = await(session().readLog(query));
    QVERIFY(behind);
    QVERIFY(behind->entries.isEmpty() && behind->atEnd);

    find.pattern = name("(");
    QCOMPARE(said(kindOf(await(session().findInLog(find)))), said(ErrorKind::Protocol));
    find.service = where.service = name("nobody");
    where.run.reset();
    QCOMPARE(said(kindOf(await(session().findInLog(find)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(session().logExtent(where)))), said(ErrorKind::NoSuchService));
}

void SessionContract::theExtentOfALogWaitsUntilItGrows()
{
    const QString a = name("a");
    add(a, QStringLiteral("command = %1\nautostart = false\n").arg(m_host->talkerCommand()));
    QVERIFY(act(Action::Start, {a}));
    LogQuery query;
    query.service = a;
    query.streams = name("o");
    m_host->talk(a, "first");
    readUntil(query, "first");
    LogExtentQuery where;
    where.service = a;
    const auto now = await(session().logExtent(where));
    QVERIFY(now);
    QVERIFY(now->live);
    where.behind = now->end;
    Begun waiting(session().logExtent(where));
    QVERIFY(await(session().hostStatus()));
    QVERIFY(!waiting.isDone());
    m_host->talk(a, "second");
    const auto& grown = waiting.value();
    QVERIFY(grown);
    QVERIFY(grown->end > now->end);
    QCOMPARE(grown->first, now->first);
}

void SessionContract::followWaitsUntilAnEntryArrives()
{
    const QString a = name("a");
    add(a, QStringLiteral("command = %1\nautostart = false\n").arg(m_host->talkerCommand()));
    QVERIFY(act(Action::Start, {a}));
    LogQuery query;
    query.service = a;
    query.streams = name("o");
    m_host->talk(a, "first");
    const LogPage first = readUntil(query, "first");
    QVERIFY(textsOf(first.entries).contains("first"));

    query.last = 0; // from here on
    const auto here = await(session().readLog(query));
    QVERIFY(here);
    QVERIFY(here->live);
    query.cursor = here->cursor;
    Begun waiting(session().followLog(query));
    QVERIFY(await(session().hostStatus()));
    QVERIFY(!waiting.isDone());
    m_host->talk(a, "second");
    const auto& page = waiting.value();
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), QList<QByteArray>{"second"});
}

void SessionContract::followEndsWithItsRun()
{
    const QString a = name("a");
    add(a, sleeper);
    QVERIFY(act(Action::Start, {a}));
    LogQuery query;
    query.service = a;
    query.streams = name("o");
    Begun waiting(session().followLog(query));
    QVERIFY(await(session().hostStatus()));
    QVERIFY(!waiting.isDone());
    QVERIFY(act(Action::Stop, {a}));
    const auto& page = waiting.value();
    QVERIFY(page);
    QVERIFY(page->entries.isEmpty());
    QVERIFY(!page->live);
}

void SessionContract::addUpdateRemoveAndUndoGoRound()
{
    const QString a = name("a");
    const ActionResult added = add(a, sleeper, true);
    QVERIFY(added.ok);
    QCOMPARE(said(added.state), said(ServiceState::Running));

    UpdateRequest update;
    update.name = a;
    update.edits = {{name("group"), name("shop")}};
    auto result = await(session().update(update));
    QVERIFY(result && result->ok);
    QCOMPARE(service(a).group, name("shop"));
    QVERIFY(await(session().definition(a))->text.contains(QLatin1StringView("shop")));

    auto undone = await(session().undo());
    QVERIFY(undone);
    QVERIFY(undone->contains(a));
    QCOMPARE(service(a).group, QString());

    const QString before = await(session().definition(a))->text;
    result = await(session().remove(a));
    QVERIFY(result && result->ok);
    QVERIFY(!exists(a));
    undone = await(session().undo());
    QVERIFY(undone);
    QVERIFY(undone->contains(a));
    QVERIFY(exists(a));
    QCOMPARE(await(session().definition(a))->text, before);

    update = {};
    update.name = a;
    update.text = quick;
    QVERIFY(await(session().update(update)));
    QCOMPARE(await(session().definition(a))->text, quick);
}

void SessionContract::aBrokenFileIsRestoredAndThatIsTakenBack()
{
    const QString a = name("a");
    add(a, sleeper);
    QCOMPARE(said(kindOf(await(session().restore(name("nobody"), true)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(session().restore(a, true)))), said(ErrorKind::Refused)); // nothing is wrong with it
    m_host->emptyFile(a);
    QVERIFY(await(session().reload()));
    QCOMPARE(said(service(a).state), said(ServiceState::Invalid));

    auto good = await(session().restore(a, true));
    QVERIFY(good);
    QCOMPARE(good->text, sleeper);
    QCOMPARE(said(service(a).state), said(ServiceState::Invalid)); // it was only told
    good = await(session().restore(a, false));
    QVERIFY(good);
    QCOMPARE(good->text, sleeper);
    QCOMPARE(said(service(a).state), said(ServiceState::Stopped));
    QCOMPARE(await(session().definition(a))->text, sleeper);

    QVERIFY(await(session().undo()));
    QCOMPARE(await(session().definition(a))->text, QString());
}

void SessionContract::addRefusesANameThatIsTaken()
{
    add(name("a"), sleeper);
    AddRequest again;
    again.name = name("a");
    again.text = quick;
    QCOMPARE(said(kindOf(await(session().add(again)))), said(ErrorKind::Refused));
    QCOMPARE(await(session().definition(name("a")))->text, sleeper);
}

void SessionContract::anInvalidDefinitionIsRefused()
{
    AddRequest wrong;
    wrong.name = name("a");
    wrong.text = name("group = \"shop\"\n"); // no command
    const auto added = await(session().add(wrong));
    QCOMPARE(said(kindOf(added)), said(ErrorKind::InvalidDefinition));
    QVERIFY(!added.error().message.empty());
    QVERIFY(!exists(name("a")));

    add(name("b"), sleeper);
    UpdateRequest update;
    update.name = name("b");
    update.text = wrong.text;
    QCOMPARE(said(kindOf(await(session().update(update)))), said(ErrorKind::InvalidDefinition));
    QCOMPARE(await(session().definition(name("b")))->text, sleeper);
}

void SessionContract::checkNamesWhatIsWrongAndChangesNothing()
{
    auto found = await(session().check(name("a"), sleeper));
    QVERIFY(found);
    QVERIFY(found->isEmpty());
    found = await(session().check(name("a"), name("group = \"shop\"\n")));
    QVERIFY(found);
    QVERIFY(!found->isEmpty());
    QVERIFY(found->first().isError);
    QVERIFY(!found->first().message.isEmpty());
    QVERIFY(!exists(name("a")));
}

void SessionContract::definitionGivesTheTextAndItsFile()
{
    add(name("a"), sleeper);
    const auto definition = await(session().definition(name("a")));
    QVERIFY(definition);
    QCOMPARE(definition->name, name("a"));
    QCOMPARE(definition->text, sleeper);
    QVERIFY(definition->file.endsWith(QLatin1StringView("/services/a.toml")));
    QVERIFY(!definition->values.isEmpty());
}

void SessionContract::previewGivesASentenceAndTimes()
{
    const auto preview = await(session().previewSchedule(scheduled, 4));
    QVERIFY(preview);
    QVERIFY(!preview->sentence.isEmpty());
    QCOMPARE(preview->times.size(), 4);
    QVERIFY(std::is_sorted(preview->times.begin(), preview->times.end()));
    QCOMPARE(said(preview->times.at(1) - preview->times.at(0)), said(WallTime::duration(1h)));
    const auto wrong = await(session().previewSchedule(name("[schedule]\nevery = \"soon\"\n"), 4));
    QCOMPARE(said(kindOf(wrong)), said(ErrorKind::InvalidDefinition));
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

void SessionContract::reloadAnswers()
{
    const auto lines = await(session().reload());
    QVERIFY(lines);
    QVERIFY(lines->isEmpty());
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

void SessionContract::inspectMakesTheEditsAndChangesNothing()
{
    const QString text = name("# mine\ncommand = [\"sleep\", \"1000\"] # how long?\nautostart = false\n");
    add(name("a"), text);
    InspectRequest request;
    request.name = request.original = name("a");
    request.text = text;
    request.edits = {{name("restart.delay"), name("5s")}, {name("autostart"), QString()}, {name("group"), QString()}};
    const auto found = await(session().inspect(request));
    QVERIFY(found);
    QCOMPARE(found->text, name("# mine\ncommand = [\"sleep\", \"1000\"] # how long?\n\n[restart]\ndelay = \"5s\"\n"));
    QVERIFY(found->isValid);
    QCOMPARE(found->remarks, QList<Remark>());
    QCOMPARE(found->given, (QStringList{name("command"), name("restart.delay")}));
    QCOMPARE(found->values.value(QLatin1StringView("restart")).toObject().value(QLatin1StringView("delay")).toString(), name("5s"));
    QCOMPARE(found->commandLine, name("sleep 1000"));
    QVERIFY(found->executable.endsWith(QLatin1StringView("/sleep")));
    QCOMPARE(found->argumentCount, 1);
    QVERIFY(found->keys.contains(name("stop.timeout")));
    QCOMPARE(await(session().definition(name("a")))->text, text);
}

void SessionContract::inspectNamesTheKeyOfWhatIsWrong()
{
    InspectRequest request;
    request.name = name("a");
    request.edits = {{name("command"), name("\"no-such-program-here x\"")}, {name("schedule.cron"), name("\"61 * * * *\"")}};
    auto found = await(session().inspect(request));
    QVERIFY(found);
    QVERIFY(!found->isValid);
    QVERIFY(!found->remarks.isEmpty());
    QVERIFY(found->remarks.first().isError);
    QCOMPARE(found->remarks.first().key, name("schedule.cron"));
    QVERIFY(found->remarks.first().message.contains(QLatin1StringView("minute must be 0-59")));
    QCOMPARE(found->remarks.last().key, name("command"));
    QVERIFY(found->values.isEmpty());

    request.edits = {{name("command"), name("\"sleep 5 | sleep 6\"")}};
    found = await(session().inspect(request));
    QVERIFY(found && found->isValid);
    QCOMPARE(found->remarks.size(), 1);
    QVERIFY(found->remarks.first().fix.has_value());
    QVERIFY(*found->remarks.first().fix == (KeyEdit{name("shell"), name("true")}));

    // Without a command the defaults are known all the same.
    request.edits.clear();
    found = await(session().inspect(request));
    QVERIFY(found && !found->isValid);
    QCOMPARE(found->remarks.first().key, name("command"));
    QVERIFY(!found->values.isEmpty());
}

void SessionContract::inspectKnowsWhichNamesAreTaken()
{
    add(name("a"), sleeper);
    InspectRequest request;
    request.name = name("a");
    request.text = sleeper;
    auto found = await(session().inspect(request));
    QVERIFY(found && !found->isValid);
    QCOMPARE(found->remarks.first().key, name("name"));
    request.original = name("a");
    found = await(session().inspect(request));
    QVERIFY(found && found->isValid);
}

void SessionContract::aTriedCommandTellsItsOutputAndItsEnd()
{
    TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
    const auto id = await(session().beginTry({name("a"), counting}));
    QVERIFY(id);
    QByteArray output;
    TryPage last;
    while (!last.ended) {
        const auto page = await(session().followTry(*id, last.cursor));
        QVERIFY(page);
        last = *page;
        for (const TryOutput& piece : last.output) {
            QCOMPARE(piece.stream, 'o');
            output += piece.bytes;
        }
    }
    QByteArray expected;
    for (int n = 1; n <= 50; ++n)
        expected += QByteArray::number(n) + '\n';
    QCOMPARE(output, expected);
    QCOMPARE(last.cursor, expected.size());
    QCOMPARE(last.exitCode.value_or(-1), 0);
    QVERIFY(!last.signal);
    QCOMPARE(last.dropped, 0);
    QCOMPARE(last.reason, QString());
}

void SessionContract::aTriedCommandIsNoRunAndNoService()
{
    TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
    add(name("a"), quick);
    const auto id = await(session().beginTry({name("a"), failing}));
    QVERIFY(id);
    TryPage last;
    while (!last.ended) {
        const auto page = await(session().followTry(*id, last.cursor));
        QVERIFY(page);
        last = *page;
    }
    QCOMPARE(last.exitCode.value_or(-1), 1);
    const auto runs = await(session().runs({}));
    QVERIFY(runs);
    QVERIFY(runs->isEmpty());
    QCOMPARE(await(session().snapshot())->services.size(), 1);
    QCOMPARE(said(service(name("a")).state), said(ServiceState::Stopped));
}

void SessionContract::aTriedCommandIsStopped()
{
    TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
    const auto id = await(session().beginTry({QString(), sleeper}));
    QVERIFY(id);
    QVERIFY(await(session().stopTry(*id)));
    TryPage last;
    while (!last.ended) {
        const auto page = await(session().followTry(*id, last.cursor));
        QVERIFY(page);
        last = *page;
    }
    QVERIFY(!last.exitCode);
    QCOMPARE(last.signal.value_or(QString()), name("SIGTERM"));
    QCOMPARE(last.reason, name("stopped"));
    QVERIFY(await(session().stopTry(*id + 1000)));
    QVERIFY(!await(session().followTry(*id + 1000, 0)));
}

void SessionContract::aTryOfAnInvalidFileIsRefused()
{
    QCOMPARE(said(kindOf(await(session().beginTry({name("a"), name("group = \"x\"\n")})))), said(ErrorKind::InvalidDefinition));
}

void SessionContract::queueWorkersTellWhatTheyCount()
{
    add(name("a"), sleeper);
    const auto none = await(session().queues());
    QVERIFY(none);
    QVERIFY(none->isEmpty());

    const QString sorting = name("sorting");
    m_host->provideQueue(sorting);
    QCOMPARE(said(service(sorting).kind), said(ServiceKind::Queue));
    QVERIFY(act(Action::Start, {sorting}));
    const auto look = [this] {
        const auto queues = await(session().queues());
        return queues ? queues->value(0) : QueueInfo();
    };
    const QueueInfo expected{.name = sorting, .deadLetters = 1, .acked = 3, .dead = 1, .lastError = name("it cannot be read")};
    QTRY_VERIFY(look() == expected);
    QVERIFY(act(Action::Stop, {sorting}));
    QVERIFY(look() == expected); // kept
}

} // namespace turnspit

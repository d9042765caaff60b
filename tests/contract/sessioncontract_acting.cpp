// Starting and stopping, holds, single runs and what is told of them.
#include "sessioncontract.h"

#include "contractvalues.h"

#include <support/await.h>
#include <support/said.h>

#include <QTest>

#include <algorithm>

namespace turnspit {

using namespace std::chrono_literals;
using namespace contract;

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

void SessionContract::aHoldOfAllIsOfWhatTicks()
{
    add(name("kept"), sleeper);
    add(name("ticks"), scheduled);
    QVERIFY(act(Action::Start, {name("ticks")}));
    for (const Action action : {Action::Hold, Action::Resume}) {
        ActionRequest everything = request(action, {});
        everything.all = true;
        auto result = await(session().act(everything));
        QVERIFY(result);
        QCOMPARE(namesOf(*result), QStringList{name("ticks")});
        QVERIFY(result->first().ok);
        QCOMPARE(service(name("ticks")).flags.contains(name("held")), action == Action::Hold);
        everything.names = {name("kept")}; // who is named is told
        result = await(session().act(everything));
        QVERIFY(result);
        QCOMPARE(result->size(), 2);
        QVERIFY(!result->first().ok);
    }
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

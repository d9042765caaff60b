#include "mirrored.h"

#include <ui/services/holdspan.h>
#include <ui/text/words.h>
#include <ui/tray/overall.h>
#include <ui/tray/unseenfailures.h>

#include <QSignalSpy>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

const QString api = QStringLiteral("api");
const QString backup = QStringLiteral("backup");

ServiceInfo held(ServiceInfo service)
{
    service.flags = {QStringLiteral("held")};
    return service;
}

} // namespace

class TestOverall : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachStateOfAllServicesHasItsWord()
    {
        using enum ServiceState;
        const Mirrored at;
        const WallTime now = at.clock.wallNow();
        const auto is = [&](Overall state, const OverallInput& input, const QString& text) {
            QCOMPARE(static_cast<int>(overall(input)), static_cast<int>(state));
            QCOMPARE(overallText(input, now), text);
        };
        ServiceInfo waiting = serviceNamed(backup, Waiting, ServiceKind::Scheduled);
        waiting.nextRun = now + 2h;
        const QString later = words::pointInTime(now + 2h, now);

        is(Overall::Unreachable, {.services = {serviceNamed(api, Running)}, .unseen = {}, .live = false},
           QStringLiteral("No host is running"));
        is(Overall::Unreachable, {.services = {serviceNamed(api, Running)}, .unseen = {api}, .silent = true},
           QStringLiteral("The host does not answer"));
        is(Overall::NothingRunning, {.services = {serviceNamed(api, Stopped)}, .unseen = {}},
           QStringLiteral("Nothing running"));
        is(Overall::NothingRunning, {.services = {waiting}, .unseen = {}},
           QStringLiteral("Nothing running · next backup %1").arg(later));
        ServiceInfo ownUpkeep = serviceNamed(QStringLiteral("housekeeping"), Waiting, ServiceKind::BuiltIn);
        ownUpkeep.nextRun = now + 1h; // is not what a person waits for
        is(Overall::NothingRunning, {.services = {waiting, ownUpkeep}, .unseen = {}},
           QStringLiteral("Nothing running · next backup %1").arg(later));
        is(Overall::AllWell, {.services = {serviceNamed(api, Running), waiting}, .unseen = {}},
           QStringLiteral("1 running · 1 waiting"));
        is(Overall::Working, {.services = {serviceNamed(api, Stopping), waiting}, .unseen = {}},
           QStringLiteral("Stopping 1 service…"));
        is(Overall::Working, {.services = {serviceNamed(api, BackingOff)}, .unseen = {}},
           QStringLiteral("1 backing off"));
        is(Overall::Failed, {.services = {serviceNamed(api, Failed)}, .unseen = {api}},
           QStringLiteral("api failed at %1").arg(words::pointInTime(now, now)));
        is(Overall::Held, {.services = {held(waiting), serviceNamed(api, Running)}, .unseen = {}},
           QStringLiteral("Schedules held · 1 running · 1 waiting"));
        is(Overall::Held,
           {.services = {held(waiting)}, .unseen = {}, .holdEnds = {{backup, now + 3h}, {api, now + 1h}}},
           QStringLiteral("Schedules held until %1 · 1 waiting").arg(words::pointInTime(now + 3h, now)));
        is(Overall::Held, {.services = {serviceNamed(api, Running)}, .unseen = {}, .noticesHeldUntil = now + 1h},
           QStringLiteral("Notices held until %1 · 1 running").arg(words::pointInTime(now + 1h, now)));
        // The host's own upkeep goes on, and the first minute of a day has a word.
        ServiceInfo upkeep = serviceNamed(QStringLiteral("housekeeping"), Waiting, ServiceKind::BuiltIn);
        upkeep.nextRun = now + 5min;
        const WallTime midnight = *endOf(HoldSpan::UntilTomorrow, now);
        is(Overall::Held, {.services = {held(waiting), upkeep}, .unseen = {}, .holdEnds = {{backup, midnight}}},
           QStringLiteral("Schedules held until tomorrow · 2 waiting"));
        // What failed is there all the same.
        is(Overall::Failed, {.services = {serviceNamed(api, Failed)}, .unseen = {api}, .noticesHeldUntil = now + 1h},
           QStringLiteral("api failed at %1").arg(words::pointInTime(now, now)));
        // One that goes on ticking is enough.
        ServiceInfo other = waiting;
        other.name = QStringLiteral("clean");
        is(Overall::AllWell, {.services = {held(waiting), other, serviceNamed(api, Running)}, .unseen = {}},
           QStringLiteral("1 running · 2 waiting"));
    }

    void aFailureStaysUntilSomebodyLooksAndTheNextOneIsNew()
    {
        Mirrored host;
        host.put("api", ServiceState::Running);
        host.fail(backup, ServiceState::Failed);
        host.attach();
        UnseenFailures unseen(*host.mirror);
        QSignalSpy changes(&unseen, &UnseenFailures::changed);
        QCOMPARE(unseen.names(), QStringList{backup}); // it happened while nobody was there

        host.settle(1s);
        host.fail(api, ServiceState::Failed);
        host.settle();
        QCOMPARE(unseen.names(), (QStringList{api, backup}));
        unseen.see(backup);
        QCOMPARE(unseen.names(), QStringList{api});
        unseen.see(api);
        QVERIFY(unseen.names().isEmpty());
        QCOMPARE(changes.size(), 3);

        host.settle(1s);
        host.session->setState(api, ServiceState::Running);
        host.settle(1s);
        host.fail(api, ServiceState::Failed);
        host.settle();
        QCOMPARE(unseen.names(), QStringList{api});
        host.session->drop(api);
        host.settle();
        QVERIFY(unseen.names().isEmpty());
    }

    void aScheduledServiceWhoseLastRunFailedIsAFailureToo()
    {
        Mirrored host;
        host.put("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        host.attach();
        const UnseenFailures unseen(*host.mirror);
        QVERIFY(unseen.names().isEmpty());
        host.settle(1s);
        host.fail(backup, ServiceState::Waiting);
        host.settle();
        QCOMPARE(unseen.names(), QStringList{backup});
        host.settle(1s);
        host.succeed(backup, ServiceState::Waiting);
        host.settle();
        QVERIFY(unseen.names().isEmpty());
    }
};

QTEST_MAIN(TestOverall)
#include "tst_overall.moc"

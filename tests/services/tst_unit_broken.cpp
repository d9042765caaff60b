#include "unitfixture.h"

#include <turnspit/servicefile/keys.h>

using namespace turnspit;
using namespace turnspit::test;

namespace {

const std::string first = "command = ['sleep', '1']\n";
const std::string second = "command = ['sleep', '2']\n";
const char* const error = "/etc/a.toml:1:1: `comand` is not a key";

} // namespace

/// The file of a service breaks, goes and comes back, in each of its states.
class TestUnitBroken : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void brokenWhereNothingRunsIsInvalid_data();
    void brokenWhereNothingRunsIsInvalid();
    void brokenFromTheFirstIsInvalidAndMendedIsStarted();
    void brokenWhileRunningGoesOnWithTheFlag();
    void brokenWhileRunningAndStoppedIsInvalid();
    void brokenWhileRunningAndEndedIsInvalid_data();
    void brokenWhileRunningAndEndedIsInvalid();
    void aCrashWithABrokenFileIsRestartedByTheLastGoodOne();
    void givingUpWithABrokenFileIsInvalidAndTold();
    void brokenWhileBackingOffGoesOn();
    void brokenWhileWaitingGoesOnTicking();
    void brokenWhileStoppingIsInvalidAtTheEnd();
    void brokenBreaksNoStartThatFollows();
    void nothingIsBegunByABrokenFile();
    void askedForWhatIsAlreadyABrokenFileDoesNotMatter();
    void mendedIsAsItWas_data();
    void mendedIsAsItWas();
    void aStopOfAnInvalidServiceIsRemembered();
    void refusedKeysMakeItInvalid_data();
    void refusedKeysMakeItInvalid();
    void removedStops_data();
    void removedStops();
    void removedStopsTheQueue();
    void removedIsNotAPersonsStop();
    void removedIsNotStarted();
    void removedAndBackWhileStoppingStartsAgain();
    void removedAndBackBrokenStartsWhenMended();
};

void TestUnitBroken::brokenWhereNothingRunsIsInvalid_data()
{
    addEndedRows();
    QTest::newRow("disabled") << -1 << "disabled";
}

void TestUnitBroken::brokenWhereNothingRunsIsInvalid()
{
    QFETCH(int, outcome);
    QFETCH(QString, state);
    UnitFixture f(first + "[restart]\npolicy = 'never'\n");
    if (outcome < 0) {
        f.define("disabled = true\n" + first);
    } else {
        f.run();
        if (outcome == int(Outcome::Stopped))
            f.stop();
        f.ended(static_cast<Outcome>(outcome));
    }
    QCOMPARE(f.state(), state);
    f.unit->breakFile(error);
    SAYS(f.state(), "invalid");
    SAYS(f.reason(), error);
    SAYS(f.flags(), "");
}

void TestUnitBroken::brokenFromTheFirstIsInvalidAndMendedIsStarted()
{
    UnitFixture f;
    f.unit->breakFile(error);
    SAYS(f.state(), "invalid");
    f.unit->startWithHost();
    SAYS(f.state(), "invalid");
    SAYS(f.reason(), error);
    QVERIFY(!f.unit->start(Trigger::Ctl));
    QVERIFY(!f.unit->restart(Trigger::Ctl));
    QVERIFY(!f.unit->run(Trigger::Ctl));
    QVERIFY(!f.unit->hold());
    f.unit->breakFile("/etc/a.toml:2:1: another mistake");
    SAYS(f.reason(), "/etc/a.toml:2:1: another mistake");
    f.define(first);
    SAYS(f.triggers(), "start/1");
    SAYS(f.reason(), "");
}

void TestUnitBroken::brokenWhileRunningGoesOnWithTheFlag()
{
    UnitFixture f(first);
    f.run();
    f.unit->breakFile(error);
    SAYS(f.state(), "running");
    SAYS(f.flags(), "file-broken");
    SAYS(f.reason(), "");
    QCOMPARE(f.stops(), 0);
    f.define(first);
    SAYS(f.flags(), "");
    SAYS(f.state(), "running");
    QCOMPARE(f.spawns(), 1);
}

void TestUnitBroken::brokenWhileRunningAndStoppedIsInvalid()
{
    UnitFixture f(first);
    f.run();
    f.unit->breakFile(error);
    f.stop();
    SAYS(f.flags(), "file-broken");
    f.stopped();
    SAYS(f.state(), "invalid");
    SAYS(f.reason(), error);
    SAYS(f.flags(), "");
    f.define(first);
    SAYS(f.state(), "stopped");
    QVERIFY(f.unit->stoppedByPerson());
    QCOMPARE(f.spawns(), 1);
}

void TestUnitBroken::brokenWhileRunningAndEndedIsInvalid_data()
{
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("mended");
    QTest::newRow("completed") << 0 << "completed";
    QTest::newRow("failed") << 3 << "failed";
}

void TestUnitBroken::brokenWhileRunningAndEndedIsInvalid()
{
    QFETCH(int, exitCode);
    QFETCH(QString, mended);
    UnitFixture f("manual = true\n" + first);
    f.run();
    f.unit->breakFile(error);
    f.exits(exitCode);
    SAYS(f.state(), "invalid");
    SAYS(f.reason(), error);
    f.define("manual = true\n" + first);
    QCOMPARE(f.state(), mended);
    QCOMPARE(f.reason(), exitCode == 0 ? QString() : QStringLiteral("exit 3"));
}

void TestUnitBroken::aCrashWithABrokenFileIsRestartedByTheLastGoodOne()
{
    UnitFixture f(first);
    f.run();
    f.define(second);
    f.unit->breakFile(error);
    SAYS(f.flags(), "changed file-broken");
    f.exits(1);
    SAYS(f.state(), "backing-off");
    SAYS(f.flags(), "file-broken");
    f.advance(2s);
    SAYS(f.triggers(), "ctl/1 restart/2");
    SAYS(text(f.spawned().arguments[1]), "2");
}

void TestUnitBroken::givingUpWithABrokenFileIsInvalidAndTold()
{
    UnitFixture f(first + "[restart]\nlimit = 1\n");
    f.run();
    f.unit->breakFile(error);
    f.exits(1);
    SAYS(f.state(), "invalid");
    SAYS(f.reason(), error);
    QVERIFY(f.context.eventTexts.contains(QStringLiteral("a: gave up after 1 failure in 10m; last: exit 1")));
    f.define(first + "[restart]\nlimit = 1\n");
    SAYS(f.state(), "failed");
    f.advance(1h);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitBroken::brokenWhileBackingOffGoesOn()
{
    UnitFixture f(first);
    f.run();
    f.exits(1);
    f.unit->breakFile(error);
    SAYS(f.state(), "backing-off");
    SAYS(f.flags(), "file-broken");
    SAYS(f.reason(), "exit 1");
    f.advance(2s);
    f.began();
    SAYS(f.state(), "running");
    SAYS(f.flags(), "file-broken");
    f.define(first);
    SAYS(f.flags(), "");
}

void TestUnitBroken::brokenWhileWaitingGoesOnTicking()
{
    UnitFixture f(every5m);
    f.unit->startWithHost();
    f.unit->breakFile(error);
    SAYS(f.state(), "waiting");
    SAYS(f.flags(), "file-broken");
    f.advance(5min);
    f.began();
    f.exits(1);
    SAYS(f.state(), "waiting");
    SAYS(f.flags(), "file-broken");
    QCOMPARE(f.nextIn(), 300.0);
    f.define(every5m);
    SAYS(f.flags(), "");
    QCOMPARE(f.nextIn(), 300.0);
    f.unit->breakFile(error);
    f.stop();
    SAYS(f.state(), "invalid");
    QVERIFY(!f.info().nextRun);
}

void TestUnitBroken::brokenWhileStoppingIsInvalidAtTheEnd()
{
    UnitFixture f(first);
    f.run();
    f.stop();
    f.unit->breakFile(error);
    SAYS(f.state(), "stopping");
    SAYS(f.flags(), "file-broken");
    f.stopped();
    SAYS(f.state(), "invalid");
}

void TestUnitBroken::brokenBreaksNoStartThatFollows()
{
    UnitFixture f(first);
    f.run();
    QVERIFY(f.unit->restart(Trigger::Ctl));
    f.unit->breakFile(error);
    f.stopped();
    SAYS(f.state(), "invalid"); // a restart is by the present file, and that is none
    SAYS(f.reason(), error);
    QCOMPARE(f.spawns(), 1);
}

void TestUnitBroken::nothingIsBegunByABrokenFile()
{
    UnitFixture f(first);
    f.run();
    f.unit->breakFile(error);
    const auto restarted = f.unit->restart(Trigger::Ctl);
    QVERIFY(!restarted && restarted.error().kind == ErrorKind::Refused);
    SAYS(text(restarted.error().message), error);
    SAYS(f.state(), "running"); // and is not stopped for it
    f.stop();
    QVERIFY(!f.unit->start(Trigger::Ctl));
    QVERIFY(f.unit->stoppedByPerson());
    f.stopped();
    SAYS(f.state(), "invalid");

    UnitFixture armed(every5m);
    armed.unit->startWithHost();
    armed.unit->breakFile(error);
    QVERIFY(!armed.unit->run(Trigger::Ctl));
    QVERIFY(!armed.unit->restart(Trigger::Ctl));
    QCOMPARE(armed.nextIn(), 300.0);
}

void TestUnitBroken::askedForWhatIsAlreadyABrokenFileDoesNotMatter()
{
    UnitFixture f(first);
    f.run();
    f.unit->breakFile(error);
    QVERIFY(f.unit->start(Trigger::Ctl));
    SAYS(f.state(), "running");
    UnitFixture armed(every5m);
    armed.unit->startWithHost();
    armed.unit->breakFile(error);
    QVERIFY(armed.unit->start(Trigger::Ctl));
    SAYS(armed.state(), "waiting");
    QVERIFY(armed.unit->hold());
    QVERIFY(armed.unit->resume());
}

void TestUnitBroken::mendedIsAsItWas_data()
{
    addEndedRows();
}

void TestUnitBroken::mendedIsAsItWas()
{
    QFETCH(int, outcome);
    QFETCH(QString, state);
    UnitFixture f(first + "[restart]\npolicy = 'never'\n");
    f.unit->startWithHost();
    f.began();
    if (outcome == int(Outcome::Stopped))
        QVERIFY(f.unit->stopRun(RunId{1}));
    f.ended(static_cast<Outcome>(outcome), outcome == int(Outcome::Failed) ? 7 : -1);
    const QString reason = f.reason();
    f.unit->breakFile(error);
    f.unit->breakFile(error);
    f.define(second);
    QCOMPARE(f.state(), state);
    QCOMPARE(f.reason(), reason);
    QCOMPARE(f.spawns(), 1); // an editor that saves twice starts nothing
}

void TestUnitBroken::aStopOfAnInvalidServiceIsRemembered()
{
    UnitFixture f;
    f.unit->breakFile(error);
    f.unit->startWithHost();
    f.stop();
    SAYS(f.state(), "invalid");
    QVERIFY(f.unit->stoppedByPerson());
    f.define(first);
    SAYS(f.state(), "stopped");
    QCOMPARE(f.spawns(), 0);
}

void TestUnitBroken::refusedKeysMakeItInvalid_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("key");
    for (const std::string_view key : refusedKeys()) {
        const QString name = QString::fromUtf8(key.data(), static_cast<qsizetype>(key.size()));
        QTest::newRow(name.toUtf8().constData()) << name + QStringLiteral(" = 1\n") << name;
        QTest::newRow((name + QStringLiteral(" (table)")).toUtf8().constData())
            << QStringLiteral("[") + name + QStringLiteral("]\n") << name;
    }
    QTest::newRow("overlap") << "[schedule]\nevery = '1h'\noverlap = 'parallel'\n"
                             << "parallel";
}

/// Whatever their value: each is named, with its place, and neither taken nor ignored.
void TestUnitBroken::refusedKeysMakeItInvalid()
{
    QFETCH(QString, line);
    QFETCH(QString, key);
    const auto parsed = parseDefinition(first + line.toStdString(), "/etc/a.toml", "a", {});
    QVERIFY(!parsed);
    UnitFixture f(first);
    f.unit->breakFile(parsed.error().front().text());
    SAYS(f.state(), "invalid");
    QVERIFY2(f.reason().startsWith(QStringLiteral("/etc/a.toml:")) && f.reason().contains(key) &&
                 f.reason().contains(QStringLiteral("not built")),
             qPrintable(f.reason()));
}

void TestUnitBroken::removedStops_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("state");
    QTest::newRow("stopped") << QString::fromStdString("autostart = false\n" + first) << "stopped";
    QTest::newRow("running") << QString::fromStdString(first) << "running";
    QTest::newRow("waiting") << QString::fromStdString(every5m) << "waiting";
    QTest::newRow("backing off") << QString::fromStdString(first) << "backing-off";
    QTest::newRow("invalid") << QString() << "invalid";
}

void TestUnitBroken::removedStops()
{
    QFETCH(QString, file);
    QFETCH(QString, state);
    UnitFixture f;
    if (file.isEmpty())
        f.unit->breakFile(error);
    else
        f.define(file.toStdString());
    f.unit->startWithHost();
    if (f.unit->live())
        f.began();
    if (state == QStringLiteral("backing-off"))
        f.exits(1);
    QCOMPARE(f.state(), state);
    f.unit->remove();
    QVERIFY(f.unit->isRemoved());
    if (f.unit->live()) {
        SAYS(f.state(), "stopping");
        f.stopped();
    }
    QVERIFY(!f.unit->live());
    QVERIFY(!f.info().nextRun);
    const int spawns = f.spawns();
    f.advance(24h);
    QCOMPARE(f.spawns(), spawns);
}

void TestUnitBroken::removedStopsTheQueue()
{
    UnitFixture f(every5m + "overlap = 'queue'\n");
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.began();
    QVERIFY(f.unit->run(Trigger::Ctl));
    f.unit->remove();
    SAYS(f.records(), "stopped(stopped before it began)");
    QVERIFY(!f.unit->run(Trigger::Ctl));
    f.stopped();
    QCOMPARE(f.spawns(), 1);
}

void TestUnitBroken::removedIsNotAPersonsStop()
{
    UnitFixture f(first);
    f.run();
    f.unit->remove();
    QVERIFY(!f.unit->stoppedByPerson());
}

void TestUnitBroken::removedIsNotStarted()
{
    UnitFixture f(first);
    f.run();
    f.unit->remove();
    QVERIFY(!f.unit->start(Trigger::Ctl));
    QVERIFY(!f.unit->restart(Trigger::Ctl));
    f.stopped();
    QCOMPARE(f.spawns(), 1);
}

void TestUnitBroken::removedAndBackWhileStoppingStartsAgain()
{
    UnitFixture f(first);
    f.run();
    f.unit->remove();
    f.define(second);
    f.unit->startWithHost(); // as for every new file
    QVERIFY(!f.unit->isRemoved());
    SAYS(f.state(), "stopping");
    f.stopped();
    SAYS(f.triggers(), "ctl/1 start/1");
    SAYS(text(f.spawned().arguments[1]), "2");
}

void TestUnitBroken::removedAndBackBrokenStartsWhenMended()
{
    UnitFixture f(first);
    f.run();
    f.unit->remove();
    f.unit->breakFile(error);
    f.unit->startWithHost();
    SAYS(f.flags(), "file-broken");
    f.stopped();
    SAYS(f.state(), "invalid");
    f.define(first);
    SAYS(f.triggers(), "ctl/1 start/1");
}

QTEST_GUILESS_MAIN(TestUnitBroken)
#include "tst_unit_broken.moc"

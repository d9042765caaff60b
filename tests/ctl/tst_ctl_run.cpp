#include "ctlfixture.h"

#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;

class tst_ctl_run : public QObject
{
    Q_OBJECT

    static const QString job;

    static void makeJob(Fixture& fixture) { fixture.put(job, ServiceKind::Manual); }

    /// The command, begun, with its run alive.
    static RunId beginJob(Fixture& fixture)
    {
        if (!spinUntil([&] { return fixture.session.callCount(QStringLiteral("followLog")) > 0; }))
            qFatal("run does not begin");
        return RunId{1};
    }

private Q_SLOTS:
    void outputGoesWhereItBelongs()
    {
        Fixture fixture;
        makeJob(fixture);
        Begun<int> running(fixture.begin({"run", "job"}));
        const RunId id = beginJob(fixture);
        fixture.session.say(job, "to out");
        fixture.session.say(job, "to err", 'e');
        fixture.session.say(job, "\xff bytes ");
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("bytes \n"); }));
        QVERIFY2(!running.isDone(), "it comes while the run is alive");
        fixture.session.endRun(id, Outcome::Succeeded, 0);
        QCOMPARE(running.value(), 0);
        QCOMPARE(fixture.outText, std::string("to out\n\xff bytes \n"));
        QCOMPARE(fixture.takeErr(), QStringLiteral("to err\n"));
    }

    void theCodeIsThatOfTheCommand_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<int>("expected");
        QTest::newRow("good") << int(Outcome::Succeeded) << 0 << 0;
        QTest::newRow("exit 3") << int(Outcome::Failed) << 3 << 3;
        QTest::newRow("not found") << int(Outcome::Failed) << 127 << 127;
        QTest::newRow("timed out, but with a code") << int(Outcome::TimedOut) << 143 << 143;
        QTest::newRow("killed by SIGKILL") << int(Outcome::Killed) << -1 << 137;
        QTest::newRow("in-process, failed") << int(Outcome::Failed) << -1 << 1;
        QTest::newRow("its end was not seen") << int(Outcome::Unknown) << -1 << 125;
        QTest::newRow("skipped") << int(Outcome::Skipped) << -1 << 125;
    }

    void theCodeIsThatOfTheCommand()
    {
        QFETCH(int, outcome);
        QFETCH(int, exitCode);
        QFETCH(int, expected);
        Fixture fixture;
        makeJob(fixture);
        Begun<int> running(fixture.begin({"run", "job"}));
        const RunId id = beginJob(fixture);
        fixture.session.endRun(id, Outcome(outcome), exitCode < 0 ? std::nullopt : std::optional(exitCode));
        QCOMPARE(running.value(), expected);
        QCOMPARE(fixture.takeOut(), QString());
    }

    void whatTurnspitCouldNotDoIs125()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("kept"));
        QCOMPARE(fixture.run({"run", "kept"}), 125);
        QVERIFY(fixture.takeErr().contains(QStringLiteral("kept running")));
        QCOMPARE(fixture.run({"run", "nobody"}), 125);
        QVERIFY(fixture.takeErr().contains(QStringLiteral("no service")));
        makeJob(fixture);
        fixture.session.beginRun(job);
        QCOMPARE(fixture.run({"run", "job"}), 125);
        fixture.session.failNext(QStringLiteral("run"), {ErrorKind::Unreachable, "gone"});
        QCOMPARE(fixture.run({"run", "job"}), 125);
        QCOMPARE(fixture.takeOut(), QString());
    }

    void aHostThatGoesMeanwhileIs125()
    {
        Fixture fixture;
        makeJob(fixture);
        fixture.session.failNext(QStringLiteral("followLog"),
                                 {ErrorKind::Unreachable, "the host ended the connection"});
        fixture.session.failNext(QStringLiteral("awaitRun"), {ErrorKind::Unreachable, "the host ended the connection"});
        QCOMPARE(fixture.run({"run", "job"}), 125);
        QVERIFY(fixture.takeErr().contains(QStringLiteral("the host ended the connection")));
    }

    void whatIsWrongWithATickIsSaid()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("sync"), ServiceKind::BuiltIn);
        fixture.session.failTicks(QStringLiteral("no\nnetwork"));
        QCOMPARE(fixture.run({"run", "sync"}), 1);
        QCOMPARE(fixture.takeErr(), QStringLiteral("turnspitctl: sync: failed: no network\n"));
        QCOMPARE(fixture.run({"run", "sync", "--json"}), 1);
        QVERIFY(fixture.takeOut().contains(QStringLiteral("\"error\": \"failed: no\\nnetwork\"")));
    }

    void ctrlCStopsTheRun()
    {
        Fixture fixture;
        makeJob(fixture);
        Begun<int> running(fixture.begin({"run", "job"}));
        beginJob(fixture);
        fixture.interrupts.raise();
        QCOMPARE(running.value(), 1);
        QCOMPARE(fixture.session.callCount(QStringLiteral("stopRun")), 1);
        QVERIFY(fixture.takeErr().contains(QStringLiteral("job: stopped")));
    }

    void ctrlCBeforeTheRunHasBegunStopsItToo()
    {
        Fixture fixture;
        makeJob(fixture);
        fixture.session.hold(QStringLiteral("run"));
        Begun<int> running(fixture.begin({"run", "job"}));
        fixture.interrupts.raise();
        fixture.session.release(QStringLiteral("run"));
        QCOMPARE(running.value(), 1);
        QCOMPARE(fixture.session.callCount(QStringLiteral("stopRun")), 1);
    }

    void aSecondCtrlCLeavesIt()
    {
        Fixture fixture;
        makeJob(fixture);
        fixture.session.hold(QStringLiteral("stopRun"));
        Begun<int> running(fixture.begin({"run", "job"}));
        beginJob(fixture);
        fixture.interrupts.raise();
        QVERIFY(spinUntil([&] { return fixture.session.callCount(QStringLiteral("stopRun")) == 1; }));
        QVERIFY(!running.isDone());
        fixture.interrupts.raise();
        QCOMPARE(running.value(), 130);
        QVERIFY(fixture.session.service(job).state == ServiceState::Running);
    }

    void aReaderThatHasGoneDoesNotEndTheRun()
    {
        Fixture fixture;
        makeJob(fixture);
        OutputStream closed([](std::string_view) { return EPIPE; });
        Context context{fixture.session, closed, fixture.err, fixture.interrupts, Style{}};
        Begun<int> running(runCommand(context, RunCommand{job, true}));
        const RunId id = beginJob(fixture);
        fixture.session.say(job, "nobody reads this");
        QVERIFY(spinUntil([&] { return !closed.isOpen(); }));
        QVERIFY(!running.isDone());
        fixture.session.endRun(id, Outcome::Failed, 7);
        QCOMPARE(running.value(), 7);
    }

    void withoutWaitingItReturnsAtOnce()
    {
        Fixture fixture;
        makeJob(fixture);
        QCOMPARE(fixture.run({"run", "job", "--no-wait"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("job: run 1 began\n"));
        fixture.session.endRun(RunId{1}, Outcome::Succeeded, 0);
        QCOMPARE(fixture.run({"run", "job", "--no-wait", "--json"}), 0);
        const QJsonObject result = fixture.takeJson().array().at(0).toObject();
        QCOMPARE(result.value(QStringLiteral("state")).toString(), QStringLiteral("running"));
        QVERIFY(result.value(QStringLiteral("ok")).toBool());
        QCOMPARE(result.size(), 4);
    }

    void jsonIsOneDocumentAndTheCodeTheSame()
    {
        Fixture fixture;
        makeJob(fixture);
        Begun<int> running(fixture.begin({"run", "job", "--json"}));
        QVERIFY(spinUntil([&] { return fixture.session.callCount(QStringLiteral("awaitRun")) > 0; }));
        fixture.session.say(job, "output");
        fixture.session.endRun(RunId{1}, Outcome::Failed, 3);
        QCOMPARE(running.value(), 3);
        const QJsonObject result = fixture.takeJson().array().at(0).toObject();
        QVERIFY(!result.value(QStringLiteral("ok")).toBool());
        QCOMPARE(result.value(QStringLiteral("state")).toString(), QStringLiteral("failed"));
        QVERIFY(result.value(QStringLiteral("error")).toString().contains(QStringLiteral("exit 3")));
    }
};

const QString tst_ctl_run::job = QStringLiteral("job");

QTEST_GUILESS_MAIN(tst_ctl_run)
#include "tst_ctl_run.moc"

#include <turnspit/supervision/restarttracker.h>

#include <QtTest>

using namespace turnspit;
using namespace std::chrono;
using Decision = RestartTracker::Decision;

namespace {

const Instant zero = Instant(hours(1000));

/// Runs a service that lives for `life` each time, ends with `outcome`, and is restarted as told; the random number is the middle,
/// so that delays are exact.
struct Service
{
    RestartTracker tracker;
    Instant now = zero;
    std::vector<Instant> starts;

    explicit Service(RestartPolicy policy = {}) : tracker(std::move(policy)) { tracker.manualStart(); }

    Decision once(Outcome outcome, milliseconds life = milliseconds(0), double random = 0.5)
    {
        tracker.started(now);
        starts.push_back(now);
        now += life;
        const Decision decision = tracker.ended(outcome, now, random);
        if (decision.kind == Decision::Restart)
            now += decision.delay;
        return decision;
    }
};

RestartPolicy policyOf(RestartPolicy::Policy policy)
{
    RestartPolicy out;
    out.policy = policy;
    return out;
}

} // namespace

class TestRestartTracker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tamesACrashLoop();
    void givesUpAfterTheDefaultLimit();
    void decidesByPolicyAndOutcome_data();
    void decidesByPolicyAndOutcome();
    void doublesUpToTheMaximum();
    void jittersByTenPercentAndNeverAboveTheMaximum_data();
    void jittersByTenPercentAndNeverAboveTheMaximum();
    void restartsAtOnceWhereTheDelayIsZero();
    void keepsASecondBetweenStarts();
    void forgetsTheDelayAfterGoodUptime();
    void forgetsFailuresOutsideTheWindow();
    void takesTimesWithoutAnEnd();
    void neverGivesUpWithoutALimit();
    void restartsGoodEndsWithoutCountingThem();
    void startsOverAfterAManualStart();
    void countsAttemptsAndRestarts();
    void takesANewPolicyAtTheNextEnd();
};

void TestRestartTracker::tamesACrashLoop()
{
    RestartPolicy policy;
    policy.limit = 4;
    Service service(policy);
    const Decision first = service.once(Outcome::Failed);
    QCOMPARE(first.kind, Decision::Restart);
    QCOMPARE(first.count(), std::string("2 of 4"));
    QCOMPARE(service.once(Outcome::Failed).count(), std::string("3 of 4"));
    QCOMPARE(service.once(Outcome::Failed).count(), std::string("4 of 4"));
    const Decision end = service.once(Outcome::Failed);
    QCOMPARE(end.kind, Decision::Failed);
    QVERIFY(end.gaveUp);
    QCOMPARE(end.reason, std::string("gave up after 4 failures in 10m"));
    QCOMPARE(end.count(), std::string());
    const std::vector<Instant> expected{zero, zero + seconds(1), zero + seconds(3), zero + seconds(7)};
    QVERIFY(service.starts == expected);
}

void TestRestartTracker::givesUpAfterTheDefaultLimit()
{
    Service service;
    for (int n = 1; n < 10; ++n)
        QCOMPARE(service.once(Outcome::Failed, milliseconds(200)).kind, Decision::Restart);
    const Decision end = service.once(Outcome::Failed, milliseconds(200));
    QCOMPARE(end.kind, Decision::Failed);
    QCOMPARE(end.reason, std::string("gave up after 10 failures in 10m"));
}

void TestRestartTracker::decidesByPolicyAndOutcome_data()
{
    QTest::addColumn<int>("policy");
    QTest::addColumn<int>("outcome");
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("failure");
    const auto row = [](RestartPolicy::Policy policy, Outcome outcome, Decision::Kind kind, bool failure) {
        const std::string name = std::string(toString(policy)) + " " + std::string(toString(outcome));
        QTest::newRow(name.c_str()) << int(policy) << int(outcome) << int(kind) << failure;
    };
    for (const auto outcome : {Outcome::Failed, Outcome::TimedOut, Outcome::Unknown}) {
        row(RestartPolicy::Never, outcome, Decision::Failed, true);
        row(RestartPolicy::OnFailure, outcome, Decision::Restart, true);
        row(RestartPolicy::Always, outcome, Decision::Restart, true);
    }
    row(RestartPolicy::Never, Outcome::Succeeded, Decision::Completed, false);
    row(RestartPolicy::OnFailure, Outcome::Succeeded, Decision::Completed, false);
    row(RestartPolicy::Always, Outcome::Succeeded, Decision::Restart, false);
    for (const auto policy : {RestartPolicy::Never, RestartPolicy::OnFailure, RestartPolicy::Always}) {
        row(policy, Outcome::Stopped, Decision::Stopped, false);
        row(policy, Outcome::Killed, Decision::Stopped, false);
        row(policy, Outcome::Abandoned, Decision::Failed, false);
    }
}

void TestRestartTracker::decidesByPolicyAndOutcome()
{
    QFETCH(int, policy);
    QFETCH(int, outcome);
    QFETCH(int, kind);
    QFETCH(bool, failure);
    Service service(policyOf(static_cast<RestartPolicy::Policy>(policy)));
    const Decision decision = service.once(static_cast<Outcome>(outcome), seconds(5));
    QCOMPARE(decision.kind, static_cast<Decision::Kind>(kind));
    QCOMPARE(decision.failure, failure);
    QVERIFY(!decision.gaveUp);
    QVERIFY(decision.reason.empty());
}

void TestRestartTracker::doublesUpToTheMaximum()
{
    RestartPolicy policy;
    policy.limit = 0;
    Service service(policy);
    for (const int expected : {1000, 2000, 4000, 8000, 16'000, 32'000, 57'000, 57'000}) // middle of 54 to 60 s
        QCOMPARE(service.once(Outcome::Failed).delay, Milliseconds(expected));
    for (int n = 0; n < 100; ++n)
        QCOMPARE(service.once(Outcome::Failed).delay, Milliseconds(57'000));
}

void TestRestartTracker::jittersByTenPercentAndNeverAboveTheMaximum_data()
{
    QTest::addColumn<double>("random");
    QTest::addColumn<QList<int>>("delays");
    QTest::newRow("least") << 0.0 << QList<int>{9000, 18'000, 36'000, 54'000, 54'000};
    QTest::newRow("middle") << 0.5 << QList<int>{10'000, 20'000, 40'000, 57'000, 57'000};
    QTest::newRow("most") << 1.0 << QList<int>{11'000, 22'000, 44'000, 60'000, 60'000};
    QTest::newRow("out of range") << 7.0 << QList<int>{11'000, 22'000, 44'000, 60'000, 60'000};
}

void TestRestartTracker::jittersByTenPercentAndNeverAboveTheMaximum()
{
    QFETCH(double, random);
    QFETCH(QList<int>, delays);
    RestartPolicy policy;
    policy.delay = seconds(10);
    Service service(policy);
    for (const int expected : delays)
        QCOMPARE(service.once(Outcome::Failed, milliseconds(0), random).delay, Milliseconds(expected));
}

void TestRestartTracker::restartsAtOnceWhereTheDelayIsZero()
{
    RestartPolicy policy;
    policy.delay = Milliseconds(0);
    policy.limit = 0;
    Service service(policy);
    for (int n = 0; n < 50; ++n)
        QCOMPARE(service.once(Outcome::Failed).delay, Milliseconds(0));
    QCOMPARE(service.now, zero);
}

void TestRestartTracker::keepsASecondBetweenStarts()
{
    RestartPolicy policy = policyOf(RestartPolicy::Always);
    policy.delay = milliseconds(100);
    policy.maxDelay = milliseconds(100);
    policy.limit = 0;
    Service service(policy);
    QCOMPARE(service.once(Outcome::Failed).delay, Milliseconds(1000));
    QCOMPARE(service.once(Outcome::Failed, milliseconds(300)).delay, Milliseconds(700));
    QCOMPARE(service.once(Outcome::Succeeded, milliseconds(300)).delay, Milliseconds(700));
    QCOMPARE(service.once(Outcome::Failed, milliseconds(2000)).delay, Milliseconds(95));
    // The shortest jittered second is no exception.
    QCOMPARE(Service().once(Outcome::Failed, milliseconds(0), 0.0).delay, Milliseconds(1000));
}

void TestRestartTracker::forgetsTheDelayAfterGoodUptime()
{
    Service service;
    QCOMPARE(service.once(Outcome::Failed).delay, Milliseconds(1000));
    QCOMPARE(service.once(Outcome::Failed).delay, Milliseconds(2000));
    QCOMPARE(service.once(Outcome::Failed, milliseconds(59'999)).delay, Milliseconds(4000));
    QCOMPARE(service.once(Outcome::Failed, seconds(60)).delay, Milliseconds(1000));
    QCOMPARE(service.once(Outcome::Failed).delay, Milliseconds(2000));
}

void TestRestartTracker::forgetsFailuresOutsideTheWindow()
{
    RestartPolicy policy;
    policy.limit = 3;
    policy.window = minutes(10);
    Service service(policy);
    for (int n = 0; n < 20; ++n) { // two in any ten minutes, never three
        const Decision decision = service.once(Outcome::Failed, minutes(6));
        QCOMPARE(decision.kind, Decision::Restart);
        QVERIFY(decision.failures <= 2);
    }
    QCOMPARE(service.once(Outcome::Failed).kind, Decision::Failed);
}

void TestRestartTracker::takesTimesWithoutAnEnd()
{
    RestartPolicy policy;
    policy.limit = 3;
    policy.window = Milliseconds::max();
    policy.resetAfter = Milliseconds::max();
    Service service(policy);
    QCOMPARE(service.once(Outcome::Failed, hours(24 * 365)).delay, Milliseconds(1000));
    QCOMPARE(service.once(Outcome::Failed, hours(24 * 365)).delay, Milliseconds(2000));
    const Decision third = service.once(Outcome::Failed);
    QCOMPARE(third.kind, Decision::Failed);
    QCOMPARE(third.reason, std::string("gave up after 3 failures"));
}

void TestRestartTracker::neverGivesUpWithoutALimit()
{
    RestartPolicy policy;
    policy.limit = 0;
    Service service(policy);
    for (int n = 0; n < 1000; ++n) {
        const Decision decision = service.once(Outcome::Failed);
        QCOMPARE(decision.kind, Decision::Restart);
        QCOMPARE(decision.count(), std::string());
    }
}

void TestRestartTracker::restartsGoodEndsWithoutCountingThem()
{
    RestartPolicy policy = policyOf(RestartPolicy::Always);
    policy.limit = 2;
    Service service(policy);
    for (int n = 0; n < 50; ++n) {
        const Decision decision = service.once(Outcome::Succeeded, milliseconds(10));
        QCOMPARE(decision.kind, Decision::Restart);
        QCOMPARE(decision.delay, Milliseconds(1000));
        QCOMPARE(decision.count(), std::string());
    }
    QCOMPARE(service.once(Outcome::Failed).kind, Decision::Restart);
    QCOMPARE(service.once(Outcome::Succeeded).kind, Decision::Restart);
    const Decision second = service.once(Outcome::Failed);
    QCOMPARE(second.kind, Decision::Failed);
    QCOMPARE(second.reason, std::string("gave up after 2 failures in 10m"));
}

void TestRestartTracker::startsOverAfterAManualStart()
{
    RestartPolicy policy;
    policy.limit = 2;
    Service service(policy);
    QCOMPARE(service.once(Outcome::Failed).kind, Decision::Restart);
    QCOMPARE(service.once(Outcome::Failed).kind, Decision::Failed);
    service.tracker.manualStart();
    QCOMPARE(service.tracker.restarts(), 0);
    const Decision again = service.once(Outcome::Failed);
    QCOMPARE(again.kind, Decision::Restart);
    QCOMPARE(again.delay, Milliseconds(1000));
    QCOMPARE(again.count(), std::string("2 of 2"));
}

void TestRestartTracker::countsAttemptsAndRestarts()
{
    Service service;
    QCOMPARE(service.tracker.attempt(), 0);
    QCOMPARE(service.tracker.restarts(), 0);
    (void)service.once(Outcome::Failed);
    QCOMPARE(service.tracker.attempt(), 1);
    QCOMPARE(service.tracker.restarts(), 0);
    (void)service.once(Outcome::Failed);
    QCOMPARE(service.tracker.attempt(), 2);
    QCOMPARE(service.tracker.restarts(), 1);
}

void TestRestartTracker::takesANewPolicyAtTheNextEnd()
{
    Service service;
    QCOMPARE(service.once(Outcome::Failed).kind, Decision::Restart);
    RestartPolicy policy;
    policy.limit = 2;
    service.tracker.setPolicy(policy);
    QCOMPARE(service.once(Outcome::Failed).kind, Decision::Failed);
}

QTEST_GUILESS_MAIN(TestRestartTracker)
#include "tst_restarttracker.moc"

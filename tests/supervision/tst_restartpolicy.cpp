#include <turnspit/supervision/restartpolicy.h>
#include <turnspit/supervision/stoppolicy.h>

#include <QtTest>

using namespace turnspit;
using namespace std::chrono;

class TestRestartPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasTheDefaultsOfTheContract();
    void namesPoliciesAsTheContractDoes();
    void judgesExitCodes();
};

void TestRestartPolicy::hasTheDefaultsOfTheContract()
{
    const RestartPolicy policy;
    QVERIFY(policy.policy == RestartPolicy::OnFailure);
    QVERIFY(policy.successExitCodes == std::set<int>{0});
    QCOMPARE(policy.delay, Milliseconds(1000));
    QCOMPARE(policy.maxDelay, Milliseconds(60'000));
    QCOMPARE(policy.limit, 10);
    QCOMPARE(policy.window, Milliseconds(600'000));
    QCOMPARE(policy.resetAfter, Milliseconds(60'000));
    const StopPolicy stop;
    QCOMPARE(stop.signal, 15);
    QCOMPARE(stop.timeout, Milliseconds(10'000));
    QVERIFY(stop.command.empty());
}

void TestRestartPolicy::namesPoliciesAsTheContractDoes()
{
    for (const auto policy : {RestartPolicy::Never, RestartPolicy::OnFailure, RestartPolicy::Always})
        QVERIFY(restartPolicyFromString(toString(policy)) == policy);
    QVERIFY(toString(RestartPolicy::OnFailure) == "on-failure");
    QVERIFY(!restartPolicyFromString("on_failure"));
}

void TestRestartPolicy::judgesExitCodes()
{
    RestartPolicy policy;
    policy.successExitCodes = {0, 3, 143};
    QVERIFY(policy.outcomeOf(0) == Outcome::Succeeded);
    QVERIFY(policy.outcomeOf(143) == Outcome::Succeeded);
    QVERIFY(policy.outcomeOf(1) == Outcome::Failed);
}

QTEST_GUILESS_MAIN(TestRestartPolicy)
#include "tst_restartpolicy.moc"

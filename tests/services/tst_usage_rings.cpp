#include <turnspit/services/usagerings.h>

#include <turnspit/async/fakeclock.h>

#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

class TestUsageRings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void samplesComeBackOldestFirstWithTheTimeOnTheWall()
    {
        FakeClock clock;
        UsageRings rings(clock);
        QVERIFY(rings.of("mail").isEmpty());
        const WallTime begin = clock.wallNow();
        rings.add("mail", clock.now(), std::nullopt, 1000);
        clock.advance(10s);
        rings.add("mail", clock.now(), 12.5, 2000);
        clock.advance(1s);
        QCOMPARE(rings.of("mail").size(), 2);
        QVERIFY(rings.of("mail").first() == (UsageSample{begin, std::nullopt, 1000}));
        QVERIFY(rings.of("mail").last() == (UsageSample{begin + 10s, 12.5, 2000}));
        // Who sets the clock moves what was, too.
        clock.setWall(begin + 24h);
        QVERIFY(rings.of("mail").last().time == begin + 24h - 1s);
    }

    void whatIsOlderThanTenMinutesGoes()
    {
        FakeClock clock;
        UsageRings rings(clock);
        for (int i = 0; i < 200; ++i) {
            rings.add("mail", clock.now(), 1.0, i);
            rings.endRound(clock.now());
            clock.advance(10s);
        }
        QCOMPARE(rings.of("mail").size(), 60);
        QCOMPARE(rings.of("mail").last().memoryBytes, 199);
        clock.advance(11min);
        QVERIFY(rings.of("mail").isEmpty());
        rings.endRound(clock.now());
        rings.endRound(clock.now() + 25h);
        rings.endRound(clock.now() + 50h);
        QCOMPARE(rings.size(), 0);
    }

    void manySamplesInAShortTimeDoNotGrowIt()
    {
        FakeClock clock;
        UsageRings rings(clock);
        for (int i = 0; i < 100'000; ++i) {
            clock.advance(1s);
            rings.add("mail", clock.now(), 1.0, i);
            rings.endRound(clock.now());
        }
        QVERIFY2(rings.size() <= 123 + 122 + 146, qPrintable(QString::number(rings.size())));
        QVERIFY(rings.of("mail").size() <= 123);
        const auto samples = rings.of("mail");
        QCOMPARE(samples.last().memoryBytes, 99'999);
        for (qsizetype i = 2; i < samples.size(); ++i)
            QVERIFY(samples[i].time - samples[i - 2].time >= 5s);
    }

    void whereNothingRanThereIsOneSampleWithoutFigures()
    {
        FakeClock clock;
        UsageRings rings(clock);
        rings.add("mail", clock.now(), 1.0, 1000);
        rings.endRound(clock.now());
        for (int i = 0; i < 3; ++i) {
            clock.advance(10s);
            rings.endRound(clock.now());
        }
        clock.advance(10s);
        rings.add("mail", clock.now(), std::nullopt, 500);
        rings.endRound(clock.now());
        const auto samples = rings.of("mail");
        QCOMPARE(samples.size(), 3);
        QVERIFY(!samples[1].memoryBytes && !samples[1].cpuPercent);
        QVERIFY(samples[2].memoryBytes == 500);
    }

    void aLongerTimeIsToldInStepsByTheMeanAndTheMost()
    {
        FakeClock clock;
        UsageRings rings(clock);
        const WallTime begin = clock.wallNow();
        for (int i = 0; i < 6 * 60 * 2; ++i) { // two hours, every ten seconds
            rings.add("mail", clock.now(), i == 0 ? std::optional<double>() : i % 3, 1000 + i);
            rings.endRound(clock.now());
            clock.advance(10s);
        }
        const auto hour = rings.of("mail", 1h);
        QCOMPARE(hour.size(), 120);
        QVERIFY(hour.last().time == begin + 2h - 30s);
        QCOMPARE(hour.last().cpuPercent, 1.0);
        QCOMPARE(hour.last().memoryBytes, 1719);
        const auto day = rings.of("mail", 24h);
        QCOMPARE(day.size(), 12);
        QVERIFY(day.first().time == begin);
        QVERIFY(std::abs(*day.first().cpuPercent - 60.0 / 59) < 0.001); // the first sample had none
        QCOMPARE(day.first().memoryBytes, 1059);
        // What is asked for decides how fine it is, and how much.
        QCOMPARE(rings.of("mail", 20min).size(), 40);
        QCOMPARE(rings.of("mail", 90min).size(), 9);
    }

    void anEndShowsInEveryStepOfTime()
    {
        FakeClock clock;
        UsageRings rings(clock);
        rings.add("mail", clock.now(), 1.0, 1000);
        for (int i = 0; i < 6 * 30; ++i) {
            clock.advance(10s);
            rings.endRound(clock.now());
        }
        for (const auto span : {1h, 24h}) {
            const auto samples = rings.of("mail", span);
            QCOMPARE(samples.size(), 2);
            QVERIFY(!samples.last().memoryBytes);
        }
        rings.add("mail", clock.now(), 2.0, 500);
        rings.endRound(clock.now());
        QVERIFY(rings.of("mail", 24h).last().memoryBytes == 500);
    }
};

QTEST_GUILESS_MAIN(TestUsageRings)
#include "tst_usage_rings.moc"

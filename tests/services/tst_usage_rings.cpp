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
        rings.endRound(clock.now() + 11min);
        QCOMPARE(rings.size(), 0);
    }

    void manySamplesInAShortTimeDoNotGrowIt()
    {
        FakeClock clock;
        UsageRings rings(clock);
        for (int i = 0; i < 3000; ++i) {
            clock.advance(1s);
            rings.add("mail", clock.now(), 1.0, i);
            rings.endRound(clock.now());
        }
        QVERIFY2(rings.size() <= 123, qPrintable(QString::number(rings.size())));
        const auto samples = rings.of("mail");
        QCOMPARE(samples.last().memoryBytes, 2999);
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
};

QTEST_GUILESS_MAIN(TestUsageRings)
#include "tst_usage_rings.moc"

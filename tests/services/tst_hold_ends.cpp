#include <turnspit/session/holdends.h>
#include <turnspit/services/wishes.h>

#include <turnspit/async/fakeclock.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

class TestHoldEnds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_ends.reset();
        m_clock = std::make_unique<FakeClock>();
        m_over.clear();
        m_ends = std::make_unique<HoldEnds>(*m_clock, [this](const std::string& service, WallTime) {
            QVERIFY(!m_ends->of(service));
            m_over.append(QString::fromStdString(service));
        });
    }

    void eachIsOverOnceAtItsEnd()
    {
        QVERIFY(m_ends->set("mail", in(1h)));
        QVERIFY(m_ends->set("backup", in(30min)));
        QVERIFY(!m_ends->set("backup", in(30min)));
        m_clock->advance(30min - 1us);
        QCOMPARE(m_over, QStringList());
        m_clock->advance(1us);
        QCOMPARE(m_over, QStringList{QStringLiteral("backup")});
        m_clock->advance(10h);
        QCOMPARE(m_over, (QStringList{QStringLiteral("backup"), QStringLiteral("mail")}));
        QVERIFY(m_ends->all().empty());
    }

    void anotherEndTakesThePlaceOfTheOneBefore()
    {
        m_ends->set("mail", in(1h));
        m_ends->set("mail", in(3h));
        m_clock->advance(2h);
        QCOMPARE(m_over, QStringList());
        QVERIFY(m_ends->set("mail", std::nullopt));
        QVERIFY(!m_ends->set("mail", std::nullopt));
        m_clock->advance(2h);
        QCOMPARE(m_over, QStringList());
    }

    void anEndInThePastIsOverFromTheLoopOnly()
    {
        m_ends->set("mail", in(-1h));
        QCOMPARE(m_over, QStringList());
        m_clock->advance(0s);
        QCOMPARE(m_over, QStringList{QStringLiteral("mail")});
    }

    void aClockThatIsSetBringsItNearerOrTakesItFartherAway()
    {
        m_ends->set("mail", in(4h));
        m_clock->setWall(m_clock->wallNow() - 2h);
        m_ends->rearm();
        m_clock->advance(5h);
        QCOMPARE(m_over, QStringList());
        m_clock->setWall(m_clock->wallNow() + 2h);
        m_ends->rearm();
        m_clock->advance(0s);
        QCOMPARE(m_over, QStringList{QStringLiteral("mail")});
    }

    void whoSetsTheClockWithoutAWordIsNoticedWithinTheHour()
    {
        m_ends->set("mail", in(10h));
        m_clock->setWall(m_clock->wallNow() + 10h);
        m_clock->advance(1h);
        QCOMPARE(m_over, QStringList{QStringLiteral("mail")});
    }

    void noneIsOverOnceItWasHalted()
    {
        m_ends->set("mail", in(1h));
        m_ends->halt();
        m_ends->rearm();
        m_clock->advance(2h);
        QCOMPARE(m_over, QStringList());
        QVERIFY(m_ends->of("mail"));
    }

    void theNextHostFindsWhenAHoldEnds()
    {
        const QTemporaryDir folder;
        const std::string file = folder.filePath(QStringLiteral("wishes.json")).toStdString();
        Wishes wishes;
        QVERIFY(wishes.load(file));
        wishes.set("mail", {.stopped = true, .held = true, .heldUntil = in(1h)});
        wishes.set("backup", {.stopped = false, .held = true, .heldUntil = std::nullopt});
        QVERIFY(wishes.save());
        Wishes next;
        QVERIFY(next.load(file));
        QVERIFY(next.all() == wishes.all());
        QVERIFY(next.of("mail").heldUntil == in(1h));
    }

    void anEndThatCannotBeReadMakesAHoldThatIsResumedByHand()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("wishes.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            R"({"mail": {"held": true, "held_until": "soon"}, "web": {"held_until": "2126-11-22T18:00:00.000000Z"}})");
        file.close();
        Wishes wishes;
        QVERIFY(wishes.load(file.fileName().toStdString()));
        QVERIFY(wishes.of("mail").held);
        QVERIFY(!wishes.of("mail").heldUntil);
        QVERIFY(wishes.of("web") == Wishes::Wish());
    }

private:
    [[nodiscard]] WallTime in(WallTime::duration time) const { return m_clock->wallNow() + time; }

    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<HoldEnds> m_ends;
    QStringList m_over;
};

QTEST_GUILESS_MAIN(TestHoldEnds)
#include "tst_hold_ends.moc"

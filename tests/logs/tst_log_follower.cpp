#include <support/segmentfixture.h>
#include <turnspit/logs/logfollower.h>
#include <turnspit/logs/logreader.h>

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <semaphore>
#include <thread>

using namespace turnspit;
using turnspit::test::SegmentFixture;

class TestLogFollower : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_count = 0;

    SegmentFixture fixture() { return SegmentFixture(m_dir.filePath(QStringLiteral("log%1").arg(++m_count))); }

    using Texts = std::vector<std::string>;

    static Texts poll(LogFollower& follower, bool* lost = nullptr)
    {
        Texts out;
        for (;;) {
            const auto news = follower.poll(3);
            if (!news)
                qFatal("%s", news.error().text().c_str());
            for (const LogEntry& entry : news->entries)
                out.push_back(entry.text);
            if (lost && news->lostSegments)
                *lost = true;
            if (!news->more)
                return out;
        }
    }

private Q_SLOTS:
    void tellsWhatIsNewSinceAPlace()
    {
        SegmentFixture log = fixture();
        log.add('o', "old");
        LogFollower follower(log.folder(), LogReader(log.folder()).end().value());
        QCOMPARE(poll(follower), Texts());
        log.add('o', "new");
        QCOMPARE(poll(follower), Texts{"new"});
        QCOMPARE(poll(follower), Texts());
        for (int i = 0; i < 10; ++i)
            log.add('e', std::to_string(i));
        QCOMPARE(poll(follower).size(), 10u);
        QCOMPARE(follower.position(), LogReader(log.folder()).end().value());
    }

    void crossesRotation()
    {
        SegmentFixture log = fixture();
        LogFollower follower(log.folder(), {});
        QCOMPARE(poll(follower), Texts());
        log.add('o', "1");
        log.rotate();
        log.add('o', "2");
        log.rotate();
        log.rotate();
        log.add('o', "3");
        bool lost = false;
        QCOMPARE(poll(follower, &lost), (Texts{"1", "2", "3"}));
        QVERIFY(!lost);
        log.add('o', "4");
        QCOMPARE(poll(follower), Texts{"4"});
    }

    void beginsBeforeTheFolderIsThere()
    {
        const QString folder = m_dir.filePath(QStringLiteral("later"));
        LogFollower follower(folder.toStdString(), {});
        QCOMPARE(poll(follower), Texts());
        SegmentFixture log(folder);
        QCOMPARE(poll(follower), Texts());
        log.add('o', "first");
        QCOMPARE(poll(follower), Texts{"first"});
    }

    void aTornEntryWaitsUntilItIsWhole()
    {
        SegmentFixture log = fixture();
        LogFollower follower(log.folder(), {});
        const QByteArray line = SegmentFixture::line(SegmentFixture::timeOf(1), 'o', "whole");
        log.addBytes(line.left(20));
        QCOMPARE(poll(follower), Texts());
        log.addBytes(line.mid(20, 15));
        QCOMPARE(poll(follower), Texts());
        log.addBytes(line.mid(35));
        QCOMPARE(poll(follower), Texts{"whole"});
        log.addBytes(line.left(25));
        QCOMPARE(poll(follower), Texts());
        log.cut(1, line.size());
        log.addBytes(SegmentFixture::line(SegmentFixture::timeOf(1), 'o', "in its place"));
        QCOMPARE(poll(follower), Texts{"in its place"});
    }

    void saysWhenSegmentsWereRemovedUnderIt()
    {
        SegmentFixture log = fixture();
        log.add('o', "1");
        LogFollower follower(log.folder(), {});
        QCOMPARE(poll(follower), Texts{"1"});
        log.add('o', "2");
        log.rotate();
        log.add('o', "3");
        log.rotate();
        log.add('o', "4");
        log.remove(1);
        log.remove(2);
        bool lost = false;
        QCOMPARE(poll(follower, &lost), (Texts{"2", "4"})); // what was open is still read
        QVERIFY(lost);
        log.remove(3);
        log.rotate();
        log.add('o', "5");
        lost = false;
        QCOMPARE(poll(follower, &lost), Texts{"5"});
        QVERIFY(!lost);
    }

    void aPlaceInARemovedSegmentIsSaidToBeLost()
    {
        SegmentFixture log = fixture();
        log.add('o', "1");
        const LogPosition place = LogReader(log.folder()).end().value();
        log.rotate();
        log.add('o', "2");
        log.remove(1);
        LogFollower follower(log.folder(), place);
        bool lost = false;
        QCOMPARE(poll(follower, &lost), Texts{"2"});
        QVERIFY(lost);
    }

    void runsSideBySideAreBothFollowed()
    {
        SegmentFixture log = fixture();
        LogFollower follower(log.folder(), {});
        log.add('o', "a1");
        log.write(2);
        log.add('o', "b1");
        QCOMPARE(poll(follower), (Texts{"a1", "b1"}));
        log.write(1);
        log.add('o', "a2");
        QCOMPARE(poll(follower), Texts{"a2"});
        log.write(2);
        log.add('o', "b2");
        QCOMPARE(poll(follower), Texts{"b2"});
    }

    void losesAndReordersNothingWhileAWriterAppendsAndRotates()
    {
        constexpr int total = 200'000;
        SegmentFixture log = fixture();
        std::binary_semaphore begun(0);
        std::jthread writer([&] {
            // Blocks of odd sizes, so that entries are torn wherever it may happen.
            QByteArray bytes;
            qsizetype written = 0;
            for (int i = 0; i < total; ++i) {
                bytes += SegmentFixture::line(SegmentFixture::timeOf(static_cast<std::uint64_t>(i)), 'o', std::to_string(i));
                if (bytes.size() > 7000) {
                    log.addBytes(bytes.left(6997));
                    bytes.remove(0, 6997);
                    written += 6997;
                }
                if (written > 1'000'000) {
                    log.addBytes(bytes);
                    bytes.clear();
                    written = 0;
                    log.rotate();
                }
                if (i == 1000)
                    begun.release();
            }
            log.addBytes(bytes);
        });
        begun.acquire();
        LogFollower follower(log.folder(), {});
        int next = 0;
        while (next < total) {
            const auto news = follower.poll();
            QVERIFY(news);
            QVERIFY(!news->lostSegments);
            for (const LogEntry& entry : news->entries) {
                if (entry.text != std::to_string(next))
                    QCOMPARE(entry.text, std::to_string(next));
                ++next;
            }
            if (news->entries.empty())
                std::this_thread::yield();
        }
        writer.join();
        QCOMPARE(follower.poll()->entries.size(), 0u);
        QCOMPARE(follower.position(), LogReader(log.folder()).end().value());
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        QCOMPARE(reader.count(), static_cast<std::uint64_t>(total));
    }
};

QTEST_GUILESS_MAIN(TestLogFollower)
#include "tst_log_follower.moc"

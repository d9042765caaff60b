#include <support/segmentfixture.h>
#include <turnspit/logs/logindex.h>

#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;
using turnspit::test::SegmentFixture;

class TestLogIndex : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_count = 0;

    SegmentFixture fixture() { return SegmentFixture(m_dir.filePath(QStringLiteral("log%1").arg(++m_count))); }

    static void fill(SegmentFixture& log, int entries)
    {
        QByteArray bytes;
        for (int i = 0; i < entries; ++i)
            bytes += SegmentFixture::line(SegmentFixture::timeOf(static_cast<std::uint64_t>(i)), 'o', "line " + std::to_string(i));
        log.addBytes(bytes);
    }

    static QByteArray contents(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static void overwrite(const QString& path, const QByteArray& bytes)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }

private Q_SLOTS:
    void aFolderThatDoesNotExistIsAnEmptyLog()
    {
        LogIndex index(m_dir.filePath(QStringLiteral("nowhere")).toStdString());
        QVERIFY(index.refresh());
        QCOMPARE(index.count(), 0u);
        QVERIFY(!index.seek(0));
    }

    void countsWhatIsAppendedAndRotated()
    {
        SegmentFixture log = fixture();
        fill(log, 1000);
        LogIndex index(log.folder());
        QVERIFY(index.refresh());
        QCOMPARE(index.count(), 1000u);
        fill(log, 300);
        log.rotate();
        fill(log, 7);
        QVERIFY(index.refresh());
        QCOMPARE(index.count(), 1307u);
        QCOMPARE(index.segments().size(), 2u);
        QCOMPARE(index.segments()[1].firstNumber, 1300u);
        const auto seek = index.seek(1305);
        QVERIFY(seek);
        QCOMPARE(seek->position, (LogPosition{2, 0}));
        QCOMPARE(seek->skip, 5u);
        QVERIFY(!index.seek(1307));
    }

    void aTornEntryIsNotCounted()
    {
        SegmentFixture log = fixture();
        fill(log, 3);
        const QByteArray torn = SegmentFixture::line(SegmentFixture::timeOf(3), 'o', "torn");
        log.addBytes(torn.chopped(3));
        LogIndex index(log.folder());
        QVERIFY(index.refresh());
        QCOMPARE(index.count(), 3u);
        log.addBytes(torn.right(3));
        QVERIFY(index.refresh());
        QCOMPARE(index.count(), 4u);
    }

    void numbersStayWhenSegmentsAreRemoved()
    {
        SegmentFixture log = fixture();
        for (int i = 0; i < 4; ++i) {
            fill(log, 500);
            log.rotate();
        }
        {
            LogIndex index(log.folder());
            QVERIFY(index.refresh());
            QCOMPARE(index.firstNumber(), 0u);
            log.remove(1);
            QVERIFY(index.refresh());
            QCOMPARE(index.firstNumber(), 500u);
            QCOMPARE(index.endNumber(), 2000u);
            QVERIFY(!QFile::exists(log.indexPath(1)));
        }
        log.remove(2);
        fill(log, 10);
        LogIndex again(log.folder());
        QVERIFY(again.refresh());
        QCOMPARE(again.firstNumber(), 1000u);
        QCOMPARE(again.endNumber(), 2010u);
    }

    void numbersNeverGoBackWhereOnlyCachesOfRemovedSegmentsAreLeft()
    {
        SegmentFixture log = fixture();
        fill(log, 500);
        {
            LogIndex index(log.folder());
            QVERIFY(index.refresh());
        }
        log.rotate();
        fill(log, 20);
        log.remove(1);
        LogIndex again(log.folder());
        QVERIFY(again.refresh());
        QCOMPARE(again.firstNumber(), 500u);
        QCOMPARE(again.endNumber(), 520u);
    }

    void aDamagedCacheIsRebuilt_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("empty") << 0;
        QTest::newRow("cut") << 1;
        QTest::newRow("flipped bit in the offsets") << 2;
        QTest::newRow("flipped bit in the count") << 3;
        QTest::newRow("other version") << 4;
        QTest::newRow("longer") << 5;
    }

    void aDamagedCacheIsRebuilt()
    {
        QFETCH(int, kind);
        SegmentFixture log = fixture();
        fill(log, 2000);
        log.rotate();
        fill(log, 5);
        {
            LogIndex index(log.folder());
            QVERIFY(index.refresh());
        }
        const QByteArray good = contents(log.indexPath(1));
        QVERIFY(good.size() > 64);
        QByteArray bad = good;
        switch (kind) {
        case 0: bad.clear(); break;
        case 1: bad.chop(8); break;
        case 2: bad[bad.size() - 3] = static_cast<char>(bad[bad.size() - 3] ^ 1); break;
        case 3: bad[32] = static_cast<char>(bad[32] ^ 4); break;
        case 4: bad[4] = 99; break;
        default: bad += '\0'; break;
        }
        overwrite(log.indexPath(1), bad);
        LogIndex index(log.folder());
        QVERIFY(index.refresh());
        QCOMPARE(index.count(), 2005u);
        QCOMPARE(index.segments()[0].offsets.size(), 8u);
        QCOMPARE(contents(log.indexPath(1)), good);
    }

    void aCacheThatDoesNotFitTheLogIsNotTrusted()
    {
        SegmentFixture log = fixture();
        fill(log, 2000);
        log.rotate();
        fill(log, 5);
        {
            LogIndex index(log.folder());
            QVERIFY(index.refresh());
        }
        // Somebody cut the segment in the middle of an entry: the whole ones before are what counts.
        const QByteArray bytes = contents(log.path(1));
        const qint64 keep = bytes.indexOf("line 700") + 4;
        log.cut(1, keep);
        LogIndex index(log.folder());
        QVERIFY(index.refresh());
        QCOMPARE(index.segments()[0].entries, 700u);
    }

    void aGoodCacheSavesTheCounting()
    {
        SegmentFixture log = fixture();
        fill(log, 600);
        log.rotate();
        LogIndex first(log.folder());
        QVERIFY(first.refresh());
        // The cache says so, and it was not counted again: bytes in the middle may change without being noticed.
        QFile file(log.path(1));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(40));
        file.write("\n\n");
        file.close();
        LogIndex second(log.folder());
        QVERIFY(second.refresh());
        QCOMPARE(second.count(), 600u);
        LogIndex without(log.folder(), LogIndex::Cache::Ignore);
        QVERIFY(without.refresh());
        QVERIFY(without.count() != 600u);
    }

    void theNumberOfEachPlaceIsFound()
    {
        SegmentFixture log = fixture();
        fill(log, 777);
        log.rotate();
        fill(log, 50);
        LogIndex index(log.folder());
        QVERIFY(index.refresh());
        const qsizetype size = SegmentFixture::line(SegmentFixture::timeOf(0), 'o', "line 0").size();
        QCOMPARE(*index.numberAt({1, 0}), 0u);
        QCOMPARE(*index.numberAt({1, static_cast<std::uint64_t>(size) * 4}), 4u);
        QCOMPARE(*index.numberAt({1, static_cast<std::uint64_t>(size) * 4 - 1}), 4u);
        QCOMPARE(*index.numberAt({2, 0}), 777u);
        QCOMPARE(*index.numberAt({2, 1 << 30}), 827u);
        QCOMPARE(*index.numberAt({9, 0}), 827u);
        QCOMPARE(*index.numberAt({0, 0}), 0u);
    }
};

QTEST_GUILESS_MAIN(TestLogIndex)
#include "tst_log_index.moc"

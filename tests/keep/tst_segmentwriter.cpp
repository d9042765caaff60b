#include "keep/keepclient.h"

#include <turnspit/keep/logbudget.h>
#include <turnspit/keep/segmentformat.h>
#include <turnspit/keep/segmentwriter.h>

#include <QTemporaryDir>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace turnspit;
using namespace turnspit::keep;
using namespace turnspit::keep::test;
using namespace std::chrono;

namespace {

const WallTime begin = *parseRfc3339("2026-11-22T08:44:24.123456Z");

std::uint64_t bytesIn(const std::string& folder)
{
    std::uint64_t sum = 0;
    for (const QFileInfo& info :
         QDir(QString::fromStdString(folder)).entryInfoList({QStringLiteral("*.log")}, QDir::Files))
        sum += static_cast<std::uint64_t>(info.size());
    return sum;
}

QStringList segmentsIn(const std::string& folder)
{
    return QDir(QString::fromStdString(folder)).entryList({QStringLiteral("*.log")}, QDir::Files, QDir::Name);
}

QByteArray contents(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Files of this process cannot grow beyond `bytes`: the nearest thing to a full disk that needs no privilege.
class SmallFiles
{
public:
    explicit SmallFiles(rlim_t bytes)
    {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        set(bytes);
    }
    ~SmallFiles() { ::setrlimit(RLIMIT_FSIZE, &m_before); }
    SmallFiles(const SmallFiles&) = delete;
    SmallFiles& operator=(const SmallFiles&) = delete;

    void set(rlim_t bytes)
    {
        const rlimit limit{bytes, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }

private:
    rlimit m_before{};
};

} // namespace

class TestSegmentWriter : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_root;
    int m_count = 0;

    LogPlan newPlan(std::uint64_t maxSize = 100'000'000, std::uint64_t segmentSize = 16'000'000)
    {
        LogPlan plan;
        plan.folder = m_root.path().toStdString() + "/logs/s" + std::to_string(++m_count);
        plan.maxSize = maxSize;
        plan.segmentSize = segmentSize;
        return plan;
    }

private Q_SLOTS:
    void anEntryIsAPrefixOf32BytesTheTextAndANewline()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        writer.append(LogStream::Out, "text\n", begin);
        writer.append(LogStream::Err, "wrong\n\n", begin + microseconds(1));
        writer.mark("run 41 began pid 812 trigger schedule attempt 1", begin + seconds(2));
        QCOMPARE(contents(plan.folder + "/00000001.log"),
                 QByteArray("2026-11-22T08:44:24.123456Z o | text\n"
                            "2026-11-22T08:44:24.123457Z e | wrong\n"
                            "2026-11-22T08:44:24.123457Z e | \n"
                            "2026-11-22T08:44:26.123456Z h | run 41 began pid 812 trigger schedule attempt 1\n"));
        QVERIFY(writer.lines() == 3);
        QVERIFY((writer.end() == LogPosition{1, bytesIn(plan.folder)}));
    }

    void linesArriveInAnyPiecesAndComeOutWhole()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        const std::string text = "one\ntwo\r\n\nthree\x01\xff three\n";
        for (const char c : text)
            writer.append(LogStream::Out, {&c, 1}, begin);
        const auto entries = readLog(plan.folder);
        QCOMPARE(entries.size(), 4UZ);
        QCOMPARE(joined(entries, 'o'), text);
    }

    void timeNeverGoesBackNotEvenOverALifeAndASegment()
    {
        const LogPlan plan = newPlan(100'000, 1024);
        {
            SegmentWriter writer(plan, nullptr);
            writer.append(LogStream::Out, "late\n", begin + hours(1));
            writer.append(LogStream::Out, "early\n", begin);
        }
        SegmentWriter writer(plan, nullptr);
        for (int i = 0; i < 100; ++i)
            writer.append(LogStream::Out, "still early\n", begin);
        QVERIFY(segmentsIn(plan.folder).size() > 1);
        for (const Entry& entry : readLog(plan.folder))
            QCOMPARE(entry.time, std::string("2026-11-22T09:44:24.123456Z"));
    }

    void anUnfinishedLineWaitsAndGoesOnWithAPlus()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        writer.append(LogStream::Out, "name: ", begin);
        QVERIFY(writer.hasPartial());
        QVERIFY(readLog(plan.folder).empty());
        writer.flushPartial(begin + milliseconds(200));
        QVERIFY(!writer.hasPartial());
        writer.append(LogStream::Err, "between\n", begin + milliseconds(300));
        writer.append(LogStream::Out, "Ada\n", begin + milliseconds(400));
        QCOMPARE(contents(plan.folder + "/00000001.log"), QByteArray("2026-11-22T08:44:24.323456Z o+| name: \n"
                                                                     "2026-11-22T08:44:24.423456Z e | between\n"
                                                                     "2026-11-22T08:44:24.523456Z o | Ada\n"));
    }

    void aLineOf64KiBIsCutAndALongerOneToo()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        const std::string exact(65536, 'a');
        const std::string longer(200'000, 'b');
        writer.append(LogStream::Out, exact + '\n' + longer, begin);
        writer.append(LogStream::Out, "end\n", begin);
        const auto entries = readLog(plan.folder);
        QCOMPARE(entries.size(), 5UZ);
        QVERIFY(!entries[0].more && entries[1].more && entries[2].more && entries[3].more && !entries[4].more);
        for (const Entry& entry : entries)
            QVERIFY(entry.text.size() <= 65536);
        QCOMPARE(joined(entries, 'o'), exact + '\n' + longer + "end\n");
    }

    void theEndOfAStreamClosesItsLastLine()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        writer.append(LogStream::Out, "no newline", begin);
        writer.finishStreams(begin);
        writer.append(LogStream::Out, "next", begin);
        writer.flushPartial(begin);
        writer.finishStreams(begin);
        writer.append(LogStream::Out, "run\n", begin);
        QCOMPARE(joined(readLog(plan.folder), 'o'), std::string("no newline\nnext\nrun\n"));
    }

    void aServiceCannotForgeAMark()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        writer.append(LogStream::Out, "2026-11-22T08:44:24.123456Z h | run 41 ended\n\x00\x1b[2Kh | x\n", begin);
        writer.mark("two\nlines", begin);
        const auto entries = readLog(plan.folder);
        QVERIFY(std::ranges::count(entries, 'h', &Entry::stream) == 1);
        QVERIFY(hasMark(entries, "two lines"));
    }

    void segmentsRotateAndTheCapsHoldAtAllTimes()
    {
        const LogPlan plan = newPlan(50'000, 8'000);
        SegmentWriter writer(plan, nullptr);
        std::string all;
        for (int i = 0; i < 3000; ++i) {
            const std::string line = "line " + std::to_string(i) + '\n';
            all += line;
            writer.append(LogStream::Out, line, begin + microseconds(i));
            QVERIFY(bytesIn(plan.folder) <= plan.maxSize);
        }
        QVERIFY(bytesIn(plan.folder) > 30'000);
        QCOMPARE(writer.total(), bytesIn(plan.folder));
        const QStringList segments = segmentsIn(plan.folder);
        for (const QString& name : segments)
            QVERIFY(QFileInfo(QString::fromStdString(plan.folder) + QLatin1Char('/') + name).size() <= 8000);
        const auto entries = readLog(plan.folder);
        QVERIFY(all.ends_with(joined(entries, 'o')));
        const auto first = segmentNumber(segments.first().toStdString());
        QVERIFY(hasMark(entries, "removed: segments up to " + segmentName(first - 1).substr(0, 8)));
    }

    void aBlockLargerThanASegmentIsSpreadOverSeveral()
    {
        const LogPlan plan = newPlan(1'000'000, 10'000);
        SegmentWriter writer(plan, nullptr);
        std::string block;
        for (int i = 0; i < 3000; ++i)
            block += "line " + std::to_string(i) + '\n';
        writer.append(LogStream::Out, block, begin);
        QCOMPARE(joined(readLog(plan.folder), 'o'), block);
        QVERIFY(segmentsIn(plan.folder).size() >= 12);
    }

    void numbersGrowOverLives()
    {
        const LogPlan plan = newPlan(100'000, 1024);
        for (int life = 0; life < 5; ++life) {
            SegmentWriter writer(plan, nullptr);
            for (int i = 0; i < 20; ++i)
                writer.append(LogStream::Out, "a line of this life\n", begin);
        }
        const auto entries = readLog(plan.folder);
        QCOMPARE(entries.size(), 100UZ);
        QVERIFY(std::ranges::count(entries, '?', &Entry::stream) == 0);
    }

    void aTornEntryOfAnEarlierLifeIsCutBack()
    {
        const LogPlan plan = newPlan();
        {
            SegmentWriter writer(plan, nullptr);
            writer.append(LogStream::Out, "whole\n", begin);
        }
        QFile file(QString::fromStdString(plan.folder + "/00000001.log"));
        QVERIFY(file.open(QIODevice::Append));
        file.write("2026-11-22T08:44:24.12345");
        file.close();
        SegmentWriter writer(plan, nullptr);
        writer.append(LogStream::Out, "next\n", begin);
        QCOMPARE(contents(plan.folder + "/00000001.log"),
                 QByteArray("2026-11-22T08:44:24.123456Z o | whole\n2026-11-22T08:44:24.123456Z o | next\n"));
    }

    void aLineLeftOpenByAnEarlierLifeIsClosedBeforeTheNextRun()
    {
        const LogPlan plan = newPlan();
        {
            SegmentWriter writer(plan, nullptr);
            writer.append(LogStream::Err, "half", begin);
            writer.flushPartial(begin);
        }
        SegmentWriter writer(plan, nullptr);
        writer.finishStreams(begin);
        writer.append(LogStream::Err, "other\n", begin);
        QCOMPARE(joined(readLog(plan.folder), 'e'), std::string("half\nother\n"));
    }

    void aFullDiskCountsWhatIsLostAndSaysSoOnceItWorksAgain()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        SmallFiles disk(200);
        std::string kept;
        std::uint64_t lost = 0;
        for (int i = 0; i < 20; ++i) {
            const std::string line = "line number " + std::to_string(i) + '\n';
            writer.append(LogStream::Out, line, begin + seconds(i));
            if (!writer.failing())
                kept += line;
            else
                lost += line.size();
        }
        writer.mark("run 1 ended failed exit 3", begin + seconds(30));
        QVERIFY(writer.failing());
        QVERIFY(bytesIn(plan.folder) <= 200);
        QCOMPARE(joined(readLog(plan.folder), 'o'), kept);
        QVERIFY(std::ranges::count(readLog(plan.folder), '?', &Entry::stream) == 0);

        disk.set(RLIM_INFINITY);
        writer.retry(begin + seconds(31));
        QVERIFY(!writer.failing());
        writer.append(LogStream::Out, "again\n", begin + seconds(32));
        const auto entries = readLog(plan.folder);
        const auto count = std::to_string(20 - std::ranges::count(kept, '\n'));
        QVERIFY(hasMark(entries, "not kept: " + count + " lines, " + std::to_string(lost) + " bytes"));
        QVERIFY(hasMark(entries, "run 1 ended failed exit 3"));
        QCOMPARE(joined(entries, 'o'), kept + "again\n");
        QVERIFY(std::ranges::is_sorted(entries, {}, &Entry::time));
        QVERIFY(writer.lines() == static_cast<std::uint64_t>(std::ranges::count(kept, '\n')) + 1);
        QCOMPARE(writer.total(), bytesIn(plan.folder));
    }

    void keepingResumesByItselfWithTheNextOutput()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        {
            SmallFiles disk(10);
            writer.append(LogStream::Out, "lost\n", begin);
            QVERIFY(writer.failing());
        }
        QTRY_VERIFY_WITH_TIMEOUT((writer.append(LogStream::Err, "x\n", begin), !writer.failing()), 10000);
        const auto entries = readLog(plan.folder);
        QVERIFY(entries.front().text.starts_with("not kept: "));
    }

    void aTextWhoseNextPieceWasLostIsNotJoinedWithWhatFollows()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        writer.append(LogStream::Out, "begin ", begin);
        writer.flushPartial(begin);
        {
            SmallFiles disk(bytesIn(plan.folder));
            writer.append(LogStream::Out, "middle\n", begin);
        }
        writer.retry(begin);
        writer.append(LogStream::Out, "another line\n", begin);
        QCOMPARE(joined(readLog(plan.folder), 'o'), std::string("begin \nanother line\n"));
    }

    void aFolderThatWasRemovedIsMadeAgainWithANewNumber()
    {
        const LogPlan plan = newPlan();
        SegmentWriter writer(plan, nullptr);
        writer.append(LogStream::Out, "first\n", begin);
        QVERIFY(QDir(QString::fromStdString(plan.folder)).removeRecursively());
        writer.mark("after", begin);
        QCOMPARE(segmentsIn(plan.folder), QStringList{QStringLiteral("00000002.log")});
        QVERIFY(hasMark(readLog(plan.folder), "after"));
    }

    void oldSegmentsGoByAgeAlsoTheLastOfAnIdleService()
    {
        LogPlan plan = newPlan(1'000'000, 1024);
        plan.maxAge = duration_cast<Milliseconds>(hours(24));
        SegmentWriter writer(plan, nullptr);
        for (int i = 0; i < 100; ++i)
            writer.append(LogStream::Out, "a line that fills segments\n", begin);
        const qsizetype before = segmentsIn(plan.folder).size();
        const WallTime now = wallClockNow();
        writer.prune(now);
        QCOMPARE(segmentsIn(plan.folder).size(), before);
        writer.prune(now + hours(25));
        const QStringList left = segmentsIn(plan.folder);
        QCOMPARE(left.size(), 1);
        QVERIFY(segmentNumber(left.first().toStdString()) == static_cast<std::uint32_t>(before) + 1);
        const auto entries = readLog(plan.folder);
        QCOMPARE(entries.size(), 1UZ);
        QVERIFY(entries[0].text.starts_with("removed: segments up to "));
        writer.prune(now + hours(500));
        QCOMPARE(segmentsIn(plan.folder), left);
    }

    void theCapOfTheHostHoldsOverAllServices()
    {
        QTemporaryDir root;
        LogBudget budget(root.path().toStdString());
        budget.setLimit(100'000);
        std::vector<std::unique_ptr<SegmentWriter>> writers;
        const auto sum = [&] {
            std::uint64_t bytes = 0;
            for (int i = 0; i < 5; ++i)
                bytes += bytesIn(root.path().toStdString() + "/s" + std::to_string(i));
            return bytes;
        };
        for (int i = 0; i < 5; ++i) {
            LogPlan plan;
            plan.folder = root.path().toStdString() + "/s" + std::to_string(i);
            plan.segmentSize = 8'000;
            writers.push_back(std::make_unique<SegmentWriter>(plan, &budget));
        }
        writers[4]->append(LogStream::Out, "of a service that does not run any more\n", begin);
        writers.pop_back();
        const std::string line(120, 'x');
        for (int i = 0; i < 4000; ++i) {
            writers[static_cast<std::size_t>(i % 4)]->append(LogStream::Out, line + '\n', begin + microseconds(i));
            if (i % 50 == 0)
                QVERIFY(sum() <= 100'000);
        }
        QVERIFY(sum() <= 100'000);
        QVERIFY(sum() > 60'000);
        QCOMPARE(budget.total(), sum());
        for (int i = 0; i < 5; ++i) {
            const auto entries = readLog(root.path().toStdString() + "/s" + std::to_string(i));
            QVERIFY(std::ranges::is_sorted(entries, {}, &Entry::time));
            QVERIFY(std::ranges::count(entries, '?', &Entry::stream) == 0);
        }
    }
};

QTEST_APPLESS_MAIN(TestSegmentWriter)
#include "tst_segmentwriter.moc"

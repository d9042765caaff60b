#include <support/segmentfixture.h>
#include <turnspit/logs/logreader.h>
#include <turnspit/logs/logruns.h>

#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;
using turnspit::test::SegmentFixture;

class TestLogReader : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_count = 0;

    SegmentFixture fixture() { return SegmentFixture(m_dir.filePath(QStringLiteral("log%1").arg(++m_count))); }

    static std::vector<std::string> texts(const Result<std::vector<LogEntry>>& entries)
    {
        std::vector<std::string> out;
        for (const LogEntry& entry : entries.value())
            out.push_back(entry.text);
        return out;
    }

    using Texts = std::vector<std::string>;

private Q_SLOTS:
    void anEntryIsReadAsItWasWritten()
    {
        SegmentFixture log = fixture();
        const std::string bytes("\xff\x00\r \xc3\xa4", 6);
        log.add('h', "run 1 began pid 7 trigger start attempt 1");
        log.add('o', "");
        log.add('e', bytes, true);
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        const auto entries = reader.read(0, 10);
        QVERIFY(entries);
        QCOMPARE(entries->size(), 3u);
        QCOMPARE((*entries)[0].stream, 'h');
        QCOMPARE((*entries)[1].text, std::string());
        QCOMPARE((*entries)[1].n, 1u);
        const LogEntry& third = (*entries)[2];
        QVERIFY(third.continues);
        QCOMPARE(third.stream, 'e');
        QCOMPARE(third.text, bytes);
        QVERIFY(third.time == SegmentFixture::timeOf(2));
        QCOMPARE(third.position, (*entries)[1].end);
        QCOMPARE(*reader.end(), third.end);
    }

    void damagedLinesAreShownAsSuchAndCounted()
    {
        SegmentFixture log = fixture();
        log.add('o', "a");
        log.addBytes(QByteArray("half a li\n"));
        log.addBytes(QByteArray(100, '\0') + "\n");
        log.add('o', "b");
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        const auto entries = reader.read(0, 10);
        QCOMPARE(entries->size(), 4u);
        QCOMPARE((*entries)[1].stream, '?');
        QCOMPARE((*entries)[1].text, std::string("half a li"));
        QCOMPARE((*entries)[3].n, 3u);
    }

    void aLineTooLongToBeTrueIsCutInMemoryOnly()
    {
        SegmentFixture log = fixture();
        log.add('o', "before");
        log.addBytes(QByteArray(3'000'000, 'x') + "\n");
        log.add('o', "after");
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        const auto forwards = reader.read(0, 10);
        QCOMPARE(forwards->size(), 3u);
        QCOMPARE((*forwards)[1].text.size(), maxLogLine);
        QCOMPARE((*forwards)[2].text, std::string("after"));
        const auto backwards = reader.tail(10);
        QCOMPARE(backwards->size(), 3u);
        QCOMPARE((*backwards)[1].text.size(), maxLogLine);
        QCOMPARE((*backwards)[1].position, (*forwards)[1].position);
        QCOMPARE((*backwards)[0].text, std::string("before"));
    }

    void theTailOfALogIsItsLastWholeEntries()
    {
        SegmentFixture log = fixture();
        for (int i = 0; i < 10; ++i) {
            if (i == 4 || i == 7)
                log.rotate();
            log.add(i % 2 ? 'e' : 'o', std::to_string(i));
        }
        log.addBytes("2026-11-22T08:44:24.123456Z o | torn");
        const LogReader reader(log.folder());
        QCOMPARE(texts(reader.tail(0)), Texts());
        QCOMPARE(texts(reader.tail(2)), (Texts{"8", "9"}));
        QCOMPARE(texts(reader.tail(4)), (Texts{"6", "7", "8", "9"}));
        QCOMPARE(texts(reader.tail(100)).size(), 10u);
        LogFilter errors;
        errors.streams = "e";
        QCOMPARE(texts(reader.tail(3, {}, errors)), (Texts{"5", "7", "9"}));
        LogFilter times;
        times.since = SegmentFixture::timeOf(3);
        times.until = SegmentFixture::timeOf(6);
        QCOMPARE(texts(reader.tail(100, {}, times)), (Texts{"3", "4", "5", "6"}));
        const auto all = reader.tail(100);
        const LogRange slice{(*all)[2].position, (*all)[8].position};
        QCOMPARE(texts(reader.tail(100, slice)), (Texts{"2", "3", "4", "5", "6", "7"}));
        QCOMPARE(texts(reader.tail(2, slice)), (Texts{"6", "7"}));
        // However late a step begins, it comes further.
        LogFilter odd;
        odd.pattern = LogPattern::compile("[13579]").value();
        Texts found;
        LogRange left;
        std::optional<LogPosition> rest;
        int steps = 0;
        do {
            const Texts some = texts(reader.tail(100, left, odd, std::chrono::steady_clock::now(), rest));
            found.insert(found.begin(), some.begin(), some.end());
            left.end = rest.value_or(left.begin);
            ++steps;
        } while (rest);
        QCOMPARE(found, (Texts{"1", "3", "5", "7", "9"}));
        QVERIFY(steps >= 10);
    }

    void anEmptyLogHasNoTailAndNoEnd()
    {
        const LogReader nowhere(m_dir.filePath(QStringLiteral("none")).toStdString());
        QCOMPARE(texts(nowhere.tail(5)), Texts());
        QCOMPARE(*nowhere.end(), LogPosition{});
        SegmentFixture log = fixture();
        log.addBytes("torn");
        const LogReader reader(log.folder());
        QCOMPARE(texts(reader.tail(5)), Texts());
        QCOMPARE(*reader.end(), (LogPosition{1, 0}));
        QCOMPARE(*reader.positionAt(SegmentFixture::timeOf(0)), (LogPosition{1, 0}));
    }

    void aMillionEntriesAreWhereTheOracleSays()
    {
        constexpr std::uint64_t total = 1'000'000;
        SegmentFixture log = fixture();
        QByteArray bytes;
        for (std::uint64_t i = 0; i < total; ++i) {
            bytes += SegmentFixture::line(SegmentFixture::timeOf(i / 3), 'o', "number " + std::to_string(i) + std::string(i % 50, '.'));
            if (bytes.size() > 16'000'000) {
                log.addBytes(bytes);
                bytes.clear();
                log.rotate();
            }
        }
        log.addBytes(bytes);
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        QCOMPARE(reader.count(), total);
        QVERIFY(reader.index().segments().size() > 3);

        for (std::uint64_t n = 0; n < total; n += 9973) {
            const auto entries = reader.read(n, 2);
            QCOMPARE(entries->size(), 2u);
            for (std::uint64_t k = 0; k < 2; ++k) {
                QCOMPARE((*entries)[k].n, n + k);
                QVERIFY((*entries)[k].text.starts_with("number " + std::to_string(n + k) + std::string((n + k) % 50, '.')));
            }
            QCOMPARE(*reader.numberAt((*entries)[1].position), n + 1);
            // By time: the first of the three that share it.
            const auto place = reader.positionAt(SegmentFixture::timeOf(n / 3));
            QCOMPARE(*reader.numberAt(*place), n / 3 * 3);
        }
        QCOMPARE(reader.read(total - 3, 100)->size(), 3u);
        QCOMPARE(reader.read(total, 100)->size(), 0u);
        QCOMPARE(reader.read(0, 300'000)->size(), 300'000u);
        QCOMPARE(*reader.positionAt(SegmentFixture::timeOf(total)), *reader.end());
        QCOMPARE(*reader.positionAt(SegmentFixture::timeOf(0)), (LogPosition{1, 0}));
        const auto last = reader.tail(1);
        QVERIFY(last->front().text.starts_with("number 999999"));
    }

    void whatIsRemovedUnderTheReaderIsPassedOver()
    {
        SegmentFixture log = fixture();
        for (int i = 0; i < 30; ++i) {
            if (i > 0 && i % 10 == 0)
                log.rotate();
            log.add('o', std::to_string(i));
        }
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        log.remove(1);
        const auto entries = reader.read(5, 10);
        QCOMPARE(texts(entries), (Texts{"10", "11", "12", "13", "14"}));
        QCOMPARE(entries->front().n, 10u);
        QCOMPARE(reader.firstNumber(), 10u);
        QCOMPARE(texts(reader.read(0, 5)), Texts());
    }

    void theLastRunIsFoundByItsMark()
    {
        SegmentFixture log = fixture();
        QVERIFY(!findLastRun(log.folder()).value());
        log.add('h', "run 41 began pid 812 trigger schedule attempt 1");
        log.add('o', "one");
        log.add('h', "run 41 ended failed exit 3");
        log.add('h', "restart in 4s (2 of 10)");
        log.add('h', "run 42 began pid 900 trigger restart attempt 2");
        log.add('o', "run 43 began pid 1 trigger start attempt 1"); // the service says so, which is no mark
        log.rotate();
        log.add('o', "two");
        const auto live = findLastRun(log.folder());
        QVERIFY(live && *live);
        QCOMPARE((*live)->run.value, 42u);
        QVERIFY(!(*live)->ended);
        QVERIFY((*live)->began == SegmentFixture::timeOf(4));
        LogReader reader(log.folder());
        QCOMPARE(texts(reader.tail(10, (*live)->range)).size(), 3u);

        log.add('h', "run 42 ended succeeded exit 0");
        log.add('h', "removed: segments up to 00000000");
        const auto ended = findLastRun(log.folder());
        QVERIFY((*ended)->ended);
        QCOMPARE(texts(reader.tail(10, (*ended)->range)).size(), 4u);
        const auto earlier = findRun(log.folder(), RunId{41});
        QVERIFY(earlier && *earlier);
        QCOMPARE(texts(reader.tail(10, (*earlier)->range)),
                 (Texts{"run 41 began pid 812 trigger schedule attempt 1", "one", "run 41 ended failed exit 3"}));
        QVERIFY(!findRun(log.folder(), RunId{40}).value());
    }

    void marksOfRunsAreToldFromOthers()
    {
        const auto began = parseRunMark("run 41 began pid 812 trigger schedule attempt 1");
        QVERIFY(began);
        QCOMPARE(began->run.value, 41u);
        QVERIFY(began->what == RunMark::What::Began);
        QCOMPARE(began->rest, std::string_view("pid 812 trigger schedule attempt 1"));
        QVERIFY(parseRunMark("run 41 ended failed exit 3")->what == RunMark::What::Ended);
        QVERIFY(!parseRunMark("run 41 endedfailed"));
        QVERIFY(!parseRunMark("run x began"));
        QVERIFY(!parseRunMark("restart in 4s (2 of 10)"));
    }
};

QTEST_GUILESS_MAIN(TestLogReader)
#include "tst_log_reader.moc"

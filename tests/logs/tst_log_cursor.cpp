#include <support/segmentfixture.h>
#include <turnspit/logs/logcursor.h>
#include <turnspit/logs/logreader.h>

#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;
using turnspit::test::SegmentFixture;

class TestLogCursor : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_count = 0;

    SegmentFixture fixture() { return SegmentFixture(m_dir.filePath(QStringLiteral("log%1").arg(++m_count))); }

    using Texts = std::vector<std::string>;

    static std::vector<LogEntry> all(LogCursor& cursor, std::size_t step = 100, std::uint64_t budget = 1 << 20)
    {
        std::vector<LogEntry> out;
        while (!cursor.atEnd()) {
            auto some = cursor.next(step, budget);
            if (!some)
                qFatal("%s", some.error().text().c_str());
            std::move(some->begin(), some->end(), std::back_inserter(out));
        }
        return out;
    }

    static Texts texts(LogCursor cursor, std::size_t step = 100, std::uint64_t budget = 1 << 20)
    {
        Texts out;
        for (const LogEntry& entry : all(cursor, step, budget))
            out.push_back(entry.text);
        return out;
    }

    static std::string raw(const SegmentFixture& log, std::size_t step = 100)
    {
        LogFilter filter;
        filter.streams = "oe";
        filter.joined = true;
        LogCursor cursor(log.folder(), {}, filter);
        std::string out;
        for (const LogEntry& entry : all(cursor, step))
            appendRaw(out, entry);
        return out;
    }

    static LogPattern pattern(const std::string& expression) { return LogPattern::compile(expression).value(); }

private Q_SLOTS:
    void readsForwardsThroughSegmentsInAnySteps()
    {
        SegmentFixture log = fixture();
        Texts expected;
        for (int i = 0; i < 100; ++i) {
            if (i % 33 == 32)
                log.rotate();
            log.add('o', std::to_string(i));
            expected.push_back(std::to_string(i));
        }
        QCOMPARE(texts(LogCursor(log.folder())), expected);
        QCOMPARE(texts(LogCursor(log.folder()), 1), expected);
        QCOMPARE(texts(LogCursor(log.folder()), 100, 1), expected);

        LogCursor half(log.folder(), {}, {}, 0);
        QCOMPARE(half.next(50)->back().n, 49u);
        LogRange rest;
        rest.begin = half.position();
        LogCursor other(log.folder(), rest, {}, half.number());
        const auto entries = all(other);
        QCOMPARE(entries.size(), 50u);
        QCOMPARE(entries.front().n, 50u);
        QCOMPARE(entries.back().n, 99u);
    }

    void filtersByStreamTimeAndPattern()
    {
        SegmentFixture log = fixture();
        for (int i = 0; i < 1000; ++i) {
            if (i % 100 == 99)
                log.rotate();
            log.add("oeh"[i % 3], "line " + std::to_string(i));
        }
        LogFilter streams;
        streams.streams = "h";
        QCOMPARE(texts(LogCursor(log.folder(), {}, streams)).size(), 333u);
        LogFilter times;
        times.since = SegmentFixture::timeOf(450);
        times.until = SegmentFixture::timeOf(452);
        QCOMPARE(texts(LogCursor(log.folder(), {}, times)), (Texts{"line 450", "line 451", "line 452"}));
        LogFilter matching;
        matching.pattern = pattern("7{3}$");
        QCOMPARE(texts(LogCursor(log.folder(), {}, matching)), (Texts{"line 777"}));
        matching.pattern = pattern("line 77\\d");
        matching.streams = "o";
        QCOMPARE(texts(LogCursor(log.folder(), {}, matching)), (Texts{"line 771", "line 774", "line 777"}));
        LogFilter late;
        late.since = SegmentFixture::timeOf(5000);
        QCOMPARE(texts(LogCursor(log.folder(), {}, late)), Texts());
    }

    // An expression may take long: a step ends behind the line that it has come to.
    void aSearchGoesOnInStepsHoweverLateTheyBegin()
    {
        SegmentFixture log = fixture();
        log.add('o', "one ", true);
        log.add('o', "two ", true);
        log.add('o', "three");
        log.add('o', "four");
        log.add('o', "five");
        LogFilter filter;
        filter.joined = true;
        filter.pattern = pattern("[ou]");
        LogCursor cursor(log.folder(), {}, filter);
        const auto late = std::chrono::steady_clock::now();
        std::vector<Texts> steps;
        while (!cursor.atEnd()) {
            const auto some = cursor.next(100, 1 << 20, late);
            QVERIFY(some);
            Texts& step = steps.emplace_back();
            for (const LogEntry& entry : *some)
                step.push_back(entry.text);
        }
        steps.resize(3); // the last one found the end
        QCOMPARE(steps, (std::vector<Texts>{{"one two three"}, {"four"}, {}}));
    }

    void aSearchThatNobodyWaitsForIsGivenUp()
    {
        SegmentFixture log = fixture();
        log.add('o', "one");
        LogFilter filter;
        filter.pattern = pattern("on.");
        const auto flag = std::make_shared<std::atomic<bool>>(false);
        filter.givenUp = flag;
        QCOMPARE(texts(LogCursor(log.folder(), {}, filter)), Texts{"one"});
        QVERIFY(LogReader(log.folder()).tail(1, {}, filter));
        *flag = true;
        LogCursor cursor(log.folder(), {}, filter);
        QVERIFY(cursor.next(1).error().kind == ErrorKind::Cancelled);
        QVERIFY(LogReader(log.folder()).tail(1, {}, filter).error().kind == ErrorKind::Cancelled);
    }

    void joinedLinesAreWhatTheServiceWrote()
    {
        SegmentFixture log = fixture();
        log.add('h', "run 1 began pid 5 trigger start attempt 1");
        log.add('o', "one ", true);
        log.add('e', "error ", true);
        log.add('o', "two ", true);
        log.rotate();
        log.add('e', "line");
        log.add('h', "not kept: 1 lines, 5 bytes");
        log.add('o', "three");
        log.add('o', "plain");
        LogFilter joined;
        joined.joined = true;
        LogCursor cursor(log.folder(), {}, joined, 0);
        const auto entries = all(cursor);
        QCOMPARE(entries.size(), 5u);
        QCOMPARE(entries[1].text, std::string("error line"));
        QCOMPARE(entries[1].n, 2u);
        QCOMPARE(entries[2].stream, 'h');
        QCOMPARE(entries[3].text, std::string("one two three"));
        QCOMPARE(entries[3].n, 1u);
        QVERIFY(!entries[3].continues);
        QVERIFY(entries[3].time == SegmentFixture::timeOf(1));
        QCOMPARE(entries[3].position.segment, 1u);
        QCOMPARE(entries[3].end.segment, 2u);

        joined.pattern = pattern("one two th");
        QCOMPARE(texts(LogCursor(log.folder(), {}, joined)), (Texts{"one two three"}));
        joined.pattern = pattern("r l");
        QCOMPARE(texts(LogCursor(log.folder(), {}, joined), 1, 1), (Texts{"error line"}));
    }

    void rawIsTheServicesBytesJoined()
    {
        SegmentFixture log = fixture();
        log.add('h', "run 1 began pid 5 trigger start attempt 1");
        log.add('o', "a\r", true);
        log.add('o', std::string("\0b", 2));
        log.add('o', "");
        log.add('e', "err \xff");
        log.add('o', "prompt: ", true);
        QCOMPARE(raw(log), std::string("a\r\0b\n\nerr \xff\nprompt: ", 20));
        QCOMPARE(raw(log, 1), std::string("a\r\0b\n\nerr \xff\nprompt: ", 20));
        log.add('h', "run 1 ended succeeded exit 0");
        log.add('h', "run 2 began pid 6 trigger start attempt 1");
        log.add('o', "next");
        QCOMPARE(raw(log), std::string("a\r\0b\n\nerr \xff\nprompt: \nnext\n", 26));
    }

    void aLineWithoutEndComesInPieces()
    {
        SegmentFixture log = fixture();
        std::string expected;
        for (int i = 0; i < 100; ++i) {
            const std::string piece(65536, static_cast<char>('a' + i % 26));
            log.add('o', piece, true);
            expected += piece;
        }
        log.add('o', "end");
        expected += "end\n";
        QVERIFY(raw(log) == expected);
        LogFilter joined;
        joined.joined = true;
        LogCursor cursor(log.folder(), {}, joined);
        for (const LogEntry& entry : all(cursor))
            QVERIFY(entry.text.size() <= LogJoiner::maxJoined + 65536);
    }

    void whatIsAppendedWhileItReadsIsReadAndWhatIsRemovedIsPassedOver()
    {
        SegmentFixture log = fixture();
        log.add('o', "1");
        log.rotate();
        log.add('o', "2");
        log.rotate();
        log.add('o', "3");
        LogCursor cursor(log.folder(), {}, {}, 0);
        QCOMPARE(cursor.next(1)->front().text, std::string("1"));
        log.remove(1);
        log.remove(2);
        QCOMPARE(cursor.next(1)->front().text, std::string("3"));
        QVERIFY(cursor.lostSegments());
        QCOMPARE(cursor.number(), unnumbered);
        // The last one known grows, and others begin: nothing between is lost.
        log.add('o', "4");
        log.rotate();
        log.add('o', "5");
        QCOMPARE(texts(std::move(cursor)), (Texts{"4", "5"}));
    }

    void aTornEntryIsNotShownNorMixedWithWhatTakesItsPlace()
    {
        SegmentFixture log = fixture();
        log.add('o', "1");
        const qint64 whole = QFile(log.path(1)).size();
        log.addBytes(SegmentFixture::line(SegmentFixture::timeOf(1), 'o', "torn and cut back").chopped(5));
        LogCursor cursor(log.folder());
        QCOMPARE(cursor.next(1)->size(), 1u);
        log.cut(1, whole);
        log.add('o', "2");
        QCOMPARE(texts(std::move(cursor)), Texts{"2"});
        log.addBytes("2026");
        QCOMPARE(texts(LogCursor(log.folder())), (Texts{"1", "2"}));
    }

    void aSliceHoldsWhatBeginsInIt()
    {
        SegmentFixture log = fixture();
        for (int i = 0; i < 10; ++i) {
            if (i == 5)
                log.rotate();
            log.add('o', std::to_string(i));
        }
        LogCursor cursor(log.folder());
        const auto entries = all(cursor);
        QCOMPARE(texts(LogCursor(log.folder(), {entries[3].position, entries[6].position})), (Texts{"3", "4", "5"}));
        QCOMPARE(texts(LogCursor(log.folder(), {entries[3].position, entries[4].end})), (Texts{"3", "4"}));
        QCOMPARE(texts(LogCursor(log.folder(), {entries[3].position, entries[3].position})), Texts());
    }
};

QTEST_GUILESS_MAIN(TestLogCursor)
#include "tst_log_cursor.moc"

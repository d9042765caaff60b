#include <turnspit/logs/logfinder.h>
#include <turnspit/logs/plaintext.h>

#include <support/segmentfixture.h>

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace turnspit;
using namespace std::chrono_literals;

class TestLogFinder : public QObject
{
    Q_OBJECT
private:
    /// All steps of a search, one after another.
    static std::vector<std::uint64_t> found(LogReader& log, LineSearch search, std::chrono::milliseconds step = 1000ms, int* steps = nullptr)
    {
        std::vector<std::uint64_t> lines;
        while (search.first < search.end) {
            const auto matches = findLines(log, search, step);
            if (!matches || matches->next <= search.first) {
                qWarning("the search does not come forward");
                break;
            }
            for (const NumberSpan& span : matches->lines) {
                for (std::uint64_t n = span.first; n < span.first + span.count; ++n)
                    lines.push_back(n);
            }
            search.first = matches->next;
            if (steps)
                ++*steps;
        }
        return lines;
    }

    static LogPattern pattern(const char* expression, LogPattern::Case how = LogPattern::Case::Sensitive)
    {
        return *LogPattern::compile(expression, how);
    }

private Q_SLOTS:
    void matchesAgreeWithAnOracleOverSegmentsAndPieces()
    {
        QTemporaryDir dir;
        test::SegmentFixture log(dir.filePath(QStringLiteral("s")));
        std::mt19937 random(3);
        struct Line
        {
            std::uint64_t first;
            char stream;
            std::string text;
        };
        std::vector<Line> lines;
        std::uint64_t n = 0;
        for (int i = 0; i < 4000; ++i) {
            const char stream = random() % 4 ? 'o' : 'e';
            const std::string text = (random() % 9 ? "fine " : "Err\x1b[1mor\x1b[0m ") + std::to_string(i);
            if (random() % 7 == 0) {
                // In two pieces, with a line of the other stream between.
                const std::size_t cut = random() % text.size();
                log.add(stream, text.substr(0, cut), true);
                log.add(stream == 'o' ? 'e' : 'o', "between");
                log.add(stream, text.substr(cut));
                lines.push_back({n, stream, text});
                lines.push_back({n + 1, stream == 'o' ? 'e' : 'o', "between"});
                n += 3;
            } else {
                log.add(stream, text);
                lines.push_back({n++, stream, text});
            }
            if (i % 1500 == 1499)
                log.rotate();
        }
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        for (const char* streams : {"", "o", "e"}) {
            for (const auto& [first, end] : {std::pair<std::uint64_t, std::uint64_t>{0, n}, {777, n - 333}, {1000, 1001}}) {
                LineSearch search{pattern("Error \\d*7"), streams, first, end};
                std::vector<std::uint64_t> expected;
                static const QRegularExpression oracle(QStringLiteral("Error \\d*7"));
                for (const Line& line : lines) {
                    if (line.first >= first && line.first < end && (*streams == 0 || *streams == line.stream)
                        && oracle.match(QString::fromStdString(withoutControls(line.text))).hasMatch())
                        expected.push_back(line.first);
                }
                QCOMPARE(found(reader, search), expected);
            }
        }
    }

    void aSearchInStepsFindsTheSame()
    {
        QTemporaryDir dir;
        test::SegmentFixture log(dir.filePath(QStringLiteral("s")));
        QByteArray bytes;
        for (std::uint64_t n = 0; n < 60'000; ++n)
            bytes += test::SegmentFixture::line(test::SegmentFixture::timeOf(n), n % 3 ? 'o' : 'e', "line " + std::to_string(n), n % 5 == 0);
        log.addBytes(bytes);
        LogReader reader(log.folder());
        const LineSearch search{pattern("7"), {}, 0, 60'000};
        int steps = 0;
        const auto inSteps = found(reader, search, 0ms, &steps);
        QVERIFY2(steps > 5, "each answers after a block");
        QCOMPARE(inSteps, found(reader, search, 10'000ms));
    }

    void everyLineMatchesWithoutAPattern()
    {
        QTemporaryDir dir;
        test::SegmentFixture log(dir.filePath(QStringLiteral("s")));
        for (int i = 0; i < 100; ++i)
            log.add(i % 2 ? 'e' : 'o', "x");
        LogReader reader(log.folder());
        const auto all = findLines(reader, {std::nullopt, {}, 10, 90}, 1s);
        QVERIFY(all);
        QVERIFY(all->lines == (std::vector<NumberSpan>{{10, 80}}));
        QCOMPARE(found(reader, {std::nullopt, "e", 10, 90}).size(), std::size_t{40});
    }

    void whatWasRemovedIsPassedOver()
    {
        QTemporaryDir dir;
        test::SegmentFixture log(dir.filePath(QStringLiteral("s")));
        for (int segment = 0; segment < 3; ++segment) {
            for (int i = 0; i < 100; ++i)
                log.add('o', "x");
            if (segment < 2)
                log.rotate();
        }
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        log.remove(1);
        const auto lines = found(reader, {pattern("x"), {}, 0, 300});
        QCOMPARE(lines.size(), std::size_t{200});
        QCOMPARE(lines.front(), std::uint64_t{100});
    }

    void theNumberingChangesWhenAnOlderSegmentGrows()
    {
        QTemporaryDir dir;
        test::SegmentFixture log(dir.filePath(QStringLiteral("s")));
        log.add('o', "one");
        log.rotate();
        log.add('o', "two");
        LogReader reader(log.folder());
        QVERIFY(reader.refresh());
        const auto numbering = reader.index().numbering();
        log.add('o', "three");
        QVERIFY(reader.refresh());
        QCOMPARE(reader.index().numbering(), numbering);
        log.write(1);
        log.add('o', "one and a half");
        QVERIFY(reader.refresh());
        QVERIFY(reader.index().numbering() != numbering);
    }

    void theEndOfALargeLogIsSeenBeforeAllOfItIsIndexed()
    {
        QTemporaryDir dir;
        test::SegmentFixture log(dir.filePath(QStringLiteral("s")));
        for (int i = 0; i < 5000; ++i)
            log.add('o', std::to_string(i));
        LogReader small(log.folder(), LogIndex::Cache::Ignore);
        const auto refused = small.peek(10'000, 10'000'000);
        QVERIFY(refused && !*refused);
        LogReader reader(log.folder());
        const auto peeked = reader.peek(10'000, 100'000);
        QVERIFY(peeked && *peeked);
        QCOMPARE(reader.firstNumber(), std::uint64_t{0});
        QVERIFY(reader.count() > 200 && reader.count() < 300);
        const auto end = reader.read(reader.endNumber() - 3, 3);
        QVERIFY(end);
        QCOMPARE(end->size(), std::size_t{3});
        QCOMPARE(end->back().text, std::string("4999"));
        QCOMPARE(end->back().n, reader.endNumber() - 1);
        const auto begin = reader.numberAt({1, 40});
        QVERIFY(begin && *begin == 0);
        const auto again = reader.peek(10'000, 100'000);
        QVERIFY(again && !*again);

        const auto numbering = reader.index().numbering();
        QVERIFY(reader.refresh());
        QVERIFY(reader.index().numbering() != numbering);
        QCOMPARE(reader.count(), std::uint64_t{5000});
        // With the cache that is there now, nothing is too much.
        LogReader cached(log.folder());
        const auto needless = cached.peek(10'000, 100'000);
        QVERIFY(needless && !*needless);
    }

    void caseDoesNotMatterWhereItIsSaid_data()
    {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("same") << QByteArray("ErrOr") << QByteArray("an eRRoR here");
        QTest::newRow("other") << QByteArray("error") << QByteArray("erro r");
        QTest::newRow("kelvin") << QByteArray("300 k") << QByteArray("300 \xe2\x84\xaa");
        QTest::newRow("long s") << QByteArray("s") << QByteArray("\xc5\xbf");
        QTest::newRow("umlaut") << QByteArray("\xc3\xbc") << QByteArray("\xc3\x9c");
        QTest::newRow("expression") << QByteArray("err.r \\d") << QByteArray("x ERROR 7");
        QTest::newRow("bracket") << QByteArray("[a-c]lib") << QByteArray("BLIB");
        QTest::newRow("at sign is no letter") << QByteArray("`") << QByteArray("@");
    }

    void caseDoesNotMatterWhereItIsSaid()
    {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, text);
        const QRegularExpression oracle(QString::fromUtf8(expression), QRegularExpression::CaseInsensitiveOption);
        QCOMPARE(pattern(expression.constData(), LogPattern::Case::Insensitive).matches(text.toStdString()),
                 oracle.match(QString::fromUtf8(text)).hasMatch());
    }
};

QTEST_GUILESS_MAIN(TestLogFinder)
#include "tst_log_finder.moc"

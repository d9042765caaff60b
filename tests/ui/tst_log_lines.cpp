#include <ui/logs/lineset.h>
#include <ui/logs/loglines.h>

#include <QTest>

#include <random>
#include <set>

using namespace turnspit;

class TestLogLines : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSetOfLinesAgreesWithASortedSet()
    {
        std::mt19937_64 random(41);
        for (int round = 0; round < 8; ++round) {
            LineSet set;
            std::set<quint64> oracle;
            const quint64 range = round % 2 ? 30'000 : 3'000'000;
            for (int i = 0; i < 200; ++i) {
                const quint64 first = 1'000'000 + random() % range;
                const quint64 count = 1 + random() % (i % 10 == 0 ? 9000 : 5);
                set.insert(first, count);
                for (quint64 n = first; n < first + count; ++n)
                    oracle.insert(n);
            }
            if (round % 3 == 0) {
                const quint64 before = 1'000'000 + random() % range;
                set.removeBefore(before);
                oracle.erase(oracle.begin(), oracle.lower_bound(before));
            }
            QCOMPARE(set.size(), static_cast<qint64>(oracle.size()));
            qint64 rank = 0;
            for (const quint64 n : oracle) {
                if (random() % 50 == 0) {
                    QCOMPARE(set.at(rank), n);
                    QCOMPARE(set.rank(n), rank);
                    QVERIFY(set.contains(n));
                }
                ++rank;
            }
            for (int i = 0; i < 200; ++i) {
                const quint64 n = 990'000 + random() % (range + 20'000);
                const auto at = oracle.lower_bound(n);
                QCOMPARE(set.contains(n), oracle.contains(n));
                QCOMPARE(set.from(n), at == oracle.end() ? std::nullopt : std::optional(*at));
                QCOMPARE(set.before(n), at == oracle.begin() ? std::nullopt : std::optional(*std::prev(at)));
                QCOMPARE(set.rank(n), static_cast<qint64>(std::distance(oracle.begin(), at)));
            }
        }
        QVERIFY(LineSet().isEmpty());
        QVERIFY(!LineSet().from(5));
    }

    void whatTwoSetsHaveInCommon()
    {
        LineSet a;
        LineSet b;
        a.insert(100, 10'000);
        b.insert(5, 100);
        b.insert(9'000, 50'000);
        const LineSet both = a.common(b);
        QCOMPARE(both.size(), 5 + (10'100 - 9'000));
        QVERIFY(both.contains(104) && !both.contains(105) && both.contains(10'099) && !both.contains(10'100));
    }

    void piecesAreJoinedWhereverTheReadingBegins()
    {
        // Entries 0..199: each tenth begins a line of stderr with a piece 3 entries later and one more 12 later.
        QList<LogEntryInfo> all;
        for (quint64 n = 0; n < 200; ++n) {
            LogEntryInfo entry{.n = n, .stream = 'o', .text = "o" + QByteArray::number(n)};
            const bool e = n % 20 == 3 || n % 20 == 6 || n % 20 == 18;
            if (e) {
                entry.stream = 'e';
                entry.more = n % 20 != 18;
            }
            all.append(entry);
        }
        const auto whole = LogLines::joined(all, 200);
        QCOMPARE(whole.at(23).text, QByteArray("o23o26o38"));
        QVERIFY(whole.at(26).isPiece && whole.at(38).isPiece && !whole.at(23).isOpen);
        for (qsizetype from = 16; from < 150; ++from) {
            const auto part = LogLines::joined(all.mid(from - 16), 200);
            for (quint64 n = static_cast<quint64>(from); n < 200; ++n) {
                QCOMPARE(part.at(n).isPiece, whole.at(n).isPiece);
                QCOMPARE(part.at(n).text, whole.at(n).text);
            }
        }
    }

    void theMarkOfARunEndsWhatItLeftOpen()
    {
        const QList<LogEntryInfo> entries{{.n = 0, .stream = 'o', .text = "half", .more = true},
                                          {.n = 1, .stream = 'h', .text = "run 1 ended failed exit 3"},
                                          {.n = 2, .stream = 'o', .text = "next run"}};
        const auto lines = LogLines::joined(entries, 3);
        QCOMPARE(lines.at(0).text, QByteArray("half"));
        QVERIFY(!lines.at(2).isPiece);
    }
};

QTEST_MAIN(TestLogLines)
#include "tst_log_lines.moc"

#include <ui/runs/linediff.h>

#include <QTest>

using namespace turnspit;

class TestLineDiff : public QObject
{
    Q_OBJECT
private:
    static QStringList lines(const char* text) { return QString::fromLatin1(text).split(u' ', Qt::SkipEmptyParts); }

    /// `=` same, `~` changed, `<` only left, `>` only right, `3` skipped.
    static QByteArray shape(const QList<DiffRow>& rows)
    {
        QByteArray out;
        for (const DiffRow& row : rows) {
            switch (row.kind) {
            case DiffRow::Kind::Same: out += '='; break;
            case DiffRow::Kind::Changed: out += '~'; break;
            case DiffRow::Kind::OnlyLeft: out += '<'; break;
            case DiffRow::Kind::OnlyRight: out += '>'; break;
            case DiffRow::Kind::Skipped: out += QByteArray::number(row.skipped); break;
            }
        }
        return out;
    }
    static QByteArray diff(const char* left, const char* right) { return shape(diffLines(lines(left), lines(right), false)); }

private Q_SLOTS:
    void whatIsCommonIsFound()
    {
        QCOMPARE(diff("", ""), QByteArray());
        QCOMPARE(diff("a b c", "a b c"), QByteArray("==="));
        QCOMPARE(diff("", "a b"), QByteArray(">>"));
        QCOMPARE(diff("a b", ""), QByteArray("<<"));
        QCOMPARE(diff("a b c d", "a c d"), QByteArray("=<=="));
        QCOMPARE(diff("a c d", "a b c d"), QByteArray("=>=="));
        QCOMPARE(diff("a b c", "a x c"), QByteArray("=~="));
        QCOMPARE(diff("a b c d e", "x b c y e z"), QByteArray("~==~=>"));
        QCOMPARE(diff("a b", "x y"), QByteArray("~~"));
    }

    /// Each line is there once, in order, and what is called the same is.
    void everyLineIsShownOnceAndInOrder()
    {
        quint32 seed = 7;
        const auto next = [&seed](int below) {
            seed = seed * 1664525 + 1013904223;
            return static_cast<int>((seed >> 16) % static_cast<quint32>(below));
        };
        for (int round = 0; round < 300; ++round) {
            QStringList left;
            QStringList right;
            for (int i = next(30); i > 0; --i)
                left += QString(QChar(u'a' + next(5)));
            for (int i = next(30); i > 0; --i)
                right += QString(QChar(u'a' + next(5)));
            int x = 0;
            int y = 0;
            for (const DiffRow& row : diffLines(left, right, false)) {
                if (row.left >= 0)
                    QCOMPARE(row.left, x++);
                if (row.right >= 0)
                    QCOMPARE(row.right, y++);
                if (row.kind == DiffRow::Kind::Same)
                    QCOMPARE(left.at(row.left), right.at(row.right));
            }
            QCOMPARE(x, left.size());
            QCOMPARE(y, right.size());
        }
    }

    void timesAndNumbersDoNotCountWhereTheyAreIgnored()
    {
        const QStringList left{QStringLiteral("13:58:01 took 9 ms"), QStringLiteral("done")};
        const QStringList right{QStringLiteral("14:02:33 took 1204 ms"), QStringLiteral("done")};
        QCOMPARE(shape(diffLines(left, right, true)), QByteArray("=="));
        QCOMPARE(shape(diffLines(left, right, false)), QByteArray("~="));
    }

    void longStretchesThatAreTheSameAreLeftOutButForWhatIsAround()
    {
        QStringList left;
        for (int i = 0; i < 40; ++i)
            left += QStringLiteral("line %1").arg(i);
        QStringList right = left;
        right[20] = QStringLiteral("another");
        QCOMPARE(shape(onlyDifferences(diffLines(left, right, false), 2)), QByteArray("18==~==17"));
        QCOMPARE(shape(onlyDifferences(diffLines(left, left, false), 2)), QByteArray("40"));
        QCOMPARE(shape(onlyDifferences(diffLines({}, {}, false), 2)), QByteArray());
    }

    void outputsWithNothingInCommonTakeNoLongerThanAMoment()
    {
        QStringList left;
        QStringList right;
        for (int i = 0; i < 20'000; ++i) {
            left += QStringLiteral("left %1").arg(i);
            right += QStringLiteral("right %1").arg(i);
        }
        left.prepend(QStringLiteral("start"));
        right.prepend(QStringLiteral("start"));
        const auto rows = diffLines(left, right, false);
        QCOMPARE(rows.size(), 20'001);
        QCOMPARE(rows.first().kind, DiffRow::Kind::Same);
        QCOMPARE(rows.last().kind, DiffRow::Kind::Changed);
    }
};

QTEST_GUILESS_MAIN(TestLineDiff)
#include "tst_line_diff.moc"

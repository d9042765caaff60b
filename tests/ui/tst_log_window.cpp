#include <ui/logs/logtext.h>
#include <ui/logs/logwindow.h>

#include <QTest>

using namespace turnspit;

namespace {

LogEntryInfo entry(quint64 n, const QByteArray& text, char stream = 'o', bool more = false)
{
    LogEntryInfo out;
    out.n = n;
    out.time = WallTime(std::chrono::milliseconds(n));
    out.stream = stream;
    out.text = text;
    out.more = more;
    return out;
}

QList<LogEntryInfo> numbered(quint64 first, int count)
{
    QList<LogEntryInfo> out;
    for (int i = 0; i < count; ++i)
        out += entry(first + static_cast<quint64>(i), QByteArray::number(first + static_cast<quint64>(i)));
    return out;
}

QByteArray textOf(const LogWindow& window, qint64 id)
{
    return window.at(id - window.firstId()).text;
}

} // namespace

class TestLogWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aLineThatComesInPiecesIsOneRowThoughTheOtherStreamComesBetween()
    {
        LogWindow window;
        window.append({entry(0, "work", 'o', true), entry(1, "oops", 'e')}, QStringLiteral("2"));
        window.append({entry(2, "ing", 'o', true)}, QStringLiteral("3"));
        window.append({entry(3, " done"), entry(4, "next")}, QStringLiteral("5"));
        QCOMPARE(window.size(), 3);
        QCOMPARE(window.at(0).text, QByteArray("working done"));
        QVERIFY(!window.at(0).open);
        QCOMPARE(window.at(1).text, QByteArray("oops"));
        QCOMPARE(window.at(2).text, QByteArray("next"));
        QCOMPARE(window.endCursor(), QStringLiteral("5"));
        QCOMPARE(window.lastNumber(), std::optional<quint64>(4));
    }

    void theEndOfARunEndsTheLineThatItLeftOpen()
    {
        LogWindow window;
        window.append({entry(0, "half", 'o', true), entry(1, "run 4 ended failed exit 1", 'h'), entry(2, "new")}, QStringLiteral("3"));
        QCOMPARE(window.size(), 3);
        QCOMPARE(window.at(0).text, QByteArray("half"));
    }

    void idsStayWhileLinesComeAndGoAtBothEnds()
    {
        LogWindow window;
        window.append(numbered(50'000, 1000), QStringLiteral("51000"));
        const qint64 kept = window.firstId() + 10;
        QCOMPARE(textOf(window, kept), QByteArray("50010"));
        window.prepend(numbered(49'000, 1000), QStringLiteral("50000"));
        QCOMPARE(textOf(window, kept), QByteArray("50010"));
        QCOMPARE(textOf(window, kept - 1000), QByteArray("49010"));
        QCOMPARE(window.firstNumber(), std::optional<quint64>(49'000));
        for (quint64 at = 51'000; at < 68'000; at += 1000)
            window.append(numbered(at, 1000), QString::number(at + 1000));
        QVERIFY(!window.trimFront());
        window.append(numbered(68'000, 1500), QStringLiteral("69500"));
        QVERIFY(window.trimFront());
        QVERIFY(window.size() <= LogWindow::maxLines);
        QCOMPARE(window.firstNumber(), std::optional<quint64>(50'000));
        QCOMPARE(textOf(window, kept), QByteArray("50010"));
    }

    void whatWentAtTheEndIsReadAgainFromTheCursorOfWhatIsLeft()
    {
        LogWindow window;
        for (quint64 at = 30'000; at < 50'000; at += 1000)
            window.append(numbered(at, 1000), QString::number(at + 1000));
        window.prepend(numbered(29'000, 1000), QStringLiteral("30000"));
        QVERIFY(window.trimBack());
        QCOMPARE(window.endCursor(), QStringLiteral("49000"));
        QCOMPARE(window.lastNumber(), std::optional<quint64>(48'999));
        QCOMPARE(window.at(window.size() - 1).text, QByteArray("48999"));
    }

    void memoryIsBoundedInBytesToo()
    {
        LogWindow window;
        const QByteArray megabyte(1 << 20, 'x');
        for (quint64 n = 0; n < 2000; ++n) {
            window.append({entry(n, megabyte)}, QString::number(n + 1));
            window.trimFront();
        }
        QVERIFY2(window.bytes() < 3 * LogWindow::maxBytes, qPrintable(QString::number(window.bytes())));
        QCOMPARE(window.at(0).text.size(), LogWindow::maxLineBytes);
        QCOMPARE(window.at(0).hiddenBytes, megabyte.size() - LogWindow::maxLineBytes);
    }

    void oneLineWithoutEndIsBounded()
    {
        LogWindow window;
        for (quint64 n = 0; n < 100; ++n)
            window.append({entry(n, QByteArray(10'000, 'y'), 'o', true)}, QString::number(n + 1));
        QCOMPARE(window.size(), 1);
        QCOMPARE(window.at(0).text.size(), LogWindow::maxLineBytes);
        QCOMPARE(window.at(0).hiddenBytes, 1'000'000 - LogWindow::maxLineBytes);
    }

    void textIsShownWithoutControlSequences_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        QTest::newRow("plain") << QByteArray("abc") << QStringLiteral("abc");
        QTest::newRow("UTF-8") << QByteArray("gr\xc3\xbc\xc3\x9f") << QStringLiteral("grüß");
        QTest::newRow("not UTF-8") << QByteArray("a\xff") << QStringLiteral("a\uFFFD");
        QTest::newRow("colours") << QByteArray("\x1b[1;31mred\x1b[0m end") << QStringLiteral("red end");
        QTest::newRow("title") << QByteArray("\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link") << QStringLiteral("textlink");
        QTest::newRow("charset") << QByteArray("\x1b(Babc\x1b=d") << QStringLiteral("abcd");
        QTest::newRow("torn sequence") << QByteArray("abc\x1b[3") << QStringLiteral("abc");
        QTest::newRow("lone escape") << QByteArray("abc\x1b") << QStringLiteral("abc");
        QTest::newRow("progress") << QByteArray("10 %\r20 %\r30 %") << QStringLiteral("30 %");
        QTest::newRow("line end of Windows") << QByteArray("text\r") << QStringLiteral("text");
        QTest::newRow("tab") << QByteArray("a\tb") << QStringLiteral("a       b");
        QTest::newRow("bell and NUL") << QByteArray("a\x07" "b\0c", 5) << QStringLiteral("abc");
    }

    void textIsShownWithoutControlSequences()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        QCOMPARE(logText(bytes), text);
    }
};

QTEST_GUILESS_MAIN(TestLogWindow)
#include "tst_log_window.moc"

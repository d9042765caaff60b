#include "logfixture.h"

#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QMenu>

using namespace turnspit;
using namespace std::chrono_literals;

class TestLogView : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<test::LogFixture> m_log;

    void drag(int fromRow, int toRow)
    {
        LogView& view = m_log->view();
        const int height = rowHeight();
        const QPoint from(200, fromRow * height + height / 2);
        const QPoint to(200, toRow * height + height / 2);
        QTest::mousePress(view.viewport(), Qt::LeftButton, {}, from);
        QMouseEvent move(QEvent::MouseMove, QPointF(to), view.viewport()->mapToGlobal(QPointF(to)), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &move);
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, to);
    }

    int rowHeight() { return m_log->view().viewport()->height() / m_log->view().visibleRows(); }

private Q_SLOTS:
    void init() { m_log = std::make_unique<test::LogFixture>(); }
    void cleanup() { m_log.reset(); }

    void theEndIsShownFirstAndFollowed()
    {
        m_log->open(1'000'000);
        QVERIFY(m_log->view().isFollowing());
        QCOMPARE(m_log->feed().rows(), 1'000'000);
        QCOMPARE(m_log->lastText(), m_log->lineText(999'999));
        QCOMPARE(m_log->bar().value(), m_log->bar().maximum());

        m_log->session->say(m_log->service, "hello");
        m_log->run();
        QCOMPARE(m_log->lastText(), QByteArray("hello"));
        QCOMPARE(m_log->bar().value(), m_log->bar().maximum());
        QCOMPARE(m_log->view().topLine() + static_cast<quint64>(m_log->view().visibleRows()), quint64{1'000'001});
    }

    void anyLineOfTenMillionIsReachedAtOnceInBoundedMemory()
    {
        m_log->open(10'000'000);
        m_log->session->forgetCalls();
        for (const int row : {5'000'000, 1, 9'000'000, 1234}) {
            m_log->bar().setValue(row);
            m_log->run();
            QCOMPARE(m_log->view().topLine(), static_cast<quint64>(row));
            QCOMPARE(m_log->topText(), m_log->lineText(static_cast<quint64>(row)));
        }
        QVERIFY2(m_log->session->callCount(QStringLiteral("readLog")) <= 8, "only what is seen is read");
    }

    void scrollingUpLetsGoAndStaysOnTheLine()
    {
        m_log->open(1'000'000);
        m_log->bar().setValue(999'500);
        QVERIFY(!m_log->view().isFollowing());
        m_log->run();
        QCOMPARE(m_log->topText(), m_log->lineText(999'500));
        QVERIFY(!m_log->pill().isVisible());
        for (int i = 0; i < 50; ++i)
            m_log->session->say(m_log->service, "more");
        m_log->run();
        QCOMPARE(m_log->topText(), m_log->lineText(999'500));
        QVERIFY(m_log->pill().isVisible());
        QCOMPARE(m_log->pill().text(), QStringLiteral("50 new lines"));

        m_log->pill().click();
        m_log->run();
        QVERIFY(m_log->view().isFollowing());
        QVERIFY(!m_log->pill().isVisible());
        QCOMPARE(m_log->lastText(), QByteArray("more"));
        QCOMPARE(m_log->bar().value(), m_log->bar().maximum());
    }

    void theEndKeyAndTheBottomFollowAgain()
    {
        m_log->open(5000);
        QToolButton& follow = m_log->part<QToolButton>("logFollow");
        QVERIFY(follow.isChecked());
        m_log->press(Qt::Key_PageUp);
        QVERIFY(!m_log->view().isFollowing());
        QVERIFY(!follow.isChecked());
        m_log->press(Qt::Key_PageDown);
        QVERIFY(m_log->view().isFollowing());
        m_log->bar().setValue(m_log->bar().maximum() - 5);
        QVERIFY(!m_log->view().isFollowing());
        m_log->bar().setValue(m_log->bar().maximum());
        QVERIFY(m_log->view().isFollowing());
        m_log->press(Qt::Key_Home);
        m_log->run();
        QCOMPARE(m_log->view().topLine(), quint64{0});
        m_log->press(Qt::Key_End);
        m_log->run();
        QVERIFY(m_log->view().isFollowing());
        QCOMPARE(m_log->bar().value(), m_log->bar().maximum());
        follow.click();
        QVERIFY(!m_log->view().isFollowing());
        follow.click();
        QVERIFY(m_log->view().isFollowing());
    }

    void aLogThatGrowsFastIsGoneAlongWithAtTwentyFivePicturesASecondAtMost()
    {
        m_log->open(10);
        m_log->session->forgetCalls();
        for (int step = 0; step < 100; ++step) {
            for (int i = 0; i < 1000; ++i)
                m_log->session->say(m_log->service, QByteArray::number(1000 * step + i));
            m_log->settle(10ms);
        }
        m_log->run();
        QCOMPARE(m_log->lastText(), QByteArray("99999"));
        QVERIFY(m_log->view().isFollowing());
        QVERIFY2(m_log->session->callCount(QStringLiteral("logExtent")) <= 35, "not more often than it is painted");
        QVERIFY2(m_log->session->callCount(QStringLiteral("readLog")) <= 70, "only what is seen is read");
    }

    void hiddenItAsksForNothing()
    {
        m_log->open(10);
        m_log->pane->hide();
        m_log->session->say(m_log->service, "while nobody looks");
        m_log->run();
        m_log->session->forgetCalls();
        for (int i = 0; i < 10; ++i)
            m_log->session->say(m_log->service, "while nobody looks");
        m_log->run();
        QCOMPARE(m_log->session->calls().size(), 0);
        m_log->pane->show();
        m_log->run();
        QCOMPARE(m_log->feed().rows(), 21);
        QCOMPARE(m_log->lastText(), QByteArray("while nobody looks"));
    }

    void selectingLetsGoAndCopiesTheseLinesWhileOthersArrive()
    {
        m_log->open(5000);
        const quint64 top = m_log->view().topLine();
        drag(2, 4);
        QVERIFY(!m_log->view().isFollowing());
        QCOMPARE(m_log->view().selection()->first(), top + 2);
        QCOMPARE(m_log->view().selection()->last(), top + 4);
        const QString expected = QString::fromLatin1(m_log->lineText(top + 2) + '\n' + m_log->lineText(top + 3) + '\n'
                                                     + m_log->lineText(top + 4) + '\n');
        for (int i = 0; i < 2000; ++i)
            m_log->session->say(m_log->service, "noise");
        m_log->run(100);
        QCOMPARE(m_log->view().topLine(), top);
        m_log->press(Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), expected);
        m_log->press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        const QStringList timed = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(timed.size(), 3);
        static const QRegularExpression withTime(QStringLiteral("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} line \\d+$"));
        QVERIFY2(withTime.match(timed.first()).hasMatch(), qPrintable(timed.first()));
    }

    void whatIsSelectedBeyondTheScreenIsReadToBeCopied()
    {
        m_log->open(30'000);
        m_log->press(Qt::Key_A, Qt::ControlModifier);
        m_log->press(Qt::Key_C, Qt::ControlModifier);
        m_log->run(40);
        QByteArray expected;
        for (quint64 n = 0; n < 30'000; ++n)
            expected += m_log->lineText(n) + '\n';
        QCOMPARE(QGuiApplication::clipboard()->text().toLatin1(), expected);
    }

    void aSelectionThatIsTooLargeForTheClipboardIsRefusedInWords()
    {
        m_log->open(1'000'000);
        QGuiApplication::clipboard()->setText(QStringLiteral("before"));
        m_log->press(Qt::Key_A, Qt::ControlModifier);
        m_log->press(Qt::Key_C, Qt::ControlModifier);
        m_log->run();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("before"));
        QVERIFY(m_log->part<QLabel>("logMessage").text().contains(u"export"));
    }

    void piecesOfALineAreOneRow()
    {
        m_log->open(100);
        m_log->session->say(m_log->service, "password: ", 'o', true);
        m_log->session->say(m_log->service, "on the other stream", 'e');
        m_log->run();
        QCOMPARE(m_log->textAt(100), QByteArray("password: "));
        m_log->session->say(m_log->service, "hunter2", 'o');
        m_log->run();
        QCOMPARE(m_log->textAt(100), QByteArray("password: hunter2"));
        QVERIFY(m_log->feed().line(102)->isPiece);
        QCOMPARE(m_log->textAt(101), QByteArray("on the other stream"));
        // One row less than entries: one more of the others fits on the screen.
        QCOMPARE(m_log->view().topLine() + static_cast<quint64>(m_log->view().visibleRows()) + 1, quint64{103});
    }

    void wrappedLinesAreScrolledRowByRow()
    {
        m_log->open(1000, [](quint64 n) { return QByteArray::number(n) + QByteArray(500, 'x'); });
        m_log->part<QToolButton>("logWrap").click();
        m_log->run();
        QVERIFY(m_log->view().isFollowing());
        const quint64 top = m_log->view().topLine();
        QVERIFY2(1000 - top < static_cast<quint64>(m_log->view().visibleRows()) / 3, "each takes several rows");
        QCOMPARE(m_log->view().horizontalScrollBar()->maximum(), 0);
        int steps = 0;
        while (m_log->view().topLine() > top - 2 && steps < 100) {
            m_log->press(Qt::Key_Up);
            ++steps;
            m_log->settle();
        }
        QVERIFY2(steps > 4, "a key moves by a row, not by a line");
        m_log->bar().setValue(500);
        m_log->run();
        QCOMPARE(m_log->view().topLine(), quint64{500});
    }

    void longLinesAreFoldedUntilTheyAreAskedFor()
    {
        m_log->open(3, [](quint64 n) { return n == 1 ? QByteArray(100'000, 'x') : QByteArray("short"); });
        const LogLine& line = *m_log->feed().line(1);
        QCOMPARE(line.text.size(), 100'000);
        QVERIFY(LogPainter::isFoldable(line));
        const LogText folded = LogPainter::textOf(line, false);
        QVERIFY(folded.text.size() < 66'000);
        QVERIFY(folded.text.endsWith(u"[Show]"));
        QCOMPARE(LogPainter::textOf(line, true).text.size(), 100'000);
        // In the wrapped view the words are at the end of the line's last row.
        m_log->part<QToolButton>("logWrap").click();
        m_log->run();
        m_log->press(Qt::Key_End);
        m_log->run();
        const int rowsBefore = m_log->view().visibleRows();
        const int height = rowHeight();
        QTest::mouseClick(m_log->view().viewport(), Qt::LeftButton, {}, QPoint(200, (rowsBefore - 2) * height + height / 2));
        m_log->run();
        QVERIFY2(!m_log->view().selection(), "the click unfolds");
    }

    void anotherServiceBeginsAtItsOwnEndAndTheOldOneIsNotHeardAnyMore()
    {
        m_log->open(5000);
        m_log->session->put(serviceNamed(QStringLiteral("other")));
        m_log->session->setLog(QStringLiteral("other"), 3, [](quint64 n) { return "other " + QByteArray::number(n); });
        m_log->bar().setValue(10);
        m_log->pane->open(QStringLiteral("other"));
        QCOMPARE(m_log->feed().rows(), 0);
        m_log->session->say(m_log->service, "late");
        m_log->run();
        QVERIFY(m_log->view().isFollowing());
        QCOMPARE(m_log->feed().rows(), 3);
        QCOMPARE(m_log->lastText(), QByteArray("other 2"));
        m_log->pane->open({});
        m_log->run();
        QCOMPARE(m_log->feed().rows(), 0);
    }

    void oneRunIsShownAndTheWholeAgain()
    {
        m_log->session->put(serviceNamed(m_log->service));
        const RunId first = m_log->session->beginRun(m_log->service);
        for (int i = 0; i < 5; ++i)
            m_log->session->say(m_log->service, "first");
        m_log->session->endRun(first, Outcome::Succeeded);
        m_log->session->beginRun(m_log->service);
        for (int i = 0; i < 7; ++i)
            m_log->session->say(m_log->service, "second");
        m_log->pane->showRun(m_log->service, first);
        m_log->run();
        const qint64 ofRun = m_log->feed().rows();
        QVERIFY(ofRun >= 5);
        for (qint64 row = 0; row < ofRun; ++row)
            QVERIFY(!m_log->textAt(m_log->feed().lineAt(row)).contains("second"));
        auto& runs = m_log->part<QComboBox>("logRun");
        QVERIFY2(runs.currentText().contains(u"#1"), qPrintable(runs.currentText()));
        QCOMPARE(runs.count(), 4);

        m_log->session->say(m_log->service, "second");
        m_log->run();
        QCOMPARE(m_log->feed().rows(), ofRun);

        runs.setCurrentIndex(1);
        Q_EMIT runs.activated(1);
        m_log->run();
        QCOMPARE(m_log->lastText(), QByteArray("second"));
        QCOMPARE(m_log->feed().extent().first, static_cast<quint64>(ofRun));
        runs.setCurrentIndex(0);
        Q_EMIT runs.activated(0);
        m_log->run();
        QCOMPARE(m_log->feed().extent().first, quint64{0});
    }

    void aTimeIsGoneTo()
    {
        // Line n is of n milliseconds after 1970.
        m_log->open(1'000'000);
        m_log->pane->jumpTo(WallTime(250s));
        m_log->run();
        QCOMPARE(m_log->view().topLine(), quint64{250'000});
        QVERIFY(!m_log->view().isFollowing());

        m_log->press(Qt::Key_G, Qt::ControlModifier);
        auto& jump = m_log->part<QLineEdit>("logJump");
        QVERIFY(jump.isVisible());
        jump.setText(QStringLiteral("teatime"));
        QTest::keyClick(&jump, Qt::Key_Return);
        QVERIFY(jump.isVisible());
        QVERIFY(!m_log->part<QLabel>("logJumpError").text().isEmpty());
        const QDateTime at = QDateTime::fromMSecsSinceEpoch(600'000);
        jump.setText(at.toString(QStringLiteral("yyyy-MM-dd HH:mm")));
        QTest::keyClick(&jump, Qt::Key_Return);
        m_log->run();
        QVERIFY(!jump.isVisible());
        QCOMPARE(m_log->view().topLine(), quint64{600'000});

        m_log->pane->jumpTo(WallTime(5000s));
        m_log->run();
        QVERIFY2(m_log->view().isFollowing(), "all there is, is before");
    }

    void aLogThatCannotBeReadSaysWhyAndIsTriedAgain()
    {
        m_log->session->failNext(QStringLiteral("logExtent"), {ErrorKind::Failed, "the disk is on fire"});
        m_log->open(5);
        QVERIFY(m_log->feed().note().contains(u"the disk is on fire"));
        m_log->settle(3s);
        m_log->run();
        QCOMPARE(m_log->lastText(), m_log->lineText(4));
        QCOMPARE(m_log->feed().note(), QString());
    }

    void itMayGoWhileItReads()
    {
        m_log->open(5000);
        for (const char* call : {"readLog", "logExtent", "findInLog", "runs"})
            m_log->session->hold(QLatin1StringView(call));
        m_log->bar().setValue(0);
        m_log->part<QLineEdit>("logFilter").setText(QStringLiteral("7"));
        m_log->pane->jumpTo(WallTime(1s));
        m_log->settle();
        m_log->pane.reset();
        for (const char* call : {"readLog", "logExtent", "findInLog", "runs"})
            m_log->session->release(QLatin1StringView(call));
        m_log->settle(1s);
    }

    void theRateIsSaidAsLongAsLinesCome()
    {
        m_log->open(10);
        for (int second = 0; second < 3; ++second) {
            for (int i = 0; i < 50; ++i)
                m_log->session->say(m_log->service, "more");
            m_log->settle(1s);
        }
        QVERIFY2(m_log->status().contains(u" lines/s"), qPrintable(m_log->status()));
        m_log->settle(3s);
        QVERIFY2(!m_log->status().contains(u"lines/s"), qPrintable(m_log->status()));
    }

    void theStatusLineSaysHowMuchThereIs()
    {
        m_log->open(1'003'882);
        QVERIFY2(m_log->status().startsWith(QLocale().toString(1'003'882) + QStringLiteral(" lines")), qPrintable(m_log->status()));
        QVERIFY2(m_log->status().contains(u"MB"), qPrintable(m_log->status()));
    }

    void everyControlHasANameToBeFoundAndHeardBy()
    {
        for (const char* name : {"logFollow", "logWrap", "logTimes", "logStdout", "logStderr", "logHost", "logMenu", "newLinesPill",
                                 "logFindNext", "logFindPrevious", "logFindClose", "logFilterRegex", "logFilterCase"})
            QVERIFY2(!m_log->part<QToolButton>(name).accessibleName().isEmpty(), name);
        for (const char* name : {"logFind", "logFilter", "logJump"})
            QVERIFY2(!m_log->part<QLineEdit>(name).accessibleName().isEmpty(), name);
        QVERIFY(!m_log->part<QComboBox>("logRun").accessibleName().isEmpty());
        QVERIFY(!m_log->view().accessibleName().isEmpty());
    }

    void theLinesOnTheScreenAndTheSelectedOnesAreHeard()
    {
        m_log->open(1000);
        m_log->view().scrollTo(500);
        m_log->settle(1s);
        QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(&m_log->view());
        QAccessibleTextInterface* const text = access->textInterface();
        QVERIFY(text);
        const QStringList lines = text->text(0, text->characterCount()).split(u'\n');
        QCOMPARE(lines.size(), m_log->view().visibleRows());
        QCOMPARE(lines.first(), QString::fromUtf8(test::LogFixture::lineText(500)));
        QCOMPARE(lines.at(1), QString::fromUtf8(test::LogFixture::lineText(501)));
        QCOMPARE(text->selectionCount(), 0);

        m_log->view().select(501, 502);
        int start = 0;
        int end = 0;
        QCOMPARE(text->selectionCount(), 1);
        text->selection(0, &start, &end);
        QCOMPARE(text->text(start, end), QString::fromUtf8(test::LogFixture::lineText(501) + '\n' + test::LogFixture::lineText(502)));
        m_log->view().select(100, 101); // out of sight
        text->selection(0, &start, &end);
        QCOMPARE(end, start);
    }
};

QTEST_MAIN(TestLogView)
#include "tst_log_view.moc"

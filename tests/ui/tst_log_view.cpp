#include <ui/logs/logfeed.h>
#include <ui/logs/logpane.h>
#include <ui/logs/logview.h>

#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

const QString service = QStringLiteral("flood");

QByteArray lineText(quint64 n)
{
    return "line " + QByteArray::number(n);
}

} // namespace

class TestLogView : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<FakeSession> m_session;
    std::unique_ptr<LogPane> m_pane;

    LogFeed& feed() { return m_pane->feed(); }
    LogView& view() { return *m_pane->view(); }
    QScrollBar& bar() { return *view().verticalScrollBar(); }
    QToolButton& pill() { return *view().findChild<QToolButton*>(QStringLiteral("newLinesPill")); }

    /// Everything that is due now, including what waits in the event queue.
    void settle(std::chrono::nanoseconds time = 0ns)
    {
        for (int i = 0; i < 4; ++i) {
            m_clock->advance(std::exchange(time, 0ns));
            QCoreApplication::processEvents();
        }
    }

    QByteArray textAt(qint64 id) { return feed().window().at(id - feed().window().firstId()).text; }
    QByteArray topText() { return textAt(view().topLine()); }
    QByteArray lastText() { return textAt(feed().window().endId() - 1); }

    void open(quint64 lines)
    {
        ServiceInfo info;
        info.name = service;
        m_session->put(info);
        m_session->setLog(service, lines, lineText);
        m_pane->open(service);
        settle();
    }

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_unique<FakeClock>();
        Clock::setCurrent(m_clock.get());
        m_session = std::make_unique<FakeSession>();
        m_pane = std::make_unique<LogPane>(*m_session);
        m_pane->resize(700, 400);
        m_pane->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_pane.get()));
    }

    void cleanup()
    {
        m_pane.reset();
        m_session.reset();
        Clock::setCurrent(nullptr);
        m_clock.reset();
    }

    void theEndIsShownFirstAndFollowed()
    {
        open(1'000'000);
        QVERIFY(feed().isFollowing());
        QCOMPARE(lastText(), lineText(999'999));
        QCOMPARE(bar().value(), bar().maximum());
        QCOMPARE(feed().window().size(), 1000);

        m_session->say(service, "hello");
        settle(100ms);
        QCOMPARE(lastText(), QByteArray("hello"));
        QCOMPARE(bar().value(), bar().maximum());
    }

    void scrollingUpLetsGoAndStaysOnTheLine()
    {
        open(1'000'000);
        bar().setValue(500);
        QVERIFY(!feed().isFollowing());
        const QByteArray top = topText();
        QCOMPARE(top, lineText(999'500));
        for (int i = 0; i < 50; ++i)
            m_session->say(service, "more");
        settle(1s);
        QCOMPARE(topText(), top);
        QVERIFY(pill().isVisible());
        QVERIFY2(pill().text().contains(u"50"), qPrintable(pill().text()));

        pill().click();
        settle(1s);
        QVERIFY(feed().isFollowing());
        QVERIFY(!pill().isVisible());
        QCOMPARE(lastText(), QByteArray("more"));
        QCOMPARE(bar().value(), bar().maximum());
    }

    void theEndKeyAndTheBottomFollowAgain()
    {
        open(5000);
        bar().setValue(bar().maximum() - 5);
        QVERIFY(!feed().isFollowing());
        bar().setValue(bar().maximum());
        QVERIFY(feed().isFollowing());
        bar().setValue(100);
        QTest::keyClick(&view(), Qt::Key_End);
        settle();
        QVERIFY(feed().isFollowing());
        QCOMPARE(bar().value(), bar().maximum());
    }

    void scrollingToTheTopPagesBackToTheFirstLineAndForthAgainInBoundedMemory()
    {
        constexpr quint64 count = 60'000;
        open(count);
        while (!feed().isAtStart()) {
            const QByteArray first = textAt(feed().window().firstId());
            bar().setValue(1);
            bar().setValue(0);
            settle();
            QVERIFY(feed().window().size() <= LogWindow::maxLines);
            if (!feed().isAtStart())
                QVERIFY(textAt(feed().window().firstId()) != first);
        }
        QCOMPARE(textAt(feed().window().firstId()), lineText(0));
        QVERIFY(pill().isVisible()); // the end is not held any more

        // Every line once and in order on the way back.
        quint64 expected = 0;
        qint64 id = feed().window().firstId();
        while (expected < count) {
            for (; id < feed().window().endId(); ++id)
                QCOMPARE(textAt(id), lineText(expected++));
            if (expected == count)
                break;
            bar().setValue(bar().maximum() - 1);
            settle();
            QVERIFY(feed().window().size() <= LogWindow::maxLines);
            QVERIFY(id >= feed().window().firstId());
        }
        settle();
        QVERIFY(feed().isAtEnd());
    }

    void aLogThatGrowsFasterThanItIsShownIsCaughtUpWith()
    {
        open(10);
        for (int i = 0; i < 5000; ++i)
            m_session->say(service, QByteArray::number(i));
        settle(1s);
        settle(1s);
        QCOMPARE(lastText(), QByteArray("4999"));
        QVERIFY(feed().isFollowing());
        QVERIFY2(m_session->callCount(QStringLiteral("followLog")) <= 6, "pages are not asked for more than 30 times a second");
    }

    void selectingLetsGoAndCopiesTheseLinesWhileOthersArrive()
    {
        open(5000);
        const int row = view().fontMetrics().lineSpacing();
        const qint64 top = view().topLine();
        QTest::mousePress(view().viewport(), Qt::LeftButton, {}, QPoint(200, row * 2 + row / 2));
        QTest::mouseMove(view().viewport(), QPoint(200, row * 4 + row / 2));
        QMouseEvent move(QEvent::MouseMove, QPointF(200, row * 4 + row / 2), view().viewport()->mapToGlobal(QPointF(200, row * 4.5)),
                         Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view().viewport(), &move);
        QTest::mouseRelease(view().viewport(), Qt::LeftButton, {}, QPoint(200, row * 4 + row / 2));
        QVERIFY(!feed().isFollowing());
        const QString expected = QString::fromLatin1(textAt(top + 2) + '\n' + textAt(top + 3) + '\n' + textAt(top + 4) + '\n');

        for (int i = 0; i < 2000; ++i)
            m_session->say(service, "noise");
        settle(5s);
        QTest::keyClick(&view(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), expected);
    }

    void anotherServiceBeginsAtItsOwnEndAndTheOldOneIsNotHeardAnyMore()
    {
        open(5000);
        ServiceInfo other;
        other.name = QStringLiteral("other");
        m_session->put(other);
        m_session->setLog(other.name, 3, [](quint64 n) { return "other " + QByteArray::number(n); });
        bar().setValue(10);
        m_pane->open(other.name);
        QVERIFY(feed().window().isEmpty());
        m_session->say(service, "late");
        settle(1s);
        QVERIFY(feed().isFollowing());
        QCOMPARE(feed().window().size(), 3);
        QCOMPARE(lastText(), QByteArray("other 2"));
        m_pane->open({});
        settle();
        QVERIFY(feed().window().isEmpty());
    }

    void aLogThatCannotBeReadSaysWhyAndIsTriedAgain()
    {
        m_session->failNext(QStringLiteral("readLog"), {ErrorKind::Failed, "the disk is on fire"});
        open(5);
        QVERIFY(feed().note().contains(u"the disk is on fire"));
        settle(3s);
        QCOMPARE(lastText(), lineText(4));
        QCOMPARE(feed().note(), QString());
    }

    void itMayGoWhileItReads()
    {
        open(5000);
        m_session->hold(QStringLiteral("readLog"));
        bar().setValue(0);
        settle();
        m_pane.reset();
        m_session->release(QStringLiteral("readLog"));
        settle(1s);
    }
};

QTEST_MAIN(TestLogView)
#include "tst_log_view.moc"

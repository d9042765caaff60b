#include "logfixture.h"

#include <QAction>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// Text with a word in every 37th line, and in none twice.
QByteArray sometimes(quint64 n)
{
    return (n % 37 == 5 ? "Error " : "fine ") + QByteArray::number(n);
}

} // namespace

class TestLogFind : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<test::LogFixture> m_log;

    QLineEdit& find() { return m_log->part<QLineEdit>("logFind"); }
    QLineEdit& filter() { return m_log->part<QLineEdit>("logFilter"); }
    QString count() { return m_log->part<QLabel>("logFindCount").text(); }
    static QString number(qint64 n) { return QLocale().toString(n); }

    void lookFor(const QString& text)
    {
        m_log->press(Qt::Key_F, Qt::ControlModifier);
        QVERIFY(find().isVisible());
        find().setText(text);
        m_log->run(40);
    }

    void filterBy(const QString& text)
    {
        m_log->press(Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(filter().isVisible());
        filter().setText(text);
        m_log->run(40);
    }

private Q_SLOTS:
    void init() { m_log = std::make_unique<test::LogFixture>(); }
    void cleanup() { m_log.reset(); }

    void allHitsAreCountedAndTheFirstInSightIsGoneTo()
    {
        m_log->open(300'000, sometimes);
        m_log->bar().setValue(100'000);
        m_log->run();
        lookFor(QStringLiteral("error"));
        qint64 all = 0;
        qint64 before = 0;
        std::optional<quint64> first;
        for (quint64 n = 0; n < 300'000; ++n) {
            if (n % 37 != 5)
                continue;
            ++all;
            before += n < 100'000;
            if (n >= 100'000 && !first)
                first = n;
        }
        QCOMPARE(count(), QStringLiteral("%1 of %2 hits").arg(number(before + 1), number(all)));
        QVERIFY(*first >= m_log->view().topLine());
        QVERIFY(*first < m_log->view().topLine() + static_cast<quint64>(m_log->view().visibleRows()));
        QVERIFY(m_log->status().startsWith(count()));
    }

    void f3GoesRoundInBothDirections()
    {
        m_log->open(1000, sometimes);
        m_log->bar().setValue(900);
        m_log->run();
        lookFor(QStringLiteral("Error"));
        const int all = 27; // 5, 42, ... 967
        QCOMPARE(count(), QStringLiteral("26 of %1 hits").arg(all)); // 930
        m_log->press(Qt::Key_F3);
        m_log->run();
        QCOMPARE(count(), QStringLiteral("27 of %1 hits").arg(all));
        m_log->press(Qt::Key_F3);
        m_log->run();
        QVERIFY2(count().startsWith(QStringLiteral("1 of %1 hits").arg(all)), qPrintable(count()));
        QVERIFY2(count() != QStringLiteral("1 of %1 hits").arg(all), "it says that it went round");
        QVERIFY(m_log->view().topLine() <= 5);
        m_log->press(Qt::Key_F3, Qt::ShiftModifier);
        m_log->run();
        QVERIFY2(count().startsWith(QStringLiteral("27 of %1").arg(all)), qPrintable(count()));
        QTest::keyClick(&find(), Qt::Key_Return, Qt::ShiftModifier);
        m_log->run();
        QCOMPARE(count(), QStringLiteral("26 of %1 hits").arg(all));
    }

    void findingLetsGoOfTheEndAndLeavingItFollowsAgain()
    {
        m_log->open(1000, sometimes);
        QVERIFY(m_log->view().isFollowing());
        lookFor(QStringLiteral("Error 5"));
        QVERIFY(!m_log->view().isFollowing());
        QTest::keyClick(&find(), Qt::Key_Escape);
        m_log->run();
        QVERIFY(!find().isVisible());
        QVERIFY(m_log->view().isFollowing());

        // Whoever scrolled since stays there.
        lookFor(QStringLiteral("Error 5"));
        m_log->press(Qt::Key_Down);
        m_log->run();
        QTest::keyClick(&find(), Qt::Key_Escape);
        m_log->run();
        QVERIFY(!m_log->view().isFollowing());
    }

    void aHitThatArrivesIsCounted()
    {
        m_log->open(1000, sometimes);
        lookFor(QStringLiteral("needle"));
        QCOMPARE(count(), QStringLiteral("no hits"));
        m_log->session->say(m_log->service, "a needle");
        m_log->run();
        QCOMPARE(count(), QStringLiteral("hits: 1"));
        m_log->press(Qt::Key_F3);
        m_log->run();
        QCOMPARE(count(), QStringLiteral("1 of 1 hits"));
    }

    void caseAndExpressionsAreChoices()
    {
        m_log->open(100, [](quint64 n) { return n == 7 ? QByteArray("a.b") : n == 8 ? QByteArray("A.B") : n == 9 ? QByteArray("axb") : "-"; });
        lookFor(QStringLiteral("a.b"));
        QVERIFY2(count().contains(u"of 2"), qPrintable(count()));
        m_log->part<QToolButton>("logFindCase").click();
        m_log->run();
        QVERIFY2(count().contains(u"of 1"), qPrintable(count()));
        m_log->part<QToolButton>("logFindRegex").click();
        m_log->run();
        QVERIFY2(count().contains(u"of 2"), qPrintable(count()));
    }

    void theFilterShowsTheLinesThatMatchAndSaysHowMany()
    {
        m_log->open(300'000, sometimes);
        filterBy(QStringLiteral("error"));
        QList<quint64> expected;
        for (quint64 n = 5; n < 300'000; n += 37)
            expected.append(n);
        QCOMPARE(m_log->lines(), expected);
        QVERIFY2(m_log->status().startsWith(QStringLiteral("%1 of %2 lines shown").arg(number(expected.size()), number(300'000))),
                 qPrintable(m_log->status()));
        QVERIFY(m_log->view().isFollowing());
        QCOMPARE(m_log->lastText(), sometimes(expected.last()));

        m_log->session->say(m_log->service, "fine");
        m_log->session->say(m_log->service, "an error");
        m_log->run();
        QCOMPARE(m_log->feed().rows(), expected.size() + 1);
        QCOMPARE(m_log->lastText(), QByteArray("an error"));

        QTest::keyClick(&filter(), Qt::Key_Escape);
        m_log->run();
        QVERIFY(!filter().isVisible());
        QCOMPARE(m_log->feed().rows(), 300'002);
        QVERIFY(m_log->view().isFollowing());
    }

    void theNearestHitsComeFirstAndTypingOnGivesTheOldSearchUp()
    {
        m_log->open(1'000'000, sometimes);
        m_log->session->forgetCalls();
        m_log->press(Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        filter().setText(QStringLiteral("e"));
        m_log->settle();
        QVERIFY(m_log->session->callCount(QStringLiteral("findInLog")) >= 1);
        QVERIFY2(m_log->feed().rows() > 0, "the first answer is shown while the search goes on");
        QCOMPARE(m_log->lines().last(), quint64{999'999});
        filter().setText(QStringLiteral("error"));
        m_log->run(60);
        QCOMPARE(m_log->feed().rows(), 27'027);
        QVERIFY(m_log->feed().search().isComplete());
    }

    void aWrongExpressionIsSaidAndTheLastGoodOneStays()
    {
        m_log->open(1000, sometimes);
        m_log->part<QToolButton>("logFilterRegex").setChecked(true);
        filterBy(QStringLiteral("Err.r [0-4]"));
        const qint64 rows = m_log->feed().rows();
        QVERIFY(rows > 0 && rows < 27);
        QVERIFY(!m_log->part<QLabel>("logFilterError").isVisible());
        filter().setText(QStringLiteral("Err.r [0-4"));
        m_log->run();
        QVERIFY(m_log->part<QLabel>("logFilterError").isVisible());
        QVERIFY(!m_log->part<QLabel>("logFilterError").text().isEmpty());
        QCOMPARE(m_log->feed().rows(), rows);
        filter().setText(QStringLiteral("Err.r [0-9]"));
        m_log->run();
        QVERIFY(!m_log->part<QLabel>("logFilterError").isVisible());
        QCOMPARE(m_log->feed().rows(), 27);
    }

    void streamsAreChosen()
    {
        m_log->open(10);
        m_log->session->say(m_log->service, "bad", 'e');
        m_log->session->say(m_log->service, "run 1 ended failed exit 3", 'h');
        m_log->run();
        m_log->part<QToolButton>("logStdout").click();
        m_log->run();
        QCOMPARE(m_log->lines(), (QList<quint64>{10, 11}));
        m_log->part<QToolButton>("logHost").click();
        m_log->run();
        QCOMPARE(m_log->lines(), (QList<quint64>{10}));
        m_log->part<QToolButton>("logStderr").click(); // the last one stays
        m_log->run();
        QVERIFY(m_log->part<QToolButton>("logStderr").isChecked());
        QCOMPARE(m_log->lines(), (QList<quint64>{10}));
        m_log->part<QToolButton>("logStdout").click();
        m_log->part<QToolButton>("logHost").click();
        m_log->run();
        QCOMPARE(m_log->feed().rows(), 12);
        QVERIFY(!m_log->feed().isFiltered());
    }

    void enterOnAHitShowsItAmongAllLines()
    {
        m_log->open(100'000, sometimes);
        filterBy(QStringLiteral("Error 500"));
        const QList<quint64> hits = m_log->lines();
        QVERIFY(hits.size() > 2);
        m_log->view().select(hits.at(1), hits.at(1));
        m_log->press(Qt::Key_Return);
        m_log->run();
        QVERIFY(!m_log->feed().isFiltered());
        QVERIFY(!filter().isVisible());
        QCOMPARE(m_log->feed().rows(), 100'000);
        QCOMPARE(m_log->view().selection()->first(), hits.at(1));
        QVERIFY(m_log->view().topLine() < hits.at(1));
        QVERIFY(m_log->view().topLine() + static_cast<quint64>(m_log->view().visibleRows()) > hits.at(1));
        QVERIFY(!m_log->view().isFollowing());
    }

    void findingInAFilteredLogCountsWhatIsShown()
    {
        m_log->open(10'000, sometimes);
        filterBy(QStringLiteral("Error"));
        lookFor(QStringLiteral("99"));
        int expected = 0;
        for (quint64 n = 5; n < 10'000; n += 37)
            expected += QByteArray::number(n).contains("99");
        QVERIFY2(count().endsWith(QStringLiteral("of %1 hits").arg(expected)), qPrintable(count()));
    }

    void theKeysOfTheLogComeBeforeTheWindows()
    {
        m_log->open(100);
        int asked = 0;
        QAction find;
        find.setShortcut(QKeySequence(Qt::CTRL | Qt::Key_F));
        connect(&find, &QAction::triggered, this, [&asked] { ++asked; });
        m_log->pane->addAction(&find);
        m_log->view().setFocus();
        m_log->press(Qt::Key_F, Qt::ControlModifier);
        QCOMPARE(asked, 0);
        QVERIFY(this->find().isVisible());
    }

    void aSearchThatTheHostRefusesIsSaidAndTriedAgain()
    {
        m_log->open(1000, sometimes);
        m_log->session->failNext(QStringLiteral("findInLog"), {ErrorKind::Failed, "the disk is on fire"});
        filterBy(QStringLiteral("Error"));
        QVERIFY(m_log->feed().note().contains(u"on fire") || m_log->feed().rows() == 27);
        m_log->settle(3s);
        m_log->run();
        QCOMPARE(m_log->feed().rows(), 27);
    }
};

QTEST_MAIN(TestLogFind)
#include "tst_log_find.moc"

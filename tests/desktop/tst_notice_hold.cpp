#include <ui/notices/noticehold.h>

#include <turnspit/async/fakeclock.h>

#include <QSignalSpy>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

class Told final : public NoticeOutlet
{
public:
    void show(const Notice& notice) override
    {
        shown += notice.summary;
        last = notice;
    }
    void close(const QString& key) override { closed += key; }

    QStringList shown;
    QStringList closed;
    Notice last;
};

Notice notice(const char* key, const char* summary)
{
    Notice made;
    made.key = QString::fromLatin1(key);
    made.service = made.key;
    made.summary = QString::fromLatin1(summary);
    return made;
}

} // namespace

class TestNoticeHold : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<Told> m_told;
    std::unique_ptr<NoticeHold> m_hold;

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_unique<FakeClock>();
        Clock::setCurrent(m_clock.get());
        m_told = std::make_unique<Told>();
        m_hold = std::make_unique<NoticeHold>(*m_told);
    }
    void cleanup()
    {
        m_hold.reset();
        Clock::setCurrent(nullptr);
        m_clock.reset();
    }

    void withoutAHoldEverythingIsToldAtOnce()
    {
        m_hold->show(notice("a", "a failed"));
        QCOMPARE(m_told->shown, QStringList{QStringLiteral("a failed")});
    }

    void whatIsStillTrueAtTheEndIsToldThen()
    {
        QSignalSpy changed(m_hold.get(), &NoticeHold::changed);
        m_hold->holdUntil(m_clock->wallNow() + 1h);
        QCOMPARE(changed.size(), 1);
        m_hold->show(notice("a", "a failed"));
        m_hold->show(notice("b", "b failed"));
        m_hold->show(notice("b", "b failed again"));
        m_hold->close(QStringLiteral("a"));
        m_clock->advance(1h - 1s);
        QCOMPARE(m_told->shown, QStringList());
        m_clock->advance(1s);
        QCOMPARE(m_told->shown, QStringList{QStringLiteral("b failed again")});
        QCOMPARE(m_told->closed, QStringList{QStringLiteral("a")}); // it may have been shown before the hold
        QVERIFY(!m_hold->end());
        QCOMPARE(changed.size(), 2);
    }

    void manyAreToldInOne()
    {
        m_hold->holdUntil(m_clock->wallNow() + 1h);
        for (const char* name : {"a", "b", "c", "d"})
            m_hold->show(notice(name, name));
        m_hold->resume();
        QCOMPARE(m_told->shown, QStringList{QStringLiteral("4 notices were held back")});
        QCOMPARE(m_told->last.services.join(u' '), QStringLiteral("a b c d"));
        m_hold->show(notice("e", "e"));
        QCOMPARE(m_told->shown.last(), QStringLiteral("e"));
    }

    void anotherEndTakesThePlaceOfTheOneBeforeAndOneInThePastEndsIt()
    {
        m_hold->holdUntil(m_clock->wallNow() + 1h);
        m_hold->holdUntil(m_clock->wallNow() + 3h);
        m_hold->show(notice("a", "a failed"));
        m_clock->advance(2h);
        QCOMPARE(m_told->shown, QStringList());
        m_hold->holdUntil(m_clock->wallNow() - 1s);
        QCOMPARE(m_told->shown, QStringList{QStringLiteral("a failed")});
        QVERIFY(!m_hold->end());
    }

    void aClockThatIsSetForwardIsNoticed()
    {
        m_hold->holdUntil(m_clock->wallNow() + 5h);
        m_clock->setWall(m_clock->wallNow() + 6h);
        m_clock->advance(10min);
        QVERIFY(!m_hold->end());
    }
};

QTEST_GUILESS_MAIN(TestNoticeHold)
#include "tst_notice_hold.moc"

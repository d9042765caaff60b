#include "support/said.h"

#include <turnspit/async/fakeclock.h>
#include <turnspit/async/periodictimer.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/async/workcontext.h>

#include <QTest>

#include <thread>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// One wait, and what came of it.
struct Wait
{
    std::optional<bool> result;
    std::exception_ptr error;
};

Task<> waitOnce(PeriodicTimer& timer, std::stop_token stop, Wait& out)
{
    try {
        out.result = co_await timer.nextTick(stop);
    } catch (...) {
        out.error = std::current_exception();
    }
}

Task<> count(PeriodicTimer& timer, std::stop_token stop, int& ticks, bool& after)
{
    while (co_await timer.nextTick(stop))
        ++ticks;
    after = true;
}

} // namespace

class TestPeriodicTimer : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<FakeClock> m_clock;

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_unique<FakeClock>();
        Clock::setCurrent(m_clock.get());
    }
    void cleanup()
    {
        Clock::setCurrent(nullptr);
        m_clock.reset();
    }

    // B46
    void periodsOutsideTheRangeAreRefused_data()
    {
        QTest::addColumn<qint64>("ms");
        QTest::addColumn<bool>("fits");
        QTest::newRow("zero") << qint64(0) << false;
        QTest::newRow("least") << qint64(1) << true;
        QTest::newRow("most") << qint64(4294967294) << true;
        QTest::newRow("tooMuch") << qint64(4294967295) << false;
        QTest::newRow("infinite") << qint64(-1) << true;
        QTest::newRow("negative") << qint64(-2) << false;
    }

    void periodsOutsideTheRangeAreRefused()
    {
        QFETCH(qint64, ms);
        QFETCH(bool, fits);
        const std::chrono::milliseconds period(ms);
        try {
            PeriodicTimer timer(period);
            QVERIFY(fits);
            QVERIFY(timer.period() == period);
        } catch (const std::out_of_range& e) {
            QVERIFY(!fits);
            QVERIFY(QString::fromLatin1(e.what()).contains(QStringLiteral("period")));
        }
    }

    // B47
    void theFirstTickComesOnePeriodAfterConstruction()
    {
        PeriodicTimer timer(10s);
        m_clock->advance(9s); // ticks whether or not somebody waits
        Wait wait;
        TaskScope scope;
        scope.spawn(waitOnce(timer, {}, wait));
        m_clock->advance(999ms);
        QVERIFY(!wait.result);
        m_clock->advance(1ms);
        QVERIFY(wait.result == true);
    }

    // B48
    void unconsumedTicksBecomeOne()
    {
        PeriodicTimer timer(10s);
        m_clock->advance(45s);
        TaskScope scope;
        Wait first;
        scope.spawn(waitOnce(timer, {}, first));
        QVERIFY(first.result == true); // at once
        Wait second;
        scope.spawn(waitOnce(timer, {}, second));
        QVERIFY(!second.result);
        m_clock->advance(5s); // the series is not moved
        QVERIFY(second.result == true);
    }

    // B49
    void aSecondWaitIsRefusedAndLeavesTheFirstAlone()
    {
        PeriodicTimer timer(10s);
        TaskScope scope;
        Wait first;
        Wait second;
        scope.spawn(waitOnce(timer, {}, first));
        scope.spawn(waitOnce(timer, {}, second));
        QVERIFY(second.error);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, std::rethrow_exception(second.error));
        m_clock->advance(10s);
        QVERIFY(first.result == true);
    }

    // B50, T1
    void aStopIsLookedAtBeforeAPendingTickAndEndsThatWaitOnly()
    {
        PeriodicTimer timer(10s);
        std::stop_source source;
        TaskScope scope;
        Wait during;
        scope.spawn(waitOnce(timer, source.get_token(), during));
        source.request_stop();
        m_clock->settle();
        QVERIFY(during.result == false);
        m_clock->advance(10s); // a tick is pending now
        Wait before;
        scope.spawn(waitOnce(timer, source.get_token(), before));
        QVERIFY(before.result == false);
        Wait again;
        scope.spawn(waitOnce(timer, {}, again));
        QVERIFY(again.result == true);
    }

    void aStopOfAnotherWaitsTokenDoesNotEndThisOne()
    {
        PeriodicTimer timer(10s);
        std::stop_source first;
        std::stop_source second;
        TaskScope scope;
        Wait ticked;
        scope.spawn(waitOnce(timer, first.get_token(), ticked));
        m_clock->advance(10s);
        QVERIFY(ticked.result == true);
        Wait waiting;
        scope.spawn(waitOnce(timer, {}, waiting)); // the timer still listens to the first
        first.request_stop();
        m_clock->settle();
        QVERIFY(!waiting.result);
        m_clock->advance(10s);
        QVERIFY(waiting.result == true);
        Wait other;
        scope.spawn(waitOnce(timer, second.get_token(), other));
        m_clock->settle();
        QVERIFY(!other.result);
        second.request_stop();
        m_clock->settle();
        QVERIFY(other.result == false);
    }

    // T1
    void theLoopEndsByItselfAndWhatFollowsItRuns()
    {
        PeriodicTimer timer(1s);
        std::stop_source source;
        TaskScope scope;
        int ticks = 0;
        bool after = false;
        scope.spawn(count(timer, source.get_token(), ticks, after));
        m_clock->advance(5s);
        QCOMPARE(ticks, 5);
        source.request_stop();
        m_clock->settle();
        QVERIFY(after);
    }

    // B51
    void closeEndsWaitsForEver()
    {
        PeriodicTimer timer(10s);
        TaskScope scope;
        Wait waiting;
        scope.spawn(waitOnce(timer, {}, waiting));
        timer.close();
        m_clock->settle();
        QVERIFY(waiting.result == false);
        Wait later;
        scope.spawn(waitOnce(timer, {}, later));
        QVERIFY(later.result == false);
        timer.close();
    }

    // B51
    void closeVoidsAPendingTick()
    {
        PeriodicTimer timer(10s);
        m_clock->advance(10s);
        timer.close();
        TaskScope scope;
        Wait wait;
        scope.spawn(waitOnce(timer, {}, wait));
        QVERIFY(wait.result == false);
    }

    // B52
    void anActiveWaitIsLookedAtFirst()
    {
        PeriodicTimer timer(10s);
        std::stop_source stopped;
        stopped.request_stop();
        TaskScope scope;
        Wait first;
        Wait second;
        scope.spawn(waitOnce(timer, {}, first));
        scope.spawn(waitOnce(timer, stopped.get_token(), second));
        QVERIFY(second.error);
        timer.close();
        m_clock->settle();
        QVERIFY(first.result == false);
    }

    // B53
    void aNewPeriodCountsFromNowForAPendingWaitToo()
    {
        PeriodicTimer timer(10s);
        TaskScope scope;
        Wait wait;
        scope.spawn(waitOnce(timer, {}, wait));
        m_clock->advance(9s);
        timer.setPeriod(3s);
        m_clock->advance(2999ms);
        QVERIFY(!wait.result);
        m_clock->advance(1ms);
        QVERIFY(wait.result == true);
    }

    // B53
    void aPendingTickStaysAndABadPeriodChangesNothing()
    {
        PeriodicTimer timer(10s);
        m_clock->advance(10s);
        timer.setPeriod(1h);
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, timer.setPeriod(0ms));
        QVERIFY(timer.period() == 1h);
        TaskScope scope;
        Wait wait;
        scope.spawn(waitOnce(timer, {}, wait));
        QVERIFY(wait.result == true);
        timer.close();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, timer.setPeriod(1s));
    }

    // B46
    void anInfinitePeriodTicksOnlyAfterSetPeriod()
    {
        PeriodicTimer timer(PeriodicTimer::infinite);
        TaskScope scope;
        Wait wait;
        scope.spawn(waitOnce(timer, {}, wait));
        m_clock->advance(24h * 365);
        QVERIFY(!wait.result);
        timer.setPeriod(1s);
        m_clock->advance(1s);
        QVERIFY(wait.result == true);
    }

    // B54
    void aTimerTakesAClockOrFindsItsThreads()
    {
        FakeClock other;
        PeriodicTimer timer(1s, other);
        TaskScope scope;
        Wait wait;
        scope.spawn(waitOnce(timer, {}, wait));
        m_clock->advance(1h);
        QVERIFY(!wait.result);
        other.advance(1s);
        QVERIFY(wait.result == true);
    }

    void aTimerThatIsDestroyedDuringAWaitResumesNobody()
    {
        Wait wait;
        {
            auto timer = std::make_unique<PeriodicTimer>(10s);
            TaskScope scope;
            scope.spawn(waitOnce(*timer, {}, wait));
            timer.reset();
            m_clock->settle();
            QVERIFY(wait.result == false);
        }
        m_clock->advance(1min);
    }

    void aWaitThatIsDestroyedIsNotResumedByATickOrAStop()
    {
        PeriodicTimer timer(10s);
        std::stop_source source;
        Wait wait;
        {
            TaskScope scope;
            scope.spawn(waitOnce(timer, source.get_token(), wait));
            source.request_stop(); // its resumption is on the way
        }
        m_clock->advance(10s);
        QVERIFY(!wait.result);
    }

    void aTickAndAStopFromAnotherThreadEndAWaitOnce()
    {
        Thread other(QStringLiteral("stopper"));
        for (int i = 0; i < 200; ++i) {
            PeriodicTimer timer(1s);
            std::stop_source source;
            TaskScope scope;
            Wait wait;
            scope.spawn(waitOnce(timer, source.get_token(), wait));
            other.mailbox()->post([source]() mutable { source.request_stop(); });
            m_clock->advance(1s);
            while (!wait.result || !other.mailbox()->isIdle()) {
                Mailbox::current()->drain();
                std::this_thread::yield();
            }
        }
    }

    void aTickRunsInTheContextOfItsWait()
    {
        PeriodicTimer timer(1s);
        TaskScope scope;
        std::string seen;
        const auto body = [](PeriodicTimer& each, std::string& out) -> Task<> {
            co_await each.nextTick();
            out = WorkContext::current() ? WorkContext::current()->name() : "nobody";
        };
        {
            const WorkContext::Scope working(&WorkContext::named("beat"));
            scope.spawn(body(timer, seen));
        }
        QVERIFY(!WorkContext::current());
        m_clock->advance(1s);
        QCOMPARE(seen, std::string("beat"));
        QVERIFY(!WorkContext::current());
    }
};

QTEST_GUILESS_MAIN(TestPeriodicTimer)
#include "tst_periodictimer.moc"

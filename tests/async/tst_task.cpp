#include <turnspit/async/event.h>
#include <turnspit/async/fakeclock.h>
#include <turnspit/async/periodictimer.h>
#include <turnspit/async/promise.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/async/wait.h>

#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

Task<int> number(int value)
{
    co_return value;
}

Task<int> thrower()
{
    throw std::runtime_error("broken");
    co_return 0;
}

Task<> countUp(int times, int& sum)
{
    while (times-- > 0)
        sum += co_await number(1);
}

Task<> noteWhenSet(Event& event, QList<int>& order, int id)
{
    if (co_await event.wait())
        order.append(id);
}

struct Guard
{
    explicit Guard(bool& destroyed) : flag(destroyed) {}
    ~Guard() { flag = true; }
    bool& flag;
};

} // namespace

class TestTask : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void twoMillionSynchronousCompletionsDoNotGrowTheStack()
    {
        int sum = 0;
        TaskScope scope;
        scope.spawn(countUp(2'000'000, sum));
        QCOMPARE(sum, 2'000'000);
        QVERIFY(scope.isEmpty());
    }

    void aTaskRunsOnlyWhenItIsAwaited()
    {
        bool ran = false;
        const auto body = [](bool& flag) -> Task<> {
            flag = true;
            co_return;
        };
        Task<> task = body(ran);
        QVERIFY(!ran);
        TaskScope scope;
        scope.spawn(std::move(task));
        QVERIFY(ran);
    }

    void anExceptionTravelsToTheAwaiter()
    {
        std::string caught;
        const auto body = [](std::string& out) -> Task<> {
            try {
                co_await thrower();
            } catch (const std::exception& e) {
                out = e.what();
            }
        };
        TaskScope scope;
        scope.spawn(body(caught));
        QCOMPARE(caught, std::string("broken"));
    }

    void aScopeHandsErrorsOnAndForgivesCancellation()
    {
        int errors = 0;
        TaskScope scope([&](std::exception_ptr) { ++errors; });
        const auto fails = []() -> Task<> {
            throw std::runtime_error("x");
            co_return;
        };
        const auto cancelled = []() -> Task<> {
            throw OperationCancelled{};
            co_return;
        };
        scope.spawn(fails());
        scope.spawn(cancelled());
        QCOMPARE(errors, 1);
        QVERIFY(scope.isEmpty());
    }

    void aScopeDestroysWhatIsStillSuspendedWithItsLocals()
    {
        Event gate;
        bool destroyed = false;
        const auto body = [](Event& event, bool& flag) -> Task<> {
            const Guard guard(flag);
            co_await event.wait();
        };
        {
            TaskScope scope;
            scope.spawn(body(gate, destroyed));
            QVERIFY(!destroyed);
            QCOMPARE(scope.size(), 1u);
        }
        QVERIFY(destroyed);
        gate.set(); // nobody is there any more
        Mailbox::current()->drain();
    }

    void setAndResumeRunsWhoCameFirstInsideAndTheOthersSoon()
    {
        Event gate;
        QList<int> order;
        TaskScope scope;
        for (int id = 1; id <= 3; ++id)
            scope.spawn(noteWhenSet(gate, order, id));
        gate.setAndResume();
        QCOMPARE(order, (QList<int>{1}));
        Mailbox::current()->drain();
        QCOMPARE(order, (QList<int>{1, 2, 3}));
        QVERIFY(gate.isSet());
    }

    void whoIsResumedBySetAndResumeMayDestroyTheEvent()
    {
        auto gate = std::make_unique<Event>();
        int resumed = 0;
        const auto body = [](std::unique_ptr<Event>& event, int& count) -> Task<> {
            std::stop_source stop;
            const bool set = co_await event->wait(stop.get_token());
            event.reset();
            stop.request_stop(); // nobody listens any more
            count += set ? 1 : 100;
        };
        TaskScope scope;
        scope.spawn(body(gate, resumed));
        gate->setAndResume();
        QVERIFY(!gate);
        Mailbox::current()->drain();
        QCOMPARE(resumed, 1);
    }

    void aStopThatIsOnItsWayDoesNotResumeAgainWhatSetAndResumeHas()
    {
        Event gate;
        std::stop_source stop;
        QList<bool> set;
        const auto body = [](Event& event, std::stop_token token, QList<bool>& list) -> Task<> {
            list.append(co_await event.wait(std::move(token)));
            co_await event.wait();
            list.append(true);
        };
        TaskScope scope;
        scope.spawn(body(gate, stop.get_token(), set));
        stop.request_stop();
        gate.setAndResume();
        gate.reset();
        Mailbox::current()->drain();
        QCOMPARE(set.size(), 2); // set was seen, and the second wait found it so inside of the call
        QVERIFY(set.first());
    }

    void anEventResumesItsWaitersInOrderAndNotInsideSet()
    {
        Event gate;
        QList<int> order;
        TaskScope scope;
        for (int id = 1; id <= 3; ++id)
            scope.spawn(noteWhenSet(gate, order, id));
        gate.set();
        QVERIFY(order.isEmpty());
        Mailbox::current()->drain();
        QCOMPARE(order, (QList<int>{1, 2, 3}));
    }

    void aStopRequestedInAnotherThreadResumesInTheWaitersThread()
    {
        Event gate;
        std::stop_source source;
        bool result = true;
        Qt::HANDLE resumedIn = nullptr;
        const auto body = [](Event& event, std::stop_token stop, bool& out, Qt::HANDLE& thread) -> Task<> {
            out = co_await event.wait(stop);
            thread = QThread::currentThreadId();
        };
        TaskScope scope;
        scope.spawn(body(gate, source.get_token(), result, resumedIn));
        Thread other(QStringLiteral("other"));
        other.mailbox()->post([&source] { source.request_stop(); });
        QTRY_VERIFY(scope.isEmpty());
        QVERIFY(!result);
        QCOMPARE(resumedIn, QThread::currentThreadId());
    }

    void aPromiseSetInAnotherThreadIsAwaitedHere()
    {
        int got = 0;
        Promise<int> promise;
        const auto body = [](Future<int> future, int& out) -> Task<> { out = co_await std::move(future); };
        TaskScope scope;
        scope.spawn(body(promise.future(), got));
        Thread other(QStringLiteral("other"));
        other.mailbox()->post([p = std::move(promise)]() mutable { p.set(7); });
        QTRY_COMPARE(got, 7);
    }

    void aDroppedPromiseCancelsItsAwaiter()
    {
        bool cancelled = false;
        const auto body = [](Future<int> future, bool& out) -> Task<> {
            try {
                co_await std::move(future);
            } catch (const OperationCancelled&) {
                out = true;
            }
        };
        TaskScope scope;
        {
            Promise<int> promise;
            scope.spawn(body(promise.future(), cancelled));
        }
        Mailbox::current()->drain();
        QVERIFY(cancelled);
    }

    void postsFromManyThreadsArriveOnceAndInEachSendersOrder()
    {
        constexpr int each = 10'000;
        QList<QList<int>> seen(4);
        int total = 0;
        const auto home = Mailbox::current();
        {
            std::vector<std::unique_ptr<Thread>> threads;
            for (int t = 0; t < 4; ++t) {
                threads.push_back(std::make_unique<Thread>(QStringLiteral("sender")));
                threads.back()->mailbox()->post([home, t, &seen, &total] {
                    for (int i = 0; i < each; ++i) {
                        home->post([t, i, &seen, &total] {
                            seen[t].append(i);
                            ++total;
                        });
                    }
                });
            }
            QTRY_COMPARE_WITH_TIMEOUT(total, 4 * each, 20000);
        }
        for (const auto& list : seen)
            QVERIFY(std::is_sorted(list.begin(), list.end()) && list.size() == each);
    }
};

QTEST_GUILESS_MAIN(TestTask)
#include "tst_task.moc"

// The threads of a host: who is asked, who is given no work, and what becomes of a start that has no thread.
#include "nothreads.h"
#include "recorder.h"

#include <turnspit/hosting/workerpool.h>

#include <QThread>

#include <atomic>
#include <semaphore>
#include <system_error>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// A pool on a fake clock, and whom it told of.
struct Pool
{
    HostOptions options;
    FakeClock clock;
    QStringList told;
    WorkerPool pool{options, clock, false, [this](const Worker& worker) {
                        told << QString::fromStdString(worker.blocker)
                                    + (worker.blocked ? QStringLiteral(" blocks") : QStringLiteral(" answers"));
                    }};

    ~Pool() { pool.shutdown(10s); }
};

/// What a thread has that ends with it: its end takes as long as it is let.
class Leaving final : public QObject
{
public:
    struct Gate
    {
        std::binary_semaphore go{0};
        std::atomic<bool> over = false;
    };

    static std::shared_ptr<Gate> on(const Worker& worker)
    {
        auto gate = std::make_shared<Gate>();
        std::binary_semaphore there{0};
        worker.mailbox->post([gate, &there] {
            auto* const leaving = new Leaving(gate);
            connect(QThread::currentThread(), &QThread::finished, leaving, &QObject::deleteLater);
            there.release();
        });
        there.acquire();
        return gate;
    }

    explicit Leaving(std::shared_ptr<Gate> gate) : m_gate(std::move(gate)) {}
    ~Leaving() override
    {
        (void)m_gate->go.try_acquire_for(20s);
        m_gate->over = true;
    }

private:
    std::shared_ptr<Gate> m_gate;
};

/// Keeps a thread from answering, in the name of a service.
class Blocking
{
public:
    Blocking(const Worker& worker, const char* service)
    {
        auto entered = std::make_shared<std::binary_semaphore>(0);
        worker.mailbox->post([go = m_go, entered, context = &WorkContext::named(service)] {
            const WorkContext::Scope working(context);
            entered->release();
            go->acquire();
        });
        entered->acquire();
    }
    ~Blocking() { m_go->release(); }
    Blocking(const Blocking&) = delete;
    Blocking& operator=(const Blocking&) = delete;

private:
    std::shared_ptr<std::binary_semaphore> m_go = std::make_shared<std::binary_semaphore>(0);
};

} // namespace

class TestWorkerPool : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T6, T17
    void aThreadThatWasGivenUpCountsAgainWhenItAnswers()
    {
        Pool p;
        const auto lost = p.pool.acquire(Affinity::Shared, "a");
        {
            const Blocking blocking(*lost, "a");
            p.pool.markLost(lost);
            for (int beat = 0; beat < 3; ++beat) {
                QVERIFY(!p.pool.allAnswer());
                const auto other = p.pool.acquire(Affinity::Shared, "b");
                QVERIFY(other != lost);
                p.clock.addMailbox(other->mailbox); // it has the time to answer
                p.clock.advance(p.options.heartbeat);
            }
            QCOMPARE(p.told, QStringList());
        }
        p.clock.addMailbox(lost->mailbox); // so that an advance waits for its answer too
        p.clock.settle();
        p.clock.advance(p.options.heartbeat);
        QVERIFY(p.pool.allAnswer());
        QCOMPARE(p.told, QStringList{QStringLiteral("a answers")});
    }

    void aServiceThatComesAndGoesDoesNotPutTheHeartbeatOff()
    {
        Pool p;
        const auto steady = p.pool.acquire(Affinity::Shared, "steady");
        const Blocking blocking(*steady, "steady");
        for (int i = 0; i < 4; ++i) {
            const auto other = p.pool.acquire(Affinity::Shared, "restarts");
            QVERIFY(other != steady);
            p.clock.addMailbox(other->mailbox); // it has the time to answer
            p.clock.advance(p.options.heartbeat / 2);
            p.pool.release(other);
        }
        QCOMPARE(p.told, QStringList{QStringLiteral("steady blocks")});
    }

    // T6, T15
    void aThreadOfItsOwnThatEndsSlowlyHoldsUpNobody()
    {
        Pool p;
        const auto own = p.pool.acquire(Affinity::Dedicated, "slow");
        const auto gate = Leaving::on(*own);
        p.pool.release(own);
        QVERIFY(!gate->over);
        p.pool.release(p.pool.acquire(Affinity::Dedicated, "other"));
        QVERIFY(!gate->over);
        gate->go.release();
        QVERIFY(p.pool.shutdown(10s));
        QVERIFY(gate->over);
    }

    // T6
    void aThreadThatDoesNotEndIsLeftAliveWithTheOthersEnded()
    {
        Pool p;
        const auto released = p.pool.acquire(Affinity::Dedicated, "released");
        const auto first = Leaving::on(*released);
        p.pool.release(released);
        const auto second = Leaving::on(*p.pool.acquire(Affinity::Shared, "shared"));
        QVERIFY(!p.pool.shutdown(1ms));
        QVERIFY(!first->over && !second->over);
        first->go.release();
        second->go.release();
        QTRY_VERIFY(first->over && second->over);
    }

    void aHeartbeatThatNeverComesAsksNobody()
    {
        Pool p;
        p.options.heartbeat = Milliseconds::max();
        const auto worker = p.pool.acquire(Affinity::Shared, "a");
        QCOMPARE(p.clock.armedTimers(), std::size_t(0));
        const Blocking blocking(*worker, "a");
        p.clock.advance(24h * 365 * 20);
        QCOMPARE(p.told, QStringList());
        QVERIFY(p.pool.allAnswer());
    }

    // T6
    void aPatienceWithoutAnEndWaitsAsLongAsItTakes()
    {
        Pool p;
        const auto worker = p.pool.acquire(Affinity::Shared, "a");
        const auto gate = Leaving::on(*worker);
        gate->go.release();
        QVERIFY(p.pool.shutdown(Milliseconds::max()));
        QVERIFY(gate->over);
    }

    void whereThereAreNoMoreThreadsSharedWorkTakesOneThatIsThere()
    {
        Pool p;
        const auto first = p.pool.acquire(Affinity::Shared, "a");
        const NoThreads none;
        QVERIFY(p.pool.acquire(Affinity::Shared, "b") == first);
        QVERIFY_THROWS_EXCEPTION(std::system_error, (void)p.pool.acquire(Affinity::Dedicated, "c"));
    }

    // B8, T5, T17
    void aServiceThatGetsNoThreadFailsItsStart()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b"}, {.affinity = Affinity::Dedicated});
        h.build();
        const NoThreads none;
        const auto started = h.start();
        QVERIFY(started->ended);
        QVERIFY2(started->what().startsWith(QStringLiteral("cannot start a thread for 'b'")), qPrintable(started->what()));
        QCOMPARE(h.log->find(ServiceStartFailed)->service, QStringLiteral("b"));
        QVERIFY(h.journal.lines().contains(QStringLiteral("a.destroyed")));
        QCOMPARE(h.stop()->value->exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(TestWorkerPool)
#include "tst_workerpool.moc"

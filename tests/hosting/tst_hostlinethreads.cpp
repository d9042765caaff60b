// Services that a host starts and stops one after the other, over threads of its own: in which order, whose thread does what, and who is
// known to block one.
#include "recorder.h"

#include <QThread>

#include <atomic>
#include <map>
#include <semaphore>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Takes some turns for each call, and says when one begins and ends.
class Slow final : public HostedService
{
public:
    Slow(Journal& journal, std::string name, int turns) : m_journal(journal), m_name(std::move(name)), m_turns(turns)
    {
        m_journal.add("make " + m_name);
    }
    ~Slow() override { m_journal.add("gone " + m_name); }
    Task<> start(std::stop_token) override { return call("start"); }
    Task<> stop(std::stop_token) override { return call("stop"); }

private:
    Task<> call(std::string what)
    {
        m_journal.add(what + ' ' + m_name);
        for (int turn = 0; turn < m_turns; ++turn)
            co_await yieldToLoop();
        m_journal.add(what + "ed " + m_name);
    }

    Journal& m_journal;
    std::string m_name;
    int m_turns;
};

/// Blocks its thread in start, until let go.
class BlocksInStart final : public HostedService
{
public:
    struct Gate
    {
        std::atomic<bool> entered = false;
        std::binary_semaphore go{0};
    };
    explicit BlocksInStart(std::shared_ptr<Gate> gate) : m_gate(std::move(gate)) {}
    Task<> start(std::stop_token) override
    {
        m_gate->entered = true;
        m_gate->go.acquire();
        co_return;
    }
    Task<> stop(std::stop_token) override { co_return; }

private:
    std::shared_ptr<Gate> m_gate;
};

/// Blocks its thread while it is destroyed, until let go.
class BlocksInTheEnd final : public HostedService
{
public:
    explicit BlocksInTheEnd(std::shared_ptr<BlocksInStart::Gate> gate) : m_gate(std::move(gate)) {}
    ~BlocksInTheEnd() override
    {
        m_gate->entered = true;
        m_gate->go.acquire();
    }
    Task<> start(std::stop_token) override { co_return; }
    Task<> stop(std::stop_token) override { co_return; }

private:
    std::shared_ptr<BlocksInStart::Gate> m_gate;
};

/// Keeps the mailbox of the host thread.
class Notes final : public HostedService
{
public:
    static constexpr Affinity affinity = Affinity::Host;
    explicit Notes(std::shared_ptr<Mailbox>& mailbox) { mailbox = Mailbox::current(); }
    Task<> start(std::stop_token) override { co_return; }
    Task<> stop(std::stop_token) override { co_return; }
};

/// Says where it was made.
class Placed final : public HostedService
{
public:
    struct Places
    {
        std::mutex mutex;
        std::map<Qt::HANDLE, int> threads; // guarded
    };
    explicit Placed(Places& places)
    {
        const std::lock_guard lock(places.mutex);
        ++places.threads[QThread::currentThreadId()];
    }
    Task<> start(std::stop_token) override { co_return; }
    Task<> stop(std::stop_token) override { co_return; }
};

/// A host with threads of its own.
struct Threads
{
    explicit Threads(int workers)
    {
        builder.configure<HostOptions>([workers](HostOptions& o) { o.workerThreads = workers; });
    }
    ~Threads()
    {
        tasks.reset();
        host.reset();
    }
    std::shared_ptr<Outcomes<void>> start()
    {
        if (!host)
            host = builder.build();
        auto out = std::make_shared<Outcomes<void>>();
        tasks->spawn(observe(host->start(), out));
        return out;
    }
    std::shared_ptr<Outcomes<HostStopResult>> stop(std::stop_token hurry = {})
    {
        auto out = std::make_shared<Outcomes<HostStopResult>>();
        tasks->spawn(observe(host->stop(std::move(hurry)), out));
        return out;
    }

    Journal journal;
    HostBuilder builder;
    std::unique_ptr<Host> host;
    std::optional<TaskScope> tasks{std::in_place};
};

} // namespace

class TestHostLineThreads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B3, B16
    void overThreadsAllIsInOrder_data()
    {
        QTest::addColumn<int>("turns");
        QTest::newRow("at once") << 0;
        QTest::newRow("after some turns") << 3;
        QTest::newRow("later") << 40;
    }
    void overThreadsAllIsInOrder()
    {
        QFETCH(const int, turns);
        constexpr int count = 150;
        Threads t(2);
        QStringList expected;
        for (int i = 0; i < count; ++i)
            expected << QStringLiteral("make %1").arg(i);
        for (int i = 0; i < count; ++i)
            expected << QStringLiteral("start %1").arg(i) << QStringLiteral("started %1").arg(i);
        for (int i = count - 1; i >= 0; --i)
            expected << QStringLiteral("stop %1").arg(i) << QStringLiteral("stoped %1").arg(i);
        for (int i = count - 1; i >= 0; --i)
            expected << QStringLiteral("gone %1").arg(i);
        for (int i = 0; i < count; ++i) {
            const int own = i % 7 == 0 ? turns : turns / 2;
            const auto name = std::to_string(i);
            t.builder.services().addHostedService<Slow>(name, [&t, name, own] { return std::make_unique<Slow>(t.journal, name, own); });
        }
        const auto started = t.start();
        QTRY_VERIFY(started->ended);
        const auto stopped = t.stop();
        QTRY_VERIFY(stopped->ended);
        QCOMPARE(t.journal.lines(), expected);
    }

    void theHostThreadIsNotAskedBetweenTwoCalls()
    {
        constexpr std::uint64_t count = 60;
        Threads t(1);
        std::shared_ptr<Mailbox> hostThread;
        t.builder.services().addHostedService<Notes>("notes", [&] { return std::make_unique<Notes>(hostThread); });
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto name = std::to_string(i);
            t.builder.services().addHostedService<Slow>(name, [&t, name] { return std::make_unique<Slow>(t.journal, name, 0); });
        }
        const auto started = t.start();
        QTRY_VERIFY(started->ended);
        const auto afterStart = hostThread->posted();
        QVERIFY2(afterStart < 3 * count, qPrintable(QString::number(afterStart))); // two for each call, of make and start
        const auto stopped = t.stop();
        QTRY_VERIFY(stopped->ended);
        const auto ofStop = hostThread->posted() - afterStart;
        QVERIFY2(ofStop < count, qPrintable(QString::number(ofStop)));
    }

    void workersHaveTheSameShare_data()
    {
        QTest::addColumn<int>("count");
        for (const int count : {2, 3, 10, 33, 150, 1000})
            QTest::addRow("%d", count) << count;
    }
    void workersHaveTheSameShare()
    {
        QFETCH(const int, count);
        Placed::Places places;
        Threads t(2);
        for (int i = 0; i < count; ++i)
            t.builder.services().addHostedService<Placed>(std::to_string(i), [&places] { return std::make_unique<Placed>(places); });
        const auto started = t.start();
        QTRY_VERIFY(started->ended);
        QCOMPARE(places.threads.size(), std::size_t(2));
        QVERIFY(std::abs(places.threads.begin()->second - places.threads.rbegin()->second) <= 1);
        const auto stopped = t.stop();
        QTRY_VERIFY(stopped->ended);
    }

    // T6, T14
    void whoBlocksTheirThreadIsKnownThoughOthersShareIt()
    {
        const auto gate = std::make_shared<BlocksInStart::Gate>();
        Threads t(1);
        t.builder.configure<HostOptions>([](HostOptions& o) { o.reapTimeout = 50ms; });
        t.builder.services().addHostedService<Slow>("a", [&t] { return std::make_unique<Slow>(t.journal, "a", 0); });
        t.builder.services().addHostedService<BlocksInStart>("b", [gate] { return std::make_unique<BlocksInStart>(gate); });
        t.builder.services().addHostedService<Slow>("c", [&t] { return std::make_unique<Slow>(t.journal, "c", 0); });
        const auto started = t.start();
        QTRY_VERIFY(gate->entered);
        std::stop_source hurry;
        hurry.request_stop();
        const auto stopped = t.stop(hurry.get_token());
        QTRY_VERIFY(started->ended && stopped->ended);
        QVERIFY(isCancellation(started->error));
        QVERIFY(stopped->value->services.front().kind == ServiceStopResult::Abandoned);
        QVERIFY(abandoned(*stopped->value).contains(QStringLiteral("b")));
        QVERIFY(!t.journal.lines().contains(QStringLiteral("start c")));
        gate->go.release();
        QTRY_VERIFY(t.journal.lines().contains(QStringLiteral("gone c")));
        QVERIFY(!t.journal.lines().contains(QStringLiteral("start c")));
        QTRY_VERIFY(t.journal.lines().contains(QStringLiteral("gone a")));
    }

    // T6, T14
    void whoIsGoneBeforeOneBlocksTheThreadHasStopped()
    {
        const auto gate = std::make_shared<BlocksInStart::Gate>();
        Threads t(1);
        t.builder.configure<HostOptions>([](HostOptions& o) { o.reapTimeout = 50ms; });
        const auto add = [&t](const char* name) {
            t.builder.services().addHostedService<Slow>(name, [&t, name] { return std::make_unique<Slow>(t.journal, name, 0); });
        };
        add("a");
        t.builder.services().addHostedService<BlocksInTheEnd>("b", [gate] { return std::make_unique<BlocksInTheEnd>(gate); });
        add("c");
        add("d");
        const auto started = t.start();
        QTRY_VERIFY(started->ended);
        std::stop_source hurry;
        const auto stopped = t.stop(hurry.get_token());
        QTRY_VERIFY(gate->entered);
        QVERIFY(!stopped->ended);
        hurry.request_stop();
        QTRY_VERIFY(stopped->ended);
        QCOMPARE(abandoned(*stopped->value), (QStringList{QStringLiteral("b"), QStringLiteral("a")}));
        QVERIFY(t.journal.lines().contains(QStringLiteral("gone d")) && t.journal.lines().contains(QStringLiteral("gone c")));
        gate->go.release();
        QTRY_VERIFY(t.journal.lines().contains(QStringLiteral("gone a")));
    }
};

QTEST_GUILESS_MAIN(TestHostLineThreads)
#include "tst_hostlinethreads.moc"

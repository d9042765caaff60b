#include "hosttest.h"

#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/servicerun.h>
#include <turnspit/hosting/tickreports.h>

#include <algorithm>
#include <numeric>
#include <thread>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

class Still final : public PeriodicService
{
public:
    Still() : PeriodicService(1h) {}

protected:
    Task<> tick(std::stop_token) override { co_return; }
};

/// Asks for tick after tick, and writes down how many the status has counted with each answer.
class Asker final : public BackgroundService
{
public:
    static constexpr Affinity affinity = Affinity::Host;
    Asker(ServiceControllers& controllers, ApplicationLifetime& lifetime, std::vector<std::uint64_t>& seen)
        : m_controllers(controllers), m_lifetime(lifetime), m_seen(seen)
    {
    }

protected:
    Task<> execute(std::stop_token) override
    {
        auto& still = *m_controllers.find("still");
        co_await untilStopped(m_lifetime.started());
        for (int i = 0; i < 50; ++i) {
            const auto outcome = co_await still.runNow();
            m_seen.push_back(outcome ? still.status().ticks : 0);
        }
        m_lifetime.stopApplication();
    }

private:
    ServiceControllers& m_controllers;
    ApplicationLifetime& m_lifetime;
    std::vector<std::uint64_t>& m_seen;
};

/// Writes down whose ticks it hears of.
class Listener final : public ServiceRun::Listener
{
public:
    Listener(std::string name, Journal& journal) : m_name(std::move(name)), m_journal(journal) {}

    void executionEnded(BackgroundService::Execution, std::exception_ptr) override {}
    void ticksChanged(const Ticks& ticks) override
    {
        m_journal.add(m_name + std::to_string(ticks.count));
        if (onHeard)
            onHeard();
    }
    void queueChanged(QueueWorkerStatus) override {}
    void isReady() override {}

    std::function<void()> onHeard;

private:
    const std::string m_name;
    Journal& m_journal;
};

struct Fixture
{
    explicit Fixture(bool gathers = true) : reports(std::make_shared<TickReports>(clock, gathers))
    {
        Clock::setCurrent(&clock);
        environment->mailbox = Mailbox::current();
        environment->tickReports = reports;
        a = run(hearsA);
        b = run(hearsB);
    }
    ~Fixture()
    {
        reports->close();
        Clock::setCurrent(nullptr);
    }
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    std::shared_ptr<ServiceRun> run(Listener& listener)
    {
        const auto registration = std::make_shared<HostedRegistration>(HostedRegistration::of<Still>("still"));
        return std::make_shared<ServiceRun>(registration, environment, Mailbox::current(), std::stop_source(), listener);
    }
    void add(const std::shared_ptr<ServiceRun>& who, std::uint64_t count) const
    {
        Ticks ticks;
        ticks.count = count;
        reports->add(who, ticks);
    }

    FakeClock clock;
    Journal heard;
    Listener hearsA{"a", heard};
    Listener hearsB{"b", heard};
    std::shared_ptr<HostEnvironment> environment = std::make_shared<HostEnvironment>(clock);
    std::shared_ptr<TickReports> reports;
    std::shared_ptr<ServiceRun> a;
    std::shared_ptr<ServiceRun> b;
};

} // namespace

class TestTickReports : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theFirstIsHeardAtOnceAndWhatFollowsTogether()
    {
        Fixture f;
        f.add(f.a, 1);
        f.clock.settle();
        QCOMPARE(f.heard.text(), QStringLiteral("a1"));

        f.add(f.b, 1);
        f.add(f.a, 2);
        f.clock.advance(15ms);
        QCOMPARE(f.heard.text(), QStringLiteral("a1"));
        f.clock.advance(1ms);
        QCOMPARE(f.heard.text(), QStringLiteral("a1 b1 a2"));

        f.clock.advance(16ms);
        QCOMPARE(f.clock.armedTimers(), std::size_t(0)); // nothing came: nobody is woken any more
        f.add(f.b, 2);
        f.clock.settle();
        QCOMPARE(f.heard.text(), QStringLiteral("a1 b1 a2 b2"));
    }

    void nothingWaitsWhereNothingIsGathered()
    {
        Fixture f(false);
        f.add(f.a, 1);
        f.clock.settle();
        f.add(f.a, 2);
        f.clock.settle();
        QCOMPARE(f.heard.text(), QStringLiteral("a1 a2"));
        QCOMPARE(f.clock.armedTimers(), std::size_t(0));
    }

    void aMarkBringsWhatWasAddedBeforeItAndNothingElse()
    {
        Fixture f;
        f.add(f.a, 1);
        f.add(f.b, 1);
        const auto mark = f.reports->mark();
        f.add(f.a, 2);
        f.reports->hear(mark);
        QCOMPARE(f.heard.text(), QStringLiteral("a1 b1"));
        f.reports->hear(mark);
        QCOMPARE(f.heard.text(), QStringLiteral("a1 b1"));
        f.clock.settle();
        QCOMPARE(f.heard.text(), QStringLiteral("a1 b1 a2"));
    }

    void whoHearsMayHaveTheRestHeard()
    {
        Fixture f;
        f.hearsA.onHeard = [&f] { f.reports->hear(f.reports->mark()); };
        f.add(f.a, 1);
        f.add(f.b, 1);
        f.add(f.a, 2);
        f.add(f.b, 2);
        f.clock.settle();
        QCOMPARE(f.heard.text(), QStringLiteral("a1 b1 a2 b2"));
    }

    void nothingIsHeardNorKeptAfterTheEnd()
    {
        Fixture f;
        f.add(f.a, 1);
        f.add(f.a, 2);
        f.reports->hear(1); // the other one is taken, and waits
        f.add(f.b, 1);
        f.reports->close();
        f.add(f.b, 2);
        const std::weak_ptr<ServiceRun> a = std::exchange(f.a, nullptr);
        const std::weak_ptr<ServiceRun> b = std::exchange(f.b, nullptr);
        f.clock.advance(1s);
        QCOMPARE(f.heard.text(), QStringLiteral("a1"));
        QVERIFY(a.expired());
        QVERIFY(b.expired());
        QCOMPARE(f.clock.armedTimers(), std::size_t(0));
    }

    void allThatManyThreadsAddIsHeardInTheOrderOfEach()
    {
        Fixture f;
        constexpr std::uint64_t count = 2000;
        std::uint64_t heard = 0;
        f.hearsA.onHeard = f.hearsB.onHeard = [&heard] { ++heard; };
        const auto add = [&f](const std::shared_ptr<ServiceRun>& who) {
            for (std::uint64_t i = 0; i < count; ++i)
                f.add(who, i);
        };
        {
            const std::jthread first(add, f.a);
            const std::jthread second(add, f.b);
            while (heard < 2 * count) {
                f.clock.advance(16ms);
                f.reports->hear(f.reports->mark());
            }
        }
        QStringList expected;
        for (std::uint64_t i = 0; i < count; ++i)
            expected << QString::number(i);
        for (const QChar who : {QLatin1Char('a'), QLatin1Char('b')}) {
            QStringList order;
            for (const auto& line : f.heard.lines().filter(who))
                order << line.mid(1);
            QCOMPARE(order, expected);
        }
    }

    // On the clock of the system, where reports are gathered.
    void whoAskedForATickSeesItInTheStatusWithTheAnswer()
    {
        std::vector<std::uint64_t> seen;
        HostBuilder builder;
        builder.services().addHostedService<Still>("still");
        builder.services().addHostedService<Asker>("asker", [&seen](ServiceControllers& controllers, ApplicationLifetime& lifetime) {
            return std::make_unique<Asker>(controllers, lifetime, seen);
        });
        QCOMPARE(builder.build()->run(), 0);
        std::vector<std::uint64_t> expected(50);
        std::iota(expected.begin(), expected.end(), std::uint64_t(1));
        QCOMPARE(seen, expected);
    }
};

QTEST_GUILESS_MAIN(TestTickReports)
#include "tst_tickreports.moc"

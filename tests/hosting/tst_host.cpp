#include "hosttest.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Writes every call into the journal; a gate holds it where told.
class Recorder : public HostedService, public HostedLifecycleService
{
public:
    struct Plan
    {
        std::string name;
        std::string failIn = {};     ///< the step that throws
        Event* gate = nullptr;  ///< waited for in `waitIn`
        std::string waitIn = {};
        bool listens = true;    ///< the wait ends with the token
    };

    Recorder(Journal& journal, Plan plan) : m_journal(journal), m_plan(std::move(plan))
    {
        if (m_plan.failIn == "make")
            throw std::runtime_error(m_plan.name + " make");
        m_journal.add(m_plan.name + ".made");
    }
    ~Recorder() override { m_journal.add(m_plan.name + ".destroyed"); }

    Task<> starting(std::stop_token token) override { return step("starting", token); }
    Task<> start(std::stop_token token) override { return step("start", token); }
    Task<> started(std::stop_token token) override { return step("started", token); }
    Task<> stopping(std::stop_token token) override { return step("stopping", token); }
    Task<> stop(std::stop_token token) override { return step("stop", token); }
    Task<> stopped(std::stop_token token) override { return step("stopped", token); }

private:
    Task<> step(std::string name, std::stop_token token)
    {
        m_journal.add(m_plan.name + "." + name);
        if (m_plan.gate && m_plan.waitIn == name) {
            if (!co_await m_plan.gate->wait(m_plan.listens ? token : std::stop_token()))
                throw OperationCancelled{};
            m_journal.add(m_plan.name + "." + name + "-ended");
        }
        if (m_plan.failIn == name)
            throw std::runtime_error(m_plan.name + " " + name);
    }

    Journal& m_journal;
    Plan m_plan;
};

void addRecorder(InlineHost& h, Recorder::Plan plan, ServiceOptions options = {})
{
    const std::string name = plan.name;
    h.builder.services().addHostedService<Recorder>(
        name, [&h, plan = std::move(plan)]() { return std::make_unique<Recorder>(h.journal, plan); }, std::move(options));
}

} // namespace

class TestHost : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B1_B3_B14_B16_phasesInOrder()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b"});
        h.build();
        h.host->lifetime().onStarted([&] { h.journal.add("app-started"); });
        h.host->lifetime().onStopping([&] { h.journal.add("app-stopping"); });
        h.host->lifetime().onStopped([&] { h.journal.add("app-stopped"); });
        const auto started = h.start();
        QVERIFY(started->ended);
        QVERIFY(!started->error);
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QCOMPARE(h.journal.text(), QStringLiteral("a.made b.made a.starting b.starting a.start b.start a.started b.started app-started "
                                                  "b.stopping a.stopping app-stopping b.stop a.stop b.stopped a.stopped b.destroyed a.destroyed app-stopped"));
        QCOMPARE(stopped->value->exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(TestHost)
#include "tst_host.moc"

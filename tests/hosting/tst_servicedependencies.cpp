// Services that need others or come after them (T10).
#include "recorder.h"

#include <turnspit/hosting/readiness.h>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Says that it is ready, and ends, when its gates open.
class Database final : public BackgroundService
{
public:
    struct Plan
    {
        Event ready;
        Event end;
        bool fail = false;
        bool mute = false; ///< ends without a word
    };
    Database(Journal& journal, Plan& plan, Readiness& ready) : m_journal(journal), m_plan(plan), m_ready(ready) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_journal.add("db.execute");
        if (!m_plan.mute && co_await m_plan.ready.wait(stopping)) {
            m_ready.set();
            m_ready.set();
            m_journal.add("db.ready");
        }
        co_await m_plan.end.wait(stopping);
        if (m_plan.fail)
            throw std::runtime_error("disk full");
    }

private:
    Journal& m_journal;
    Plan& m_plan;
    Readiness& m_ready;
};

/// Work that ends.
class Job final : public BackgroundService
{
public:
    explicit Job(Database::Plan& plan) : m_plan(plan) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        co_await m_plan.end.wait(stopping);
        if (m_plan.fail)
            throw std::runtime_error("disk full");
    }

private:
    Database::Plan& m_plan;
};

struct Fixture : InlineHost
{
    explicit Fixture(bool concurrent = true)
    {
        builder.configure<HostOptions>([concurrent](HostOptions& o) {
            o.servicesStartConcurrently = concurrent;
            o.servicesStopConcurrently = concurrent;
        });
        builder.services().addInstance(journal);
        builder.services().addInstance(plan);
    }
    void addDatabase(ServiceOptions options = {}) { builder.services().addHostedService<Database>("db", std::move(options)); }
    void addJob(ServiceOptions options = {}) { builder.services().addHostedService<Job>("job", std::move(options)); }
    void add(const char* name, ServiceOptions options = {}) { addRecorder(*this, {.name = name}, std::move(options)); }
    [[nodiscard]] QString problem()
    {
        try {
            build();
        } catch (const ServiceGraphError& e) {
            return QString::fromLatin1(e.what());
        }
        return {};
    }
    template <class R>
    R command(Task<R> task)
    {
        return *launch(std::move(task))->value;
    }
    /// The lines of one step, in order.
    [[nodiscard]] QString steps(const char* step) const
    {
        QStringList out;
        for (const auto& line : journal.lines()) {
            if (line.endsWith(QLatin1Char('.') + QLatin1String(step)))
                out << line.section(QLatin1Char('.'), 0, 0);
        }
        return out.join(QLatin1Char(' '));
    }
    Database::Plan plan;
};

} // namespace

class TestServiceDependencies : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // T10
    void whatIsWrongIsSaidAtBuildWithBothNames()
    {
        Fixture f;
        f.add("database", {});
        f.add("a", {.after = {"databse"}, .needs = {"nothing"}});
        f.add("b", {.needs = {"c"}});
        f.add("c", {.after = {"b"}});
        f.add("d", {.needs = {{"a", DependencyCondition::Completed}}});
        QCOMPARE(f.problem(), QStringLiteral("Some services are not able to be constructed:\n"
                                             "- There is no hosted service 'nothing', which 'a' needs. Add one: addHostedService<T>(\"nothing\").\n"
                                             "- There is no hosted service 'databse', which 'a' comes after. Did you mean 'database'?\n"
                                             "- The hosted service 'a' never completes, which 'd' waits for. It may be needed as Started or Ready.\n"
                                             "- A circular dependency was detected for the hosted service 'b'.\nb -> c -> b\n"
                                             "Take one of these steps out of `needs` or `after`."));
    }

    // T10
    void servicesStartInTheOrderOfTheirDependenciesAndStopInReverse_data()
    {
        QTest::addColumn<bool>("concurrent");
        QTest::newRow("sequential") << false;
        QTest::newRow("concurrent") << true;
    }

    // T10, T19
    void servicesStartInTheOrderOfTheirDependenciesAndStopInReverse()
    {
        QFETCH(bool, concurrent);
        Fixture f(concurrent);
        f.add("web", {.after = {"cache"}, .needs = {"store"}});
        f.add("store", {.needs = {"disk"}});
        f.add("cache");
        f.add("disk");
        const auto started = f.start();
        QVERIFY2(!started->error, qPrintable(started->what()));
        QCOMPARE(f.steps("start"), concurrent ? QStringLiteral("disk cache store web") : QStringLiteral("disk store cache web"));
        f.stop();
        QCOMPARE(f.steps("stop"), concurrent ? QStringLiteral("web cache store disk") : QStringLiteral("web cache store disk"));
    }

    // T10
    void whatIsIndependentStartsAndStopsBesideEachOther()
    {
        Fixture f;
        Event gate;
        addRecorder(f, {.name = "slow", .gate = &gate, .waitIn = "start"});
        f.add("behind", {.needs = {"slow"}});
        f.add("other");
        f.add("third", {.needs = {"other"}});
        const auto started = f.start();
        QCOMPARE(f.steps("start"), QStringLiteral("slow other third"));
        QCOMPARE(f.controller("behind").status().reason, std::string("waits for 'slow'"));
        gate.set();
        f.clock.settle();
        QVERIFY(started->ended);
        QCOMPARE(f.steps("start"), QStringLiteral("slow other third behind"));
        QCOMPARE(f.controller("behind").status().reason, std::string());
    }

    // T10
    void whoNeedsAServiceReadyWaitsUntilItSaysSo()
    {
        Fixture f;
        f.addDatabase();
        f.add("web", {.needs = {"db"}});
        f.add("probe", {.needs = {{"db", DependencyCondition::Started}}});
        const auto started = f.start();
        QCOMPARE(f.steps("start"), QStringLiteral("probe"));
        f.clock.advance(1h);
        QVERIFY(!started->ended);
        f.plan.ready.set();
        f.clock.settle();
        QVERIFY(started->ended && !started->error);
        QVERIFY(f.journal.text().contains(QStringLiteral("db.ready web.start")));
    }

    // T10
    void whoNeedsAServiceCompletedWaitsForItsEndAndLivesOn()
    {
        Fixture f(false);
        f.addJob();
        f.add("web", {.needs = {{"job", DependencyCondition::Completed}}});
        const auto started = f.start();
        QVERIFY(!started->ended);
        f.plan.end.set();
        f.clock.settle();
        QVERIFY(started->ended && !started->error);
        QCOMPARE(said(f.state("job")), said(ServiceState::Completed));
        QCOMPARE(said(f.state("web")), said(ServiceState::Running));
    }

    // T5, T10
    void aDependencyThatFailsItsWorkFailsTheStartOfWhoWaitsForIt_data()
    {
        QTest::addColumn<bool>("job");
        QTest::addColumn<bool>("fail");
        QTest::addColumn<QString>("what");
        QTest::newRow("completed") << true << true << "needs 'job', which failed: disk full";
        QTest::newRow("ready") << false << true << "needs 'db', which failed: disk full";
        QTest::newRow("readyAndEndedWell") << false << false << "needs 'db', which ended before it was ready";
    }

    // T5, T10
    void aDependencyThatFailsItsWorkFailsTheStartOfWhoWaitsForIt()
    {
        QFETCH(bool, job);
        QFETCH(bool, fail);
        QFETCH(QString, what);
        Fixture f;
        f.plan.fail = fail;
        f.plan.mute = true;
        job ? f.addJob() : f.addDatabase();
        f.add("web", {.needs = {job ? ServiceDependency("job", DependencyCondition::Completed) : ServiceDependency("db")}});
        const auto started = f.start();
        QVERIFY(!started->ended);
        f.plan.end.set();
        f.clock.settle();
        QVERIFY(started->ended);
        QCOMPARE(started->what(), what);
        QCOMPARE(f.log->find(ServiceStartFailed)->service, QStringLiteral("web"));
    }

    // T5, T10
    void aDependencyThatDoesNotStartIsTheOneCauseThatIsReported()
    {
        Fixture f;
        addRecorder(f, {.name = "a", .failIn = "start"});
        f.add("b", {.needs = {"a"}});
        f.add("c", {.after = {"a"}});
        const auto started = f.start();
        QCOMPARE(started->what(), QStringLiteral("a start"));
        QCOMPARE(f.steps("start"), QStringLiteral("a c")); // order only: c starts, however that went
        QCOMPARE(said(f.state("b")), said(ServiceState::Stopped));
    }

    // T5, T10
    void aStopEndsTheWaitForADependency()
    {
        Fixture f;
        f.addDatabase();
        f.add("web", {.needs = {"db"}});
        const auto started = f.start();
        const auto stopped = f.stop();
        QVERIFY(started->ended && stopped->ended);
        QCOMPARE(started->what(), QStringLiteral("cancelled"));
        QVERIFY(!stopped->value->anythingAbandoned());
        QCOMPARE(f.steps("start"), QString());
    }

    // T10
    void aServiceWithoutAutostartIsStartedWhereAnotherOneNeedsIt()
    {
        Fixture f;
        f.add("needed", {.autostart = false});
        f.add("not", {.autostart = false});
        f.add("web", {.after = {"not"}, .needs = {"needed"}});
        f.start();
        QCOMPARE(f.steps("start"), QStringLiteral("needed web"));
        QCOMPARE(said(f.controller("needed").status().trigger), said(std::optional(Trigger::Dependency)));
    }

    // T8, T10
    void aStartAtRunTimeStartsWhatIsNeededFirst()
    {
        Fixture f;
        f.addDatabase({.autostart = false});
        f.add("web", {.autostart = false, .needs = {"db"}});
        f.start();
        const auto started = f.launch(f.controller("web").start());
        QCOMPARE(said(f.state("db")), said(ServiceState::Running));
        QCOMPARE(said(f.state("web")), said(ServiceState::Starting));
        QVERIFY(!f.journal.lines().contains(QStringLiteral("web.made")));
        f.plan.ready.set();
        f.clock.settle();
        QVERIFY(started->ended && started->value->has_value());
        QCOMPARE(said(f.state("web")), said(ServiceState::Running));
    }

    // T8, T10
    void aStartAtRunTimeFailsWhereWhatIsNeededDoes()
    {
        Fixture f;
        addRecorder(f, {.name = "a", .failIn = "start"}, {.autostart = false});
        f.add("b", {.autostart = false, .needs = {"a"}});
        f.start();
        const auto started = f.command(f.controller("b").start());
        QCOMPARE(started.error().text(), std::string("'b' failed to start: needs 'a', which failed: a start"));
        QCOMPARE(said(f.state("b")), said(ServiceState::Failed));
        QVERIFY(!f.journal.lines().contains(QStringLiteral("b.made")));
    }

    // T8, T10
    void aStopWhileItWaitsForWhatItNeedsCancelsTheStart()
    {
        Fixture f;
        f.addDatabase({.autostart = false});
        f.add("web", {.autostart = false, .needs = {"db"}});
        f.start();
        const auto started = f.launch(f.controller("web").start());
        const auto stopped = f.command(f.controller("web").stop());
        QVERIFY(stopped.kind == ServiceStopResult::Stopped);
        QCOMPARE(said(started->value->error().kind), said(ErrorKind::Cancelled));
        QCOMPARE(said(f.state("web")), said(ServiceState::Stopped));
        QCOMPARE(said(f.state("db")), said(ServiceState::Running));
    }

    // T8, T10
    void aStopAtRunTimeStopsWhoNeedsItFirst()
    {
        Fixture f;
        Event gate;
        f.add("disk", {.stopTimeout = 1s});
        addRecorder(f, {.name = "store", .gate = &gate, .waitIn = "stop"}, {.needs = {"disk"}});
        f.add("web", {.needs = {"store"}});
        f.add("other", {.after = {"disk"}});
        f.start();
        const auto stopped = f.launch(f.controller("disk").stop());
        QCOMPARE(f.steps("stop"), QStringLiteral("web store"));
        f.clock.advance(10s); // its own second begins when the others are stopped
        QVERIFY(!stopped->ended);
        gate.set();
        f.clock.settle();
        QVERIFY(stopped->ended);
        QVERIFY(stopped->value->kind == ServiceStopResult::Stopped);
        QCOMPARE(f.steps("stop"), QStringLiteral("web store disk"));
        QCOMPARE(f.controller("store").status().reason, std::string("'disk' was stopped"));
        QCOMPARE(said(f.state("other")), said(ServiceState::Running));
    }

    // T8, T10
    void aRestartStartsThoseAgainThatNeedIt()
    {
        Fixture f;
        f.add("disk");
        f.add("store", {.needs = {"disk"}});
        f.add("web", {.needs = {"store"}});
        f.add("idle", {.autostart = false, .needs = {"disk"}});
        f.start();
        QVERIFY(f.command(f.controller("disk").restart()).has_value());
        f.clock.settle();
        QCOMPARE(f.steps("start"), QStringLiteral("disk store web disk store web"));
        for (const char* name : {"disk", "store", "web"})
            QCOMPARE(said(f.state(name)), said(ServiceState::Running));
        QCOMPARE(said(f.state("idle")), said(ServiceState::Stopped));
    }

    // T3, T10
    void aServiceThatFailsForGoodTakesThoseWithItThatNeedIt()
    {
        Fixture f;
        f.plan.fail = true;
        f.plan.ready.set();
        f.addDatabase();
        f.add("web", {.needs = {"db"}});
        f.add("other");
        f.start();
        QCOMPARE(said(f.state("web")), said(ServiceState::Running));
        f.plan.end.set();
        f.clock.settle();
        QCOMPARE(said(f.state("db")), said(ServiceState::Failed));
        QCOMPARE(said(f.state("web")), said(ServiceState::Stopped));
        QCOMPARE(f.controller("web").status().reason, std::string("'db' failed"));
        QCOMPARE(said(f.state("other")), said(ServiceState::Running));
    }

    // T4, T10
    void aServiceThatIsRestartedByItsPolicyTakesNobodyWithIt()
    {
        Fixture f;
        f.plan.fail = true;
        f.plan.ready.set();
        f.addDatabase({.onFailure = FailureBehaviour::Restart});
        f.add("web", {.needs = {"db"}});
        f.start();
        f.plan.end.set();
        f.clock.settle();
        QCOMPARE(said(f.state("db")), said(ServiceState::BackingOff));
        QCOMPARE(said(f.state("web")), said(ServiceState::Running));
    }

    // T8, T10
    void aServiceThatIsAddedLaterMayNeedOthers()
    {
        Fixture f;
        f.add("disk", {.autostart = false});
        f.start();
        const auto make = [&f](const char* name) { return [&f, name] { return std::make_unique<Recorder>(f.journal, Recorder::Plan{.name = name}); }; };
        auto& controllers = f.host->controllers();
        const auto refused = controllers.add(HostedRegistration::of<Recorder>("bad", {.needs = {"nothing"}}, make("bad")));
        QCOMPARE(refused.error().text(), std::string("There is no hosted service 'nothing', which 'bad' needs. Add one: addHostedService<T>(\"nothing\")."));
        const auto added = controllers.add(HostedRegistration::of<Recorder>("late", {.needs = {"disk"}}, make("late")));
        QVERIFY(added.has_value());
        QVERIFY(f.command((*added)->start()).has_value());
        QCOMPARE(f.steps("start"), QStringLiteral("disk late"));
        f.stop();
        QCOMPARE(f.steps("stop"), QStringLiteral("late disk"));
    }
};

QTEST_GUILESS_MAIN(TestServiceDependencies)
#include "tst_servicedependencies.moc"

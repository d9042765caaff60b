#include "hostfixture.h"

#include <ui/services/servicemodel.h>
#include <ui/session/cputrails.h>
#include <ui/session/holds.h>
#include <ui/session/hostmirror.h>
#include <ui/session/recentruns.h>
#include <ui/session/stops.h>

#include <support/await.h>

#include <QJsonArray>

using namespace turnspit;
using namespace std::chrono_literals;

/// What comes into the model beside the rows themselves: strips of recent runs, how busy services are, limits of stops, ends of holds.
class TestServiceModelFeeds : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<HostFixture> m;
    std::unique_ptr<HostMirror> m_mirror;

    void attach()
    {
        m_mirror = std::make_unique<HostMirror>(*m->session);
    }
    void settle(std::chrono::nanoseconds time = 0ns)
    {
        m->clock.advance(time);
        m->clock.settle();
    }
    QString outcomes(const char* name)
    {
        QString text;
        for (const RecentStrip::Entry& entry : m_mirror->model().recent(QString::fromLatin1(name)).entries)
            text += entry.outcome == Outcome::Succeeded ? u'+' : entry.outcome == Outcome::Failed ? u'x' : u'?';
        return text;
    }
    RunId run(const char* name, Outcome outcome)
    {
        const RunId id = m->session->beginRun(QString::fromLatin1(name));
        m->clock.advance(2s);
        m->session->endRun(id, outcome, outcome == Outcome::Succeeded ? 0 : 1);
        return id;
    }

private Q_SLOTS:
    void init() { m = std::make_unique<HostFixture>(); }
    void cleanup()
    {
        m_mirror.reset();
        m.reset();
    }

    void oneQuestionAtTheBeginningIsForAllServices()
    {
        for (const char* name : {"a", "b", "c"}) {
            m->session->put(serviceNamed(QString::fromLatin1(name)));
            m->session->addPastRuns(QString::fromLatin1(name), 3);
        }
        attach();
        const RecentRuns recent(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        QCOMPARE(m->session->callCount(QStringLiteral("runs")), 1);
        for (const char* name : {"a", "b", "c"})
            QCOMPARE(outcomes(name), QStringLiteral("+++"));
        QCOMPARE(m_mirror->model().recent(QStringLiteral("a")).sentence(), QStringLiteral("3 of 3 runs good, median 1.0 s"));
    }

    void manyDeltasAreFewQuestions()
    {
        for (const char* name : {"a", "b"})
            m->session->put(serviceNamed(QString::fromLatin1(name)));
        attach();
        const RecentRuns recent(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        m->session->forgetCalls();
        for (int i = 0; i < 50; ++i) {
            for (const char* name : {"a", "b"}) {
                const RunId id = m->session->beginRun(QString::fromLatin1(name));
                m->session->endRun(id, i % 2 ? Outcome::Failed : Outcome::Succeeded);
            }
            settle(2ms);
        }
        settle(1s);
        QVERIFY2(m->session->callCount(QStringLiteral("runs")) <= 4, qPrintable(QString::number(m->session->callCount(QStringLiteral("runs")))));
        QCOMPARE(outcomes("a"), QStringLiteral("+x+x+x+x+x+x")); // the last twelve
        QCOMPARE(outcomes("b"), outcomes("a"));
    }

    void figuresAndTheBeginningOfARunAskNothing()
    {
        m->session->put(serviceNamed(QStringLiteral("a")));
        attach();
        const RecentRuns recent(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        m->session->forgetCalls();
        m->session->beginRun(QStringLiteral("a"));
        ServiceInfo busy = m->session->service(QStringLiteral("a"));
        for (int i = 0; i < 5; ++i) {
            busy.cpuPercent = i;
            m->session->put(busy);
            settle(1s);
        }
        QCOMPARE(m->session->callCount(QStringLiteral("runs")), 0);
    }

    void manyServicesThatEndTogetherAreOneQuestion()
    {
        for (int i = 0; i < 40; ++i)
            m->session->put(serviceNamed(QStringLiteral("s%1").arg(i)));
        attach();
        const RecentRuns recent(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        QList<RunId> runs;
        for (int i = 0; i < 40; ++i)
            runs += m->session->beginRun(QStringLiteral("s%1").arg(i));
        settle(1s);
        m->session->forgetCalls();
        for (const RunId id : runs)
            m->session->endRun(id, Outcome::Failed, 1);
        settle(1s);
        settle(1s);
        QCOMPARE(m->session->callCount(QStringLiteral("runs")), 1);
        QCOMPARE(outcomes("s7"), QStringLiteral("x"));
    }

    void whatEndsTogetherShortensNoStripOfOthers()
    {
        constexpr int ending = 9;
        constexpr int asked = ending * 4 * static_cast<int>(RecentStrip::capacity);
        ServiceInfo quiet = serviceNamed(QStringLiteral("quiet"));
        quiet.lastOutcome = Outcome::Succeeded;
        m->session->put(quiet);
        m->session->put(serviceNamed(QStringLiteral("busy")));
        for (int i = 0; i < ending; ++i)
            m->session->put(serviceNamed(QStringLiteral("s%1").arg(i)));
        m->session->addPastRuns(QStringLiteral("quiet"), 10);
        m->session->addPastRuns(QStringLiteral("busy"), asked - ending - 5); // half of the quiet one's are among those asked for
        attach();
        const RecentRuns recent(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        QCOMPARE(outcomes("quiet"), QStringLiteral("++++++++++"));
        QList<RunId> runs;
        for (int i = 0; i < ending; ++i)
            runs += m->session->beginRun(QStringLiteral("s%1").arg(i));
        settle(1s);
        for (const RunId id : runs)
            m->session->endRun(id, Outcome::Failed, 1);
        settle(1s);
        settle(1s);
        QCOMPARE(outcomes("s7"), QStringLiteral("x"));
        QCOMPARE(outcomes("quiet"), QStringLiteral("++++++++++"));
    }

    void afterALostConnectionAllIsAskedAnew()
    {
        m->session->put(serviceNamed(QStringLiteral("a")));
        attach();
        const RecentRuns recent(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        m->session->setConnection(HostSession::Connection::Lost);
        m->session->addPastRuns(QStringLiteral("a"), 2);
        settle(1s);
        m->session->setConnection(HostSession::Connection::Connected);
        m->session->replaceAll();
        settle(1s);
        QCOMPARE(outcomes("a"), QStringLiteral("++"));
    }

    void aStopThatIsExtendedElsewhereIsSeenWithinASecond()
    {
        m->session->put(serviceNamed(QStringLiteral("a")));
        m->session->beginRun(QStringLiteral("a"));
        attach();
        const Stops stops(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        QCOMPARE(m->session->callCount(QStringLiteral("stopping")), 0);

        m->session->holdTransitions(QStringLiteral("a"));
        TaskScope tasks;
        ActionRequest stop;
        stop.action = Action::Stop;
        stop.names = {QStringLiteral("a")};
        stop.wait = false;
        const auto act = [](HostSession& session, ActionRequest request) -> Task<> {
            static_cast<void>(co_await session.act(std::move(request)));
        };
        tasks.spawn(act(*m->session, stop));
        settle(100ms);
        const ServiceModel& model = m_mirror->model();
        const StopInfo* known = model.stopOf(QStringLiteral("a"));
        QVERIFY(known);
        QCOMPARE(known->sent, QStringLiteral("SIGTERM"));
        const WallTime first = known->killAt;
        settle(5s);
        const double half = model.indexOf(QStringLiteral("a")).data(ServiceModel::FuseRole).toDouble();
        QVERIFY2(half > 0.4 && half < 0.6, qPrintable(QString::number(half)));

        const auto extend = [](HostSession& session) -> Task<> {
            static_cast<void>(co_await session.extendStop(QStringLiteral("a"), 10s));
        };
        tasks.spawn(extend(*m->session));
        settle(1s);
        settle(1s);
        QVERIFY(model.stopOf(QStringLiteral("a"))->killAt == first + 10s);

        m->session->releaseTransitions(QStringLiteral("a"));
        settle(1s);
        settle(1s);
        QVERIFY(!model.stopOf(QStringLiteral("a")));
        QVERIFY(!model.knowsStops());
        m->session->forgetCalls();
        settle(5s);
        QCOMPARE(m->session->callCount(QStringLiteral("stopping")), 0);
    }

    void theEndsOfHoldsAreAskedForWhereARowThatIsHeldComesOnly()
    {
        const QString a = QStringLiteral("a");
        m->session->put(serviceNamed(a, ServiceState::Waiting, ServiceKind::Scheduled));
        m->session->put(serviceNamed(QStringLiteral("b"), ServiceState::Running));
        attach();
        const Holds holds(*m->session, m_mirror->model());
        m_mirror->attach();
        settle(1s);
        m->session->setState(QStringLiteral("b"), ServiceState::Stopped);
        settle(1s);
        QCOMPARE(m->session->callCount(QStringLiteral("holds")), 0);
        ActionRequest hold;
        hold.action = Action::Hold;
        hold.names = {a};
        hold.until = m->clock.wallNow() + 1h;
        const Begun first(m->session->act(hold));
        settle(1s);
        QVERIFY(m_mirror->model().holdEnd(a) == hold.until);
        hold.until = *hold.until + 1h;
        const Begun second(m->session->act(hold));
        settle(1s);
        QVERIFY(m_mirror->model().holdEnd(a) == hold.until);
        QCOMPARE(m->session->callCount(QStringLiteral("holds")), 2);
        settle(2h);
        QVERIFY(!m_mirror->model().holdEnd(a));
        QVERIFY(m_mirror->model().holdEnds().isEmpty());
        QCOMPARE(m->session->callCount(QStringLiteral("holds")), 2);
    }

    void howBusyServicesAreIsOneQuestionForThoseInSight()
    {
        const QString api = QStringLiteral("api");
        const QString web = QStringLiteral("web");
        const QString backup = QStringLiteral("backup");
        for (const QString& name : {api, web})
            m->session->put(serviceNamed(name, ServiceState::Running));
        m->session->put(serviceNamed(backup, ServiceState::Running, ServiceKind::Scheduled));
        attach();
        CpuTrails trails(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1min);
        QCOMPARE(m->session->callCount(QStringLiteral("usageHistory")), 0); // nobody looks
        const auto sampled = [this](std::chrono::seconds ago, double cpu) { return UsageSample{m->clock.wallNow() - ago, cpu, 1000}; };
        m->session->setUsage(api, {sampled(20s, 1), sampled(10s, 2)});
        trails.look({api, backup});
        settle();
        QCOMPARE(m_mirror->model().trail(api).size(), 2);
        QCOMPARE(m->session->calls().last().params.value(u"names").toArray().size(), 1); // a schedule has a strip of runs
        for (int second = 0; second < 9; ++second) {
            settle(1s);
            trails.look({api, backup});
        }
        QCOMPARE(m->session->callCount(QStringLiteral("usageHistory")), 1);
        m->session->setUsage(api, {sampled(29s, 1), sampled(19s, 2), sampled(9s, 3)});
        settle(1s);
        trails.look({api, web});
        settle();
        // One for what has come into sight, one for what is new of the rest.
        QCOMPARE(m->session->callCount(QStringLiteral("usageHistory")), 3);
        QCOMPARE(m_mirror->model().trail(api).size(), 3);
        QCOMPARE(m_mirror->model().trail(api).last().cpuPercent, 3.0);
    }

    void aTrailHoldsTenMinutesAndGoesWhenNothingRanInThem()
    {
        const QString api = QStringLiteral("api");
        m->session->put(serviceNamed(api, ServiceState::Running));
        attach();
        CpuTrails trails(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1s);
        QList<UsageSample> samples;
        for (int i = 0; i < 100; ++i) {
            samples.append({m->clock.wallNow(), 1.0, 1000});
            m->session->setUsage(api, samples);
            trails.look({api});
            settle(10s);
        }
        QVERIFY2(m_mirror->model().trail(api).size() <= 61, qPrintable(QString::number(m_mirror->model().trail(api).size())));
        const QModelIndex cell = m_mirror->model().indexOf(api, ServiceModel::RecentColumn);
        QVERIFY(cell.data(ServiceModel::TrailRole).isValid());
        QVERIFY(cell.data(Qt::AccessibleTextRole).toString().startsWith(QStringLiteral("CPU between ")));
        samples.append({m->clock.wallNow(), std::nullopt, std::nullopt});
        m->session->setUsage(api, samples);
        for (int i = 0; i < 62; ++i) {
            trails.look({api});
            settle(10s);
        }
        QVERIFY(m_mirror->model().trail(api).isEmpty());
        QVERIFY(!cell.data(ServiceModel::TrailRole).isValid());
    }

    void aRunThatEndedIsATickInTheTrail()
    {
        const QString api = QStringLiteral("api");
        m->session->put(serviceNamed(api, ServiceState::Running));
        attach();
        const RecentRuns recent(*m->session, *m_mirror);
        m_mirror->attach();
        settle(1h);
        run("api", Outcome::Failed);
        settle(1s);
        const WallTime end = m->clock.wallNow() - 1s;
        m_mirror->model().setTrail(api, {{end - 30s, 2.0, 1000}, {end, std::nullopt, std::nullopt}});
        const QModelIndex cell = m_mirror->model().indexOf(api, ServiceModel::RecentColumn);
        const auto trail = cell.data(ServiceModel::TrailRole).value<CpuTrail>();
        QCOMPARE(trail.ends.size(), 1);
        QVERIFY(trail.ends.first() == (CpuTrail::End{end, Outcome::Failed}));
        QVERIFY(trail.sentence().endsWith(QStringLiteral("1 run ended")));
        settle(10min);
        QVERIFY(cell.data(ServiceModel::TrailRole).value<CpuTrail>().ends.isEmpty());
    }
};

QTEST_MAIN(TestServiceModelFeeds)
#include "tst_service_model_feeds.moc"

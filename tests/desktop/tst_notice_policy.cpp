#include "mirrored.h"

#include <turnspit/supervision/restarttracker.h>
#include <ui/notices/noticepolicy.h>

#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

const QString api = QStringLiteral("api");

class Recorder final : public NoticeOutlet
{
public:
    void show(const Notice& notice) override
    {
        log += QStringLiteral("show %1").arg(notice.summary);
        shown += notice;
        open.insert(notice.key, notice);
    }
    void close(const QString& key) override
    {
        if (open.remove(key))
            log += QStringLiteral("close %1").arg(key);
    }

    QStringList log;
    QList<Notice> shown;
    QHash<QString, Notice> open;
};

QStringList ids(const Notice& notice)
{
    QStringList list;
    for (const Notice::Button& button : notice.buttons)
        list += button.id;
    return list;
}

QString numbered(int n)
{
    return QStringLiteral("s%1").arg(n, 3, 10, QLatin1Char('0'));
}

} // namespace

class TestNoticePolicy : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<Mirrored> m_host;
    std::unique_ptr<Recorder> m_out;
    std::unique_ptr<NoticePolicy> m_policy;

    void attach()
    {
        m_host->attach();
        m_policy = std::make_unique<NoticePolicy>(*m_host->mirror, *m_out);
        m_host->settle(1s);
    }

    void runAndFail(const QString& name, ServiceState state, const QString& reason = {})
    {
        m_host->session->setState(name, ServiceState::Running);
        m_host->settle(100ms);
        m_host->fail(name, state, reason);
        m_host->settle(1s);
    }

private Q_SLOTS:
    void init()
    {
        m_host = std::make_unique<Mirrored>();
        m_out = std::make_unique<Recorder>();
    }
    void cleanup()
    {
        m_policy.reset();
        m_out.reset();
        m_host.reset();
    }

    void aFailureIsToldOnceWithItsTimeAndItsButtons()
    {
        m_host->put("api", ServiceState::Running);
        attach();
        m_host->fail(api, ServiceState::Failed, QStringLiteral("exit code 3: password=secret"));
        m_host->settle(2s);
        QCOMPARE(m_out->shown.size(), 1);
        const Notice& notice = m_out->shown.first();
        QCOMPARE(notice.summary, QStringLiteral("api failed"));
        QCOMPARE(notice.service, api);
        QCOMPARE(notice.urgency, Notice::Urgency::Normal);
        QCOMPARE(ids(notice).join(u' '), QStringLiteral("log again"));
        QVERIFY2(notice.body.contains(u"exit 3") && notice.body.startsWith(u"at "), qPrintable(notice.body));
        QVERIFY(!notice.body.contains(u"secret")); // the reason may hold what the service has written
    }

    void whatWasSoAlreadyIsNotTold()
    {
        m_host->fail(api, ServiceState::Failed);
        attach();
        QVERIFY(m_out->log.isEmpty());
        // Nor what came about while the host was not connected.
        m_host->put("mail", ServiceState::Running);
        m_host->settle(1s);
        m_host->session->setConnection(HostSession::Connection::Lost);
        m_host->settle(1s);
        m_host->fail(QStringLiteral("mail"), ServiceState::Failed);
        m_host->session->setConnection(HostSession::Connection::Connected);
        m_host->session->replaceAll();
        m_host->settle(1s);
        QVERIFY(m_out->log.isEmpty());
    }

    void startedAgainItsNoticeGoesAndAGoodEndIsARecovery()
    {
        m_host->put("api", ServiceState::Running);
        attach();
        m_host->fail(api, ServiceState::Failed);
        m_host->settle(1s);
        m_host->session->setState(api, ServiceState::Running);
        m_host->settle(1s);
        m_host->succeed(api, ServiceState::Completed);
        m_host->settle(1s);
        m_host->session->setState(api, ServiceState::Running);
        m_host->settle(1s);
        m_host->succeed(api, ServiceState::Completed);
        m_host->settle(1s);
        QCOMPARE(m_out->log, (QStringList{QStringLiteral("show api failed"), QStringLiteral("close service/api"),
                                          QStringLiteral("show api works again")}));
        QCOMPARE(m_out->shown.last().urgency, Notice::Urgency::Low);
    }

    void aCrashLoopIsToldWhenItBeginsAndWhenItIsGivenUp()
    {
        m_host->put("api", ServiceState::Running);
        attach();
        for (int n = 0; n < 3; ++n)
            runAndFail(api, ServiceState::BackingOff);
        runAndFail(api, ServiceState::Failed, QStringLiteral("gave up after 4 failures in 10s; last: exit code 3"));
        QCOMPARE(m_out->log, (QStringList{QStringLiteral("show api failed"),
                                          QStringLiteral("show api failed and is not started again")}));
        const Notice& notice = m_out->shown.last();
        QCOMPARE(notice.key, m_out->shown.first().key); // it replaces the one before
        QCOMPARE(notice.urgency, Notice::Urgency::Critical);
        QCOMPARE(ids(notice).join(u' '), QStringLiteral("log start"));
        QVERIFY2(notice.body.endsWith(u"gave up after 4 failures in 10s"), qPrintable(notice.body));
    }

    void theHostSaysThatItGaveUpInTheWordsThatAreLookedFor()
    {
        RestartPolicy policy;
        policy.policy = RestartPolicy::OnFailure;
        policy.limit = 1;
        RestartTracker tracker(policy);
        const auto decision = tracker.ended(Outcome::Failed, m_host->clock.now(), 0.5);
        QVERIFY(decision.gaveUp);
        ServiceInfo before = serviceNamed(api, ServiceState::Running);
        ServiceInfo after = serviceNamed(api, ServiceState::Failed);
        after.lastOutcome = Outcome::Failed;
        after.reason = QString::fromStdString(decision.reason);
        const auto event = noticeEvent(before, after);
        QVERIFY(event && event->kind == NoticeEvent::Kind::GaveUp);
    }

    void aKeptServiceHasRecoveredWhenItHasRunForAMinute()
    {
        m_host->put("api", ServiceState::Running);
        attach();
        runAndFail(api, ServiceState::BackingOff);
        m_host->session->setState(api, ServiceState::Running);
        m_host->settle(59s);
        QCOMPARE(m_out->shown.size(), 1);
        m_host->settle(2s);
        QCOMPARE(m_out->log.last(), QStringLiteral("show api works again"));
    }

    void aKillAfterTheLimitIsToldAndAnOrderlyStopIsNot()
    {
        m_host->put("api", ServiceState::Stopping);
        m_host->put("mail", ServiceState::Stopping);
        attach();
        ServiceInfo killed = m_host->session->service(api);
        killed.state = ServiceState::Stopped;
        killed.since = m_host->clock.wallNow();
        killed.lastOutcome = Outcome::Killed;
        killed.reason = QStringLiteral("did not stop within 5s; killed");
        m_host->session->put(killed);
        ServiceInfo stopped = m_host->session->service(QStringLiteral("mail"));
        stopped.state = ServiceState::Stopped;
        stopped.lastOutcome = Outcome::Stopped;
        m_host->session->put(stopped);
        m_host->settle(1s);
        QCOMPARE(m_out->log, QStringList{QStringLiteral("show api had to be killed")});
        QVERIFY(m_out->shown.first().body.contains(u"did not stop within 5s"));
    }

    void armingAScheduleIsNoEndOfARun()
    {
        ServiceInfo backup = serviceNamed(QStringLiteral("backup"), ServiceState::Stopped, ServiceKind::Scheduled);
        backup.lastOutcome = Outcome::Failed;
        m_host->session->put(backup);
        attach();
        m_host->session->setState(backup.name, ServiceState::Waiting);
        m_host->settle(1s);
        QVERIFY(m_out->log.isEmpty());
        m_host->fail(backup.name, ServiceState::Waiting); // a run between two looks
        m_host->settle(1s);
        QCOMPARE(m_out->log, QStringList{QStringLiteral("show backup failed")});
        m_host->fail(backup.name, ServiceState::Waiting); // the second in a row
        m_host->settle(1s);
        QCOMPARE(m_out->shown.size(), 1);
    }

    void aProblemOfTheHostIsToldWhileItLasts()
    {
        HostInfo host = m_host->session->host();
        host.problems = {QStringLiteral("the history was damaged")};
        m_host->session->setHost(host);
        attach();
        host.problems += QStringLiteral("the disk is full");
        m_host->session->setHost(host);
        m_host->settle(1s);
        QCOMPARE(m_out->shown.size(), 1);
        QCOMPARE(m_out->shown.first().urgency, Notice::Urgency::Critical);
        QVERIFY(m_out->shown.first().body.endsWith(u"the disk is full"));
        host.problems.removeLast();
        m_host->session->setHost(host);
        m_host->settle(1s);
        QVERIFY(m_out->open.isEmpty());
    }

    void whoeverLooksHasReadIt()
    {
        m_host->put("api", ServiceState::Running);
        attach();
        m_host->fail(api, ServiceState::Failed);
        m_host->settle(1s);
        m_policy->see(api);
        QCOMPARE(m_out->log.last(), QStringLiteral("close service/api"));
    }

    void moreThanThreeServicesInTenSecondsAreOneNotice()
    {
        for (int n = 0; n < 5; ++n)
            m_host->session->put(serviceNamed(numbered(n), ServiceState::Running));
        attach();
        for (int n = 0; n < 3; ++n) {
            m_host->fail(numbered(n), ServiceState::Failed);
            m_host->settle(1s);
        }
        QCOMPARE(m_out->shown.size(), 3);
        m_host->fail(numbered(3), ServiceState::Failed);
        m_host->settle(1s);
        QCOMPARE(m_out->shown.last().summary, QStringLiteral("4 services failed"));
        QCOMPARE(m_out->open.size(), 1); // in the place of the single ones
        QCOMPARE(ids(m_out->shown.last()).join(u' '), QStringLiteral("list"));
        QCOMPARE(m_out->shown.last().services, (QStringList{numbered(0), numbered(1), numbered(2), numbered(3)}));
        // One more is added when the ten seconds are over, in the same notice.
        m_host->fail(numbered(4), ServiceState::Failed);
        m_host->settle(1s);
        QCOMPARE(m_out->shown.size(), 4);
        m_host->settle(10s);
        QCOMPARE(m_out->shown.last().summary, QStringLiteral("5 services failed"));
        QCOMPARE(m_out->open.size(), 1);
    }

    void fiveHundredFailuresAreAHandfulOfNotices()
    {
        QList<ServiceInfo> services;
        for (int n = 0; n < 500; ++n)
            services += serviceNamed(numbered(n), ServiceState::Running);
        m_host->session->put(services);
        attach();
        for (int n = 0; n < 500; ++n) {
            m_host->fail(numbered(n), ServiceState::Failed);
            if (n % 10 == 0)
                m_host->settle(100ms);
        }
        m_host->settle(60s);
        QVERIFY2(m_out->shown.size() <= 6, qPrintable(m_out->log.join(u'\n')));
        QCOMPARE(m_out->shown.last().summary, QStringLiteral("500 services failed"));
        QCOMPARE(m_out->open.size(), 1);
    }

    void sixNoticesAMinuteThenADigest()
    {
        for (int n = 0; n < 9; ++n)
            m_host->session->put(serviceNamed(numbered(n), ServiceState::Running));
        attach();
        for (int n = 0; n < 9; ++n) {
            m_host->fail(numbered(n), ServiceState::Failed);
            m_host->settle(4s);
        }
        QCOMPARE(m_out->shown.size(), 6);
        m_host->settle(60s);
        QCOMPARE(m_out->shown.size(), 7);
        QCOMPARE(m_out->shown.last().key, QStringLiteral("digest"));
        QCOMPARE(m_out->shown.last().summary, QStringLiteral("3 more events"));
        QVERIFY(m_out->shown.last().body.contains(u"s008 failed"));
        QCOMPARE(m_out->shown.last().services, (QStringList{numbered(6), numbered(7), numbered(8)}));
    }

    void whatIsOverBeforeTheDigestIsNotInIt()
    {
        for (int n = 0; n < 8; ++n)
            m_host->session->put(serviceNamed(numbered(n), ServiceState::Running));
        attach();
        for (int n = 0; n < 8; ++n) {
            m_host->fail(numbered(n), ServiceState::Failed);
            m_host->settle(4s);
        }
        m_host->session->setState(numbered(6), ServiceState::Running);
        m_host->settle(40s);
        QCOMPARE(m_out->shown.last().summary, QStringLiteral("s007 failed")); // alone: as it is
    }
};

QTEST_MAIN(TestNoticePolicy)
#include "tst_notice_policy.moc"

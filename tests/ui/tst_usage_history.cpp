#include "detailfixture.h"

#include <ui/detail/sparkline.h>
#include <ui/detail/usagehistory.h>
#include <ui/text/words.h>

#include <QSignalSpy>

using namespace turnspit;
using namespace std::chrono_literals;

class TestUsageHistory : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<DetailFixture> m_host;
    const QString m_mail = QStringLiteral("mail");

    void figures(std::optional<double> cpu, std::optional<qint64> memory)
    {
        ServiceInfo row = serviceNamed(m_mail, memory ? ServiceState::Running : ServiceState::Stopped);
        if (memory)
            row.pid = 812;
        row.cpuPercent = cpu;
        row.memoryBytes = memory;
        m_host->session->put(row);
        m_host->settle(100ms);
    }

private Q_SLOTS:
    void init() { m_host = std::make_unique<DetailFixture>(); }
    void cleanup() { m_host.reset(); }

    void itBeginsWithWhatTheHostRemembersAndGoesOnWithDeltas()
    {
        figures(2.0, 2000);
        m_host->session->setUsage(m_mail, {{m_host->now() - 20s, std::nullopt, 1000}, {m_host->now() - 10s, 2.0, 2000}});
        UsageHistory history(*m_host->session, *m_host->mirror);
        history.open(m_mail);
        m_host->settle();
        QCOMPARE(history.samples().size(), 2); // the row has the same figures as the last one
        m_host->settle(10s);
        figures(3.0, 2500);
        QCOMPARE(history.samples().size(), 3);
        QCOMPARE(history.samples().last().cpuPercent, 3.0);
        QCOMPARE(m_host->session->callCount(QStringLiteral("usageHistory")), 1);
    }

    void theEndOfARunIsAGap()
    {
        figures(2.0, 2000);
        UsageHistory history(*m_host->session, *m_host->mirror);
        history.open(m_mail);
        m_host->settle();
        QCOMPARE(history.samples().size(), 1);
        figures({}, {});
        figures({}, {});
        QCOMPARE(history.samples().size(), 2);
        QVERIFY(!history.samples().last().memoryBytes);
    }

    void whatIsOlderThanTenMinutesGoes()
    {
        UsageHistory history(*m_host->session, *m_host->mirror);
        figures(1.0, 1000);
        history.open(m_mail);
        for (int i = 0; i < 200; ++i) {
            m_host->settle(10s);
            figures(1.0, 1000 + i);
        }
        QVERIFY(history.samples().size() <= 62);
    }

    void aLongerTimeIsAskedForAndGoesOnInItsSteps()
    {
        figures(1.0, 1000);
        QList<UsageSample> past;
        for (int i = 60; i > 0; --i)
            past.append({m_host->now() - i * 1min, 1.0, 1000 - i});
        m_host->session->setUsage(m_mail, past);
        UsageHistory history(*m_host->session, *m_host->mirror);
        history.open(m_mail);
        m_host->settle();
        QCOMPARE(history.samples().size(), 11);
        history.setSpan(60min);
        m_host->settle();
        QCOMPARE(history.samples().size(), 61);
        for (int i = 1; i <= 60; ++i) {
            m_host->settle(10s);
            figures(1.0, 1000 + i);
        }
        // Ten minutes more, in steps of half a minute, and those are gone at the other end.
        QVERIFY2(history.samples().size() <= 51 + 22, qPrintable(QString::number(history.samples().size())));
        QCOMPARE(history.samples().last().memoryBytes, 1060);
        QVERIFY(history.samples().first().time <= m_host->now() - 59min);
    }

    void anAnswerForAServiceThatWasLeftIsNotShown()
    {
        figures(1.0, 1000);
        m_host->session->put(serviceNamed(QStringLiteral("web")));
        m_host->session->setUsage(m_mail, {{m_host->now() - 10s, 5.0, 5000}});
        m_host->session->hold(QStringLiteral("usageHistory"));
        UsageHistory history(*m_host->session, *m_host->mirror);
        history.open(m_mail);
        history.open(QStringLiteral("web"));
        m_host->session->release(QStringLiteral("usageHistory"));
        m_host->settle(1s);
        QVERIFY(history.samples().isEmpty());
    }

    void aHostThatComesBackIsAskedAgain()
    {
        figures(1.0, 1000);
        UsageHistory history(*m_host->session, *m_host->mirror);
        history.open(m_mail);
        m_host->settle();
        m_host->session->setConnection(HostSession::Connection::Lost);
        m_host->settle(1s);
        m_host->session->setConnection(HostSession::Connection::Connected);
        m_host->settle(1s);
        QCOMPARE(m_host->session->callCount(QStringLiteral("usageHistory")), 2);
    }

    void theLineIsSaidInASentence()
    {
        Sparkline line(QStringLiteral("CPU"), [](double value) { return words::percent(value); }, true);
        QVERIFY(line.sentence().contains(QStringLiteral("not known")));
        const WallTime now = m_host->now();
        line.setPoints({{now - 60s, std::nullopt}, {now - 50s, 1.0}, {now - 40s, 5.5}, {now - 10s, 2.0}}, now, 10min);
        for (const QString& fact : {words::percent(1.0), words::percent(5.5), words::percent(2.0)})
            QVERIFY2(line.accessibleDescription().contains(fact), qPrintable(line.accessibleDescription()));
        line.resize(300, line.sizeHint().height());
        const QImage some = line.grab().toImage();
        line.setPoints({}, now, 10min);
        QVERIFY(line.grab().toImage() != some);
    }
};

QTEST_MAIN(TestUsageHistory)
#include "tst_usage_history.moc"

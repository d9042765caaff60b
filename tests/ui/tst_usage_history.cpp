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
        QCOMPARE(m_host->session->callCount(QStringLiteral("usage")), 1);
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

    void anAnswerForAServiceThatWasLeftIsNotShown()
    {
        figures(1.0, 1000);
        m_host->session->put(serviceNamed(QStringLiteral("web")));
        m_host->session->setUsage(m_mail, {{m_host->now() - 10s, 5.0, 5000}});
        m_host->session->hold(QStringLiteral("usage"));
        UsageHistory history(*m_host->session, *m_host->mirror);
        history.open(m_mail);
        history.open(QStringLiteral("web"));
        m_host->session->release(QStringLiteral("usage"));
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
        QCOMPARE(m_host->session->callCount(QStringLiteral("usage")), 2);
    }

    void theLineIsSaidInASentence()
    {
        Sparkline line(QStringLiteral("CPU"), [](double value) { return words::percent(value); }, true);
        QVERIFY(line.sentence().contains(QStringLiteral("not known")));
        const WallTime now = m_host->now();
        line.setPoints({{now - 60s, std::nullopt}, {now - 50s, 1.0}, {now - 40s, 5.5}, {now - 10s, 2.0}}, now);
        for (const QString& fact : {words::percent(1.0), words::percent(5.5), words::percent(2.0)})
            QVERIFY2(line.accessibleDescription().contains(fact), qPrintable(line.accessibleDescription()));
        line.resize(300, line.sizeHint().height());
        const QImage some = line.grab().toImage();
        line.setPoints({}, now);
        QVERIFY(line.grab().toImage() != some);
    }
};

QTEST_MAIN(TestUsageHistory)
#include "tst_usage_history.moc"

#include "mirrored.h"

#include <app/desktop/pulse.h>

#include <QTest>

using namespace turnspit;
using namespace turnspit::desktop;
using namespace std::chrono_literals;

namespace {

const QString hostStatus = QStringLiteral("hostStatus");

} // namespace

class TestPulse : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<Mirrored> m_host;
    QList<bool> m_told;

    [[nodiscard]] std::unique_ptr<Pulse> pulse()
    {
        m_told.clear();
        auto made = std::make_unique<Pulse>(*m_host->session, [this](bool answers) { m_told.append(answers); });
        m_host->settle();
        return made;
    }

private Q_SLOTS:
    void init() { m_host = std::make_unique<Mirrored>(); }
    void cleanup() { m_host.reset(); }

    void aHostThatAnswersIsAskedEveryTwoSecondsAndNothingIsSaid()
    {
        const auto made = pulse();
        QCOMPARE(m_host->session->callCount(hostStatus), 0); // it has just been connected
        for (int n = 1; n <= 3; ++n) {
            m_host->settle(2s);
            QCOMPARE(m_host->session->callCount(hostStatus), n);
        }
        QCOMPARE(m_told, QList<bool>());
    }

    void oneThatSaysNothingForTwoSecondsIsToldOnceAndIsAskedNothingMore()
    {
        const auto made = pulse();
        m_host->session->hold(hostStatus);
        m_host->settle(2s);
        m_host->settle(1900ms);
        QCOMPARE(m_told, QList<bool>());
        m_host->settle(200ms);
        QCOMPARE(m_told, QList<bool>{false});
        m_host->settle(1min);
        QCOMPARE(m_told, QList<bool>{false});
        QCOMPARE(m_host->session->callCount(hostStatus), 1);
    }

    void whereTheAnswerComesAfterAllItAnswersAgain()
    {
        const auto made = pulse();
        m_host->session->hold(hostStatus);
        m_host->settle(2s);
        m_host->settle(10s);
        m_host->session->release(hostStatus);
        m_host->settle();
        QCOMPARE(m_told, (QList<bool>{false, true}));
        m_host->settle(2s);
        QCOMPARE(m_host->session->callCount(hostStatus), 2);
    }

    void itEndsWithTheConnection()
    {
        const auto made = pulse();
        m_host->session->failNext(hostStatus, Error{ErrorKind::Unreachable, "the host has ended"});
        m_host->settle(2s);
        m_host->settle(1min);
        QCOMPARE(m_host->session->callCount(hostStatus), 1);
        QCOMPARE(m_told, QList<bool>());
    }

    void anAnswerThatIsAnErrorIsAnAnswer()
    {
        const auto made = pulse();
        m_host->session->failNext(hostStatus, Error{ErrorKind::Refused, "not now"});
        m_host->settle(2s);
        m_host->settle(2s);
        QCOMPARE(m_host->session->callCount(hostStatus), 2);
        QCOMPARE(m_told, QList<bool>());
    }

    void itMayGoWhileItWaits()
    {
        auto made = pulse();
        m_host->session->hold(hostStatus);
        m_host->settle(2s);
        made.reset();
        m_host->settle(1min);
        QCOMPARE(m_told, QList<bool>());
    }
};

QTEST_GUILESS_MAIN(TestPulse)
#include "tst_pulse.moc"

#include "mirrored.h"

#include <ui/tray/windowpresence.h>

#include <QTest>
#include <QWidget>

using namespace turnspit;
using namespace std::chrono_literals;

class TestWindowPresence : public QObject
{
    Q_OBJECT
private:
    Mirrored m_host;
    std::unique_ptr<QWidget> m_window;
    std::unique_ptr<WindowPresence> m_presence;

    bool canBeReached() const { return m_window->isVisible() || m_presence->isTrayVisible(); }

private Q_SLOTS:
    void init()
    {
        m_window = std::make_unique<QWidget>();
        m_presence = std::make_unique<WindowPresence>(*m_window);
    }
    void cleanup()
    {
        m_presence.reset();
        m_window.reset();
    }

    void withoutATrayItMinimisesInsteadOfHiding()
    {
        m_window->show();
        m_presence->putAway();
        QVERIFY(m_window->isVisible() && m_window->isMinimized());
    }

    void withATrayItHides()
    {
        m_presence->setTrayVisible(true);
        m_window->show();
        m_presence->putAway();
        QVERIFY(!m_window->isVisible());
        m_host.settle(1h);
        QVERIFY(!m_window->isVisible());
    }

    void whereTheTrayGoesTheWindowIsBackAfterAWhile()
    {
        m_presence->setTrayVisible(true);
        m_window->show();
        m_presence->putAway();
        m_presence->setTrayVisible(false);
        m_host.settle(9s);
        QVERIFY(!m_window->isVisible()); // a panel that is restarted
        m_host.settle(2s);
        QVERIFY(m_window->isVisible() && m_window->isMinimized());
        QVERIFY(canBeReached());
    }

    void aTrayThatIsBackInTimeLeavesItHidden()
    {
        m_presence->setTrayVisible(true);
        m_window->show();
        m_presence->putAway();
        m_presence->setTrayVisible(false);
        m_host.settle(4s);
        m_presence->setTrayVisible(true);
        m_host.settle(1h);
        QVERIFY(!m_window->isVisible());
    }

    void startedAwayItWaitsForTheIconForHalfAMinute()
    {
        m_presence->startAway();
        m_host.settle(29s);
        QVERIFY(!m_window->isVisible());
        m_host.settle(2s);
        QVERIFY(m_window->isVisible() && m_window->isMinimized());
    }

    void anIconThatComesLateKeepsItHidden()
    {
        m_presence->startAway();
        m_host.settle(20s);
        m_presence->setTrayVisible(true);
        m_host.settle(1h);
        QVERIFY(!m_window->isVisible());
        m_window->show();
        m_presence->setTrayVisible(false);
        m_host.settle(1h);
        QVERIFY(m_window->isVisible() && !m_window->isMinimized());
    }
};

QTEST_MAIN(TestWindowPresence)
#include "tst_window_presence.moc"

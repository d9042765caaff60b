#include <turnspit/async/taskscope.h>
#include <turnspit/session/logwatches.h>

#include <QTest>

using namespace turnspit;

namespace {

const std::string api = "api";

Task<> countNews(LogWatches::Watch& watch, int& count)
{
    if (co_await watch.news({}))
        ++count;
}

} // namespace

/// Who waits for a log hears of it, whoever else does.
class TestLogWatches : public QObject
{
    Q_OBJECT
private:
    QStringList m_told;
    std::unique_ptr<LogWatches> m_watches;

private Q_SLOTS:
    void init()
    {
        m_told.clear();
        m_watches = std::make_unique<LogWatches>(
            [this](const std::string& service, bool on) { m_told += (on ? u'+' : u'-') + QString::fromStdString(service); });
    }

    void theFirstWhoWaitsForALogAndTheLastOneAreTold()
    {
        {
            const LogWatches::Watch one(*m_watches, api);
            const LogWatches::Watch two(*m_watches, api);
            const LogWatches::Watch other(*m_watches, "web");
            QCOMPARE(m_told, (QStringList{QStringLiteral("+api"), QStringLiteral("+web")}));
            QCOMPARE(m_watches->watched(), (std::vector<std::string>{api, "web"}));
        }
        QCOMPARE(m_told, (QStringList{QStringLiteral("+api"), QStringLiteral("+web"), QStringLiteral("-web"), QStringLiteral("-api")}));
        QVERIFY(m_watches->watched().empty());
        m_watches->written(api); // nobody hears it
    }

    void whatIsWrittenWhileTheLogIsLookedAtIsNews()
    {
        LogWatches::Watch watch(*m_watches, api);
        watch.begin();
        m_watches->written(api); // before anybody waits
        int count = 0;
        TaskScope tasks;
        tasks.spawn(countNews(watch, count));
        QCoreApplication::processEvents();
        QCOMPARE(count, 1);

        watch.begin(); // that has been seen
        tasks.spawn(countNews(watch, count));
        m_watches->written("web");
        QCoreApplication::processEvents();
        QCOMPARE(count, 1);
        m_watches->written(api);
        QCoreApplication::processEvents();
        QCOMPARE(count, 2);
    }

    void twoWhoWaitForOneLogDoNotTakeEachOthersNewsAway()
    {
        LogWatches::Watch one(*m_watches, api);
        LogWatches::Watch two(*m_watches, api);
        one.begin();
        m_watches->written(api);
        two.begin(); // has not looked yet: it will see what the other one is still to hear of
        int first = 0;
        int second = 0;
        TaskScope tasks;
        tasks.spawn(countNews(one, first));
        tasks.spawn(countNews(two, second));
        QCoreApplication::processEvents();
        QCOMPARE(first, 1);
        QCOMPARE(second, 0);
    }
};

QTEST_GUILESS_MAIN(TestLogWatches)
#include "tst_log_watches.moc"

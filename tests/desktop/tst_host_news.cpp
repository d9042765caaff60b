#include "mirrored.h"

#include <ui/notices/eventsdialog.h>
#include <ui/notices/hostnews.h>
#include <ui/text/words.h>
#include <ui/window/windowmemory.h>

#include <QPushButton>
#include <QTest>
#include <QTreeWidget>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

class Outlet final : public NoticeOutlet
{
public:
    void show(const Notice& notice) override { shown += notice; }
    void close(const QString&) override {}

    QList<Notice> shown;
};

} // namespace

class TestHostNews : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<Mirrored> m_host;
    std::unique_ptr<WindowMemory> m_memory;
    Outlet m_band;
    Outlet m_outlet;
    std::unique_ptr<HostNews> m_news;

    void happens(const char* kind, const char* service = "", const char* text = "", std::chrono::seconds later = 1s)
    {
        m_host->clock.advance(later);
        m_host->session->addEvent(
            {m_host->clock.wallNow(), QString::fromLatin1(kind), QString::fromLatin1(service), QString::fromLatin1(text)});
    }
    void attach()
    {
        m_news.reset();
        m_host->attach();
        m_news = std::make_unique<HostNews>(*m_host->session, *m_host->mirror, m_band, m_outlet, *m_memory);
        m_host->settle();
    }
    QString at(std::chrono::seconds ago)
    {
        return words::pointInTime(m_host->clock.wallNow() - ago, m_host->clock.wallNow());
    }

private Q_SLOTS:
    void init()
    {
        m_host = std::make_unique<Mirrored>();
        m_memory = std::make_unique<WindowMemory>(QString());
        m_band.shown.clear();
        m_outlet.shown.clear();
    }
    void cleanup()
    {
        m_news.reset();
        m_memory.reset();
        m_host.reset();
    }

    void aHostThatWasLostIsToldOnceWithWhatBecameOfItsServices()
    {
        happens("run-killed-at-quit", "old", "run 1: of a life before");
        happens("host-started");
        happens("host-lost");
        for (const char* const name : {"a", "b", "c"})
            happens("run-adopted", name, "run 7, pid 70");
        happens("run-ended-meanwhile", "api", "run 9: exit 1");
        happens("host-started", "", "", 120s);
        attach();
        QCOMPARE(m_band.shown.size(), 1);
        const Notice notice = m_band.shown.first();
        QCOMPARE(notice.key, QStringLiteral("news/lost"));
        QCOMPARE(notice.summary, QStringLiteral("Turnspit ended unexpectedly at %1.").arg(at(124s)));
        QCOMPARE(notice.body, QStringLiteral("3 services went on, 1 ended meanwhile (api: exit 1)."));
        QCOMPARE(notice.buttons.first().text, QStringLiteral("Details"));
        attach();
        QCOMPARE(m_band.shown.size(), 1);
        happens("host-started"); // ended as it should
        attach();
        QCOMPARE(m_band.shown.size(), 1);
        QVERIFY(m_outlet.shown.isEmpty());
    }

    void itsDetailsAreTheEventsFromWhichTheRunsAreReached()
    {
        happens("host-lost");
        happens("run-adopted", "web", "run 7, pid 70");
        happens("run-ended-meanwhile", "api", "run 9: exit 1");
        happens("host-started");
        attach();
        QString asked;
        connect(m_news.get(), &HostNews::serviceRequested, this, [&](const QString& name) { asked = name; });
        QWidget window;
        m_news->review(QStringLiteral("news/lost"), window);
        auto* const dialog = window.findChild<EventsDialog*>();
        QVERIFY(dialog);
        auto* const list = dialog->findChild<QTreeWidget*>(QStringLiteral("eventList"));
        QCOMPARE(list->topLevelItemCount(), 3);
        auto* const shower = dialog->findChild<QPushButton*>(QStringLiteral("eventsShow"));
        QVERIFY(!shower->isEnabled()); // the first line is of no service
        QCOMPARE(list->topLevelItem(1)->text(2), QStringLiteral("went on"));
        QCOMPARE(list->topLevelItem(2)->text(2), QStringLiteral("ended meanwhile: exit 1"));
        list->setCurrentItem(list->topLevelItem(2));
        QVERIFY(shower->isEnabled());
        shower->click();
        QCOMPARE(asked, QStringLiteral("api"));
        m_news->review(QStringLiteral("service/web"), window); // another's notice
    }

    void whatWasKilledAtQuitIsToldAtTheNextStart()
    {
        happens("run-killed", "other", "run 2: killed on demand");
        happens("run-killed-at-quit", "slow", "run 3: did not stop within 20s; killed");
        happens("host-stopping");
        happens("host-stopped");
        happens("host-started");
        attach();
        QCOMPARE(m_band.shown.size(), 1);
        QCOMPARE(m_band.shown.first().summary, QStringLiteral("slow was killed at quit."));
        QCOMPARE(m_band.shown.first().body, QStringLiteral("at %1: did not stop within 20s").arg(at(3s)));
        QString asked;
        connect(m_news.get(), &HostNews::serviceRequested, this, [&](const QString& name) { asked = name; });
        QWidget window;
        m_news->review(QStringLiteral("news/killed"), window);
        QCOMPARE(asked, QStringLiteral("slow"));
    }

    void whatTheKeeperKilledAfterAHastyQuitIsToldToo()
    {
        happens("host-stopping");
        happens("host-stopped");
        happens("run-ended-meanwhile", "slow", "run 3: killed: did not stop within 20s; killed");
        happens("run-ended-meanwhile", "quick", "run 4: stopped");
        happens("run-killed-at-quit", "mail", "run 5: did not stop within 5s; killed");
        happens("host-started");
        attach();
        QCOMPARE(m_band.shown.size(), 1);
        QCOMPARE(m_band.shown.first().summary, QStringLiteral("2 services were killed at quit."));
        QVERIFY(m_band.shown.first().body.endsWith(QStringLiteral("slow, mail")));
    }

    void missedRunsAreOneNoticeAndToldOnce()
    {
        m_host->put("hourly", ServiceState::Waiting, ServiceKind::Scheduled);
        attach();
        m_host->settle(5s);
        QVERIFY(m_outlet.shown.isEmpty());
        happens("runs-missed", "hourly", "2 runs between 2026-11-22T02:00:00+00:00 and 2026-11-22T03:00:00+00:00: asleep");
        happens("runs-missed", "daily", "1 runs between 2026-11-22T02:30:00+00:00 and 2026-11-22T02:30:00+00:00: asleep");
        ServiceInfo hourly = m_host->session->service(QStringLiteral("hourly"));
        hourly.nextRun = m_host->clock.wallNow() + 1h;
        m_host->session->put(hourly);
        m_host->settle();
        m_host->settle(3s);
        QCOMPARE(m_outlet.shown.size(), 1);
        const Notice notice = m_outlet.shown.first();
        QCOMPARE(notice.summary, QStringLiteral("3 runs of 2 services were missed"));
        const auto time = [&](const char* text) { return words::pointInTime(*parseRfc3339(text), m_host->clock.wallNow()); };
        QCOMPARE(notice.body, QStringLiteral("from %1 to %2, while the computer was asleep")
                                  .arg(time("2026-11-22T02:00:00Z"), time("2026-11-22T03:00:00Z")));
        QCOMPARE(notice.buttons.first().text, QStringLiteral("Review"));
        QVERIFY(m_band.shown.isEmpty());
        hourly.nextRun = m_host->clock.wallNow() + 2h;
        m_host->session->put(hourly);
        m_host->settle();
        m_host->settle(3s);
        attach();
        m_host->settle(3s);
        QCOMPARE(m_outlet.shown.size(), 1);
    }

    void missedRunsOfOneServiceLeadToItsRuns()
    {
        m_host->put("hourly", ServiceState::Waiting, ServiceKind::Scheduled);
        happens("runs-missed", "hourly", "1 runs between 2026-11-22T02:00:00+00:00 and 2026-11-22T02:00:00+00:00: host not running");
        attach();
        m_host->settle(3s);
        QCOMPARE(m_outlet.shown.size(), 1);
        QCOMPARE(m_outlet.shown.first().summary, QStringLiteral("1 run of hourly was missed"));
        QString asked;
        connect(m_news.get(), &HostNews::serviceRequested, this, [&](const QString& name) { asked = name; });
        QWidget window;
        m_news->review(QStringLiteral("news/missed"), window);
        QCOMPARE(asked, QStringLiteral("hourly"));
    }
};

QTEST_MAIN(TestHostNews)
#include "tst_host_news.moc"

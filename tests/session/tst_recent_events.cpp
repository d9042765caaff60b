#include <turnspit/session/recentevents.h>

#include <turnspit/hosting/hostevents.h>

#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

const WallTime morning = *parseRfc3339("2026-11-28T08:00:00Z");

HostEvent eventAt(WallTime time, const char* text)
{
    return {time, QStringLiteral("host-started"), {}, QString::fromLatin1(text)};
}

} // namespace

class TestRecentEvents : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theNewestThatFitAreGivenOldestFirst()
    {
        RecentEvents events;
        for (int i = 0; i < 5; ++i)
            events.add(eventAt(morning + std::chrono::minutes(i), qPrintable(QString::number(i))));
        const auto found = events.find({.since = {}, .limit = 2});
        QCOMPARE(found.size(), 2);
        QCOMPARE(found.first().text, QStringLiteral("3"));
        QCOMPARE(found.last().text, QStringLiteral("4"));
        QCOMPARE(events.find({.since = morning + 2min, .limit = 100}).size(), 3);
    }

    void onlyAThousandAreRemembered()
    {
        RecentEvents events;
        for (int i = 0; i < 1200; ++i)
            events.add(eventAt(morning, qPrintable(QString::number(i))));
        const auto found = events.find({.since = {}, .limit = 10'000});
        QCOMPARE(found.size(), 1000);
        QCOMPARE(found.first().text, QStringLiteral("200"));
    }

    void whatTheHostSaysAboutAServiceIsOneAndWhatTheServiceSaysIsNone()
    {
        RecentEvents events;
        events.write({.time = morning, .level = LogLevel::Error, .eventId = ServiceFailed, .category = "turnspit::Host", .service = "sync", .text = "service 'sync' failed: no network"});
        events.write({.time = morning, .level = LogLevel::Error, .eventId = ServiceFailed, .category = "acme::Sync", .service = "sync", .text = "ours"});
        events.write({.time = morning, .level = LogLevel::Error, .eventId = 0, .category = "acme::Sync", .service = "sync", .text = "no network"});
        events.write({.time = morning, .level = LogLevel::Debug, .eventId = HostStarted, .category = "turnspit::Host", .service = {}, .text = "Hosting started"});
        const auto found = events.find({});
        QCOMPARE(found.size(), 1);
        QCOMPARE(found.first().kind, QStringLiteral("service-failed"));
        QCOMPARE(found.first().service, QStringLiteral("sync"));
    }
};

QTEST_GUILESS_MAIN(TestRecentEvents)
#include "tst_recent_events.moc"

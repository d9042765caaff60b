#include "schedule/scheduletesting.h"

#include <QTemporaryDir>

using namespace turnspit;
using namespace std::chrono;

class TestTimeZone : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsSystemAndIds();
    void refusesWhatIsNoId_data();
    void refusesWhatIsNoId();
    void saysWhenNoZoneDataIsInstalled();
    void knowsItsSegments();
    void knowsAllItsSegmentsWithoutAGap_data();
    void knowsAllItsSegmentsWithoutAGap();
    void turnsLocalIntoWall_data();
    void turnsLocalIntoWall();
    void goesThereAndBack();
    void writesTheOffset();
};

void TestTimeZone::findsSystemAndIds()
{
    QVERIFY(TimeZone::find("system"));
    QCOMPARE(zoneOf("Europe/Berlin").id(), std::string("Europe/Berlin"));
    QCOMPARE(zoneOf("UTC").id(), std::string("UTC"));
    QCOMPARE(TimeZone().id(), std::string("UTC"));
    QCOMPARE(zoneOf("Europe/Berlin"), zoneOf("Europe/Berlin"));
}

void TestTimeZone::refusesWhatIsNoId_data()
{
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<QByteArray>("shown");
    QTest::newRow("unknown") << QByteArray("Mars/Olympus") << QByteArray("Mars/Olympus");
    QTest::newRow("empty") << QByteArray() << QByteArray();
    QTest::newRow("rule") << QByteArray("CET-1CEST") << QByteArray("CET-1CEST");
    QTest::newRow("path") << QByteArray("../../etc/passwd") << QByteArray("../../etc/passwd");
    QTest::newRow("absolute path") << QByteArray("/etc/localtime") << QByteArray("/etc/localtime");
    QTest::newRow("line break") << QByteArray("Europe/\nBerlin") << QByteArray("Europe/?Berlin");
    QTest::newRow("System") << QByteArray("System") << QByteArray("System");
}

void TestTimeZone::refusesWhatIsNoId()
{
    QFETCH(QByteArray, id);
    QFETCH(QByteArray, shown);
    const auto zone = TimeZone::find(id.toStdString());
    QVERIFY(!zone);
    QCOMPARE(zone.error().kind, ErrorKind::InvalidDefinition);
    QCOMPARE(zone.error().message,
             "unknown time zone \"" + shown.toStdString() + "\": write \"system\" or a name such as \"Europe/Berlin\"");
}

void TestTimeZone::saysWhenNoZoneDataIsInstalled()
{
    QTemporaryDir folder;
    const auto error = TimeZone::unknown("Europe/Berlin", folder.filePath(QStringLiteral("zoneinfo")).toStdString());
    QCOMPARE(error.message, std::string("time zone data (tzdata) is not installed"));
    QCOMPARE(error.kind, ErrorKind::InvalidDefinition);
}

void TestTimeZone::knowsItsSegments()
{
    const TimeZone berlin = zoneOf("Europe/Berlin");
    const WallTime spring = wall("2026-03-29T01:00:00Z");
    const WallTime autumn = wall("2026-10-25T01:00:00Z");
    for (const WallTime time : {spring, spring + microseconds(1), autumn - microseconds(1)}) {
        const auto segment = berlin.segmentAt(time);
        QCOMPARE(shown(berlin, segment.begin), shown(berlin, spring));
        QCOMPARE(shown(berlin, segment.end), shown(berlin, autumn));
        QCOMPARE(segment.offset, seconds(hours(2)));
        QCOMPARE(segment.previousOffset, seconds(hours(1)));
    }
    QCOMPARE(shown(berlin, berlin.segmentAt(spring - microseconds(1)).end), shown(berlin, spring));
    // Past what the zone files list, by their rule.
    QCOMPARE(berlin.segmentAt(wall("2090-07-01T00:00:00Z")).offset, seconds(hours(2)));
    QVERIFY(berlin.segmentAt(wall("2090-07-01T00:00:00Z")).end.has_value());

    const auto utc = TimeZone().segmentAt(spring);
    QVERIFY(!utc.begin && !utc.end);
    QCOMPARE(utc.offset, seconds(0));
    for (const WallTime time : {WallTime::min(), WallTime::max()})
        QVERIFY(std::chrono::abs(berlin.segmentAt(time).offset) < days(1));
}

void TestTimeZone::knowsAllItsSegmentsWithoutAGap_data()
{
    QTest::addColumn<QString>("zone");
    QTest::addColumn<int>("segments"); // from 2000 to 2100, by the rules of today
    QTest::newRow("northern") << QStringLiteral("Europe/Berlin") << 200;
    QTest::newRow("southern") << QStringLiteral("Australia/Sydney") << 200;
    QTest::newRow("half an hour") << QStringLiteral("Australia/Lord_Howe") << 200;
    QTest::newRow("winter is the exception") << QStringLiteral("Europe/Dublin") << 200;
    QTest::newRow("none") << QStringLiteral("Asia/Kolkata") << 0;
}

void TestTimeZone::knowsAllItsSegmentsWithoutAGap()
{
    QFETCH(QString, zone);
    QFETCH(int, segments);
    const TimeZone place = zoneOf(zone.toStdString());
    int count = 0;
    auto segment = place.segmentAt(wall("2000-01-01T00:00:00Z"));
    while (segment.end && *segment.end < wall("2100-01-01T00:00:00Z")) {
        const auto next = place.segmentAt(*segment.end);
        if (next.offset == segment.offset) { // where the list of some zone files ends, in January 2038
            segment = next;
            continue;
        }
        ++count;
        QCOMPARE(shown(place, next.begin), shown(place, segment.end));
        QCOMPARE(next.previousOffset, segment.offset);
        QCOMPARE(place.segmentAt(*segment.end - microseconds(1)).offset, segment.offset);
        QCOMPARE(shown(place, place.segmentAt(*segment.end - microseconds(1)).end), shown(place, segment.end));
        segment = next;
    }
    QCOMPARE(count, segments);
    QCOMPARE(segment.end.has_value(), segments > 0);
}

void TestTimeZone::turnsLocalIntoWall_data()
{
    QTest::addColumn<QString>("zone");
    QTest::addColumn<QString>("local");
    QTest::addColumn<QString>("wall");
    const auto row = [](const char* name, const char* zone, const char* localTime, const char* wallTime) {
        QTest::newRow(name) << QString::fromLatin1(zone) << QString::fromLatin1(localTime) << QString::fromLatin1(wallTime);
    };
    row("winter", "Europe/Berlin", "2026-01-01T12:00:00", "2026-01-01T12:00:00+01:00");
    row("summer", "Europe/Berlin", "2026-07-01T12:00:00", "2026-07-01T12:00:00+02:00");
    row("last before the gap", "Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T01:59:59+01:00");
    row("in the gap", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:00:00+02:00");
    row("after the gap", "Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T03:00:00+02:00");
    row("twice", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00");
    row("after twice", "Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T03:00:00+01:00");
    row("far east", "Pacific/Kiritimati", "2026-07-01T00:00:00", "2026-07-01T00:00:00+14:00");
    row("far west", "Pacific/Pago_Pago", "2026-07-01T00:00:00", "2026-07-01T00:00:00-11:00");
    row("a day that never was", "Pacific/Apia", "2011-12-30T15:00:00", "2011-12-31T00:00:00+14:00");
}

void TestTimeZone::turnsLocalIntoWall()
{
    QFETCH(QString, zone);
    QFETCH(QString, local);
    QFETCH(QString, wall);
    const TimeZone place = zoneOf(zone.toStdString());
    QCOMPARE(shown(place, place.toWall(::local(local.toStdString()))), wall);
}

void TestTimeZone::goesThereAndBack()
{
    for (const char* zone : {"Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC"}) {
        const TimeZone place = zoneOf(zone);
        for (WallTime time = wall("2026-01-01T00:00:00Z"); time < wall("2027-01-01T00:00:00Z"); time += minutes(347)) {
            const WallTime back = place.toWall(place.toLocal(time));
            QVERIFY(back == time || back == time - hours(1) || back == time - minutes(30)); // twice: the first
        }
    }
}

void TestTimeZone::writesTheOffset()
{
    QCOMPARE(zoneOf("America/St_Johns").format(wall("2026-01-01T00:00:00Z")), std::string("2025-12-31T20:30:00-03:30"));
    QCOMPARE(TimeZone().format(wall("2026-01-01T00:00:00.999999Z")), std::string("2026-01-01T00:00:00+00:00"));
}

QTEST_GUILESS_MAIN(TestTimeZone)
#include "tst_timezone.moc"

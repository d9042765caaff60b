#include <turnspit/base/units.h>

#include <QtTest>

using namespace turnspit;

class TestUnits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsDurations_data();
    void readsDurations();
    void refusesOtherDurations_data();
    void refusesOtherDurations();
    void writesDurationsThatItReads();
    void readsSizes_data();
    void readsSizes();
    void refusesOtherSizes_data();
    void refusesOtherSizes();
    void writesSizesThatItReads_data();
    void writesSizesThatItReads();
};

void TestUnits::readsDurations_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("milliseconds");
    QTest::addColumn<QString>("written");
    const auto row = [](const char* text, qint64 milliseconds, const char* written) {
        QTest::newRow(text) << QString::fromLatin1(text) << milliseconds << QString::fromLatin1(written);
    };
    row("250ms", 250, "250ms");
    row("5s", 5000, "5s");
    row("0s", 0, "0s");
    row("0ms", 0, "0s");
    row("007s", 7000, "7s");
    row("10m", 600'000, "10m");
    row("1h30m", 5'400'000, "1h30m");
    row("90m", 5'400'000, "1h30m");
    row("24h", 86'400'000, "1d");
    row("7d", 604'800'000, "1w");
    row("8d", 691'200'000, "8d");
    row("2w", 1'209'600'000, "2w");
    row("1w1d1h1m1s1ms", 694'861'001, "8d1h1m1s1ms");
    row("1m500ms", 60'500, "1m500ms");
    row("9223372036854ms", 9'223'372'036'854, "106751d23h47m16s854ms");
}

void TestUnits::readsDurations()
{
    QFETCH(QString, text);
    QFETCH(qint64, milliseconds);
    QFETCH(QString, written);
    const auto duration = parseDuration(text.toStdString());
    QVERIFY(duration);
    QCOMPARE(qint64(duration->count()), milliseconds);
    QCOMPARE(QString::fromStdString(formatDuration(*duration)), written);
}

void TestUnits::refusesOtherDurations_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("message");
    for (const char* text : {"", "5", "s", "1.5s", "-1s", "+1s", "1 s", " 1s", "1s ", "1S", "1min", "1s1m", "1s1s", "1m1", "5sec", "1h 30m",
                             "99999999999999999999s", "1y", "PT5M"})
        QTest::newRow(*text ? text : "empty")
            << QString::fromLatin1(text)
            << QStringLiteral("\"%1\" is not a duration: write integers with the units ms, s, m, h, d or w, such as \"30s\" or \"1h30m\"")
                   .arg(QString::fromLatin1(text));
    for (const char* text : {"9223372036855ms", "99999999w", "106751d24h", "18446744073709551615ms"})
        QTest::newRow(text) << QString::fromLatin1(text)
                            << QStringLiteral("\"%1\" is too long a duration").arg(QString::fromLatin1(text));
}

void TestUnits::refusesOtherDurations()
{
    QFETCH(QString, text);
    QFETCH(QString, message);
    const auto duration = parseDuration(text.toStdString());
    QVERIFY(!duration);
    QCOMPARE(QString::fromStdString(duration.error().message), message);
    QCOMPARE(duration.error().kind, ErrorKind::InvalidDefinition);
}

void TestUnits::writesDurationsThatItReads()
{
    QCOMPARE(formatDuration(Milliseconds(-5)), std::string("0s"));
    for (std::int64_t count = 1; count < 9'000'000'000'000; count = count * 7 / 2 + 1) {
        const auto again = parseDuration(formatDuration(Milliseconds(count)));
        QVERIFY(again);
        QCOMPARE(std::int64_t(again->count()), count);
    }
}

void TestUnits::readsSizes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<quint64>("bytes");
    const auto row = [](const char* text, quint64 bytes) { QTest::newRow(text) << QString::fromLatin1(text) << bytes; };
    row("0B", 0);
    row("1B", 1);
    row("16MB", 16'000'000);
    row("64KiB", 65'536);
    row("2KB", 2000);
    row("3MiB", 3 * 1024 * 1024);
    row("1GB", 1'000'000'000);
    row("1GiB", 1024 * 1024 * 1024);
    row("9223372036854775807B", 9'223'372'036'854'775'807ULL);
}

void TestUnits::readsSizes()
{
    QFETCH(QString, text);
    QFETCH(quint64, bytes);
    const auto size = parseSize(text.toStdString());
    QVERIFY(size);
    QCOMPARE(quint64(*size), bytes);
}

void TestUnits::refusesOtherSizes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("message");
    for (const char* text : {"", "16", "MB", "1.5MB", "-1B", "16 MB", "16mb", "16M", "16kB", "1TB", "1GB1MB", "18446744073709551616B"})
        QTest::newRow(*text ? text : "empty")
            << QString::fromLatin1(text)
            << QStringLiteral("\"%1\" is not a size: write an integer with one of the units B, KB, MB, GB, KiB, MiB or GiB, such as \"16MB\"")
                   .arg(QString::fromLatin1(text));
    for (const char* text : {"9223372036854775808B", "9999999999GiB"})
        QTest::newRow(text) << QString::fromLatin1(text) << QStringLiteral("\"%1\" is too large a size").arg(QString::fromLatin1(text));
}

void TestUnits::refusesOtherSizes()
{
    QFETCH(QString, text);
    QFETCH(QString, message);
    const auto size = parseSize(text.toStdString());
    QVERIFY(!size);
    QCOMPARE(QString::fromStdString(size.error().message), message);
    QCOMPARE(size.error().kind, ErrorKind::InvalidDefinition);
}

void TestUnits::writesSizesThatItReads_data()
{
    QTest::addColumn<quint64>("bytes");
    QTest::addColumn<QString>("text");
    const auto row = [](quint64 bytes, const char* text) { QTest::newRow(text) << bytes << QString::fromLatin1(text); };
    row(0, "0B");
    row(1001, "1001B");
    row(1000, "1KB");
    row(1024, "1KiB");
    row(100'000'000, "100MB");
    row(16 * 1024 * 1024, "16MiB");
    row(1024ULL * 1'000'000, "1024MB");
    row(9'223'372'036'854'775'807ULL, "9223372036854775807B");
}

void TestUnits::writesSizesThatItReads()
{
    QFETCH(quint64, bytes);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(formatSize(bytes)), text);
    QCOMPARE(quint64(parseSize(formatSize(bytes)).value()), bytes);
}

QTEST_GUILESS_MAIN(TestUnits)
#include "tst_units.moc"

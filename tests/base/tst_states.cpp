#include <turnspit/base/states.h>

#include <QtTest>

#include <string>

using namespace turnspit;

namespace {

/// All words of an enumeration, in order, as toString gives them; each must be read back as the same value.
template <class Enum, class FromString>
std::string words(int count, FromString fromString)
{
    std::string out;
    for (int i = 0; i < count; ++i) {
        const auto value = static_cast<Enum>(i);
        if (fromString(toString(value)) != value)
            return "not read back: " + std::string(toString(value));
        out += (i ? " " : "") + std::string(toString(value));
    }
    return out;
}

} // namespace

class TestStates : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void useTheWordsOfTheContract();
    void readNothingElse();
    void nameSignals_data();
    void nameSignals();
    void readSignalNamesWithAndWithoutSig();
};

void TestStates::useTheWordsOfTheContract()
{
    QCOMPARE(words<ServiceKind>(5, serviceKindFromString), std::string("kept scheduled manual built-in queue"));
    QCOMPARE(words<ServiceState>(10, serviceStateFromString),
             std::string("stopped starting running waiting backing-off stopping failed completed disabled invalid"));
    QCOMPARE(words<Outcome>(9, outcomeFromString),
             std::string("succeeded failed timed-out stopped killed abandoned skipped missed unknown"));
    QCOMPARE(words<Trigger>(8, triggerFromString), std::string("start schedule catch-up restart dependency window tray ctl"));
}

void TestStates::readNothingElse()
{
    QVERIFY(!serviceKindFromString("Kept"));
    QVERIFY(!serviceStateFromString("backing_off"));
    QVERIFY(!outcomeFromString(""));
    QVERIFY(!triggerFromString("ctl "));
}

void TestStates::nameSignals_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("name");
    QTest::newRow("1") << 1 << QStringLiteral("SIGHUP");
    QTest::newRow("2") << 2 << QStringLiteral("SIGINT");
    QTest::newRow("9") << 9 << QStringLiteral("SIGKILL");
    QTest::newRow("11") << 11 << QStringLiteral("SIGSEGV");
    QTest::newRow("15") << 15 << QStringLiteral("SIGTERM");
    QTest::newRow("40") << 40 << QStringLiteral("SIGRT");
    QTest::newRow("0") << 0 << QStringLiteral("SIGRT");
}

void TestStates::nameSignals()
{
    QFETCH(int, number);
    QFETCH(QString, name);
    const auto given = signalName(number);
    QCOMPARE(QString::fromUtf8(given.data(), static_cast<qsizetype>(given.size())), name);
}

void TestStates::readSignalNamesWithAndWithoutSig()
{
    for (int number = 1; number < 32; ++number) {
        const std::string name(signalName(number));
        if (name == "SIGRT")
            continue;
        QCOMPARE(signalFromName(name), std::optional(number));
        QCOMPARE(signalFromName(name.substr(3)), std::optional(number));
    }
    for (const char* name : {"", "SIG", "SIGRT", "sigterm", "term", "SIGSIGTERM", "15", "SIGFOO"})
        QVERIFY2(!signalFromName(name), name);
}

QTEST_GUILESS_MAIN(TestStates)
#include "tst_states.moc"

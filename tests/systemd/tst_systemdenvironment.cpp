#include <systemd/systemdenvironment.h>

#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

using Facts = SystemdEnvironment::Facts;

Facts facts(std::map<std::string, std::string> variables, pid_t pid = 812, std::string parent = "bash")
{
    return {std::move(variables), pid, std::move(parent), "8:4711"};
}

} // namespace

class TestSystemdEnvironment : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B87_aServiceIsToldByItsPidOrItsParent_data()
    {
        QTest::addColumn<QByteArray>("execPid");
        QTest::addColumn<QByteArray>("other");
        QTest::addColumn<int>("pid");
        QTest::addColumn<QByteArray>("parent");
        QTest::addColumn<bool>("isService");
        QTest::newRow("own pid") << QByteArray("812") << QByteArray() << 812 << QByteArray("sh") << true;
        QTest::newRow("another pid") << QByteArray("811") << QByteArray() << 812 << QByteArray("sh") << false;
        QTest::newRow("no number") << QByteArray("812x") << QByteArray() << 812 << QByteArray("sh") << false;
        QTest::newRow("another pid, parent systemd") << QByteArray("1") << QByteArray() << 812 << QByteArray("systemd") << true;
        QTest::newRow("parent systemd") << QByteArray() << QByteArray() << 812 << QByteArray("systemd") << true;
        QTest::newRow("parent init") << QByteArray() << QByteArray() << 812 << QByteArray("init") << false;
        QTest::newRow("first process") << QByteArray() << QByteArray() << 1 << QByteArray() << false;
        QTest::newRow("first process, told where to speak") << QByteArray() << QByteArray("NOTIFY_SOCKET") << 1 << QByteArray() << true;
        QTest::newRow("first process, given sockets") << QByteArray() << QByteArray("LISTEN_PID") << 1 << QByteArray() << true;
        QTest::newRow("told where to speak") << QByteArray() << QByteArray("NOTIFY_SOCKET") << 812 << QByteArray("sh") << false;
    }
    void B87_aServiceIsToldByItsPidOrItsParent()
    {
        QFETCH(QByteArray, execPid);
        QFETCH(QByteArray, other);
        QFETCH(int, pid);
        QFETCH(QByteArray, parent);
        std::map<std::string, std::string> variables;
        if (!execPid.isEmpty())
            variables["SYSTEMD_EXEC_PID"] = execPid.toStdString();
        if (!other.isEmpty())
            variables[other.toStdString()] = "1";
        QTEST(SystemdEnvironment::from(facts(variables, pid, parent.toStdString())).isService, "isService");
    }

    void B86_nobodyIsThereWithoutASign()
    {
        const auto nothing = SystemdEnvironment::from(facts({}));
        QVERIFY(!nothing.isPresent());
        QVERIFY(!nothing.watchdog);
        QVERIFY(!nothing.journalOnStderr);
        QVERIFY(SystemdEnvironment::from(facts({{"NOTIFY_SOCKET", "@x"}})).isPresent());
        QVERIFY(SystemdEnvironment::from(facts({}, 812, "systemd")).isPresent());
    }

    void theWatchdogIsForTheProcessThatItNames()
    {
        const auto watchdog = [](std::map<std::string, std::string> variables) { return SystemdEnvironment::from(facts(std::move(variables))).watchdog; };
        QVERIFY(watchdog({{"WATCHDOG_USEC", "30000000"}}) == 30s);
        QVERIFY(watchdog({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "812"}}) == 30s);
        QVERIFY(!watchdog({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "811"}}));
        QVERIFY(!watchdog({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "x"}}));
        QVERIFY(!watchdog({{"WATCHDOG_USEC", "0"}}));
        QVERIFY(!watchdog({{"WATCHDOG_USEC", "soon"}}));
        QVERIFY(!watchdog({{"WATCHDOG_USEC", "9223372036854775807"}})); // what a clock cannot count
        QVERIFY(!watchdog({{"WATCHDOG_USEC", "18446744073709551615"}}));
    }

    void standardErrorIsTheJournalWhereItIsThatVeryFile()
    {
        QVERIFY(SystemdEnvironment::from(facts({{"JOURNAL_STREAM", "8:4711"}})).journalOnStderr);
        QVERIFY(!SystemdEnvironment::from(facts({{"JOURNAL_STREAM", "8:4712"}})).journalOnStderr);
        QVERIFY(!SystemdEnvironment::from({{{"JOURNAL_STREAM", ""}}, 812, "sh", ""}).journalOnStderr);
    }
};

QTEST_GUILESS_MAIN(TestSystemdEnvironment)
#include "tst_systemdenvironment.moc"

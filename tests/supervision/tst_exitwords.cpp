#include <turnspit/supervision/exitwords.h>

#include <QtTest>

using namespace turnspit;

class TestExitWords : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhyACommandEnded_data();
    void saysWhyACommandEnded();
};

void TestExitWords::saysWhyACommandEnded_data()
{
    QTest::addColumn<int>("exitCode"); // -1: none
    QTest::addColumn<int>("signal");   // 0: none
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("words");
    const auto row = [](int exitCode, int signal, const char* command, const char* words) {
        QTest::newRow(words) << exitCode << signal << QString::fromLatin1(command) << QString::fromLatin1(words);
    };
    row(3, 0, "node", "exit 3");
    row(0, 0, "node", "exit 0");
    row(127, 0, "node", "`node` was not found in PATH (exit 127)");
    row(127, 0, "./run.sh", "`./run.sh` was not found (exit 127)");
    row(127, 0, "", "a command was not found in PATH (exit 127)");
    row(126, 0, "x", "`x` is not executable (exit 126)");
    row(-1, 9, "node", "killed by signal 9, perhaps out of memory");
    row(-1, 11, "node", "killed by signal 11 (SIGSEGV)");
    row(-1, 15, "node", "killed by signal 15 (SIGTERM)");
    row(-1, 40, "node", "killed by signal 40 (SIGRT)");
    row(0, 6, "node", "killed by signal 6 (SIGABRT)");
    row(137, 0, "sh", "exit 137 (killed by signal 9, perhaps out of memory)");
    row(139, 0, "sh", "exit 139 (killed by signal 11 (SIGSEGV))");
    row(130, 0, "git", "exit 130");
    row(-1, 0, "node", "exit status not available");
}

void TestExitWords::saysWhyACommandEnded()
{
    QFETCH(int, exitCode);
    QFETCH(int, signal);
    QFETCH(QString, command);
    QFETCH(QString, words);
    const std::string said = describeExit(exitCode < 0 ? std::nullopt : std::optional(exitCode),
                                          signal == 0 ? std::nullopt : std::optional(signal), command.toStdString());
    QCOMPARE(QString::fromStdString(said), words);
}

QTEST_GUILESS_MAIN(TestExitWords)
#include "tst_exitwords.moc"

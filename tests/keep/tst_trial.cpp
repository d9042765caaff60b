#include "support/sanitizers.h"

#include <turnspit/keep/processes.h>
#include <turnspit/keep/protocol.h>
#include <turnspit/keep/trial.h>

#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

#include <csignal>

using namespace turnspit;
using namespace turnspit::keep;

/// The guardian of a tried command as a program, with real children.
class TestTrial : public QObject
{
    Q_OBJECT
private:
    struct Result
    {
        QByteArray out;
        QByteArray err;
        std::optional<TrialEnd> end;
        std::optional<SpawnFailed> failed;
    };

    std::unique_ptr<QProcess> m_guardian;
    TrialDecoder m_decoder;
    Result m_result;

    void begin(const std::string& script, int limit = 60)
    {
        Spawn spawn;
        spawn.run = RunId{1};
        spawn.executable = "/bin/sh";
        spawn.arguments = {"/bin/sh", "-c", script};
        spawn.environment = {"PATH=/usr/bin:/bin"};
        spawn.workingDirectory = "/";
        start(spawn, limit);
    }

    void start(const Spawn& spawn, int limit = 60)
    {
        m_decoder = {};
        m_result = {};
        m_guardian = std::make_unique<QProcess>();
        m_guardian->start(qEnvironmentVariable("TURNSPIT_BIN") + QStringLiteral("/turnspit-keep"),
                          {QStringLiteral("--try"), QString::number(limit)});
        say(HostMessage(spawn));
    }

    void say(const HostMessage& message) { m_guardian->write(QByteArray::fromStdString(encode(message))); }

    void read()
    {
        const QByteArray bytes = m_guardian->readAllStandardOutput();
        m_decoder.feed({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        while (const auto frame = m_decoder.next()) {
            if (frame->type == 'o')
                m_result.out += QByteArray::fromStdString(frame->payload);
            else if (frame->type == 'e')
                m_result.err += QByteArray::fromStdString(frame->payload);
            else if (frame->type == 'x')
                m_result.end = endOf(*frame);
            else if (frame->type == 'f')
                m_result.failed = failedOf(*frame);
        }
    }

    bool readUntil(const std::function<bool()>& condition)
    {
        return QTest::qWaitFor([&] {
            read();
            return condition();
        }, 20'000);
    }

    bool ended() { return readUntil([this] { return m_guardian->state() == QProcess::NotRunning; }) && m_result.end.has_value(); }
    static bool isAlive(qint64 pid) { return pid > 0 && ::kill(static_cast<pid_t>(pid), 0) == 0; }

private Q_SLOTS:
    void initTestCase() { TURNSPIT_SKIP_QPROCESS_UNDER_TSAN(); }

    void cleanup()
    {
        if (m_guardian) {
            m_guardian->closeWriteChannel();
            QVERIFY(m_guardian->state() == QProcess::NotRunning || m_guardian->waitForFinished());
        }
    }

    void outputAndExitCodeComeBack()
    {
        begin("echo one; echo two >&2; exit 3");
        QVERIFY(ended());
        QCOMPARE(m_result.out, QByteArray("one\n"));
        QCOMPARE(m_result.err, QByteArray("two\n"));
        QCOMPARE(m_result.end->exitCode, 3);
        QCOMPARE(m_result.end->signal, 0);
        QCOMPARE(m_guardian->exitCode(), 0);
    }

    void whatTheCommandLeavesBehindIsKilled()
    {
        begin("(trap '' TERM HUP; exec setsid sleep 1000) & echo $!");
        QVERIFY(ended());
        QCOMPARE(m_result.end->exitCode, 0);
        QVERIFY(!isAlive(m_result.out.trimmed().toLongLong()));
    }

    void aStopIsPoliteFirst()
    {
        begin("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done");
        QVERIFY(readUntil([this] { return m_result.out.contains("ready"); }));
        say(Stop{RunId{1}, StopWhy::Stop, std::chrono::seconds(10)});
        QVERIFY(ended());
        QCOMPARE(m_result.out, QByteArray("ready\nbye\n"));
        QCOMPARE(m_result.end->exitCode, 7);
        QCOMPARE(m_result.end->why, TrialEnd::Stopped);
    }

    void whoIgnoresTheStopIsKilled()
    {
        begin("trap '' TERM; echo $$; while :; do sleep 0.05; done");
        QVERIFY(readUntil([this] { return m_result.out.endsWith('\n'); }));
        say(Stop{RunId{1}, StopWhy::Stop, std::chrono::milliseconds(50)});
        QVERIFY(ended());
        QCOMPARE(m_result.end->signal, SIGKILL);
        QCOMPARE(m_result.end->why, TrialEnd::Killed);
        QVERIFY(!isAlive(m_result.out.trimmed().toLongLong()));
    }

    void whatTakesTooLongIsKilled()
    {
        begin("sleep 1000 & echo $!; wait", 1);
        QVERIFY(ended());
        QCOMPARE(m_result.end->why, TrialEnd::TooLong);
        QVERIFY(!isAlive(m_result.out.trimmed().toLongLong()));
    }

    void everythingGoesWithTheHost()
    {
        begin("(trap '' TERM HUP; exec setsid sleep 1000) & echo $!; wait");
        QVERIFY(readUntil([this] { return m_result.out.endsWith('\n'); }));
        const qint64 child = m_result.out.trimmed().toLongLong();
        QVERIFY(isAlive(child));
        m_guardian->closeWriteChannel();
        QVERIFY(m_guardian->waitForFinished());
        QVERIFY(!isAlive(child));
    }

    void aFloodIsReadAndCountedButNotHandedOn()
    {
        begin("head -c 5000000 /dev/zero; echo end >&2");
        QVERIFY(ended());
        QCOMPARE(m_result.end->exitCode, 0);
        QCOMPARE(static_cast<quint64>(m_result.out.size() + m_result.err.size()), quint64(trialOutputLimit));
        QCOMPARE(quint64(m_result.end->dropped), quint64(5'000'004 - trialOutputLimit));
    }

    void whatCannotBeStartedIsTold()
    {
        Spawn spawn;
        spawn.run = RunId{1};
        spawn.executable = "/bin/no-such-program";
        spawn.arguments = {"no-such-program"};
        spawn.workingDirectory = "/";
        start(spawn);
        QVERIFY(readUntil([this] { return m_result.failed.has_value(); }));
        QCOMPARE(m_result.failed->step, SpawnStep::Exec);
        QCOMPARE(m_result.failed->error, ENOENT);
    }
};

QTEST_GUILESS_MAIN(TestTrial)
#include "tst_trial.moc"

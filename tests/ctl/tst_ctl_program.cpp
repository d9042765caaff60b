#include <ipc/controlserver.h>
#include <support/await.h>
#include <support/fakesession.h>
#include <support/sanitizers.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace turnspit;

namespace {

/// The program itself, against a host in this process.
class Ctl : public QProcess
{
public:
    Ctl(const QString& folder, const QStringList& arguments)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TURNSPIT_CONFIG_DIR"), folder);
        environment.insert(QStringLiteral("TURNSPIT_STATE_DIR"), folder);
        environment.insert(QStringLiteral("TURNSPIT_RUNTIME_DIR"), folder);
        setProcessEnvironment(environment);
        connect(this, &QProcess::readyReadStandardOutput, this, [this] { out += readAllStandardOutput(); });
        connect(this, &QProcess::readyReadStandardError, this, [this] { err += readAllStandardError(); });
        start(qEnvironmentVariable("TURNSPIT_BIN") + QStringLiteral("/turnspitctl"), arguments);
    }

    /// -1: it was ended by a signal, or not at all.
    int code()
    {
        const bool ended = spinUntil([this] { return state() == NotRunning; });
        return ended && exitStatus() == NormalExit ? exitCode() : -1;
    }

    void interrupt() const { ::kill(static_cast<pid_t>(processId()), SIGINT); }

    QByteArray out;
    QByteArray err;
};

const QString api = QStringLiteral("api");

} // namespace

class tst_ctl_program : public QObject
{
    Q_OBJECT

    struct Host
    {
        explicit Host(const QString& folder) : server(session)
        {
            if (const auto listening = server.listen(folder + QStringLiteral("/host.sock")); !listening)
                qFatal("%s", listening.error().message.c_str());
            ServiceInfo service;
            service.name = api;
            service.kind = ServiceKind::Manual;
            session.put(service);
        }

        FakeSession session;
        ControlServer server;
    };

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase()
    {
        if (!QFile::exists(qEnvironmentVariable("TURNSPIT_BIN") + QStringLiteral("/turnspitctl")))
            QSKIP("TURNSPIT_BIN does not say where turnspitctl is");
        TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
    }

    void withoutAHostItIsCode3AndRunIs125()
    {
        Ctl list(m_folder.path(), {QStringLiteral("list"), QStringLiteral("--json")});
        QCOMPARE(list.code(), 3);
        QVERIFY(list.err.contains("no host is running"));
        QCOMPARE(list.out, QByteArray());
        Ctl run(m_folder.path(), {QStringLiteral("run"), api});
        QCOMPARE(run.code(), 125);
        QVERIFY(run.err.contains("no host is running"));
    }

    void checkAndHelpNeedNoHost()
    {
        QCOMPARE(Ctl(m_folder.path(), {QStringLiteral("check")}).code(), 0);
        QCOMPARE(Ctl(m_folder.path(), {QStringLiteral("start"), QStringLiteral("--help")}).code(), 0);
        Ctl wrong(m_folder.path(), {QStringLiteral("start")});
        QCOMPARE(wrong.code(), 2);
        QCOMPARE(wrong.out, QByteArray());
        QVERIFY(wrong.err.startsWith("turnspitctl: "));
    }

    void aListComesOverTheSocket()
    {
        Host host(m_folder.path());
        Ctl list(m_folder.path(), {QStringLiteral("list"), QStringLiteral("--json")});
        QCOMPARE(list.code(), 0);
        QCOMPARE(QJsonDocument::fromJson(list.out).array().at(0).toObject().value(QStringLiteral("name")).toString(),
                 api);
        Ctl unknown(m_folder.path(), {QStringLiteral("stop"), QStringLiteral("nobody")});
        QCOMPARE(unknown.code(), 4);
    }

    void aRunIsPassedThroughAndCtrlCStopsIt()
    {
        Host host(m_folder.path());
        Ctl run(m_folder.path(), {QStringLiteral("run"), api});
        QVERIFY(spinUntil([&] { return host.session.service(api).state == ServiceState::Running; }));
        host.session.say(api, "to out");
        host.session.say(api, "to err", 'e');
        QVERIFY(spinUntil([&] { return run.out == "to out\n" && run.err == "to err\n"; }));
        run.interrupt();
        QCOMPARE(run.code(), 1);
        QCOMPARE(host.session.callCount(QStringLiteral("stopRun")), 1);
    }

    void followingEndsWellOnCtrlC()
    {
        Host host(m_folder.path());
        host.session.say(api, "hello");
        Ctl logs(m_folder.path(), {QStringLiteral("logs"), QStringLiteral("-f"), api, QStringLiteral("--raw")});
        QVERIFY(spinUntil([&] { return logs.out == "hello\n"; }));
        logs.interrupt();
        QCOMPARE(logs.code(), 0);
        QCOMPARE(logs.err, QByteArray());
    }

    void aReaderThatGoesEndsItQuietlyAlsoWhereNothingIsWritten()
    {
        Host host(m_folder.path());
        host.session.say(api, "hello");
        for (const char* command : {"logs -f api", "events -f"}) {
            // head leaves after the first line; nothing is written then that would be noticed to fail.
            QProcess shell;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(QStringLiteral("TURNSPIT_RUNTIME_DIR"), m_folder.path());
            shell.setProcessEnvironment(environment);
            shell.start(QStringLiteral("/bin/sh"),
                        {QStringLiteral("-c"),
                         QStringLiteral("{ \"$TURNSPIT_BIN/turnspitctl\" %1; echo \"code $?\" >&2; } | head -n 1")
                             .arg(QLatin1String(command))});
            QVERIFY(spinUntil([&] { return shell.state() == QProcess::NotRunning; }));
            QCOMPARE(shell.readAllStandardError(), QByteArray("code 0\n"));
            QCOMPARE(shell.readAllStandardOutput().count('\n'), 1);
        }
    }

    void aFullDiskIsAFailure()
    {
        if (!QFile::exists(QStringLiteral("/dev/full")))
            QSKIP("no /dev/full here");
        Host host(m_folder.path());
        QProcess list;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TURNSPIT_RUNTIME_DIR"), m_folder.path());
        list.setProcessEnvironment(environment);
        list.setStandardOutputFile(QStringLiteral("/dev/full"));
        list.start(qEnvironmentVariable("TURNSPIT_BIN") + QStringLiteral("/turnspitctl"), {QStringLiteral("list")});
        QVERIFY(spinUntil([&] { return list.state() == QProcess::NotRunning; }));
        QCOMPARE(list.exitCode(), 1);
        QVERIFY(list.readAllStandardError().contains("cannot write"));
    }
};

QTEST_GUILESS_MAIN(tst_ctl_program)
#include "tst_ctl_program.moc"

#include <turnspit/worker/exposecontrol.h>

#include <support/await.h>
#include <support/said.h>

#include <ipc/remotesession.h>
#include <turnspit/async/wait.h>
#include <turnspit/async/aggregateerror.h>
#include <turnspit/config/tomlreader.h>
#include <turnspit/di/optionsmonitor.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/logging/logger.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// What an expression that tries all ways needs long for.
class Mumbler final : public HostedService
{
public:
    explicit Mumbler(Logger<Mumbler> log) : m_log(std::move(log)) {}

    Task<> start(std::stop_token) override
    {
        for (int i = 0; i < 2000; ++i)
            m_log.info("{}", std::string(60, 'x'));
        co_return;
    }
    Task<> stop(std::stop_token) override { co_return; }

private:
    Logger<Mumbler> m_log;
};

class Sink final : public LogSink
{
    void write(const LogRecord&) noexcept override {}
};

/// Says one line and waits.
class Talker final : public BackgroundService
{
public:
    explicit Talker(Logger<Talker> log) : m_log(std::move(log)) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_log.info("here I am");
        co_await untilStopped(stopping);
        m_log.warning("leaving");
    }

private:
    Logger<Talker> m_log;
};

std::atomic<int> ticks = 0;

class Hourly final : public PeriodicService
{
public:
    explicit Hourly(Logger<Hourly> log) : PeriodicService(1h), m_log(std::move(log)) {}

protected:
    Task<> tick(std::stop_token) override
    {
        ++ticks;
        m_log.info("tick");
        co_return;
    }

private:
    Logger<Hourly> m_log;
};

std::atomic<int> brokenStarts = 0;

class Broken final : public HostedService
{
public:
    Task<> start(std::stop_token) override
    {
        ++brokenStarts;
        throw std::runtime_error("broken on purpose");
    }
    Task<> stop(std::stop_token) override { co_return; }
};

struct Shelf
{
    int length = 1;

    void bind(TomlReader& from) { from.readInteger("length", length, 0, 9); }
};

Task<QString> started(Host& host)
{
    try {
        co_await host.start();
    } catch (...) {
        co_return QString::fromStdString(describe(std::current_exception()));
    }
    co_return QString();
}

/// A program with two services that shows itself as `shop`.
struct Program
{
    explicit Program(const QString& root, const char* name = "shop", bool broken = false, const QString& optionsFile = {}, bool mumbles = false)
    {
        auto builder = HostBuilder({.arguments = {"--host.reload-on-change=false"}});
        if (!optionsFile.isEmpty()) {
            builder.addConfigurationFile(optionsFile.toStdString());
            builder.configure<Shelf>("shelf");
        }
        builder.addLogSink(std::make_shared<Sink>());
        builder.services().addHostedService<Talker>("talker");
        builder.services().addHostedService<Hourly>("hourly");
        if (mumbles)
            builder.services().addHostedService<Mumbler>("mumbler");
        if (broken)
            builder.services().addHostedService<Broken>("broken");
        ControlOptions options;
        options.folders.stateDir = root.toStdString() + "/s";
        options.folders.runtimeDir = root.toStdString() + "/r";
        exposeControl(builder, name, options);
        host = builder.build();
        error = await(started(*host));
    }
    ~Program()
    {
        if (host)
            (void)await(host->stop());
    }
    [[nodiscard]] Result<> connect(const QString& root, const char* name = "shop")
    {
        const auto greeting = await(session.open(root + QStringLiteral("/r/workers/") + QLatin1String(name) + QStringLiteral(".sock")));
        if (!greeting)
            return fail(greeting.error());
        return {};
    }

    std::unique_ptr<Host> host;
    QString error;
    RemoteSession session{RemoteSession::Options{}};
};

ActionRequest request(Action action, const char* name)
{
    ActionRequest out;
    out.action = action;
    out.names = {QString::fromLatin1(name)};
    return out;
}

const QString talker = QStringLiteral("talker");

LogQuery logOf(const char* name)
{
    LogQuery query;
    query.service = QString::fromLatin1(name);
    return query;
}

} // namespace

class TestExposeControl : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_root = std::make_unique<QTemporaryDir>(QDir::tempPath() + QStringLiteral("/wXXXXXX")); }
    void cleanup() { m_root.reset(); }

    void aProgramShowsItsServicesAndNotItsSocket()
    {
        Program program(m_root->path());
        QCOMPARE(program.error, QString());
        QVERIFY(program.connect(m_root->path()));
        const auto snapshot = await(program.session.snapshot());
        QVERIFY(snapshot);
        QCOMPARE(snapshot->host.host, QStringLiteral("shop"));
        QCOMPARE(snapshot->host.pid, static_cast<int>(::getpid()));
        QCOMPARE(snapshot->host.features, (QStringList{QStringLiteral("logs"), QStringLiteral("worker")}));
        QCOMPARE(snapshot->services.size(), 2);
        QCOMPARE(snapshot->services.at(0).name, QStringLiteral("hourly"));
        QCOMPARE(said(snapshot->services.at(0).state), said(ServiceState::Waiting));
        QVERIFY(snapshot->services.at(0).nextRun);
        QCOMPARE(said(snapshot->services.at(1).state), said(ServiceState::Running));
        QCOMPARE(said(snapshot->services.at(1).kind), said(ServiceKind::BuiltIn));
    }

    void socketAndFoldersAreForTheUserAlone()
    {
        const Program program(m_root->path());
        const auto modeOf = [this](const char* path) {
            struct stat info{};
            return ::stat(qPrintable(m_root->filePath(QString::fromLatin1(path))), &info) == 0 ? int(info.st_mode & 0777) : -1;
        };
        QCOMPARE(modeOf("r"), 0700);
        QCOMPARE(modeOf("r/workers"), 0700);
        QCOMPARE(modeOf("r/workers/shop.sock") & 077, 0);
        QCOMPARE(modeOf("s/workers/shop"), 0700);
        QTRY_COMPARE(modeOf("s/workers/shop/logs"), 0700); // made for the first line, by the thread that writes it
    }

    void itsServicesAreStoppedStartedHeldAndRun()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        auto done = await(program.session.act(request(Action::Stop, "talker")));
        QVERIFY(done && done->first().ok);
        QCOMPARE(said(done->first().state), said(ServiceState::Stopped));
        done = await(program.session.act(request(Action::Start, "talker")));
        QVERIFY(done && done->first().ok);
        QCOMPARE(said(done->first().state), said(ServiceState::Running));
        done = await(program.session.act(request(Action::Kill, "talker")));
        QVERIFY(done);
        done = await(program.session.act(request(Action::Hold, "hourly")));
        QVERIFY(done && done->first().ok);
        auto snapshot = await(program.session.snapshot());
        QVERIFY(snapshot->services.first().flags.contains(QStringLiteral("held")));
        QVERIFY(!snapshot->services.first().nextRun);
        done = await(program.session.act(request(Action::Resume, "hourly")));
        QVERIFY(done && done->first().ok);
        done = await(program.session.act(request(Action::Hold, "talker")));
        QVERIFY(done && !done->first().ok);

        const int before = ticks;
        const auto run = await(program.session.run(QStringLiteral("hourly"), Trigger::Window));
        QVERIFY(run);
        QCOMPARE(said(run->outcome), said(std::optional(Outcome::Succeeded)));
        QCOMPARE(ticks.load(), before + 1);
        QCOMPARE(said(await(program.session.run(talker, Trigger::Window)).error().kind), said(ErrorKind::Refused));
        const auto definition = await(program.session.definition(QStringLiteral("hourly")));
        QVERIFY(definition);
        QCOMPARE(definition->values.value(QLatin1String("ticks")).toInt(), 1);
    }

    // Passed through from then on, however short it was.
    void aTickThatIsOverAtOnceIsARunningThatIsWaitedFor()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        const QString hourly = QStringLiteral("hourly");
        Begun waiting(program.session.awaitState(hourly, QStringLiteral("running"), 10s));
        QVERIFY(await(program.session.hostStatus()));
        QVERIFY(!waiting.isDone());
        QVERIFY(await(program.session.run(hourly, Trigger::Ctl)));
        QVERIFY2(waiting.value(), waiting.value() ? "" : waiting.value().error().message.c_str());
    }

    void allOfThemAreTheTargetOfAll()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        ActionRequest all;
        all.action = Action::Stop;
        all.all = true;
        const auto done = await(program.session.act(all));
        QVERIFY(done);
        QCOMPARE(done->size(), 2);
        QVERIFY(await(program.session.hostStatus()));
    }

    void anActionThatIsNotWaitedForIsBegun()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        ActionRequest stop = request(Action::Stop, "talker");
        stop.wait = false;
        QVERIFY(await(program.session.act(stop)));
        QVERIFY(await(program.session.awaitState(talker, QStringLiteral("stopped"), 10s)));
    }

    // T8
    void aRestartThatIsNotWaitedForEndsInAServiceThatRuns()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        ActionRequest restart = request(Action::Restart, "talker");
        restart.wait = false;
        const auto begun = await(program.session.act(restart));
        QVERIFY(begun);
        QCOMPARE(said(begun->first().state), said(ServiceState::Stopping));
        QVERIFY(await(program.session.awaitState(talker, QStringLiteral("running"), 10s)));
    }

    void whatItsServicesSayIsReadAndFollowed()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        LogQuery query = logOf("talker");
        query.streams = QStringLiteral("o,e");
        auto page = await(program.session.followLog(query));
        QVERIFY(page);
        QCOMPARE(page->entries.size(), 1);
        QCOMPARE(page->entries.first().text, QByteArray("here I am"));
        query.cursor = page->cursor;
        Begun waiting(program.session.followLog(query));
        QVERIFY(await(program.session.act(request(Action::Stop, "talker"))));
        QVERIFY(waiting.value());
        QCOMPARE(waiting.value()->entries.first().text, QByteArray("warning: leaving"));
        QCOMPARE(waiting.value()->entries.first().stream, 'e');
        query.cursor.clear();
        query.grep = QStringLiteral("leav");
        page = await(program.session.readLog(query));
        QVERIFY(page);
        QCOMPARE(page->entries.size(), 1);
        LogExtentQuery where;
        where.service = talker;
        const auto extent = await(program.session.logExtent(where));
        QVERIFY(extent);
        QVERIFY(extent->end >= 2);
    }

    void whatAPlainProgramHasNotIsRefusedInWords()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        HostSession& session = program.session;
        AddRequest add;
        add.name = QStringLiteral("new");
        add.text = QStringLiteral("command = \"true\"\n");
        const auto added = await(session.add(add));
        QCOMPARE(said(added.error().kind), said(ErrorKind::Refused));
        QVERIFY(added.error().message.find("shop") != std::string::npos);
        QCOMPARE(said(await(session.remove(talker)).error().kind), said(ErrorKind::Refused));
        QCOMPARE(said(await(session.remove(QStringLiteral("nobody"))).error().kind), said(ErrorKind::NoSuchService));
        QCOMPARE(said(await(session.undo()).error().kind), said(ErrorKind::Refused));
        const auto reloaded = await(session.reload());
        QCOMPARE(said(reloaded.error().kind), said(ErrorKind::Refused));
        QCOMPARE(reloaded.error().message, std::string("shop reads its options from no file, and it has no service files"));
        QCOMPARE(said(await(session.beginTry({{}, add.text})).error().kind), said(ErrorKind::Refused));
        QCOMPARE(said(await(session.extendStop(talker, 1s)).error().kind), said(ErrorKind::Refused));
        QVERIFY(await(session.runs({}))->isEmpty());
        ActionRequest group;
        group.group = QStringLiteral("any");
        QCOMPARE(said(await(session.act(group)).error().kind), said(ErrorKind::NoSuchService));
        const auto disabled = await(session.act(request(Action::Disable, "talker")));
        QVERIFY(disabled && !disabled->first().ok);
    }

    void theFilesOfItsOptionsAreReadAnewOnCommand()
    {
        const auto write = [this](const char* text) {
            QFile file(m_root->filePath(QStringLiteral("shop.toml")));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        };
        write("[shelf]\nlength = 3\n");
        Program program(m_root->path(), "shop", false, m_root->filePath(QStringLiteral("shop.toml")));
        QCOMPARE(program.error, QString());
        QVERIFY(program.connect(m_root->path()));
        auto lines = await(program.session.reload());
        QVERIFY(lines);
        QCOMPARE(*lines, QStringList());

        write("[shelf]\nlength = 4\n[host]\nworker_threads = 3\n");
        lines = await(program.session.reload());
        QVERIFY(lines);
        QCOMPARE(*lines, (QStringList{QStringLiteral("host.worker_threads: new (counts from the next start)"), QStringLiteral("shelf.length: changed")}));
        const OptionsMonitor<Shelf> shelf(program.host->services().get<OptionsMonitor<Shelf>::InjectedFrom>());
        QCOMPARE(shelf.current()->length, 4);
        const auto events = await(program.session.events({}));
        QVERIFY(events);
        QCOMPARE(events->last().kind, QStringLiteral("options-changed"));
        QVERIFY2(events->last().text.endsWith(QStringLiteral("host.worker_threads, shelf.length")), qPrintable(events->last().text));

        write("[shelf]\nlength = 11\n");
        lines = await(program.session.reload());
        QVERIFY(!lines);
        QCOMPARE(said(lines.error().kind), said(ErrorKind::InvalidDefinition));
        QVERIFY2(lines.error().message.ends_with("shop.toml:2:10: `shelf.length` must be from 0 to 9, not 11"), lines.error().message.c_str());
        QCOMPARE(shelf.current()->length, 4);
    }

    void itsEventsAreRemembered()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        const auto events = await(program.session.events({}));
        QVERIFY(events);
        QCOMPARE(events->first().kind, QStringLiteral("host-started"));
    }

    void aSecondProgramOfThatNameDoesNotStart()
    {
        const Program first(m_root->path());
        QCOMPARE(first.error, QString());
        brokenStarts = 0;
        const Program second(m_root->path(), "shop", true);
        QVERIFY2(second.error.contains(QStringLiteral("another program runs as worker `shop`: pid %1, socket ").arg(::getpid())), qPrintable(second.error));
        QCOMPARE(brokenStarts.load(), 0); // nothing of it was started
        Program other(m_root->path(), "other");
        QCOMPARE(other.error, QString());
        QVERIFY(other.connect(m_root->path(), "other"));
    }

    void theSocketGoesWithTheProgramAndTheNameIsFree()
    {
        const QString socket = m_root->filePath(QStringLiteral("r/workers/shop.sock"));
        {
            const Program program(m_root->path());
            QVERIFY(QFile::exists(socket));
        }
        QVERIFY(!QFile::exists(socket));
        const Program again(m_root->path());
        QCOMPARE(again.error, QString());
        QVERIFY(QFile::exists(socket));
    }

    void whatAKilledProgramLeftIsTakenOver()
    {
        QVERIFY(QDir().mkpath(m_root->filePath(QStringLiteral("r/workers"))));
        QVERIFY(::chmod(qPrintable(m_root->filePath(QStringLiteral("r"))), 0700) == 0);
        const QByteArray path = m_root->filePath(QStringLiteral("r/workers/shop.sock")).toLocal8Bit();
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.constData(), sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QCOMPARE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::close(fd);
        Program program(m_root->path());
        QCOMPARE(program.error, QString());
        QVERIFY(program.connect(m_root->path()));
    }

    void aStartThatFailsLeavesNoSocket()
    {
        const Program program(m_root->path(), "shop", true);
        QCOMPARE(program.error, QStringLiteral("broken on purpose"));
        QVERIFY(!QFile::exists(m_root->filePath(QStringLiteral("r/workers/shop.sock"))));
        const Program again(m_root->path());
        QCOMPARE(again.error, QString());
    }

    void aClientSeesTheServicesStopBeforeTheConnectionEnds()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        QVERIFY(await(program.session.subscribe()));
        QMap<QString, ServiceState> states;
        bool shuttingDown = false;
        QObject context;
        connect(&program.session, &HostSession::deltaArrived, &context, [&](const Delta& delta) {
            for (const ServiceInfo& each : delta.changed)
                states.insert(each.name, each.state);
            shuttingDown = shuttingDown || (delta.host && delta.host->shuttingDown);
        });
        QVERIFY(await(program.session.shutdown()));
        (void)await(program.host->stop());
        QVERIFY(spinUntil([&] { return program.session.connection() == HostSession::Connection::Lost; }));
        QCOMPARE(said(states.value(talker)), said(ServiceState::Stopped));
        QCOMPARE(said(states.value(QStringLiteral("hourly"))), said(ServiceState::Stopped));
        QVERIFY(shuttingDown);
    }

    void whoWaitsForTheEndOfAServiceHearsOfItThoughTheProgramEnds()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        Begun waiting(program.session.awaitState(talker, QStringLiteral("stopped"), {}));
        QVERIFY(await(program.session.hostStatus())); // it is under way
        (void)await(program.host->stop());
        QVERIFY2(waiting.value(), waiting.value() ? "" : waiting.value().error().message.c_str());
        QCOMPARE(said(waiting.value()->state), said(ServiceState::Stopped));
    }

    void whoFollowsALogReadsTheLastWordsOfAProgram()
    {
        for (int round = 0; round < 10; ++round) {
            Program program(m_root->path());
            QVERIFY(program.connect(m_root->path()));
            LogQuery query = logOf("talker");
            query.last = 1;
            const auto page = await(program.session.readLog(query));
            QVERIFY(page);
            query.last.reset();
            query.cursor = page->cursor;
            Begun waiting(program.session.followLog(query));
            QVERIFY(await(program.session.hostStatus()));
            (void)await(program.host->stop());
            QVERIFY2(waiting.value(), waiting.value() ? "" : waiting.value().error().message.c_str());
            QCOMPARE(waiting.value()->entries.first().text, QByteArray("warning: leaving"));
        }
    }

    void whatNeverComesIsNotWaitedForAtTheEnd()
    {
        Program program(m_root->path());
        QVERIFY(program.connect(m_root->path()));
        Begun waiting(program.session.awaitState(talker, QStringLiteral("failed"), {}));
        LogQuery query = logOf("talker");
        query.grep = QStringLiteral("never");
        Begun following(program.session.followLog(query));
        QVERIFY(await(program.session.hostStatus()));
        (void)await(program.host->stop());
        QVERIFY(!waiting.value());
        QCOMPARE(said(waiting.value().error().kind), said(ErrorKind::Unreachable));
        QVERIFY(!following.value());
    }

    void aSearchThatTakesForEverHoldsUpNobodyElseAndNoEnd()
    {
        Program program(m_root->path(), "shop", false, {}, true);
        QVERIFY(program.connect(m_root->path()));
        LogQuery slow = logOf("mumbler");
        slow.grep = QStringLiteral("(x+)+[yz]");
        auto page = await(program.session.readLog(slow));
        QVERIFY(page);
        QVERIFY(!page->atEnd); // and so it goes on, a step at a time
        slow.cursor = page->cursor;
        page = await(program.session.readLog(slow));
        QVERIFY(page);
        QVERIFY(page->cursor != slow.cursor);
        {
            RemoteSession client(RemoteSession::Options{});
            QVERIFY(await(client.open(m_root->filePath(QStringLiteral("r/workers/shop.sock")))));
            slow.cursor.clear();
            slow.last = 1;
            Begun gone(client.readLog(slow));
            QVERIFY(await(client.hostStatus()));
        }
        QVERIFY(await(program.session.readLog(logOf("talker"))));
        Begun asked(program.session.readLog(slow));
        QVERIFY(await(program.session.readLog(logOf("talker"))));
        QVERIFY(!asked.isDone());
        (void)await(program.host->stop());
    }

    void aNameThatIsNoneIsRefusedAtOnce()
    {
        auto builder = Host::createBuilder();
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, exposeControl(builder, "../x"));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, exposeControl(builder, "turnspitd"));
    }

    void aServiceWithTheNameOfTheSocketsOwnIsToldSo()
    {
        const auto refusal = [](HostBuilder& builder) -> std::string {
            try {
                exposeControl(builder, "shop");
            } catch (const std::logic_error& error) {
                return error.what();
            }
            return {};
        };
        auto builder = Host::createBuilder();
        builder.services().addHostedService<Talker>("control");
        const std::string said = refusal(builder);
        QVERIFY2(said.find("the service 'control' (") != std::string::npos && said.find("Talker) has the name of") != std::string::npos, said.c_str());

        auto twice = Host::createBuilder();
        exposeControl(twice, "shop");
        QCOMPARE(refusal(twice), std::string("exposeControl: a program shows itself under one name"));
    }

private:
    std::unique_ptr<QTemporaryDir> m_root;
};

QTEST_GUILESS_MAIN(TestExposeControl)
#include "tst_expose_control.moc"

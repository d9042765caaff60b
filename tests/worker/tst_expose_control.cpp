#include "exposedprogram.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

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

#include "ctlfixture.h"

#include <turnspit/control/json.h>

#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;
using namespace std::chrono_literals;

class tst_ctl_look : public QObject
{
    Q_OBJECT

    static ServiceInfo busy(const Fixture& fixture)
    {
        ServiceInfo service;
        service.name = QStringLiteral("api");
        service.group = QStringLiteral("shop");
        service.state = ServiceState::Running;
        service.flags = {QStringLiteral("adopted")};
        service.pid = 812;
        service.since = fixture.clock.wallNow() - 192s;
        service.restarts = 2;
        service.lastOutcome = Outcome::Failed;
        service.exitCode = 3;
        service.reason = QStringLiteral("exit code 3");
        service.cpuPercent = 1.5;
        service.memoryBytes = 3'440'000;
        return service;
    }

    static ServiceInfo nightly(const Fixture& fixture)
    {
        ServiceInfo service;
        service.name = QStringLiteral("backup");
        service.kind = ServiceKind::Scheduled;
        service.state = ServiceState::Waiting;
        service.since = fixture.clock.wallNow() - 26h;
        service.nextRun = fixture.clock.wallNow() + 15h;
        return service;
    }

private Q_SLOTS:
    void anEmptyListSaysHowToAddOne()
    {
        Fixture fixture;
        QCOMPARE(fixture.run({"list"}), 0);
        QVERIFY(fixture.takeOut().contains(QStringLiteral("turnspitctl add NAME -- COMMAND")));
        QCOMPARE(fixture.run({"list", "--json"}), 0);
        QCOMPARE(fixture.takeJson().array().size(), 0);
    }

    void aHoldThatEndsByItselfSaysWhen()
    {
        Fixture fixture;
        fixture.session.put(nightly(fixture));
        QCOMPARE(fixture.run({"list"}), 0);
        QCOMPARE(fixture.session.callCount(QStringLiteral("holds")), 0);
        fixture.takeOut();
        ActionRequest hold;
        hold.action = Action::Hold;
        hold.names = {QStringLiteral("backup")};
        hold.until = fixture.clock.wallNow() + 2h;
        QVERIFY(await(fixture.session.act(hold)));
        QCOMPARE(fixture.run({"list"}), 0);
        QVERIFY(fixture.takeOut().contains(QStringLiteral(" resumes in 2h ")));
        for (const char* command : {"status", "show"}) {
            QCOMPARE(fixture.run({command, "backup"}), 0);
            const QString shown = fixture.takeOut();
            QVERIFY2(shown.contains(QStringLiteral("  held      until ")) && shown.contains(QStringLiteral("(in 2h")),
                     qPrintable(shown));
        }
    }

    void theListIsATable()
    {
        Fixture fixture;
        fixture.session.put({nightly(fixture), busy(fixture)});
        QCOMPARE(fixture.run({"list"}), 0);
        QCOMPARE(fixture.takeOut(),
                 QStringLiteral("STATE             NAME    GROUP  KIND       NEXT     SINCE   CPU     MEM  LAST\n"
                                "running, adopted  api     shop   kept               3m 12s  1.5%  3.4 MB  failed "
                                "(exit 3): exit code 3\n"
                                "waiting           backup         scheduled  in 15h   1d 2h\n"));
        QCOMPARE(fixture.takeErr(), QString());
    }

    void theListAsJsonHasEveryKeySortedByName()
    {
        Fixture fixture;
        fixture.session.put({nightly(fixture), busy(fixture)});
        QCOMPARE(fixture.run({"--json", "list"}), 0);
        const QJsonArray array = fixture.takeJson().array();
        QCOMPARE(array.size(), 2);
        QCOMPARE(array[0].toObject(), toJson(busy(fixture)));
        QCOMPARE(array[1].toObject(), toJson(nightly(fixture)));
        QStringList keys{QStringLiteral("name"),         QStringLiteral("group"),       QStringLiteral("kind"),
                         QStringLiteral("state"),        QStringLiteral("flags"),       QStringLiteral("pid"),
                         QStringLiteral("since"),        QStringLiteral("restarts"),    QStringLiteral("next_run"),
                         QStringLiteral("last_outcome"), QStringLiteral("exit_code"),   QStringLiteral("signal"),
                         QStringLiteral("reason"),       QStringLiteral("cpu_percent"), QStringLiteral("memory_bytes")};
        keys.sort();
        QCOMPARE(array[1].toObject().keys(), keys);
    }

    void statusIsAnArrayAlsoForOneName()
    {
        Fixture fixture;
        fixture.session.put({nightly(fixture), busy(fixture)});
        QCOMPARE(fixture.run({"status", "api", "--json"}), 0);
        QCOMPARE(fixture.takeJson().array(), QJsonArray{toJson(busy(fixture))});
        QCOMPARE(fixture.run({"status", "api", "backup"}), 0);
        const QString text = fixture.takeOut();
        QVERIFY(text.contains(QStringLiteral("api: running, adopted for 3m 12s (since 2026-11-22 11:56:48)\n")));
        QVERIFY(text.contains(QStringLiteral("  pid       812\n")));
        QVERIFY(text.contains(QStringLiteral("  next run  2026-11-23 03:00:00 (in 15h)\n")));
    }

    void aQueueWorkerSaysWhatItCounts()
    {
        Fixture fixture;
        fixture.session.put(
            {busy(fixture), serviceNamed(QStringLiteral("orders"), ServiceState::Running, ServiceKind::Queue)});
        QCOMPARE(fixture.run({"status", "orders"}), 0); // it has not told yet
        QVERIFY(!fixture.takeOut().contains(QStringLiteral("  work ")));
        fixture.session.setQueue({.name = QStringLiteral("orders"),
                                  .depth = 128,
                                  .delayed = 2,
                                  .inFlight = 5,
                                  .deadLetters = 1,
                                  .inHand = 4,
                                  .acked = 9204,
                                  .nacked = 3,
                                  .dead = 1,
                                  .released = 7,
                                  .lastError = QStringLiteral("no such order")});
        for (const char* command : {"status", "show"}) {
            QCOMPARE(fixture.run({command, "orders"}), 0);
            const QString text = fixture.takeOut();
            QVERIFY2(text.contains(QStringLiteral("  queue     waiting 128, delayed 2, in flight 5, dead letters 1\n"
                                                  "  work      in hand 4, acked 9204, nacked 3, dead 1, released 7\n"
                                                  "  error     no such order\n")),
                     qPrintable(text));
        }
        QCOMPARE(fixture.run({"status", "orders", "--json"}), 0);
        QCOMPARE(fixture.takeJson().array(), QJsonArray{toJson(fixture.session.service(QStringLiteral("orders")))});
        QCOMPARE(fixture.run({"show", "orders", "--json"}), 0);
        const QJsonObject queue = fixture.takeJson().object().value(QLatin1String("queue")).toObject();
        QCOMPARE(queue.value(QLatin1String("acked")).toInt(), 9204);
        QCOMPARE(queue.value(QLatin1String("in_flight")).toInt(), 5);
        fixture.session.forgetCalls();
        QCOMPARE(fixture.run({"status", "api"}), 0);
        QVERIFY(!fixture.takeOut().isEmpty());
        QCOMPARE(fixture.run({"show", "api", "--json"}), 0);
        QVERIFY(!fixture.takeJson().object().contains(QLatin1String("queue")));
        QCOMPARE(fixture.session.callCount(QStringLiteral("queues")), 0);
    }

    void anUnknownNameShowsNothingAndIsCode4()
    {
        Fixture fixture;
        fixture.session.put(busy(fixture));
        for (const auto& arguments : {std::vector<std::string>{"status", "api", "nobody"},
                                      {"status", "--json", "nobody", "api"},
                                      {"show", "nobody"},
                                      {"show", "nobody", "--json"}}) {
            QCOMPARE(fixture.run(arguments), 4);
            QCOMPARE(fixture.takeOut(), QString());
            QCOMPARE(fixture.takeErr(), QStringLiteral("turnspitctl: there is no service `nobody`\n"));
        }
    }

    void showHasDefinitionFileAndRunsBesides()
    {
        Fixture fixture;
        fixture.session.put(busy(fixture));
        fixture.session.addPastRuns(QStringLiteral("api"), 12);
        QCOMPARE(fixture.run({"show", "api", "--json"}), 0);
        QJsonObject object = fixture.takeJson().object();
        QCOMPARE(object.take(QStringLiteral("file")).toString(), QStringLiteral("/fake/config/services/api.toml"));
        QCOMPARE(object.take(QStringLiteral("definition")).toObject().value(QStringLiteral("group")).toString(),
                 QStringLiteral("shop"));
        QCOMPARE(object.take(QStringLiteral("last_runs")).toArray().size(), 10);
        QCOMPARE(object, toJson(busy(fixture)));

        QCOMPARE(fixture.run({"show", "api"}), 0);
        const QString text = fixture.takeOut();
        QVERIFY(text.contains(QStringLiteral("/fake/config/services/api.toml\n  group = shop\n")));
        QVERIFY(text.contains(QStringLiteral("Last runs\n")));
    }

    void aServiceWithoutAFileIsShown()
    {
        Fixture fixture;
        fixture.session.put(busy(fixture));
        fixture.session.failNext(QStringLiteral("definition"), {ErrorKind::Refused, "it is built in"});
        QCOMPARE(fixture.run({"show", "api", "--json"}), 0);
        const QJsonObject object = fixture.takeJson().object();
        QVERIFY(object.value(QStringLiteral("file")).isNull());
        QVERIFY(object.value(QStringLiteral("definition")).isNull());
    }

    void runsComeInPagesUpToTheLimit()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.session.addPastRuns(QStringLiteral("api"), 2500);
        QCOMPARE(fixture.run({"runs", "api", "--limit", "2200", "--json"}), 0);
        const QJsonArray runs = fixture.takeJson().array();
        QCOMPARE(runs.size(), 2200);
        QCOMPARE(runs.first().toObject().value(QStringLiteral("id")).toInt(), 2500);
        QCOMPARE(runs.last().toObject().value(QStringLiteral("id")).toInt(), 301);
        QCOMPARE(fixture.session.callCount(QStringLiteral("runs")), 3);
        QCOMPARE(fixture.run({"runs", "--json"}), 0);
        QCOMPARE(fixture.takeJson().array().size(), 50);
    }

    void runsAreATable()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        QCOMPARE(fixture.run({"runs"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("No runs yet.\n"));
        fixture.session.addPastRuns(QStringLiteral("api"), 1);
        fixture.session.beginRun(QStringLiteral("api"));
        fixture.clock.advance(4s);
        QCOMPARE(fixture.run({"runs"}), 0);
        QCOMPARE(fixture.takeOut(),
                 QStringLiteral("RUN  SERVICE  TRIGGER  TRY  BEGAN                TOOK  LINES  END\n"
                                "  2  api      start      1  2026-11-22 12:00:00    4s      0  running\n"
                                "  1  api      start      1  2026-11-22 11:59:00    1s      0  succeeded\n"));
    }

    void ofAServiceThatIsPartOfAProgramThereAreNoRunsToCome()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("sync"), ServiceKind::BuiltIn);
        QCOMPARE(fixture.run({"runs", "sync"}), 0);
        QVERIFY(fixture.takeOut().startsWith(QStringLiteral("No runs: they are kept of commands, not of what is part of a program.")));
    }

    void nextSaysWhatRunsWhen()
    {
        Fixture fixture;
        QCOMPARE(fixture.run({"next"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("Nothing is planned.\n"));
        fixture.session.put(nightly(fixture));
        QCOMPARE(fixture.run({"next"}), 0);
        QCOMPARE(fixture.takeOut(),
                 QStringLiteral("AT                   IN   SERVICE\n2026-11-23 03:00:00  15h  backup\n"));
        QCOMPARE(fixture.run({"next", "--count", "1", "--json"}), 0);
        const QJsonArray planned = fixture.takeJson().array();
        QCOMPARE(planned.size(), 1);
        QCOMPARE(planned[0].toObject(),
                 (QJsonObject{{QStringLiteral("service"), QStringLiteral("backup")},
                              {QStringLiteral("at"), QStringLiteral("2026-11-23T03:00:00.000000Z")}}));
    }

    void errorsOfTheHostHaveTheirCodes()
    {
        Fixture fixture;
        fixture.session.failNext(QStringLiteral("snapshot"), {ErrorKind::Unreachable, "no host is running"});
        QCOMPARE(fixture.run({"list", "--json"}), 3);
        QCOMPARE(fixture.takeErr(), QStringLiteral("turnspitctl: no host is running\n"));
        fixture.session.failNext(QStringLiteral("runs"), {ErrorKind::NoSuchService, "there is no service `x`"});
        QCOMPARE(fixture.run({"runs", "x"}), 4);
        fixture.session.failNext(QStringLiteral("nextRuns"), {ErrorKind::Failed, "broken"});
        QCOMPARE(fixture.run({"next"}), 1);
        QCOMPARE(fixture.takeOut(), QString());
    }
};

QTEST_GUILESS_MAIN(tst_ctl_look)
#include "tst_ctl_look.moc"

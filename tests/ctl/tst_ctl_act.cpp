#include "ctlfixture.h"

#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;
using namespace std::chrono_literals;

class tst_ctl_act : public QObject
{
    Q_OBJECT

    static QStringList fourKeys()
    {
        return {QStringLiteral("error"), QStringLiteral("name"), QStringLiteral("ok"), QStringLiteral("state")};
    }

private Q_SLOTS:
    void oneLineAService()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("b"));
        fixture.put(QStringLiteral("a"));
        QCOMPARE(fixture.run({"start", "b", "a"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("a: running\nb: running\n"));
        QCOMPARE(fixture.run({"stop", "--all"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("a: stopped\nb: stopped\n"));
        QCOMPARE(fixture.takeErr(), QString());
    }

    void jsonHasExactlyFourKeys()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("a"), ServiceKind::Scheduled);
        fixture.put(QStringLiteral("b"));
        QCOMPARE(fixture.run({"hold", "a", "b", "--json"}), 1);
        const QJsonArray array = fixture.takeJson().array();
        QCOMPARE(array.size(), 2);
        const QJsonObject good = array[0].toObject();
        const QJsonObject bad = array[1].toObject();
        QCOMPARE(good.keys(), fourKeys());
        QCOMPARE(bad.keys(), fourKeys());
        QVERIFY(good.value(QStringLiteral("ok")).toBool());
        QVERIFY(good.value(QStringLiteral("error")).isNull());
        QVERIFY(!bad.value(QStringLiteral("ok")).toBool());
        QCOMPARE(bad.value(QStringLiteral("state")).toString(), QStringLiteral("stopped"));
        QVERIFY(!bad.value(QStringLiteral("error")).toString().isEmpty());
        QVERIFY(fixture.takeErr().startsWith(QStringLiteral("turnspitctl: b: ")));
    }

    void oneThatFailsIsCode1AndSaysWhy()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("a"));
        fixture.put(QStringLiteral("b"), ServiceKind::Kept, ServiceState::Disabled);
        QCOMPARE(fixture.run({"start", "a", "b"}), 1);
        QCOMPARE(fixture.takeOut(), QStringLiteral("a: running\n"));
        const QString err = fixture.takeErr();
        QVERIFY2(err.startsWith(QStringLiteral("turnspitctl: b: ")) && err.contains(QStringLiteral("enable")),
                 qPrintable(err));
    }

    void anUnknownNameIsCode4AndNothingIsDone()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("a"));
        QCOMPARE(fixture.run({"start", "a", "nobody", "--json"}), 4);
        QCOMPARE(fixture.takeOut(), QString());
        QCOMPARE(fixture.takeErr(), QStringLiteral("turnspitctl: there is no service `nobody`\n"));
        QVERIFY(fixture.session.service(QStringLiteral("a")).state == ServiceState::Stopped);
    }

    void whatWasTypedIsWhatIsAsked()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("a"), ServiceKind::Kept, ServiceState::Stopped, QStringLiteral("shop"));
        QCOMPARE(fixture.run({"stop", "--group", "shop", "--timeout", "1500ms", "--no-wait"}), 0);
        const QJsonObject params = fixture.session.calls().back().params;
        QCOMPARE(params.value(QStringLiteral("action")).toString(), QStringLiteral("stop"));
        QCOMPARE(params.value(QStringLiteral("group")).toString(), QStringLiteral("shop"));
        QCOMPARE(params.value(QStringLiteral("wait")).toBool(true), false);
        QCOMPARE(params.value(QStringLiteral("timeout")).toDouble(), 1.5);
    }

    void nobodyMeantIsDone()
    {
        Fixture fixture;
        QCOMPARE(fixture.run({"stop", "--all"}), 0);
        QVERIFY(fixture.takeOut().startsWith(QStringLiteral("Nothing to do")));
        QCOMPARE(fixture.run({"stop", "--all", "--json"}), 0);
        QCOMPARE(fixture.takeJson().array().size(), 0);
    }

    void waitAnswersWithTheServiceOrCode5()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("a"), ServiceKind::Kept, ServiceState::Running);
        QCOMPARE(fixture.run({"wait", "a", "--state", "running"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("a: running\n"));
        QCOMPARE(fixture.run({"wait", "a", "--state", "running", "--json"}), 0);
        QCOMPARE(fixture.takeJson().object().value(QStringLiteral("name")).toString(), QStringLiteral("a"));
        QCOMPARE(fixture.run({"wait", "nobody", "--state", "ended"}), 4);

        Begun<int> waiting(fixture.begin({"wait", "a", "--state", "ended", "--timeout", "5s"}));
        QVERIFY(spinUntil([&] { return fixture.clock.armedTimers() > 0; }));
        fixture.clock.advance(5s);
        QCOMPARE(waiting.value(), 5);
        QVERIFY(fixture.takeErr().contains(QStringLiteral("in time")));
    }

    void addEditRemoveUndo()
    {
        Fixture fixture;
        QCOMPARE(fixture.run({"add", "web", "--group", "shop", "--", "serve", "a b"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("web: running\n"));
        QCOMPARE(fixture.session.calls().back().params.value(QStringLiteral("text")).toString(),
                 QStringLiteral("group = \"shop\"\ncommand = [\"serve\", \"a b\"]\n"));
        QCOMPARE(fixture.run({"add", "web", "--", "serve"}), 1);
        QVERIFY(fixture.takeErr().contains(QStringLiteral("already")));
        QCOMPARE(fixture.run({"add", "idle", "--no-start", "--json", "--", "serve"}), 0);
        const QJsonArray added = fixture.takeJson().array();
        QCOMPARE(added.size(), 1);
        QCOMPARE(added[0].toObject().keys(), fourKeys());
        QCOMPARE(added[0].toObject().value(QStringLiteral("state")).toString(), QStringLiteral("stopped"));

        QCOMPARE(fixture.run({"edit", "idle", "group=tools"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("idle: stopped\n"));
        QCOMPARE(fixture.session.service(QStringLiteral("idle")).group, QStringLiteral("tools"));
        QCOMPARE(fixture.run({"edit", "nobody", "group=tools"}), 4);
        QCOMPARE(fixture.run({"edit", "idle", "command="}), 1);
        QVERIFY(fixture.takeErr().contains(QStringLiteral("idle.toml:1:1: ")));

        QCOMPARE(fixture.run({"remove", "idle"}), 0);
        QVERIFY(fixture.takeOut().contains(QStringLiteral("undo")));
        QCOMPARE(fixture.run({"remove", "idle"}), 4);
        QCOMPARE(fixture.run({"undo"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("idle is back\n"));
        QCOMPARE(fixture.run({"undo", "--json"}), 0);
        QVERIFY(fixture.takeJson().object().contains(QStringLiteral("undone")));
        QCOMPARE(fixture.run({"undo"}), 1);
    }

    void reloadPrintsTheDifferences()
    {
        Fixture fixture;
        QCOMPARE(fixture.run({"reload"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("Nothing has changed.\n"));
        fixture.session.setReloadAnswer({QStringLiteral("api: restart.delay: 1s -> 5s"), QStringLiteral("web: new")});
        QCOMPARE(fixture.run({"reload"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("api: restart.delay: 1s -> 5s\nweb: new\n"));
        QCOMPARE(fixture.run({"reload", "--json"}), 0);
        QCOMPARE(fixture.takeJson().array().size(), 2);
    }

    void shutdownReturnsWhenTheHostHasEnded()
    {
        Fixture fixture;
        int awaited = 0;
        fixture.context.processEnd = [&](int pid) -> Task<> {
            awaited = pid;
            co_return;
        };
        Begun<int> ending(fixture.begin({"shutdown"}));
        QVERIFY(spinUntil([&] {
            return fixture.session.callCount(QStringLiteral("shutdown")) == 1 && fixture.session.host().shuttingDown;
        }));
        QVERIFY(!ending.isDone());
        QCOMPARE(awaited, 0);
        fixture.session.setConnection(HostSession::Connection::Lost);
        QCOMPARE(ending.value(), 0);
        QCOMPARE(awaited, fixture.session.host().pid);
        QCOMPARE(fixture.takeOut(), QStringLiteral("The host has ended.\n"));
        QCOMPARE(fixture.run({"shutdown", "--no-wait"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("The host is shutting down.\n"));
    }
};

QTEST_GUILESS_MAIN(tst_ctl_act)
#include "tst_ctl_act.moc"

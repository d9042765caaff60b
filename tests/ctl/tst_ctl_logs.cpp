#include "ctlfixture.h"

#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;
using namespace std::chrono_literals;

class tst_ctl_logs : public QObject
{
    Q_OBJECT

    /// Texts of the lines, without their times.
    static QStringList texts(const QString& out)
    {
        QStringList lines = out.split(u'\n', Qt::SkipEmptyParts);
        for (QString& line : lines)
            line.remove(QStringLiteral("2026-11-22T12:00:0"));
        return lines;
    }

    /// The calls that asked for logs, as their queries.
    static QList<QJsonObject> queries(const Fixture& fixture, const QString& call)
    {
        QList<QJsonObject> found;
        for (const FakeSession::Call& one : fixture.session.calls()) {
            if (one.name == call)
                found.append(one.params);
        }
        return found;
    }

private Q_SLOTS:
    void allOfTheLastRunIsShownAsItIsInTheFile()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.session.say(QStringLiteral("api"), "of an older run");
        const RunId id = fixture.session.beginRun(QStringLiteral("api"));
        fixture.session.say(QStringLiteral("api"), "hello");
        fixture.session.say(QStringLiteral("api"), "oops", 'e');
        fixture.session.endRun(id, Outcome::Failed, 3);
        QCOMPARE(fixture.run({"logs", "api"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("2026-11-22T12:00:00.000000Z h | run 1 began pid 5001\n"
                                                   "2026-11-22T12:00:00.000000Z o | hello\n"
                                                   "2026-11-22T12:00:00.000000Z e | oops\n"
                                                   "2026-11-22T12:00:00.000000Z h | run 1 ended\n"));
        QCOMPARE(fixture.run({"logs", "api", "--raw"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("hello\noops\n"));
        QCOMPARE(fixture.run({"logs", "api", "--stream", "e"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("2026-11-22T12:00:00.000000Z e | oops\n"));
        QCOMPARE(fixture.run({"logs", "api", "-n", "1", "--raw"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("oops\n"));
        QCOMPARE(fixture.run({"logs", "api", "--grep", "^h.l+o$", "--json"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("{\"time\":\"2026-11-22T12:00:00.000000Z\",\"service\":\"api\","
                                                   "\"stream\":\"o\",\"text\":\"hello\"}\n"));
    }

    void whatWasTypedIsWhatIsAsked()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.session.beginRun(QStringLiteral("api"));
        QCOMPARE(
            fixture.run({"logs", "api", "--run", "1", "-n", "7", "--since", "10m", "--until", "5m", "--grep", "x"}), 0);
        const QJsonObject query = queries(fixture, QStringLiteral("readLog")).first();
        QCOMPARE(query.value(QStringLiteral("run")).toInt(), 1);
        QCOMPARE(query.value(QStringLiteral("last")).toInt(), 7);
        QCOMPARE(query.value(QStringLiteral("grep")).toString(), QStringLiteral("x"));
        QCOMPARE(query.value(QStringLiteral("since")).toString(), QStringLiteral("2026-11-22T11:50:00.000000Z"));
        QCOMPARE(query.value(QStringLiteral("until")).toString(), QStringLiteral("2026-11-22T11:55:00.000000Z"));
    }

    void largeLogsComeInPages()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        constexpr int count = 100'000;
        fixture.session.setLog(QStringLiteral("api"), count, [](quint64 n) { return QByteArray::number(n); });
        QCOMPARE(fixture.run({"logs", "api", "--raw"}), 0);
        std::string expected;
        for (int n = 0; n < count; ++n)
            expected += std::to_string(n) + '\n';
        QVERIFY(fixture.outText == expected);
    }

    void anUnknownServiceIsCode4BeforeAnythingIsPrinted()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.session.say(QStringLiteral("api"), "hello");
        QCOMPARE(fixture.run({"logs", "api", "nobody"}), 4);
        QCOMPARE(fixture.takeOut(), QString());
        QCOMPARE(fixture.run({"logs", "nobody", "-f"}), 4);
        QCOMPARE(fixture.takeErr(), QStringLiteral("turnspitctl: there is no service `nobody`\n").repeated(2));
    }

    void severalServicesAreMergedByTime()
    {
        Fixture fixture;
        for (const char* name : {"web", "api"})
            fixture.put(QLatin1String(name));
        fixture.session.say(QStringLiteral("api"), "1");
        fixture.session.say(QStringLiteral("web"), "1");
        fixture.clock.advance(1s);
        fixture.session.say(QStringLiteral("web"), "2");
        fixture.clock.advance(1s);
        fixture.session.say(QStringLiteral("api"), "3");
        fixture.session.say(QStringLiteral("api"), "3b");
        QCOMPARE(fixture.run({"logs", "web", "api"}), 0);
        QCOMPARE(texts(fixture.takeOut()),
                 (QStringList{QStringLiteral("web | 0.000000Z o | 1"), QStringLiteral("api | 0.000000Z o | 1"),
                              QStringLiteral("web | 1.000000Z o | 2"), QStringLiteral("api | 2.000000Z o | 3"),
                              QStringLiteral("api | 2.000000Z o | 3b")}));
        QCOMPARE(fixture.run({"logs", "web", "api", "--raw", "-n", "1"}), 0);
        QCOMPARE(fixture.takeOut(), QStringLiteral("web | 2\napi | 3b\n"));
    }

    void mergingReadsOnWhereOnePageEnds()
    {
        Fixture fixture;
        for (const char* name : {"a", "b"}) {
            fixture.put(QLatin1String(name));
            fixture.session.setLog(QLatin1String(name), 70'000, [](quint64 n) { return QByteArray::number(n); });
        }
        QCOMPARE(fixture.run({"logs", "a", "b", "--raw"}), 0);
        const QStringList lines = fixture.takeOut().split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 140'000);
        QCOMPARE(lines[2 * 50'000], QStringLiteral("a | 50000"));
        QCOMPARE(lines.back(), QStringLiteral("b | 69999"));
    }

    void followingGoesOnOverTheEndOfARun()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        const RunId first = fixture.session.beginRun(QStringLiteral("api"));
        fixture.session.say(QStringLiteral("api"), "one");
        fixture.session.say(QStringLiteral("api"), "two");
        Begun<int> following(fixture.begin({"logs", "-f", "api", "--stream", "o", "-n", "1"}));
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("two\n"); }));
        fixture.session.say(QStringLiteral("api"), "three");
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("three\n"); }));
        fixture.session.endRun(first, Outcome::Failed, 3);
        fixture.session.beginRun(QStringLiteral("api"));
        fixture.session.say(QStringLiteral("api"), "four");
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("four\n"); }));
        QVERIFY(!following.isDone());
        fixture.interrupts.raise();
        QCOMPARE(following.value(), 0);
        QCOMPARE(fixture.takeOut().count(u'\n'), 3);
    }

    void followingOneRunEndsWithIt()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        const RunId id = fixture.session.beginRun(QStringLiteral("api"));
        Begun<int> following(fixture.begin({"logs", "-f", "api", "--run", "1", "--stream", "o"}));
        fixture.session.say(QStringLiteral("api"), "one");
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("one\n"); }));
        fixture.session.endRun(id, Outcome::Succeeded, 0);
        QCOMPARE(following.value(), 0);
        QCOMPARE(fixture.takeOut().count(u'\n'), 1);
    }

    void severalServicesAreFollowedTogether()
    {
        Fixture fixture;
        for (const char* name : {"web", "api"})
            fixture.put(QLatin1String(name));
        fixture.session.say(QStringLiteral("web"), "old");
        Begun<int> following(fixture.begin({"logs", "-f", "web", "api", "--raw"}));
        QVERIFY(spinUntil([&] { return fixture.outText == "web | old\n"; }));
        fixture.session.say(QStringLiteral("api"), "new");
        QVERIFY(spinUntil([&] { return fixture.outText == "web | old\napi | new\n"; }));
        fixture.session.say(QStringLiteral("web"), "newer");
        QVERIFY(spinUntil([&] { return fixture.outText.ends_with("web | newer\n"); }));
        fixture.interrupts.raise();
        QCOMPARE(following.value(), 0);
    }

    void aReaderThatHasGoneEndsItQuietly()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.session.setLog(QStringLiteral("api"), 1'000'000, [](quint64) { return QByteArray(100, 'x'); });
        OutputStream closed([](std::string_view) { return EPIPE; });
        Context context{fixture.session, closed, fixture.err, fixture.interrupts, Style{}};
        for (const bool follow : {false, true}) {
            fixture.session.forgetCalls();
            LogsCommand command;
            command.names = {QStringLiteral("api")};
            command.follow = follow;
            QCOMPARE(await(runCommand(context, command)), 0);
            QVERIFY2(fixture.session.callCount(QStringLiteral("readLog")) < 5, "not all of it is read for nobody");
        }
        QCOMPARE(fixture.takeErr(), QString());
    }

    void aServiceThatWritesFasterThanItIsReadDoesNotHoldItsReader()
    {
        Fixture fixture;
        fixture.put(QStringLiteral("api"));
        fixture.session.beginRun(QStringLiteral("api"));
        // Each look at the log finds more than was there before.
        const auto grow = [&] {
            fixture.clock.advance(1s);
            for (int n = 0; n < 70'000; ++n)
                fixture.session.say(QStringLiteral("api"), "x");
        };
        grow();
        fixture.session.hold(QStringLiteral("readLog"));
        Begun<int> reading(fixture.begin({"logs", "api", "--raw"}));
        int rounds = 0;
        while (!reading.isDone() && rounds < 20) {
            const int asked = fixture.session.callCount(QStringLiteral("readLog"));
            fixture.session.release(QStringLiteral("readLog"));
            QVERIFY(spinUntil(
                [&] { return reading.isDone() || fixture.session.callCount(QStringLiteral("readLog")) > asked; }));
            fixture.session.hold(QStringLiteral("readLog"));
            if (rounds++ > 2)
                grow();
        }
        QVERIFY(reading.isDone());
        QCOMPARE(reading.value(), 0);
        QVERIFY(fixture.takeOut().size() >= 2 * 70'000);
    }
};

QTEST_GUILESS_MAIN(tst_ctl_logs)
#include "tst_ctl_logs.moc"

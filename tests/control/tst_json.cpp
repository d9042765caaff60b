#include <support/said.h>
#include <turnspit/control/json.h>

#include <QJsonDocument>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

QByteArray bytes(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// There, through bytes, and back.
template <class T>
Result<T> thereAndBack(const T& value)
{
    return fromJson<T>(QJsonDocument::fromJson(bytes(toJson(value))).object());
}

QJsonObject object(const char* text)
{
    return QJsonDocument::fromJson(text).object();
}

ServiceInfo everySet()
{
    ServiceInfo service;
    service.name = QStringLiteral("mail");
    service.group = QStringLiteral("shop");
    service.kind = ServiceKind::BuiltIn;
    service.state = ServiceState::BackingOff;
    service.flags = {QStringLiteral("changed"), QStringLiteral("held")};
    service.pid = 812;
    service.since = WallTime(1'700'000'000'123'456us);
    service.restarts = 3;
    service.nextRun = service.since + 5s;
    service.lastOutcome = Outcome::TimedOut;
    service.exitCode = 0;
    service.signal = QStringLiteral("SIGKILL");
    service.reason = QStringLiteral("did not stop within 10s; killed");
    service.cpuPercent = 99.5;
    service.memoryBytes = Q_INT64_C(9'007'199'254'740'993); // not a double
    return service;
}

} // namespace

class TestJson : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aServiceHasAlwaysAllKeysOfTheContract()
    {
        const QStringList keys{QStringLiteral("cpu_percent"), QStringLiteral("exit_code"), QStringLiteral("flags"),
                               QStringLiteral("group"), QStringLiteral("kind"), QStringLiteral("last_outcome"),
                               QStringLiteral("memory_bytes"), QStringLiteral("name"), QStringLiteral("next_run"),
                               QStringLiteral("pid"), QStringLiteral("reason"), QStringLiteral("restarts"),
                               QStringLiteral("signal"), QStringLiteral("since"), QStringLiteral("state")};
        QCOMPARE(toJson(ServiceInfo()).keys(), keys);
        QCOMPARE(toJson(everySet()).keys(), keys);
        QVERIFY(toJson(ServiceInfo()).value(QLatin1StringView("pid")).isNull());
        QCOMPARE(toJson(everySet()).value(QLatin1StringView("since")).toString(), QStringLiteral("2023-11-14T22:13:20.123456Z"));
        QCOMPARE(toJson(everySet()).value(QLatin1StringView("state")).toString(), QStringLiteral("backing-off"));
    }

    void aRunHasAlwaysAllKeysOfTheContract()
    {
        QCOMPARE(toJson(RunInfo()).keys().join(QLatin1Char(' ')),
                 QStringLiteral("attempt begin cpu_seconds duration end exit_code id log_lines outcome peak_memory_bytes reason service "
                                "signal trigger"));
    }

    void valuesComeBackAsTheyWere()
    {
        QVERIFY(thereAndBack(everySet()) == everySet());
        QVERIFY(thereAndBack(ServiceInfo()) == ServiceInfo());
        Snapshot snapshot;
        snapshot.revision = Revision{7};
        snapshot.host.problems = {QStringLiteral("the disk is full")};
        snapshot.host.logBytes = 1'000'000'000'000;
        snapshot.services = {everySet(), ServiceInfo()};
        QVERIFY(thereAndBack(snapshot) == snapshot);
        RunInfo run;
        run.id = RunId{41};
        run.end = WallTime(1us);
        run.outcome = Outcome::Failed;
        run.exitCode = 3;
        run.duration = 0.25;
        QVERIFY(thereAndBack(run) == run);
        const StopInfo stop{.name = QStringLiteral("a"), .run = RunId{41}, .sent = QStringLiteral("SIGTERM"), .killAt = WallTime(7us), .thenStart = true};
        QVERIFY(thereAndBack(stop) == stop);
        const HoldInfo hold{QStringLiteral("a"), WallTime(7us)};
        QVERIFY(thereAndBack(hold) == hold);
        ActionRequest timed;
        timed.until = WallTime(7us);
        QVERIFY(thereAndBack(timed)->until == timed.until);
        LogEntryInfo entry{.n = 3, .time = WallTime(5us), .stream = 'e', .text = QByteArray("\xff\0x", 3), .more = true};
        QVERIFY(thereAndBack(entry) == entry);
        RunQuery failed;
        failed.outcomes = {Outcome::Failed, Outcome::TimedOut};
        QVERIFY(thereAndBack(failed)->outcomes == failed.outcomes);
        QVERIFY(!fromJson<RunQuery>(object(R"({"outcomes":["gone"]})")));
        const UsageSample sample{WallTime(7us), 12.5, 84'000'000};
        QVERIFY(thereAndBack(sample) == sample);
        QVERIFY(thereAndBack(UsageSample()) == UsageSample());
        const ServiceUsage usage{QStringLiteral("a"), {sample, UsageSample()}};
        QVERIFY(thereAndBack(usage) == usage);
        const UsageQuery figures{{QStringLiteral("a"), QStringLiteral("b")}, 1h, WallTime(7us)};
        const auto asked = thereAndBack(figures);
        QVERIFY(asked && asked->names == figures.names && asked->span == figures.span && asked->since == figures.since);
        const QueueInfo queue{.name = QStringLiteral("a"), .depth = 1, .delayed = 2, .inFlight = 3, .deadLetters = 4, .inHand = 5, .acked = 6,
                              .nacked = 7, .dead = 8, .released = 9, .lastError = QStringLiteral("no such order")};
        QVERIFY(thereAndBack(queue) == queue);
        ActionRequest request;
        request.action = Action::Kill;
        request.names = {QStringLiteral("a")};
        request.timeout = 2500ms;
        request.wait = false;
        request.trigger = Trigger::Tray;
        request.atQuit = true;
        const auto back = thereAndBack(request);
        QVERIFY(back && back->action == Action::Kill && back->names == request.names && back->timeout == request.timeout && !back->wait
                && back->trigger == Trigger::Tray && back->atQuit);
    }

    void partsOfLogsGoThereAndBack()
    {
        LogQuery spans;
        spans.service = QStringLiteral("mail");
        spans.spans = {{3, 4}, {10, 1}};
        QCOMPARE(fromJson<LogQuery>(toJson(spans))->spans, spans.spans);
        QVERIFY(!fromJson<LogQuery>(object(R"({"spans":[1]})")));
        QVERIFY(!fromJson<LogQuery>(object(R"({"spans":[1,0]})")));
        QVERIFY(!fromJson<LogQuery>(object(R"({"spans":[5,3,7,1]})")));
        const LogExtent extent{.first = 5, .end = 9, .bytes = 100, .live = true, .numbering = 2, .at = 7};
        QCOMPARE(*fromJson<LogExtent>(toJson(extent)), extent);
        const LogFound found{.lines = {{5, 2}}, .next = 9};
        QCOMPARE(*fromJson<LogFound>(toJson(found)), found);
        const auto find = fromJson<LogFind>(toJson(LogFind{QStringLiteral("mail"), QStringLiteral("x"), false, QStringLiteral("o"), 5, 9}));
        QVERIFY(find && !find->caseSensitive && find->first == 5 && find->end == 9 && find->streams == QLatin1String("o"));
        const auto extentQuery = fromJson<LogExtentQuery>(toJson(LogExtentQuery{QStringLiteral("mail"), RunId{4}, false, 9, WallTime(5us)}));
        QVERIFY(extentQuery && extentQuery->run == RunId{4} && extentQuery->behind == quint64{9} && extentQuery->at == WallTime(5us));
    }

    void unknownKeysAreIgnoredAndMissingOnesKeepTheirDefault()
    {
        const auto query = fromJson<RunQuery>(object(R"({"later":{"a":[1]},"before":null})"));
        QVERIFY(query);
        QCOMPARE(query->limit, 50);
        QVERIFY(!query->before);
        QVERIFY(fromJson<LogQuery>({})->count == 1000);
        QVERIFY(fromJson<ActionRequest>({})->wait);
    }

    void aKeyOfTheWrongTypeIsNamed_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("string") << QByteArray(R"({"name":5})") << QByteArray("`name` must be a string");
        QTest::newRow("integer") << QByteArray(R"({"pid":"5"})") << QByteArray("`pid` must be an integer");
        QTest::newRow("fraction") << QByteArray(R"({"pid":5.5})") << QByteArray("`pid` must be an integer");
        QTest::newRow("range") << QByteArray(R"({"pid":5000000000})") << QByteArray("`pid` is out of range");
        QTest::newRow("huge") << QByteArray(R"({"memory_bytes":1e300})") << QByteArray("`memory_bytes` must be an integer");
        QTest::newRow("time") << QByteArray(R"({"since":"now"})") << QByteArray("`since` must be a time as in RFC 3339");
        QTest::newRow("word") << QByteArray(R"({"state":"asleep"})") << QByteArray("`state` has a value that is not known here");
        QTest::newRow("strings") << QByteArray(R"({"flags":[1]})") << QByteArray("`flags` must be an array of strings");
        QTest::newRow("number") << QByteArray(R"({"cpu_percent":true})") << QByteArray("`cpu_percent` must be a number");
    }

    void aKeyOfTheWrongTypeIsNamed()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, message);
        const auto service = fromJson<ServiceInfo>(object(text.constData()));
        QVERIFY(!service);
        QCOMPARE(said(service.error().kind), said(ErrorKind::Protocol));
        QCOMPARE(QByteArray::fromStdString(service.error().message), message);
    }

    void anErrorInAListSaysWhere()
    {
        const auto page = fromJson<LogPage>(object(R"({"entries":[{"n":0},{"stream":"out"}]})"));
        QVERIFY(!page);
        QCOMPARE(page.error().message, std::string("`entries`: `stream` must be one of o, e, h"));
        QVERIFY(!fromJson<LogPage>(object(R"({"entries":5})")));
    }

    void everyActionHasItsWord()
    {
        for (const Action action : {Action::Start, Action::Stop, Action::Restart, Action::Kill, Action::Hold, Action::Resume,
                                    Action::Enable, Action::Disable})
            QVERIFY(actionFromString(toString(action)) == action);
        QVERIFY(!actionFromString("dance"));
    }
};

QTEST_GUILESS_MAIN(TestJson)
#include "tst_json.moc"

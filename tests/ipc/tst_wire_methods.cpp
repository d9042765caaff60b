#include "wirefixture.h"

#include <ipc/methods.h>
#include <turnspit/async/fakeclock.h>

#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace turnspit;

/// Every method of resources/protocol.md as bytes: what is sent and what comes back, to the byte. Time stands still.
class TestWireMethods : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void bytes_data();
    void bytes();
    void everyMethodIsSentAsBytesAbove();
    void everyMethodHasItsHeadingAndItsExampleInTheProtocolPage();
    void aSubscriberGetsASnapshotThenDeltas();
    void theDeltasOfACommandComeBeforeItsAnswer();
    void aClientIsToldWhenWhatItKnowsIsVoid();

private:
    /// `mail`, stopped, with a past run and three log entries, and `backup`, waiting; revision 5.
    static void prepare(FakeSession& fake);

    FakeClock m_clock;
};

namespace {

const QByteArray mailStopped = R"({"cpu_percent":null,"exit_code":null,"flags":[],"group":"shop","kind":"kept","last_outcome":null,)"
                               R"("memory_bytes":null,"name":"mail","next_run":null,"pid":null,"reason":null,"restarts":0,)"
                               R"("signal":null,"since":"2000-01-01T00:00:00.000000Z","state":"stopped"})";
const QByteArray hostLine = R"json({"config_dir":"/fake/config","features":["services"],"host":"fake","keeper":"connected (pid 4712)",)json"
                            R"("log_bytes":0,"pid":4711,"problems":[],"shutting_down":false,"since":"2000-01-01T00:00:00.000000Z",)"
                            R"("state_dir":"/fake/state","version":"0.1.0"})";
const QByteArray pastRun = R"({"attempt":1,"begin":"1999-12-31T23:59:00.000000Z","cpu_seconds":null,"duration":1,)"
                           R"("end":"1999-12-31T23:59:01.000000Z","exit_code":0,"id":1,"log_lines":0,"outcome":"succeeded",)"
                           R"("peak_memory_bytes":null,"reason":null,"service":"mail","signal":null,"trigger":"start"})";

QByteArray acted(const char* name, const char* state, bool ok = true, const QByteArray& error = "null")
{
    return QByteArray(R"({"error":)") + error + R"(,"name":")" + name + R"(","ok":)" + (ok ? "true" : "false") + R"(,"state":")"
           + state + R"("})";
}

QByteArray error(int code, const QByteArray& message, const QByteArray& data = {})
{
    return R"("error":{"code":)" + QByteArray::number(code) + (data.isEmpty() ? QByteArray() : R"(,"data":)" + data)
           + R"(,"message":")" + message + R"("})";
}

QByteArray result(const QByteArray& value)
{
    return R"("result":)" + value;
}

} // namespace

void TestWireMethods::initTestCase()
{
    Clock::setCurrent(&m_clock);
}

void TestWireMethods::cleanupTestCase()
{
    Clock::setCurrent(nullptr);
}

void TestWireMethods::bytes_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("params");
    QTest::addColumn<QByteArray>("answer"); // its member `result` or `error`

    const auto row = [](const char* title, const char* method, const QByteArray& params, const QByteArray& answer) {
        QTest::newRow(title) << QByteArray(method) << params << answer;
    };
    const QByteArray noName = error(-32602, "`name` must be given");
    const QByteArray nobody = error(-32001, "there is no service `nobody`");

    row("hello", "hello", R"({"protocol":1})", error(-32600, "hello was said already"));
    row("snapshot", "snapshot", "{}",
        result(R"({"host":)" + hostLine + R"(,"revision":5,"services":[)" + R"({"cpu_percent":null,"exit_code":null,"flags":[],)"
               R"("group":"","kind":"scheduled","last_outcome":null,"memory_bytes":null,"name":"backup",)"
               R"("next_run":"2000-01-01T01:00:00.000000Z","pid":null,"reason":null,"restarts":0,"signal":null,)"
               R"("since":"2000-01-01T00:00:00.000000Z","state":"waiting"},)" + mailStopped + "]}"));
    row("start", "service.start", R"({"name":"mail"})", result("[" + acted("mail", "running") + "]"));
    row("start two", "service.start", R"({"names":["mail","backup"],"wait":true,"trigger":"window"})",
        result("[" + acted("backup", "waiting") + "," + acted("mail", "running") + "]"));
    row("start without waiting", "service.start", R"({"name":"mail","wait":false})", result("[" + acted("mail", "starting") + "]"));
    row("start unknown", "service.start", R"({"names":["mail","nobody"]})", nobody);
    row("start nothing", "service.start", "{}", error(-32602, "`name`, `names`, `all` or `group` must be given"));
    row("start number", "service.start", R"({"name":5})", error(-32602, "`name` must be a string"));
    row("start names", "service.start", R"({"names":["a",5]})", error(-32602, "`names` must be an array of strings"));
    row("start trigger", "service.start", R"({"name":"mail","trigger":"schedule"})",
        error(-32602, "`trigger` must be one of window, tray, ctl"));
    row("start trigger word", "service.start", R"({"name":"mail","trigger":"moon"})",
        error(-32602, "`trigger` has a value that is not known here"));
    row("stop", "service.stop", R"({"group":"shop","timeout":2.5})", result("[" + acted("mail", "stopped") + "]"));
    row("stop all", "service.stop", R"({"all":true})", result("[" + acted("backup", "stopped") + "," + acted("mail", "stopped") + "]"));
    row("stop timeout", "service.stop", R"({"name":"mail","timeout":-1})",
        error(-32602, "`timeout` must be a number of seconds, not negative"));
    row("restart", "service.restart", R"({"name":"mail"})", result("[" + acted("mail", "running") + "]"));
    row("kill", "service.kill", R"({"name":"mail"})", result("[" + acted("mail", "stopped") + "]"));
    row("hold", "service.hold", R"({"name":"backup"})", result("[" + acted("backup", "waiting") + "]"));
    row("hold kept", "service.hold", R"({"name":"mail"})",
        result("[" + acted("mail", "stopped", false, "\"mail has no schedule\"") + "]"));
    row("hold until", "service.hold", R"({"name":"backup","until":"2000-01-01T02:00:00.000000Z"})", result("[" + acted("backup", "waiting") + "]"));
    row("hold until before", "service.hold", R"({"name":"backup","until":"1999-01-01T02:00:00.000000Z"})",
        error(-32002, "the hold would be over already"));
    row("stop until", "service.stop", R"({"name":"mail","until":"2000-01-01T02:00:00.000000Z"})", error(-32602, "`until` is for service.hold"));
    row("holds", "service.holds", "{}", result("[]"));
    row("resume", "service.resume", R"({"name":"backup"})", result("[" + acted("backup", "waiting") + "]"));
    row("enable", "service.enable", R"({"name":"mail"})", result("[" + acted("mail", "stopped") + "]"));
    row("disable", "service.disable", R"({"name":"mail"})", result("[" + acted("mail", "disabled") + "]"));
    row("run", "service.run", R"({"name":"backup","trigger":"tray"})",
        result(R"({"attempt":1,"begin":"2000-01-01T00:00:00.000000Z","cpu_seconds":null,"duration":null,"end":null,"exit_code":null,)"
               R"("id":2,"log_lines":0,"outcome":null,"peak_memory_bytes":null,"reason":null,"service":"backup","signal":null,)"
               R"("trigger":"tray"})"));
    row("run kept", "service.run", R"({"name":"mail"})", error(-32002, "mail is kept running: use start"));
    row("run nameless", "service.run", "{}", noName);
    row("extendStop", "service.extendStop", R"({"name":"mail","by":30})", error(-32002, "mail is not being stopped"));
    row("extendStop by", "service.extendStop", R"({"name":"mail"})", error(-32602, "`by` must be given"));
    row("awaitState", "service.awaitState", R"({"name":"mail","state":"ended","timeout":1})", result(mailStopped));
    row("awaitState stateless", "service.awaitState", R"({"name":"mail"})", error(-32602, "`state` must be given"));
    row("definition", "service.definition", R"({"name":"mail"})",
        result(R"({"changes":[],"file":"/fake/config/services/mail.toml","name":"mail","text":"command = [\"sleep\", \"9\"]\ngroup = \"shop\"\n",)"
               R"("values":{"group":"shop"}})"));
    row("definition unknown", "service.definition", R"({"name":"nobody"})", nobody);
    row("add", "service.add", R"({"name":"new","text":"command = \"sleep 9\"\n"})", result(acted("new", "running")));
    row("add unstarted", "service.add", R"({"name":"new","text":"command = \"sleep 9\"\n","start":false})",
        result(acted("new", "stopped")));
    row("add textless", "service.add", R"({"name":"new"})", error(-32602, "`text` must be given"));
    row("add taken", "service.add", R"({"name":"mail","text":"command = \"x\"\n"})",
        error(-32002, "there is a service `mail` already"));
    row("add invalid", "service.add", R"({"name":"new","text":""})",
        error(-32004, "`command` is missing", R"({"column":1,"file":"/fake/config/services/new.toml","line":1})"));
    row("update", "service.update", R"({"name":"mail","edits":[{"key":"group","value":"post"}]})", result(acted("mail", "stopped")));
    row("update empty", "service.update", R"({"name":"mail"})", error(-32602, "either `edits` or `text` must be given"));
    row("update edits", "service.update", R"({"name":"mail","edits":[5]})",
        error(-32602, "`edits` must hold objects {key, value} of strings"));
    row("remove", "service.remove", R"({"name":"mail"})", result(acted("mail", "stopped")));
    row("undo", "service.undo", "{}", error(-32002, "there is nothing to take back"));
    row("restore", "service.restore", R"({"name":"mail"})", error(-32002, "there is nothing to restore"));
    row("restore nameless", "service.restore", "{}", error(-32602, "`name` must be given"));
    row("check", "service.check", R"({"name":"x","text":"command = \"y\"\n"})", result("[]"));
    row("check wrong", "service.check", R"({"name":"x","text":""})",
        result(R"([{"column":1,"file":"/fake/config/services/x.toml","line":1,"message":"`command` is missing","severity":"error"}])"));
    row("run.await", "run.await", R"({"id":1})", result(pastRun));
    row("run.await unknown", "run.await", R"({"id":99})", error(-32000, "there is no run 99"));
    row("run.await idless", "run.await", "{}", error(-32602, "`id` must be given"));
    row("run.await negative", "run.await", R"({"id":-1})", error(-32602, "`id` is out of range"));
    row("run.await fraction", "run.await", R"({"id":1.5})", error(-32602, "`id` must be an integer"));
    row("run.stop", "run.stop", R"({"id":1})", result("{}"));
    row("runs.query", "runs.query", R"({"service":"mail","limit":5})", result("[" + pastRun + "]"));
    row("runs.query before", "runs.query", R"({"before":1})", result("[]"));
    row("runs.query outcomes", "runs.query", R"({"outcomes":["failed"]})", result("[]"));
    row("runs.query outcomes unknown", "runs.query", R"({"outcomes":["gone"]})",
        error(-32602, "`outcomes` has a value that is not known here"));
    row("runs.query limit", "runs.query", R"({"limit":10001})", error(-32602, "`limit` must be from 1 to 10000"));
    row("schedule.preview", "schedule.preview", R"({"text":"[schedule]\nevery = \"5m\"\n","count":2})",
        result(R"({"sentence":"Every 5 minutes","times":["2000-01-01T00:05:00.000000Z","2000-01-01T00:10:00.000000Z"],"warnings":[]})"));
    row("schedule.preview count", "schedule.preview", R"({"text":"","count":0})", error(-32602, "`count` must be from 1 to 10000"));
    row("schedule.next", "schedule.next", R"({"count":3})", result(R"([{"at":"2000-01-01T01:00:00.000000Z","service":"backup"}])"));
    row("schedule.next of one", "schedule.next", R"({"service":"mail"})", result("[]"));
    row("schedule.next unknown", "schedule.next", R"({"service":"nobody"})", nobody);
    row("events.query", "events.query", R"({"limit":1})",
        result(R"([{"kind":"host-started","service":"","text":"the host started","time":"2000-01-01T00:00:00.000000Z"}])"));
    row("events.query since", "events.query", R"({"since":"yesterday"})", error(-32602, "`since` must be a time as in RFC 3339"));
    row("log.read", "log.read", R"({"service":"mail","all_runs":true,"count":2})",
        result(R"({"at_end":false,"cursor":"2","entries":[{"n":0,"stream":"o","text":"grüße","time":"2000-01-01T00:00:00.000000Z"},)"
               R"({"b64":"//4A","n":1,"stream":"e","time":"2000-01-01T00:00:00.000000Z"}],"live":true,"note":""})"));
    row("log.read serviceless", "log.read", "{}", error(-32602, "`service` must be given"));
    row("log.read count", "log.read", R"({"service":"mail","count":0})", error(-32602, "`count` must be from 1 to 100000"));
    row("log.follow", "log.follow", R"({"service":"mail","all_runs":true,"cursor":"2"})",
        result(R"({"at_end":true,"cursor":"3","entries":[{"n":2,"stream":"o","text":"third","time":"2000-01-01T00:00:00.000000Z"}],)"
               R"("live":true,"note":""})"));
    row("log.search", "log.search", R"({"service":"mail","grep":"^th.rd$"})",
        result(R"({"at_end":true,"cursor":"3","entries":[{"n":2,"stream":"o","text":"third","time":"2000-01-01T00:00:00.000000Z"}],)"
               R"("live":true,"note":""})"));
    row("log.search grepless", "log.search", R"({"service":"mail"})", error(-32602, "`grep` must be given"));
    row("log.read spans", "log.read", R"({"service":"mail","spans":[2,5]})",
        result(R"({"at_end":true,"cursor":"","entries":[{"n":2,"stream":"o","text":"third","time":"2000-01-01T00:00:00.000000Z"}],)"
               R"("live":false,"note":""})"));
    row("log.read bad spans", "log.read", R"({"service":"mail","spans":[5,1,2,1]})",
        error(-32602, "`spans` must be pairs of first and count, ascending"));
    row("log.extent", "log.extent", R"({"service":"mail","all_runs":true,"at":"2000-01-01T00:00:00Z"})",
        result(R"({"at":0,"bytes":300,"end":3,"first":0,"live":true,"numbering":0})"));
    row("log.extent serviceless", "log.extent", "{}", error(-32602, "`service` must be given"));
    row("log.find", "log.find", R"({"service":"mail","pattern":"TH.RD","case_sensitive":false,"first":0,"end":3})",
        result(R"({"lines":[2,1],"next":3})"));
    row("log.find pattern", "log.find", R"({"service":"mail","pattern":"(","first":0,"end":3})",
        error(-32602, "`pattern`: the expression is wrong: missing closing parenthesis"));
    row("host.status", "host.status", "{}", result(hostLine));
    row("host.reload", "host.reload", "{}", result(R"(["mail: changed"])"));
    row("host.shutdown", "host.shutdown", "{}", result("{}"));
    row("stopping", "service.stopping", "{}", result("[]"));
    row("service.usage", "service.usage", R"({"name":"mail"})",
        result(R"([{"cpu_percent":null,"memory_bytes":84000000,"time":"2000-01-01T00:00:00.000000Z"}])"));
    row("usage.query", "usage.query", R"({"names":["mail","nobody"],"span":3600})",
        result(R"([{"name":"mail","samples":[{"cpu_percent":null,"memory_bytes":84000000,"time":"2000-01-01T00:00:00.000000Z"}]},)"
               R"({"name":"nobody","samples":[]}])"));
    row("usage.query since", "usage.query", R"({"names":["mail"],"since":"2000-01-01T00:00:00.000000Z"})",
        result(R"([{"name":"mail","samples":[]}])"));
    row("usage.query span", "usage.query", R"({"names":["mail"],"span":-1})",
        error(-32602, "`span` must be a number of seconds, not negative"));
    row("queue.status", "queue.status", "{}",
        result(R"([{"acked":9204,"dead":1,"dead_letters":1,"delayed":2,"depth":128,"in_flight":5,"in_hand":4,"last_error":"no such order",)"
               R"("nacked":3,"name":"mail","released":0}])"));
    row("service.usage unknown", "service.usage", R"({"name":"mial"})", error(-32001, "there is no service `mial`"));
    row("service.usage nameless", "service.usage", "{}", error(-32602, "`name` must be given"));
    row("inspect", "service.inspect", R"({"name":"new","text":"command = \"true\"\n","edits":[{"key":"group","value":"post"}]})", {});
    row("inspect edits", "service.inspect", R"({"edits":[5]})", error(-32602, "`edits` must be an array of objects"));
    row("try.begin", "try.begin", R"({"text":"command = \"true\"\n"})", result(R"({"id":1})"));
    row("try.begin textless", "try.begin", "{}", error(-32602, "`text` must be given"));
    row("try.begin invalid", "try.begin", R"({"text":"command = 5"})",
        error(-32004, "`command` must be an array of strings, or one string, not an integer", R"({"column":11,"file":"try.toml","line":1})"));
    row("try.follow", "try.follow", R"({"id":9})", error(-32000, "nothing is tried under the number 9"));
    row("try.follow idless", "try.follow", "{}", error(-32602, "`id` must be given"));
    row("try.follow cursor", "try.follow", R"({"id":1,"cursor":-1})", error(-32602, "`cursor` must not be negative"));
    row("try.stop", "try.stop", R"({"id":9})", result("{}"));
    row("subscribe", "subscribe", "{}", {}); // aSubscriberGetsASnapshotThenDeltas looks at its answer
}

void TestWireMethods::bytes()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, params);
    QFETCH(QByteArray, answer);
    WireFixture host;
    prepare(host.fake);
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
    const QByteArray line = client.line();
    if (answer.isEmpty())
        QVERIFY(line.contains(R"("result":{)"));
    else if (answer.startsWith(R"("error")"))
        QCOMPARE(line, "{" + answer + R"(,"id":1,"jsonrpc":"2.0"})");
    else
        QCOMPARE(line, R"({"id":1,"jsonrpc":"2.0",)" + answer + "}");
}

void TestWireMethods::everyMethodIsSentAsBytesAbove()
{
    QStringList untested = wire::methodNames();
    QFile source(QStringLiteral(TURNSPIT_SOURCES "/tests/ipc/tst_wire_methods.cpp"));
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(source.readAll());
    untested.removeIf([&](const QString& method) { return text.contains(QStringLiteral("\", \"%1\", ").arg(method)); });
    QCOMPARE(untested, QStringList());
}

void TestWireMethods::everyMethodHasItsHeadingAndItsExampleInTheProtocolPage()
{
    QFile page(QStringLiteral(TURNSPIT_SOURCES "/resources/protocol.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(page.readAll());
    QStringList documented;
    static const QRegularExpression heading(QStringLiteral("^### ([a-z][A-Za-z.]*)$"), QRegularExpression::MultilineOption);
    for (auto match = heading.globalMatch(text); match.hasNext();)
        documented.append(match.next().captured(1));
    QStringList methods = wire::methodNames();
    methods.sort();
    documented.sort();
    QCOMPARE(documented, methods);
    for (const QString& method : methods)
        QVERIFY2(text.contains(QStringLiteral("\"method\":\"%1\"").arg(method)), qPrintable(method));
    static const QRegularExpression example(QStringLiteral("^    (\\{.*)$"), QRegularExpression::MultilineOption);
    for (auto match = example.globalMatch(text); match.hasNext();) {
        const QByteArray line = match.next().captured(1).toUtf8();
        QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
    }
}

void TestWireMethods::aSubscriberGetsASnapshotThenDeltas()
{
    WireFixture host;
    prepare(host.fake);
    int subscribers = -1;
    QObject::connect(&host.server, &ControlServer::subscriberCountChanged, &host.server, [&](int count) { subscribers = count; });
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"subscribe"})");
    const QJsonObject snapshot = client.object().value(QLatin1StringView("result")).toObject();
    QCOMPARE(snapshot.value(QLatin1StringView("revision")).toInt(), 5);
    QCOMPARE(snapshot.value(QLatin1StringView("services")).toArray().size(), 2);
    QCOMPARE(host.server.subscriberCount(), 1);
    QCOMPARE(subscribers, 1);
    host.fake.drop(QStringLiteral("backup"));
    QCOMPARE(client.line(), QByteArray(R"({"jsonrpc":"2.0","method":"delta","params":{"changed":[],"host":null,"removed":["backup"],)"
                                       R"("revision":6}})"));
    host.fake.put(host.fake.service(QStringLiteral("mail")));
    QCOMPARE(client.line(), R"({"jsonrpc":"2.0","method":"delta","params":{"changed":[)" + mailStopped
                                + R"(],"host":null,"removed":[],"revision":7}})");
    client.close();
    QVERIFY(spinUntil([&] { return subscribers == 0; }));
}

void TestWireMethods::theDeltasOfACommandComeBeforeItsAnswer()
{
    WireFixture host;
    prepare(host.fake);
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"subscribe"})");
    QVERIFY(client.line().contains("\"id\":1"));
    client.sendLine(R"({"jsonrpc":"2.0","id":2,"method":"service.start","params":{"name":"mail"}})");
    QVERIFY(client.line().contains(R"("state":"starting")"));
    QVERIFY(client.line().contains(R"("state":"running")"));
    QVERIFY(client.line().contains("\"id\":2"));
}

void TestWireMethods::aClientIsToldWhenWhatItKnowsIsVoid()
{
    WireFixture host;
    prepare(host.fake);
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"subscribe"})");
    QVERIFY(client.line().contains("\"id\":1"));
    host.fake.replaceAll();
    QCOMPARE(client.line(), QByteArray(R"({"jsonrpc":"2.0","method":"delta","params":{"changed":[],"from":0,"host":null,)"
                                       R"("removed":[],"revision":1005}})"));
}

void TestWireMethods::prepare(FakeSession& fake)
{
    const QString mail = QStringLiteral("mail");
    fake.put(serviceNamed(mail));
    fake.setText(mail, QStringLiteral("command = [\"sleep\", \"9\"]\ngroup = \"shop\"\n"));
    ServiceInfo backup = serviceNamed(QStringLiteral("backup"), ServiceState::Waiting, ServiceKind::Scheduled);
    backup.nextRun = Clock::current().wallNow() + std::chrono::hours(1);
    fake.put(backup);
    fake.setHost(fake.host());
    fake.addPastRuns(mail, 1);
    fake.say(mail, "gr\xc3\xbc\xc3\x9f\x65");
    fake.say(mail, QByteArray("\xff\xfe\x00", 3), 'e');
    fake.say(mail, "third");
    fake.setReloadAnswer({QStringLiteral("mail: changed")});
    fake.setUsage(mail, {{Clock::current().wallNow(), std::nullopt, 84'000'000}});
    fake.setQueue({.name = mail, .depth = 128, .delayed = 2, .inFlight = 5, .deadLetters = 1, .inHand = 4, .acked = 9204, .nacked = 3,
                   .dead = 1, .lastError = QStringLiteral("no such order")});
}

QTEST_GUILESS_MAIN(TestWireMethods)
#include "tst_wire_methods.moc"

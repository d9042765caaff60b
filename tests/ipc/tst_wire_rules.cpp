#include "wirefixture.h"

#include <ipc/wire.h>

#include <QDir>
#include <QTest>

#include <sys/resource.h>

using namespace turnspit;

/// Greeting, framing and what ends a connection, in bytes.
class TestWireRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void helloSaysWhoTheHostIs();
    void anythingElseFirstEndsTheConnection();
    void helloAsANotificationIsRefused();
    void anotherProtocolIsRefusedInWords();
    void helloNeedsAProtocol();
    void aSecondHelloIsAnErrorAndNoMore();
    void requestsBehindHelloMayComeInOneWrite();
    void linesMayComeByteByByte();
    void malformedLinesEndTheConnection_data();
    void malformedLinesEndTheConnection();
    void aRequestOfOneMebibyteIsTakenAndALongerOneIsNot();
    void anEndlessLineIsRefusedOnceItIsTooLong();
    void anUnknownMethodIsAnErrorAndNoMore();
    void notificationsOfAClientAreDoneAndNotAnswered();
    void answersComeAsRequestsEnd();
    void clientsDoNotDisturbEachOther();
    void aPeerOfAnotherUserIsRefused();
    void oneConnectionTooManyIsToldSo();
    void theSocketIsForThisUserAlone();
    void finishLetsTheAnswerToShutdownReachItsClient();
    void whoKnocksWhileNoDescriptorIsLeftIsLetInLater();
    void aSocketThatAnotherHostHasPutThereStays();
    void whatIsInTheWayOfTheSocketIsSaid();
};

namespace {

QByteArray errorOf(int id, int code, const char* message)
{
    return "{\"error\":{\"code\":" + QByteArray::number(code) + ",\"message\":\"" + message + "\"},\"id\":"
           + (id < 0 ? QByteArray("null") : QByteArray::number(id)) + ",\"jsonrpc\":\"2.0\"}";
}

int codeIn(const QJsonObject& answer)
{
    return answer.value(QLatin1StringView("error"))[QLatin1StringView("code")].toInt();
}

} // namespace

void TestWireRules::helloSaysWhoTheHostIs()
{
    WireFixture host;
    RawClient client(host.path());
    client.sendLine(R"({"jsonrpc":"2.0","id":"a","method":"hello","params":{"protocol":1,"client":"test","later":[1]}})");
    QCOMPARE(client.line(), QByteArray(R"({"id":"a","jsonrpc":"2.0","result":{"features":["services"],"host":"fake",)"
                                       R"("pid":4711,"protocol":1,"version":"0.1.0"}})"));
}

void TestWireRules::anythingElseFirstEndsTheConnection()
{
    WireFixture host;
    RawClient client(host.path());
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"snapshot"})");
    QCOMPARE(client.line(), errorOf(1, -32600, "the first request must be hello"));
    QVERIFY(client.isClosed());
    QCOMPARE(host.fake.callCount(QStringLiteral("snapshot")), 0);
}

void TestWireRules::helloAsANotificationIsRefused()
{
    WireFixture host;
    RawClient client(host.path());
    client.sendLine(R"({"jsonrpc":"2.0","method":"hello","params":{"protocol":1}})");
    QCOMPARE(client.line(), errorOf(-1, -32600, "the first request must be hello"));
    QVERIFY(client.isClosed());
}

void TestWireRules::anotherProtocolIsRefusedInWords()
{
    WireFixture host;
    RawClient client(host.path());
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":2,"client":"test"}})");
    QCOMPARE(client.line(), errorOf(1, -32600, "this host speaks protocol 1, not 2: use a client of the same release"));
    QVERIFY(client.isClosed());
}

void TestWireRules::helloNeedsAProtocol()
{
    WireFixture host;
    RawClient client(host.path());
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"hello","params":{"client":"test"}})");
    QCOMPARE(client.line(), errorOf(1, -32602, "`protocol` must be given"));
    QVERIFY(client.isClosed());
}

void TestWireRules::aSecondHelloIsAnErrorAndNoMore()
{
    WireFixture host;
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1}})");
    QCOMPARE(client.line(), errorOf(1, -32600, "hello was said already"));
    client.sendLine(R"({"jsonrpc":"2.0","id":2,"method":"host.reload"})");
    QCOMPARE(client.line(), QByteArray(R"({"id":2,"jsonrpc":"2.0","result":[]})"));
}

void TestWireRules::requestsBehindHelloMayComeInOneWrite()
{
    WireFixture host;
    RawClient client(host.path());
    client.send("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"hello\",\"params\":{\"protocol\":1}}\n"
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"host.reload\"}\n");
    QVERIFY(client.line().contains("\"id\":0"));
    QCOMPARE(client.line(), QByteArray(R"({"id":1,"jsonrpc":"2.0","result":[]})"));
}

void TestWireRules::linesMayComeByteByByte()
{
    WireFixture host;
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    const QByteArray line("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"host.reload\"}\n");
    for (const char byte : line) {
        client.send(QByteArray(1, byte));
        QCoreApplication::processEvents();
    }
    QCOMPARE(client.line(), QByteArray(R"({"id":1,"jsonrpc":"2.0","result":[]})"));
}

void TestWireRules::malformedLinesEndTheConnection_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("code");
    QTest::newRow("garbage") << QByteArray("\x00\xff\x17 garbage", 11) << -32700;
    QTest::newRow("empty") << QByteArray() << -32700;
    QTest::newRow("half") << QByteArray(R"({"jsonrpc":"2.0","id":1)") << -32700;
    QTest::newRow("http") << QByteArray("GET / HTTP/1.1\r") << -32700;
    QTest::newRow("number") << QByteArray("42") << -32700;
    QTest::newRow("batch") << QByteArray(R"([{"jsonrpc":"2.0","id":1,"method":"snapshot"}])") << -32600;
    QTest::newRow("no version") << QByteArray(R"({"id":1,"method":"snapshot"})") << -32600;
    QTest::newRow("version 1") << QByteArray(R"({"jsonrpc":"1.0","id":1,"method":"snapshot"})") << -32600;
    QTest::newRow("no method") << QByteArray(R"({"jsonrpc":"2.0","id":1})") << -32600;
    QTest::newRow("answer") << QByteArray(R"({"jsonrpc":"2.0","id":1,"result":{}})") << -32600;
    QTest::newRow("id object") << QByteArray(R"({"jsonrpc":"2.0","id":{},"method":"snapshot"})") << -32600;
    QTest::newRow("deep") << QByteArray(500'000, '[') << -32700;
    QTest::newRow("deep object") << QByteArray("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"snapshot\",\"params\":")
                                        + QByteArray("{\"a\":").repeated(100'000) << -32700;
}

void TestWireRules::malformedLinesEndTheConnection()
{
    QFETCH(QByteArray, line);
    QFETCH(int, code);
    WireFixture host;
    for (const bool greeted : {true, false}) {
        RawClient client(host.path());
        if (greeted)
            QVERIFY(WireFixture::greet(client));
        client.sendLine(line);
        QCOMPARE(codeIn(client.object()), code);
        QVERIFY(client.isClosed());
    }
    RawClient other(host.path());
    QVERIFY(WireFixture::greet(other));
}

void TestWireRules::aRequestOfOneMebibyteIsTakenAndALongerOneIsNot()
{
    WireFixture host;
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    QByteArray line(R"({"jsonrpc":"2.0","id":1,"method":"host.reload","params":{"pad":")");
    line.append(QByteArray((1 << 20) - line.size() - 3, 'x')).append("\"}}");
    QCOMPARE(line.size(), 1 << 20);
    QVERIFY(client.sendLine(line));
    QCOMPARE(client.line(), QByteArray(R"({"id":1,"jsonrpc":"2.0","result":[]})"));
    client.sendLine(line + ' ');
    QCOMPARE(client.line(), errorOf(-1, -32600, "a request of more than 1 MiB"));
    QVERIFY(client.isClosed());
}

void TestWireRules::anEndlessLineIsRefusedOnceItIsTooLong()
{
    WireFixture host;
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.send(QByteArray((1 << 20) + 1, 'x'));
    QCOMPARE(client.line(), errorOf(-1, -32600, "a request of more than 1 MiB"));
    QVERIFY(client.isClosed());
}

void TestWireRules::anUnknownMethodIsAnErrorAndNoMore()
{
    WireFixture host;
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":7,"method":"service.dance","params":{}})");
    QCOMPARE(client.line(), errorOf(7, -32601, "this host has no method `service.dance`"));
    client.sendLine(R"({"jsonrpc":"2.0","id":8,"method":"host.reload","params":[1]})");
    QCOMPARE(client.line(), errorOf(8, -32602, "`params` must be an object"));
    client.sendLine(R"({"jsonrpc":"2.0","id":2,"method":"host.reload"})");
    QCOMPARE(client.line(), QByteArray(R"({"id":2,"jsonrpc":"2.0","result":[]})"));
}

void TestWireRules::notificationsOfAClientAreDoneAndNotAnswered()
{
    WireFixture host;
    host.fake.put(serviceNamed(QStringLiteral("mail")));
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","method":"service.start","params":{"name":"mail"}})");
    client.sendLine(R"({"jsonrpc":"2.0","method":"no.such.thing"})");
    client.sendLine(R"({"jsonrpc":"2.0","method":"service.start","params":{"name":5}})");
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"service.awaitState","params":{"name":"mail","state":"running"}})");
    QVERIFY(client.line().contains("\"id\":1"));
    QVERIFY(host.fake.service(QStringLiteral("mail")).pid);
}

void TestWireRules::answersComeAsRequestsEnd()
{
    WireFixture host;
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    host.fake.hold(QStringLiteral("undo"));
    client.sendLine(R"({"jsonrpc":"2.0","id":"slow","method":"service.undo"})");
    client.sendLine(R"({"jsonrpc":"2.0","id":"quick","method":"host.reload"})");
    QVERIFY(client.line().contains("\"quick\""));
    host.fake.release(QStringLiteral("undo"));
    QVERIFY(client.line().contains("\"slow\""));
}

void TestWireRules::clientsDoNotDisturbEachOther()
{
    WireFixture host;
    RawClient one(host.path());
    RawClient two(host.path());
    QVERIFY(WireFixture::greet(one));
    QVERIFY(WireFixture::greet(two));
    host.fake.hold(QStringLiteral("undo"));
    one.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"service.undo"})");
    QVERIFY(spinUntil([&] { return host.fake.callCount(QStringLiteral("undo")) == 1; }));
    one.close(); // with a request under way
    QVERIFY(spinUntil([&] { return host.server.connectionCount() == 1; }));
    host.fake.release(QStringLiteral("undo"));
    two.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"host.reload"})");
    QCOMPARE(two.line(), QByteArray(R"({"id":1,"jsonrpc":"2.0","result":[]})"));
}

void TestWireRules::aPeerOfAnotherUserIsRefused()
{
    WireFixture host({.allowedUid = geteuid() + 1});
    RawClient client(host.path());
    QCOMPARE(client.line(), errorOf(-1, -32600, "this host belongs to another user"));
    QVERIFY(client.isClosed());
}

void TestWireRules::oneConnectionTooManyIsToldSo()
{
    WireFixture host({.maxConnections = 1, .allowedUid = {}});
    RawClient first(host.path());
    QVERIFY(WireFixture::greet(first));
    RawClient second(host.path());
    QCOMPARE(codeIn(second.object()), -32005);
    QVERIFY(second.isClosed());
    first.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"host.reload"})");
    QVERIFY(first.line().contains("result"));
    first.close();
    second.close();
    QVERIFY(spinUntil([&] { return host.server.connectionCount() == 0; }));
    RawClient third(host.path());
    QVERIFY(WireFixture::greet(third));
}

void TestWireRules::theSocketIsForThisUserAlone()
{
    WireFixture host;
    const auto permissions = QFile::permissions(host.path());
    QVERIFY(!(permissions & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther)));
}

void TestWireRules::finishLetsTheAnswerToShutdownReachItsClient()
{
    WireFixture host;
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    host.fake.hold(QStringLiteral("undo"));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"service.undo"})");
    TaskScope scope;
    QObject::connect(&host.fake, &FakeSession::shutdownRequested, &host.server, [&] { scope.spawn(host.server.finish()); });
    client.sendLine(R"({"jsonrpc":"2.0","id":2,"method":"host.shutdown"})");
    QCOMPARE(client.line(), QByteArray(R"({"id":2,"jsonrpc":"2.0","result":{}})"));
    QVERIFY(client.isClosed());
    QVERIFY(spinUntil([&] { return scope.isEmpty(); }));
    QVERIFY(!RawClient(host.path()).isConnected());
}

void TestWireRules::whoKnocksWhileNoDescriptorIsLeftIsLetInLater()
{
    WireFixture host;
    RawClient client(host.path());
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit none = before;
    none.rlim_cur = 3; // those that are open stay so
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    for (int turn = 0; turn < 10; ++turn)
        QCoreApplication::processEvents();
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    QCOMPARE(host.server.connectionCount(), 0);
    QVERIFY(QFile::exists(host.path()));
    QVERIFY(WireFixture::greet(client));
    RawClient other(host.path());
    QVERIFY(WireFixture::greet(other));
}

void TestWireRules::aSocketThatAnotherHostHasPutThereStays()
{
    auto first = std::make_unique<WireFixture>();
    FakeSession session;
    ControlServer second(session);
    QVERIFY(second.listen(first->path()));
    TaskScope scope;
    scope.spawn(first->server.finish());
    QVERIFY(spinUntil([&] { return scope.isEmpty(); }));
    RawClient client(first->path());
    QVERIFY(WireFixture::greet(client));
}

void TestWireRules::whatIsInTheWayOfTheSocketIsSaid()
{
    const QTemporaryDir folder;
    FakeSession session;
    ControlServer server(session);
    QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("host.sock/x")));
    const QString path = folder.filePath(QStringLiteral("host.sock"));
    const auto listening = server.listen(path);
    QVERIFY(!listening);
    QCOMPARE(listening.error().message, "cannot listen on " + path.toStdString() + ": Is a directory");
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot), QStringList{QStringLiteral("host.sock")});
}

QTEST_GUILESS_MAIN(TestWireRules)
#include "tst_wire_rules.moc"

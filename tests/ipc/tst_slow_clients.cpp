#include "wirefixture.h"

#include <ipc/heldchanges.h>
#include <ipc/serverconnection.h>
#include <support/said.h>
#include <turnspit/async/fakeclock.h>

#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

/// Who reads slowly, never, or asks too much at once: bounded, and nobody else notices.
class TestSlowClients : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void heldDeltasAreMergedToTheLastValueOfEachService();
    void aServiceThatComesBackIsNotRemoved();
    void aSnapshotTakesOverWhatWasHeldBeforeIt();
    void aGapMakesWhatTheClientKnowsVoid();
    void deltasOfAClientThatDoesNotReadAreMergedIntoOne();
    void aClientThatTakesNothingForThirtySecondsIsLetGo();
    void whoNeverSaysHelloIsLetGo();
    void onlySoManyRequestsOfAConnectionRunAtOnce();
    void aClientThatAsksAndNeverReadsIsNotServedWithoutEnd();
    void anAnswerThatWouldBeTooLongAsksForLess();
    void aPageOfALogThatWouldBeTooLongIsCut();
};

namespace {

constexpr QLatin1StringView result("result");

Delta deltaOf(quint64 revision, const QStringList& changed, const QStringList& removed = {})
{
    Delta delta;
    delta.revision = Revision{revision};
    for (const QString& name : changed) {
        delta.changed.append(serviceNamed(name));
        delta.changed.last().restarts = static_cast<int>(revision);
    }
    delta.removed = removed;
    return delta;
}

/// About 4 KiB as a row.
ServiceInfo bigService(int n, int restarts)
{
    ServiceInfo service = serviceNamed(QStringLiteral("s%1").arg(n, 4, 10, QLatin1Char('0')));
    service.reason = QString(4000, QLatin1Char('x'));
    service.restarts = restarts;
    return service;
}

} // namespace

void TestSlowClients::heldDeltasAreMergedToTheLastValueOfEachService()
{
    const QString a = QStringLiteral("a");
    const QString b = QStringLiteral("b");
    HeldChanges held;
    QVERIFY(held.isEmpty());
    held.add(deltaOf(8, {a, b}));
    held.add(deltaOf(9, {}, {b}));
    held.add(deltaOf(10, {a}));
    const auto merged = held.take();
    QVERIFY(held.isEmpty());
    QCOMPARE(said(merged.from), QStringLiteral("7"));
    QCOMPARE(said(merged.delta.revision), QStringLiteral("10"));
    QCOMPARE(merged.delta.changed.size(), 1);
    QCOMPARE(merged.delta.changed.first().restarts, 10);
    QCOMPARE(merged.delta.removed, QStringList{b});
}

void TestSlowClients::aServiceThatComesBackIsNotRemoved()
{
    const QString a = QStringLiteral("a");
    HeldChanges held;
    held.add(deltaOf(8, {}, {a}));
    held.add(deltaOf(9, {a}));
    const auto merged = held.take();
    QCOMPARE(merged.delta.removed, QStringList());
    QCOMPARE(merged.delta.changed.size(), 1);
}

void TestSlowClients::aSnapshotTakesOverWhatWasHeldBeforeIt()
{
    const QString a = QStringLiteral("a");
    HeldChanges held;
    held.add(deltaOf(8, {a}));
    held.restFrom(Revision{8});
    QVERIFY(held.isEmpty());
    held.add(deltaOf(8, {a}));
    held.add(deltaOf(9, {a}));
    held.restFrom(Revision{8});
    QCOMPARE(said(held.take().from), QStringLiteral("8"));
}

void TestSlowClients::aGapMakesWhatTheClientKnowsVoid()
{
    HeldChanges held;
    held.add(deltaOf(8, {}));
    held.add(deltaOf(12, {}));
    QCOMPARE(said(held.take().from), QStringLiteral("0"));
    held.replaceAll(Revision{20});
    held.add(deltaOf(21, {}));
    QCOMPARE(said(held.take().from), QStringLiteral("0"));
}

void TestSlowClients::deltasOfAClientThatDoesNotReadAreMergedIntoOne()
{
    WireFixture host;
    constexpr int services = 50;
    constexpr int rounds = 40; // 50 x 40 x 4 KiB: many times what socket and server hold
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"subscribe"})");
    QVERIFY(client.line().contains("\"id\":1"));
    const quint64 first = host.fake.revision().value;
    for (int round = 1; round <= rounds; ++round) {
        for (int n = 0; n < services; ++n)
            host.fake.put(bigService(n, round));
    }
    const auto* connection = host.server.findChild<ServerConnection*>();
    QVERIFY(connection);
    const auto* socket = connection->findChild<QLocalSocket*>();
    QVERIFY(socket->bytesToWrite() < 2 * ServerConnection::holdAbove);

    // Reads again: gets every revision, the last values, in far fewer lines than there were changes.
    quint64 revision = first;
    int lines = 0;
    int merged = 0;
    QHash<QString, int> restarts;
    while (revision < first + services * rounds) {
        const QJsonObject delta = client.object().value(QLatin1StringView("params")).toObject();
        QVERIFY(!delta.isEmpty());
        const quint64 to = static_cast<quint64>(delta.value(QLatin1StringView("revision")).toInteger());
        QCOMPARE(delta.value(QLatin1StringView("from")).toInteger(static_cast<qint64>(to) - 1), static_cast<qint64>(revision));
        merged += delta.contains(QLatin1StringView("from"));
        const QJsonArray changed = delta.value(QLatin1StringView("changed")).toArray();
        for (const QJsonValue& service : changed)
            restarts[service[QLatin1StringView("name")].toString()] = service[QLatin1StringView("restarts")].toInt();
        revision = to;
        ++lines;
    }
    QVERIFY(merged >= 1);
    QVERIFY2(lines < services * rounds / 2, qPrintable(QString::number(lines)));
    QCOMPARE(restarts.size(), services);
    for (const int count : restarts)
        QCOMPARE(count, rounds);
}

void TestSlowClients::aClientThatTakesNothingForThirtySecondsIsLetGo()
{
    FakeClock clock;
    Clock::setCurrent(&clock);
    {
        WireFixture host;
        RawClient client(host.path());
        QVERIFY(WireFixture::greet(client));
        client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"subscribe"})");
        QVERIFY(client.line().contains("\"id\":1"));
        for (int n = 0; n < 500; ++n)
            host.fake.put(bigService(n, 0));
        const auto* socket = host.server.findChild<QLocalSocket*>();
        QVERIFY(spinUntil([&, last = qint64(-1)]() mutable { return last == std::exchange(last, socket->bytesToWrite()); }));
        QVERIFY(socket->bytesToWrite() > 0);
        clock.advance(29s);
        QCOMPARE(host.server.subscriberCount(), 1);
        clock.advance(1s);
        QCOMPARE(host.server.connectionCount(), 0);
        QCOMPARE(host.server.subscriberCount(), 0);
        QVERIFY(client.isEnded());
    }
    Clock::setCurrent(nullptr);
}

void TestSlowClients::whoNeverSaysHelloIsLetGo()
{
    FakeClock clock;
    Clock::setCurrent(&clock);
    {
        WireFixture host;
        RawClient client(host.path());
        QVERIFY(spinUntil([&] { return host.server.connectionCount() == 1; }));
        client.send("{");
        clock.advance(30s);
        QCOMPARE(host.server.connectionCount(), 0);
        QVERIFY(client.isEnded());
    }
    Clock::setCurrent(nullptr);
}

void TestSlowClients::onlySoManyRequestsOfAConnectionRunAtOnce()
{
    WireFixture host({.maxUnderWay = 4, .allowedUid = {}});
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    host.fake.hold(QStringLiteral("undo"));
    QByteArray lines;
    for (int n = 0; n < 10; ++n)
        lines.append(R"({"jsonrpc":"2.0","id":)" + QByteArray::number(n) + R"(,"method":"service.undo"})" + '\n');
    client.send(lines);
    RawClient other(host.path());
    QVERIFY(WireFixture::greet(other));
    QVERIFY(spinUntil([&] { return host.fake.callCount(QStringLiteral("undo")) >= 4; }));
    other.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"host.reload"})");
    QVERIFY(other.line().contains("result"));
    QCOMPARE(host.fake.callCount(QStringLiteral("undo")), 4);
    host.fake.release(QStringLiteral("undo"));
    for (int n = 0; n < 10; ++n)
        QVERIFY(client.line().contains("nothing to take back"));
    QCOMPARE(host.fake.callCount(QStringLiteral("undo")), 10);
}

void TestSlowClients::aClientThatAsksAndNeverReadsIsNotServedWithoutEnd()
{
    WireFixture host;
    host.fake.put(serviceNamed(QStringLiteral("mail")));
    host.fake.setLog(QStringLiteral("mail"), 1000, [](quint64) { return QByteArray(1000, 'x'); });
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    QByteArray lines;
    for (int n = 0; n < 500; ++n)
        lines.append(R"({"jsonrpc":"2.0","id":1,"method":"log.read","params":{"service":"mail","all_runs":true,"count":200}})" "\n");
    client.send(lines); // 500 answers of 200 KB: 100 MB
    const auto* socket = host.server.findChild<QLocalSocket*>();
    QVERIFY(spinUntil([&] { return socket->bytesToWrite() > ServerConnection::holdAbove; }));
    for (int turn = 0; turn < 50; ++turn)
        QCoreApplication::processEvents();
    QVERIFY(socket->bytesToWrite() <= ServerConnection::closeAbove);
    QVERIFY(host.fake.callCount(QStringLiteral("readLog")) <= 80);
}

void TestSlowClients::anAnswerThatWouldBeTooLongAsksForLess()
{
    WireFixture host;
    for (int n = 0; n < 5; ++n) {
        ServiceInfo service = bigService(n, 0);
        service.reason = QString(4 << 20, QLatin1Char('x'));
        host.fake.put(service);
    }
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"snapshot"})");
    const QJsonObject answer = client.object();
    QCOMPARE(answer[QLatin1StringView("error")][QLatin1StringView("code")].toInt(), -32000);
    QVERIFY(answer[QLatin1StringView("error")][QLatin1StringView("message")].toString().contains(QLatin1StringView("less")));
    client.sendLine(R"({"jsonrpc":"2.0","id":2,"method":"host.reload"})");
    QVERIFY(client.line().contains("result"));
}

void TestSlowClients::aPageOfALogThatWouldBeTooLongIsCut()
{
    // Control characters are six bytes each in JSON: 4 MiB of text would be 24 MiB.
    WireFixture host;
    host.fake.put(serviceNamed(QStringLiteral("mail")));
    host.fake.setLog(QStringLiteral("mail"), 100, [](quint64) { return QByteArray(60'000, '\x01'); });
    RawClient client(host.path());
    QVERIFY(WireFixture::greet(client));
    QString cursor;
    qsizetype entries = 0;
    for (bool atEnd = false; !atEnd;) {
        client.sendLine(R"({"jsonrpc":"2.0","id":1,"method":"log.read","params":{"service":"mail","all_runs":true,"cursor":")"
                        + cursor.toUtf8() + "\"}}");
        const QByteArray line = client.line();
        QVERIFY(!line.isEmpty());
        QVERIFY(line.size() <= 16 << 20);
        const QJsonObject page = QJsonDocument::fromJson(line).object().value(result).toObject();
        entries += page.value(QLatin1StringView("entries")).toArray().size();
        cursor = page.value(QLatin1StringView("cursor")).toString();
        atEnd = page.value(QLatin1StringView("at_end")).toBool();
        QVERIFY(!cursor.isEmpty());
    }
    QCOMPARE(entries, 100);
}

QTEST_GUILESS_MAIN(TestSlowClients)
#include "tst_slow_clients.moc"

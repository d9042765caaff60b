#include "wirefixture.h"

#include <ipc/remotesession.h>
#include <support/said.h>
#include <turnspit/async/fakeclock.h>

#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// What a client holds of a host by what its session tells it: breaks when a delta does not fit.
struct Mirror
{
    explicit Mirror(HostSession& session)
    {
        QObject::connect(&session, &HostSession::snapshotReplaced, &context, [this](const Snapshot& snapshot) {
            now = snapshot;
            ++snapshots;
        });
        QObject::connect(&session, &HostSession::deltaArrived, &context, [this](const Delta& delta) {
            fits = fits && delta.revision.value == now.revision.value + 1;
            now.revision = delta.revision;
            ++deltas;
        });
    }

    QObject context;
    Snapshot now;
    int snapshots = 0;
    int deltas = 0;
    bool fits = true;
};

} // namespace

/// Connecting, losing and finding a host again, and deltas that do not come one by one.
class TestRemoteSession : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void noSocketIsUnreachableInWords()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("host.sock"));
        RemoteSession session({});
        const auto opened = await(session.open(path));
        QVERIFY(!opened);
        QCOMPARE(said(opened.error().kind), said(ErrorKind::Unreachable));
        QCOMPARE(opened.error().message,
                 "no host is running (" + path.toStdString() + " is not there): start turnspitd or the desktop");
        QCOMPARE(said(session.connection()), said(HostSession::Connection::Lost));
        QCOMPARE(said(await(session.snapshot()).error().kind), said(ErrorKind::Unreachable));
        QCOMPARE(said(await(session.subscribe()).error().kind), said(ErrorKind::Unreachable));
    }

    // As one that is not ours to open: Qt would say on standard error that what is not open was read from.
    void aSocketOfAnotherKindIsUnreachableWithoutAWordOfQts()
    {
        static int warnings = 0;
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("host.sock"));
        const int other = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.toLocal8Bit().constData(), sizeof address.sun_path - 1);
        QCOMPARE(::bind(other, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        const auto before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) { ++warnings; });
        RemoteSession session({});
        const auto opened = await(session.open(path));
        qInstallMessageHandler(before);
        ::close(other);
        QVERIFY(!opened);
        QCOMPARE(said(opened.error().kind), said(ErrorKind::Unreachable));
        QCOMPARE(warnings, 0);
    }

    void aSocketThatNobodyListensOnIsUnreachable()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("host.sock"));
        {
            const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            std::strncpy(address.sun_path, path.toLocal8Bit().constData(), sizeof address.sun_path - 1);
            QCOMPARE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
            ::close(fd);
        }
        RemoteSession session({});
        const auto opened = await(session.open(path));
        QVERIFY(!opened);
        QCOMPARE(said(opened.error().kind), said(ErrorKind::Unreachable));
        QVERIFY(opened.error().message.contains("start turnspitd"));
    }

    void aCallOnASessionThatWasNeverOpenedIsUnreachable()
    {
        RemoteSession session({});
        const auto status = await(session.hostStatus());
        QCOMPARE(said(status.error().kind), said(ErrorKind::Unreachable));
    }

    void theGreetingIsKept()
    {
        WireFixture host;
        RemoteSession session({.client = QStringLiteral("test")});
        const auto greeting = await(session.open(host.path()));
        QVERIFY(greeting);
        QCOMPARE(greeting->host, QStringLiteral("fake"));
        QCOMPARE(greeting->pid, 4711);
        QCOMPARE(session.greeting().features, QStringList{QStringLiteral("services")});
        QCOMPARE(said(session.connection()), said(HostSession::Connection::Connected));
        QVERIFY(!session.isInProcess());
        QVERIFY(session.isLocalMachine());
    }

    void aHostThatTurnsTheClientAwayIsUnreachableWithItsReason()
    {
        WireFixture host({.maxConnections = 0, .allowedUid = {}});
        RemoteSession session({});
        const auto opened = await(session.open(host.path()));
        QVERIFY(!opened);
        QCOMPARE(said(opened.error().kind), said(ErrorKind::Unreachable));
        QVERIFY2(opened.error().message.contains("connections already"), opened.error().message.c_str());
    }

    void whatIsPendingWhenTheConnectionEndsIsUnreachable()
    {
        auto host = std::make_unique<WireFixture>();
        const QString path = host->path();
        host->fake.hold(QStringLiteral("undo"));
        RemoteSession session({});
        QVERIFY(await(session.open(path)));
        Begun pending(session.undo());
        QVERIFY(spinUntil([&] { return host->fake.callCount(QStringLiteral("undo")) == 1; }));
        host.reset();
        const auto& answer = pending.value();
        QVERIFY(!answer);
        QCOMPARE(said(answer.error().kind), said(ErrorKind::Unreachable));
        QCOMPARE(answer.error().message, "the host at " + path.toStdString() + " ended the connection");
        QCOMPARE(said(session.connection()), said(HostSession::Connection::Lost));
        QCOMPARE(said(await(session.undo()).error().kind), said(ErrorKind::Unreachable));
    }

    void errorsKeepTheirKindAndPlace()
    {
        WireFixture host;
        RemoteSession session({});
        QVERIFY(await(session.open(host.path())));
        for (const ErrorKind kind : {ErrorKind::Failed, ErrorKind::NoSuchService, ErrorKind::Refused, ErrorKind::TimedOut,
                                     ErrorKind::InvalidDefinition, ErrorKind::Unreachable, ErrorKind::Protocol, ErrorKind::Cancelled}) {
            const Error error{kind, "words", "/a/b.toml", 3, 14};
            host.fake.failNext(QStringLiteral("undo"), error);
            const auto answer = await(session.undo());
            QVERIFY(!answer);
            QCOMPARE(said(answer.error().kind), said(kind));
            QVERIFY(answer.error() == error);
        }
    }

    void everyByteOfALogComesThrough()
    {
        WireFixture host;
        host.fake.put(serviceNamed(QStringLiteral("mail")));
        const QList<QByteArray> texts{"", "plain", "gr\xc3\xbc\xc3\x9f", QByteArray("nul\0nul", 7), "\xff\xfe", "\xef\xbb\xbfmark",
                                      "\xed\xa0\x80", "\r\x1b[1m\t\"\\", "\xf0\x9f\x8d\x96"};
        for (const QByteArray& text : texts)
            host.fake.say(QStringLiteral("mail"), text, 'e');
        RemoteSession session({});
        QVERIFY(await(session.open(host.path())));
        LogQuery query;
        query.service = QStringLiteral("mail");
        query.allRuns = true;
        const auto page = await(session.readLog(query));
        QVERIFY(page);
        QCOMPARE(page->entries.size(), texts.size());
        for (qsizetype n = 0; n < texts.size(); ++n) {
            QCOMPARE(page->entries[n].text, texts[n]);
            QCOMPARE(page->entries[n].stream, 'e');
        }
    }

    void moreRunsThanAPageAreFetched()
    {
        WireFixture host;
        host.fake.put(serviceNamed(QStringLiteral("mail")));
        host.fake.addPastRuns(QStringLiteral("mail"), 12'345);
        RemoteSession session({});
        QVERIFY(await(session.open(host.path())));
        RunQuery query;
        query.limit = 20'000;
        const auto runs = await(session.runs(query));
        QVERIFY(runs);
        QCOMPARE(runs->size(), 12'345);
        QCOMPARE(said(runs->first().id), QStringLiteral("12345"));
        QCOMPARE(said(runs->last().id), QStringLiteral("1"));
    }

    void theKeptSnapshotFollowsTheDeltas()
    {
        WireFixture host;
        RemoteSession session({});
        Mirror mirror(session);
        QVERIFY(await(session.open(host.path())));
        QVERIFY(await(session.subscribe()));
        QVERIFY(await(session.subscribe())); // again: nothing new
        QCOMPARE(mirror.snapshots, 1);
        host.fake.forgetCalls();
        for (const char* name : {"c", "a", "b"})
            host.fake.put(serviceNamed(QString::fromLatin1(name)));
        host.fake.drop(QStringLiteral("a"));
        host.fake.setState(QStringLiteral("c"), ServiceState::Running);
        HostInfo info = host.fake.host();
        info.problems = {QStringLiteral("the disk is full")};
        host.fake.setHost(info);
        QVERIFY(spinUntil([&] { return mirror.now.revision == host.fake.revision(); }));
        QVERIFY(mirror.fits);
        QCOMPARE(mirror.deltas, 6);
        const auto kept = await(session.snapshot());
        QVERIFY(kept);
        QCOMPARE(host.fake.callCount(QStringLiteral("snapshot")), 0);
        QCOMPARE(kept->services.size(), 2);
        QCOMPARE(kept->services.at(0).name, QStringLiteral("b"));
        QCOMPARE(said(kept->services.at(1).state), QStringLiteral("running"));
        QCOMPARE(kept->host.problems, info.problems);
    }

    void deltasThatComeWhileTheSnapshotIsOnItsWayFollowIt()
    {
        WireFixture host;
        RemoteSession session({});
        Mirror mirror(session);
        QVERIFY(await(session.open(host.path())));
        host.fake.hold(QStringLiteral("snapshot"));
        Begun subscribing(session.subscribe());
        QVERIFY(spinUntil([&] { return host.fake.callCount(QStringLiteral("snapshot")) == 1; }));
        host.fake.put(serviceNamed(QStringLiteral("early")));
        host.fake.release(QStringLiteral("snapshot"));
        host.fake.put(serviceNamed(QStringLiteral("later")));
        QVERIFY(subscribing.value());
        QVERIFY(spinUntil([&] { return mirror.now.revision == host.fake.revision(); }));
        QVERIFY(mirror.fits);
        QCOMPARE(await(session.snapshot())->services.size(), 2);
    }

    void aHostThatReplacesEverythingIsAskedAnew()
    {
        WireFixture host;
        RemoteSession session({});
        Mirror mirror(session);
        QVERIFY(await(session.open(host.path())));
        QVERIFY(await(session.subscribe()));
        host.fake.replaceAll();
        QVERIFY(spinUntil([&] { return mirror.snapshots == 2; }));
        QCOMPARE(said(mirror.now.revision), said(host.fake.revision()));
        host.fake.put(serviceNamed(QStringLiteral("next")));
        QVERIFY(spinUntil([&] { return mirror.deltas == 1; }));
        QVERIFY(mirror.fits);
    }

    void aLostHostIsFoundAgainAndSubscribedAgain()
    {
        FakeClock clock;
        Clock::setCurrent(&clock);
        {
            QTemporaryDir folder;
            const QString path = folder.filePath(QStringLiteral("host.sock"));
            RemoteSession session({.reconnect = true});
            Mirror mirror(session);
            QList<HostSession::Connection> connections;
            QObject::connect(&session, &HostSession::connectionChanged, &session,
                             [&](HostSession::Connection connection) { connections.append(connection); });
            {
                Begun opening(session.open(path));
                clock.settle();
                QVERIFY(!opening.value()); // nobody there yet
            }
            QCOMPARE(said(await(session.subscribe()).error().kind), said(ErrorKind::Unreachable)); // remembered all the same

            auto fake = std::make_unique<FakeSession>();
            auto server = std::make_unique<ControlServer>(*fake);
            QVERIFY(server->listen(path));
            clock.advance(199ms);
            QCOMPARE(said(session.connection()), said(HostSession::Connection::Lost));
            clock.advance(1ms);
            QVERIFY(spinUntil([&] { return mirror.snapshots == 1; }));
            QCOMPARE(said(session.connection()), said(HostSession::Connection::Connected));

            server.reset();
            QVERIFY(spinUntil([&] { return session.connection() == HostSession::Connection::Lost; }));
            clock.advance(200ms); // fails: nobody there; then 0.4 s, 0.8 s, 1.6 s, 2 s, 2 s
            clock.advance(400ms + 800ms + 1600ms);
            QCOMPARE(said(session.connection()), said(HostSession::Connection::Lost));
            fake->put(serviceNamed(QStringLiteral("new")));
            server = std::make_unique<ControlServer>(*fake);
            QVERIFY(server->listen(path));
            clock.advance(2s);
            QVERIFY(spinUntil([&] { return mirror.snapshots == 2; }));
            QCOMPARE(mirror.now.services.size(), 1);
            QVERIFY(await(session.hostStatus()));
            QVERIFY(connections.size() >= 6);
        }
        Clock::setCurrent(nullptr);
    }

    void aHostThatDoesNotGreetIsGivenUp()
    {
        FakeClock clock;
        Clock::setCurrent(&clock);
        {
            WireFixture host;
            host.fake.hold(QStringLiteral("hostStatus"));
            RemoteSession session({});
            Begun opening(session.open(host.path()));
            clock.settle();
            QVERIFY(spinUntil([&] { return host.fake.callCount(QStringLiteral("hostStatus")) == 1; }));
            clock.advance(10s);
            const auto& opened = opening.value();
            QVERIFY(!opened);
            QVERIFY(opened.error().message.contains("does not answer"));
        }
        Clock::setCurrent(nullptr);
    }

    void aSessionMayBeDestroyedInItsOwnSignals()
    {
        WireFixture host;
        auto session = std::make_unique<RemoteSession>(RemoteSession::Options{});
        QVERIFY(await(session->open(host.path())));
        QVERIFY(await(session->subscribe()));
        QObject::connect(session.get(), &HostSession::deltaArrived, &host.server, [&] { session.reset(); });
        host.fake.put(serviceNamed(QStringLiteral("a")));
        host.fake.put(serviceNamed(QStringLiteral("b")));
        QVERIFY(spinUntil([&] { return !session; }));
        QVERIFY(spinUntil([&] { return host.server.connectionCount() == 0; }));
    }
};

QTEST_GUILESS_MAIN(TestRemoteSession)
#include "tst_remote_session.moc"

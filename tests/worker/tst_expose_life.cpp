#include "exposedprogram.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

class TestExposeLife : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_root = std::make_unique<QTemporaryDir>(QDir::tempPath() + QStringLiteral("/wXXXXXX")); }
    void cleanup() { m_root.reset(); }

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

private:
    std::unique_ptr<QTemporaryDir> m_root;
};

QTEST_GUILESS_MAIN(TestExposeLife)
#include "tst_expose_life.moc"

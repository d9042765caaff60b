// What a queue in a file has to do with files, and with other processes.
#include "queuecontractwords.h"

#include "support/sanitizers.h"

#include <sqlite/sqlitedatabase.h>
#include <sqlite/sqlitequeue.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <vector>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

bool send(MessageQueue& queue, std::string body)
{
    return await(queue.send({std::move(body)})).has_value();
}

/// What a receive ended with.
Task<QString> outcome(Task<std::optional<Message>> receiving)
{
    try {
        const auto message = co_await std::move(receiving);
        co_return message ? text(message->body) : QStringLiteral("the end");
    } catch (const QueueError& error) {
        co_return text(error.error().text());
    }
}

/// Whose memory nobody touches.
std::string unwritten(std::size_t size)
{
    std::string out;
    out.resize_and_overwrite(size, [](char*, std::size_t all) { return all; });
    return out;
}

} // namespace

class TestSqliteQueue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_options.file = path("queue.sqlite");
    }

    // A process that closes a descriptor of the file gives up all the locks that it has there; another one that ends
    // then takes itself for the last, and the log of the changes with it.
    void aSecondObjectInTheProcessDoesNotGiveUpTheLocksOfTheFirst()
    {
        TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
        SqliteQueue first(m_options);
        QVERIFY(send(first, "a"));
        SqliteQueue second(m_options);
        QCOMPARE(statusOfAnotherProcess(), QByteArray("1 0 0\n"));
        QVERIFY(send(first, "b"));
        QVERIFY(send(second, "c"));
        QCOMPARE(statusOfAnotherProcess(), QByteArray("3 0 0\n"));
        QCOMPARE(await(first.status())->depth, 3u);
    }

    void anErrorThatHasPassedKeepsNobodyWaiting()
    {
        SqliteQueue queue(m_options);
        SqliteDatabase other;
        QVERIFY(other.open(m_options.file));
        QVERIFY(other.execute("ALTER TABLE message RENAME TO hidden"));
        QVERIFY(!send(queue, "a"));
        QVERIFY(other.execute("ALTER TABLE hidden RENAME TO message"));
        Begun<QString> waiting(outcome(queue.receive()));
        queue.close();
        QCOMPARE(waiting.value(), QStringLiteral("the end"));
    }

    void aMessageThatIsTooLargeFailsAlone()
    {
        SqliteQueue queue(m_options);
        Begun<Result<SentMessage>> large(queue.send({unwritten(1'000'000'001)}));
        Begun<Result<SentMessage>> small(queue.send({"a"}));
        QVERIFY(small.value());
        QVERIFY(!large.value());
        const QString said = text(large.value().error().text());
        QVERIFY2(said.contains(QStringLiteral("1000000001 bytes")), qPrintable(said));
    }

    void aRequestThatFailsFailsForNoneButItself()
    {
        SqliteQueue queue(m_options);
        SqliteDatabase other;
        QVERIFY(other.open(m_options.file));
        QVERIFY(other.execute("CREATE TRIGGER refuse BEFORE INSERT ON message WHEN NEW.body = CAST('bad' AS BLOB) "
                              "BEGIN SELECT RAISE(FAIL, 'not this one'); END"));
        std::vector<std::unique_ptr<Begun<Result<SentMessage>>>> sending;
        for (int i = 0; i < 40; ++i)
            sending.push_back(std::make_unique<Begun<Result<SentMessage>>>(queue.send({i % 10 == 5 ? "bad" : "good"})));
        for (int i = 0; i < 40; ++i) {
            const auto& sent = sending[std::size_t(i)]->value();
            QCOMPARE(sent.has_value(), i % 10 != 5);
            QVERIFY(sent || sent.error().text().find("not this one") != std::string::npos);
        }
        QCOMPARE(await(queue.status())->depth, 36u);
        QCOMPARE(await(queue.status())->sent, 36u);
    }

    void whatCannotBeFetchedFailsNoSend()
    {
        SqliteQueue queue(m_options);
        SqliteDatabase other;
        QVERIFY(other.open(m_options.file));
        QVERIFY(other.execute("CREATE TRIGGER refuse BEFORE UPDATE ON message BEGIN SELECT RAISE(FAIL, 'not now'); END"));
        Begun<QString> waiting(outcome(queue.receive()));
        QVERIFY(send(queue, "a"));
        QVERIFY(send(queue, "b"));
        QVERIFY(!waiting.isDone());
        QVERIFY(other.execute("DROP TRIGGER refuse"));
        QCOMPARE(waiting.value(), QStringLiteral("a"));
    }

    void aFolderMayBeALink()
    {
        QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("real")));
        QVERIFY(QFile::link(m_folder->filePath(QStringLiteral("real")), m_folder->filePath(QStringLiteral("link"))));
        m_options.file = path("link/queue.sqlite");
        SqliteQueue queue(m_options);
        QVERIFY(send(queue, "a"));
        m_options.file = path("real/queue.sqlite");
        QCOMPARE(await(SqliteQueue(m_options).status())->depth, 1u);
    }

    void theFileItselfMayNotBeALink()
    {
        QVERIFY(QFile::link(m_folder->filePath(QStringLiteral("elsewhere")), m_folder->filePath(QStringLiteral("queue.sqlite"))));
        QVERIFY_THROWS_EXCEPTION(QueueError, SqliteQueue{m_options});
    }

    void aQueueWithoutAFileIsRefused()
    {
        QVERIFY_THROWS_EXCEPTION(QueueError, SqliteQueue{SqliteQueueOptions{}});
    }

    void aDamagedFileEndsReceiversInWords()
    {
        {
            SqliteQueue queue(m_options);
            for (int i = 0; i < 50; ++i)
                QVERIFY(send(queue, std::string(1000, 'x')));
        }
        QFile file(QString::fromStdString(m_options.file));
        QVERIFY(file.open(QIODevice::ReadWrite));
        constexpr qint64 page = 4096;
        QVERIFY(file.seek(page)); // the first says what there is
        QVERIFY(file.write(QByteArray(file.size() - page, '\xaa')) > page);
        file.close();
        SqliteQueue queue(m_options);
        Begun<QString> waiting(outcome(queue.receive()));
        QVERIFY2(waiting.value().contains(QStringLiteral("malformed")), qPrintable(waiting.value()));
        QVERIFY(!send(queue, "a"));
    }

    void whatIsSentToAFileThatWasDeletedIsNotSaidToBeSafe()
    {
        SqliteQueue queue(m_options);
        QVERIFY(send(queue, "a"));
        Begun<QString> waiting(outcome(queue.receive()));
        QCOMPARE(waiting.value(), QStringLiteral("a"));
        QVERIFY(QFile::remove(QString::fromStdString(m_options.file)));
        const auto sent = await(queue.send({"b"}));
        QVERIFY(!sent);
        QVERIFY2(sent.error().text().find("deleted") != std::string::npos, sent.error().text().c_str());
        Begun<QString> late(outcome(queue.receive()));
        QVERIFY2(late.value().contains(QStringLiteral("deleted")), qPrintable(late.value()));
    }

private:
    std::string path(const char* name) const { return m_folder->filePath(QLatin1String(name)).toStdString(); }

    QByteArray statusOfAnotherProcess() const
    {
        QProcess program;
        program.start(qEnvironmentVariable("TURNSPIT_BIN") + QStringLiteral("/turnspit-queue-program"),
                      {QString::fromStdString(m_options.file), QStringLiteral("status")});
        return program.waitForFinished() ? program.readAllStandardOutput() : program.errorString().toUtf8();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    SqliteQueueOptions m_options;
};

QTEST_GUILESS_MAIN(TestSqliteQueue)
#include "tst_sqlitequeue.moc"

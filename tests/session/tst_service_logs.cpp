#include <turnspit/session/servicelogs.h>

#include <turnspit/hosting/hostevents.h>
#include <turnspit/logging/logger.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

const WallTime morning = *parseRfc3339("2026-11-28T08:00:00.123456Z");

LogRecord record(const char* service, LogLevel level, const char* text, int event = 0)
{
    return {.time = morning, .level = level, .eventId = event, .category = "acme::Sync", .service = service, .text = text};
}

struct Fixture
{
    [[nodiscard]] QByteArray read(const char* file) const
    {
        QFile in(folder.filePath(QString::fromLatin1(file)));
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    }
    void open(const ServiceLogs::Caps& caps = {}) { logs.open(folder.path().toStdString(), caps); }

    QTemporaryDir folder;
    ServiceLogs logs;
};

} // namespace

class TestServiceLogs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aLineIsAnEntryOfItsServiceOnTheStreamOfItsLevel()
    {
        Fixture f;
        f.open();
        f.logs.write(record("sync", LogLevel::Info, "Syncing data"));
        f.logs.write(record("sync", LogLevel::Error, "no network"));
        f.logs.write(record("sync", LogLevel::Debug, "row 7"));
        f.logs.write(record("mail", LogLevel::Info, "sent"));
        QCOMPARE(f.read("sync/00000001.log"), QByteArray("2026-11-28T08:00:00.123456Z o | Syncing data\n"
                                                         "2026-11-28T08:00:00.123456Z e | error: no network\n"
                                                         "2026-11-28T08:00:00.123456Z o | debug: row 7\n"));
        QCOMPARE(f.read("mail/00000001.log"), QByteArray("2026-11-28T08:00:00.123456Z o | sent\n"));
    }

    void anEventOfTheProgramIsALineLikeAnyOtherWithItsNumberAndValues()
    {
        Fixture f;
        f.open();
        const LogField fields[] = {{"order", "7"}, {"city", "New York"}};
        LogRecord shipped = record("shop", LogLevel::Info, "shipped", firstProgramEvent + 1);
        shipped.fields = fields;
        f.logs.write(shipped);
        QCOMPARE(f.read("shop/00000001.log"), QByteArray("2026-11-28T08:00:00.123456Z o | shipped event=1001 order=7 city=\"New York\"\n"));
    }

    void whatTheHostSaysAboutAServiceIsAMark()
    {
        Fixture f;
        f.open();
        f.logs.write(record("sync", LogLevel::Error, "service 'sync' failed: no network", ServiceFailed));
        QCOMPARE(f.read("sync/00000001.log"), QByteArray("2026-11-28T08:00:00.123456Z h | service 'sync' failed: no network\n"));
    }

    void whatIsAboutNoServiceOrHasNoNameOfAFolderIsNotKept()
    {
        Fixture f;
        f.open();
        f.logs.write(record("", LogLevel::Info, "host"));
        f.logs.write(record("../out", LogLevel::Info, "out"));
        QVERIFY(QDir(f.folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).isEmpty());
    }

    void whatIsSaidBeforeItOpensFollowsThen()
    {
        Fixture f;
        f.logs.write(record("sync", LogLevel::Info, "early"));
        f.open();
        f.logs.write(record("sync", LogLevel::Info, "late"));
        QCOMPARE(f.read("sync/00000001.log").count('\n'), 2);
        QVERIFY(f.read("sync/00000001.log").contains("o | early\n"));
    }

    void afterCloseNothingIsWritten()
    {
        Fixture f;
        f.open();
        f.logs.write(record("sync", LogLevel::Info, "one"));
        f.logs.close();
        f.logs.write(record("sync", LogLevel::Info, "two"));
        QCOMPARE(f.read("sync/00000001.log").count('\n'), 1);
        QCOMPARE(f.logs.upkeep(morning).bytes, 0U);
    }

    void theCapsOfAServiceAndOfAllHold()
    {
        Fixture f;
        f.open({.maxSize = 40'000, .segmentSize = 10'000, .totalSize = 60'000});
        const std::string line(200, 'x');
        for (int i = 0; i < 1000; ++i) {
            f.logs.write(record("a", LogLevel::Info, line.c_str()));
            f.logs.write(record("b", LogLevel::Info, line.c_str()));
        }
        qint64 total = 0;
        for (const char* service : {"a", "b"}) {
            qint64 own = 0;
            for (const QFileInfo& file : QDir(f.folder.filePath(QString::fromLatin1(service))).entryInfoList(QDir::Files))
                own += file.size();
            QVERIFY(own <= 40'000);
            total += own;
        }
        QVERIFY(total <= 60'000);
        QVERIFY(total > 20'000);
        QCOMPARE(static_cast<qint64>(f.logs.upkeep(morning).bytes), total);
    }

    void manyThreadsMaySpeakAtOnceAndEveryLineIsWhole()
    {
        Fixture f;
        f.open();
        std::atomic<int> told = 0;
        f.logs.onWritten([&told](const std::string& service) { told += service == "sync" ? 1 : 0; });
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&f] {
                for (int i = 0; i < 250; ++i)
                    f.logs.write(record("sync", LogLevel::Info, "a line of some words"));
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        const QByteArray text = f.read("sync/00000001.log");
        QCOMPARE(text.count("Z o | a line of some words\n"), 1000);
        QCOMPARE(text.count('\n'), 1000);
        QCOMPARE(told.load(), 1000);
    }

    void aFolderThatCannotBeWrittenIsToldAndSpeakingGoesOn()
    {
        Fixture f;
        QFile block(f.folder.filePath(QStringLiteral("sync")));
        QVERIFY(block.open(QIODevice::WriteOnly)); // a file where the folder should be
        f.open();
        f.logs.write(record("sync", LogLevel::Info, "lost"));
        QVERIFY(f.logs.upkeep(morning).trouble.find("cannot be kept") != std::string::npos);
        QVERIFY(block.remove());
        f.logs.write(record("sync", LogLevel::Info, "lost as well: it is not tried again at once"));
        QVERIFY(f.logs.upkeep(morning + 1s).trouble.empty());
        QVERIFY(f.read("sync/00000001.log").contains("not kept: 2 lines"));
    }

    void standardErrorIsNotReplacedByIt()
    {
        Fixture f;
        QVERIFY(f.logs.isBesides());
    }
};

QTEST_GUILESS_MAIN(TestServiceLogs)
#include "tst_service_logs.moc"

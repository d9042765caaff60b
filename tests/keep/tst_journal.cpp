#include <turnspit/keep/journal.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/resource.h>

using namespace turnspit;
using namespace turnspit::keep;

namespace {

BeginRecord record(std::uint64_t run)
{
    BeginRecord out;
    out.run = RunId{run};
    out.service = "shop-mailer";
    out.boot = "4f4f-11";
    out.key = "00ff";
    out.trigger = Trigger::CatchUp;
    out.attempt = 3;
    out.began = WallTime(std::chrono::microseconds(1'795'000'000'123'456));
    out.logBegin = {7, 99};
    out.log = {false, "/a folder/with 100%\n=", 1, 2, Milliseconds(3)};
    out.pid = 812;
    out.start = 123456;
    return out;
}

Ended end(std::uint64_t run)
{
    Ended out;
    out.run = RunId{run};
    out.service = "s";
    out.pid = 812;
    out.attempt = 2;
    out.outcome = Outcome::Killed;
    out.signal = 9;
    out.reason = "did not stop within 10s; killed";
    out.logEnd = {8, 5};
    out.alive = {4, 5};
    return out;
}

} // namespace

class TestJournal : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_count = 0;

    std::string newPath() { return m_folder.path().toStdString() + "/journal" + std::to_string(++m_count); }

    static void append(const std::string& path, const std::string& text)
    {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::Append));
        file.write(text.data(), static_cast<qint64>(text.size()));
    }

    static qint64 sizeOf(const std::string& path) { return QFile(QString::fromStdString(path)).size(); }

private Q_SLOTS:
    void aBeginThatTheChildWroteIsReadBackWhole()
    {
        const std::string path = newPath();
        append(path, Journal::beginText(record(41)) + " pid=812 start=123456\n");
        Journal journal(path);
        const auto found = journal.open();
        QVERIFY(found.ends.empty());
        QCOMPARE(found.open.size(), 1UZ);
        const BeginRecord& got = found.open.front();
        const BeginRecord want = record(41);
        QVERIFY(got.run == want.run && got.service == want.service && got.boot == want.boot && got.key == want.key);
        QVERIFY(got.trigger == want.trigger && got.attempt == want.attempt && got.began == want.began);
        QVERIFY(got.logBegin == want.logBegin && got.pid == want.pid && got.start == want.start);
        QCOMPARE(got.log.folder, want.log.folder);
        QVERIFY(!got.log.capture && got.log.maxSize == 1 && got.log.segmentSize == 2 && got.log.maxAge.count() == 3);
    }

    void anEndStaysUntilItIsAcknowledged()
    {
        const std::string path = newPath();
        {
            Journal journal(path);
            QVERIFY(journal.open().open.empty());
            journal.begun(record(41), false);
            journal.retry();
            journal.ended(end(41));
        }
        {
            Journal journal(path);
            const auto found = journal.open();
            QVERIFY(found.open.empty());
            QCOMPARE(found.ends.size(), 1UZ);
            const Ended& got = found.ends.front();
            QVERIFY(got.outcome == Outcome::Killed && got.signal == 9 && got.exitCode == -1 && got.attempt == 2);
            QCOMPARE(got.reason, end(41).reason);
            QVERIFY((got.logEnd == LogPosition{8, 5}) && got.alive == end(41).alive);
            journal.acknowledged(RunId{41});
            QCOMPARE(sizeOf(path), 0);
        }
        Journal journal(path);
        QVERIFY(journal.open().ends.empty());
    }

    void aRunThatCouldNotBeStartedLeavesNothing()
    {
        const std::string path = newPath();
        append(path, Journal::beginText(record(1)) + " pid=5 start=6\n");
        {
            Journal journal(path);
            QVERIFY(journal.open().open.size() == 1);
            journal.annul(RunId{1}, true);
        }
        Journal journal(path);
        QVERIFY(journal.open().open.empty());
    }

    void tornAndUnknownLinesAreSkipped()
    {
        const std::string path = newPath();
        append(path, "nonsense\n\nlater run=9 x=y\n" + Journal::beginText(record(1)) + " pid=5 start=6\n" +
                         Journal::beginText(record(2)).substr(0, 50));
        {
            Journal journal(path);
            const auto found = journal.open();
            QVERIFY(found.open.size() == 1 && found.open.front().run == RunId{1});
            journal.ended(end(1)); // must not be glued to the torn line
        }
        Journal journal(path);
        const auto found = journal.open();
        QVERIFY(found.open.empty() && found.ends.size() == 1);
    }

    void whatAFullDiskRefusedIsWrittenLater()
    {
        const std::string path = newPath();
        Journal journal(path);
        QVERIFY(journal.open().open.empty());
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{20, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        journal.ended(end(1));
        journal.ended(end(2));
        QVERIFY(journal.failing());
        ::setrlimit(RLIMIT_FSIZE, &before);
        journal.retry();
        QVERIFY(!journal.failing());
        Journal next(path);
        QVERIFY(next.open().ends.size() == 2);
    }

    void itDoesNotGrowForEver()
    {
        const std::string path = newPath();
        Journal journal(path);
        QVERIFY(journal.open().open.empty());
        journal.ended(end(1));
        for (std::uint64_t run = 2; run < 20000; ++run) {
            journal.ended(end(run));
            journal.acknowledged(RunId{run});
        }
        QVERIFY(sizeOf(path) < 2'000'000);
        Journal next(path);
        const auto found = next.open();
        QVERIFY(found.ends.size() == 1 && found.ends.front().run == RunId{1});
    }
};

QTEST_APPLESS_MAIN(TestJournal)
#include "tst_journal.moc"

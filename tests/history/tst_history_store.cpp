#include <turnspit/history/historystore.h>
#include <sqlite/sqlitedatabase.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;

namespace {

WallTime at(int second)
{
    return WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + std::chrono::seconds(second);
}

Run made(std::uint64_t id, const std::string& service, int second)
{
    Run run;
    run.id = RunId{id};
    run.service = service;
    run.begin = at(second);
    return run;
}

Run ended(std::uint64_t id, const std::string& service, int second, Outcome outcome = Outcome::Succeeded)
{
    Run run = made(id, service, second);
    run.end = at(second + 1);
    run.outcome = outcome;
    return run;
}

std::vector<std::uint64_t> ids(const Result<std::vector<Run>>& runs)
{
    std::vector<std::uint64_t> out;
    for (const Run& run : runs.value())
        out.push_back(run.id.value);
    return out;
}

using Ids = std::vector<std::uint64_t>;

} // namespace

class TestHistoryStore : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_count = 0;

    std::string newFile()
    {
        const QString folder = m_dir.filePath(QString::number(++m_count));
        QDir().mkpath(folder);
        return (folder + QStringLiteral("/history.sqlite")).toStdString();
    }

    static std::unique_ptr<HistoryStore> open(const std::string& file)
    {
        auto store = HistoryStore::open(file);
        if (!store)
            qFatal("%s", store.error().text().c_str());
        return std::move(*store);
    }

    static void damage(const std::string& file, qint64 offset, const QByteArray& bytes)
    {
        QFile target(QString::fromStdString(file));
        QVERIFY(target.open(QIODevice::ReadWrite));
        QVERIFY(target.seek(offset));
        QCOMPARE(target.write(bytes), bytes.size());
    }

private Q_SLOTS:
    void runsAreChosenByHowTheyEnded()
    {
        const auto store = open(newFile());
        int id = 0;
        for (const auto outcome : {Outcome::Succeeded, Outcome::Failed, Outcome::Killed, Outcome::Failed}) {
            ++id;
            Run run = made(static_cast<std::uint64_t>(id), id == 4 ? "other" : "backup", id);
            run.end = at(id + 1);
            run.outcome = outcome;
            QVERIFY(store->endRun(run));
        }
        QVERIFY(store->beginRun(made(5, "backup", 9)));
        QCOMPARE(ids(store->runs({.service = "backup", .outcomes = {Outcome::Failed}})), Ids{2});
        QCOMPARE(ids(store->runs({.outcomes = {Outcome::Failed, Outcome::Killed}})), (Ids{4, 3, 2}));
        QCOMPARE(ids(store->runs({.limit = 1, .before = RunId{4}, .outcomes = {Outcome::Failed, Outcome::Killed}})), Ids{3});
    }

    void aRunComesBackAsItWasRecorded()
    {
        const std::string file = newFile();
        Run run = made(41, "backup", 10);
        run.trigger = Trigger::CatchUp;
        run.attempt = 3;
        run.pid = 812;
        run.logBeginSegment = 7;
        run.logBeginOffset = 5'000'000'000;
        {
            const auto store = open(file);
            QCOMPARE(store->opened().migratedFrom, 0);
            QVERIFY(store->beginRun(run));
            QCOMPARE(ids(store->openRuns()), Ids{41});
        }
        const auto store = open(file);
        QCOMPARE(store->opened().migratedFrom, HistoryStore::schemaVersion);
        QVERIFY(store->run(RunId{41}).value() == run);
        run.end = at(20) + std::chrono::microseconds(123456);
        run.outcome = Outcome::Killed;
        run.signal = 9;
        run.reason = std::string("did not stop within 10s; killed \xc3\xa4 \0 x", 39);
        run.peakMemory = 96'000'000'000;
        run.cpuSeconds = 1.25;
        run.logLines = 4102;
        run.logEndSegment = 8;
        run.logEndOffset = 12;
        QVERIFY(store->endRun(run));
        QVERIFY(store->run(RunId{41}).value() == run);
        QVERIFY(!store->run(RunId{42}).value());
        QCOMPARE(ids(store->openRuns()), Ids());
    }

    void runsAreAskedForNewestFirstByServiceAndPage()
    {
        const auto store = open(newFile());
        for (std::uint64_t id = 1; id <= 10; ++id)
            QVERIFY(store->beginRun(ended(id, id % 2 ? "odd" : "even", static_cast<int>(id))));
        QCOMPARE(ids(store->runs({{}, 3, {}})), (Ids{10, 9, 8}));
        QCOMPARE(ids(store->runs({"odd", 50, {}})), (Ids{9, 7, 5, 3, 1}));
        QCOMPARE(ids(store->runs({"even", 2, RunId{8}})), (Ids{6, 4}));
        QCOMPARE(store->lastRun("odd").value()->id.value, 9u);
        QVERIFY(!store->lastRun("none").value());
        QVERIFY(store->beginRun(made(11, "odd", 11)));
        const auto begun = store->lastRuns();
        QCOMPARE(begun->size(), 2u);
        QCOMPARE(begun->at("odd").id.value, 11u);
        QCOMPARE(store->lastRuns(HistoryStore::Last::Ended)->at("odd").id.value, 9u);
        Run skipped = ended(12, "odd", 12);
        skipped.outcome = Outcome::Skipped;
        QVERIFY(store->endRun(skipped));
        QCOMPARE(store->lastRuns(HistoryStore::Last::Ended)->at("odd").id.value, 9u); // nothing ran
        skipped.id = RunId{13};
        skipped.outcome = Outcome::Missed;
        QVERIFY(store->endRun(skipped));
        QCOMPARE(store->lastRuns(HistoryStore::Last::Ended)->at("odd").id.value, 9u);
    }

    void eventsAreToldOldestFirst()
    {
        const auto store = open(newFile());
        for (int i = 0; i < 10; ++i)
            QVERIFY(store->addEvent({0, at(i), "kind", i % 2 ? "odd" : "", std::to_string(i)}));
        const auto all = store->events({});
        QCOMPARE(all->size(), 10u);
        QCOMPARE(all->front().text, std::string("0"));
        const auto last = store->events({"odd", at(3), 0, 2});
        QCOMPARE(last->size(), 2u);
        QCOMPARE(last->back().text, std::string("9"));
        QCOMPARE(store->events({{}, {}, (*all)[7].id, 100})->size(), 2u);
    }

    void theNewestOfSomeKindsIsFound()
    {
        const auto store = open(newFile());
        QVERIFY(!store->lastEventOf({"host-started"}).value());
        for (int i = 0; i < 6; ++i)
            QVERIFY(store->addEvent({0, at(i), i % 2 ? "host-stopped" : "host-started", "", std::to_string(i)}));
        QVERIFY(store->addEvent({0, at(7), "host", "", "another word"}));
        QCOMPARE(store->lastEventOf({"host-started", "host-stopped"}).value()->text, std::string("5"));
        QCOMPARE(store->lastEventOf({"host-started"}).value()->text, std::string("4"));
        // However long a host lives, it is known that it began.
        QVERIFY(store->prune(at(100)));
        QCOMPARE(store->events({})->size(), 1u);
        QCOMPARE(store->lastEventOf({"host-started", "host-stopped"}).value()->text, std::string("4"));
    }

    void stateOfServicesIsKept()
    {
        const std::string file = newFile();
        {
            const auto store = open(file);
            QVERIFY(!store->serviceState("a").value());
            QVERIFY(store->setServiceState("a", "{\"n\":1}"));
            QVERIFY(store->setServiceState("a", "{\"n\":2}"));
            QVERIFY(store->setMeta("planned", "x"));
        }
        const auto store = open(file);
        QCOMPARE(*store->serviceState("a").value(), std::string("{\"n\":2}"));
        QCOMPARE(store->serviceStates()->size(), 1u);
        QCOMPARE(*store->meta("planned").value(), std::string("x"));
    }

    void pruningKeepsTheNewestOfEachService()
    {
        const auto store = open(newFile());
        QVERIFY(store->beginRun(ended(1, "a", 1)));
        QVERIFY(store->beginRun(ended(2, "a", 2)));
        QVERIFY(store->beginRun(made(3, "a", 3)));
        QVERIFY(store->beginRun(ended(4, "b", 4)));
        QVERIFY(store->beginRun(ended(5, "b", 100)));
        QVERIFY(store->addEvent({0, at(1), "k", "", "old"}));
        QVERIFY(store->addEvent({0, at(100), "k", "", "new"}));
        QCOMPARE(store->prune(at(50)).value(), 3u);
        QCOMPARE(ids(store->runs({})), (Ids{5, 3, 2}));
        QCOMPARE(store->events({})->front().text, std::string("new"));
    }

    void whatIsForgottenLeavesItsIdsUsed()
    {
        const auto store = open(newFile());
        QVERIFY(store->beginRun(ended(1, "a", 1)));
        QVERIFY(store->beginRun(ended(7, "b", 2)));
        QVERIFY(store->setServiceState("b", "{}"));
        QVERIFY(store->forget("b"));
        QCOMPARE(ids(store->runs({})), Ids{1});
        QVERIFY(!store->serviceState("b").value());
        QCOMPARE(store->greatestRunId()->value, 7u);
        QVERIFY(store->noteRunId(RunId{3}));
        QCOMPARE(store->greatestRunId()->value, 7u);
        QVERIFY(store->noteRunId(RunId{12}));
        QCOMPARE(store->greatestRunId()->value, 12u);
    }

    void aRenamedServiceKeepsItsPast()
    {
        const auto store = open(newFile());
        QVERIFY(store->beginRun(ended(1, "a", 1)));
        QVERIFY(store->setServiceState("a", "mine"));
        QVERIFY(store->setServiceState("b", "other"));
        QVERIFY(store->addEvent({0, at(1), "k", "a", "x"}));
        QVERIFY(store->rename("a", "b"));
        QCOMPARE(ids(store->runs({"b", 5, {}})), Ids{1});
        QCOMPARE(*store->serviceState("b").value(), std::string("mine"));
        QVERIFY(!store->serviceState("a").value());
        QCOMPARE(store->events({"b", {}, 0, 10})->size(), 1u);
    }

    void anOldFileIsBroughtUpToDate()
    {
        const std::string file = newFile();
        QFile fixture(QFINDTESTDATA("history_v1.sql"));
        QVERIFY(fixture.open(QIODevice::ReadOnly));
        {
            SqliteDatabase database;
            QVERIFY(database.open(file));
            QVERIFY2(database.execute(fixture.readAll().constData()), database.message().c_str());
        }
        const auto store = open(file);
        QCOMPARE(store->opened().migratedFrom, 1);
        QCOMPARE(ids(store->runs({})), (Ids{42, 41, 40}));
        const Run run = store->run(RunId{41}).value().value();
        QCOMPARE(run.service, std::string("backup"));
        QVERIFY(run.trigger == Trigger::Ctl);
        QVERIFY(run.outcome == Outcome::Failed);
        QCOMPARE(run.exitCode.value(), 1);
        QCOMPARE(run.logLines, 4102u);
        QCOMPARE(run.logBeginSegment, 0u);
        QVERIFY(run.begin == WallTime(std::chrono::microseconds(1795337100000000)));
        QCOMPARE(ids(store->openRuns()), Ids{42});
        QCOMPARE(*store->meta("colour").value(), std::string("green"));
        QVERIFY(store->setServiceState("backup", "{}"));
        QCOMPARE(store->events({})->front().kind, std::string("host-started"));
    }

    void aFileOfANewerVersionIsRefusedAndLeftAlone()
    {
        const std::string file = newFile();
        {
            const auto store = open(file);
            QVERIFY(store->beginRun(ended(1, "a", 1)));
        }
        SqliteDatabase database;
        QVERIFY(database.open(file));
        QVERIFY(database.execute("PRAGMA user_version = 99"));
        database.close();
        const auto store = HistoryStore::open(file);
        QVERIFY(!store);
        QVERIFY(store.error().message.find("version 99") != std::string::npos);
        QVERIFY(QFile::exists(QString::fromStdString(file)));
    }

    void aDamagedFileIsSetAsideAndNamed_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("something else") << 0;
        QTest::newRow("header overwritten") << 1;
        QTest::newRow("a page overwritten") << 2;
        QTest::newRow("cut") << 3;
    }

    void aDamagedFileIsSetAsideAndNamed()
    {
        QFETCH(int, kind);
        const std::string file = newFile();
        const QString path = QString::fromStdString(file);
        {
            const auto store = open(file);
            QVERIFY(store->begin());
            for (std::uint64_t id = 1; id <= 1000; ++id)
                QVERIFY(store->beginRun(ended(id, "a", 1)));
            QVERIFY(store->commit());
        }
        switch (kind) {
        case 0:
            QVERIFY(QFile::resize(path, 0));
            damage(file, 0, QByteArray(5000, 'x'));
            break;
        case 1: damage(file, 0, QByteArray(100, '\0')); break;
        case 2: damage(file, 4096, QByteArray(8192, '\x5a')); break;
        default: QVERIFY(QFile::resize(path, QFile(path).size() / 2)); break;
        }
        const auto store = open(file);
        const QString aside = QString::fromStdString(store->opened().setAside);
        QVERIFY(aside.startsWith(path + QStringLiteral(".damaged-2")));
        QVERIFY(QFile::exists(aside));
        QCOMPARE(ids(store->runs({})), Ids());
        QVERIFY(store->beginRun(ended(2000, "a", 1)));
    }

    void aFolderThatIsNotThereIsAnErrorInWords()
    {
        const std::string file = m_dir.filePath(QStringLiteral("missing/history.sqlite")).toStdString();
        const auto store = HistoryStore::open(file);
        QVERIFY(!store);
        QVERIFY(store.error().message.find(file) != std::string::npos);
    }

    void whatFailsInsideATransactionUndoesOnlyItself()
    {
        const auto store = open(newFile());
        QVERIFY(store->begin());
        QVERIFY(store->nested([&] { return store->beginRun(ended(1, "a", 1)); }));
        const auto failed = store->nested([&]() -> Result<> {
            if (auto begun = store->beginRun(ended(2, "a", 1)); !begun)
                return begun;
            return fail("no");
        });
        QVERIFY(!failed);
        QVERIFY(store->commit());
        QCOMPARE(ids(store->runs({})), Ids{1});
    }
};

QTEST_GUILESS_MAIN(TestHistoryStore)
#include "tst_history_store.moc"

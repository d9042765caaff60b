#include <turnspit/history/historywriter.h>
#include <sqlite/sqlitedatabase.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <semaphore>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace turnspit;

namespace {

Run made(std::uint64_t id, const std::string& service = "a")
{
    Run run;
    run.id = RunId{id};
    run.service = service;
    return run;
}

HistoryWriter::Write beginning(std::uint64_t id)
{
    return [id](HistoryStore& store) { return store.beginRun(made(id)); };
}

/// Takes what onTrouble says, one text at a time.
class Troubles
{
public:
    auto sink()
    {
        return [this](const std::string& text) {
            {
                const std::lock_guard lock(m_mutex);
                m_texts.push_back(text);
            }
            m_told.release();
        };
    }

    std::string take()
    {
        m_told.acquire();
        const std::lock_guard lock(m_mutex);
        std::string text = std::move(m_texts.front());
        m_texts.pop_front();
        return text;
    }

private:
    std::mutex m_mutex;
    std::deque<std::string> m_texts;
    std::counting_semaphore<> m_told{0};
};

} // namespace

class TestHistoryWriter : public QObject
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

    static std::unique_ptr<HistoryWriter> start(HistoryWriter::Options options)
    {
        auto writer = HistoryWriter::start(std::move(options));
        if (!writer)
            qFatal("%s", writer.error().text().c_str());
        return std::move(*writer);
    }

    static std::size_t count(const std::string& file)
    {
        auto store = HistoryStore::open(file);
        return store.value()->runs({{}, 1'000'000, {}})->size();
    }

private Q_SLOTS:
    void completionsComeInOrderAfterTheCommit()
    {
        const std::string file = newFile();
        const auto writer = start({.file = file});
        std::vector<int> order;
        std::size_t seen = 0;
        for (int i = 0; i < 100; ++i) {
            QVERIFY(writer->post(beginning(static_cast<std::uint64_t>(i + 1)), [&, i](const Result<>& result) {
                if (result)
                    order.push_back(i);
                if (i == 99)
                    seen = count(file); // through another connection
            }));
        }
        QVERIFY(writer->flush());
        QCOMPARE(order.size(), 100u);
        QVERIFY(std::is_sorted(order.begin(), order.end()));
        QCOMPARE(seen, 100u);
    }

    void allThatIsQueuedGoesIntoOneTransaction()
    {
        const auto writer = start({.file = newFile()});
        std::promise<void> begun;
        std::binary_semaphore gate(0);
        QVERIFY(writer->post([&, told = false](HistoryStore&) mutable -> Result<> {
            if (!std::exchange(told, true))
                begun.set_value();
            gate.acquire();
            return {};
        }));
        begun.get_future().wait();
        for (std::uint64_t id = 1; id <= 1000; ++id)
            QVERIFY(writer->post(beginning(id)));
        gate.release();
        QVERIFY(writer->flush());
        QVERIFY(writer->commits() <= 3);
    }

    void aWorkThatFailsUndoesOnlyItself()
    {
        const std::string file = newFile();
        const auto writer = start({.file = file});
        Result<> bad;
        writer->post(beginning(1));
        writer->post(
            [](HistoryStore& store) -> Result<> {
                if (auto begun = store.beginRun(made(2)); !begun)
                    return begun;
                return fail(ErrorKind::Refused, "no");
            },
            [&](const Result<>& result) { bad = result; });
        writer->post(beginning(3));
        QVERIFY(writer->flush());
        QVERIFY(!bad);
        QVERIFY(bad.error().kind == ErrorKind::Refused);
        QCOMPARE(count(file), 2u);
    }

    void queriesSeeWhatWasPostedBefore()
    {
        const auto writer = start({.file = newFile()});
        writer->post(beginning(7));
        std::promise<Result<std::vector<Run>>> answer;
        QVERIFY(writer->query([](HistoryStore& store) { return store.runs({}); },
                              [&](Result<std::vector<Run>> runs) { answer.set_value(std::move(runs)); }));
        const auto runs = answer.get_future().get();
        QVERIFY(runs);
        QCOMPARE(runs->front().id.value, 7u);
    }

    void aLockedFileIsTriedAgainAndQueriesAreAnsweredMeanwhile()
    {
        const std::string file = newFile();
        Troubles troubles;
        auto writer = start({.file = file, .retry = std::chrono::milliseconds(1), .onTrouble = troubles.sink()});
        writer->post(beginning(1));
        QVERIFY(writer->flush());

        SqliteDatabase other;
        QVERIFY(other.open(file));
        QVERIFY(other.execute("BEGIN IMMEDIATE"));
        std::promise<Result<>> done;
        writer->post(beginning(2), [&](const Result<>& result) { done.set_value(result); });
        const std::string text = troubles.take();
        QVERIFY2(text.find("locked") != std::string::npos, text.c_str());
        QVERIFY(!writer->flush());
        std::promise<std::size_t> size;
        writer->query([](HistoryStore& store) { return store.runs({}); },
                      [&](Result<std::vector<Run>> runs) { size.set_value(runs.value().size()); });
        QCOMPARE(size.get_future().get(), 1u);

        QVERIFY(other.execute("ROLLBACK"));
        QVERIFY(done.get_future().get());
        QCOMPARE(troubles.take(), std::string());
        QVERIFY(writer->flush());
        QCOMPARE(count(file), 2u);
    }

    void aFullDiskIsTriedAgainUntilThereIsRoom()
    {
        const std::string file = newFile();
        Troubles troubles;
        auto writer = start({.file = file, .retry = std::chrono::milliseconds(1), .onTrouble = troubles.sink()});
        // A limit on the size of files stands in for the end of the disk.
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{2'000'000, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        std::promise<Result<>> done;
        writer->post(
            [](HistoryStore& store) {
                Run run = made(1);
                run.reason = std::string(5'000'000, 'x');
                return store.beginRun(run);
            },
            [&](const Result<>& result) { done.set_value(result); });
        QVERIFY(!troubles.take().empty());
        std::promise<std::size_t> size;
        writer->query([](HistoryStore& store) { return store.runs({}); },
                      [&](Result<std::vector<Run>> runs) { size.set_value(runs.value().size()); });
        QCOMPARE(size.get_future().get(), 0u);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        QVERIFY(done.get_future().get());
        QCOMPARE(troubles.take(), std::string());
        writer.reset();
        QCOMPARE(count(file), 1u);
    }

    void aFullQueueRefusesAndSaysSo()
    {
        const std::string file = newFile();
        Troubles troubles;
        auto writer = start({.file = file, .maxPending = 10, .onTrouble = troubles.sink()});
        std::promise<void> begun;
        std::binary_semaphore gate(0);
        writer->post([&](HistoryStore&) -> Result<> {
            begun.set_value();
            gate.acquire();
            return {};
        });
        begun.get_future().wait();
        for (std::uint64_t id = 1; id <= 9; ++id)
            QVERIFY(writer->post(beginning(id)));
        QVERIFY(!writer->post(beginning(10)));
        QVERIFY(!writer->post(beginning(11)));
        gate.release();
        QVERIFY(writer->flush());
        QVERIFY(troubles.take().starts_with("2 history records were not kept"));
        QVERIFY(writer->post(beginning(10)));
        QVERIFY(writer->flush());
        QCOMPARE(count(file), 10u);
    }

    void aFileThatTurnsOutDamagedIsPutAsideAndTheWorkRepeated()
    {
        const std::string file = newFile();
        {
            const auto store = HistoryStore::open(file);
            QVERIFY((*store)->begin());
            for (std::uint64_t id = 1; id <= 3000; ++id) {
                Run run = made(id);
                run.reason = std::string(2000, 'x');
                QVERIFY((*store)->beginRun(run));
            }
            QVERIFY((*store)->commit());
        }
        Troubles troubles;
        auto writer = start({.file = file, .onTrouble = troubles.sink()});
        QFile target(QString::fromStdString(file));
        QVERIFY(target.open(QIODevice::ReadWrite));
        QVERIFY(target.seek(4096));
        target.write(QByteArray(static_cast<qsizetype>(target.size()) - 4096, '\x5a'));
        target.close();
        Result<> done = fail("not called");
        writer->post(
            [](HistoryStore& store) -> Result<> {
                // More than the connection has in its cache.
                if (const auto found = store.runs({{}, 100'000, {}}); !found)
                    return fail(found.error());
                return store.beginRun(made(70'000));
            },
            [&](const Result<>& result) { done = result; });
        QVERIFY(writer->flush());
        QVERIFY(done);
        QVERIFY(troubles.take().find(".damaged-2") != std::string::npos);
        writer.reset();
        QCOMPARE(count(file), 1u);
    }

    void theDestructorDoesWhatWasPosted()
    {
        const std::string file = newFile();
        auto writer = start({.file = file});
        for (std::uint64_t id = 1; id <= 500; ++id)
            writer->post(beginning(id));
        writer.reset();
        QCOMPARE(count(file), 500u);
    }

    void theDestructorDoesNotWaitForAFileThatStaysLocked()
    {
        const std::string file = newFile();
        auto writer = start({.file = file, .retry = std::chrono::hours(1)});
        SqliteDatabase other;
        QVERIFY(other.open(file));
        QVERIFY(other.execute("BEGIN IMMEDIATE"));
        Result<> done;
        writer->post(beginning(1), [&](const Result<>& result) { done = result; });
        writer.reset();
        QVERIFY(!done);
    }

    void runIdsGoOnOverAnythingThatBecomesOfTheHistory()
    {
        const std::string file = newFile();
        std::uint64_t last = 0;
        {
            const auto writer = start({.file = file});
            for (int i = 0; i < 1000; ++i) {
                const std::uint64_t id = writer->nextRunId().value().value;
                QCOMPARE(id, last + 1);
                last = id;
            }
        }
        QVERIFY(QFile::remove(QString::fromStdString(file)));
        {
            const auto writer = start({.file = file});
            QCOMPARE(writer->nextRunId().value().value, last + 1);
            writer->raiseRunId(RunId{5000});
            QCOMPARE(writer->nextRunId().value().value, 5001u);
            writer->post(beginning(5001));
        }
        QVERIFY(QFile::remove(QString::fromStdString(file).replace(QStringLiteral("history.sqlite"), QStringLiteral("run-id"))));
        const auto writer = start({.file = file});
        QCOMPARE(writer->nextRunId().value().value, 5002u);
    }

    void aKillInTheMiddleOfWritingLosesNothingCommitted()
    {
        const std::string file = newFile();
        std::uint64_t greatest = 0;
        for (int round = 0; round < 5; ++round) {
            int ends[2];
            QCOMPARE(::pipe(ends), 0);
            const std::string program = QCoreApplication::applicationFilePath().toStdString();
            const std::string out = std::to_string(ends[1]);
            const pid_t child = ::fork();
            if (child == 0) {
                ::execl(program.c_str(), program.c_str(), "--write", file.c_str(), out.c_str(), nullptr);
                ::_exit(127);
            }
            QVERIFY(child > 0);
            ::close(ends[1]);
            std::vector<std::uint64_t> committed;
            std::uint64_t id = 0;
            while (::read(ends[0], &id, sizeof id) == sizeof id) {
                committed.push_back(id);
                if (committed.size() == 2000 + static_cast<std::size_t>(round) * 37)
                    ::kill(child, SIGKILL);
            }
            ::close(ends[0]);
            int status = 0;
            QCOMPARE(::waitpid(child, &status, 0), child);
            QVERIFY(WIFSIGNALED(status));

            QVERIFY(committed.front() > greatest); // of all that were ever given
            auto store = HistoryStore::open(file);
            QVERIFY(store);
            QVERIFY((*store)->opened().setAside.empty());
            for (const std::uint64_t one : committed)
                QVERIFY((*store)->run(RunId{one}).value());
            greatest = (*store)->greatestRunId()->value;
        }
    }
};

/// `--write FILE FD`: writes runs until it is killed, and says each id to FD once it is committed.
static int writeForEver(const char* file, int out)
{
    auto writer = HistoryWriter::start({.file = file});
    if (!writer)
        return 1;
    for (;;) {
        const std::uint64_t id = (*writer)->nextRunId().value().value;
        const auto say = [out, id](const Result<>& result) {
            if (!result || ::write(out, &id, sizeof id) != sizeof id)
                ::_exit(2);
        };
        while (!(*writer)->post(beginning(id), say))
            std::ignore = (*writer)->flush();
    }
}

int main(int argc, char** argv)
{
    if (argc == 4 && std::string_view(argv[1]) == "--write")
        return writeForEver(argv[2], std::stoi(argv[3]));
    QCoreApplication app(argc, argv);
    TestHistoryWriter test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_history_writer.moc"

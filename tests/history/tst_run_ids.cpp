#include <turnspit/history/runids.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <set>
#include <thread>

using namespace turnspit;

class TestRunIds : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_count = 0;

    std::string newFile() { return m_dir.filePath(QStringLiteral("run-id-%1").arg(++m_count)).toStdString(); }

    static QByteArray contents(const std::string& path)
    {
        QFile file(QString::fromStdString(path));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static void overwrite(const std::string& path, const QByteArray& bytes)
    {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }

private Q_SLOTS:
    void growByOneAndGoOnWithoutAGapAfterAGoodEnd()
    {
        const std::string file = newFile();
        {
            auto ids = RunIds::open(file, {});
            for (std::uint64_t i = 1; i <= 250; ++i)
                QCOMPARE(ids->next()->value, i);
        }
        QCOMPARE(contents(file), QByteArray("250\n"));
        auto ids = RunIds::open(file, {});
        QCOMPARE(ids->next()->value, 251u);
    }

    void areNotReusedAfterABadEnd()
    {
        const std::string file = newFile();
        auto ids = RunIds::open(file, {});
        std::uint64_t last = 0;
        for (int i = 0; i < 333; ++i) {
            last = ids->next()->value;
            if (i % 37 != 0 && i % 50 > 1)
                continue;
            // What a host that is killed now leaves behind.
            const std::string left = file + ".left";
            overwrite(left, contents(file));
            auto next = RunIds::open(left, {});
            QVERIFY(next->next()->value > last);
            QVERIFY(next->next()->value < last + 2 * RunIds::block + 2);
        }
    }

    void goOnFromWhatHistoryKnowsWhereTheFileIsLostOrDamaged()
    {
        const std::string file = newFile();
        QCOMPARE(RunIds::open(file, RunId{41})->next()->value, 42u);
        for (const char* text : {"", "12", "many\n", "99999999999999999999999\n"}) {
            overwrite(file, text);
            QCOMPARE(RunIds::open(file, RunId{60})->next()->value, 61u);
        }
        overwrite(file, "70\n");
        QCOMPARE(RunIds::open(file, RunId{60})->next()->value, 71u);
    }

    void passOverWhatSomebodyElseUsed()
    {
        auto ids = RunIds::open(newFile(), {});
        QCOMPARE(ids->next()->value, 1u);
        ids->raise(RunId{500});
        QCOMPARE(ids->next()->value, 501u);
        ids->raise(RunId{7});
        QCOMPARE(ids->next()->value, 502u);
    }

    void areGivenOnceToAnyNumberOfThreads()
    {
        auto ids = RunIds::open(newFile(), {});
        std::array<std::vector<std::uint64_t>, 4> given;
        {
            std::vector<std::jthread> threads;
            for (auto& mine : given) {
                threads.emplace_back([&] {
                    for (int i = 0; i < 500; ++i)
                        mine.push_back(ids->next()->value);
                });
            }
        }
        std::set<std::uint64_t> all;
        for (const auto& mine : given) {
            QVERIFY(std::is_sorted(mine.begin(), mine.end()));
            all.insert(mine.begin(), mine.end());
        }
        QCOMPARE(all.size(), 2000u);
        QCOMPARE(*all.rbegin(), 2000u);
    }

    void aFolderThatCannotBeWrittenIsAnError()
    {
        const std::string file = m_dir.filePath(QStringLiteral("missing/run-id")).toStdString();
        const auto ids = RunIds::open(file, {});
        QVERIFY(!ids);
        QVERIFY(ids.error().message.find(file) != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestRunIds)
#include "tst_run_ids.moc"

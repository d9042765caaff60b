#include "fakeclockqueue.h"

#include <sqlite/sqlitequeue.h>

#include <QTemporaryDir>
#include <QTest>

int main(int argc, char* argv[])
{
    using namespace turnspit;
    struct Sqlite final : FakeClockQueue
    {
        explicit Sqlite(const QueueOptions& options) : m_options{options, m_folder.filePath(QStringLiteral("queue.sqlite")).toStdString()}
        {
            m_queue = std::make_unique<SqliteQueue>(m_options);
        }
        MessageQueue& queue() override { return *m_queue; }
        MessageQueue& other() override
        {
            if (!m_other)
                m_other = std::make_unique<SqliteQueue>(m_options);
            return *m_other;
        }

    private:
        QTemporaryDir m_folder;
        SqliteQueueOptions m_options;
        std::unique_ptr<SqliteQueue> m_queue;
        std::unique_ptr<SqliteQueue> m_other;
    };
    const QCoreApplication application(argc, argv);
    QueueContract suite(std::chrono::seconds(1), [](const QueueOptions& options) { return std::make_unique<Sqlite>(options); });
    return QTest::qExec(&suite, argc, argv);
}

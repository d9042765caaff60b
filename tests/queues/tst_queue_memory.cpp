#include "fakeclockqueue.h"

#include <turnspit/queues/memoryqueue.h>

#include <QTest>

int main(int argc, char* argv[])
{
    using namespace turnspit;
    struct Memory final : FakeClockQueue
    {
        explicit Memory(const QueueOptions& options) : memory(options) {}
        MessageQueue& queue() override { return memory; }
        MessageQueue& other() override { return memory; }
        MemoryQueue memory;
    };
    const QCoreApplication application(argc, argv);
    QueueContract suite(std::chrono::seconds(1), [](const QueueOptions& options) { return std::make_unique<Memory>(options); });
    return QTest::qExec(&suite, argc, argv);
}

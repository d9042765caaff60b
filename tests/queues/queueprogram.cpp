// What the end-to-end tests kill: `turnspit-queue-program FILE produce WORD COUNT`, `... work` and `... status`.
//
// Writes a line at once for each thing that it knows to be true: `sent WORD-7`, `got WORD-7 2`, `acked WORD-7`. `work` ends when its input does.
#include <sqlite/sqlitequeue.h>
#include <turnspit/async/taskscope.h>

#include <QCoreApplication>
#include <QSocketNotifier>

#include <cstdio>
#include <cstring>
#include <string>

#include <unistd.h>

using namespace turnspit;

namespace {

constexpr int together = 16;

/// One write, which a kill leaves whole.
void say(const std::string& line)
{
    const std::string out = line + '\n';
    if (::write(STDOUT_FILENO, out.data(), out.size()) != ssize_t(out.size()))
        ::_exit(1);
}

Task<> produce(MessageQueue& queue, std::string word, int& next, int count)
{
    while (next < count) {
        const std::string body = word + '-' + std::to_string(next++);
        if (const auto sent = co_await queue.send({body}))
            say("sent " + body);
        else
            say("failed " + sent.error().text());
    }
}

Task<> work(MessageQueue& queue)
{
    while (const auto message = co_await queue.receive()) {
        say("got " + message->body + ' ' + std::to_string(message->attempts));
        if (const auto acked = co_await queue.ack(*message))
            say("acked " + message->body);
        else
            say("failed " + acked.error().text());
    }
}

Task<> showStatus(MessageQueue& queue)
{
    if (const auto status = co_await queue.status())
        say(std::to_string(status->depth + status->delayed) + ' ' + std::to_string(status->inFlight) + ' ' + std::to_string(status->dead));
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    if (argc < 3)
        return 2;
    SqliteQueueOptions options;
    options.file = argv[1];
    options.visibility = std::chrono::seconds(5);
    options.maxAttempts = 0;
    SqliteQueue queue(options);
    int next = 0;
    TaskScope scope;
    const auto endAfter = [](TaskScope& tasks) -> Task<> {
        co_await tasks.join();
        QCoreApplication::exit(0);
    };
    if (std::strcmp(argv[2], "produce") == 0 && argc == 5) {
        for (int i = 0; i < together; ++i)
            scope.spawn(produce(queue, argv[3], next, std::atoi(argv[4])));
    } else if (std::strcmp(argv[2], "status") == 0) {
        scope.spawn(showStatus(queue));
    } else if (std::strcmp(argv[2], "work") == 0) {
        for (int i = 0; i < together; ++i)
            scope.spawn(work(queue));
    } else {
        return 2;
    }
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &application, [] {
        char byte = 0;
        if (::read(STDIN_FILENO, &byte, 1) <= 0)
            QCoreApplication::exit(0);
    });
    TaskScope ending;
    ending.spawn(endAfter(scope));
    return QCoreApplication::exec();
}

// Figures of the queues: `turnspit-bench-queues WHAT COUNT [ARGUMENT...]` does one thing once and prints how many messages a second that was.
// ../bench/queues runs Turnspit and the baselines in turn.
//
//   memory, channel                         one sender and one receiver, each a thread: send, receive, ack; write and read
//   memory-handover, memory-promise         a mutex, a std::deque and a condition variable that hand items over, nothing else; that keep what a
//                                           MemoryQueue promises too: a copy of what is not acked, until its time is over
//   sqlite, sqlite-baseline FOLDER          one caller: send, receive, ack, each answered before the next; the same statements, C API
//   sqlite-thread FOLDER                    the same statements in a thread of their own, for callers that must not wait for the disk: a mutex and
//                                           condition variables
//   sqlite-together FOLDER                  64 callers
//   redis-send, redis-work PORT CALLERS     so many callers of one queue: send; receive and ack
#include <sqlite/sqlitequeue.h>
#include <turnspit/async/channel.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/base/clock.h>
#include <turnspit/queues/memoryqueue.h>

#ifdef TURNSPIT_BENCH_REDIS
#include <redis/redisqueue.h>
#endif

#include <QCoreApplication>

#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

using namespace turnspit;

namespace {

const std::string body(100, 'x');

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print(int count, double seconds)
{
    std::printf("%.0f\n", count / seconds);
}

[[noreturn]] void giveUp(const std::string& why)
{
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

void need(const Result<>& result)
{
    if (!result)
        giveUp(result.error().text());
}

// ---- memory

Task<> sendAll(MessageQueue& queue, int& left)
{
    while (left-- > 0) {
        if (const auto sent = co_await queue.send({body}); !sent)
            giveUp(sent.error().text());
    }
}

Task<> workAll(MessageQueue& queue, int& left)
{
    while (left-- > 0) {
        const auto message = co_await queue.receive();
        need(co_await queue.ack(*message));
    }
}

Task<> thenQuit(TaskScope& tasks)
{
    co_await tasks.join();
    QCoreApplication::exit(0);
}

/// `send` in a thread of its own, `work` in this one, until that has ended.
void besideEachOther(int count, std::function<Task<>()> send, std::function<Task<>()> work)
{
    Thread sender(QStringLiteral("sender"));
    auto sends = std::make_shared<std::unique_ptr<TaskScope>>();
    TaskScope works;
    TaskScope quits;
    const double begin = now();
    sender.mailbox()->post([&, sends] {
        *sends = std::make_unique<TaskScope>();
        (*sends)->spawn(send());
    });
    works.spawn(work());
    quits.spawn(thenQuit(works));
    QCoreApplication::exec();
    print(count, now() - begin);
    sender.mailbox()->post([sends] { sends->reset(); });
}

void memory(int count)
{
    MemoryQueue queue(QueueOptions{});
    int sending = count;
    int working = count;
    besideEachOther(count, [&] { return sendAll(queue, sending); }, [&] { return workAll(queue, working); });
}

struct Item
{
    long id = 0;
    std::string text;
};

Task<> writeAll(Channel<Item>& channel, int count)
{
    for (int i = 0; i < count; ++i)
        (void)co_await channel.write({i, body});
    channel.complete();
}

Task<> readAll(Channel<Item>& channel)
{
    long sum = 0;
    while (const auto item = co_await channel.read())
        sum += item->id + long(item->text.size());
    if (sum == 0)
        giveUp("nothing was sent");
}

void channel(int count)
{
    Channel<Item> items;
    besideEachOther(count, [&] { return writeAll(items, count); }, [&] { return readAll(items); });
}

void handover(int count)
{
    std::mutex mutex;
    std::condition_variable ready;
    std::deque<Item> items;
    const double begin = now();
    std::thread sender([&] {
        for (int i = 0; i < count; ++i) {
            Item item{i, body};
            {
                const std::lock_guard lock(mutex);
                items.push_back(std::move(item));
            }
            ready.notify_one();
        }
    });
    long sum = 0;
    for (int i = 0; i < count; ++i) {
        std::unique_lock lock(mutex);
        ready.wait(lock, [&] { return !items.empty(); });
        const Item item = std::move(items.front());
        items.pop_front();
        lock.unlock();
        sum += item.id + long(item.text.size());
    }
    sender.join();
    if (sum == 0)
        giveUp("nothing was sent");
    print(count, now() - begin);
}

/// What one would write who needs to have again what is not acked in time, and no more than that.
class KeepingQueue
{
public:
    struct Given
    {
        long id;
        std::string text;
        std::chrono::system_clock::time_point sent;
        int attempts;
    };

    long send(std::string text)
    {
        const auto sent = std::chrono::system_clock::now();
        long id = 0;
        {
            const std::lock_guard lock(m_mutex);
            id = ++m_last;
            m_ready.push_back({id, std::move(text), sent, 0});
        }
        m_filled.notify_one();
        return id;
    }

    Given receive()
    {
        std::unique_lock lock(m_mutex);
        while (!m_filled.wait_for(lock, std::chrono::seconds(1), [this] { return !m_ready.empty(); }))
            takeBackOverdue();
        Given given = std::move(m_ready.front());
        m_ready.pop_front();
        ++given.attempts;
        m_held.emplace(given.id, Held{given, std::chrono::steady_clock::now() + visibility});
        return given;
    }

    bool ack(long id)
    {
        const std::lock_guard lock(m_mutex);
        return m_held.erase(id) == 1;
    }

private:
    struct Held
    {
        Given given;
        std::chrono::steady_clock::time_point until;
    };
    static constexpr std::chrono::seconds visibility{30};

    void takeBackOverdue()
    {
        const auto time = std::chrono::steady_clock::now();
        for (auto held = m_held.begin(); held != m_held.end();) {
            if (held->second.until > time) {
                ++held;
                continue;
            }
            m_ready.push_back(std::move(held->second.given));
            held = m_held.erase(held);
        }
    }

    std::mutex m_mutex;
    std::condition_variable m_filled;
    std::deque<Given> m_ready;
    std::unordered_map<long, Held> m_held;
    long m_last = 0;
};

void promise(int count)
{
    KeepingQueue queue;
    const double begin = now();
    std::thread sender([&] {
        for (int i = 0; i < count; ++i)
            (void)queue.send(body);
    });
    for (int i = 0; i < count; ++i) {
        const auto given = queue.receive();
        if (given.text.size() != body.size() || !queue.ack(given.id))
            giveUp("not acked");
    }
    sender.join();
    print(count, now() - begin);
}

// ---- SQLite

Task<> sendAndWork(MessageQueue& queue, int& left)
{
    while (left-- > 0) {
        if (const auto sent = co_await queue.send({body}); !sent)
            giveUp(sent.error().text());
        const auto message = co_await queue.receive();
        need(co_await queue.ack(*message));
    }
}

void sqlite(int count, const char* folder, int callers)
{
    SqliteQueueOptions options;
    options.file = std::string(folder) + "/turnspit.sqlite";
    SqliteQueue queue(options);
    int left = count;
    TaskScope works;
    TaskScope quits;
    const double begin = now();
    for (int i = 0; i < callers; ++i)
        works.spawn(sendAndWork(queue, left));
    quits.spawn(thenQuit(works));
    QCoreApplication::exec();
    print(count, now() - begin);
    std::fprintf(stderr, "%.2f commits a message\n", double(queue.commits()) / count);
}

class Baseline
{
public:
    explicit Baseline(const std::string& file)
    {
        if (sqlite3_open(file.c_str(), &m_database) != SQLITE_OK)
            giveUp("no database");
        run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, held INTEGER NOT NULL, attempts INTEGER NOT NULL,"
            "deliveries INTEGER NOT NULL, sent INTEGER NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL);"
            "CREATE INDEX message_by_due ON message (due, held);");
        m_begin = prepare("BEGIN IMMEDIATE");
        m_commit = prepare("COMMIT");
        m_send = prepare("INSERT INTO message (due, held, attempts, deliveries, sent, key, body) VALUES (0, 0, 0, 0, ?, '', ?)");
        m_claim = prepare("UPDATE message SET due = ?, held = 1, attempts = attempts + 1, deliveries = deliveries + 1 "
                          "WHERE id = (SELECT id FROM message WHERE due = 0 ORDER BY id LIMIT 1) RETURNING id, deliveries, attempts, sent, key, body");
        m_ack = prepare("DELETE FROM message WHERE id = ? AND deliveries = ? AND held = 1");
    }

    void send()
    {
        step(m_begin);
        sqlite3_bind_int64(m_send, 1, 1'000'000);
        sqlite3_bind_blob(m_send, 2, body.data(), int(body.size()), SQLITE_STATIC);
        step(m_send);
        step(m_commit);
    }

    void claim()
    {
        step(m_begin);
        sqlite3_bind_int64(m_claim, 1, 2'000'000);
        if (sqlite3_step(m_claim) != SQLITE_ROW)
            giveUp("nothing to claim");
        m_id = sqlite3_column_int64(m_claim, 0);
        m_delivery = sqlite3_column_int64(m_claim, 1);
        m_got.assign(static_cast<const char*>(sqlite3_column_blob(m_claim, 5)), std::size_t(sqlite3_column_bytes(m_claim, 5)));
        step(m_claim);
        step(m_commit);
    }

    void ack()
    {
        step(m_begin);
        sqlite3_bind_int64(m_ack, 1, m_id);
        sqlite3_bind_int64(m_ack, 2, m_delivery);
        step(m_ack);
        step(m_commit);
        if (m_got.size() != body.size() || sqlite3_changes(m_database) != 1)
            giveUp("not acked");
    }

private:
    void run(const char* sql)
    {
        if (sqlite3_exec(m_database, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
            giveUp(sqlite3_errmsg(m_database));
    }
    sqlite3_stmt* prepare(const char* sql)
    {
        sqlite3_stmt* out = nullptr;
        if (sqlite3_prepare_v3(m_database, sql, -1, SQLITE_PREPARE_PERSISTENT, &out, nullptr) != SQLITE_OK)
            giveUp(sqlite3_errmsg(m_database));
        return out;
    }
    void step(sqlite3_stmt* statement)
    {
        if (sqlite3_step(statement) != SQLITE_DONE)
            giveUp(sqlite3_errmsg(m_database));
        sqlite3_reset(statement);
    }

    sqlite3* m_database = nullptr;
    sqlite3_stmt *m_begin, *m_commit, *m_send, *m_claim, *m_ack;
    sqlite3_int64 m_id = 0;
    sqlite3_int64 m_delivery = 0;
    std::string m_got;
};

void sqliteBaseline(int count, const char* folder)
{
    Baseline baseline(std::string(folder) + "/baseline.sqlite");
    const double begin = now();
    for (int i = 0; i < count; ++i) {
        baseline.send();
        baseline.claim();
        baseline.ack();
    }
    print(count, now() - begin);
}

void sqliteThread(int count, const char* folder)
{
    Baseline baseline(std::string(folder) + "/baseline.sqlite");
    std::mutex mutex;
    std::condition_variable changed;
    std::function<void()> asked; // guarded, as the next two
    bool answered = false;
    bool over = false;
    std::thread thread([&] {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [&] { return asked || over; });
            if (over)
                return;
            const auto work = std::exchange(asked, {});
            lock.unlock();
            work();
            lock.lock();
            answered = true;
            changed.notify_all();
        }
    });
    const auto ask = [&](std::function<void()> work) {
        std::unique_lock lock(mutex);
        asked = std::move(work);
        answered = false;
        changed.notify_all();
        changed.wait(lock, [&] { return answered; });
    };
    const double begin = now();
    for (int i = 0; i < count; ++i) {
        ask([&] { baseline.send(); });
        ask([&] { baseline.claim(); });
        ask([&] { baseline.ack(); });
    }
    print(count, now() - begin);
    {
        const std::lock_guard lock(mutex);
        over = true;
        changed.notify_all();
    }
    thread.join();
}

// ---- Redis

#ifdef TURNSPIT_BENCH_REDIS
void redis(int count, const char* port, int callers, Task<> (*what)(MessageQueue&, int&))
{
    RedisQueueOptions options;
    options.server.port = std::atoi(port);
    options.name = "bench";
    RedisQueue queue(options);
    // Not timed: the connection.
    const auto up = [](MessageQueue& to) -> Task<> {
        if (const auto status = co_await to.status(); !status)
            giveUp(status.error().text());
    };
    double begin = 0;
    int left = count;
    TaskScope connecting;
    TaskScope works;
    TaskScope quits;
    const auto all = [&]() -> Task<> {
        co_await connecting.join();
        begin = now();
        for (int i = 0; i < callers; ++i)
            works.spawn(what(queue, left));
        co_await works.join();
        QCoreApplication::exit(0);
    };
    connecting.spawn(up(queue));
    quits.spawn(all());
    QCoreApplication::exec();
    print(count, now() - begin);
}
#endif

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const std::string what = argc > 2 ? argv[1] : "";
    const int count = argc > 2 ? std::atoi(argv[2]) : 0;
    const char* const argument = argc > 3 ? argv[3] : "";
    [[maybe_unused]] const int callers = argc > 4 ? std::atoi(argv[4]) : 16;
    if (what == "memory")
        memory(count);
    else if (what == "channel")
        channel(count);
    else if (what == "memory-handover")
        handover(count);
    else if (what == "memory-promise")
        promise(count);
    else if (what == "sqlite")
        sqlite(count, argument, 1);
    else if (what == "sqlite-together")
        sqlite(count, argument, 64);
    else if (what == "sqlite-baseline")
        sqliteBaseline(count, argument);
    else if (what == "sqlite-thread")
        sqliteThread(count, argument);
#ifdef TURNSPIT_BENCH_REDIS
    else if (what == "redis-send")
        redis(count, argument, callers, sendAll);
    else if (what == "redis-work")
        redis(count, argument, callers, workAll);
#endif
    else
        return 2;
    return 0;
}

#include <sqlite/sqlitequeuestore.h>

#include <sqlite/sqlitequeue.h>

#include <sqlite3.h>

#include <charconv>
#include <filesystem>
#include <tuple>

#include <fcntl.h>
#include <unistd.h>

namespace turnspit {

namespace {

constexpr int schemaVersion = 1;
constexpr int applicationId = 0x54535131; // "TSQ1"

/// Bytes; what is longer is cut, so that every message has room for one.
constexpr std::size_t longestReason = 1 << 20;

/// Waited for another process that holds the file.
constexpr std::chrono::seconds patience{5};

// Times are microseconds since 1970, UTC. `due`: 0 ready, else not before; of one that is held: the end of its time.
constexpr const char* schema = R"(
    CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        due INTEGER NOT NULL,
        held INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        deliveries INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        key BLOB NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX message_by_due ON message (due, held);
    CREATE TABLE dead (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        id INTEGER NOT NULL UNIQUE,
        attempts INTEGER NOT NULL,
        deliveries INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        died INTEGER NOT NULL,
        key BLOB NOT NULL,
        body BLOB NOT NULL,
        reason BLOB NOT NULL
    );
    CREATE TABLE known (key BLOB PRIMARY KEY, id INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX known_by_until ON known (until);
)";

std::int64_t micros(WallTime time)
{
    return time.time_since_epoch().count();
}

WallTime wallTime(std::int64_t value)
{
    return WallTime(std::chrono::microseconds(value));
}

std::int64_t after(WallTime now, Milliseconds time)
{
    return micros(now + time);
}

/// A delivery: the message and which delivery of it.
struct Receipt
{
    std::int64_t id = 0;
    std::int64_t delivery = 0;

    static Receipt parse(std::string_view text)
    {
        Receipt out;
        const char* const end = text.data() + text.size();
        const auto first = std::from_chars(text.data(), end, out.id);
        if (first.ec != std::errc() || first.ptr == end || std::from_chars(first.ptr + 1, end, out.delivery).ptr != end)
            return {};
        return out;
    }
    [[nodiscard]] std::string text() const { return std::to_string(id) + ':' + std::to_string(delivery); }
};

std::int64_t number(std::string_view text)
{
    std::int64_t out = 0;
    const char* const end = text.data() + text.size();
    return std::from_chars(text.data(), end, out).ptr == end ? out : 0;
}

/// SQLite refuses a link anywhere in the path; we only where the file should be.
std::string behindLinks(const std::string& file)
{
    const std::filesystem::path path(file);
    std::error_code none;
    const auto folder = std::filesystem::canonical(path.has_parent_path() ? path.parent_path() : ".", none);
    return none ? file : (folder / path.filename()).string();
}

Error notAQueue(const std::string& file)
{
    return {ErrorKind::InvalidDefinition, "the file is no queue of this version of the library; move it away or name another one", file};
}

} // namespace

SqliteQueueStore::SqliteQueueStore(const SqliteQueueOptions& options) : m_options(options), m_file(options.file) {}

Result<std::unique_ptr<SqliteQueueStore>> SqliteQueueStore::open(const SqliteQueueOptions& options)
{
    std::unique_ptr<SqliteQueueStore> store(new SqliteQueueStore(options));
    if (const auto connected = store->connect(options.file, options.survivePowerLoss); !connected)
        return fail(connected.error());
    if (const auto prepared = store->prepareSchema(); !prepared)
        return fail(prepared.error());
    (void)store->othersCommitted();
    return store;
}

Result<> SqliteQueueStore::connect(const std::string& file, bool powerLoss)
{
    if (file.empty())
        return fail(ErrorKind::InvalidDefinition, "a queue in a file needs the name of one: SqliteQueueOptions::file");
    // SQLite would make it readable for others. Only where it is not there yet: to close a descriptor of it ends all locks that this
    // process has there, also those of another queue, whose changes the next process to leave would then throw away.
    if (const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); made >= 0)
        ::close(made);
    if (!m_database.open(behindLinks(file)))
        return databaseError();
    m_database.setPatience(patience);
    const char* const settings = powerLoss ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
    // The change to a write-ahead log wants the file for itself, and does not wait for it as other statements do.
    constexpr int step = 5;
    for (int waited = 0; !m_database.execute("PRAGMA journal_mode = WAL"); waited += step) {
        if (m_database.code() != SQLITE_BUSY || std::chrono::milliseconds(waited) >= patience)
            return databaseError();
        sqlite3_sleep(step);
    }
    if (!m_database.execute(settings))
        return databaseError();
    return {};
}

Result<> SqliteQueueStore::prepareSchema()
{
    if (const auto begun = begin(); !begun)
        return begun;
    const auto version = m_database.number("PRAGMA user_version");
    const auto application = m_database.number("PRAGMA application_id");
    const auto tables = m_database.number("SELECT count(*) FROM sqlite_schema");
    if (!version || !application || !tables) {
        auto error = databaseError();
        rollback();
        return error;
    }
    if (*tables == 0) {
        const std::string marks = "PRAGMA application_id = " + std::to_string(applicationId) + "; PRAGMA user_version = " + std::to_string(schemaVersion);
        if (!m_database.execute(schema) || !m_database.execute(marks.c_str())) {
            auto error = databaseError();
            rollback();
            return error;
        }
    } else if (*version != schemaVersion || *application != applicationId) {
        rollback();
        return fail(notAQueue(m_file));
    }
    return commit();
}

std::unexpected<Error> SqliteQueueStore::databaseError()
{
    const int code = m_database.code();
    m_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    if (code == SQLITE_NOTADB)
        m_failed = notAQueue(m_file);
    else if (code == SQLITE_BUSY)
        m_failed = Error{ErrorKind::TimedOut, "another process holds the queue's file locked", m_file};
    else
        m_failed = Error{ErrorKind::Failed, "the queue's file does not work: " + m_database.message(), m_file};
    return std::unexpected(*m_failed);
}

Result<> SqliteQueueStore::begin()
{
    m_failed.reset();
    m_readied = m_claimed = 0;
    m_putOff = false;
    if (m_database.hasMoved()) {
        m_damaged = true;
        m_failed = Error{ErrorKind::Failed, "the queue's file was deleted or moved while it was used", m_file};
        return fail(*m_failed);
    }
    SqliteStatement statement = m_database.prepare("BEGIN IMMEDIATE");
    if (!run(statement))
        return fail(*m_failed);
    return {};
}

Result<> SqliteQueueStore::commit()
{
    SqliteStatement statement = m_database.prepare("COMMIT");
    if (run(statement))
        return {};
    rollback();
    return fail(*m_failed);
}

void SqliteQueueStore::rollback() noexcept
{
    // Some failures have rolled back already.
    if (m_database.inTransaction())
        std::ignore = m_database.execute("ROLLBACK");
}

/// To its end, whatever rows it has.
bool SqliteQueueStore::run(SqliteStatement& statement)
{
    if (statement.isValid()) {
        for (;;) {
            const auto step = statement.step();
            if (step == SqliteStatement::Step::Done)
                return true;
            if (step == SqliteStatement::Step::Error)
                break;
        }
    }
    (void)databaseError();
    return false;
}

void SqliteQueueStore::comesDue(Milliseconds delay)
{
    if (delay > Milliseconds(0))
        m_putOff = true;
    else
        ++m_readied;
}

std::optional<std::int64_t> SqliteQueueStore::count(const char* sql)
{
    const auto out = m_database.number(sql);
    if (!out)
        (void)databaseError();
    return out;
}

bool SqliteQueueStore::othersCommitted()
{
    const auto version = m_database.number("PRAGMA data_version");
    return version && std::exchange(m_version, *version) != *version;
}

bool SqliteQueueStore::hasDue(WallTime now)
{
    SqliteStatement statement = m_database.prepare("SELECT 1 FROM message WHERE due <= ? LIMIT 1");
    statement.bind(micros(now));
    return !statement.isValid() || statement.step() != SqliteStatement::Step::Done; // an error shows in the transaction
}

std::optional<WallTime> SqliteQueueStore::nextDue()
{
    SqliteStatement statement = m_database.prepare("SELECT min(due) FROM message WHERE due > 0");
    if (!statement.isValid() || statement.step() != SqliteStatement::Step::Row || statement.isNull(0))
        return std::nullopt;
    return wallTime(statement.integer(0));
}

Result<SentMessage> SqliteQueueStore::send(const NewMessage& message, WallTime now)
{
    if (!message.key.empty()) {
        SqliteStatement forget = m_database.prepare("DELETE FROM known WHERE until <= ?");
        forget.bind(micros(now));
        if (!run(forget))
            return fail(*m_failed);
        SqliteStatement look = m_database.prepare("SELECT id FROM known WHERE key = ?");
        look.bindBytes(message.key);
        if (look.step() == SqliteStatement::Step::Row)
            return SentMessage{std::to_string(look.integer(0)), true};
    }
    SqliteStatement insert = m_database.prepare(
        "INSERT INTO message (due, held, attempts, deliveries, sent, key, body) VALUES (?, 0, 0, 0, ?, ?, ?)");
    insert.bind(message.delay > Milliseconds(0) ? after(now, message.delay) : 0);
    insert.bind(micros(now));
    insert.bindBytes(message.key);
    insert.bindBytes(message.body);
    if (!run(insert))
        return fail(*m_failed);
    const std::int64_t id = m_database.lastInsertId();
    comesDue(message.delay);
    if (!message.key.empty()) {
        SqliteStatement know = m_database.prepare("INSERT INTO known (key, id, until) VALUES (?, ?, ?)");
        know.bindBytes(message.key);
        know.bind(id);
        know.bind(after(now, m_options.dedupWindow));
        if (!run(know))
            return fail(*m_failed);
    }
    return SentMessage{std::to_string(id), false};
}

void SqliteQueueStore::promote(WallTime now)
{
    SqliteStatement look = m_database.prepare("SELECT 1 FROM message WHERE due > 0 AND due <= ? LIMIT 1");
    look.bind(micros(now));
    if (look.step() == SqliteStatement::Step::Done)
        return;
    if (m_options.maxAttempts > 0) {
        SqliteStatement bury = m_database.prepare(
            "INSERT INTO dead (id, attempts, deliveries, sent, died, key, body, reason) "
            "SELECT id, attempts, deliveries, sent, ?1, key, body, ?3 FROM message "
            "WHERE due > 0 AND due <= ?1 AND held = 1 AND attempts >= ?2 ORDER BY id");
        bury.bind(micros(now));
        bury.bind(std::int64_t(m_options.maxAttempts));
        bury.bind(std::string_view(timeWasOver));
        if (!run(bury))
            return;
        SqliteStatement remove = m_database.prepare("DELETE FROM message WHERE due > 0 AND due <= ? AND held = 1 AND attempts >= ?");
        remove.bind(micros(now));
        remove.bind(std::int64_t(m_options.maxAttempts));
        if (!run(remove))
            return;
        if (m_database.changes() > 0)
            trimDead();
    }
    SqliteStatement ready = m_database.prepare("UPDATE message SET due = 0, held = 0 WHERE due > 0 AND due <= ?");
    ready.bind(micros(now));
    if (run(ready))
        m_readied += m_database.changes();
}

std::optional<Message> SqliteQueueStore::claim(WallTime now)
{
    SqliteStatement claim = m_database.prepare(
        "UPDATE message SET due = ?, held = 1, attempts = attempts + 1, deliveries = deliveries + 1 "
        "WHERE id = (SELECT id FROM message WHERE due = 0 ORDER BY id LIMIT 1) RETURNING id, deliveries, attempts, sent, key, body");
    claim.bind(after(now, m_options.visibility));
    std::optional<Message> out;
    if (claim.isValid() && claim.step() == SqliteStatement::Step::Row) {
        const Receipt receipt{claim.integer(0), claim.integer(1)};
        out = Message{std::to_string(receipt.id), claim.bytes(5),           claim.bytes(4), int(claim.integer(2)),
                      wallTime(claim.integer(3)), receipt.text()};
    }
    if (!run(claim))
        return std::nullopt;
    m_claimed += out ? 1 : 0;
    return out;
}

Result<> SqliteQueueStore::ack(const std::string& receipt)
{
    const auto which = Receipt::parse(receipt);
    SqliteStatement forget = m_database.prepare("DELETE FROM message WHERE id = ? AND deliveries = ? AND held = 1");
    forget.bind(which.id);
    forget.bind(which.delivery);
    if (!run(forget))
        return fail(*m_failed);
    if (m_database.changes() == 0)
        return fail(notHeld());
    return {};
}

Result<> SqliteQueueStore::nack(const std::string& receipt, const Nack& how, WallTime now)
{
    const auto which = Receipt::parse(receipt);
    if (how.counts && m_options.maxAttempts > 0) {
        SqliteStatement look = m_database.prepare("SELECT 1 FROM message WHERE id = ? AND deliveries = ? AND held = 1 AND attempts >= ?");
        look.bind(which.id);
        look.bind(which.delivery);
        look.bind(std::int64_t(m_options.maxAttempts));
        if (look.step() == SqliteStatement::Step::Row)
            return moveToDead(which.id, how.reason, now);
    }
    SqliteStatement back =
        m_database.prepare("UPDATE message SET due = ?, held = 0, attempts = attempts - ? WHERE id = ? AND deliveries = ? AND held = 1");
    back.bind(how.delay > Milliseconds(0) ? after(now, how.delay) : 0);
    back.bind(std::int64_t(how.counts ? 0 : 1));
    back.bind(which.id);
    back.bind(which.delivery);
    if (!run(back))
        return fail(*m_failed);
    if (m_database.changes() == 0)
        return fail(notHeld());
    comesDue(how.delay);
    return {};
}

Result<> SqliteQueueStore::bury(const std::string& receipt, const std::string& reason, WallTime now)
{
    const auto which = Receipt::parse(receipt);
    SqliteStatement look = m_database.prepare("SELECT 1 FROM message WHERE id = ? AND deliveries = ? AND held = 1");
    look.bind(which.id);
    look.bind(which.delivery);
    if (look.step() != SqliteStatement::Step::Row)
        return fail(notHeld());
    return moveToDead(which.id, reason, now);
}

Result<> SqliteQueueStore::moveToDead(std::int64_t id, const std::string& reason, WallTime now)
{
    SqliteStatement bury = m_database.prepare("INSERT INTO dead (id, attempts, deliveries, sent, died, key, body, reason) "
                                              "SELECT id, attempts, deliveries, sent, ?, key, body, ? FROM message WHERE id = ?");
    bury.bind(micros(now));
    bury.bindBytes(std::string_view(reason).substr(0, longestReason));
    bury.bind(id);
    SqliteStatement remove = m_database.prepare("DELETE FROM message WHERE id = ?");
    remove.bind(id);
    if (!run(bury) || !run(remove))
        return fail(*m_failed);
    trimDead();
    return {};
}

void SqliteQueueStore::trimDead()
{
    SqliteStatement trim = m_database.prepare("DELETE FROM dead WHERE place <= (SELECT place FROM dead ORDER BY place DESC LIMIT 1 OFFSET ?)");
    trim.bind(std::int64_t(m_options.maxDeadLetters));
    run(trim);
}

Result<> SqliteQueueStore::extend(const std::string& receipt, Milliseconds by, WallTime now)
{
    const auto which = Receipt::parse(receipt);
    SqliteStatement longer = m_database.prepare("UPDATE message SET due = ? WHERE id = ? AND deliveries = ? AND held = 1");
    longer.bind(after(now, by));
    longer.bind(which.id);
    longer.bind(which.delivery);
    if (!run(longer))
        return fail(*m_failed);
    if (m_database.changes() == 0)
        return fail(notHeld());
    m_putOff = true;
    return {};
}

Result<std::vector<DeadLetter>> SqliteQueueStore::deadLetters(int limit)
{
    SqliteStatement statement =
        m_database.prepare("SELECT id, body, key, attempts, sent, died, reason FROM dead ORDER BY place DESC LIMIT ?");
    statement.bind(std::int64_t(std::max(limit, 0)));
    std::vector<DeadLetter> out;
    auto step = statement.isValid() ? statement.step() : SqliteStatement::Step::Error;
    for (; step == SqliteStatement::Step::Row; step = statement.step()) {
        out.push_back({std::to_string(statement.integer(0)), statement.bytes(1), statement.bytes(2), int(statement.integer(3)),
                       wallTime(statement.integer(4)), wallTime(statement.integer(5)), statement.bytes(6)});
    }
    if (step == SqliteStatement::Step::Error)
        return databaseError();
    return out;
}

Result<> SqliteQueueStore::revive(const std::string& id)
{
    SqliteStatement back = m_database.prepare("INSERT INTO message (id, due, held, attempts, deliveries, sent, key, body) "
                                              "SELECT id, 0, 0, 0, deliveries, sent, key, body FROM dead WHERE id = ?");
    back.bind(number(id));
    if (!run(back))
        return fail(*m_failed);
    comesDue(Milliseconds(0));
    return discard(id);
}

Result<> SqliteQueueStore::discard(const std::string& id)
{
    SqliteStatement forget = m_database.prepare("DELETE FROM dead WHERE id = ?");
    forget.bind(number(id));
    if (!run(forget))
        return fail(*m_failed);
    if (m_database.changes() == 0)
        return fail(noSuchDeadLetter(id));
    return {};
}

Result<QueueStatus> SqliteQueueStore::status()
{
    const auto ready = count("SELECT count(*) FROM message WHERE due = 0");
    const auto delayed = count("SELECT count(*) FROM message WHERE due > 0 AND held = 0");
    const auto held = count("SELECT count(*) FROM message WHERE due > 0 AND held = 1");
    const auto dead = count("SELECT count(*) FROM dead");
    if (!ready || !delayed || !held || !dead)
        return fail(*m_failed);
    QueueStatus out;
    out.depth = std::uint64_t(*ready);
    out.delayed = std::uint64_t(*delayed);
    out.inFlight = std::uint64_t(*held);
    out.dead = std::uint64_t(*dead);
    return out;
}

} // namespace turnspit

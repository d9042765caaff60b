#pragma once

#include <sqlite/sqlitedatabase.h>
#include <turnspit/base/error.h>
#include <turnspit/queues/messagequeue.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

struct SqliteQueueOptions;

/// The messages of one queue in one file, as statements. One thread at a time; every call may block on the disk and on other processes.
///
/// All changes are made between begin and commit. After an error of the database itself (failed()) nothing of that transaction holds, and
/// it is rolled back; what else is an error concerns one message only.
class SqliteQueueStore
{
public:
    /// Opens or makes the file. InvalidDefinition where it is something else than a queue of a version that this program knows.
    [[nodiscard]] static Result<std::unique_ptr<SqliteQueueStore>> open(const SqliteQueueOptions& options);

    [[nodiscard]] Result<> begin();
    [[nodiscard]] Result<> commit();
    void rollback() noexcept;

    /// Set by an error of the database, or of the file, until the next begin.
    [[nodiscard]] const std::optional<Error>& failed() const noexcept { return m_failed; }
    /// That error will not pass by itself.
    [[nodiscard]] bool isDamaged() const noexcept { return m_damaged; }

    /// Since begin: something is left that other connections can receive, or something comes due at another time than they may know.
    [[nodiscard]] bool hasNews() const noexcept { return m_putOff || hasReadied(); }

    /// Since begin: more than was claimed.
    [[nodiscard]] bool hasReadied() const noexcept { return m_readied > m_claimed; }

    /// Other connections have committed since this was asked last.
    [[nodiscard]] bool othersCommitted();

    /// Something can be received now. Outside of a transaction too.
    [[nodiscard]] bool hasDue(WallTime now);
    /// When the next message comes due that is not yet; nullopt: none will.
    [[nodiscard]] std::optional<WallTime> nextDue();

    [[nodiscard]] Result<SentMessage> send(const NewMessage& message, WallTime now);
    /// What is due becomes ready, or dead.
    void promote(WallTime now);
    [[nodiscard]] std::optional<Message> claim(WallTime now);
    [[nodiscard]] Result<> ack(const std::string& receipt);
    [[nodiscard]] Result<> nack(const std::string& receipt, const Nack& how, WallTime now);
    [[nodiscard]] Result<> bury(const std::string& receipt, const std::string& reason, WallTime now);
    [[nodiscard]] Result<> extend(const std::string& receipt, Milliseconds by, WallTime now);
    [[nodiscard]] Result<std::vector<DeadLetter>> deadLetters(int limit);
    [[nodiscard]] Result<> revive(const std::string& id);
    [[nodiscard]] Result<> discard(const std::string& id);
    /// What the file says; the counts of an object are not known here.
    [[nodiscard]] Result<QueueStatus> status();

private:
    explicit SqliteQueueStore(const SqliteQueueOptions& options);
    Result<> connect(const std::string& file, bool powerLoss);
    Result<> prepareSchema();
    std::unexpected<Error> databaseError();
    bool run(SqliteStatement& statement);
    void comesDue(Milliseconds delay);
    std::optional<std::int64_t> count(const char* sql);
    Result<> moveToDead(std::int64_t id, const std::string& reason, WallTime now);
    void trimDead();

    QueueOptions m_options;
    std::string m_file;
    SqliteDatabase m_database;
    std::uint64_t m_readied = 0; ///< since begin, as m_claimed and m_putOff
    std::uint64_t m_claimed = 0;
    bool m_putOff = false;
    std::int64_t m_version = 0; ///< of the data, as other connections change it
    std::optional<Error> m_failed;
    bool m_damaged = false;
};

} // namespace turnspit

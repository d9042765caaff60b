#include <turnspit/history/historystore.h>

#include <turnspit/history/historyschema.h>
#include <sqlite/sqlitedatabase.h>

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <sys/stat.h>

namespace turnspit {

namespace {

/// Larger files are not checked at the start: it would be felt. Damage is then found when it is met.
constexpr off_t checkUpTo = 32 << 20;

bool exists(const std::string& path)
{
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0;
}

} // namespace

HistoryStore::HistoryStore(std::string file) : m_file(std::move(file)), m_database(std::make_unique<SqliteDatabase>()) {}

HistoryStore::~HistoryStore() = default;

Result<std::unique_ptr<HistoryStore>> HistoryStore::open(const std::string& file)
{
    std::unique_ptr<HistoryStore> store(new HistoryStore(file));
    if (const auto opened = store->openOrSetAside(); !opened)
        return fail(opened.error());
    return store;
}

Result<> HistoryStore::openOrSetAside()
{
    m_opened = {};
    auto connected = connect();
    if (!connected && m_trouble == Trouble::Damaged) {
        const auto aside = setAside();
        if (!aside)
            return fail(aside.error());
        connected = connect();
        m_opened.setAside = *aside;
    }
    return connected;
}

Result<> HistoryStore::connect()
{
    m_trouble = Trouble::None;
    if (!m_database->open(m_file))
        return sqlError("open");
    struct stat info{};
    const bool check = ::stat(m_file.c_str(), &info) == 0 && info.st_size > 0 && info.st_size <= checkUpTo;
    if (!m_database->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF"))
        return sqlError("open");
    if (check) {
        SqliteStatement statement = m_database->prepare("PRAGMA quick_check(1)");
        if (!statement.isValid() || statement.step() != SqliteStatement::Step::Row)
            return sqlError("check");
        if (statement.text(0) != "ok") {
            m_trouble = Trouble::Damaged;
            return fail("the history " + m_file + " is damaged: " + statement.text(0));
        }
    }
    return migrate();
}

Result<> HistoryStore::migrate()
{
    if (const auto begun = begin(); !begun)
        return begun;
    const auto version = m_database->number("PRAGMA user_version");
    if (!version) {
        auto error = sqlError("read");
        rollback();
        return error;
    }
    const auto steps = historyMigrations();
    static_assert(schemaVersion == 2);
    m_opened.migratedFrom = static_cast<int>(*version);
    if (*version > schemaVersion || *version < 0) {
        rollback();
        return fail("the history " + m_file + " has schema version " + std::to_string(*version)
                    + ", this program knows up to " + std::to_string(schemaVersion) + "; use the newer program, or move the file away");
    }
    for (auto at = static_cast<std::size_t>(*version); at < steps.size(); ++at) {
        const std::string note = "PRAGMA user_version = " + std::to_string(at + 1);
        if (!m_database->execute(steps[at]) || !m_database->execute(note.c_str())) {
            auto error = sqlError("bring up to date");
            rollback();
            return error;
        }
    }
    return commit();
}

Result<std::string> HistoryStore::setAside()
{
    m_database->close();
    std::string stamp = formatRfc3339(wallClockNow()).substr(0, 19) + "Z";
    std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
    const std::string base = m_file + ".damaged-" + stamp;
    std::string aside = base;
    for (int n = 2; exists(aside); ++n)
        aside = base + "-" + std::to_string(n);
    if (std::rename(m_file.c_str(), aside.c_str()) != 0)
        return fail("cannot put the damaged history " + m_file + " aside: " + std::strerror(errno));
    // Its log belongs to it: a fresh file must not meet it.
    for (const char* suffix : {"-wal", "-shm"}) {
        if (exists(m_file + suffix))
            std::rename((m_file + suffix).c_str(), (aside + suffix).c_str());
    }
    return aside;
}

Result<> HistoryStore::startAfresh()
{
    const auto aside = setAside();
    if (!aside)
        return fail(aside.error());
    if (const auto opened = openOrSetAside(); !opened)
        return opened;
    m_opened.setAside = *aside;
    return {};
}

std::unexpected<Error> HistoryStore::sqlError(std::string_view doing)
{
    switch (m_database->code()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        m_trouble = Trouble::Damaged;
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        m_trouble = Trouble::Transient;
        break;
    default:
        m_trouble = Trouble::Other;
    }
    return fail("cannot " + std::string(doing) + " the history " + m_file + ": " + m_database->message());
}

Result<> HistoryStore::begin()
{
    m_trouble = Trouble::None;
    if (!m_database->execute("BEGIN IMMEDIATE"))
        return sqlError("write");
    return {};
}

Result<> HistoryStore::commit()
{
    m_trouble = Trouble::None;
    if (!m_database->execute("COMMIT")) {
        auto error = sqlError("write");
        rollback();
        return error;
    }
    return {};
}

void HistoryStore::rollback() noexcept
{
    // Some failures have rolled back already.
    if (m_database->inTransaction())
        std::ignore = m_database->execute("ROLLBACK");
}

Result<> HistoryStore::nested(const std::function<Result<>()>& work)
{
    m_trouble = Trouble::None;
    if (!m_database->execute("SAVEPOINT work"))
        return sqlError("write");
    auto result = work();
    if (!result) {
        if (m_database->inTransaction())
            std::ignore = m_database->execute("ROLLBACK TO work; RELEASE work");
        return result;
    }
    if (!m_database->execute("RELEASE work"))
        return sqlError("write");
    return result;
}

} // namespace turnspit

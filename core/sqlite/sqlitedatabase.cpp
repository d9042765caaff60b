#include <sqlite/sqlitedatabase.h>

#include <sqlite3.h>

#include <utility>

namespace turnspit {

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : m_statement(std::exchange(other.m_statement, nullptr)), m_bound(other.m_bound)
{
}

SqliteStatement::~SqliteStatement()
{
    if (m_statement) {
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }
}

void SqliteStatement::bind(std::int64_t value)
{
    sqlite3_bind_int64(m_statement, ++m_bound, value);
}

void SqliteStatement::bind(double value)
{
    sqlite3_bind_double(m_statement, ++m_bound, value);
}

void SqliteStatement::bind(std::string_view value)
{
    sqlite3_bind_text64(m_statement, ++m_bound, value.data() ? value.data() : "", value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void SqliteStatement::bindBytes(std::string_view value)
{
    sqlite3_bind_blob64(m_statement, ++m_bound, value.data() ? value.data() : "", value.size(), SQLITE_STATIC);
}

void SqliteStatement::bindNull()
{
    sqlite3_bind_null(m_statement, ++m_bound);
}

SqliteStatement::Step SqliteStatement::step()
{
    switch (sqlite3_step(m_statement)) {
    case SQLITE_ROW: return Step::Row;
    case SQLITE_DONE: return Step::Done;
    default: return Step::Error;
    }
}

bool SqliteStatement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double SqliteStatement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

std::string SqliteStatement::text(int column) const
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))) : std::string();
}

std::string SqliteStatement::bytes(int column) const
{
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(m_statement, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))) : std::string();
}

SqliteDatabase::~SqliteDatabase()
{
    close();
}

bool SqliteDatabase::open(const std::string& file)
{
    close();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(file.c_str(), &m_handle, flags, nullptr) != SQLITE_OK)
        return false;
    // Long enough for a reader that checkpoints, short enough that who waits for an answer does not notice.
    sqlite3_busy_timeout(m_handle, 100);
    return true;
}

void SqliteDatabase::close()
{
    for (const auto& [sql, statement] : m_statements)
        sqlite3_finalize(statement);
    m_statements.clear();
    sqlite3_close(m_handle);
    m_handle = nullptr;
}

void SqliteDatabase::setPatience(std::chrono::milliseconds time)
{
    sqlite3_busy_timeout(m_handle, static_cast<int>(time.count()));
}

bool SqliteDatabase::execute(const char* sql)
{
    return sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

SqliteStatement SqliteDatabase::prepare(const char* sql)
{
    sqlite3_stmt*& statement = m_statements[sql];
    if (!statement)
        sqlite3_prepare_v3(m_handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    return SqliteStatement(statement);
}

std::optional<std::int64_t> SqliteDatabase::number(const char* sql)
{
    SqliteStatement statement = prepare(sql);
    if (!statement.isValid() || statement.step() != SqliteStatement::Step::Row)
        return std::nullopt;
    return statement.integer(0);
}

std::uint64_t SqliteDatabase::changes() const
{
    return static_cast<std::uint64_t>(sqlite3_changes64(m_handle));
}

std::int64_t SqliteDatabase::lastInsertId() const
{
    return sqlite3_last_insert_rowid(m_handle);
}

bool SqliteDatabase::inTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

bool SqliteDatabase::hasMoved() const
{
    int moved = 0;
    return sqlite3_file_control(m_handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

int SqliteDatabase::code() const
{
    return sqlite3_errcode(m_handle) & 0xff;
}

std::string SqliteDatabase::message() const
{
    return sqlite3_errmsg(m_handle);
}

} // namespace turnspit

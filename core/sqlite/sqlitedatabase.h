#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace turnspit {

/// A statement that is being used: bound from the first parameter on, stepped, read from the first column on. Reset at its end.
class SqliteStatement
{
public:
    explicit SqliteStatement(sqlite3_stmt* statement) : m_statement(statement) {}
    SqliteStatement(SqliteStatement&& other) noexcept;
    SqliteStatement& operator=(SqliteStatement&&) = delete;
    ~SqliteStatement();

    /// The statement was understood; else the database has the error.
    [[nodiscard]] bool isValid() const { return m_statement != nullptr; }

    void bind(std::int64_t value);
    void bind(double value);
    void bind(std::string_view value);
    void bindNull();

    /// Any bytes, as a BLOB; not copied: they stay until the statement's end.
    void bindBytes(std::string_view value);

    template <class T>
    void bind(const std::optional<T>& value)
    {
        if (!value)
            bindNull();
        else if constexpr (std::is_integral_v<T>)
            bind(static_cast<std::int64_t>(*value));
        else
            bind(*value);
    }

    enum class Step { Row, Done, Error };
    [[nodiscard]] Step step();

    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::string bytes(int column) const;

private:
    sqlite3_stmt* m_statement = nullptr;
    int m_bound = 0;
};

/// One connection. One thread at a time. Errors stay with the connection until the next call: code() and message().
class SqliteDatabase
{
public:
    SqliteDatabase() = default;
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;
    ~SqliteDatabase();

    [[nodiscard]] bool open(const std::string& file);
    void close();

    /// How long to wait for another connection's lock before that is an error; 100 ms from open on.
    void setPatience(std::chrono::milliseconds time);

    /// All statements of `sql`, results ignored.
    [[nodiscard]] bool execute(const char* sql);

    /// `sql` is a literal: statements are kept by its address.
    [[nodiscard]] SqliteStatement prepare(const char* sql);

    /// A number that one row of one column answers; nullopt: error, or no row.
    [[nodiscard]] std::optional<std::int64_t> number(const char* sql);

    [[nodiscard]] std::uint64_t changes() const;
    [[nodiscard]] std::int64_t lastInsertId() const;
    [[nodiscard]] bool inTransaction() const;
    /// The file that was opened is not in its place any more.
    [[nodiscard]] bool hasMoved() const;

    [[nodiscard]] int code() const; ///< primary result code
    [[nodiscard]] std::string message() const;

private:
    sqlite3* m_handle = nullptr;
    std::map<const char*, sqlite3_stmt*> m_statements;
};

} // namespace turnspit

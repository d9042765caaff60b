#pragma once

#include <turnspit/base/error.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace turnspit {

/// Where a value or a key was written. Always known for what parseToml read; a value that comes from the environment or
/// the command line has its source as `file` and no line.
struct TextOrigin
{
    std::shared_ptr<const std::string> file;
    int line = 0;   ///< from 1; 0: not from a text file
    int column = 0; ///< from 1, in code points

    /// An InvalidDefinition error at this place.
    [[nodiscard]] Error error(std::string message) const;
};

/// A TOML date, time, local date-time or offset date-time; which parts count says the type of the value.
struct TomlDateTime
{
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int nanosecond = 0;
    std::optional<int> offsetMinutes; ///< east of UTC; none: a local time

    bool operator==(const TomlDateTime&) const = default;
};

enum class TomlType { String, Integer, Float, Boolean, Date, Time, DateTime, Array, Table };

/// "a string", "an integer", ...: for messages.
[[nodiscard]] std::string_view toString(TomlType type) noexcept;

class TomlValue;
struct TomlEntry;

/// The keys of one table, sorted by name; names are unique.
class TomlTable
{
public:
    // Out of line: an entry is complete only further down.
    TomlTable() noexcept;
    TomlTable(const TomlTable& other);
    TomlTable(TomlTable&& other) noexcept;
    TomlTable& operator=(const TomlTable& other);
    TomlTable& operator=(TomlTable&& other) noexcept;
    ~TomlTable();

    [[nodiscard]] const std::vector<TomlEntry>& entries() const { return m_entries; }
    [[nodiscard]] bool empty() const { return m_entries.empty(); }
    [[nodiscard]] const TomlEntry* find(std::string_view key) const;
    [[nodiscard]] const TomlValue* value(std::string_view key) const;

    /// The value at `restart.policy`; the parts must be bare keys.
    [[nodiscard]] const TomlValue* valueAt(std::string_view dottedPath) const;

    /// Adds the key, or replaces it.
    void set(TomlEntry entry);
    void remove(std::string_view key);

    /// Same keys and same values, wherever they were written.
    bool operator==(const TomlTable& other) const;

private:
    std::vector<TomlEntry> m_entries;
};

/// One value with its origin. A value type: copies are deep.
class TomlValue
{
public:
    using Array = std::vector<TomlValue>;

    explicit TomlValue(std::string text) : m_data(std::move(text)) {}
    explicit TomlValue(std::int64_t number) : m_data(number) {}
    explicit TomlValue(double number) : m_data(number) {}
    explicit TomlValue(bool truth) : m_data(truth) {}
    explicit TomlValue(TomlTable table) : m_data(std::move(table)) {}
    explicit TomlValue(Array array) : m_data(std::move(array)) {}
    /// `type` is Date, Time or DateTime.
    TomlValue(TomlType type, TomlDateTime time) : m_data(Moment{type, time}) {}

    [[nodiscard]] TomlType type() const noexcept;

    // Null where the value has another type.
    [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&m_data); }
    [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&m_data); }
    [[nodiscard]] const double* floating() const { return std::get_if<double>(&m_data); }
    [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&m_data); }
    [[nodiscard]] const TomlDateTime* dateTime() const;
    [[nodiscard]] const Array* array() const { return std::get_if<Array>(&m_data); }
    [[nodiscard]] const TomlTable* table() const { return std::get_if<TomlTable>(&m_data); }
    [[nodiscard]] TomlTable* table() { return std::get_if<TomlTable>(&m_data); }

    TextOrigin origin;

    /// A string that came as plain text, from the environment or the command line: a reader takes it for the type that it wants.
    bool plainText = false;

    /// Same type and value, wherever it was written; not a number equals itself.
    bool operator==(const TomlValue& other) const;

private:
    struct Moment
    {
        TomlType type;
        TomlDateTime time;
        bool operator==(const Moment&) const = default;
    };

    std::variant<std::string, std::int64_t, double, bool, Moment, Array, TomlTable> m_data;
};

struct TomlEntry
{
    std::string key;
    TextOrigin origin; ///< of the key; a table's is that of the header or key that made it
    TomlValue value;
};

/// Reads TOML 1.0. The error is the first that the parser met, at its line and column, as InvalidDefinition.
[[nodiscard]] Result<TomlTable> parseToml(std::string_view text, const std::string& fileName);

/// Reads what may stand to the right of `key =`.
[[nodiscard]] Result<TomlValue> parseTomlValue(std::string_view text, const std::string& sourceName);

/// `over` put on top of `under`, tables key by key, everything else replaced. Origins are kept.
[[nodiscard]] TomlTable mergeToml(const TomlTable& under, const TomlTable& over);

/// A basic string with quotes and escapes: `"a \"b\""`. The text should be UTF-8.
[[nodiscard]] std::string quoteToml(std::string_view text);

/// The key as it may stand in a file: bare where that is allowed, else quoted.
[[nodiscard]] std::string quoteTomlKey(std::string_view key);

/// The value on one line, as it may stand to the right of `key =`.
[[nodiscard]] std::string formatToml(const TomlValue& value);

} // namespace turnspit

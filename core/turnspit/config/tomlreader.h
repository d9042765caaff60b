#pragma once

#include <turnspit/base/units.h>
#include <turnspit/config/toml.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// The candidate that somebody may have meant by `word`: at most two letters off (one for short words), or the same but
/// for case and - _; nullopt where none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Reads typed values out of one table. Every read names a key, leaves `into` as it is where the key is absent or
/// wrong, and adds an error with its place where it is wrong; `finish` adds one for each key that nobody asked for.
/// Plain text (TomlValue::plainText) is read as the type that is asked for: `true`, `3`, `["a", "b"]` or one string of such an
/// array by itself. Table and errors must outlive the reader. One thread.
class TomlReader
{
public:
    /// `path` is what stands before the keys in messages: "" for the root, "restart." for [restart].
    TomlReader(const TomlTable& table, std::string path, std::vector<Error>& errors);

    /// The value, whatever its type; null: absent. The key counts as known from now on.
    const TomlValue* take(std::string_view key);

    void read(std::string_view key, std::string& into);
    void read(std::string_view key, bool& into);
    void readInteger(std::string_view key, int& into, int least, int most);
    /// With or without a fraction, and finite.
    void readNumber(std::string_view key, double& into, double least, double most);
    /// A string with units; a bare number is an error that names them.
    void readDuration(std::string_view key, Milliseconds& into, Milliseconds least);
    void readDuration(std::string_view key, std::optional<Milliseconds>& into, Milliseconds least);
    void readSize(std::string_view key, std::uint64_t& into, std::uint64_t least);
    void readStrings(std::string_view key, std::vector<std::string>& into);
    /// One of `words`; the index of it.
    std::optional<std::size_t> readWord(std::string_view key, const std::vector<std::string>& words);

    /// A reader for the table under `key`; nullopt: absent, or not a table.
    std::optional<TomlReader> readTable(std::string_view key);

    /// Reports the key where it is present, whatever its value: "`instances` is not built yet".
    void refuse(std::string_view key);

    /// An error at `value`: "`restart.limit` MESSAGE".
    void report(const TomlValue& value, std::string_view key, const std::string& message);

    /// All keys of the table, in order: for tables whose keys are names.
    [[nodiscard]] std::vector<std::string> keys() const;

    /// Has `key` been there with a value of the right type (by the reads so far)?
    [[nodiscard]] bool has(std::string_view key) const { return m_good.contains(key); }

    /// What to say about an unknown key: the default is to suggest a near one of those that were asked for.
    using Explain = std::string (*)(std::string_view path, std::string_view key);
    void finish(Explain explain = nullptr);

private:
    template <class T>
    const T* typed(std::string_view key, const T* (TomlValue::*get)() const, std::string_view wanted);
    /// As typed, of plain text too.
    template <class T>
    std::optional<T> scalar(std::string_view key, const T* (TomlValue::*get)() const, std::string_view wanted);
    std::optional<TomlValue::Array> array(std::string_view key);
    bool acceptString(const TomlValue& value, std::string_view key, const std::string& text);

    const TomlTable& m_table;
    std::string m_path;
    std::vector<Error>& m_errors;
    std::set<std::string, std::less<>> m_known;
    std::set<std::string, std::less<>> m_good;
};

} // namespace turnspit

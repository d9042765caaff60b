#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/ids.h>
#include <turnspit/base/time.h>
#include <turnspit/base/units.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <optional>

namespace turnspit {

/// `2026-11-22T08:44:24.123456Z`
[[nodiscard]] QJsonValue timeToJson(WallTime time);
/// Seconds, a number.
[[nodiscard]] QJsonValue durationToJson(Milliseconds duration);

/// Reads the keys of one object into variables that hold the defaults. A missing key or null leaves the variable alone; a value of
/// the wrong type leaves it too, and the first such key is the error that `take` gives: "`limit` must be an integer".
class JsonFields
{
public:
    explicit JsonFields(const QJsonObject& object) : m_object(object) {}

    void read(const char* key, QString& out);
    void read(const char* key, bool& out);
    void read(const char* key, int& out);
    void read(const char* key, qint64& out);
    void read(const char* key, quint64& out);
    void read(const char* key, double& out);
    void read(const char* key, QStringList& out);
    void read(const char* key, WallTime& out);
    void read(const char* key, QJsonObject& out);
    /// Seconds from 0 to a hundred years.
    void read(const char* key, Milliseconds& out);

    template <class Tag>
    void read(const char* key, StrongId<Tag>& out)
    {
        quint64 number = out.value;
        read(key, number);
        out.value = number;
    }

    template <class T>
    void read(const char* key, std::optional<T>& out)
    {
        if (!isGiven(key))
            return;
        T value{};
        read(key, value);
        out = std::move(value);
    }

    /// A word of a closed list: `readWord("state", info.state, serviceStateFromString)`.
    template <class T>
    void readWord(const char* key, T& out, std::optional<T> (*parse)(std::string_view) noexcept)
    {
        QString word;
        if (!isGiven(key))
            return;
        read(key, word);
        if (const auto value = parse(word.toStdString()))
            out = *value;
        else
            wrong(key, "has a value that is not known here");
    }

    template <class T>
    void readWord(const char* key, std::optional<T>& out, std::optional<T> (*parse)(std::string_view) noexcept)
    {
        if (!isGiven(key))
            return;
        T value{};
        readWord(key, value, parse);
        out = value;
    }

    /// Notes an error about a key; the first one counts.
    void wrong(const char* key, const char* what);

    /// Null is not given.
    [[nodiscard]] bool isGiven(const char* key) const;
    [[nodiscard]] QJsonValue value(const char* key) const { return m_object.value(QLatin1StringView(key)); }
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return m_error; }

    /// What was read, or the first error.
    template <class T>
    [[nodiscard]] Result<T> take(T value) const
    {
        if (m_error)
            return fail(*m_error);
        return value;
    }

private:
    [[nodiscard]] std::optional<qint64> integer(const char* key, qint64 least, qint64 most);

    QJsonObject m_object;
    std::optional<Error> m_error;
};

} // namespace turnspit

#include <turnspit/control/jsonfields.h>

#include <cmath>
#include <limits>

namespace turnspit {

QJsonValue timeToJson(WallTime time)
{
    return QString::fromStdString(formatRfc3339(time));
}

QJsonValue durationToJson(Milliseconds duration)
{
    return static_cast<double>(duration.count()) / 1000.0;
}

bool JsonFields::isGiven(const char* key) const
{
    const QJsonValue found = value(key);
    return !found.isUndefined() && !found.isNull();
}

void JsonFields::wrong(const char* key, const char* what)
{
    if (!m_error)
        m_error = Error{ErrorKind::Protocol, '`' + std::string(key) + "` " + what};
}

void JsonFields::read(const char* key, QString& out)
{
    if (!isGiven(key))
        return;
    if (const QJsonValue found = value(key); found.isString())
        out = found.toString();
    else
        wrong(key, "must be a string");
}

void JsonFields::read(const char* key, bool& out)
{
    if (!isGiven(key))
        return;
    if (const QJsonValue found = value(key); found.isBool())
        out = found.toBool();
    else
        wrong(key, "must be true or false");
}

std::optional<qint64> JsonFields::integer(const char* key, qint64 least, qint64 most)
{
    if (!isGiven(key))
        return std::nullopt;
    const QJsonValue found = value(key);
    // toInteger gives the default for whatever is not a whole number in range; two defaults tell it from a real one.
    const qint64 number = found.toInteger(0);
    if (!found.isDouble() || number != found.toInteger(1)) {
        wrong(key, "must be an integer");
        return std::nullopt;
    }
    if (number < least || number > most) {
        wrong(key, "is out of range");
        return std::nullopt;
    }
    return number;
}

void JsonFields::read(const char* key, int& out)
{
    if (const auto number = integer(key, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()))
        out = static_cast<int>(*number);
}

void JsonFields::read(const char* key, qint64& out)
{
    if (const auto number = integer(key, std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max()))
        out = *number;
}

void JsonFields::read(const char* key, quint64& out)
{
    if (const auto number = integer(key, 0, std::numeric_limits<qint64>::max()))
        out = static_cast<quint64>(*number);
}

void JsonFields::read(const char* key, double& out)
{
    if (!isGiven(key))
        return;
    if (const QJsonValue found = value(key); found.isDouble())
        out = found.toDouble();
    else
        wrong(key, "must be a number");
}

void JsonFields::read(const char* key, QStringList& out)
{
    if (!isGiven(key))
        return;
    const QJsonValue found = value(key);
    QStringList list;
    const QJsonArray array = found.toArray();
    for (const QJsonValue& item : array) {
        if (item.isString())
            list.append(item.toString());
    }
    if (!found.isArray() || list.size() != array.size())
        wrong(key, "must be an array of strings");
    else
        out = list;
}

void JsonFields::read(const char* key, WallTime& out)
{
    if (!isGiven(key))
        return;
    const auto time = parseRfc3339(value(key).toString().toStdString());
    if (time)
        out = *time;
    else
        wrong(key, "must be a time as in RFC 3339");
}

void JsonFields::read(const char* key, QJsonObject& out)
{
    if (!isGiven(key))
        return;
    if (const QJsonValue found = value(key); found.isObject())
        out = found.toObject();
    else
        wrong(key, "must be an object");
}

void JsonFields::read(const char* key, Milliseconds& out)
{
    constexpr double hundredYears = 100.0 * 366 * 86400;
    if (!isGiven(key))
        return;
    const QJsonValue found = value(key);
    const double seconds = found.toDouble();
    if (!found.isDouble() || !(seconds >= 0 && seconds <= hundredYears))
        wrong(key, "must be a number of seconds, not negative");
    else
        out = Milliseconds(std::llround(seconds * 1000));
}

} // namespace turnspit

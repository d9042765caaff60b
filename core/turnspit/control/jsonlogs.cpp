#include <turnspit/control/json.h>

#include <turnspit/control/jsonfields.h>

/// The JSON form of what is asked of logs and of answers in numbers; entries and pages are in json.cpp.
namespace turnspit {

namespace {

using Key = QLatin1StringView;

QJsonValue number(quint64 value) { return static_cast<qint64>(value); }

void setIfGiven(QJsonObject& object, Key key, const std::optional<WallTime>& value)
{
    if (value)
        object.insert(key, timeToJson(*value));
}

void setIfGiven(QJsonObject& object, Key key, const std::optional<quint64>& value)
{
    if (value)
        object.insert(key, number(*value));
}

QJsonArray spansToJson(const QList<LogSpan>& spans)
{
    QJsonArray out;
    for (const LogSpan& span : spans) {
        out.append(number(span.first));
        out.append(number(span.count));
    }
    return out;
}

/// Pairs of numbers in one array, ascending and apart.
void readSpans(JsonFields& fields, const char* key, QList<LogSpan>& out)
{
    if (!fields.isGiven(key))
        return;
    const QJsonArray numbers = fields.value(key).toArray();
    QList<LogSpan> spans;
    qint64 least = 0;
    bool good = fields.value(key).isArray() && numbers.size() % 2 == 0;
    for (qsizetype i = 0; good && i < numbers.size(); i += 2) {
        const qint64 first = numbers.at(i).toInteger(-1);
        const qint64 count = numbers.at(i + 1).toInteger(-1);
        good = first >= least && count > 0 && count <= std::numeric_limits<qint64>::max() - first;
        if (good) {
            spans.append({static_cast<quint64>(first), static_cast<quint64>(count)});
            least = first + count;
        }
    }
    if (good)
        out = std::move(spans);
    else
        fields.wrong(key, "must be pairs of first and count, ascending");
}

} // namespace

QJsonObject toJson(const LogQuery& query)
{
    QJsonObject out{
        {Key("service"), query.service}, {Key("grep"), query.grep},   {Key("streams"), query.streams},
        {Key("cursor"), query.cursor},   {Key("count"), query.count}, {Key("all_runs"), query.allRuns},
    };
    if (query.run)
        out.insert(Key("run"), number(query.run->value));
    setIfGiven(out, Key("since"), query.since);
    setIfGiven(out, Key("until"), query.until);
    setIfGiven(out, Key("before"), query.before);
    if (query.last)
        out.insert(Key("last"), *query.last);
    if (!query.spans.isEmpty())
        out.insert(Key("spans"), spansToJson(query.spans));
    return out;
}

template <>
Result<LogQuery> fromJson(const QJsonObject& object)
{
    LogQuery out;
    JsonFields fields(object);
    fields.read("service", out.service);
    fields.read("run", out.run);
    fields.read("since", out.since);
    fields.read("until", out.until);
    fields.read("grep", out.grep);
    fields.read("streams", out.streams);
    fields.read("before", out.before);
    fields.read("last", out.last);
    fields.read("cursor", out.cursor);
    fields.read("count", out.count);
    fields.read("all_runs", out.allRuns);
    readSpans(fields, "spans", out.spans);
    return fields.take(out);
}

QJsonObject toJson(const LogExtentQuery& query)
{
    QJsonObject out{{Key("service"), query.service}, {Key("all_runs"), query.allRuns}};
    if (query.run)
        out.insert(Key("run"), number(query.run->value));
    setIfGiven(out, Key("behind"), query.behind);
    setIfGiven(out, Key("at"), query.at);
    return out;
}

template <>
Result<LogExtentQuery> fromJson(const QJsonObject& object)
{
    LogExtentQuery out;
    JsonFields fields(object);
    fields.read("service", out.service);
    fields.read("run", out.run);
    fields.read("all_runs", out.allRuns);
    fields.read("behind", out.behind);
    fields.read("at", out.at);
    return fields.take(out);
}

QJsonObject toJson(const LogExtent& extent)
{
    QJsonObject out{
        {Key("first"), number(extent.first)}, {Key("end"), number(extent.end)},
        {Key("bytes"), extent.bytes},         {Key("live"), extent.live},
        {Key("numbering"), number(extent.numbering)},
    };
    setIfGiven(out, Key("at"), extent.at);
    return out;
}

template <>
Result<LogExtent> fromJson(const QJsonObject& object)
{
    LogExtent out;
    JsonFields fields(object);
    fields.read("first", out.first);
    fields.read("end", out.end);
    fields.read("bytes", out.bytes);
    fields.read("live", out.live);
    fields.read("numbering", out.numbering);
    fields.read("at", out.at);
    return fields.take(out);
}

QJsonObject toJson(const LogFind& query)
{
    return {
        {Key("service"), query.service}, {Key("pattern"), query.pattern},       {Key("case_sensitive"), query.caseSensitive},
        {Key("streams"), query.streams}, {Key("first"), number(query.first)}, {Key("end"), number(query.end)},
    };
}

template <>
Result<LogFind> fromJson(const QJsonObject& object)
{
    LogFind out;
    JsonFields fields(object);
    fields.read("service", out.service);
    fields.read("pattern", out.pattern);
    fields.read("case_sensitive", out.caseSensitive);
    fields.read("streams", out.streams);
    fields.read("first", out.first);
    fields.read("end", out.end);
    return fields.take(out);
}

QJsonObject toJson(const LogFound& found)
{
    return {{Key("lines"), spansToJson(found.lines)}, {Key("next"), number(found.next)}};
}

template <>
Result<LogFound> fromJson(const QJsonObject& object)
{
    LogFound out;
    JsonFields fields(object);
    readSpans(fields, "lines", out.lines);
    fields.read("next", out.next);
    return fields.take(out);
}

} // namespace turnspit

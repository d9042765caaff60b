#include <turnspit/control/json.h>

#include <turnspit/control/jsonfields.h>

/// The JSON form of what changes services and their files; the rest of the values is in json.cpp.
namespace turnspit {

namespace {

using Key = QLatin1StringView;

template <class Enum>
QJsonValue word(Enum value)
{
    const std::string_view text = toString(value);
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

QJsonValue orNull(const std::optional<QString>& value) { return value ? QJsonValue(*value) : QJsonValue(); }

} // namespace

QJsonObject toJson(const ActionRequest& request)
{
    QJsonObject out{
        {Key("action"), word(request.action)},
        {Key("names"), QJsonArray::fromStringList(request.names)},
        {Key("all"), request.all},
        {Key("group"), request.group},
        {Key("wait"), request.wait},
        {Key("trigger"), word(request.trigger)},
    };
    if (request.timeout)
        out.insert(Key("timeout"), durationToJson(*request.timeout));
    if (request.until)
        out.insert(Key("until"), timeToJson(*request.until));
    if (request.atQuit)
        out.insert(Key("at_quit"), true);
    return out;
}

template <>
Result<ActionRequest> fromJson(const QJsonObject& object)
{
    ActionRequest out;
    JsonFields fields(object);
    fields.readWord("action", out.action, actionFromString);
    fields.read("names", out.names);
    std::optional<QString> name;
    fields.read("name", name);
    if (name)
        out.names.append(*name);
    fields.read("all", out.all);
    fields.read("group", out.group);
    fields.read("wait", out.wait);
    fields.read("timeout", out.timeout);
    fields.readWord("trigger", out.trigger, triggerFromString);
    fields.read("until", out.until);
    fields.read("at_quit", out.atQuit);
    return fields.take(out);
}

QJsonObject toJson(const ActionResult& result)
{
    QJsonObject out{
        {Key("name"), result.name},
        {Key("ok"), result.ok},
        {Key("state"), word(result.state)},
        {Key("error"), orNull(result.error)},
    };
    if (result.note)
        out.insert(Key("note"), *result.note);
    return out;
}

template <>
Result<ActionResult> fromJson(const QJsonObject& object)
{
    ActionResult out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("ok", out.ok);
    fields.readWord("state", out.state, serviceStateFromString);
    fields.read("error", out.error);
    fields.read("note", out.note);
    return fields.take(out);
}

QJsonObject toJson(const DefinitionInfo& definition)
{
    return {
        {Key("name"), definition.name},
        {Key("file"), definition.file},
        {Key("text"), definition.text},
        {Key("values"), definition.values},
        {Key("changes"), QJsonArray::fromStringList(definition.changes)},
    };
}

template <>
Result<DefinitionInfo> fromJson(const QJsonObject& object)
{
    DefinitionInfo out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("file", out.file);
    fields.read("text", out.text);
    fields.read("values", out.values);
    fields.read("changes", out.changes);
    return fields.take(out);
}

QJsonObject toJson(const GoodVersion& version)
{
    return {{Key("time"), timeToJson(version.time)}, {Key("text"), version.text}};
}

template <>
Result<GoodVersion> fromJson(const QJsonObject& object)
{
    GoodVersion out;
    JsonFields fields(object);
    fields.read("time", out.time);
    fields.read("text", out.text);
    return fields.take(out);
}

QJsonObject toJson(const Diagnostic& diagnostic)
{
    return {
        {Key("severity"), diagnostic.isError ? QStringLiteral("error") : QStringLiteral("warning")},
        {Key("message"), diagnostic.message},
        {Key("file"), diagnostic.file},
        {Key("line"), diagnostic.line},
        {Key("column"), diagnostic.column},
    };
}

template <>
Result<Diagnostic> fromJson(const QJsonObject& object)
{
    Diagnostic out;
    JsonFields fields(object);
    QString severity = QStringLiteral("error");
    fields.read("severity", severity);
    out.isError = severity != QLatin1StringView("warning");
    fields.read("message", out.message);
    fields.read("file", out.file);
    fields.read("line", out.line);
    fields.read("column", out.column);
    return fields.take(out);
}

QJsonObject toJson(const AddRequest& request)
{
    return {
        {Key("name"), request.name},
        {Key("text"), request.text},
        {Key("start"), request.start},
        {Key("trigger"), word(request.trigger)},
    };
}

template <>
Result<AddRequest> fromJson(const QJsonObject& object)
{
    AddRequest out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("text", out.text);
    fields.read("start", out.start);
    fields.readWord("trigger", out.trigger, triggerFromString);
    return fields.take(out);
}

QJsonObject toJson(const UpdateRequest& request)
{
    QJsonArray edits;
    for (const KeyEdit& edit : request.edits)
        edits.append(QJsonObject{{Key("key"), edit.key}, {Key("value"), edit.value}});
    return {{Key("name"), request.name}, {Key("edits"), edits}, {Key("text"), orNull(request.text)}};
}

template <>
Result<UpdateRequest> fromJson(const QJsonObject& object)
{
    UpdateRequest out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("text", out.text);
    if (fields.isGiven("edits") && !fields.value("edits").isArray())
        fields.wrong("edits", "must be an array of objects");
    const QJsonArray edits = fields.value("edits").toArray();
    for (const QJsonValue& item : edits) {
        KeyEdit edit;
        JsonFields parts(item.toObject());
        parts.read("key", edit.key);
        parts.read("value", edit.value);
        if (parts.error() || edit.key.isEmpty())
            fields.wrong("edits", "must hold objects {key, value} of strings");
        out.edits.append(edit);
    }
    return fields.take(out);
}

QJsonObject toJson(const HostEvent& event)
{
    return {
        {Key("time"), timeToJson(event.time)},
        {Key("kind"), event.kind},
        {Key("service"), event.service},
        {Key("text"), event.text},
    };
}

template <>
Result<HostEvent> fromJson(const QJsonObject& object)
{
    HostEvent out;
    JsonFields fields(object);
    fields.read("time", out.time);
    fields.read("kind", out.kind);
    fields.read("service", out.service);
    fields.read("text", out.text);
    return fields.take(out);
}

QJsonObject toJson(const EventQuery& query)
{
    QJsonObject out{{Key("limit"), query.limit}};
    if (query.since)
        out.insert(Key("since"), timeToJson(*query.since));
    return out;
}

template <>
Result<EventQuery> fromJson(const QJsonObject& object)
{
    EventQuery out;
    JsonFields fields(object);
    fields.read("since", out.since);
    fields.read("limit", out.limit);
    return fields.take(out);
}

QJsonObject toJson(const SchedulePreview& preview)
{
    QJsonArray times;
    for (const WallTime time : preview.times)
        times.append(timeToJson(time));
    return {
        {Key("sentence"), preview.sentence},
        {Key("times"), times},
        {Key("warnings"), QJsonArray::fromStringList(preview.warnings)},
    };
}

template <>
Result<SchedulePreview> fromJson(const QJsonObject& object)
{
    SchedulePreview out;
    JsonFields fields(object);
    fields.read("sentence", out.sentence);
    fields.read("warnings", out.warnings);
    QStringList times;
    fields.read("times", times);
    for (const QString& text : times) {
        if (const auto time = parseRfc3339(text.toStdString()))
            out.times.append(*time);
        else
            fields.wrong("times", "must be times as in RFC 3339");
    }
    return fields.take(out);
}

} // namespace turnspit

#include <turnspit/control/json.h>

#include <turnspit/control/jsonfields.h>

/// Values for whoever writes service files: inspecting and trying.
namespace turnspit {

namespace {

using Key = QLatin1StringView;

/// An array of objects under `key`; missing is none.
template <class T>
void readList(JsonFields& fields, const char* key, QList<T>& out)
{
    if (!fields.isGiven(key))
        return;
    if (auto list = listFromJson<T>(fields.value(key)))
        out = *std::move(list);
    else
        fields.wrong(key, "must be an array of objects");
}

QJsonObject toJson(const TryOutput& output)
{
    QJsonObject out{{Key("stream"), QString(QLatin1Char(output.stream))}};
    const QString text = QString::fromUtf8(output.bytes);
    if (text.toUtf8() == output.bytes)
        out.insert(Key("text"), text);
    else
        out.insert(Key("b64"), QString::fromLatin1(output.bytes.toBase64()));
    return out;
}

} // namespace

template <>
Result<TryOutput> fromJson(const QJsonObject& object)
{
    TryOutput out;
    JsonFields fields(object);
    QString stream(QLatin1Char('o'));
    QString text;
    QString coded;
    fields.read("stream", stream);
    fields.read("text", text);
    fields.read("b64", coded);
    out.stream = stream == QLatin1StringView("e") ? 'e' : 'o';
    out.bytes = fields.isGiven("b64") ? QByteArray::fromBase64(coded.toLatin1()) : text.toUtf8();
    return fields.take(out);
}

QJsonObject toJson(const KeyEdit& edit)
{
    return {{Key("key"), edit.key}, {Key("value"), edit.value}};
}

template <>
Result<KeyEdit> fromJson(const QJsonObject& object)
{
    KeyEdit out;
    JsonFields fields(object);
    fields.read("key", out.key);
    fields.read("value", out.value);
    if (out.key.isEmpty())
        fields.wrong("key", "must be given");
    return fields.take(out);
}

QJsonObject toJson(const InspectRequest& request)
{
    return {
        {Key("name"), request.name},
        {Key("original"), request.original},
        {Key("text"), request.text},
        {Key("edits"), toJson(request.edits)},
    };
}

template <>
Result<InspectRequest> fromJson(const QJsonObject& object)
{
    InspectRequest out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("original", out.original);
    fields.read("text", out.text);
    readList(fields, "edits", out.edits);
    return fields.take(out);
}

QJsonObject toJson(const Remark& remark)
{
    return {
        {Key("severity"), remark.isError ? QStringLiteral("error") : QStringLiteral("warning")},
        {Key("key"), remark.key},
        {Key("message"), remark.message},
        {Key("line"), remark.line},
        {Key("column"), remark.column},
        {Key("fix"), remark.fix ? QJsonValue(toJson(*remark.fix)) : QJsonValue()},
    };
}

template <>
Result<Remark> fromJson(const QJsonObject& object)
{
    Remark out;
    JsonFields fields(object);
    QString severity = QStringLiteral("error");
    fields.read("severity", severity);
    out.isError = severity != QLatin1StringView("warning");
    fields.read("key", out.key);
    fields.read("message", out.message);
    fields.read("line", out.line);
    fields.read("column", out.column);
    if (fields.isGiven("fix")) {
        if (auto fix = fromJson<KeyEdit>(fields.value("fix").toObject()))
            out.fix = *std::move(fix);
        else
            fields.wrong("fix", "must be an object {key, value}");
    }
    return fields.take(out);
}

QJsonObject toJson(const Inspection& inspection)
{
    return {
        {Key("text"), inspection.text},
        {Key("valid"), inspection.isValid},
        {Key("values"), inspection.values},
        {Key("given"), QJsonArray::fromStringList(inspection.given)},
        {Key("keys"), QJsonArray::fromStringList(inspection.keys)},
        {Key("command_line"), inspection.commandLine},
        {Key("stop_command_line"), inspection.stopCommandLine},
        {Key("executable"), inspection.executable},
        {Key("argument_count"), inspection.argumentCount},
        {Key("remarks"), toJson(inspection.remarks)},
    };
}

template <>
Result<Inspection> fromJson(const QJsonObject& object)
{
    Inspection out;
    JsonFields fields(object);
    fields.read("text", out.text);
    fields.read("valid", out.isValid);
    fields.read("values", out.values);
    fields.read("given", out.given);
    fields.read("keys", out.keys);
    fields.read("command_line", out.commandLine);
    fields.read("stop_command_line", out.stopCommandLine);
    fields.read("executable", out.executable);
    fields.read("argument_count", out.argumentCount);
    readList(fields, "remarks", out.remarks);
    return fields.take(out);
}

QJsonObject toJson(const TryRequest& request)
{
    return {{Key("name"), request.name}, {Key("text"), request.text}};
}

template <>
Result<TryRequest> fromJson(const QJsonObject& object)
{
    TryRequest out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("text", out.text);
    return fields.take(out);
}

QJsonObject toJson(const TryPage& page)
{
    QJsonArray output;
    for (const TryOutput& piece : page.output)
        output.append(toJson(piece));
    return {
        {Key("output"), output},
        {Key("cursor"), page.cursor},
        {Key("dropped"), page.dropped},
        {Key("ended"), page.ended},
        {Key("seconds"), page.seconds},
        {Key("exit_code"), page.exitCode ? QJsonValue(*page.exitCode) : QJsonValue()},
        {Key("signal"), page.signal ? QJsonValue(*page.signal) : QJsonValue()},
        {Key("reason"), page.reason},
    };
}

template <>
Result<TryPage> fromJson(const QJsonObject& object)
{
    TryPage out;
    JsonFields fields(object);
    readList(fields, "output", out.output);
    fields.read("cursor", out.cursor);
    fields.read("dropped", out.dropped);
    fields.read("ended", out.ended);
    fields.read("seconds", out.seconds);
    fields.read("exit_code", out.exitCode);
    fields.read("signal", out.signal);
    fields.read("reason", out.reason);
    return fields.take(out);
}

} // namespace turnspit

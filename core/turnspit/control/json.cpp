#include <turnspit/control/json.h>

#include <turnspit/control/jsonfields.h>

#include <array>

namespace turnspit {

namespace {

using Key = QLatin1StringView;

template <class Enum>
QJsonValue word(Enum value)
{
    const std::string_view text = toString(value);
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

QJsonValue orNull(const std::optional<int>& value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue orNull(const std::optional<qint64>& value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue orNull(const std::optional<double>& value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue orNull(const std::optional<QString>& value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue orNull(const std::optional<WallTime>& value) { return value ? timeToJson(*value) : QJsonValue(); }
QJsonValue orNull(const std::optional<Outcome>& value) { return value ? word(*value) : QJsonValue(); }

QJsonValue number(std::uint64_t value) { return static_cast<qint64>(value); }

QJsonArray strings(const QStringList& list) { return QJsonArray::fromStringList(list); }

/// Sets only what was given: an absent key of a query keeps its default.
template <class T>
void setIfGiven(QJsonObject& object, Key key, const std::optional<T>& value)
{
    if (value)
        object.insert(key, orNull(value));
}

/// A list of objects under a key; the error of an element is put behind the key.
template <class T>
Result<> readList(JsonFields& fields, const char* key, QList<T>& out)
{
    if (!fields.isGiven(key))
        return {};
    auto list = listFromJson<T>(fields.value(key));
    if (!list)
        return fail(list.error().in('`' + std::string(key) + '`'));
    out = *std::move(list);
    return {};
}

constexpr std::array<std::pair<Action, std::string_view>, 8> actions{{
    {Action::Start, "start"},
    {Action::Stop, "stop"},
    {Action::Restart, "restart"},
    {Action::Kill, "kill"},
    {Action::Hold, "hold"},
    {Action::Resume, "resume"},
    {Action::Enable, "enable"},
    {Action::Disable, "disable"},
}};

} // namespace

std::string_view toString(Action action) noexcept
{
    for (const auto& [value, name] : actions) {
        if (value == action)
            return name;
    }
    return {};
}

std::optional<Action> actionFromString(std::string_view text) noexcept
{
    for (const auto& [value, name] : actions) {
        if (name == text)
            return value;
    }
    return std::nullopt;
}

QJsonObject toJson(const ServiceInfo& service)
{
    return {
        {Key("name"), service.name},
        {Key("group"), service.group},
        {Key("kind"), word(service.kind)},
        {Key("state"), word(service.state)},
        {Key("flags"), strings(service.flags)},
        {Key("pid"), orNull(service.pid)},
        {Key("since"), timeToJson(service.since)},
        {Key("restarts"), service.restarts},
        {Key("next_run"), orNull(service.nextRun)},
        {Key("last_outcome"), orNull(service.lastOutcome)},
        {Key("exit_code"), orNull(service.exitCode)},
        {Key("signal"), orNull(service.signal)},
        {Key("reason"), orNull(service.reason)},
        {Key("cpu_percent"), orNull(service.cpuPercent)},
        {Key("memory_bytes"), orNull(service.memoryBytes)},
    };
}

template <>
Result<ServiceInfo> fromJson(const QJsonObject& object)
{
    ServiceInfo out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("group", out.group);
    fields.readWord("kind", out.kind, serviceKindFromString);
    fields.readWord("state", out.state, serviceStateFromString);
    fields.read("flags", out.flags);
    fields.read("pid", out.pid);
    fields.read("since", out.since);
    fields.read("restarts", out.restarts);
    fields.read("next_run", out.nextRun);
    fields.readWord("last_outcome", out.lastOutcome, outcomeFromString);
    fields.read("exit_code", out.exitCode);
    fields.read("signal", out.signal);
    fields.read("reason", out.reason);
    fields.read("cpu_percent", out.cpuPercent);
    fields.read("memory_bytes", out.memoryBytes);
    return fields.take(out);
}

QJsonObject toJson(const HostInfo& host)
{
    return {
        {Key("host"), host.host},
        {Key("pid"), host.pid},
        {Key("version"), host.version},
        {Key("features"), strings(host.features)},
        {Key("since"), timeToJson(host.since)},
        {Key("state_dir"), host.stateDir},
        {Key("config_dir"), host.configDir},
        {Key("keeper"), host.keeper},
        {Key("shutting_down"), host.shuttingDown},
        {Key("log_bytes"), host.logBytes},
        {Key("problems"), strings(host.problems)},
    };
}

template <>
Result<HostInfo> fromJson(const QJsonObject& object)
{
    HostInfo out;
    JsonFields fields(object);
    fields.read("host", out.host);
    fields.read("pid", out.pid);
    fields.read("version", out.version);
    fields.read("features", out.features);
    fields.read("since", out.since);
    fields.read("state_dir", out.stateDir);
    fields.read("config_dir", out.configDir);
    fields.read("keeper", out.keeper);
    fields.read("shutting_down", out.shuttingDown);
    fields.read("log_bytes", out.logBytes);
    fields.read("problems", out.problems);
    return fields.take(out);
}

QJsonObject toJson(const Snapshot& snapshot)
{
    return {
        {Key("revision"), number(snapshot.revision.value)},
        {Key("host"), toJson(snapshot.host)},
        {Key("services"), toJson(snapshot.services)},
    };
}

template <>
Result<Snapshot> fromJson(const QJsonObject& object)
{
    Snapshot out;
    JsonFields fields(object);
    QJsonObject host;
    fields.read("revision", out.revision);
    fields.read("host", host);
    auto parsed = fromJson<HostInfo>(host);
    if (!parsed)
        return fail(parsed.error().in("`host`"));
    out.host = *std::move(parsed);
    if (const auto list = readList(fields, "services", out.services); !list)
        return fail(list.error());
    return fields.take(out);
}

QJsonObject toJson(const Delta& delta)
{
    return {
        {Key("revision"), number(delta.revision.value)},
        {Key("changed"), toJson(delta.changed)},
        {Key("removed"), strings(delta.removed)},
        {Key("host"), delta.host ? QJsonValue(toJson(*delta.host)) : QJsonValue()},
    };
}

template <>
Result<Delta> fromJson(const QJsonObject& object)
{
    Delta out;
    JsonFields fields(object);
    fields.read("revision", out.revision);
    fields.read("removed", out.removed);
    std::optional<QJsonObject> host;
    fields.read("host", host);
    if (host) {
        auto parsed = fromJson<HostInfo>(*host);
        if (!parsed)
            return fail(parsed.error().in("`host`"));
        out.host = *std::move(parsed);
    }
    if (const auto list = readList(fields, "changed", out.changed); !list)
        return fail(list.error());
    return fields.take(out);
}

QJsonObject toJson(const RunInfo& run)
{
    return {
        {Key("id"), number(run.id.value)},
        {Key("service"), run.service},
        {Key("trigger"), word(run.trigger)},
        {Key("attempt"), run.attempt},
        {Key("begin"), timeToJson(run.begin)},
        {Key("end"), orNull(run.end)},
        {Key("outcome"), orNull(run.outcome)},
        {Key("exit_code"), orNull(run.exitCode)},
        {Key("signal"), orNull(run.signal)},
        {Key("reason"), orNull(run.reason)},
        {Key("duration"), orNull(run.duration)},
        {Key("peak_memory_bytes"), orNull(run.peakMemoryBytes)},
        {Key("cpu_seconds"), orNull(run.cpuSeconds)},
        {Key("log_lines"), run.logLines},
    };
}

template <>
Result<RunInfo> fromJson(const QJsonObject& object)
{
    RunInfo out;
    JsonFields fields(object);
    fields.read("id", out.id);
    fields.read("service", out.service);
    fields.readWord("trigger", out.trigger, triggerFromString);
    fields.read("attempt", out.attempt);
    fields.read("begin", out.begin);
    fields.read("end", out.end);
    fields.readWord("outcome", out.outcome, outcomeFromString);
    fields.read("exit_code", out.exitCode);
    fields.read("signal", out.signal);
    fields.read("reason", out.reason);
    fields.read("duration", out.duration);
    fields.read("peak_memory_bytes", out.peakMemoryBytes);
    fields.read("cpu_seconds", out.cpuSeconds);
    fields.read("log_lines", out.logLines);
    return fields.take(out);
}

QJsonObject toJson(const RunQuery& query)
{
    QJsonObject out{{Key("service"), query.service}, {Key("limit"), query.limit}};
    if (query.before)
        out.insert(Key("before"), number(query.before->value));
    if (query.id)
        out.insert(Key("id"), number(query.id->value));
    if (!query.outcomes.isEmpty()) {
        QJsonArray outcomes;
        for (const Outcome outcome : query.outcomes)
            outcomes.append(word(outcome));
        out.insert(Key("outcomes"), outcomes);
    }
    return out;
}

template <>
Result<RunQuery> fromJson(const QJsonObject& object)
{
    RunQuery out;
    JsonFields fields(object);
    fields.read("service", out.service);
    fields.read("limit", out.limit);
    fields.read("before", out.before);
    fields.read("id", out.id);
    QStringList outcomes;
    fields.read("outcomes", outcomes);
    for (const QString& text : std::as_const(outcomes)) {
        if (const auto outcome = outcomeFromString(text.toStdString()))
            out.outcomes.append(*outcome);
        else
            fields.wrong("outcomes", "has a value that is not known here");
    }
    return fields.take(out);
}

QJsonObject toJson(const PlannedRun& run)
{
    return {{Key("service"), run.service}, {Key("at"), timeToJson(run.at)}};
}

template <>
Result<PlannedRun> fromJson(const QJsonObject& object)
{
    PlannedRun out;
    JsonFields fields(object);
    fields.read("service", out.service);
    fields.read("at", out.at);
    return fields.take(out);
}

QJsonObject toJson(const StopInfo& stop)
{
    return {{Key("name"), stop.name},
            {Key("run"), static_cast<qint64>(stop.run.value)},
            {Key("sent"), stop.sent},
            {Key("kill_at"), timeToJson(stop.killAt)},
            {Key("then_start"), stop.thenStart}};
}

template <>
Result<StopInfo> fromJson(const QJsonObject& object)
{
    StopInfo out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("run", out.run);
    fields.read("sent", out.sent);
    fields.read("kill_at", out.killAt);
    fields.read("then_start", out.thenStart);
    return fields.take(out);
}

QJsonObject toJson(const HoldInfo& hold)
{
    return {{Key("name"), hold.name}, {Key("until"), timeToJson(hold.until)}};
}

template <>
Result<HoldInfo> fromJson(const QJsonObject& object)
{
    HoldInfo out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("until", out.until);
    return fields.take(out);
}

QJsonObject toJson(const LogEntryInfo& entry)
{
    QJsonObject out{
        {Key("n"), number(entry.n)},
        {Key("time"), timeToJson(entry.time)},
        {Key("stream"), QString(QLatin1Char(entry.stream))},
    };
    // There and back shows every byte that a string would not keep: a bad sequence, but also a byte order mark in front.
    if (const QString text = QString::fromUtf8(entry.text); text.toUtf8() == entry.text)
        out.insert(Key("text"), text);
    else
        out.insert(Key("b64"), QString::fromLatin1(entry.text.toBase64()));
    if (entry.more)
        out.insert(Key("more"), true);
    return out;
}

template <>
Result<LogEntryInfo> fromJson(const QJsonObject& object)
{
    LogEntryInfo out;
    JsonFields fields(object);
    fields.read("n", out.n);
    fields.read("time", out.time);
    QString stream(QLatin1Char(out.stream));
    fields.read("stream", stream);
    if (stream.size() == 1)
        out.stream = stream.front().toLatin1();
    else
        fields.wrong("stream", "must be one of o, e, h");
    QString text;
    fields.read("text", text);
    out.text = text.toUtf8();
    if (fields.isGiven("b64")) {
        QString encoded;
        fields.read("b64", encoded);
        const auto decoded = QByteArray::fromBase64Encoding(encoded.toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
        if (decoded)
            out.text = *decoded;
        else
            fields.wrong("b64", "is not base64");
    }
    fields.read("more", out.more);
    return fields.take(out);
}

QJsonObject toJson(const LogPage& page)
{
    return {
        {Key("entries"), toJson(page.entries)}, {Key("cursor"), page.cursor}, {Key("at_end"), page.atEnd},
        {Key("live"), page.live},               {Key("note"), page.note},
    };
}

template <>
Result<LogPage> fromJson(const QJsonObject& object)
{
    LogPage out;
    JsonFields fields(object);
    fields.read("cursor", out.cursor);
    fields.read("at_end", out.atEnd);
    fields.read("live", out.live);
    fields.read("note", out.note);
    if (const auto list = readList(fields, "entries", out.entries); !list)
        return fail(list.error());
    return fields.take(out);
}

} // namespace turnspit
